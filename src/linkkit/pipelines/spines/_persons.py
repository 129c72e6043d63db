"""Who is who in a spine: a row a record, and a row a person. Whole columns, no loop over records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkkit.decide import Clusters
from linkkit.decide._ids import dataset_names, record_ids

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["index_table", "least_probability", "person_numbers", "persons_table"]

Numbers = NDArray[np.int64]


def person_numbers(clusters: Clusters) -> tuple[Numbers, Numbers]:
    """Return the smallest row of each person, and for each record the number of its person; shape (records,)."""
    first, number = np.unique(clusters.label, return_inverse=True)
    return first.astype(np.int64), number.reshape(-1).astype(np.int64)


def least_probability(clusters: Clusters) -> NDArray[np.float64]:
    """Return for each person the probability of the weakest link that is needed to hold it together; shape (persons,).

    It is the least of the strongest links that connect all records of the person (of the maximum spanning tree of its
    links): however the records are cut in two, some link at least this likely runs across. NaN of a single record.

    Examples
    --------
    >>> import linkkit as lk
    >>> run = lk.dedupe(lk.synth.people(200, seed=1).register(duplicates=0.3).dataset(), progress=False)
    >>> least = least_probability(run.clustered)
    >>> bool(np.nanmin(least) >= 0.5)
    True
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import minimum_spanning_tree

    first, number = person_numbers(clusters)
    links = clusters.links.scores
    within = links.take(clusters.label[links.left] == clusters.label[links.right])
    found = np.full(len(first), np.nan)
    if not len(within):
        return found
    # Costs above 0, the likeliest lowest; scipy takes a cost of 0 for no link.
    distinct, rank = np.unique(-within.probability, return_inverse=True)
    size = len(clusters.label)
    graph = coo_matrix((rank.reshape(-1) + 1.0, (within.left, within.right)), shape=(size, size)).tocsr()
    tree = minimum_spanning_tree(graph).tocoo()
    worst = np.zeros(len(first))
    np.maximum.at(worst, number[tree.row], tree.data)
    linked = worst > 0
    found[linked] = -distinct[worst[linked].astype(np.int64) - 1]
    return found


def index_table(clusters: Clusters, added_in: Any, has_conflict: NDArray[np.bool_]) -> pd.DataFrame:
    """Return a row a record: spine_id, source, record_id, added_in, status."""
    import pandas as pd

    _, number = person_numbers(clusters)
    sizes = np.bincount(number)
    status = np.where(sizes[number] > 1, 1, 0)
    status[has_conflict[number]] = 2
    kinds = pd.CategoricalDtype(["single", "linked", "conflict"])
    return pd.DataFrame({
        "spine_id": clusters.names.to_pandas() if clusters.names is not None else number,
        "source": dataset_names(clusters.records),
        "record_id": record_ids(clusters.records),
        "added_in": np.asarray(added_in),
        "status": pd.Categorical.from_codes(status, dtype=kinds),
    })  # fmt: skip


def persons_table(
    clusters: Clusters, first_seen: NDArray[np.int64], extract: NDArray[np.int64], has_conflict: NDArray[np.bool_]
) -> pd.DataFrame:
    """Return a row a person: spine_id, records, sources, least_probability, first_seen, last_seen, has_conflict.

    ``first_seen`` is a number a person; ``extract`` says for each source in which update its extract came.
    """
    import pandas as pd

    first, number = person_numbers(clusters)
    last = np.zeros(len(first), np.int64)
    np.maximum.at(last, number, extract[clusters.records.dataset_of(np.arange(len(number)))])
    assert clusters.names is not None
    frame = pd.DataFrame({
        "spine_id": clusters.names.take(first).to_pandas(),
        "records": np.bincount(number),
        "sources": source_counts(clusters, number).astype(np.int64),
        "least_probability": least_probability(clusters),
        "first_seen": first_seen,
        "last_seen": last,
        "has_conflict": has_conflict,
    })  # fmt: skip
    return frame.sort_values("spine_id", ignore_index=True)


def source_counts(clusters: Clusters, number: Numbers) -> Numbers:
    """Return how many sources hold each person; shape (persons,)."""
    count = len(clusters.records.datasets)
    source = clusters.records.dataset_of(np.arange(len(number)))
    held = np.unique(number * count + source)
    return np.bincount(held // count)
