"""Dates of a trial and its data as whole days; what cannot be read is counted, and refused where it is most."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkkit._days import UNKNOWN, DayColumn
from linkkit._days import read_days as read_iso_days
from linkkit.errors import DataError, row_list
from linkkit.pipelines._dates import day_columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

__all__ = ["NO_DAY", "Days", "after_years", "day_of", "first_days", "is_day", "read_dates"]

# Whole days from 1970-01-01; NO_DAY where there is none.
Days = NDArray[np.int64]
NO_DAY = UNKNOWN
# Where more of a column than this cannot be read, it is not slips of the pen: it is another column, or another form.
_MOST = 0.5


def read_dates(
    columns: Mapping[str, pa.ChunkedArray], name: str, rows: NDArray[np.int64], day_first: bool | None = None
) -> tuple[dict[str, DayColumn], bool]:
    """Return columns of dates, in whatever form they are written, as days; and whether their order had to be guessed.

    The columns of one table decide together whether the day or the month stands first.

    Parameters
    ----------
    columns
        The columns, by their names in the table.
    name
        What the table is called.
    rows
        Shape (rows,): the row of the file that each came from, counted from 1.
    day_first
        Whether the day stands first; None for what the columns show.

    Raises
    ------
    DataError
        Where most of what stands in a column cannot be read as a whole day.

    Examples
    --------
    >>> import pyarrow as pa
    >>> written = {"on": pa.chunked_array([["19700102", None, "30/02/2024", "13/1/1970"]])}
    >>> found, is_guessed = read_dates(written, "trial", np.arange(1, 5))
    >>> found["on"].days[[0, 3]].tolist(), found["on"].is_unreadable.tolist(), is_guessed
    ([1, 12], [False, False, True, False], False)
    """
    found, is_guessed = day_columns(columns, name, day_first)
    for column, held in found.items():
        unreadable = int(held.is_unreadable.sum())
        written = len(held.days) - int(held.is_missing.sum())
        if unreadable > _MOST * written:
            raise DataError(
                f"{name}: {unreadable:,} of {written:,} values of {column!r} cannot be read as a whole day "
                f"({row_list(np.sort(rows[held.is_unreadable]).tolist())}). Write dates as 2024-09-01, or name the "
                "column that holds them."
            )
    return found, is_guessed


def first_days(texts: list[str]) -> Days:
    """Return ISO texts as days, in which parts may not be known; those have no day."""
    import pyarrow as pa

    return read_iso_days(pa.chunked_array([pa.array(texts, pa.string())]), "dates").days


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
