"""Counts of pairs, by groups and by packed keys. Pure functions of arrays; no pair of a group is made to be counted."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["distinct_rows", "group_sizes", "holds", "pack", "pair_total", "pairs_within", "unpack"]

Rows = NDArray[np.uint32]
Keys = NDArray[np.uint64]
Groups = NDArray[np.int64]
_SHIFT = np.uint64(32)


def pack(left: NDArray[np.integer], right: NDArray[np.integer]) -> Keys:
    """Return one number for each pair: the smaller row in the high bits.

    Examples
    --------
    >>> pack(np.array([7]), np.array([2])) == pack(np.array([2]), np.array([7]))
    array([ True])
    """
    low, high = np.minimum(left, right), np.maximum(left, right)
    return np.asarray((low.astype(np.uint64) << _SHIFT) | high.astype(np.uint64))


def unpack(keys: Keys) -> tuple[Rows, Rows]:
    """Return the pairs behind packed numbers: the smaller rows, and the larger."""
    return (keys >> _SHIFT).astype(np.uint32), (keys & np.uint64(0xFFFFFFFF)).astype(np.uint32)


def holds(members: Keys, keys: Keys) -> NDArray[np.bool_]:
    """Return which keys are among the members (rising, distinct).

    Examples
    --------
    >>> holds(np.array([2, 5], np.uint64), np.array([5, 3, 9], np.uint64)).tolist()
    [True, False, False]
    """
    if not len(members):
        return np.zeros(len(keys), np.bool_)
    place = np.minimum(np.searchsorted(members, keys), len(members) - 1)
    return np.asarray(members[place] == keys)


def group_sizes(*names: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return how many records are in each group: those that agree in every one of these names (numbers from 0).

    Examples
    --------
    >>> group_sizes(np.array([4, 4, 1]), np.array([0, 1, 0])).tolist()
    [1, 1, 1]
    """
    key = names[0].astype(np.int64)
    for name in names[1:]:
        width = int(name.max(initial=0)) + 1
        if int(key.max(initial=0)) > 2**62 // width:
            key = np.unique(key, return_inverse=True)[1].astype(np.int64)
        key = key * width + name
    if int(key.max(initial=0)) <= 4 * len(key):
        counts = np.bincount(key)
        return counts[counts > 0].astype(np.int64)
    return np.unique(key, return_counts=True)[1].astype(np.int64)


def distinct_rows(table: NDArray[np.integer] | NDArray[np.bool_]) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Return the distinct rows of a table of small numbers from 0, sorted, and which of them each row is.

    Examples
    --------
    >>> rows, place = distinct_rows(np.array([[1, 0], [0, 2], [1, 0]]))
    >>> rows.tolist(), place.tolist()
    ([[0, 2], [1, 0]], [1, 0, 1])
    """
    key = np.zeros(len(table), np.int64)
    for column in table.T.astype(np.int64):
        width = int(column.max(initial=0)) + 1
        if int(key.max(initial=0)) > 2**62 // width:
            key = np.unique(key, return_inverse=True)[1].astype(np.int64).reshape(-1)
        key = key * width + column
    _, first, place = np.unique(key, return_index=True, return_inverse=True)
    return table[first], place.reshape(-1)


def pair_total(sizes: NDArray[np.int64]) -> int:
    """Return how many pairs there are within groups of these sizes.

    Examples
    --------
    >>> pair_total(np.array([3, 1, 2]))
    4
    """
    return int((sizes * (sizes - 1) // 2).sum())


def pairs_within(groups: Groups) -> tuple[Rows, Rows]:
    """Return every pair of records of one group, left below right, sorted; records of a negative group are in none.

    Examples
    --------
    >>> [rows.tolist() for rows in pairs_within(np.array([5, 9, 5, -1, 5]))]
    [[0, 0, 2], [2, 4, 4]]
    """
    rows = np.flatnonzero(groups >= 0)
    order = rows[np.argsort(groups[rows], kind="stable")]
    label = groups[order]
    ends = np.flatnonzero(np.concatenate([label[1:] != label[:-1], np.ones(min(len(label), 1), np.bool_)])) + 1
    end_of = np.repeat(ends, np.diff(ends, prepend=0))
    later = end_of - np.arange(len(order)) - 1
    first = np.repeat(np.arange(len(order)), later)
    step = np.arange(len(first)) - np.repeat(np.cumsum(later) - later, later)
    left, right = order[first], order[first + 1 + step]
    return unpack(np.sort(pack(left, right)))
