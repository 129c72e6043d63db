"""Learn from all candidate pairs at once, over the whole product: m, the prior, and the share of relatives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from linkkit.records import Records
from linkkit.tables import Levels, Patterns
from linkkit.weights import log2_odds, pattern_weights

from ._agreement import RandomAgreement, agreement_on, layout_of
from ._cells import Cells, cells_of, whole_patterns
from ._classes import ClassEstimate, family_probability, learn_classes
from ._family import TIE_STRENGTH, FamilyAlternative, kind_of, ties_of
from ._family_evidence import FamilyEvidence
from ._frequencies import TermFrequency, term_frequency_adjustments
from ._layout import Floats, Layout
from ._model import TrainingPass
from ._passes import Learned
from ._relatives_or_not import family_evidence, without_relatives
from ._shared import SharedFrequency, shared_frequency
from ._spec import FellegiSunter

__all__ = [
    "FromCandidates",
    "learn_from_candidates",
    "learned_frequencies",
    "pattern_bits",
    "prior_matches",
    "smallest",
    "tie_strengths",
]

ROUNDS = 5
SETTLED = 1e-3
# Pairs are looked at one by one twice where there are no more than this; many say enough at the first look.
MOST_LOOKED_AT_TWICE = 16_000_000
# u is never less than this share of what random pairs show: its estimate is a small difference there.
LEAST_SHARE = 0.02
# Relatives take no more than three quarters of what others show: how much they agree is a rough statement, and with
# more taken away, every namesake would look like one of them.
LEAST_LEFT_BY_KIN = 0.25
# What identifies a person is recorded alike in most records. This much is taken as seen before the data are: exact
# agreement of so many matches, as a share of the smaller dataset; other fields move and change, so a tenth of it.
IDENTITY_KINDS = ("given_name", "surname", "date", "sex")
IDENTITY_STRENGTH, OTHER_STRENGTH = 0.1, 0.01
EXPECTED_EXACT = {"date": 0.8, "category": 0.9}
USUAL_EXACT = 0.85


@dataclass(frozen=True, eq=False)
class FromCandidates:
    """What was learned: m and its source, u, the prior, and the family alternative where the pairs speak for one.

    The evidence is None where families were not looked for, or no comparison tells one relative from another. The cells
    are the pair counts it was learned from.
    """

    learned: Learned
    u: Floats
    prior: float
    family: FamilyAlternative | None
    evidence: FamilyEvidence | None
    cells: Cells


def learn_from_candidates(
    levels: Levels,
    patterns: Patterns,
    spec: FellegiSunter,
    agreement: RandomAgreement,
    fixed_m: Floats,
    fixed_u: Floats,
    held_m: Floats | None = None,
    prior: float | None = None,
) -> FromCandidates:
    """Learn m (or hold it), the prior (or hold it) and the share of relatives; u is corrected for both classes.

    Parameters
    ----------
    levels, patterns
        The candidate pairs.
    spec
        Limits, and whether families are looked for.
    agreement
        How often random pairs are at each level.
    fixed_m, fixed_u
        Flat; values to hold, NaN where free.
    held_m
        Flat; m learned elsewhere, such as in passes. Then only the sizes of the classes are learned.
    prior
        The prior, where it is given.
    """
    layout = layout_of(levels.comparisons)
    ties = ties_of(levels.records, levels.comparisons) if spec.families else (0.0,) * len(levels.comparisons)
    given = np.asarray(ties) if any(ties) else None
    strength = tie_strengths(levels)
    shares = layout.normalised(np.concatenate(agreement.probability), fixed_u)
    pseudo = prior_matches(levels, layout, spec.m_prior_share)
    in_order = np.array([own for c in levels.comparisons for own in (*(level.in_order for level in c.levels), True)])
    cells = whole_patterns(patterns)
    u = shares
    m = Layout.start_m(layout.sizes) if held_m is None else held_m
    start = prior or 0.5 * smallest(levels.records) / max(patterns.pair_count, 1)
    found = None
    looks = 2 if levels.is_held and patterns.counts.sum() <= MOST_LOOKED_AT_TWICE else 1
    for step in range(ROUNDS):
        found = learn_classes(
            cells, layout, u_probability=u, m_probability=m, prior=start,
            ties=given, tie_strength=strength,
            others=float(patterns.pair_count - patterns.counts.sum()), pseudo=pseudo,
            fixed_m=fixed_m if held_m is None else held_m, in_order=None if held_m is not None else in_order,
            free_prior=prior is None,
            max_iterations=spec.max_iterations, tolerance=spec.tolerance,
        )  # fmt: skip
        m, start, previous = found.m_probability, found.prior, u
        if spec.correct_u:
            u = layout.normalised(_strangers(shares, found, u, layout), fixed_u)
        if step and np.max(np.abs(np.log(u) - np.log(previous))) < SETTLED:
            break
        if step < looks:  # the second time with a better idea of who is related
            family = None if given is None else _alternative(levels, found, u, layout)
            cells = _cells(levels, patterns, spec, found, u, family)
    assert found is not None
    family, evidence = None, None
    if given is not None:
        family = _alternative(levels, found, u, layout)
        evidence = family_evidence(cells, layout, found, u, patterns.pair_count, prior, is_found=family is not None)
        if not evidence.is_used:
            family, found = None, without_relatives(cells, layout, found, u, patterns.pair_count, prior)
    done = _step(levels, patterns, found)
    learned = Learned(found.m_probability, ("all candidate pairs",) * len(layout.sizes), (done,))
    return FromCandidates(learned, u, found.prior, family, evidence, cells)


def _cells(
    levels: Levels, patterns: Patterns, spec: FellegiSunter, found: ClassEstimate, u: Floats,
    family: FamilyAlternative | None,
) -> Cells:  # fmt: skip
    """Split the patterns by what was learned so far."""
    m = found.m_probability
    bits = pattern_bits(patterns, m, u) + log2_odds(found.prior)
    adjustments, shared = learned_frequencies(levels, spec, m, u, found.prior + found.family_prior)
    return cells_of(levels, patterns, bits, adjustments, family, spec.unique, shared)


def learned_frequencies(
    levels: Levels, spec: FellegiSunter, m: Floats, u: Floats, related: float
) -> tuple[tuple[TermFrequency, ...], SharedFrequency | None]:
    """Return the adjustments by term frequency that the comparisons ask for and the spec allows, and which of them go
    together; ``related`` is the share of matches and relatives among all pairs.
    """
    layout = layout_of(levels.comparisons)
    references = {
        comparison.name: agreement_on(levels.records, comparison.term_frequency)
        for comparison in levels.comparisons
        if spec.term_frequencies and comparison.term_frequency is not None
    }
    adjustments = term_frequency_adjustments(levels.comparisons, references, layout.parts(u))
    names = [comparison.name for comparison in levels.comparisons]
    agreeing = dict(zip(names, m[layout.starts].tolist(), strict=True))
    return adjustments, shared_frequency(levels.records, adjustments, agreeing, related)


def pattern_bits(patterns: Patterns, m: Floats, u: Floats) -> Floats:
    """Return the bits by which each pattern speaks for a match against a stranger, without a prior."""
    parts = layout_of(patterns.comparisons).parts(np.log2(m) - np.log2(u))
    return pattern_weights(patterns.levels, tuple(np.append(0.0, part) for part in parts))


def _strangers(shares: Floats, found: ClassEstimate, u: Floats, layout: Layout) -> Floats:
    """Take matches and relatives out of what random pairs show."""
    tie = found.ties[layout.owner] if len(found.ties) else np.zeros(layout.size)
    kin = found.family_prior * family_probability(found.m_probability, u, tie)
    others = np.maximum(shares - found.prior * found.m_probability, LEAST_SHARE * shares)
    return np.maximum(others - kin, LEAST_LEFT_BY_KIN * others) / (1.0 - found.prior - found.family_prior)


def _alternative(levels: Levels, found: ClassEstimate, u: Floats, layout: Layout) -> FamilyAlternative | None:
    """Return the alternative, or None where not even one pair of relatives is expected."""
    if found.family_prior * levels.records.pair_count < 1.0:
        return None
    weights = [np.concatenate([[0.0], part]) for part in layout.parts(np.log2(found.m_probability) - np.log2(u))]
    ties = found.ties.tolist()
    tied = [place for place, tie in enumerate(ties) if tie > 0]
    return FamilyAlternative(
        found.family_prior,
        tuple((levels.comparisons[place].name, ties[place]) for place in tied),
        tuple(tuple(weights[place].tolist()) for place in tied),
    )


def tie_strengths(levels: Levels) -> Floats:
    """Return how many relatives each tie is taken as seen in; infinite where it is held."""
    kinds = [kind_of(levels.records, comparison) for comparison in levels.comparisons]
    return np.array([TIE_STRENGTH.get(kind, np.inf) for kind in kinds])


def prior_matches(levels: Levels, layout: Layout, share: float) -> Floats:
    """Return the matches taken as seen before the data, at each level: most of them exact."""
    size = smallest(levels.records)
    parts = []
    for comparison, count in zip(levels.comparisons, layout.sizes, strict=True):
        kind = kind_of(levels.records, comparison)
        strength = share * size * (1.0 if kind in IDENTITY_KINDS else OTHER_STRENGTH / IDENTITY_STRENGTH)
        exact = EXPECTED_EXACT.get(kind, USUAL_EXACT)
        looser = 0.5 ** np.arange(1, count)
        parts.append(strength * np.concatenate([[exact], (1.0 - exact) * looser / looser.sum()]))
    return np.concatenate(parts)


def smallest(records: Records) -> int:
    sizes = np.diff(records.starts)
    return int(sizes.min() if records.link_type == "link_only" else sizes.sum())


def _step(levels: Levels, patterns: Patterns, found: ClassEstimate) -> TrainingPass:
    pairs = int(patterns.counts.sum())
    names = tuple(comparison.name for comparison in levels.comparisons)
    matches = found.prior * patterns.pair_count
    return TrainingPass("all candidate pairs", names, pairs, matches, found.trace, found.status)
