"""What each dataset of a map holds of each field: counted in its data where they are at hand, else by its card."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkkit.encoded import Encoded
from linkkit.errors import DataError
from linkkit.permission import consenting, person_numbers
from linkkit.prepare import clean_values

from ._entries import Entry

if TYPE_CHECKING:
    from linkkit.dataset import Dataset

__all__ = ["UNKNOWN_PEOPLE", "Held", "Holding"]

# A dataset whose size nobody says is taken to be as large as this: as a large register.
UNKNOWN_PEOPLE = 1_000_000.0


@dataclass(frozen=True)
class Held:
    """What a dataset holds of a field.

    Parameters
    ----------
    field, kind
        The field and its kind.
    completeness
        Share of records with a value; None where neither the data nor the card say it.
    distinct
        How many distinct values there are; None without the data.
    chance
        How often two of its people agree by chance; None without the data, or where no two agree.
    """

    field: str
    kind: str
    completeness: float | None
    distinct: int | None = None
    chance: float | None = None


@dataclass(frozen=True, eq=False)
class Holding:
    """A dataset of a map and what it holds.

    Parameters
    ----------
    entry
        The dataset.
    """

    entry: Entry

    @cached_property
    def held(self) -> dict[str, Held]:
        """What it holds of each field, in the order of the data or the card."""
        return {name: self._held(name, kind) for name, kind in self.entry.fields.items()}

    def _held(self, name: str, kind: str) -> Held:
        dataset, said = self.entry.dataset, self.entry.card.completeness.get(name)
        if dataset is None or dataset.holds_sets(name):
            return Held(name, kind, said)
        counts, present = _people_by_value(dataset, name, self._first_records)
        total = int(counts.sum())
        pairs = total * (total - 1.0)
        agreeing = float((counts.astype(np.float64) * (counts - 1)).sum())
        chance = agreeing / pairs if agreeing > 0 and self.records_are_people else None
        return Held(name, kind, present, int(np.count_nonzero(counts)), chance)

    @cached_property
    def _first_records(self) -> NDArray[np.int64] | None:
        """One record of each person; None where records are persons, or nothing says whose they are."""
        person = self._person_codes
        if person is None:
            return None
        known, first = np.unique(person, return_index=True)
        # Records that nobody says whose they are stand for a person each.
        return np.union1d(first[known > 0], np.flatnonzero(person == 0))

    @cached_property
    def _person_codes(self) -> NDArray[np.uint32] | None:
        dataset, column = self.entry.dataset, self.entry.card.person
        return None if dataset is None or column is None else person_numbers(dataset, column).codes

    @property
    def records_are_people(self) -> bool:
        """Whether each record, or each first record of a person, is another person's, as far as the card says."""
        card = self.entry.card
        if self._first_records is not None:
            return True
        many = card.persons is not None and card.records is not None and card.persons < card.records
        return not many and card.kind != "intervention"

    @property
    def is_one_a_person(self) -> bool:
        """Whether the dataset holds each person once, as far as the card says."""
        return self.records_are_people and self.entry.card.person is None

    @cached_property
    def left_out(self) -> int:
        """How many of its records may not be linked: no consent, or opted out; 0 without the data."""
        if self.entry.dataset is None:
            return 0
        try:
            return sum(count for _, count in consenting(self.entry.dataset).left_out)
        except DataError:  # nobody may be
            return len(self.entry.dataset)

    @property
    def size(self) -> float:
        """How many people it holds, or what is taken for that."""
        return UNKNOWN_PEOPLE if self.people is None else self.people

    @cached_property
    def people(self) -> float | None:
        """How many people (or other units) it holds; None where nothing says it."""
        card, dataset = self.entry.card, self.entry.dataset
        if self._first_records is not None:
            return float(len(self._first_records))
        if card.persons is not None:
            return float(card.persons)
        if dataset is not None:
            return float(len(dataset))
        return None if card.records is None else float(card.records)


def _people_by_value(dataset: Dataset, name: str, rows: NDArray[np.int64] | None) -> tuple[NDArray[np.int64], float]:
    """How many people hold each value as preparation writes it, and the share of records with one."""
    column: Encoded = dataset.encoded(name)
    try:
        prepared = column.mapped(clean_values(dataset, name, column.values[1:], column.counts()[1:])[0])
    except DataError:  # a column of dates that holds none
        return np.zeros(0, np.int64), 0.0
    codes = prepared.codes if rows is None else prepared.codes[rows]
    return np.bincount(codes, minlength=1)[1:].astype(np.int64), float(np.count_nonzero(prepared.codes) / len(dataset))
