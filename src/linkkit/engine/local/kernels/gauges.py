"""Gauges: how one grade of a pair is found, and the rows of grades of one value against many."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .columns import Columns
from .limits import check_bounds, distance_grades
from .rows import grade_rows
from .text import uses_dates
from .text_table import TextTable

Codes = NDArray[np.uint32]
_REMEMBERED_BYTES = 64 * 2**20


@dataclass(frozen=True, eq=False)
class Gauge:
    """How one grade of a pair is found.

    Parameters
    ----------
    metric
        ``equal``, or a metric of `grade_text`.
    bounds
        The metric's bounds.
    table
        The distinct values that the codes number.
    """

    metric: str = "equal"
    bounds: tuple[float, ...] = ()
    table: TextTable | None = None

    def __post_init__(self) -> None:
        if self.metric != "equal":
            check_bounds(self.metric, self.bounds)
            if self.table is None:
                raise ValueError(f"a gauge of metric {self.metric} needs a table.")

    @property
    def grade_count(self) -> int:
        """How many grades there are, with 0 for missing."""
        return 3 if self.metric == "equal" else len(self.bounds) + 2

    @property
    def needs_rows(self) -> bool:
        """Whether the grades come from rows of grades."""
        return self.metric != "equal"

    @property
    def is_cheap(self) -> bool:
        """Whether a row of grades costs next to nothing, as that of a date does."""
        if self.table is None or self.metric not in ("osa", "osa_similarity"):
            return self.table is None
        return uses_dates(self.metric, self.table, distance_grades(self.metric, self.bounds))


@dataclass(frozen=True, eq=False)
class RowSource:
    """Rows of grades of one gauge against the values of the right side, and where they are remembered."""

    gauge: Gauge
    table: TextTable
    columns: Columns
    remembered: NDArray[np.uint8] | None
    is_known: NDArray[np.bool_]
    values: Codes

    @classmethod
    def make(cls, gauge: Gauge, table: TextTable, left: Codes, right: Codes, *, remember: bool) -> RowSource:
        """Prepare the rows for the values of the left side against those of the right."""
        columns, values = table.choose(np.unique(right)), np.unique(left)
        size = len(values) * len(columns.codes)
        keeps = remember and size <= _REMEMBERED_BYTES
        remembered = np.empty((len(values), len(columns.codes)), np.uint8) if keeps else None
        return cls(gauge, table, columns, remembered, np.zeros(len(values), np.bool_), values)

    @property
    def width(self) -> int:
        """Number of values of the right side."""
        return len(self.columns.codes)

    def fill(self, values: NDArray[np.intp], out: NDArray[np.uint8]) -> None:
        """Write the rows of some left values, given by their places among the left values."""
        if self.remembered is None:
            self._grade(values, out)
            return
        # Threads that find the same row unknown work it out twice and write the same bytes.
        unknown = values[~self.is_known[values]]
        if len(unknown):
            fresh = np.empty((len(unknown), self.width), np.uint8)
            self._grade(unknown, fresh)
            self.remembered[unknown] = fresh
            self.is_known[unknown] = True
        np.take(self.remembered, values, axis=0, out=out)

    def _grade(self, values: NDArray[np.intp], out: NDArray[np.uint8]) -> None:
        gauge = self.gauge
        grade_rows(gauge.metric, self.table, self.values[values], gauge.bounds, out, self.columns)
