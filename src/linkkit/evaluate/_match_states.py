"""The matches a run found as states of groups of fields, and matches drawn anew from them, group by group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkkit.records import Records
from linkkit.specs import Comparison, EveryPair, Listed, MinHash, Neighbourhood, On, Rule
from linkkit.tables import Scores
from linkkit.values import fields_of

from ._all_matches import FoundMatches
from ._counts import distinct_rows
from ._planted import can_plant, planted_made

__all__ = ["Spliced", "field_groups", "found_matches"]

Floats = NDArray[np.float64]
# What changes together where people move.
HOME_KINDS = ("postcode", "address", "house_number", "place")
HOME = "home of a person"
# Rarer states of a group are counted as one.
LEAST_MATCHES = 3.0
DRAWS = 20_000
# Planted records should not outnumber the others by far, or values would no longer be as rare.
LEAST_DRAWS = 4_000
# One draw in two is as the found matches are. The others are spread more evenly over the states, to this share, so that
# pairs of many errors are drawn often enough; the first keep the importance of each draw in bounds.
EVEN_SHARE = 0.3


@dataclass(frozen=True, eq=False)
class Spliced:
    """What was found, and what the estimate from it leaves out.

    Parameters
    ----------
    found
        States of the matches found, and of drawn ones.
    pattern
        Shape (pairs,): the pattern of states of each pair it was built from.
    always
        Columns on which every pair agrees, since every rule asks for them: matches that differ there are not in the
        estimate.
    knows_blocking
        Whether what the rules make can be told from single fields; otherwise only the threshold is accounted for.
    is_partial
        Whether it can for some rules only.
    """

    found: FoundMatches
    pattern: NDArray[np.int64]
    always: tuple[str, ...]
    knows_blocking: bool
    is_partial: bool = False


def field_groups(
    comparisons: Sequence[Comparison], kinds: Mapping[str, str] | None = None
) -> tuple[NDArray[np.int64], dict[str, int]]:
    """Return the group of each comparison, and of each field.

    Comparisons that share a field err together; and those of a home, all of which a move changes.

    Parameters
    ----------
    comparisons
        The comparisons.
    kinds
        The kind of each field, as far as it is known.

    Examples
    --------
    >>> from linkkit.compare import exact
    >>> field_groups([exact("surname"), exact("town"), exact("soundex(surname)")])
    (array([0, 1, 0]), {'surname': 0, 'town': 1})
    """
    kinds = kinds or {}
    group = list(range(len(comparisons)))
    owner: dict[str, int] = {}
    for number, comparison in enumerate(comparisons):
        for field in _fields(comparison.every_field):
            home = HOME if kinds.get(field) in HOME_KINDS else field
            for name in (field, home):
                new, old = group[owner.setdefault(name, number)], group[number]
                group = [new if one == old else one for one in group]
    _, numbers = np.unique(group, return_inverse=True)
    return numbers.reshape(-1), {field: int(numbers[first]) for field, first in owner.items() if field != HOME}


def found_matches(
    scores: Scores, probability: Floats, rules: Sequence[Rule], model: Any, floor: float, *, seed: int = 1
) -> Spliced | None:
    """Take scored pairs that reach a floor as the matches found, each as far as it is probable; None if there are none.

    A drawn pair takes the values of each group of fields from another found pair, so that errors come as often, and
    values are as rare, as they really are. It is found where a rule makes it and its weight reaches the floor.

    Parameters
    ----------
    scores, probability
        Scored pairs, and how probable each match is.
    rules
        The blocking rules.
    model
        A Fellegi-Sunter model.
    floor
        The least weight, in bits.
    seed
        Of the draws.
    """
    records, comparisons = scores.records, scores.comparisons
    described = records.datasets[0].fields
    group, owner = field_groups(comparisons, {name: field.kind for name, field in described.items()})
    kept = np.flatnonzero(scores.weight >= floor)
    agreement = _Agreement(records, rules, owner, int(group.max(initial=-1)) + 1)
    parts = agreement.parts(scores.left[kept], scores.right[kept])
    plants = agreement.needs_planting and can_plant(records)
    made = np.ones(len(kept), bool) if plants else agreement.made(parts, len(kept))
    kept, parts = kept[made], {part: values[made] for part, values in parts.items()}
    matches = probability[kept]
    if not len(kept) or matches.sum() < 1.0:
        return None
    found_scores = scores.take(kept)
    columns: list[list[NDArray[Any]]] = [[] for _ in range(agreement.groups)]
    for number, place in enumerate(group.tolist()):
        columns[place].append(_coarse(found_scores.levels[:, number], len(comparisons[number].levels) + 1))
    compared = [len(one) for one in columns]
    for part, values in parts.items():
        columns[agreement.group_of[part]].append(values)
    tables = [_states(np.column_stack(one), matches, count) for one, count in zip(columns, compared, strict=True)]
    states = np.column_stack([state for state, _ in tables])
    is_error = tuple(errors for _, errors in tables)
    size = min(DRAWS, max(LEAST_DRAWS, len(records))) if plants else DRAWS
    source, log_proposal = _draw(states, matches, [len(errors) for errors in is_error], size, seed)
    drawn = np.column_stack([states[source[:, place], place] for place in range(states.shape[1])])
    weight = _weight(model, found_scores, group, source)
    if plants:
        is_made = planted_made(records, rules, found_scores.left, found_scores.right, source, owner)
    else:
        held = {part: values[source[:, agreement.group_of[part]]] for part, values in parts.items()}
        is_made = agreement.made(held, len(source))
    patterns, pattern = distinct_rows(states)
    return Spliced(
        FoundMatches(
            patterns,
            np.bincount(pattern, matches).astype(np.float64),
            is_error,
            drawn,
            log_proposal,
            is_made & (weight >= floor),
            is_made,
        ),
        pattern,
        agreement.always(),
        plants or agreement.is_known,
        not plants and agreement.is_partial,
    )


class _Agreement:
    """What the rules ask for, in parts of which each concerns one group of fields."""

    def __init__(self, records: Records, rules: Sequence[Rule], owner: dict[str, int], groups: int) -> None:
        self.records = records
        self.asked: list[tuple[Rule, ...]] = []
        self.group_of: dict[Rule, int] = {}
        self.groups = groups
        self.makes_all = any(isinstance(rule, EveryPair) for rule in rules)
        for rule in () if self.makes_all else rules:
            parts = _parts(rule)
            places = [self._place(part, owner) for part in parts]
            if parts and None not in places:
                self.asked.append(parts)
        self.is_known = self.makes_all or bool(self.asked)
        self.is_partial = bool(self.asked) and len(self.asked) < len(rules)
        # Pairs listed by their ids say nothing of others; all other rules can be asked about planted records.
        self.needs_planting = not self.makes_all and len(self.asked) < len(rules) and not any(
            isinstance(rule, Listed) for rule in rules
        )  # fmt: skip

    def _place(self, part: Rule, owner: dict[str, int]) -> int | None:
        """The group that a part concerns, None if several; what is not compared makes a group of its own."""
        fields = _fields(part.columns)
        places = {owner[field] for field in fields if field in owner}
        if len(places) > 1 or not fields:
            return None
        if not places:
            places = {self.groups}
            self.groups += 1
        place = places.pop()
        owner.update(dict.fromkeys(fields, place))
        self.group_of[part] = place
        return place

    def parts(self, left: NDArray[np.uint32], right: NDArray[np.uint32]) -> dict[Rule, NDArray[np.bool_]]:
        """Tell which parts hold for real pairs."""
        needed = dict.fromkeys(part for parts in self.asked for part in parts)
        source = self.records.engine.pairs(self.records, tuple(needed))
        return {part: source.makes(number, left, right) for number, part in enumerate(needed)}

    def made(self, parts: dict[Rule, NDArray[np.bool_]], size: int) -> NDArray[np.bool_]:
        """Tell which pairs some rule makes, from which parts hold."""
        if not self.asked:
            return np.ones(size, bool)
        found = np.zeros(size, bool)
        for asked in self.asked:
            found |= np.logical_and.reduce([parts[part] for part in asked])
        return found

    def always(self) -> tuple[str, ...]:
        """The columns that every rule asks for."""
        if self.needs_planting:
            return ()
        common = set.intersection(*(set(asked) for asked in self.asked)) if self.asked else set()
        return tuple(sorted(column for part in common for column in part.columns))


def _parts(rule: Rule) -> tuple[Rule, ...]:
    """A rule as rules that must all hold; empty where it cannot be told from columns. Caps are left out."""
    if isinstance(rule, On):
        return tuple(On((column,)) for column in rule.columns)
    return (rule,) if isinstance(rule, MinHash | Neighbourhood) else ()


def _fields(columns: Sequence[str]) -> list[str]:
    return [field for column in columns for field in fields_of(column)]


def _coarse(level: NDArray[np.uint8], last: int) -> NDArray[np.uint8]:
    """Missing, the strictest level, those between, the last: finer levels would be too many to count together."""
    return np.where(level <= 1, level, np.where(level < last, 2, 3)).astype(np.uint8)


def _states(table: NDArray[Any], matches: Floats, compared: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Number the distinct rows, rare ones together, and say which are errors.

    An error is a comparison at another level than its first, or, of what is not compared, a value that differs.
    """
    rows, place = distinct_rows(table)
    wrong = rows[:, :compared] > 1 if compared else rows == 0
    errors: NDArray[np.bool_] = np.asarray(wrong.any(axis=1))
    is_rare = np.bincount(place, matches) < LEAST_MATCHES
    # Rows that are kept, then the rare ones without errors, then the rare ones with.
    key = np.where(is_rare, len(rows) + errors, np.arange(len(rows)))
    kept, number = np.unique(key, return_inverse=True)
    is_error = np.where(kept < len(rows), errors[np.minimum(kept, len(rows) - 1)], kept > len(rows))
    return number.reshape(-1)[place], is_error


def _draw(
    states: NDArray[np.int64], matches: Floats, sizes: Sequence[int], draws: int, seed: int
) -> tuple[NDArray[np.int64], Floats]:
    """Draw for each group the pairs that lend their values, and return the log probability of each drawn pair."""
    random = np.random.default_rng(seed)
    source = np.empty((draws, states.shape[1]), np.int64)
    is_even = np.arange(draws) % 2 == 1
    log_seen, log_even = np.zeros(draws), np.zeros(draws)
    for place, size in enumerate(sizes):
        seen = np.bincount(states[:, place], matches, size) + 1e-9
        seen /= seen.sum()
        even = (1 - EVEN_SHARE) * seen + EVEN_SHARE / size
        for chosen, wanted in ((~is_even, seen), (is_even, even)):
            reach = np.cumsum(matches * (wanted / seen)[states[:, place]])
            drawn = np.searchsorted(reach, random.random(int(chosen.sum())) * reach[-1], side="right")
            source[chosen, place] = np.minimum(drawn, len(reach) - 1)
        state = states[source[:, place], place]
        log_seen += np.log(seen[state])
        log_even += np.log(even[state])
    return source, np.asarray(np.logaddexp(log_seen, log_even) - np.log(2.0))


def _weight(model: Any, scores: Scores, group: NDArray[np.int64], source: NDArray[np.int64]) -> Floats:
    """The weight of drawn pairs in bits, with the adjustments of the values that they were lent."""
    levels = np.column_stack([scores.levels[source[:, place], number] for number, place in enumerate(group.tolist())])
    weight = np.asarray(model.evidence(levels))
    gained: dict[str, Floats] = {}
    for adjustment in model.adjustments:
        prepared = adjustment.prepare(scores.records, scores.comparisons, None)
        lent = source[:, group[prepared.place]]
        gained[adjustment.comparison] = prepared.bits(scores.left[lent], scores.right[lent], levels)
        weight = weight + gained[adjustment.comparison]
    for one, other in () if model.shared is None else model.shared.pairs:
        weight = weight - np.maximum(np.minimum(gained[one], gained[other]), 0.0)
    for comparison, step in model.prepared_gaps(scores.records).by_comparison.items():
        lent = source[:, group[step.place]]
        bits = step.bits(scores.left[lent], scores.right[lent], levels)
        gained[comparison] = gained.get(comparison, 0.0) + bits
        weight = weight + bits
    if model.family is None:
        return weight
    names = [name for name, _ in model.family.ties]
    odds = model.family.odds(levels, model.family.places(scores.comparisons), [gained.get(name, 0.0) for name in names])
    return np.asarray(weight - np.logaddexp2(0.0, odds))
