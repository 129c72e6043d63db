"""Comparisons compiled to gauges: what an engine must measure, and the tables that turn its grades into levels.

A *gauge* is a measure with every bound that any level asks of it; an engine gives each pair a *grade* on it: 0
missing, 1 for the strictest bound reached, and so on, one more than there are bounds for none. The level of a
comparison is a function of the grades of a few gauges, so it is worked out once for every combination of grades, and
looked up for pairs. The levels of all comparisons make one number, the pattern code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import SpecError

from ._comparison import Combined, Comparison, Condition, Threshold, thresholds
from ._measures import Equal, Measure, TextSimilarity

__all__ = ["Compiled", "Gauge", "LevelTable", "compile_comparisons"]

UNKNOWN, FALSE, TRUE = np.int8(0), np.int8(-1), np.int8(1)
MOST_GRADES = 2**20
# Metrics that are at their best value exactly where two texts are equal, and that value.
_EQUAL_AT = {
    "jaro_winkler": 1.0, "jaro": 1.0, "levenshtein_similarity": 1.0, "osa_similarity": 1.0,
    "levenshtein": 0.0, "osa": 0.0, "damerau": 0.0,
}  # fmt: skip


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
class LevelTable:
    """From the grades of a few gauges to the level of a comparison.

    Parameters
    ----------
    gauges
        Positions of the gauges that decide.
    levels
        The level of each combination of their grades; one axis a gauge.
    """

    gauges: tuple[int, ...]
    levels: NDArray[np.uint8]

    @property
    def is_identity(self) -> bool:
        """Whether the level is the grade of the one gauge."""
        return self.levels.ndim == 1 and bool(np.array_equal(self.levels, np.arange(len(self.levels))))


@dataclass(frozen=True, eq=False)
class Compiled:
    """What an engine measures for some comparisons.

    Parameters
    ----------
    comparisons
        The comparisons.
    gauges
        The gauges, each once.
    tables
        How grades make the level of each comparison.
    strides
        Shape (comparisons,), int64: a pair's pattern code is the sum of level times stride.
    size
        How many pattern codes are possible.
    """

    comparisons: tuple[Comparison, ...]
    gauges: tuple[Gauge, ...]
    tables: tuple[LevelTable, ...]
    strides: NDArray[np.int64]
    size: int

    def levels(self, codes: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Return the levels behind pattern codes: shape (codes, comparisons), uint8."""
        levels = np.empty((len(codes), len(self.comparisons)), np.uint8)
        for place, comparison in enumerate(self.comparisons):
            levels[:, place] = (codes // self.strides[place]) % len(comparison.labels)
        return levels

    def codes(self, levels: NDArray[np.uint8]) -> NDArray[np.int64]:
        """Return the pattern codes of levels: the inverse of :meth:`levels`."""
        found: NDArray[np.int64] = levels.astype(np.int64) @ self.strides
        return found


def compile_comparisons(comparisons: Sequence[Comparison]) -> Compiled:
    """Find the gauges that comparisons need, and the table from grades to level of each.

    Raises
    ------
    SpecError
        Where two comparisons have one name, or the combinations of levels do not fit in 62 bits.

    Examples
    --------
    >>> from linkkit.specs import Equal, Level
    >>> sex = Comparison("sex", (Level("exact", Threshold(Equal("sex"))),))
    >>> compile_comparisons([sex]).levels(np.array([0, 1, 2])).ravel().tolist()
    [0, 1, 2]
    """
    names = [comparison.name for comparison in comparisons]
    if len(set(names)) < len(names):
        raise SpecError(f"Two comparisons have one name: {', '.join(names)}.")
    gauges = _gauges(comparisons)
    strides, size = np.ones(len(comparisons), np.int64), 1
    for place, comparison in enumerate(comparisons):
        strides[place] = size
        size *= len(comparison.labels)
        if size >= 2**62:
            raise SpecError("These comparisons have too many combinations of levels; leave some out or merge levels.")
    tables = tuple(_table(comparison, gauges) for comparison in comparisons)
    return Compiled(tuple(comparisons), gauges, tables, strides, size)


def _gauges(comparisons: Sequence[Comparison]) -> tuple[Gauge, ...]:
    """Every measure that a level asks for or that tells whether a field is present, with all bounds asked of it."""
    asked = {threshold for c in comparisons for level in c.levels for threshold in thresholds(level.condition)}
    measures = {threshold.measure for threshold in asked}
    bounds: dict[Measure, set[float]] = {}
    for comparison in comparisons:
        for level in comparison.levels:
            for threshold in thresholds(level.condition):
                measure, bound = _merged(threshold, measures)
                bounds.setdefault(measure, set()).add(bound)
    for comparison in comparisons:
        for field in comparison.fields:
            if _presence(field, set(bounds)) is None:
                bounds[Equal(field)] = {1.0}
    return tuple(Gauge(m, tuple(sorted(b, reverse=not m.is_distance))) for m, b in bounds.items())


def _merged(threshold: Threshold, measures: set[Measure]) -> tuple[Measure, float]:
    """Equality of a column is the best value of a text metric on it, where one is measured anyway."""
    if isinstance(threshold.measure, Equal):
        text = _presence(threshold.measure.column, {m for m in measures if not isinstance(m, Equal)})
        if isinstance(text, TextSimilarity) and text.metric in _EQUAL_AT:
            return text, _EQUAL_AT[text.metric]
    return threshold.measure, threshold.bound


def _presence(field: str, measures: set[Measure]) -> Measure | None:
    """The measure that is missing exactly where the field is."""
    if Equal(field) in measures:
        return Equal(field)
    texts = [m for m in measures if isinstance(m, TextSimilarity) and m.column == field and m.metric in _EQUAL_AT]
    return min(texts, key=repr) if texts else None


def _table(comparison: Comparison, gauges: Sequence[Gauge]) -> LevelTable:
    """Return which gauges decide a comparison's level, and its level for each combination of their grades."""
    by_measure = {gauge.measure: gauge for gauge in gauges}
    measures = set(by_measure)
    presence = {_presence(field, measures) for field in comparison.fields} - {None}
    asked = {_merged(t, measures)[0] for level in comparison.levels for t in thresholds(level.condition)}
    used = tuple(place for place, gauge in enumerate(gauges) if gauge.measure in asked | presence)
    shape = tuple(gauges[place].grades for place in used)
    if np.prod(shape, dtype=np.float64) > MOST_GRADES:
        raise SpecError(f"The comparison {comparison.name!r} combines too many measures; use fewer in one comparison.")
    grades = dict(zip((gauges[place].measure for place in used), np.indices(shape), strict=True))
    levels = np.full(shape, len(comparison.levels) + 1, np.uint8)
    undecided, all_unknown = np.ones(shape, bool), np.ones(shape, bool)
    for number, level in enumerate(comparison.levels, 1):
        truth = _truth(level.condition, grades, by_measure)
        levels[undecided & (truth == TRUE)] = number
        undecided &= truth != TRUE
        all_unknown &= truth == UNKNOWN
    absent = [grades[measure] == 0 for measure in presence if measure is not None]
    levels[undecided & np.logical_or.reduce([all_unknown, *absent])] = 0
    return LevelTable(used, levels)


def _truth(
    condition: Condition, grades: dict[Measure, NDArray[np.int64]], gauges: dict[Measure, Gauge]
) -> NDArray[np.int8]:
    """Kleene truth of a condition for each combination of grades: 1 true, 0 unknown, -1 false."""
    if isinstance(condition, Combined):
        parts = [_truth(inner, grades, gauges) for inner in condition.conditions]
        if condition.operator == "not":
            return (-parts[0]).astype(np.int8)
        if condition.operator == "unknown":
            return np.where(parts[0] == UNKNOWN, TRUE, FALSE).astype(np.int8)
        found: NDArray[np.int8] = (np.minimum if condition.operator == "and" else np.maximum).reduce(parts)
        return found
    measure, bound = _merged(condition, set(gauges))
    grade = grades[measure]
    reached = gauges[measure].bounds.index(bound) + 1
    return np.where(grade == 0, UNKNOWN, np.where(grade <= reached, TRUE, FALSE)).astype(np.int8)
