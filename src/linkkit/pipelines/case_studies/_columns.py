"""Columns that may be attached: read whole, and refused where they hold identifiers or words of people."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkkit.encoded import Encoded, encode
from linkkit.errors import DataError
from linkkit.fields import kind_of

if TYPE_CHECKING:
    from linkkit.dataset import Dataset

__all__ = ["attached_column", "is_free_text", "numbers_of", "refuse_free_text", "years_of"]

# Kinds whose values say who somebody is or where they live.
_IDENTIFYING = (
    "given_name", "surname", "full_name", "postcode", "house_number", "address", "identifier", "email", "phone",
    "token", "filter", "clk",
)  # fmt: skip
_LOCATING = ("latitude", "longitude")
# Longer texts, or of more words, are taken for what somebody said: categories and codes are shorter.
LONGEST, MOST_WORDS = 60, 7
_MOST_CATEGORIES = 50
# Where so many values are numbers, the others are slips.
_MOSTLY = 0.9
_DATE = re.compile(r"(\d{4})-\d{2}-\d{2}([ T].*)?")


def is_free_text(text: str) -> bool:
    """Whether a text is too long for a category or a code: words of somebody.

    Examples
    --------
    >>> is_free_text("white british"), is_free_text("He said that he would not go back to that school")
    (False, True)
    """
    return len(text) > LONGEST or len(text.split()) > MOST_WORDS or "\n" in text


def refuse_free_text(column: Encoded, where: str) -> None:
    """Raise where a column holds words of people.

    Raises
    ------
    DataError
        With the column and how many records; never the words.
    """
    is_long = np.array([False, *(is_free_text(text) for text in column.texts()[1:])])
    count = int(is_long[column.codes].sum())
    if count:
        raise DataError(
            f"{where} holds free text in {count:,} of {len(column.codes):,} rows (more than {LONGEST} letters or "
            f"{MOST_WORDS} words). Quotes are never attached: code them, and attach the codes."
        )


def attached_column(dataset: Dataset, name: str) -> tuple[Encoded, str, int]:
    """Return a column, what its values are (``"number"``, ``"date"`` or ``"category"``), and how many are unreadable.

    Numbers and dates are what nine in ten records hold one of; what is none is missing then, and counted.

    Parameters
    ----------
    dataset
        The dataset, prepared: dates of a field are taken as they were read there.
    name
        The column or field.

    Raises
    ------
    DataError
        Where it is not there, blinded, identifies people or homes, or holds words of people.
    """
    field = next((key for key, one in dataset.fields.items() if name == key or one.columns == (name,)), None)
    kind = dataset.kind_of(field) if field is not None else kind_of(name)
    is_one = name in (dataset.id, dataset.card.person) or kind in _IDENTIFYING or (field or name) in _LOCATING
    where = f"{dataset.name}: the column {name!r}"
    if is_one:
        raise DataError(f"{where} says who people are or where they live, and cannot be attached to a case.")
    if field is not None and (kind == "date" or len(dataset.fields[field].columns) > 1):
        return dataset.encoded(field), "date" if kind == "date" else "category", 0
    column = encode(dataset.table_column(name if name in dataset.columns else _only_column(dataset, name)))
    for kind_of_value, reads in (("date", _is_date), ("number", _is_number)):
        is_read = np.array([False, *map(reads, column.texts()[1:])])
        read, known = int(is_read[column.codes].sum()), int((column.codes > 0).sum())
        if read >= _MOSTLY * known > 0:
            kept = column.mapped([text if reads(text) else None for text in column.texts()[1:]])
            return kept, kind_of_value, known - read
    refuse_free_text(column, where)
    if column.size > _MOST_CATEGORIES:
        raise DataError(
            f"{where} has {column.size:,} different texts, more than {_MOST_CATEGORIES}: too many for categories. "
            "Group them first, or leave it out."
        )
    return column, "category", 0


def _only_column(dataset: Dataset, name: str) -> str:
    return dataset.fields[name].columns[0] if name in dataset.fields else name


def _is_date(text: str) -> bool:
    return _DATE.fullmatch(text) is not None


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def numbers_of(column: Encoded) -> NDArray[np.float64]:
    """Return a column of numbers as floats, NaN where missing; shape (records,)."""
    return np.array([math.nan, *map(float, column.texts()[1:])])[column.codes]


def years_of(column: Encoded) -> NDArray[np.int64]:
    """Return the year of each date, 0 where it is missing or has no year; shape (records,)."""
    years = [int(text[:4]) if text[:4].isdigit() else 0 for text in column.texts()[1:]]
    return np.array([0, *years], np.int64)[column.codes]


def has_value(column: Encoded, values: Sequence[str]) -> NDArray[np.bool_]:
    """Tell which records have one of some values, written alike; shape (records,)."""
    asked = {_plain(value) for value in values}
    return np.array([False, *(_plain(text) in asked for text in column.texts()[1:])])[column.codes]


def _plain(text: str) -> str:
    return f"{float(text):g}" if _is_number(text) else text.strip().casefold()
