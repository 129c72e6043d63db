"""Columns of dates, in whatever form they were written, as ISO texts or as whole days."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from linkkit._arrow import as_mask
from linkkit._days import DayColumn, read_days
from linkkit.encoded import encode, together
from linkkit.prepare import Date
from linkkit.prepare._column import Column, Mask
from linkkit.prepare._dates import order_guessed

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["DAY_FIRST", "ORDER_GUESSED", "day_columns", "iso_and_guessed", "iso_dates"]

# What is said of dates of which nothing shows the order, and how to say it.
ORDER_GUESSED = "could be day or month first and no value shows which: read day first"
DAY_FIRST = "Say day_first=False in the pipeline where it is the month, day_first=True where it is not."

# A whole day, perhaps with a time behind it: what spells read by themselves.
_ISO = r"^\d{4}-\d{2}-\d{2}([T ]|$)"
# Ends that are planned, or stand for "still open", lie ahead.
_FOR_EVER = "9999-12-31"
_OPEN = r"^(31\D?12\D?[29]999|12\D?31\D?[29]999|[29]999\D?12\D?31)\b"


def iso_dates(columns: Mapping[str, pa.ChunkedArray], name: str, day_first: bool | None) -> dict[str, pa.ChunkedArray]:
    """Return columns of dates with texts in ISO form; what cannot be read as a whole day stays as it is.

    The columns decide together whether day or month stands first, as one person wrote them; where no value shows it,
    the day is taken to be first. Columns of dates or timestamps, and texts that are ISO already, come back as they are.

    Examples
    --------
    >>> import pyarrow as pa
    >>> written = {"start": pa.chunked_array([["3/4/2024", None]]), "end": pa.chunked_array([["25/4/2024", "soon"]])}
    >>> found = iso_dates(written, "programme", None)
    >>> found["start"].to_pylist(), found["end"].to_pylist()
    (['2024-04-03', None], ['2024-04-25', 'soon'])
    """
    return iso_and_guessed(columns, name, day_first)[0]


def iso_and_guessed(
    columns: Mapping[str, pa.ChunkedArray], name: str, day_first: bool | None
) -> tuple[dict[str, pa.ChunkedArray], dict[str, Mask]]:
    """Return what :func:`iso_dates` does, and which rows of each column were read day first on a guess.

    Examples
    --------
    >>> import pyarrow as pa
    >>> written = {"start": pa.chunked_array([["3/4/2024", "5/5/2024", None]])}
    >>> iso_and_guessed(written, "programme", None)[1]["start"].tolist()
    [True, False, False]
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = {
        here: encode(column, where=f"{name}: {here!r}") for here, column in columns.items() if not _is_dated(column)
    }
    guessed = {here: np.zeros(len(column), np.bool_) for here, column in columns.items()}
    columns = {
        here: pa.chunked_array([pa.nulls(len(column))]) if here in texts and len(texts[here].values) == 1 else column
        for here, column in columns.items()  # a column in which nothing stands may be of any type
    }
    if all(as_mask(pc.match_substring_regex(found.values[1:], _ISO)).all() for found in texts.values()):
        return dict(columns), guessed
    codes, values = together(list(texts.values()))
    counts = np.sum([np.bincount(code, minlength=len(values)) for code in codes], axis=0)[1:]
    written = Column(name, "spells", "date", values[1:], counts)
    read, _ = _whole_days(written, Date(("spells",), day_first=day_first, defaults=False))
    ahead, is_guess = _whole_days(written, Date(("spells",), day_first=day_first, defaults=False, latest=_FOR_EVER))
    is_open = pc.match_substring_regex(written.values, _OPEN)
    iso = pc.if_else(is_open, _FOR_EVER, pc.coalesce(read, ahead, written.values)).to_pylist()
    mapped, is_guess = pa.array([None, *iso], pa.string()), np.concatenate([[False], is_guess & ~as_mask(is_open)])
    taken = {here: pa.chunked_array([mapped.take(pa.array(code))]) for here, code in zip(texts, codes, strict=True)}
    rows = {here: is_guess[code] for here, code in zip(texts, codes, strict=True)}
    return {**columns, **taken}, {**guessed, **rows}


def day_columns(
    columns: Mapping[str, pa.ChunkedArray], name: str, day_first: bool | None
) -> tuple[dict[str, DayColumn], bool]:
    """Return columns of dates as whole days; and whether nothing showed if the day or the month stands first.

    They are read as by :func:`iso_dates`.

    Examples
    --------
    >>> import pyarrow as pa
    >>> found, is_guessed = day_columns({"on": pa.chunked_array([["19700102", "3/1/1970", "soon"]])}, "events", None)
    >>> found["on"].days.tolist()[:2], found["on"].is_unreadable.tolist(), is_guessed
    ([1, 2], [False, False, True], True)
    """
    iso, guessed = iso_and_guessed(columns, name, day_first)
    days = {here: read_days(column, f"{name}: {here!r}") for here, column in iso.items()}
    return days, any(rows.any() for rows in guessed.values())


def _is_dated(column: pa.ChunkedArray) -> bool:
    import pyarrow as pa

    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    return bool(pa.types.is_temporal(kind) or pa.types.is_null(kind))


def _whole_days(written: Column, step: Date) -> tuple[pa.StringArray, Mask]:
    """Return what a step reads, missing where that is no whole day; and of which it guessed that the day is first."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from linkkit.errors import DataError

    try:
        cleaned = step.clean(written)
    except DataError:  # none of them is a date: spells say so, with rows
        return pa.nulls(len(written.values), pa.string()), np.zeros(len(written.values), np.bool_)
    is_whole = pc.match_substring_regex(cleaned.values, r"^\d{4}-\d\d-\d\d$")
    return pc.if_else(is_whole, cleaned.values, pa.scalar(None, pa.string())), order_guessed(step, written, cleaned)
