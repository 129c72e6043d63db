"""Columns of dates as whole days; what cannot be read is counted, never guessed."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkkit._days import UNKNOWN
from linkkit.encoded import encode

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Days", "NO_DAY", "after_years", "day_of", "first_days", "is_day", "read_days"]

# Whole days from 1970-01-01; NO_DAY where there is none.
Days = NDArray[np.int64]
NO_DAY = UNKNOWN


def read_days(column: pa.ChunkedArray) -> tuple[Days, int]:
    """Return a column of ISO texts, dates or timestamps as days, and how many rows hold something else.

    Examples
    --------
    >>> import pyarrow as pa
    >>> days, unreadable = read_days(pa.chunked_array([["1970-01-02", None, "2024-02-30"]]))
    >>> days[0], is_day(days).tolist(), unreadable
    (np.int64(1), [True, False, False], 1)
    """
    texts = encode(column)
    each = np.array([NO_DAY, *(_day(text) for text in texts.texts()[1:])], np.int64)
    days = each[texts.codes]
    return days, int(((days == NO_DAY) & (texts.codes != 0)).sum())


def first_days(texts: list[str]) -> Days:
    """Return ISO texts as days, in which parts may not be known; those have no day."""
    return np.array([_day(text) for text in texts], np.int64)


def day_of(date: datetime.date | None) -> int | None:
    """Return a date as a number of days; None of none."""
    return None if date is None else (date - _EPOCH).days


def is_day(days: Days) -> NDArray[np.bool_]:
    """Tell where there is a day."""
    return np.asarray(days != NO_DAY)


def after_years(days: Days, years: float) -> Days:
    """Return the days some years later, by whole months; 29 February becomes 1 March where there is none.

    Examples
    --------
    >>> from linkkit._days import days_as_dates
    >>> days_as_dates(after_years(first_days(["2004-02-29", "2004-05-31"]), 1)).astype(str).tolist()
    ['2005-03-01T00:00:00', '2005-05-31T00:00:00']
    """
    held = np.where(is_day(days), days, 0).astype("datetime64[D]")
    month = held.astype("datetime64[M]")
    moved = (month + round(12 * years)).astype("datetime64[D]") + (held - month.astype("datetime64[D]"))
    return np.where(is_day(days), moved.astype(np.int64), NO_DAY)


_EPOCH = datetime.date(1970, 1, 1)


def _day(text: str) -> int:
    try:
        date = datetime.date.fromisoformat(text[:10])
    except ValueError:
        return int(NO_DAY)
    is_whole = len(text) == 10 or text[10] in " T"
    return (date - _EPOCH).days if is_whole else int(NO_DAY)
