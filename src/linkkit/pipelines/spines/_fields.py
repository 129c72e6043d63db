"""Fields that some source lacks: missing in all its records, so that the others are linked on them all the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from linkkit.dataset import Dataset
    from linkkit.fields import FieldKind

__all__ = ["shared_fields", "with_fields"]


def shared_fields(datasets: Sequence[Dataset]) -> dict[str, FieldKind]:
    """Return the fields that two datasets or more have, with their kinds as the first of them says.

    Examples
    --------
    >>> import linkkit as lk
    >>> trial, register = lk.synth.sample()
    >>> "surname" in shared_fields([trial.dataset(), register.dataset()])
    True
    """
    found: dict[str, FieldKind] = {}
    for dataset in datasets:
        for field, described in dataset.fields.items():
            found.setdefault(field, described.kind)
    return {field: kind for field, kind in found.items() if sum(field in one.fields for one in datasets) > 1}


def with_fields(datasets: Sequence[Dataset], wanted: Mapping[str, FieldKind]) -> list[Dataset]:
    """Return the datasets with the fields that they lack, missing in every record."""
    return [
        dataset.with_absent({field: kind for field, kind in wanted.items() if field not in dataset.fields})
        for dataset in datasets
    ]
