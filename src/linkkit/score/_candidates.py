"""Learn from all candidate pairs at once, over the whole product: m, the prior, and the share of relatives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from linkkit.records import Records
from linkkit.tables import Levels, Patterns

from ._agreement import RandomAgreement, layout_of
from ._classes import ClassEstimate, family_probability, learn_classes
from ._family import FamilyAlternative, kind_of, ties_of
from ._layout import Floats, Layout
from ._model import TrainingPass
from ._passes import Learned
from ._spec import FellegiSunter

__all__ = ["FromCandidates", "learn_from_candidates"]

ROUNDS = 5
SETTLED = 1e-3
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
    """What was learned: m and its source, u, the prior, and the family alternative where there is one.

    ``family_prior`` is None where relatives were not looked for; ``log_likelihood`` is that of the whole product.
    """

    learned: Learned
    u: Floats
    prior: float
    family: FamilyAlternative | None
    family_prior: float | None
    log_likelihood: float


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
    tie = np.asarray(ties)[layout.owner] if any(ties) else None
    is_date = np.array([kind_of(levels.records, c) == "date" for c in levels.comparisons])[layout.owner]
    shares = layout.normalised(np.concatenate(agreement.probability), fixed_u)
    pseudo = _prior_matches(levels, layout, spec.m_prior_share)
    in_order = np.array([own for c in levels.comparisons for own in (*(level.in_order for level in c.levels), True)])
    u = shares
    m = Layout.start_m(layout.sizes) if held_m is None else held_m
    start = prior or 0.5 * _smallest(levels.records) / max(patterns.pair_count, 1)
    found = None
    for _ in range(ROUNDS if spec.correct_u else 1):
        found = learn_classes(
            patterns.levels, patterns.counts, layout, u_probability=u, m_probability=m, prior=start, tie=tie,
            others=float(patterns.pair_count - patterns.counts.sum()), pseudo=pseudo,
            fixed_m=fixed_m if held_m is None else held_m, in_order=None if held_m is not None else in_order,
            free_prior=prior is None, free_ties=is_date,
            max_iterations=spec.max_iterations, tolerance=spec.tolerance,
        )  # fmt: skip
        m, start, previous, tie = found.m_probability, found.prior, u, found.tie
        if spec.correct_u:
            u = layout.normalised(_strangers(shares, found, u, tie), fixed_u)
        if np.max(np.abs(np.log(u) - np.log(previous))) < SETTLED:
            break
    assert found is not None
    ties = ties if tie is None else tuple(float(tie[start]) for start in layout.starts)
    family = None if tie is None else _alternative(levels, found, u, ties, layout)
    step = _step(levels, patterns, found)
    learned = Learned(found.m_probability, ("all candidate pairs",) * len(layout.sizes), (step,))
    family_prior = None if tie is None else found.family_prior
    return FromCandidates(learned, u, found.prior, family, family_prior, found.log_likelihood)


def _strangers(shares: Floats, found: ClassEstimate, u: Floats, tie: Floats | None) -> Floats:
    """Take matches and relatives out of what random pairs show."""
    kin = 0.0 if tie is None else found.family_prior * family_probability(found.m_probability, u, tie)
    others = np.maximum(shares - found.prior * found.m_probability, LEAST_SHARE * shares)
    return np.maximum(others - kin, LEAST_LEFT_BY_KIN * others) / (1.0 - found.prior - found.family_prior)


def _alternative(
    levels: Levels, found: ClassEstimate, u: Floats, ties: tuple[float, ...], layout: Layout
) -> FamilyAlternative | None:
    """Return the alternative, or None where not even one pair of relatives is expected."""
    if found.family_prior * levels.records.pair_count < 1.0:
        return None
    weights = [np.concatenate([[0.0], part]) for part in layout.parts(np.log2(found.m_probability) - np.log2(u))]
    tied = [place for place, tie in enumerate(ties) if tie > 0]
    return FamilyAlternative(
        found.family_prior,
        tuple((levels.comparisons[place].name, ties[place]) for place in tied),
        tuple(tuple(weights[place].tolist()) for place in tied),
    )


def _prior_matches(levels: Levels, layout: Layout, share: float) -> Floats:
    """Return the matches taken as seen before the data, at each level: most of them exact."""
    size = _smallest(levels.records)
    parts = []
    for comparison, count in zip(levels.comparisons, layout.sizes, strict=True):
        kind = kind_of(levels.records, comparison)
        strength = share * size * (1.0 if kind in IDENTITY_KINDS else OTHER_STRENGTH / IDENTITY_STRENGTH)
        exact = EXPECTED_EXACT.get(kind, USUAL_EXACT)
        looser = 0.5 ** np.arange(1, count)
        parts.append(strength * np.concatenate([[exact], (1.0 - exact) * looser / looser.sum()]))
    return np.concatenate(parts)


def _smallest(records: Records) -> int:
    sizes = np.diff(records.starts)
    return int(sizes.min() if records.link_type == "link_only" else sizes.sum())


def _step(levels: Levels, patterns: Patterns, found: ClassEstimate) -> TrainingPass:
    pairs = int(patterns.counts.sum())
    names = tuple(comparison.name for comparison in levels.comparisons)
    matches = found.prior * patterns.pair_count
    return TrainingPass("all candidate pairs", names, pairs, matches, found.trace, found.status)
