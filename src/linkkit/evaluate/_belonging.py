"""Match probabilities of all pairs within clusters, also of those that are joined through other records only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkkit.decide import Clusters

from ._counts import pack, pairs_within

__all__ = ["cluster_pairs", "path_probability"]

Floats = NDArray[np.float64]
Rows = NDArray[np.uint32]
NEAR_CERTAIN = 1e-12


def path_probability(left: Rows, right: Rows, probability: Floats, label: NDArray[np.integer]) -> Floats:
    """Return for each record the probability of the surest chain of links to the centre of its cluster.

    The centre is the record of most probability in all. A chain holds where all its links do: the product of their
    probabilities, as if they erred independently. 1 for the centre and for records alone; 0 where no chain is.

    Parameters
    ----------
    left, right, probability
        Shape (pairs,): pairs within clusters.
    label
        Shape (records,): the cluster of each record.

    Examples
    --------
    Of a chain of three, the middle is the centre:

    >>> label = np.array([0, 0, 0])
    >>> ends = np.array([0, 1], np.uint32), np.array([1, 2], np.uint32)
    >>> path_probability(*ends, np.array([0.9, 0.8]), label).round(2).tolist()
    [0.9, 1.0, 0.8]
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import dijkstra

    size = len(label)
    found = np.ones(size)
    if not len(left):
        return found
    pull = np.bincount(left, probability, size) + np.bincount(right, probability, size)
    order = np.lexsort((np.arange(size), -np.round(pull, 9), label))
    is_first = np.concatenate([[True], label[order][1:] != label[order][:-1]])
    is_centre = np.zeros(size, bool)
    is_centre[order[is_first]] = True
    members = np.bincount(label, minlength=int(label.max()) + 1)[label]
    length = -np.log(np.clip(probability, NEAR_CERTAIN, 1.0 - NEAR_CERTAIN))
    graph = coo_array((length, (left.astype(np.int32), right.astype(np.int32))), shape=(size, size)).tocsr()
    centres = np.flatnonzero(is_centre & (members > 1))
    distance = dijkstra(graph, directed=False, indices=centres, min_only=True)
    found[members > 1] = np.exp(-distance[members > 1])
    return found


def cluster_pairs(clusters: Clusters) -> tuple[Rows, Rows, Floats]:
    """Return all pairs within clusters that the linkage could make, and the probability that each is a match.

    A pair has its own probability, or that of the surest chain through the centre of its cluster where that is more:
    two records that differ may each be like a third.
    """
    scores = clusters.all_scores
    within = np.flatnonzero(clusters.label[scores.left] == clusters.label[scores.right])
    left, right, own = scores.left[within], scores.right[within], scores.probability[within]
    chain = path_probability(left, right, own, clusters.label.astype(np.int64))
    every_left, every_right = pairs_within(clusters.label.astype(np.int64))
    if clusters.records.link_type == "link_only":
        datasets = clusters.records.dataset_of(np.arange(len(clusters.label), dtype=np.int64))
        is_allowed = datasets[every_left] != datasets[every_right]
        every_left, every_right = every_left[is_allowed], every_right[is_allowed]
    probability = chain[every_left] * chain[every_right]
    place = np.searchsorted(pack(every_left, every_right), pack(left, right))
    probability[place] = np.maximum(probability[place], own)
    return every_left, every_right, probability
