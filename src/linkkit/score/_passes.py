"""Training passes: m learned from the pairs of each rule without the comparisons of its fields, and put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkkit.specs import Comparison, Rule
from linkkit.tables import Levels, Patterns
from linkkit.values import fields_of

from ._agreement import layout_of
from ._complete import CompleteCounts, learn_from_complete
from ._em import Estimate, expectation_maximisation
from ._layout import Floats, Layout
from ._model import TrainingPass
from ._spec import FellegiSunter

__all__ = ["Learned", "PassData", "combine", "left_out", "learn_m", "passes_of"]

# Fewer comparisons than this do not tell matches from non-matches by themselves.
LEAST_COMPARISONS = 2


@dataclass(frozen=True, eq=False)
class PassData:
    """The pairs of one pass.

    Parameters
    ----------
    name
        The rule, printed.
    levels, counts
        Patterns over the comparisons that take part, and how many pairs have each.
    included
        Numbers of the comparisons that take part.
    """

    name: str
    levels: NDArray[np.uint8]
    counts: NDArray[np.int64]
    included: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Learned:
    """What the passes found together.

    Parameters
    ----------
    m
        Flat; sums to one within each comparison.
    sources
        For each comparison, what its m was learned from.
    passes
        What each pass did.
    """

    m: Floats
    sources: tuple[str, ...]
    passes: tuple[TrainingPass, ...]


def left_out(rule: Rule, comparisons: Sequence[Comparison]) -> tuple[int, ...]:
    """Return the numbers of the comparisons that read a field of the rule: among its pairs they say little."""
    fields = {field for column in rule.columns for field in fields_of(column)}
    return tuple(number for number, comparison in enumerate(comparisons) if fields & set(comparison.every_field))


def passes_of(levels: Levels, rules: Sequence[Rule]) -> tuple[PassData, ...]:
    """Count the patterns of each rule's pairs, over the comparisons that take part in its pass."""
    found = []
    for rule in rules:
        out = left_out(rule, levels.comparisons)
        included = tuple(number for number in range(len(levels.comparisons)) if number not in out)
        if len(included) < min(LEAST_COMPARISONS, len(levels.comparisons)):
            continue
        own = levels if levels.pairs.rules == (rule,) else levels.of_rule(rule)
        found.append(pass_data(repr(rule), own.patterns(), included))
    return tuple(data for data in found if data.counts.sum() > 0)


def pass_data(name: str, patterns: Patterns, included: Sequence[int]) -> PassData:
    """Return the patterns over some of the comparisons."""
    levels, place = np.unique(patterns.levels[:, list(included)], axis=0, return_inverse=True)
    counts = np.zeros(len(levels), np.int64)
    np.add.at(counts, place.reshape(-1), patterns.counts)
    return PassData(name, levels, counts, tuple(included))


def learn_m(
    passes: Sequence[PassData],
    whole: CompleteCounts | None,
    union: PassData,
    comparisons: Sequence[Comparison],
    u: Floats,
    spec: FellegiSunter,
    fixed_m: Floats,
    start: Floats | None = None,
) -> Learned:
    """Run expectation-maximisation on each pass with u held, and put the passes together.

    Comparisons that no pass could learn are learned last, with the m of the others held: from all pairs of whole
    patterns (see :mod:`linkkit.score._complete`); or, where every rule asks for a comparison, from all candidate pairs
    together.
    """
    layout = layout_of(comparisons)
    estimates = [_estimate(data, layout, u, spec, fixed_m, start) for data in passes]
    m, learned_from = combine(passes, estimates, layout)
    sources = ["passes " + ", ".join(map(str, numbers)) if numbers else "" for numbers in learned_from]
    steps = [_step(data, estimate, comparisons) for data, estimate in zip(passes, estimates, strict=True)]
    for data, numbers in _leftovers([n for n, source in enumerate(sources) if not source], whole, union):
        is_open = np.isin(layout.owner, numbers)
        held = np.where(is_open, fixed_m, np.where(np.isnan(m), Layout.start_m(layout.sizes), m))
        last = _estimate(data, layout, u, spec, held, start)
        m = np.where(is_open, last.m_probability, m)
        for number in numbers:
            sources[number] = data.name
        steps.append(_step(data, last, comparisons))
    return Learned(m, tuple(sources), tuple(steps))


def _leftovers(
    open_: list[int], whole: CompleteCounts | None, union: PassData
) -> list[tuple[PassData | CompleteCounts, list[int]]]:
    """Say what the comparisons that no pass learned are learned from, in order."""
    blocked = set(open_) if whole is None else set(open_) & set(whole.asked_by_all)
    free = [number for number in open_ if number not in blocked]
    steps: list[tuple[PassData | CompleteCounts, list[int]]] = []
    if free and whole is not None:
        steps.append((whole, free))
    if blocked:
        steps.append((union, sorted(blocked)))
    return steps


def combine(
    passes: Sequence[PassData], estimates: Sequence[Estimate], layout: Layout
) -> tuple[Floats, list[list[int]]]:
    """Return m over all passes, each weighted by its expected matches, so that every comparison sums to one.

    Comparisons that no pass learned are NaN. The second value lists, for each comparison, the passes (from 1) that
    learned it.
    """
    total = np.zeros(layout.size)
    weight = np.zeros(len(layout.sizes))
    learned_from: list[list[int]] = [[] for _ in layout.sizes]
    for step, (data, estimate) in enumerate(zip(passes, estimates, strict=True), 1):
        places = np.flatnonzero(np.isin(layout.owner, data.included))
        matches = np.zeros(len(layout.sizes))
        matches[list(data.included)] = estimate.expected_matches
        total[places] += estimate.m_probability * matches[layout.owner[places]]
        weight += matches
        for number in data.included:
            if matches[number] > 0:
                learned_from[number].append(step)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(weight[layout.owner] > 0, total / weight[layout.owner], np.nan), learned_from


def _estimate(
    data: PassData | CompleteCounts,
    layout: Layout,
    u: Floats,
    spec: FellegiSunter,
    fixed_m: Floats,
    start: Floats | None,
) -> Estimate:
    if isinstance(data, CompleteCounts):
        return learn_from_complete(
            data,
            layout,
            u_probability=u,
            m_probability=start,
            fixed_m=fixed_m,
            pseudo_pairs=spec.m_pseudo_pairs,
            max_iterations=spec.max_iterations,
            tolerance=spec.tolerance,
        )
    places = np.isin(layout.owner, data.included)
    return expectation_maximisation(
        data.levels,
        data.counts,
        Layout(tuple(layout.sizes[number] for number in data.included)),
        u_probability=u[places],
        m_probability=None if start is None else start[places],
        fixed_m=fixed_m[places],
        pseudo_pairs=spec.m_pseudo_pairs,
        max_iterations=spec.max_iterations,
        tolerance=spec.tolerance,
    )


def _step(data: PassData | CompleteCounts, estimate: Estimate, comparisons: Sequence[Comparison]) -> TrainingPass:
    pairs = int(data.counts.sum())
    names = tuple(comparisons[number].name for number in data.included)
    scope = data.pair_count if isinstance(data, CompleteCounts) else pairs
    sizes = [len(comparisons[number].levels) + 1 for number in data.included]
    m = np.split(estimate.m_probability, np.cumsum(sizes)[:-1])
    learned = tuple(tuple(map(float, part)) for part in m)
    return TrainingPass(data.name, names, pairs, estimate.prior * scope, estimate.trace, estimate.status, learned)
