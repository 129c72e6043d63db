"""Expectation-maximisation on truncated counts, for comparisons that every training pass blocks on.

Rules such as on(surname, date_of_birth) make *every* pair that agrees on both. So of the patterns of levels that
satisfy some rule, all pairs of the whole product are known; of the other patterns only their total is. That is enough
to learn m of every comparison, also of those that each rule asks to agree: matches outside are filled in by their
expectation (Dempster, Laird and Rubin 1977, section 4.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkkit.encoded import Encoded
from linkkit.records import Records
from linkkit.specs import Comparison, EveryPair, On, Rule
from linkkit.tables import Patterns
from linkkit.values import fields_of

from ._agreement import agreeing_pairs, equality_columns
from ._em import Estimate, Status, match_posterior
from ._layout import Floats, Layout

__all__ = ["CompleteCounts", "complete_counts", "learn_from_complete"]

# Every combination of agreement on the comparisons that rules ask for is gone through; more than these would be too
# many.
MOST_COMPARISONS = 14
TINY = 1e-300


@dataclass(frozen=True, eq=False)
class CompleteCounts:
    """Patterns of which every pair is known.

    Parameters
    ----------
    levels, counts
        The patterns and how many pairs of the whole product have each.
    rules
        For each rule, the numbers of the comparisons that it asks to be at their first level.
    present
        For each comparison, the share of all pairs where it is not missing.
    pair_count
        How many pairs the whole product has.
    """

    name = "whole patterns"

    levels: NDArray[np.uint8]
    counts: NDArray[np.int64]
    rules: tuple[tuple[int, ...], ...]
    present: Floats
    pair_count: int

    @property
    def asked_by_all(self) -> tuple[int, ...]:
        """Comparisons that every rule asks to agree, so that whole patterns say nothing of their m."""
        return tuple(sorted(set.intersection(*(set(asked) for asked in self.rules))))

    @property
    def included(self) -> tuple[int, ...]:
        """Numbers of the comparisons: all of them."""
        return tuple(range(self.levels.shape[1]))


def complete_counts(patterns: Patterns, rules: Sequence[Rule], records: Records) -> CompleteCounts | None:
    """Return the patterns that the rules make whole; None where no rule is agreement on compared fields."""
    plain = [asked for rule in rules if (asked := _asked(rule, patterns.comparisons, records)) is not None]
    if not plain or len({number for asked in plain for number in asked}) > MOST_COMPARISONS:
        return None
    is_whole = np.zeros(len(patterns.levels), bool)
    for asked in plain:
        is_whole |= (patterns.levels[:, list(asked)] == 1).all(axis=1)
    present = np.array([_present_share(records, comparison) for comparison in patterns.comparisons])
    return CompleteCounts(
        patterns.levels[is_whole], patterns.counts[is_whole], tuple(plain), present, patterns.pair_count
    )


def learn_from_complete(
    data: CompleteCounts,
    layout: Layout,
    *,
    u_probability: Floats,
    m_probability: Floats | None = None,
    fixed_m: Floats | None = None,
    pseudo_pairs: float = 0.0,
    max_iterations: int = 100,
    tolerance: float = 1e-5,
) -> Estimate:
    """Fit m and the prior over the whole product to counts of whole patterns, u held.

    Parameters
    ----------
    data
        The patterns.
    layout, u_probability, m_probability, fixed_m, pseudo_pairs, max_iterations, tolerance
        As for :func:`expectation_maximisation`.

    Returns
    -------
    Estimate
        Its prior is that of the whole product, matches that no rule makes included.
    """
    hold = np.full(layout.size, np.nan) if fixed_m is None else fixed_m
    pseudo = pseudo_pairs / np.asarray(layout.sizes, np.float64)[layout.owner]
    m = layout.normalised(Layout.start_m(layout.sizes) if m_probability is None else m_probability, hold)
    places = layout.places(data.levels)
    counts = data.counts.astype(np.float64)
    outside = max(data.pair_count - float(counts.sum()), 0.0)
    inside_u = _inside(data, u_probability, layout)[0]
    prior = max(float(counts[_agrees(data)].sum()), 1.0) / data.pair_count
    trace: list[float] = []
    status: Status = "stopped at the limit"
    mass = np.zeros(layout.size)
    for _ in range(max_iterations):
        matches = counts * match_posterior(places, m, u_probability, prior)
        inside, level_outside = _inside(data, m, layout)
        chance = prior * (1 - inside) + (1 - prior) * (1 - inside_u)
        trace.append(_log_likelihood(places, counts, m, u_probability, prior) + outside * np.log(max(chance, TINY)))
        trace[-1] += float(pseudo @ np.log(np.maximum(m, TINY)))
        matches_outside = outside * prior * (1 - inside) / max(chance, TINY)
        mass = layout.mass(places, matches) + matches_outside * level_outside / max(1 - inside, TINY)
        new_m = layout.normalised(mass + pseudo, hold)
        new_prior = float((matches.sum() + matches_outside) / data.pair_count)
        change = max(float(np.max(np.abs(new_m - m))), abs(np.log(new_prior / prior)))
        m, prior = new_m, new_prior
        if change < tolerance:
            status = "converged"
            break
    return Estimate(prior, m, u_probability, tuple(trace), status, layout.sums(mass))


def _inside(data: CompleteCounts, probability: Floats, layout: Layout) -> tuple[float, Floats]:
    """Return the chance that a pair satisfies some rule, and of each level without satisfying any."""
    involved = sorted({number for asked in data.rules for number in asked})
    starts = layout.starts
    agree = data.present * probability[starts]
    states = (np.arange(2 ** len(involved))[:, None] >> np.arange(len(involved))) & 1 == 1
    chance = np.where(states, agree[involved], 1 - agree[involved]).prod(axis=1)
    holds = np.zeros(len(states), bool)
    for asked in data.rules:
        holds |= states[:, [involved.index(number) for number in asked]].all(axis=1)
    inside = float(chance[holds].sum())
    level = data.present[layout.owner] * probability * (1 - inside)
    for place, number in enumerate(involved):
        first, end = int(starts[number]), int(starts[number]) + layout.sizes[number]
        level[first] = float(chance[~holds & states[:, place]].sum())
        differs = float(chance[~holds & ~states[:, place]].sum())
        looser = data.present[number] * differs / max(1 - agree[number], TINY)
        level[first + 1 : end] = probability[first + 1 : end] * looser
    return inside, level


def _log_likelihood(places: NDArray[np.int64], counts: Floats, m: Floats, u: Floats, prior: float) -> float:
    log_m = np.append(np.log(np.maximum(m, TINY)), 0.0)[places].sum(axis=1) + np.log(max(prior, TINY))
    log_u = np.append(np.log(np.maximum(u, TINY)), 0.0)[places].sum(axis=1) + np.log1p(-prior)
    return float(counts @ np.logaddexp(log_m, log_u))


def _agrees(data: CompleteCounts) -> NDArray[np.bool_]:
    """Which patterns agree on nearly everything: a first guess of the matches."""
    return np.asarray((data.levels <= 1).sum(axis=1) >= data.levels.shape[1] - 1)


def _asked(rule: Rule, comparisons: Sequence[Comparison], records: Records) -> tuple[int, ...] | None:
    """Return the comparisons that a rule asks to be at their first level; None where it is no such rule."""
    if isinstance(rule, EveryPair):
        return ()
    if not isinstance(rule, On) or rule.cap is not None:
        return None
    asked = []
    for column in rule.columns:
        found = [number for number, comparison in enumerate(comparisons) if _implies(comparison, column, records)]
        if not found:
            return None
        asked.append(found[0])
    return tuple(dict.fromkeys(asked))


def _implies(comparison: Comparison, column: str, records: Records) -> bool:
    """Whether pairs at the first level of a comparison agree on a column, as equal surnames do on their Soundex."""
    first = equality_columns(comparison)[:1]
    if not first or not set(fields_of(column)) <= set(comparison.every_field):
        return False
    inner, outer = records.column(first[0]), records.column(column)
    if not (isinstance(inner, Encoded) and isinstance(outer, Encoded)):
        return False
    some = np.zeros(len(inner.values), outer.codes.dtype)
    some[inner.codes] = outer.codes
    present = inner.codes > 0
    return bool(
        np.array_equal(some[inner.codes[present]], outer.codes[present]) and (some[inner.codes[present]] > 0).all()
    )


def _present_share(records: Records, comparison: Comparison) -> float:
    """Return the share of all pairs where both records have what a comparison is about."""
    present = np.ones(len(records), bool)
    for field in comparison.fields:
        present &= records.column(field).codes > 0
    counts = np.diff(np.concatenate([[0], np.cumsum(present)])[records.starts])[:, None]
    return agreeing_pairs(counts.astype(np.int64), records.link_type) / max(records.pair_count, 1)
