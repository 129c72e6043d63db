"""What a screen knows of each record: a few words of 64 bits, from which the best grade of a pair follows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .graders import EqualGrader, Grader, InitialGrader, SwappedGrader, TextGrader
from .graders._numbers import GapGrader
from .graders._sets import SetGrader
from .kernels.limits import common_needed, distance_grades
from .kernels.screen import EDITS, EQUAL, GAP, INITIAL, JARO, PRESENT, RARITY, SETS, SLOW, WHOLE_DATE
from .kernels.text import PREFIX_WEIGHT, date_grades, uses_dates
from .kernels.text_table import TextTable

__all__ = ["LookUps", "ScreenGauge", "Words"]

U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]
# Members of sets share so many bits; the last marks that there is a set.
_MEMBER_BITS = 63
# Records whose words are laid out at a time.
_BLOCK = 4096


@dataclass(frozen=True)
class ScreenGauge:
    """How the best grade of a pair is found.

    Parameters
    ----------
    kind, one, other, first, bounds
        As the kernel reads them.
    is_exact
        Whether the best grade is the grade.
    cost
        About how long it takes, as a multiple of comparing two words.
    """

    kind: int
    one: int
    other: int
    first: int
    bounds: int
    is_exact: bool
    cost: int


class LookUps(NamedTuple):
    """The tables that gauges look up: common characters needed, grades of distances, limits of numbers."""

    needed: NDArray[np.int8]
    edits: NDArray[np.uint8]
    limits: NDArray[np.float64]

    @classmethod
    def of(cls, words: Words) -> LookUps:
        """Lay out the tables of all gauges one after the other."""
        needed = np.concatenate([np.empty(0, np.int8), *words.needed])
        return cls(needed, np.concatenate([np.empty(0, np.uint8), *words.edits]), np.array(words.limits, np.float64))


@dataclass
class Words:
    """The words of all records, and the tables that gauges look up; grows gauge by gauge."""

    columns: list[U64] = field(default_factory=list)
    needed: list[NDArray[np.int8]] = field(default_factory=list)
    edits: list[NDArray[np.uint8]] = field(default_factory=list)
    limits: list[float] = field(default_factory=list)
    _places: dict[tuple[int, str], int] = field(default_factory=dict)
    _read: list[object] = field(default_factory=list)

    def gauge(self, grader: Grader) -> ScreenGauge | None:
        """Add what one grader's best grade follows from; None where nothing is known without comparing values."""
        if isinstance(grader, EqualGrader):
            return self._equality(grader.columns[0], grader.columns[0])
        if isinstance(grader, SwappedGrader):
            first, second = grader.columns
            if grader.bounds == (1.0,):
                return self._equality(first, second)
            return self._text(grader, first, second)
        if isinstance(grader, TextGrader):
            column = grader.columns[0]
            limits = None if grader.metric in PREFIX_WEIGHT else distance_grades(grader.metric, grader.bounds)
            if limits is not None and uses_dates(grader.metric, grader.table, limits):
                return self._date(grader, date_grades(limits))
            return self._text(grader, column, column)
        if isinstance(grader, InitialGrader):
            place = self._place(grader.columns[0], "initial", lambda codes: [_initials(grader, codes)])
            return ScreenGauge(INITIAL, place, place, 0, 1, True, 1)
        if isinstance(grader, SetGrader):
            return self._sets(grader)
        if isinstance(grader, GapGrader):
            place = self._place(grader.columns[0], "number", lambda codes: [grader.values[codes].view(np.uint64)])
            start = len(self.limits)
            self.limits += grader.bounds
            return ScreenGauge(GAP, place, int(grader.is_relative), start, len(grader.bounds), True, 2)
        return None

    def rarity(self, classes: NDArray[np.uint8]) -> ScreenGauge:
        """Add the class of each record's value; the grade is the lower of two."""
        place = len(self.columns)
        self.columns.append(classes.astype(np.uint64))
        return ScreenGauge(RARITY, place, place, 0, 0, True, 1)

    def table(self, size: int) -> U64:
        """Return the words of so many records side by side: shape (records, words), one at least."""
        table = np.zeros((size, max(len(self.columns), 1)), np.uint64)
        for start in range(0, size, _BLOCK):  # what is written stays in the cache of a core
            for place, column in enumerate(self.columns):
                table[start : start + _BLOCK, place] = column[start : start + _BLOCK]
        return table

    def _equality(self, one: U32, other: U32) -> ScreenGauge:
        first, second = (
            self._place(column, "code", lambda codes: [codes.astype(np.uint64)]) for column in (one, other)
        )
        return ScreenGauge(EQUAL, first, second, 0, 1, True, 1 if one is other else 2)

    def _text(self, grader: TextGrader | SwappedGrader, one: U32, other: U32) -> ScreenGauge:
        table = grader.table
        first, second = (self._place(column, "text", lambda codes: _texts(table, codes)) for column in (one, other))
        cost = 4 if one is other else 8
        if grader.metric in PREFIX_WEIGHT:
            start = sum(map(len, self.needed))
            with_prefix = grader.metric == "jaro_winkler"
            self.needed += [common_needed(bound, with_prefix, table.rows.shape[1]) for bound in grader.bounds]
            return ScreenGauge(JARO, first, second, start, len(grader.bounds), False, cost)
        start = sum(map(len, self.edits))
        self.edits.append(distance_grades(grader.metric, grader.bounds).grade_of)
        return ScreenGauge(EDITS, first, second, start, len(grader.bounds), False, cost)

    def _date(self, grader: TextGrader, grades: np.uint32) -> ScreenGauge:
        dates = grader.table.dates
        assert dates is not None
        place = self._place(grader.columns[0], "date", lambda codes: [_present(dates[codes].astype(np.uint64), codes)])
        start = sum(map(len, self.edits))
        self.edits.append(np.array([int(grades) >> 8 * distance & 255 for distance in range(4)], np.uint8))
        return ScreenGauge(WHOLE_DATE, place, place, start, len(grader.bounds), True, 2)

    def _sets(self, grader: SetGrader) -> ScreenGauge | None:
        """Sets that share no bit share no member; a share of an empty set is no number, so that such are left out."""
        if min(grader.bounds) <= 0 or (grader.metric != "shared" and not grader.sizes[1:].all()):
            return None
        place = self._place(grader.columns[0], "members", lambda codes: [_members(grader, codes)])
        return ScreenGauge(SETS, place, place, 0, len(grader.bounds), False, 1)

    def _place(self, column: U32, what: str, words: Callable[[U32], Iterable[U64]]) -> int:
        """Return the place of the first word of a column, added where it is not there."""
        key = (id(column), what)
        if key not in self._places:
            self._places[key] = len(self.columns)
            self._read.append(column)  # so that no other column gets its identity
            self.columns += words(column)
        return self._places[key]


def _present(words: U64, codes: U32) -> U64:
    return np.where(codes > 0, words | PRESENT, np.uint64(0))


def _texts(table: TextTable, codes: U32) -> list[U64]:
    """A text's characters as a mask, and its head: first characters and length."""
    heads = table.heads | np.where(table.slow, SLOW, np.uint64(0))
    return [table.masks[codes], _present(heads[codes], codes)]


def _initials(grader: InitialGrader, codes: U32) -> U64:
    """A value's number, its first letter, and whether that is all of it."""
    letters = grader.letters.astype(np.uint64) << np.uint64(1) | grader.is_initial.astype(np.uint64)
    return np.where(codes > 0, codes.astype(np.uint64) << np.uint64(30) | letters[codes], np.uint64(0))


def _members(grader: SetGrader, codes: U32) -> U64:
    """A bit for each member; different members may share one."""
    column = grader.column
    bits = np.uint64(1) << (column.members.astype(np.uint64) % np.uint64(_MEMBER_BITS))
    found = np.zeros(len(column.starts) - 1, np.uint64)
    held = np.diff(column.starts)
    np.bitwise_or.at(found, np.repeat(np.arange(len(held)), held), bits)
    return _present(found[codes], codes)
