"""Which pairs stand in each other's way: best pairs, second best, the gap between. Pure functions of arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from linkkit.tables import Scores

__all__ = [
    "DIGITS",
    "best_of_each",
    "gap",
    "keys_of",
    "preference",
    "rounded",
    "shared_probability",
    "sorted_scores",
    "top_two",
]

Keys = NDArray[np.int64]
DIGITS = 9
"""Weights are equal where they agree to so many digits behind the point (bits)."""
MOST_BITS = 1e5
"""Weights beyond so many bits are equal to it, so that sums of many stay exact to 1e-9."""


def sorted_scores(scores: Scores) -> Scores:
    """Return the scores by left, then right row: the same order whatever order they came in."""
    packed = (scores.left.astype(np.uint64) << np.uint64(32)) | scores.right
    if bool(np.all(packed[1:] > packed[:-1])):
        return scores
    return scores.take(np.argsort(packed, kind="stable"))


def rounded(weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return weights as they are compared: to 1e-9 bits, and equal beyond 100,000 bits.

    Examples
    --------
    >>> rounded(np.array([1 + 1e-12, -np.inf])).tolist()
    [1.0, -100000.0]
    """
    return np.asarray(np.round(np.clip(weight, -MOST_BITS, MOST_BITS), DIGITS))


def preference(weight: NDArray[np.float64]) -> Keys:
    """Return the positions of pairs (sorted by left, then right) from the most to the least preferred.

    By rule, never by chance: the larger weight (to 1e-9 bits), then the smaller left, then the smaller right row.

    Examples
    --------
    >>> preference(np.array([1.0, 3.0, 3.0 + 1e-12])).tolist()
    [1, 2, 0]
    """
    return np.argsort(-rounded(weight), kind="stable")


def keys_of(scores: Scores, side: str) -> list[Keys]:
    """Return what pairs compete for, a key for each pair: a record of this side (or both) and the other's dataset."""
    records = scores.records
    count = len(records.datasets)
    is_simple = count == 1 or (count == 2 and records.link_type == "link_only")
    found = []
    for name, here, there in (("left", scores.left, scores.right), ("right", scores.right, scores.left)):
        if side in (name, "both"):
            own = here.astype(np.int64)
            found.append(own if is_simple else own * count + records.dataset_of(there))
    return found


def top_two(
    keys: Sequence[Keys], weight: NDArray[np.float64], size: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the largest and the second largest weight among the pairs of each key; -inf where there is none.

    Two pairs of the same largest weight make the second as large as the first.

    Examples
    --------
    >>> first, second = top_two([np.array([0, 0, 1])], np.array([3.0, 5.0, 2.0]), 2)
    >>> first.tolist(), second.tolist()
    ([5.0, 2.0], [3.0, -inf])
    """
    first, second = np.full(size, -np.inf), np.full(size, -np.inf)
    for key in keys:
        np.maximum.at(first, key, weight)
    tops = np.zeros(size, np.int64)
    for key in keys:
        is_top = weight == first[key]
        tops += np.bincount(key[is_top], minlength=size)
        np.maximum.at(second, key[~is_top], weight[~is_top])
    return first, np.where(tops > 1, first, second)


def gap(keys: Sequence[Keys], weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how many bits each pair is above the best other pair of any of its keys; inf where there is none.

    Examples
    --------
    >>> gap([np.array([0, 0, 1])], np.array([3.0, 5.0, 2.0])).tolist()
    [-2.0, 2.0, inf]
    """
    if not len(weight):
        return np.empty(0)
    size = max(int(key.max()) for key in keys) + 1
    compared = rounded(weight)
    first, second = top_two(keys, compared, size)
    rival = np.full(len(weight), -np.inf)
    for key in keys:
        np.maximum(rival, np.where(compared == first[key], second[key], first[key]), out=rival)
    gaps: NDArray[np.float64] = compared - rival
    return gaps


def best_of_each(keys: Sequence[Keys], weight: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which pairs (sorted by left, then right) are the most preferred of every one of their keys.

    Examples
    --------
    >>> best_of_each([np.array([0, 0, 1])], np.array([5.0, 5.0, 2.0])).tolist()
    [True, False, True]
    """
    rank = np.empty(len(weight), np.int64)
    rank[preference(weight)] = np.arange(len(weight))
    size = max((int(key.max(initial=-1)) for key in keys), default=-1) + 1
    best = np.full(size, len(weight), np.int64)
    for key in keys:
        np.minimum.at(best, key, rank)
    chosen = np.ones(len(weight), np.bool_)
    for key in keys:
        chosen &= best[key] == rank
    return chosen


def shared_probability(keys: Sequence[Keys], weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the match probability of each pair, given that one pair of each key at most is a match.

    With odds ``o`` it is ``o / (1 + the odds of all pairs that share a key)``, itself counted once. That is exact where
    one side competes; for both sides it takes the rivals on either as if they did not compete with each other.

    Examples
    --------
    >>> shared_probability([np.array([0, 0, 1])], np.array([1.0, 1.0, 1.0])).round(2).tolist()
    [0.4, 0.4, 0.67]
    """
    odds = np.exp2(np.clip(weight, -500, 500))
    rivals = np.zeros(len(weight))
    for key in keys:
        rivals += np.maximum(np.bincount(key, odds)[key] - odds, 0)
    return np.asarray(odds / (1 + odds + rivals))
