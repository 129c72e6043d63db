"""Dates entered where the date is not known, told from dates of people by the evidence of the column."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ._column import Mask
from ._date_shapes import Dates

__all__ = ["is_default"]

# Null and invalid dates of HES, the Gregorian calendar's first day, the zeros of database and spreadsheet software.
_EMPTY_AROUND = (
    "1582-10-15", "1600-01-01", "1601-01-01", "1700-01-01", "1753-01-01", "1800-01-01", "1801-01-01", "1850-01-01",
    "1858-11-17", "1899-12-30", "1899-12-31", "1900-01-01", "1901-01-01", "1904-01-01", "1111-11-11", "1000-01-01",
)  # fmt: skip
# Days that are also birthdays: defaults only where far more people have them than the same day of the years around.
_HEAPED = ("1900-01-01", "1950-01-01", "1960-01-01", "1970-01-01", "1980-01-01", "1990-01-01", "2000-01-01")
_LEAST = 10  # records
_TIMES = 10


def is_default(dates: Dates, real: Mask, counts: NDArray[np.int64]) -> Mask:
    """Which dates stand for "not known".

    A day of the first list is one where few others of the column lie in the two years around it (a register of the 19th
    century has true births on 1800-01-01). A day of the second list is one where it holds ten times as many records as
    the same day in the most common of the three years on either side.

    Parameters
    ----------
    dates
        Distinct dates.
    real
        Which of them are days of the calendar.
    counts
        How many records hold each.
    """
    found = np.zeros(len(real), np.bool_)
    whole = real & (dates.year > 0) & (dates.month > 0) & (dates.day > 0)
    number = dates.year * 10_000 + dates.month * 100 + dates.day
    for text in _EMPTY_AROUND:
        here = whole & (number == int(text.replace("-", "")))
        if here.any():
            near = whole & ~here & (np.abs(dates.year - int(text[:4])) <= 2) & ~np.isin(number, _numbers(_EMPTY_AROUND))
            if counts[near].sum() <= counts[here].sum():
                found |= here
    for text in _HEAPED:
        here = whole & (number == int(text.replace("-", "")))
        if counts[here].sum() >= _LEAST:
            found |= here & _is_heaped(number, counts, whole, text)
    found |= whole & (number == 99_991_231)
    return found


def _is_heaped(number: NDArray[np.int64], counts: NDArray[np.int64], whole: Mask, text: str) -> bool:
    own = int(text.replace("-", ""))
    same_day = [own + shift * 10_000 for shift in (-3, -2, -1, 1, 2, 3)]
    most_near = max(int(counts[whole & (number == day)].sum()) for day in same_day)
    return int(counts[whole & (number == own)].sum()) >= _TIMES * max(most_near, 1)


def _numbers(texts: tuple[str, ...]) -> list[int]:
    return [int(text.replace("-", "")) for text in texts]
