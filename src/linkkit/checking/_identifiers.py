"""Identifiers that are none, or of another kind than their column says, by the steps that prepare them for linkage."""

from __future__ import annotations

import numpy as np

from linkkit.cards import CardFinding
from linkkit.dataset import Dataset
from linkkit.errors import row_list
from linkkit.fields import PREPARED_KINDS
from linkkit.prepare import Step, recommended_for
from linkkit.prepare.uk import wrong_kind

from ._days import rows_of

__all__ = ["identifiers"]

# Of a column most of whose records hold another identifier, nothing is what its name says.
_MOST = 0.5


def identifiers(dataset: Dataset) -> list[CardFinding]:
    """Values that are another identifier than their column says, and those of the wrong form or check digit."""
    told = [
        CardFinding(
            "other_identifier",
            "serious" if one.share > _MOST else "warning",
            one.explanation,
            "They agree with none of the other dataset, or with other people's.",
            one.mend,
        )
        for one in wrong_kind(dataset)
    ]
    for name, described in dataset.fields.items():
        if described.kind in PREPARED_KINDS or dataset.holds_sets(name):
            continue
        # People's numbers are identifiers; codes of homes, schools and organisations are places and categories.
        step = recommended_for(name, described.kind)
        if hasattr(step, "otherwise"):  # of other identifiers any number may be one
            told += _of_field(dataset, name, step)
    return told


def _of_field(dataset: Dataset, name: str, step: Step) -> list[CardFinding]:
    """Values that preparation makes missing, by the first reason of each."""
    from linkkit.prepare._column import Column

    encoded = dataset.encoded(name)
    column = Column(dataset.name, name, dataset.kind_of(name), encoded.values[1:], encoded.counts()[1:])
    cleaned = step.clean(column)
    told, left = [], np.ones(encoded.size, bool)
    for reason, mask in cleaned.reasons.items():
        wrong = np.concatenate([[False], mask & left])[encoded.codes]
        left &= ~mask
        if wrong.any() and reason != "placeholder" and not reason.startswith("is a"):  # another kind is told above
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
