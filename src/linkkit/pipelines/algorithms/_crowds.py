"""Values that most people share, such as the postcodes of prisons and care homes, count as missing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from linkkit.dataset import Dataset
from linkkit.records import Records

from ._steps import Crowd

__all__ = ["crowded", "without_crowds"]


def without_crowds(datasets: Sequence[Dataset], crowds: Sequence[Crowd]) -> tuple[list[Dataset], list[str]]:
    """Return datasets whose crowded values are missing, and what was left out, in counts."""
    left, notes = list(datasets), []
    for crowd in crowds:
        records = Records(left)
        if not {crowd.field, crowd.person} <= set(records.fields):
            continue
        column, person = records.encoded(crowd.field), records.encoded(crowd.person)
        chosen = crowded(column.codes, person.codes, crowd.share)
        if not len(chosen):
            continue
        texts = column.texts()
        gone = {texts[code] for code in chosen.tolist()}
        left = [_without(dataset, crowd.field, gone) for dataset in left]
        notes.append(
            f"{crowd.field}: the {len(chosen):,} values of {column.size:,} with most people count as missing, in "
            f"{int(np.isin(column.codes, chosen).sum()):,} records"
        )
    return left, notes


def crowded(value: NDArray[np.uint32], person: NDArray[np.uint32], share: float) -> NDArray[np.int64]:
    """Return the codes of the values with most people, no more than a share of the values.

    Values with as many people as the first that is kept are kept too: order must not decide.

    Examples
    --------
    >>> value = np.repeat(np.arange(1, 101, dtype=np.uint32), 2)
    >>> value[:8] = 1
    >>> crowded(value, np.arange(1, 201, dtype=np.uint32), 0.02).tolist()
    [1]
    """
    known = value > 0
    both = np.unique(np.column_stack([value[known], person[known]]), axis=0)
    counts = np.bincount(both[:, 0])
    held = np.sort(counts[counts > 0])[::-1]
    most = int(len(held) * share)
    return np.flatnonzero(counts > held[most]) if most else np.empty(0, np.int64)


def _without(dataset: Dataset, field: str, gone: set[str]) -> Dataset:
    column = dataset.encoded(field)
    return dataset.with_encoded({field: column.mapped([None if t in gone else t for t in column.texts()[1:]])})
