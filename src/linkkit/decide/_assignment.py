"""Optimal one-to-one assignment. Pure functions of arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._graphs import assignment, connected_components
from ._rivals import DIGITS, rounded, top_two

__all__ = ["assign"]

Rows = NDArray[np.uint32]
Numbers = NDArray[np.int64]
Gains = NDArray[np.float64]
# Settling stops when a round takes less than this share of the open pairs: the solver does the rest.
_WORTH_A_ROUND = 0.05


def assign(left: Rows, right: Rows, gain: Gains) -> NDArray[np.bool_]:
    """Choose pairs so that each left and each right is in one at most, and the gains sum to the most possible.

    Most pairs are plainly in every best choice, or in none; what is left is solved exactly, by shortest augmenting
    paths.

    Parameters
    ----------
    left, right
        Pairs sorted by left, then right; each once.
    gain
        What each pair is worth, 0 or more; leaving a pair out is worth 0. A pair worth 0 is taken where it hinders no
        other.

    Returns
    -------
    Which pairs are chosen.

    Notes
    -----
    Among choices of equal sum (to 1e-9), records pair up in the order of their rows.

    Examples
    --------
    >>> pairs = np.array([[0, 0, 1, 1], [2, 3, 2, 3]], np.uint32)
    >>> assign(*pairs, np.array([4.2, 4.0, 3.7, 0.1])).tolist()
    [False, True, True, False]
    """
    worth = rounded(np.maximum(gain, 0))
    lefts, rights = _numbered(left), _numbered(right)
    chosen, is_open = _settle(lefts, rights, worth)
    hard = np.flatnonzero(is_open)
    if len(hard):
        lefts, rights = _numbered(lefts[hard]), _numbered(rights[hard])
        chosen[hard] = assignment(lefts, rights, worth[hard] + _in_order(lefts, rights))
    return chosen


def _numbered(names: NDArray[np.integer[Any]]) -> Numbers:
    """Number names from 0, in their order."""
    numbers: Numbers = np.unique(names, return_inverse=True)[1].astype(np.int64)
    return numbers


def _settle(left: Numbers, right: Numbers, gain: Gains) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Take the pairs that every best choice holds, again and again; return them, and those still open.

    A pair worth more than the best rivals of both its records together is in every best choice: whatever choice leaves
    it out gains by dropping these rivals for it. A pair without rivals is taken.
    """
    chosen, is_open = np.zeros(len(left), np.bool_), np.ones(len(left), np.bool_)
    sizes = int(left.max(initial=-1)) + 1, int(right.max(initial=-1)) + 1
    while is_open.any():
        pairs = np.flatnonzero(is_open)
        own = gain[pairs]
        rivals = []
        for side, size in zip((left[pairs], right[pairs]), sizes, strict=True):
            first, second = top_two([side], own, size)
            rivals.append(np.where(own == first[side], second[side], first[side]))
        is_alone = np.isneginf(rivals[0]) & np.isneginf(rivals[1])
        is_sure = is_alone | (own > np.maximum(rivals[0], 0) + np.maximum(rivals[1], 0))
        taken = pairs[is_sure]
        chosen[taken] = True
        used_left, used_right = np.zeros(sizes[0], np.bool_), np.zeros(sizes[1], np.bool_)
        used_left[left[taken]] = True
        used_right[right[taken]] = True
        is_open[pairs] = ~(used_left[left[pairs]] | used_right[right[pairs]])
        if len(taken) < _WORTH_A_ROUND * len(pairs):
            break
    return chosen, is_open


def _in_order(left: Numbers, right: Numbers) -> Gains:
    """A bonus below the resolution of weights that settles ties in a component: the first left with the first right.

    By the rearrangement inequality the sum of products is largest where both sides are in the same order.
    """
    lefts, rights = int(left.max()) + 1, int(right.max()) + 1
    label = connected_components(left.astype(np.uint32), (right + lefts).astype(np.uint32), lefts + rights)
    left_rank, left_count = _ranks(label[:lefts])
    right_rank, right_count = _ranks(label[lefts:])
    scale = 0.25 * 10.0**-DIGITS / np.minimum(left_count[left], right_count[right])
    return np.asarray(scale * (1 - left_rank[left]) * (1 - right_rank[right]))


def _ranks(label: Rows) -> tuple[Gains, Numbers]:
    """The rank of each node among those of its component, from 0 to below 1; and how many those are."""
    order = np.argsort(label, kind="stable")
    counts = np.bincount(label)
    starts = np.cumsum(counts) - counts
    place = np.empty(len(label), np.int64)
    place[order] = np.arange(len(label)) - starts[label[order]]
    return place / counts[label], counts[label]
