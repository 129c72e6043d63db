"""Whose each record of the programme is: by its numbers, or by deduplication."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkkit._arrow import positions
from linkkit.permission import person_numbers, refusing
from linkkit.run import dedupe
from linkkit.spells import Spells

if TYPE_CHECKING:
    from linkkit.dataset import Dataset
    from linkkit.progress import Progress

__all__ = ["Persons", "found_persons", "named_persons", "of_persons", "without_refusing"]

REFUSED_ELSEWHERE = "refused or opted out in another record"


@dataclass(frozen=True, eq=False, repr=False)
class Persons:
    """The persons of a programme.

    Parameters
    ----------
    labels
        Shape (persons,): what each is called; no two alike.
    whose
        Shape (records,), int64: whose each record is, in the order of ids.
    unnumbered
        How many records have no number of a person, and are each a person of its own.
    """

    labels: NDArray[Any]
    whose: NDArray[np.int64]
    unnumbered: int = 0

    def __len__(self) -> int:
        return len(self.labels)


def named_persons(dataset: Dataset, column: str) -> Persons:
    """Persons by a column of the dataset; a record without a number is a person of its own, under its id."""
    found = person_numbers(dataset, column)
    used, whose = np.unique(found.codes.astype(np.int64), return_inverse=True)
    whose = whose.reshape(-1)
    alone = np.flatnonzero(found.codes == 0)
    numbers = found.values.take(positions(used[used > 0])).to_pylist()
    whose = whose - (1 if len(alone) else 0)
    whose[alone] = len(numbers) + np.arange(len(alone))
    known = set(numbers)
    ids = map(str, dataset.ids.take(positions(alone)).to_pylist())
    # A record's id may be another person's number.
    own = [f"record {text}" if text in known else text for text in ids]
    return Persons(np.array([*numbers, *own], dtype=object), whose, len(alone))


def found_persons(dataset: Dataset, progress: bool | Progress | None) -> Persons:
    """Persons by deduplication, called by the id of their first record."""
    label = dedupe(dataset, progress=progress).clustered.label
    _, first, whose = np.unique(label, return_index=True, return_inverse=True)
    names = dataset.ids.take(positions(first)).to_pylist()
    return Persons(np.array(list(map(str, names)), dtype=object), whose.reshape(-1).astype(np.int64))


def without_refusing(whole: Dataset, allowed: Dataset, progress: bool | Progress | None) -> Dataset:
    """Return the records that may be linked, without other records of people who refused in one of them.

    Who a person is has to be found for that, within the programme and among all its records.

    Parameters
    ----------
    whole
        The programme, as it came.
    allowed
        The same, without the records that themselves say no.
    """
    gone = np.zeros(len(whole), np.bool_)
    for one in refusing(whole):
        gone |= one.who
    if not gone.any() or len(allowed) != len(whole) - int(gone.sum()):
        return allowed
    asked = copy.copy(whole)
    asked.card = whole.card.change(consent=None)
    whose = found_persons(asked, progress).whose
    has_refused = np.bincount(whose, weights=gone) > 0
    return allowed.restricted(~has_refused[whose][~gone], REFUSED_ELSEWHERE)


def of_persons(spells: Spells, programme: Dataset, persons: Persons) -> Spells:
    """Return the spells of records as spells of persons; a row's record is known by its place in the table."""
    import pyarrow as pa

    record = np.zeros(int(programme.order.max()) + 1, np.int64)
    record[programme.order] = np.arange(len(programme))
    rising = np.argsort(persons.labels.astype(str), kind="stable")
    rank = np.empty(len(rising), np.int64)
    rank[rising] = np.arange(len(rising))
    tie = record[spells.rows]
    owner = rank[persons.whose[tie]]
    # By the order of ids, not of rows: nothing depends on how the table was sorted.
    order = np.lexsort((tie, spells.end, spells.start, owner))
    return replace(
        spells, start=spells.start[order], end=spells.end[order], entity=owner[order], rows=spells.rows[order],
        entities=pa.array(persons.labels[rising].tolist(), pa.large_string()),
        columns=None if spells.columns is None else spells.columns.take(positions(order)),
    )  # fmt: skip
