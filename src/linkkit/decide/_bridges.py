"""Weak bridges: the pairs that alone hold a cluster together, where they are weak."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import SpecError
from linkkit.tables import Scores, id_frame

from ._graphs import bridges, connected_components
from ._ids import cluster_ids
from ._rivals import sorted_scores

if TYPE_CHECKING:
    import pandas as pd

    from ._tables import Clusters

__all__ = ["WEAK", "bridge_places", "weak_bridges"]

# A pair less likely than this is weak.
WEAK = 0.95


def weak_bridges(clusters: Clusters, below: float = WEAK) -> pd.DataFrame:
    """See :meth:`linkkit.decide.Clusters.bridges`."""
    if not 0 < below <= 1:
        raise SpecError(f"bridges(below=) is a probability above 0 and at most 1; got {below:g}.")
    within, weak = bridge_places(clusters, below)
    weak = weak[np.lexsort((weak, within.weight[weak]))]
    found = within.take(weak)
    size = np.bincount(clusters.label, minlength=len(clusters.label))[clusters.label[found.left]]
    frame = id_frame(clusters.records, found.left, found.right)
    names = cluster_ids(clusters.records, clusters.label).iloc[found.left.astype(np.int64)]
    frame.insert(0, "cluster_id", names.reset_index(drop=True))
    frame["match_weight"], frame["match_probability"] = found.weight, found.probability
    frame["size"] = size
    parts = _part_sizes(within, weak, clusters.label)
    frame["cut_off"] = np.minimum(parts, size - parts)
    return frame


def bridge_places(clusters: Clusters, below: float) -> tuple[Scores, NDArray[np.int64]]:
    """Return the scored pairs within clusters, and which of them are weak and alone hold their cluster together."""
    scores = sorted_scores(clusters.all_scores)
    within = scores.take(clusters.label[scores.left] == clusters.label[scores.right])
    is_bridge = bridges(within.left, within.right, len(clusters.label))
    return within, np.flatnonzero(is_bridge & (within.probability < below))


def _part_sizes(within: Scores, weak: NDArray[np.int64], label: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Return for each bridge how many records are on its left side once it is gone.

    Without all the weak bridges, the parts of a cluster are the nodes of a tree that the bridges make; a part and what
    hangs on it is added up from the leaves.
    """
    size = len(label)
    kept = np.ones(len(within), np.bool_)
    kept[weak] = False
    part = connected_components(within.left[kept], within.right[kept], size)
    held = np.bincount(part, minlength=size)
    ends = part[within.left[weak]], part[within.right[weak]]
    degree = np.bincount(np.concatenate(ends), minlength=size)
    open_, left_side = np.ones(len(weak), np.bool_), np.zeros(len(weak), np.int64)
    whole = np.bincount(label, minlength=size)
    while open_.any():  # a round for each layer of leaves
        for near, far, is_left in ((ends[0], ends[1], True), (ends[1], ends[0], False)):
            leaves = np.flatnonzero(open_ & (degree[near] == 1))
            if not len(leaves):
                continue
            hanging = held[near[leaves]]
            left_side[leaves] = hanging if is_left else whole[label[near[leaves]]] - hanging
            np.add.at(held, far[leaves], hanging)
            np.subtract.at(degree, far[leaves], 1)
            degree[near[leaves]] = 0
            open_[leaves] = False
    return left_side
