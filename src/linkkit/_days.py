"""Columns of dates as whole days, counted from 1970-01-01; what is no date is counted, never guessed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ._arrow import as_integers, as_mask
from .encoded import encode
from .errors import DataError, SpecError

__all__ = ["OPEN", "UNKNOWN", "DayColumn", "day_number", "days_as_dates", "read_days", "require_days"]

Days = NDArray[np.int64]
# A spell that still goes on ends on this day: behind every day that Arrow and pandas can hold.
OPEN = 2**31
# A day that is not known, in front of all of them.
UNKNOWN = -(2**31)
# A day, and with it a time of day, which is cut off.
_ISO = r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$"
_NONE = "0000-00-00"


@dataclass(frozen=True, eq=False, repr=False)
class DayColumn:
    """A column of dates.

    Parameters
    ----------
    days
        Shape (rows,), int64: days from 1970-01-01; UNKNOWN where missing or unreadable.
    is_unreadable
        Shape (rows,): where something stands that is no date in ISO form.
    """

    days: Days
    is_unreadable: NDArray[np.bool_]

    @property
    def is_missing(self) -> NDArray[np.bool_]:
        """Where nothing stands."""
        return np.asarray((self.days == UNKNOWN) & ~self.is_unreadable)


def read_days(column: pa.ChunkedArray, where: str) -> DayColumn:
    """Return a column of ISO texts, dates or timestamps as days; the time of day is cut off.

    Parameters
    ----------
    where
        Dataset and column, for the message.

    Raises
    ------
    DataError
        Where the column holds neither texts nor dates.

    Examples
    --------
    >>> read_days(pa.chunked_array([["1970-01-02", None, "2024-02-29 09:30"]]), "trial: 'start'").days.tolist()[::2]
    [1, 19782]
    >>> read_days(pa.chunked_array([["1970-01-02", "02/01/1970"]]), "trial: 'start'").is_unreadable.tolist()
    [False, True]
    """
    kind = column.type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if pa.types.is_null(kind) or _is_blank(column, kind):
        return DayColumn(np.full(len(column), UNKNOWN, np.int64), np.zeros(len(column), np.bool_))
    if pa.types.is_temporal(kind) and not (pa.types.is_time(kind) or pa.types.is_duration(kind)):
        days = _of_dates(column.cast(kind))
        return DayColumn(days, np.zeros(len(days), np.bool_))
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _of_texts(column)
    raise DataError(
        f"{where} holds {kind}, which are no dates. Give ISO texts (2024-09-01), pandas datetimes or dates."
    )


def _is_blank(column: pa.ChunkedArray, kind: pa.DataType) -> bool:
    """Whether nothing stands in a column of another type: pandas reads an empty column of a file as floats."""
    if pa.types.is_floating(kind):
        return all(chunk.is_null(nan_is_null=True).true_count == len(chunk) for chunk in column.chunks)
    return column.null_count == len(column) and not pa.types.is_nested(kind)


def day_number(day: Any, where: str) -> int:
    """Return one day, a date or its ISO text, as a number of days from 1970-01-01.

    Examples
    --------
    >>> day_number("1970-01-31", "window")
    30
    """
    try:
        found = np.datetime64(day, "D")
    except (ValueError, TypeError):
        found = np.datetime64("NaT")
    if np.isnat(found):
        raise DataError(f"{where} must be a date or its ISO text, such as '2024-09-01'.")
    return int(found.astype(np.int64))


def require_days(name: str, value: Any, *, least: int | None = None) -> None:
    """Raise a SpecError where a number of days is none, or so large that sums of days would not be exact.

    Examples
    --------
    >>> require_days("tolerance", 10**18)
    Traceback (most recent call last):
    ...
    linkkit.errors.SpecError: tolerance must be at most 2,147,483,648 days, either way; got 1000000000000000000.
    """
    is_whole = isinstance(value, int | np.integer) or (isinstance(value, float | np.floating) and value.is_integer())
    if isinstance(value, bool) or not is_whole:
        raise SpecError(f"{name} must be a whole number of days; got {value!r}.")
    if least is not None and value < least:
        raise SpecError(f"{name} must be at least {least}; got {value}.")
    if abs(int(value)) > OPEN:
        raise SpecError(f"{name} must be at most {OPEN:,} days, either way; got {value}.")


def days_as_dates(days: Days) -> NDArray[np.datetime64]:
    """Return days as numpy dates of seconds, which pandas holds as they are; NaT where open or not known.

    Examples
    --------
    >>> days_as_dates(np.array([0, OPEN])).astype(str).tolist()
    ['1970-01-01T00:00:00', 'NaT']
    """
    is_day = (days != OPEN) & (days != UNKNOWN)
    dates = np.where(is_day, days, 0).astype("datetime64[D]").astype("datetime64[s]")
    dates[~is_day] = np.datetime64("NaT")
    return dates


def _of_dates(column: pa.ChunkedArray) -> Days:
    if pa.types.is_timestamp(column.type):
        if column.type.tz is not None:
            column = pc.local_timestamp(column)
        # Whole days downwards, also before 1970, where a cast would cut towards it.
        column = pc.floor_temporal(column, unit="day")
    days = column.cast(pa.date32(), safe=False).cast(pa.int32()).combine_chunks()
    if isinstance(days, pa.ChunkedArray):
        days = pa.concat_arrays(days.chunks) if days.num_chunks else pa.array([], pa.int32())
    # The least of 32 bits is UNKNOWN itself.
    return as_integers(days, missing=UNKNOWN).astype(np.int64)


def _of_texts(column: pa.ChunkedArray) -> DayColumn:
    texts = encode(column)
    is_shaped = pc.match_substring_regex(texts.values, _ISO)
    shaped = pc.if_else(is_shaped, pc.utf8_slice_codeunits(texts.values, 0, 10), _NONE)
    digits = np.array(shaped.to_pylist(), "S10").view(np.uint8).reshape(len(shaped), 10).astype(np.int64) - ord("0")
    year, month, day = (_number(digits[:, part]) for part in (slice(0, 4), slice(5, 7), slice(8, 10)))
    months = (12 * (year - 1970) + np.clip(month, 1, 12) - 1).astype("datetime64[M]")
    first = months.astype("datetime64[D]").astype(np.int64)
    length = (months + 1).astype("datetime64[D]").astype(np.int64) - first
    is_day = (month >= 1) & (month <= 12) & (day >= 1) & (day <= length) & as_mask(is_shaped)
    days = np.where(is_day, first + day - 1, UNKNOWN)
    is_unreadable = ~is_day
    is_unreadable[0] = False  # nothing stands there
    return DayColumn(days[texts.codes], is_unreadable[texts.codes])


def _number(digits: NDArray[np.int64]) -> Days:
    return np.asarray(digits @ 10 ** np.arange(digits.shape[1] - 1, -1, -1))
