"""Comparisons compiled to gauges: what an engine must measure, and the tables that turn its grades into levels.

A *gauge* is a measure with every bound that any level asks of it; an engine gives each pair a *grade* on it: 0 missing, 1 for the
strictest bound reached, and so on, one more than there are bounds for none. A level is a function of a few grades, so it is worked out
once for every combination of grades, and looked up for pairs. Grades of all gauges make one number, the grade code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import SpecError

from ._comparison import Combined, Comparison, Condition, Threshold, thresholds
from ._measures import Equal, Measure, TextSimilarity

__all__ = ["Compiled", "Gauge", "compile_comparisons"]

UNKNOWN, FALSE, TRUE = np.int8(0), np.int8(-1), np.int8(1)


@dataclass(frozen=True)
class Gauge:
    """A measure and its bounds, from strict to loose."""

    measure: Measure
    bounds: tuple[float, ...]

    @property
    def grades(self) -> int:
        """How many grades there are: missing, one a bound, and none reached."""
        return len(self.bounds) + 2


@dataclass(frozen=True, eq=False)
class Compiled:
    """What an engine measures for some comparisons.

    Parameters
    ----------
    gauges
        The gauges, each once.
    strides
        Shape (gauges,), int64: a pair's grade code is the sum of grade times stride.
    size
        How many grade codes are possible.
    """

    comparisons: tuple[Comparison, ...]
    gauges: tuple[Gauge, ...]
    strides: NDArray[np.int64]
    size: int
    _used: tuple[tuple[int, ...], ...]
    _tables: tuple[NDArray[np.uint8], ...]

    def levels(self, codes: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Return the levels behind grade codes: shape (codes, comparisons), uint8."""
        grades = [(codes // stride) % gauge.grades for gauge, stride in zip(self.gauges, self.strides, strict=True)]
        levels = np.empty((len(codes), len(self.comparisons)), np.uint8)
        for place, (used, table) in enumerate(zip(self._used, self._tables, strict=True)):
            levels[:, place] = table[tuple(grades[gauge] for gauge in used)]
        return levels


def compile_comparisons(comparisons: Sequence[Comparison]) -> Compiled:
    """Find the gauges that comparisons need, and the table from grades to level of each.

    Raises
    ------
    SpecError
        Where the combinations of grades do not fit in 62 bits, or one comparison has over a million of them.
    """
    bounds: dict[Measure, set[float]] = {}
    for comparison in comparisons:
        for field in comparison.fields:
            bounds.setdefault(Equal(field), {1.0})
        for level in comparison.levels:
            for threshold in thresholds(level.condition):
                bounds.setdefault(threshold.measure, set()).add(threshold.bound)
    _drop_presence_only(comparisons, bounds)
    gauges = tuple(Gauge(m, tuple(sorted(b, reverse=not m.is_distance))) for m, b in bounds.items())
    strides = np.ones(len(gauges), np.int64)
    size = 1
    for place, gauge in enumerate(gauges):
        strides[place] = size
        size *= gauge.grades
        if size >= 2**62:
            raise SpecError("These comparisons have too many combinations of levels; leave some out or merge levels.")
    compiled = [_table(comparison, gauges) for comparison in comparisons]
    used, tables = tuple(pair[0] for pair in compiled), tuple(pair[1] for pair in compiled)
    return Compiled(tuple(comparisons), gauges, strides, size, used, tables)




def _drop_presence_only(comparisons: Sequence[Comparison], bounds: dict[Measure, set[float]]) -> None:
    """Leave out the equality of a field that only says whether it is present, where another gauge of the field says so too."""
    asked = {threshold.measure for c in comparisons for level in c.levels for threshold in thresholds(level.condition)}
    for comparison in comparisons:
        for field in comparison.fields:
            if Equal(field) not in asked and _presence(field, asked) is not None:
                bounds.pop(Equal(field), None)


def _presence(field: str, measures: set[Measure]) -> Measure | None:
    """The measure that is missing exactly where the field is."""
    if Equal(field) in measures:
        return Equal(field)
    texts = [m for m in measures if isinstance(m, TextSimilarity) and m.column == field]
    return min(texts, key=repr) if texts else None


def _table(comparison: Comparison, gauges: Sequence[Gauge]) -> tuple[tuple[int, ...], NDArray[np.uint8]]:
    """Return which gauges decide a comparison's level, and its level for each combination of their grades."""
    measures = [gauge.measure for gauge in gauges]
    asked = {t.measure for level in comparison.levels for t in thresholds(level.condition)}
    presence = [_presence(field, set(measures)) for field in comparison.fields]
    wanted = asked | {measure for measure in presence if measure is not None}
    used = tuple(place for place, measure in enumerate(measures) if measure in wanted)
    shape = tuple(gauges[place].grades for place in used)
    if np.prod(shape, dtype=np.int64) > 2**20:
        raise SpecError(f"The comparison {comparison.name!r} combines too many measures; use fewer in one comparison.")
    grades = dict(zip((measures[place] for place in used), np.indices(shape), strict=True))
    levels = np.full(shape, len(comparison.levels) + 1, np.uint8)
    open_ = np.ones(shape, bool)
    unknown_all = np.ones(shape, bool)
    for number, level in enumerate(comparison.levels, 1):
        truth = _truth(level.condition, grades, {gauge.measure: gauge for gauge in gauges})
        levels[open_ & (truth == TRUE)] = number
        open_ &= truth != TRUE
        unknown_all &= truth == UNKNOWN
    levels[open_ & unknown_all] = 0
    for measure in presence:
        if measure is not None:
            levels[open_ & (grades[measure] == 0)] = 0
    return used, levels


def _truth(condition: Condition, grades: dict[Measure, NDArray[np.int64]], gauges: dict[Measure, Gauge]) -> NDArray[np.int8]:
    """Kleene truth of a condition for each combination of grades: 1 true, 0 unknown, -1 false."""
    if isinstance(condition, Combined):
        parts = [_truth(inner, grades, gauges) for inner in condition.conditions]
        if condition.operator == "not":
            return (-parts[0]).astype(np.int8)
        return np.minimum.reduce(parts) if condition.operator == "and" else np.maximum.reduce(parts)
    grade = grades[condition.measure]
    reached = gauges[condition.measure].bounds.index(condition.bound) + 1
    return np.where(grade == 0, UNKNOWN, np.where(grade <= reached, TRUE, FALSE)).astype(np.int8)
