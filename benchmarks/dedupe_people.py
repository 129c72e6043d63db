"""Deduplicate a benchmark population, and print one JSON line: python benchmarks/dedupe_people.py PEOPLE.parquet

The same job as the Splink run it is measured against: five blocking rules, five comparisons, a prior from a strict
rule with recall 0.7, u from random pairs, m from two training passes, pairs at probability 0.5, clusters at 0.9.
Reading the file is counted, and so is whatever linkkit loads after ``import linkkit``.
"""

import json
import resource
import sys
import time

import linkkit as lk

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
step_seconds = {}


def timed(name, step):
    begin = time.perf_counter()
    result = step()
    step_seconds[name] = round(time.perf_counter() - begin, 2)
    return result


FIELDS = {name: name for name in ("first_name", "surname", "dob", "city", "postcode")}
people = timed("read", lambda: lk.Dataset(sys.argv[1], id="unique_id", fields=FIELDS))
pairs = timed("block", lambda: lk.block.candidate_pairs(people, [lk.block.on(*rule) for rule in RULES]))
levels = lk.compare.compare_pairs(
    pairs,
    [
        lk.compare.text("first_name", (0.92, 0.8)),
        lk.compare.text("surname", (0.92, 0.8)),
        lk.compare.edits("dob", (1, 2)),
        lk.compare.exact("city", term_frequency=True),
        lk.compare.exact("postcode"),
    ],
)
timed("compare", levels.code_counts)
model = timed(
    "train",
    lambda: lk.score.fit(
        levels,
        prior_rules=[lk.block.on("first_name", "surname", "dob")],
        prior_recall=0.7,
        passes=[lk.block.on("first_name", "surname"), lk.block.on("dob", "postcode")],
        # Splink has no such option. Gaps are more frequent among duplicates here, and the model may know that.
        missing="learned",
    ),
)
scores = timed("score", lambda: model.score(levels, at_least=0.5))
clusters = timed("cluster", lambda: lk.decide.clusters(scores, at_least=0.9))
label = clusters.label
seconds = time.perf_counter() - start
peak_mb = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)

import numpy as np  # noqa: E402 - what follows measures the result, and is not part of the job
import pandas as pd  # noqa: E402

truth = pd.read_parquet(sys.argv[1], columns=["unique_id", "cluster"]).sort_values("unique_id")["cluster"].to_numpy()
true_pairs = pair_count(np.unique(truth, return_counts=True)[1])
linked_pairs = pair_count(np.unique(label, return_counts=True)[1])
both = pair_count(np.unique(truth.astype(np.int64) * len(label) + label, return_counts=True)[1])
precision, recall = both / max(linked_pairs, 1), both / true_pairs
print(
    json.dumps(
        dict(
            tool="linkkit",
            rows=len(label),
            seconds=round(seconds, 2),
            steps=step_seconds,
            peak_mb=peak_mb,
            precision=round(precision, 4),
            recall=round(recall, 4),
            f1=round(2 * precision * recall / max(precision + recall, 1e-12), 4),
        )
    )
)
