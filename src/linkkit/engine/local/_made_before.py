"""What earlier rules have made already: grades that no new pair of a rule can have.

A pair of a rule that agrees on a column on which an earlier rule makes all pairs is that rule's. So a rule's new pairs
have at most the bits of the other grades, and most of them are out of reach of the floor at a glance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from linkkit.encoded import EncodedSets
from linkkit.records import Records
from linkkit.specs import Compiled, Equal, Gauge, Near, On, Rule, SetOverlap, Swapped, TextSimilarity
from linkkit.specs._measures import BIT_SIMILARITIES
from linkkit.values import fields_of

__all__ = ["Made", "made_before"]
_known: WeakKeyDictionary[Records, dict[tuple[str, str, frozenset[str]], bool]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Made:
    """Grades of a gauge whose pairs are made by an earlier rule.

    Parameters
    ----------
    gauge
        The number of the gauge.
    grades
        Grades 1 to this.
    column, cap
        Only pairs of values of this column that no more than so many records hold each; None for all pairs.
    """

    gauge: int
    grades: int
    column: str
    cap: int | None


def made_before(records: Records, compiled: Compiled, rule: Rule, earlier: Sequence[Rule]) -> list[Made]:
    """Return what the earlier rules have made of the pairs of one rule."""
    agreed = set(rule.columns) if isinstance(rule, On) else set(rule.on) if isinstance(rule, Near) else set()
    held = frozenset(agreed | {rule.column} if isinstance(rule, Near) else agreed)
    found: list[Made] = []
    for one in earlier:
        asked = _asked(records, one, agreed)
        if asked is not None:
            column, cap = asked
            for number, gauge in enumerate(compiled.gauges):
                grades = _grades_of(records, gauge, one, column, held)
                if grades:
                    found.append(Made(number, grades, column, cap))
    return found


def _asked(records: Records, rule: Rule, agreed: set[str]) -> tuple[str, int | None] | None:
    """Return the one column that a rule asks for beyond what is agreed, and its cap; None where it asks for more.

    A cap must be on the records of one value: not on those that agree on several columns, share a member of a set or
    hold a value in either of two columns.
    """
    if isinstance(rule, Near):
        more, is_single = [rule.column], rule.crossed_with is None
        if not set(rule.on) <= agreed or rule.completeness is not None:  # sampled bits find most pairs, not all
            return None
    elif isinstance(rule, On):
        more, is_single = [column for column in rule.columns if column not in agreed], len(rule.columns) == 1
    else:
        return None
    if len(more) != 1:
        return None
    if rule.cap is not None and (not is_single or isinstance(records.column(more[0]), EncodedSets)):
        return None
    return more[0], rule.cap


def _grades_of(records: Records, gauge: Gauge, rule: Rule, asked: str, held: frozenset[str]) -> int:
    """Return how many of a gauge's grades imply what a rule asks for, of records that hold some columns."""
    measure = gauge.measure
    if isinstance(rule, Near):
        return _near_grades(gauge, rule)
    if isinstance(measure, SetOverlap):
        return sum(bound > 0 for bound in gauge.bounds) if measure.column == asked else 0
    if isinstance(measure, Equal) or (isinstance(measure, TextSimilarity) and _is_exact(gauge)):
        return int(_follows(records, measure.column, asked, held))
    return 0


def _near_grades(gauge: Gauge, rule: Near) -> int:
    measure = gauge.measure
    if isinstance(measure, Swapped):
        is_same = (measure.first, measure.second) == (rule.column, rule.crossed_with)
    elif rule.crossed_with is not None:
        return 0
    elif isinstance(measure, Equal):
        # a filter with too little in it is not near its equal
        return int(measure.column == rule.column and rule.metric not in BIT_SIMILARITIES)
    else:
        is_same = isinstance(measure, TextSimilarity) and measure.column == rule.column
    if not is_same or getattr(measure, "metric", None) != rule.metric:
        return 0
    return sum(bound <= rule.bound if measure.is_distance else bound >= rule.bound for bound in gauge.bounds)


def _is_exact(gauge: Gauge) -> bool:
    return gauge.bounds[0] == (0.0 if gauge.measure.is_distance else 1.0)


def _follows(records: Records, column: str, asked: str, held: frozenset[str]) -> bool:
    """Tell whether records that agree on a column always agree on what is asked, too; found out once."""
    if fields_of(column) != fields_of(asked):
        return False
    known = _known.setdefault(records, {})
    held = frozenset(one for one in held if fields_of(one) == fields_of(column))
    if (column, asked, held) not in known:
        known[column, asked, held] = _always(records, column, asked, held)
    return known[column, asked, held]


def _always(records: Records, column: str, asked: str, held: frozenset[str]) -> bool:
    agreed, other = records.column(column), records.column(asked)
    if isinstance(agreed, EncodedSets):
        return False  # equal sets may hold no member, and rules pair those that share one
    present = np.logical_and.reduce([agreed.codes > 0, *(records.column(one).codes > 0 for one in held)])
    codes, others = agreed.codes[present], other.codes[present]
    if isinstance(other, EncodedSets) and (np.diff(other.starts)[others] == 0).any():
        return False
    record_of = np.zeros(int(codes.max(initial=0)) + 1, np.int64)
    record_of[codes] = np.arange(len(codes))
    return bool((others > 0).all() and (others == others[record_of[codes]]).all())
