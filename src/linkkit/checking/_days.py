"""A column of dates as days, and why some of its values are none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkkit.dataset import Dataset
from linkkit.encoded import Encoded, encode
from linkkit.errors import DataError
from linkkit.prepare import Date

__all__ = ["Days", "Mask", "days_of", "days_of_column", "days_of_field", "rows_of"]

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
    """

    day: NDArray[np.datetime64]
    faults: dict[str, Mask]


def days_of_column(dataset: Dataset, column: str) -> Days:
    """Return a column of the table as days."""
    return days_of(dataset, column, encode(dataset.table_column(column)))


def days_of_field(dataset: Dataset, field: str) -> Days:
    """Return a field as days."""
    return days_of(dataset, field, dataset.encoded(field))


def days_of(dataset: Dataset, name: str, encoded: Encoded) -> Days:
    """Return dates as days, in the order of the encoded column."""
    from linkkit.prepare._column import Column

    day = np.full(len(encoded.values), "NaT", "datetime64[D]")
    column = Column(dataset.name, name, "date", encoded.values[1:], encoded.counts()[1:])
    try:
        cleaned = Date((name,), latest=_LATEST).clean(column)
    except DataError:  # no value of it is a date
        return Days(day[encoded.codes], {"not a date": encoded.codes > 0})
    texts = cleaned.values.to_pylist()
    day[1:] = [text if len(text) == 10 and "X" not in text else "NaT" for text in texts]
    left, faults = np.ones(len(texts), bool), {}
    for reason, mask in cleaned.reasons.items():
        faults[reason] = np.concatenate([[False], mask & left])[encoded.codes]
        left &= ~mask
    return Days(day[encoded.codes], faults)


def rows_of(dataset: Dataset, mask: Mask) -> list[int]:
    """Return the rows of the table, counted from 1, of a mask of records in the order of ids."""
    found: list[int] = np.sort(dataset.order[mask] + 1).tolist()
    return found
