"""A value and the days from which and until which it held, as one text: a member of a field of dated versions."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ALWAYS", "NEVER", "dated_text", "dated_texts", "undated_text", "version_of", "versions_of"]

# The day numbers of an open start and an open end: before every day of the calendar, and behind.
ALWAYS, NEVER = 0, 4_000_000
_OPEN = ".."
_VERSION = re.compile(r"(.*) @ (\.\.|\d{4}-\d\d-\d\d)/(\.\.|\d{4}-\d\d-\d\d)", re.DOTALL)


def dated_text(value: str, start: int = ALWAYS, end: int = NEVER) -> str:
    """Write a version: the value and its interval of days (both included), as ISO 8601 writes intervals.

    Parameters
    ----------
    value
        The value.
    start, end
        Day numbers, as ``datetime.date.toordinal`` counts; :data:`ALWAYS` and :data:`NEVER` are open.

    Examples
    --------
    >>> dated_text("LS1 4AP", 736695)
    'LS1 4AP @ 2018-01-01/..'
    """
    return f"{value} @ {_day(start, ALWAYS)}/{_day(end, NEVER)}"


def version_of(text: str) -> tuple[str, int, int]:
    """Return value, first and last day of a version; a text that is none held always.

    Examples
    --------
    >>> version_of("LS1 4AP @ 2018-01-01/..")
    ('LS1 4AP', 736695, 4000000)
    >>> version_of("LS1 4AP")
    ('LS1 4AP', 0, 4000000)
    """
    found = _VERSION.fullmatch(text)
    if found is None:
        return text, ALWAYS, NEVER
    return found[1], _number(found[2], ALWAYS), _number(found[3], NEVER)


def undated_text(text: str) -> str:
    """Return the value of a version.

    Examples
    --------
    >>> undated_text("LS1 4AP @ 2018-01-01/..")
    'LS1 4AP'
    """
    return version_of(text)[0]


def dated_texts(values: pa.StringArray, start: NDArray[np.int64], end: NDArray[np.int64]) -> pa.StringArray:
    """Write many versions at once, as :func:`dated_text` does one."""
    import pyarrow as pa
    import pyarrow.compute as pc

    days = [_day_texts(numbers, open_) for numbers, open_ in ((start, ALWAYS), (end, NEVER))]
    days_of = pc.binary_join_element_wise(days[0], days[1], pa.scalar("/"))
    return pc.binary_join_element_wise(values, days_of, pa.scalar(" @ "))


def versions_of(texts: pa.StringArray) -> tuple[pa.StringArray, NDArray[np.int64], NDArray[np.int64]]:
    """Read many versions at once, as :func:`version_of` does one: values, first and last days."""
    import pyarrow as pa
    import pyarrow.compute as pc

    pattern = r"(?s)^(?P<value>.*) @ (?P<start>\.\.|\d{4}-\d\d-\d\d)/(?P<end>\.\.|\d{4}-\d\d-\d\d)$"
    parts: Any = pc.extract_regex(texts, pattern)
    values = pc.coalesce(pc.struct_field(parts, "value"), texts)
    days = [_day_numbers(pc.struct_field(parts, part), open_) for part, open_ in (("start", ALWAYS), ("end", NEVER))]
    return values.cast(pa.string()), days[0], days[1]


def _day_texts(numbers: NDArray[np.int64], open_: int) -> Any:
    import pyarrow as pa

    distinct, place = np.unique(numbers, return_inverse=True)
    written = pa.array([_day(number, open_) for number in distinct.tolist()], pa.string())
    return written.take(pa.array(place.reshape(-1).astype(np.int64)))


def _day_numbers(texts: Any, open_: int) -> NDArray[np.int64]:
    encoded = texts.dictionary_encode()
    days = np.array([_number(text, open_) for text in encoded.dictionary.to_pylist()] + [open_], np.int64)
    indices = encoded.indices.fill_null(len(days) - 1)
    return np.asarray(days[indices.to_numpy(zero_copy_only=False)])


def _day(number: int, open_: int) -> str:
    return _OPEN if number == open_ else datetime.date.fromordinal(number).isoformat()


def _number(text: str, open_: int) -> int:
    return open_ if text == _OPEN else datetime.date.fromisoformat(text).toordinal()
