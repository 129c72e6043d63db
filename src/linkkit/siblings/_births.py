"""Whether two dates of birth of one family can be those of twins."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

__all__ = ["is_one_birth"]

# Two births of one mother lie at least so many days apart; dates that are nearer and differ by one slip of the pen are
# of one birth. A day apart is one birth as well: on both sides of midnight.
BIRTHS_APART = 210
_ISO = r"^\d{4}-\d{2}-\d{2}$"
_NONE = "0000-00-00"
_YEAR, _MONTH, _DAY = slice(0, 4), slice(5, 7), slice(8, 10)


def is_one_birth(left: NDArray[np.integer], right: NDArray[np.integer], values: pa.StringArray) -> NDArray[np.int8]:
    """Tell which pairs of dates are of one birth: 1 where they are, 0 where not, -1 where a date is not known.

    They are where the dates are the same, a day apart, or nearer than two births of a mother can be and the same but
    for one slip: a digit, two neighbouring digits in the wrong order, or day and month swapped.

    Parameters
    ----------
    left, right
        Shape (pairs,): the position of each date among the values.
    values
        Dates in ISO form; whatever else a text says, it is no whole date.

    Examples
    --------
    >>> dates = pa.array(["", "2012-03-05", "2012-03-15", "2013-03-05", "2012-05-03"])
    >>> is_one_birth(np.array([1, 1, 1, 1, 1]), np.arange(5), dates).tolist()
    [-1, 1, 1, 0, 1]
    """
    characters, days, is_known = _dates(values)
    first, second = characters[left], characters[right]
    gap = np.abs(days[left] - days[right])
    one = (gap <= 1) | ((gap < BIRTHS_APART) & _one_slip(first, second))
    both = is_known[left] & is_known[right]
    return np.where(both, one, -1).astype(np.int8)


def _dates(values: pa.StringArray) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.bool_]]:
    """Return each value's ten characters, its day, and whether it is a whole date."""
    shaped = pc.if_else(pc.match_substring_regex(values, _ISO), values, _NONE)
    characters = np.array(shaped.to_pylist(), "S10").view(np.uint8).reshape(len(values), 10)
    year, month, day = (_number(characters[:, part]) for part in (_YEAR, _MONTH, _DAY))
    months = (12 * (year - 1970) + np.clip(month, 1, 12) - 1).astype("datetime64[M]")
    start = months.astype("datetime64[D]").astype(np.int64)
    length = (months + 1).astype("datetime64[D]").astype(np.int64) - start
    is_date = (month >= 1) & (month <= 12) & (day >= 1) & (day <= length)
    return characters, start + day - 1, is_date


def _number(digits: NDArray[np.uint8]) -> NDArray[np.int64]:
    powers = 10 ** np.arange(digits.shape[1] - 1, -1, -1)
    return np.asarray((digits.astype(np.int64) - ord("0")) @ powers)


def _one_slip(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which dates differ by one digit, by two neighbouring digits swapped, or by day and month swapped."""
    differs = first != second
    count = differs.sum(axis=1)
    swapped = np.zeros(len(first), np.bool_)
    for place in (0, 1, 2, 5, 8):
        pair = differs[:, place] & differs[:, place + 1]
        crossed = (first[:, place] == second[:, place + 1]) & (first[:, place + 1] == second[:, place])
        swapped |= pair & crossed & (count == 2)
    exchanged = (
        (first[:, _YEAR] == second[:, _YEAR]).all(axis=1)
        & (first[:, _MONTH] == second[:, _DAY]).all(axis=1)
        & (first[:, _DAY] == second[:, _MONTH]).all(axis=1)
    )
    return np.asarray((count <= 1) | swapped | exchanged)
