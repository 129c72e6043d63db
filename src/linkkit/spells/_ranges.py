"""Join days of groups: for each row of one side a stretch of the other side's rows, in the order of their days.

Everything here is a function of arrays. Two spells share a day where one starts within the other, so the pairs that
overlap are those where the right starts within the left, and those where the left starts, later, within the right. Each
half is a search for a stretch in sorted starts: no pair is looked at that is no answer, and counting makes none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["DayIndex", "Stretches", "expand"]

Numbers = NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class Stretches:
    """For each row of one side the stretch of the other side's rows that belong to it.

    Parameters
    ----------
    first, count
        Shape (rows,): where each row's stretch begins in ``order``, and how long it is.
    order
        The rows of the other side, in the order that was searched.
    is_of_right
        Whether the rows that have stretches are those of the right side.
    """

    first: Numbers
    count: Numbers
    order: Numbers
    is_of_right: bool = False

    @property
    def total(self) -> int:
        """How many pairs there are."""
        return int(self.count.sum())

    def chunks(self, size: int) -> Iterator[tuple[Numbers, Numbers]]:
        """Yield the pairs as (left, right), at most so many at a time."""
        rows = np.flatnonzero(self.count)
        ends = np.cumsum(self.count[rows])
        for begin in range(0, int(ends[-1]) if len(ends) else 0, size):
            one, other = self._slice(rows, ends, begin, min(begin + size, int(ends[-1])))
            yield (other, one) if self.is_of_right else (one, other)

    def _slice(self, rows: Numbers, ends: Numbers, begin: int, end: int) -> tuple[Numbers, Numbers]:
        """Return the pairs from one to another in the order of all; a long stretch may be cut."""
        low, high = np.searchsorted(ends, [begin, end - 1], side="right")
        some = rows[low : high + 1]
        starts = np.maximum(ends[low : high + 1] - self.count[some], begin)
        stops = np.minimum(ends[low : high + 1], end)
        skipped = starts - (ends[low : high + 1] - self.count[some])
        owner, place = expand(self.first[some] + skipped, stops - starts)
        return some[owner], self.order[place]


class DayIndex:
    """Rows of groups in the order of a day each, to be searched.

    Parameters
    ----------
    group
        Shape (rows,), int64: rows of a negative group are never found.
    day
        Shape (rows,), int64.

    Examples
    --------
    >>> index = DayIndex(np.array([0, 0, 1]), np.array([5, 3, 4]))
    >>> first, count = index.between(np.array([0, 1, 2]), np.array([3, 5, 0]), np.array([9, 9, 9]))
    >>> count.tolist(), index.order[first[0] : first[0] + 2].tolist()
    ([2, 0, 0], [1, 0])
    """

    def __init__(self, group: Numbers, day: Numbers) -> None:
        self._low = int(day.min()) if len(day) else 0
        # One day more on either side stands for all that lies beyond.
        self._span = (int(day.max()) if len(day) else 0) - self._low + 3
        keys = self._keys(group, day)
        if len(keys) < 2 or bool((keys[1:] >= keys[:-1]).all()):
            self.order, self._sorted = np.arange(len(keys)), keys
        else:
            self.order = np.argsort(keys, kind="stable")
            self._sorted = keys[self.order]

    def between(self, group: Numbers, first: Numbers, last: Numbers) -> tuple[Numbers, Numbers]:
        """Return where the rows of a group with a day from first to last begin in ``order``, and how many there are."""
        begin = np.searchsorted(self._sorted, self._keys(group, first), side="left")
        end = np.searchsorted(self._sorted, self._keys(group, last), side="right")
        return begin, np.where((group >= 0) & (last >= first), end - begin, 0)

    def _keys(self, group: Numbers, day: Numbers) -> Numbers:
        keys: Numbers = group * self._span + np.clip(day - self._low + 1, 0, self._span - 1)
        return keys


def expand(first: Numbers, count: Numbers) -> tuple[Numbers, Numbers]:
    """Return for each member of some stretches the number of its stretch, and its place.

    Examples
    --------
    >>> [part.tolist() for part in expand(np.array([4, 9, 0]), np.array([2, 0, 1]))]
    [[0, 0, 2], [4, 5, 0]]
    """
    owner = np.repeat(np.arange(len(count)), count)
    shift = first - (np.cumsum(count) - count)
    return owner, np.arange(len(owner)) + shift[owner]


def sharing(
    left: tuple[Numbers, Numbers, Numbers], right: tuple[Numbers, Numbers, Numbers], reach: int
) -> tuple[Stretches, Stretches]:
    """Return which spells of two sides share a day, or lie within so many days of each other.

    Parameters
    ----------
    left, right
        Group, start and end of each spell; a negative group is in no pair.
    reach
        The most days from the last day of the earlier to the first day of the later; 0: they share a day. Below 0 they
        share ``1 - reach`` days, which both sides' spells must be long.
    """
    (left_group, left_start, left_end), (right_group, right_start, right_end) = left, right
    by_right = DayIndex(right_group, right_start)
    right_within = Stretches(*by_right.between(left_group, left_start, left_end + reach), by_right.order)
    by_left = DayIndex(left_group, left_start)
    left_within = Stretches(
        *by_left.between(right_group, right_start + 1, right_end + reach), by_left.order, is_of_right=True
    )
    return right_within, left_within


def sharing_within(group: Numbers, start: Numbers, end: Numbers, reach: int) -> Stretches:
    """Return which spells of one side share a day, or lie within so many days: each pair once, the earlier first."""
    index = DayIndex(group, start)
    order = index.order
    begin, count = index.between(group[order], start[order], end[order] + reach)
    after = np.arange(len(order)) + 1
    stop = np.maximum(begin + count, after)
    first, number = np.empty_like(order), np.empty_like(order)
    first[order], number[order] = after, np.where(group[order] >= 0, stop - after, 0)
    return Stretches(first, number, order)
