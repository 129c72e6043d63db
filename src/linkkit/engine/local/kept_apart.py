"""Merging along edges where some nodes must be kept apart: a dataset that holds a person once, what people judged."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkkit.engine.local.kernels.jit import compiled, inlined

__all__ = ["merged_kept_apart"]

Rows = NDArray[np.uint32]


def merged_kept_apart(
    left: Rows, right: Rows, start: Rows, held: NDArray[np.uint64], apart_left: Rows, apart_right: Rows
) -> Rows:
    """Merge clusters along edges, in the order given, unless that would put together what must be apart.

    Parameters
    ----------
    left, right
        The edges, strongest first.
    start
        Shape (nodes,): the clusters to begin with, as the smallest node of each node's cluster.
    held
        Shape (nodes,), uint64: two nodes that share a bit are not put together (where they begin together they stay).
    apart_left, apart_right
        Pairs of nodes that are not put together either.

    Returns
    -------
    For each node the smallest node of its cluster.
    """
    size = len(held)
    ends, others = np.concatenate([apart_left, apart_right]), np.concatenate([apart_right, apart_left])
    starts = np.zeros(size + 1, np.int64)
    np.cumsum(np.bincount(ends, minlength=size), out=starts[1:])
    partners = _rows(others[np.argsort(ends, kind="stable")])
    parent = _rows(start).copy()
    join_kept_apart(_rows(left), _rows(right), parent, held.copy(), starts, partners)
    return parent


def _rows(values: Rows) -> Rows:
    return np.require(values, np.uint32, ["C", "W"])


@inlined
def _root(parent: Any, node: Any) -> Any:
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node


@compiled("void(uint32[::1], uint32[::1], uint32[::1], uint64[::1], int64[::1], uint32[::1])")
def join_kept_apart(left: Any, right: Any, parent: Any, held: Any, starts: Any, partners: Any) -> None:
    """Union-find whose sets are linked lists too, so that the partners of the smaller set can be looked through."""
    size = len(parent)
    following = np.full(size, -1, np.int64)
    last = np.arange(size)
    count = starts[1:] - starts[:-1]  # how many partners the nodes of a set have, at its root
    for member in range(size):
        root = np.int64(parent[member])
        if root != member:
            following[last[root]] = member
            last[root] = member
            held[root] |= held[member]
            count[root] += starts[member + 1] - starts[member]
    for edge in range(len(left)):
        one, other = np.int64(_root(parent, left[edge])), np.int64(_root(parent, right[edge]))
        if one == other or (held[one] & held[other]) != 0:
            continue
        few, many = (one, other) if count[one] <= count[other] else (other, one)
        is_apart = False
        node: Any = few if count[few] > 0 else -1
        while node >= 0 and not is_apart:
            for place in range(starts[node], starts[node + 1]):
                is_apart |= np.int64(_root(parent, partners[place])) == many
            node = following[node]
        if is_apart:
            continue
        into, gone = min(one, other), max(one, other)
        parent[gone] = into
        following[last[into]] = gone
        last[into] = last[gone]
        held[into] |= held[gone]
        count[into] += count[gone]
    for member in range(size):
        parent[member] = parent[parent[member]]
