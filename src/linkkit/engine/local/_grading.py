"""Gauges bound to records: from rows of pairs to grade codes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from linkkit.records import Records
from linkkit.specs import Gauge

from .graders import Grader, build_grader
from .kernels.pairs import combine_grades, gather_codes

__all__ = ["Grading"]

U32 = NDArray[np.uint32]


class Grading:
    """Kernels for some gauges, and the columns of codes they read, side by side so that a record is one line of memory."""

    def __init__(self, records: Records, gauges: Sequence[Gauge], strides: NDArray[np.int64] | None = None) -> None:
        self.records = records
        self.gauges = tuple(gauges)
        self.strides = np.ones(len(gauges), np.int64) if strides is None else strides
        self.graders: list[Grader] = [build_grader(records, gauge) for gauge in gauges]
        columns: dict[int, U32] = {}
        for grader in self.graders:
            for column in grader.columns:
                columns.setdefault(id(column), column)
        places = {identity: place for place, identity in enumerate(columns)}
        self._places = [tuple(places[id(column)] for column in grader.columns) for grader in self.graders]
        self._table = np.ascontiguousarray(np.column_stack(list(columns.values())), np.uint32)

    def codes(self, left: U32, right: U32) -> NDArray[np.int64]:
        """Return the grade codes of some pairs."""
        grades = self.grades(left, right)
        codes = np.empty(len(left), np.int64)
        combine_grades(grades, self.strides, codes)
        return codes

    def grades(self, left: U32, right: U32) -> NDArray[np.uint8]:
        """Return the grades of some pairs: shape (gauges, pairs)."""
        left_codes, right_codes = self._gather(left), self._gather(right)
        grades = np.empty((len(self.graders), len(left)), np.uint8)
        for number, (grader, places) in enumerate(zip(self.graders, self._places, strict=True)):
            grader.grade([left_codes[place] for place in places], [right_codes[place] for place in places], grades[number])
        return grades

    def measure(self, left: U32, right: U32) -> NDArray[np.float64]:
        """Return the measure of the first gauge for some pairs."""
        left_codes, right_codes = self._gather(left), self._gather(right)
        places = self._places[0]
        return self.graders[0].measure([left_codes[place] for place in places], [right_codes[place] for place in places])

    def _gather(self, rows: U32) -> NDArray[np.uint32]:
        out = np.empty((self._table.shape[1], len(rows)), np.uint32)
        gather_codes(self._table, np.ascontiguousarray(rows, np.uint32), out)
        return out
