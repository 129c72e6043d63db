"""A column of dates as days, and why some of its values are none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkkit.dataset import Dataset
from linkkit.encoded import Encoded, encode, together
from linkkit.errors import DataError
from linkkit.prepare import Date
from linkkit.prepare._dates import order_guessed

__all__ = ["Days", "Mask", "days_of", "days_of_column", "days_of_columns", "days_of_field", "rows_of"]

Mask = NDArray[np.bool_]
# Days to come are told as such, not taken for slips.
_LATEST = "2200-12-31"


@dataclass(frozen=True, eq=False)
class Days:
    """A date for each record, in the order of ids.

    Parameters
    ----------
    day
        Shape (records,), datetime64[D]; NaT where there is none, or it is not known to the day.
    faults
        Why values are no dates: reason to a mask of records.
    is_guessed
        Shape (records,): which were read day first, though they are another day month first and nothing shows it.
    """

    day: NDArray[np.datetime64]
    faults: dict[str, Mask]
    is_guessed: Mask


def days_of_column(dataset: Dataset, column: str) -> Days:
    """Return a column of the table as days."""
    return days_of_columns(dataset, [column])[0]


def days_of_columns(dataset: Dataset, columns: Sequence[str]) -> list[Days]:
    """Return columns of the table as days; they decide together if the day stands first, as one person wrote them."""
    codes, values = together([encode(dataset.table_column(column)) for column in columns])
    held = [Encoded(code, values) for code in codes]
    return _days_of(dataset, ", ".join(columns), held)


def days_of_field(dataset: Dataset, field: str) -> Days:
    """Return a field as days."""
    return days_of(dataset, field, dataset.encoded(field))


def days_of(dataset: Dataset, name: str, encoded: Encoded) -> Days:
    """Return dates as days, in the order of the encoded column."""
    return _days_of(dataset, name, [encoded])[0]


def _days_of(dataset: Dataset, name: str, columns: Sequence[Encoded]) -> list[Days]:
    """Return columns of one dictionary as days."""
    from linkkit.prepare._column import Column

    values = columns[0].values
    day, nothing = np.full(len(values), "NaT", "datetime64[D]"), np.zeros(len(values), np.bool_)
    counts = np.sum([np.bincount(one.codes, minlength=len(values)) for one in columns], axis=0)
    column, step = Column(dataset.name, name, "date", values[1:], counts[1:]), Date((name,), latest=_LATEST)
    try:
        cleaned = step.clean(column)
    except DataError:  # no value of it is a date
        return [Days(day[one.codes], {"not a date": one.codes > 0}, nothing[one.codes]) for one in columns]
    texts = cleaned.values.to_pylist()
    day[1:] = [text if len(text) == 10 and "X" not in text else "NaT" for text in texts]
    left, faults = np.ones(len(texts), bool), {}
    for reason, mask in cleaned.reasons.items():
        faults[reason] = np.concatenate([[False], mask & left])
        left &= ~mask
    guessed = np.concatenate([[False], order_guessed(step, column, cleaned)])
    return [
        Days(day[one.codes], {reason: mask[one.codes] for reason, mask in faults.items()}, guessed[one.codes])
        for one in columns
    ]


def rows_of(dataset: Dataset, mask: Mask) -> list[int]:
    """Return the rows of the table, counted from 1, of a mask of records in the order of ids."""
    found: list[int] = np.sort(dataset.order[mask] + 1).tolist()
    return found
