"""Learn from candidates with a class of relatives, and keep the class where it explains the pairs better."""

from __future__ import annotations

from dataclasses import replace

from linkkit.tables import Levels, Patterns

from ._agreement import RandomAgreement, layout_of
from ._candidates import FromCandidates, learn_from_candidates
from ._family_evidence import ClassFit, FamilyEvidence, bic, compare_fits
from ._layout import Floats
from ._spec import FellegiSunter

__all__ = ["learn_with_families"]


def learn_with_families(
    levels: Levels,
    patterns: Patterns,
    spec: FellegiSunter,
    agreement: RandomAgreement,
    fixed_m: Floats,
    fixed_u: Floats,
    held_m: Floats | None = None,
    prior: float | None = None,
) -> tuple[FromCandidates, FamilyEvidence | None]:
    """Learn with the class of relatives, and drop the class where the pairs do not speak for it.

    The parameters are those of :func:`learn_from_candidates`. The evidence is None where families are not looked for,
    or no comparison tells one relative from another.
    """
    three = learn_from_candidates(levels, patterns, spec, agreement, fixed_m, fixed_u, held_m, prior)
    if three.family_prior is None:
        return three, None
    alone = replace(spec, families=False, correct_u=False)
    same_u = replace(agreement, probability=tuple(layout_of(levels.comparisons).parts(three.u)))
    two = learn_from_candidates(levels, patterns, alone, same_u, fixed_m, fixed_u, three.learned.m, prior)
    learned = int(prior is None)
    fits = [_fit_of(found, learned + extra, patterns.pair_count) for extra, found in enumerate((two, three))]
    evidence = compare_fits(fits[0], fits[1], patterns.pair_count, is_found=three.family is not None)
    return (three if evidence.is_used else replace(two, learned=three.learned)), evidence


def _fit_of(found: FromCandidates, parameters: int, pairs: int) -> ClassFit:
    return ClassFit(
        found.log_likelihood,
        parameters,
        bic(found.log_likelihood, parameters, pairs),
        found.prior * pairs,
        (found.family_prior or 0.0) * pairs,
    )
