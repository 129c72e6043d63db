"""Clusters that go on from earlier ones: what was decided stays, new records join it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkkit.tables import Scores

from ._clusters import held_bits
from ._graphs import merged_by_mean, merged_kept_apart
from ._judgements import Judgements
from ._rivals import preference, rounded, sorted_scores
from ._settled import settled_clusters
from ._specs import Cluster
from ._tables import Clusters

__all__ = ["continue_clusters"]

Rows = NDArray[np.uint32]


def continue_clusters(
    scores: Scores,
    decision: Cluster,
    *,
    start: Rows,
    is_open: NDArray[np.bool_],
    judgements: Judgements | None = None,
) -> Clusters:
    """Cluster records of which some are in clusters already.

    Earlier clusters stay together, unless judgements take them apart. Pairs with an open record are decided: links are
    taken strongest first, and join two clusters where no two records of a unique dataset and no pair judged not to
    match would come together; of ``method="average"`` also only where the mean weight of all pairs between the two
    clusters reaches the threshold.

    Parameters
    ----------
    scores
        All scored pairs, earlier ones too.
    decision
        What the clusters are to be.
    start
        Shape (records,): for each record the smallest row of its earlier cluster; of an open record its own.
    is_open
        Shape (records,): records that are new, changed, or whose cluster lost a record.
    judgements
        What people decided.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.dataset import Dataset
    >>> from linkkit.records import Records
    >>> people = Records([Dataset(pd.DataFrame({"id": ["a", "b", "c"], "sex": "f"}))])
    >>> pairs = np.array([[0, 1], [2, 2]], np.uint32)
    >>> none = np.zeros((2, 0), np.uint8)
    >>> scores = Scores(people, *pairs, np.array([9.0, 5.0]), np.array([1.0, 0.97]), none, (), np.zeros(2, np.uint8))
    >>> start, is_open = np.array([0, 1, 2], np.uint32), np.array([False, False, True])
    >>> continue_clusters(scores, Cluster(unique=()), start=start, is_open=is_open).label.tolist()
    [0, 0, 0]
    """
    scores = sorted_scores(scores)
    held = held_bits(scores.records, decision.unique)
    strong = np.flatnonzero(decision.reached(scores))
    strong = strong[preference(scores.weight[strong])]
    edges = scores.left[strong], scores.right[strong]
    start = settled_clusters(start, edges, held, judgements)
    late = strong[is_open[edges[0]] | is_open[edges[1]]]
    new = scores.left[late], scores.right[late]
    none = np.empty(0, np.uint32)
    negative = (none, none) if judgements is None else judgements.negative
    if decision.ways == "average":
        weight = rounded(scores.weight)
        label = merged_by_mean(
            scores.left, scores.right, weight, late, held, decision.bits, decision.unscored, start=start
        )
        label = settled_clusters(label, new, held, judgements, start)
    else:
        label = merged_kept_apart(*new, start, held, *negative)
    refused = int((label[new[0]] != label[new[1]]).sum())
    return Clusters(scores.records, label, decision, scores, refused, judgements)
