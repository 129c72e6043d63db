"""Graphs of records: connected components, score-ordered merging, bridges. Functions of arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkkit.engine.local.kernels.jit import compiled

__all__ = ["bridges", "components", "merged_apart"]

Rows = NDArray[np.uint32]


def components(left: Rows, right: Rows, size: int) -> Rows:
    """Return for each of ``size`` nodes the smallest node of its connected component."""
    parent = np.arange(size, dtype=np.uint32)
    join(_rows(left), _rows(right), parent)
    return parent


def merged_apart(left: Rows, right: Rows, held: NDArray[np.uint64]) -> Rows:
    """Merge nodes along edges, in the order given, unless that would put two holders of one bit together.

    Parameters
    ----------
    left, right
        The edges, strongest first.
    held
        Shape (nodes,), uint64: the bits of each node; two nodes that share a bit never end in one cluster.

    Returns
    -------
    For each node the smallest node of its cluster.
    """
    parent = np.arange(len(held), dtype=np.uint32)
    join_apart(_rows(left), _rows(right), parent, held.copy())
    return parent


def bridges(left: Rows, right: Rows, size: int) -> NDArray[np.bool_]:
    """Return which edges are bridges: without it, its component falls in two. Each edge is given once."""
    ends = np.concatenate([left, right])
    order = np.argsort(ends, kind="stable")
    starts = np.zeros(size + 1, np.int64)
    np.cumsum(np.bincount(ends, minlength=size), out=starts[1:])
    neighbours = _rows(np.concatenate([right, left])[order])
    edges = order % max(len(left), 1)
    found = np.zeros(len(left), np.bool_)
    find_bridges(starts, neighbours, edges, found)
    return found


def _rows(values: Rows) -> Rows:
    return np.require(values, np.uint32, ["C", "W"])


@compiled("void(uint32[::1], uint32[::1], uint32[::1])")
def join(left: Any, right: Any, parent: Any) -> None:
    """Union-find with path halving; the smaller root stays, so that a parent is never above its node."""
    for edge in range(len(left)):
        one, other = left[edge], right[edge]
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        while parent[other] != other:
            parent[other] = parent[parent[other]]
            other = parent[other]
        if one < other:
            parent[other] = one
        elif other < one:
            parent[one] = other
    for node in range(len(parent)):
        parent[node] = parent[parent[node]]


@compiled("void(uint32[::1], uint32[::1], uint32[::1], uint64[::1])")
def join_apart(left: Any, right: Any, parent: Any, held: Any) -> None:
    """Union-find that refuses to join two sets which hold a bit in common."""
    for edge in range(len(left)):
        one, other = left[edge], right[edge]
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        while parent[other] != other:
            parent[other] = parent[parent[other]]
            other = parent[other]
        if one == other or (held[one] & held[other]) != 0:
            continue
        if one < other:
            parent[other] = one
            held[one] |= held[other]
        else:
            parent[one] = other
            held[other] |= held[one]
    for node in range(len(parent)):
        parent[node] = parent[parent[node]]


@compiled("void(int64[::1], uint32[::1], int64[::1], boolean[::1])")
def find_bridges(starts: Any, neighbours: Any, edges: Any, found: Any) -> None:
    """Depth-first search with low points (Tarjan 1974), without recursion."""
    size = len(starts) - 1
    entered = np.zeros(size, np.int64)
    low = np.zeros(size, np.int64)
    came_by = np.full(size, -1, np.int64)
    parent = np.zeros(size, np.int64)
    following = starts[:-1].copy()
    clock = 0
    for root in range(size):
        if entered[root] != 0:
            continue
        clock += 1
        entered[root] = low[root] = clock
        node = root
        while True:
            if following[node] < starts[node + 1]:
                place = following[node]
                following[node] += 1
                near: Any = np.int64(neighbours[place])
                if edges[place] == came_by[node]:
                    continue
                if entered[near] == 0:
                    clock += 1
                    entered[near] = low[near] = clock
                    came_by[near], parent[near] = edges[place], node
                    node = near
                else:
                    low[node] = min(low[node], entered[near])
            elif node == root:
                break
            else:
                above = parent[node]
                low[above] = min(low[above], low[node])
                found[came_by[node]] = low[node] > entered[above]
                node = above
