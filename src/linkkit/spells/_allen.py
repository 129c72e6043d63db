"""How two spells lie to each other, by Allen's thirteen relations."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["RELATIONS", "allen"]

Numbers = NDArray[np.int64]
# By how the starts compare, then the ends: earlier, same, later.
_SHARING = (
    ("overlaps", "finished_by", "contains"),
    ("starts", "equals", "started_by"),
    ("during", "finishes", "overlapped_by"),
)
RELATIONS = ("before", "meets", *(name for row in _SHARING for name in row), "met_by", "after")


def allen(left_start: Numbers, left_end: Numbers, right_start: Numbers, right_end: Numbers) -> NDArray[np.int8]:
    """Return the relation of each pair of spells, as a position in ``RELATIONS``.

    Both ends belong to a spell. One meets another that starts on the day after its last. Two open ends are the same.

    References
    ----------
    Allen JF. Maintaining knowledge about temporal intervals. Communications of the ACM 1983; 26(11): 832-843.

    Examples
    --------
    >>> day = np.array([10, 10, 10, 10, 10])
    >>> found = allen(day, day + 5, np.array([16, 12, 10, 8, 17]), np.array([20, 13, 15, 30, 20]))
    >>> [RELATIONS[place] for place in found]
    ['meets', 'contains', 'equals', 'during', 'before']
    """
    starts, ends = np.sign(left_start - right_start) + 1, np.sign(left_end - right_end) + 1
    found = 2 + 3 * starts + ends
    found = np.where(right_start > left_end, np.where(right_start == left_end + 1, 1, 0), found)
    found = np.where(left_start > right_end, np.where(left_start == right_end + 1, 11, 12), found)
    return found.astype(np.int8)
