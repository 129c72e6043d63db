"""Average linkage on a sparse graph: clusters that fit together as a whole, not by one edge."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkkit.engine.local.kernels.jit import compiled, inlined

__all__ = ["merged_by_mean"]

Rows = NDArray[np.uint32]
Floats = NDArray[np.float64]
# A merge can make another one possible; more sweeps than this change next to nothing.
_SWEEPS = 5


def merged_by_mean(
    left: Rows,
    right: Rows,
    weight: Floats,
    tried: NDArray[np.int64],
    held: NDArray[np.uint64],
    floor: float,
    unscored: float,
    *,
    start: Rows | None = None,
) -> Rows:
    """Merge nodes along edges, where the mean weight of all pairs between their clusters reaches a floor.

    Parameters
    ----------
    left, right, weight
        The edges, each once.
    tried
        Which edges to merge along (positions), strongest first.
    held
        Shape (nodes,), uint64: two nodes that share a bit never end in one cluster.
    floor
        What the mean must reach.
    unscored
        The weight of pairs that are no edge.
    start
        The clusters to begin with, as the smallest node of each node's; by default single nodes.

    Returns
    -------
    For each node the smallest node of its cluster.
    """
    size = len(held)
    ends, others = np.concatenate([left, right]), np.concatenate([right, left])
    order = np.argsort(ends, kind="stable")
    starts = np.zeros(size + 1, np.int64)
    np.cumsum(np.bincount(ends, minlength=size), out=starts[1:])
    neighbours = np.require(others[order], np.uint32, ["C", "W"])
    weights = np.require(np.concatenate([weight, weight])[order], np.float64, ["C", "W"])
    label = np.arange(size, dtype=np.uint32)
    following, last, members = np.full(size, -1, np.int64), np.arange(size), np.ones(size, np.int64)
    ends_of = np.require(left[tried], np.uint32, ["C", "W"]), np.require(right[tried], np.uint32, ["C", "W"])
    bits = held.copy()
    if start is not None:
        _begin(start, label, following, last, members, bits)
    for _ in range(_SWEEPS):
        if not sweep(*ends_of, starts, neighbours, weights, label, following, last, members, bits, floor, unscored):
            break
    return label


def _begin(start: Rows, label: Rows, following: Any, last: Any, members: Any, held: NDArray[np.uint64]) -> None:
    """Write clusters down as lists of their members in the order of nodes."""
    label[:] = start
    order = np.argsort(start, kind="stable")
    first = np.flatnonzero(np.diff(start[order].astype(np.int64), prepend=-1))
    roots = start[order[first]]
    is_last = np.append(np.diff(start[order].astype(np.int64)) != 0, True)[: len(order)]
    following[order[~is_last]] = order[np.flatnonzero(~is_last) + 1]
    last[roots] = order[is_last]
    members[roots] = np.diff(np.append(first, len(order)))
    held[roots] = np.bitwise_or.reduceat(held[order], first) if len(order) else held[roots]


@compiled(
    "int64(uint32[::1], uint32[::1], int64[::1], uint32[::1], float64[::1], uint32[::1], int64[::1], int64[::1], "
    "int64[::1], uint64[::1], float64, float64)"
)
def sweep(
    left: Any, right: Any, starts: Any, neighbours: Any, weights: Any, label: Any, following: Any, last: Any,
    members: Any, held: Any, floor: Any, unscored: Any,
) -> Any:  # fmt: skip
    """Try to merge along every edge once; return how many merges there were. Members of a cluster are a linked list."""
    merges = 0
    for edge in range(len(left)):
        one, other = np.int64(label[left[edge]]), np.int64(label[right[edge]])
        if one == other or (held[one] & held[other]) != 0:
            continue
        small, large = (one, other) if members[one] <= members[other] else (other, one)
        graph = starts, neighbours, weights
        total, edges = weight_between(small, large, graph, label, following)
        pairs = members[one] * members[other]
        if total + unscored * (pairs - edges) < floor * pairs:
            continue
        into, gone = min(one, other), max(one, other)
        node = gone
        while node >= 0:
            label[node] = into
            node = following[node]
        following[last[into]], last[into] = gone, last[gone]
        members[into] += members[gone]
        held[into] |= held[gone]
        merges += 1
    return merges


@inlined
def weight_between(small: Any, large: Any, graph: Any, label: Any, following: Any) -> Any:
    """Return the summed weight of the edges between two clusters, and their number."""
    starts, neighbours, weights = graph
    total, edges = 0.0, 0
    node = small
    while node >= 0:
        for place in range(starts[node], starts[node + 1]):
            if label[neighbours[place]] == large:
                total += weights[place]
                edges += 1
        node = following[node]
    return total, edges
