"""Identifiers that are none, or are of another kind than their column says: a CHI number as an NHS number."""

from __future__ import annotations

import numpy as np

from linkkit.cards import CardFinding
from linkkit.dataset import Dataset
from linkkit.errors import DataError, row_list
from linkkit.prepare import NhsNumber, Upn

from ._days import rows_of

__all__ = ["identifiers"]

# Numbers of made-up people are no fault of the data.
_STEPS: dict[str, NhsNumber | Upn] = {
    "nhs_number": NhsNumber("nhs_number", regions=("england_wales", "northern_ireland", "synthetic")),
    "upn": Upn("upn"),
}


def identifiers(dataset: Dataset) -> list[CardFinding]:
    """Values of identifiers that have the wrong form or check digit, by reason, and columns of another identifier."""
    told = []
    for name in _STEPS:
        if name in dataset.fields and dataset.kind_of(name) == "identifier" and not dataset.holds_sets(name):
            told += _of_field(dataset, name)
    return told


def _of_field(dataset: Dataset, name: str) -> list[CardFinding]:
    from linkkit.prepare._column import Column

    encoded = dataset.encoded(name)
    column = Column(dataset.name, name, "identifier", encoded.values[1:], encoded.counts()[1:])
    try:
        reasons = _STEPS[name].clean(column).reasons
    except DataError as error:
        return [
            CardFinding("other_identifier", "serious", str(error), "Such numbers agree with none of the other dataset.")
        ]
    told, left = [], np.ones(encoded.size, bool)
    for reason, mask in reasons.items():
        wrong = np.concatenate([[False], mask & left])[encoded.codes]
        left &= ~mask
        if wrong.any() and reason != "placeholder":
            rows = rows_of(dataset, wrong)
            told.append(
                CardFinding(
                    "wrong_identifiers",
                    "warning",
                    f"{len(rows):,} of {len(dataset):,} records have no valid {name}, {reason}: {row_list(rows)}.",
                    "They can agree with none, or with another person's.",
                    "Have them mended where they were recorded, if many; preparation makes them missing.",
                )
            )
    return told
