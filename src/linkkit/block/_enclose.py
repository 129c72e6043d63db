"""What a rule can enumerate of a condition: agreements that every pair of a level must have."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from linkkit.records import Records
from linkkit.specs import NEAR_METRICS as JOINED
from linkkit.specs import (
    Combined,
    Condition,
    DatedVersions,
    Equal,
    Initial,
    Near,
    On,
    Rule,
    SetOverlap,
    Swapped,
    TextSimilarity,
    Threshold,
)
from linkkit.values import parse

__all__ = ["Agreement", "Conjunction", "capped", "conjoined", "enclosed", "possible", "rule_of", "simplified"]

# Texts that reach such a similarity share a word, or two characters in a row.
_SHARES = {
    "jaccard_words": "words({})", "word_subset": "words({})", "jaccard_qgrams": "qgrams({}, 2)",
    "dice_qgrams": "qgrams({}, 2)", "cosine_qgrams": "qgrams({}, 2)",
}  # fmt: skip
# More alternatives than this are no longer a help.
_MOST = 12
LACKING = "lacking"


@dataclass(frozen=True)
class Agreement:
    """Something that rules can enumerate: equality of a column (or a shared member of it), or nearness.

    Parameters
    ----------
    column
        The column.
    metric, bound, crossed_with
        As in :class:`~linkkit.specs.Near`; no metric for equality; "lacking" where a record must miss the column.
    cap
        Only values that no more records hold than this.
    """

    column: str
    metric: str | None = None
    bound: float = 1.0
    crossed_with: str | None = None
    cap: int | None = None

    @property
    def is_near(self) -> bool:
        """Whether it takes a similarity join."""
        return self.metric not in (None, LACKING)

    @property
    def is_lacking(self) -> bool:
        """Whether it says that one of the records misses the column."""
        return self.metric == LACKING


Conjunction = frozenset[Agreement]


def enclosed(condition: Condition) -> tuple[Conjunction, ...] | None:
    """Return alternatives of agreements, one of which every pair has for which a condition holds; None: no such.

    A superset is enough: pairs are graded afterwards.

    Examples
    --------
    >>> enclosed(Threshold(Equal("surname"), 1.0))
    (frozenset({Agreement(column='surname', metric=None, bound=1.0, crossed_with=None, cap=None)}),)
    """
    if isinstance(condition, Combined):
        return _enclosed_combined(condition)
    measure, bound = condition.measure, condition.bound
    if isinstance(measure, Equal):
        return _one(Agreement(measure.column))
    if isinstance(measure, Initial):
        return _one(Agreement(f"first({measure.column}, 1)"))
    if isinstance(measure, DatedVersions):
        is_equality = bound > 0 if measure.metric == "equal" else bound >= 1
        return _one(Agreement(f"undated({measure.column})")) if is_equality else None
    if isinstance(measure, SetOverlap):
        return _one(Agreement(measure.column)) if bound > 0 else None
    if isinstance(measure, Swapped) and measure.metric in JOINED and bound > 0:
        return _one(Agreement(measure.first, measure.metric, bound, measure.second))
    if not isinstance(measure, TextSimilarity) or (bound <= 0 and not measure.is_distance):
        return None
    if measure.metric in _SHARES:
        return _one(Agreement(_SHARES[measure.metric].format(measure.column)))
    if measure.metric not in JOINED:
        return None
    is_equality = bound < 1 if measure.is_distance else bound >= 1
    return _one(Agreement(measure.column) if is_equality else Agreement(measure.column, measure.metric, bound))


def _enclosed_combined(condition: Combined) -> tuple[Conjunction, ...] | None:
    parts = [enclosed(inner) for inner in condition.conditions]
    if condition.operator == "or":
        if any(part is None for part in parts):
            return None
        return _few([conjunction for part in parts if part is not None for conjunction in part])
    if condition.operator == "and":
        known = [part for part in parts if part is not None]
        found: Iterable[Conjunction] = [frozenset()]
        for part in known:
            found = conjoined(found, part)
        return _few(found) if known else None
    inner = condition.conditions[0]
    if condition.operator == "unknown" and isinstance(inner, Threshold) and isinstance(inner.measure, Equal):
        return _one(Agreement(inner.measure.column, LACKING))
    return None  # what does not hold shows in no value that two records share


def conjoined(one: Iterable[Conjunction], other: Iterable[Conjunction]) -> list[Conjunction]:
    """Return the alternatives of two sets of alternatives together."""
    second = list(other)
    return [first | added for first in one for added in second]


def possible(alternatives: Iterable[Conjunction], records: Records) -> tuple[Conjunction, ...]:
    """Return the alternatives that some records could have, without what they must miss: no rule makes pairs of it.

    Where no record has the columns of an alternative and misses the one that it must miss, no pair has it.
    """
    found = []
    for conjunction in alternatives:
        present = np.ones(len(records), bool)
        for one in conjunction:
            if not one.is_lacking:
                present &= records.column(one.column).codes > 0
        lacking = [records.column(one.column).codes == 0 for one in conjunction if one.is_lacking]
        if all(bool((present & misses).any()) for misses in lacking):
            found.append(frozenset(one for one in conjunction if not one.is_lacking))
    return tuple(dict.fromkeys(found))


def simplified(alternatives: Iterable[Conjunction], records: Records) -> tuple[Conjunction, ...]:
    """Return alternatives without those whose every pair another one makes too."""
    kept: list[Conjunction] = []
    for new in dict.fromkeys(alternatives):
        if any(_covers(old, new, records) for old in kept):
            continue
        kept = [old for old in kept if not _covers(new, old, records)]
        kept.append(new)
    return tuple(kept)


def _covers(looser: Conjunction, strict: Conjunction, records: Records) -> bool:
    return all(any(_implies(have, want, records) for have in strict) for want in looser)


def _implies(have: Agreement, want: Agreement, records: Records) -> bool:
    """Whether every pair that has one agreement has the other too."""
    if want.cap is not None and (have.cap is None or have.cap > want.cap or have.column != want.column):
        return False
    if have.crossed_with != want.crossed_with:
        return False
    if have.column == want.column:
        if not want.is_near:
            return not have.is_near
        if not have.is_near:
            return True
        return have.metric == want.metric and (
            have.bound <= want.bound if JOINED[want.metric or ""] else have.bound >= want.bound
        )
    if have.is_near or want.is_near or have.crossed_with is not None:
        return False
    expression = parse(want.column)
    if not expression.function or len(expression.inner) != 1 or str(expression.inner[0]) != have.column:
        return False
    present = records.column(have.column).codes > 0
    return bool((records.column(want.column).codes[present] > 0).all())


def rule_of(conjunction: Conjunction, holds_sets: dict[str, bool], share: dict[Agreement, float]) -> tuple[Rule, float]:
    """Return a rule that makes every pair with some agreements, and the share of pairs that it is for.

    A rule joins one column by nearness, and a shared member of a set is another kind of rule: where both are asked
    for, the agreement that more pairs have is left out.
    """
    equal = sorted((one for one in conjunction if not one.is_near), key=lambda one: one.column)
    near = sorted((one for one in conjunction if one.is_near), key=lambda one: (share[one], repr(one)))
    sets = [one for one in equal if holds_sets[one.column]]
    single = [one for one in equal if not holds_sets[one.column]]
    # With other columns beside it, a cap is one on the joint block, which is seldom as large.
    held = share if len(conjunction) == 1 else {one: share[replace(one, cap=None)] for one in equal}
    found = math.prod(held[one] for one in single)
    of_sets = math.prod(held[one] for one in sets)
    if near and (not sets or share[near[0]] < of_sets):
        best = near[0]
        rule = Near(
            best.column, best.metric or "", best.bound, tuple(one.column for one in single), best.crossed_with, best.cap
        )
        return rule, found * share[best]
    caps = [one.cap for one in equal if one.cap is not None]
    cap = max(min(caps), 2) if caps else None
    return On(tuple(one.column for one in equal), cap), found * of_sets


def capped(conjunction: Conjunction, column: str, cap: int) -> Conjunction:
    """Return agreements of which those on a column hold for rarer values only."""
    return frozenset(
        replace(one, cap=cap) if one.column == column and one.crossed_with is None else one for one in conjunction
    )


def _one(agreement: Agreement) -> tuple[Conjunction, ...]:
    return (frozenset([agreement]),)


def _few(alternatives: Iterable[Conjunction]) -> tuple[Conjunction, ...] | None:
    found = tuple(dict.fromkeys(alternatives))
    return found if 0 < len(found) <= _MOST else None
