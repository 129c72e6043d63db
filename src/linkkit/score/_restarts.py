"""A model's training run again from other starts, to see whether it ends elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from linkkit.tables import Levels, Patterns

from ._agreement import layout_of
from ._candidates import FromCandidates, prior_matches, smallest, tie_strengths
from ._classes import learn_classes
from ._diagnosis import Mode
from ._diagnosis._modes import Ending, Start, explore, starts_of
from ._em import expectation_maximisation
from ._family import ties_of
from ._layout import Floats, Layout
from ._passes import Learned, PassData
from ._spec import FellegiSunter

__all__ = ["modes_of_candidates", "modes_of_passes"]

# Whether two endings are one solution shows long before the last digits do.
TOLERANCE, MOST_ITERATIONS = 1e-3, 200


def modes_of_candidates(
    levels: Levels,
    patterns: Patterns,
    spec: FellegiSunter,
    found: FromCandidates,
    fixed_m: Floats,
    prior: float | None,
) -> tuple[Mode, ...]:
    """Start the learning from all candidates over, with u held; first from where it ended, to have it on one scale."""
    layout = layout_of(levels.comparisons)
    ties = ties_of(levels.records, levels.comparisons) if found.family is not None else ()
    strength = tie_strengths(levels)
    pseudo = prior_matches(levels, layout, spec.m_prior_share)
    in_order = np.array([own for c in levels.comparisons for own in (*(level.in_order for level in c.levels), True)])
    total, pairs = float(patterns.pair_count), float(patterns.counts.sum())

    def run(start: Start) -> Ending:
        end = learn_classes(
            found.cells, layout, u_probability=found.u, m_probability=start.m,
            prior=min(start.matches / total, 0.5) if prior is None else prior, ties=np.asarray(ties) if ties else None,
            others=total - pairs, pseudo=pseudo, fixed_m=fixed_m, tie_strength=strength, in_order=in_order,
            free_prior=prior is None,
            max_iterations=MOST_ITERATIONS, tolerance=TOLERANCE,
        )  # fmt: skip
        return Ending(end.m_probability, end.prior * total, end.trace[-1])

    own = run(Start("own", found.learned.m, found.prior * total))
    starts = starts_of(Layout.start_m(layout.sizes), _shares(patterns, layout), smallest(levels.records), pairs)
    return explore(own, starts, run, int(pairs))


def modes_of_passes(
    passes: Sequence[PassData], learned: Learned, layout: Layout, u: Floats, spec: FellegiSunter, fixed_m: Floats
) -> tuple[Mode, ...]:
    """Start each pass over; of the passes, the one is returned whose best other ending lies farthest from its own."""
    found = [_modes_of_pass(data, learned.m, layout, u, spec, fixed_m) for data in passes]
    return max(found, key=_distance, default=())


def _modes_of_pass(
    data: PassData, m: Floats, layout: Layout, u: Floats, spec: FellegiSunter, fixed_m: Floats
) -> tuple[Mode, ...]:
    places = np.isin(layout.owner, data.included)
    own_layout = Layout(tuple(layout.sizes[number] for number in data.included))
    pairs = float(data.counts.sum())

    def run(start: Start) -> Ending:
        end = expectation_maximisation(
            data.levels, data.counts, own_layout, u_probability=u[places], m_probability=start.m,
            prior=None if np.isnan(start.matches) else min(start.matches / pairs, 0.9), fixed_m=fixed_m[places],
            pseudo_pairs=spec.m_pseudo_pairs, max_iterations=MOST_ITERATIONS, tolerance=TOLERANCE,
        )  # fmt: skip
        return Ending(end.m_probability, end.prior * pairs, end.trace[-1])

    own = run(Start("own", m[places], np.nan))
    patterns = Patterns((), data.levels, data.counts, int(pairs))
    starts = starts_of(Layout.start_m(own_layout.sizes), _shares(patterns, own_layout), pairs, pairs)
    return explore(own, starts, run, int(pairs))


def _distance(modes: tuple[Mode, ...]) -> float:
    """How far the other endings lie from the first, those that fit much worse left out."""
    return max((mode.distance for mode in modes[1:] if mode.likelihood > -2.0), default=-1.0)


def _shares(patterns: Patterns, layout: Layout) -> Floats:
    """Return how often candidate pairs are at each level."""
    mass = layout.mass(layout.places(patterns.levels), patterns.counts.astype(np.float64)) + 0.5
    return mass / layout.sums(mass)[layout.owner]
