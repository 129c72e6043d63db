"""The same deduplication with recordlinkage, one JSON line: python benchmarks/recordlinkage_dedupe.py PEOPLE.parquet

Needs: recordlinkage==0.16, pandas<3 (pip install "linkkit[recordlinkage]"). The work is: the five blocking rules, the
five comparisons, its ECM classifier, and connected components of its links. Reading the file is counted, importing the
libraries is not.
"""

import json
import resource
import sys
import time
import warnings

import numpy as np
import pandas as pd
import recordlinkage
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

warnings.simplefilter("ignore")
RULES = [
    ("first_name", "surname"),
    ("surname", "dob"),
    ("first_name", "dob"),
    ("postcode", "surname"),
    ("postcode", "dob"),
]


def pair_count(sizes):
    return int((sizes * (sizes - 1) // 2).sum())


start = time.perf_counter()
people = pd.read_parquet(sys.argv[1]).set_index("unique_id")
indexer = recordlinkage.Index()
for rule in RULES:
    indexer.block(list(rule))
pairs = indexer.index(people)
compare = recordlinkage.Compare()
compare.string("first_name", "first_name", method="jarowinkler", threshold=0.92)
compare.string("surname", "surname", method="jarowinkler", threshold=0.92)
compare.string("dob", "dob", method="damerau_levenshtein", threshold=0.9)
compare.exact("city", "city")
compare.exact("postcode", "postcode")
features = compare.compute(pairs, people)
links = recordlinkage.ECMClassifier().fit_predict(features)
place = pd.Series(np.arange(len(people)), people.index)
left, right = (place[links.get_level_values(level)].to_numpy() for level in (0, 1))
graph = coo_matrix((np.ones(len(left)), (left, right)), shape=(len(people), len(people)))
label = connected_components(graph, directed=False)[1]
seconds = time.perf_counter() - start
truth = people["cluster"].to_numpy()
true_pairs, linked_pairs = (pair_count(np.unique(names, return_counts=True)[1]) for names in (truth, label))
both = pair_count(np.unique(truth.astype(np.int64) * len(label) + label, return_counts=True)[1])
precision, recall = both / max(linked_pairs, 1), both / true_pairs
print(
    json.dumps(
        dict(
            tool="recordlinkage",
            rows=len(people),
            seconds=round(seconds, 2),
            peak_mb=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
            precision=round(precision, 4),
            recall=round(recall, 4),
            f1=round(2 * precision * recall / max(precision + recall, 1e-12), 4),
        )
    )
)
