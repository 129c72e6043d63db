"""Gauges bound to records: from rows of pairs to pattern codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkkit.records import Records
from linkkit.specs import Compiled, Gauge, LevelTable

from .graders import Grader, build_grader
from .kernels.pairs import combine, gather_codes, look_up_levels, set_column

__all__ = ["Grading", "side_by_side"]

U32 = NDArray[np.uint32]


class Grading:
    """Kernels for some gauges, and the codes they read, side by side so that a record is one line of memory."""

    def __init__(self, records: Records, gauges: Sequence[Gauge], compiled: Compiled | None = None) -> None:
        self.records = records
        self.gauges = tuple(gauges)
        self.graders: list[Grader] = [build_grader(records, gauge) for gauge in gauges]
        columns: dict[int, U32] = {}
        for grader in self.graders:
            for column in grader.columns:
                columns.setdefault(id(column), column)
        places = {identity: place for place, identity in enumerate(columns)}
        self._places = [tuple(places[id(column)] for column in grader.columns) for grader in self.graders]
        self._table = side_by_side(list(columns.values()))
        self._strides = np.ones(0, np.int64) if compiled is None else compiled.strides
        self._look_ups = [] if compiled is None else [_LookUp.of(table) for table in compiled.tables]

    @classmethod
    def of(cls, records: Records, compiled: Compiled) -> Grading:
        """Bind the gauges of some comparisons."""
        return cls(records, compiled.gauges, compiled)

    def codes(self, left: U32, right: U32) -> NDArray[np.int64]:
        """Return the pattern codes of some pairs."""
        grades = self.grades(left, right)
        levels = np.empty((len(self._look_ups), len(left)), np.uint8)
        for place, look_up in enumerate(self._look_ups):
            look_up.levels(grades, levels[place])
        codes = np.empty(len(left), np.int64)
        combine(levels, self._strides, codes)
        return codes

    def grades(self, left: U32, right: U32) -> NDArray[np.uint8]:
        """Return the grades of some pairs: shape (gauges, pairs)."""
        left_codes, right_codes = self.gathered(left), self.gathered(right)
        grades = np.empty((len(self.graders), len(left)), np.uint8)
        for number, (grader, places) in enumerate(zip(self.graders, self._places, strict=True)):
            grader.grade(
                [left_codes[place] for place in places], [right_codes[place] for place in places], grades[number]
            )
        return grades

    def measure(self, left: U32, right: U32) -> NDArray[np.float64]:
        """Return the measure of the first gauge for some pairs."""
        left_codes, right_codes = self.gathered(left), self.gathered(right)
        places = self._places[0]
        return self.graders[0].measure(
            [left_codes[place] for place in places], [right_codes[place] for place in places]
        )

    def graded_gauge(self, gauge: int, left_codes: U32, right_codes: U32) -> NDArray[np.uint8]:
        """Return the grades of one gauge for pairs whose codes are gathered."""
        grades = np.empty(left_codes.shape[1], np.uint8)
        places = self._places[gauge]
        self.graders[gauge].grade(
            [left_codes[place] for place in places], [right_codes[place] for place in places], grades
        )
        return grades

    def levels_of(self, comparison: int, grades: Mapping[int, NDArray[np.uint8]], size: int) -> NDArray[np.uint8]:
        """Return the levels of one comparison for so many pairs, from the grades of its gauges."""
        levels = np.empty(size, np.uint8)
        self._look_ups[comparison].levels(grades, levels)
        return levels

    def gathered(self, rows: U32) -> NDArray[np.uint32]:
        """Return the codes of some records: shape (columns, records)."""
        out = np.empty((self._table.shape[1], len(rows)), np.uint32)
        gather_codes(self._table, np.ascontiguousarray(rows, np.uint32), out)
        return out


def side_by_side(columns: Sequence[U32]) -> U32:
    """Return columns of codes as a table, a record's codes next to each other in memory."""
    table = np.empty((len(columns[0]), len(columns)), np.uint32)
    for place, column in enumerate(columns):
        set_column(np.require(column, np.uint32, ("C", "W")), table, place)
    return table


@dataclass(frozen=True, eq=False)
class _LookUp:
    """A level table, flat."""

    gauges: tuple[int, ...]
    strides: NDArray[np.int64]
    table: NDArray[np.uint8]
    is_identity: bool

    @classmethod
    def of(cls, table: LevelTable) -> _LookUp:
        strides = np.array(
            [int(np.prod(table.levels.shape[axis + 1 :])) for axis in range(table.levels.ndim)], np.int64
        )
        return cls(table.gauges, strides, np.ascontiguousarray(table.levels.ravel()), table.is_identity)

    def levels(self, grades: Mapping[int, NDArray[np.uint8]] | NDArray[np.uint8], out: NDArray[np.uint8]) -> None:
        if self.is_identity:
            out[:] = grades[self.gauges[0]]
            return
        places = np.empty(len(out), np.int64)
        combine(np.stack([grades[gauge] for gauge in self.gauges]), self.strides, places)
        look_up_levels(self.table, places, out)
