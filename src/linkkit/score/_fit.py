"""Learn a Fellegi-Sunter model from compared pairs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import DiagnosisError, ModelError, SpecError, did_you_mean
from linkkit.specs import Comparison
from linkkit.tables import Levels, Pairs, Patterns

from ._agreement import RandomAgreement, layout_of, random_agreement, without_matches
from ._candidates import learn_from_candidates, learned_frequencies, pattern_bits, smallest
from ._complete import CompleteCounts, complete_counts
from ._diagnosis import Finding, Mode
from ._diagnosis._diagnose import diagnose
from ._diagnosis._training import assumed_matches, usual_m
from ._em import match_posterior, product_prior
from ._family import FamilyAlternative
from ._family_evidence import FamilyEvidence
from ._layout import Floats, Layout
from ._learn_gaps import learn_time_gaps
from ._missing import learn_missing
from ._mixture import Mixture, MixtureModel, fit_mixture
from ._model import Model
from ._passes import Learned, PassData, learn_m, pass_data, passes_of
from ._restarts import modes_of_candidates, modes_of_passes
from ._rule_list import RuleModel
from ._spec import Classifier, FellegiSunter, RuleList
from ._standard_errors import with_standard_errors
from ._unseen import BORROWED, borrow

__all__ = ["estimate_prior", "finish", "fit", "fixed_places", "leftover_data", "spec_of", "whole_product_prior"]

# u, m and the prior depend on each other a little; they are settled in rounds, of which few are needed.
ROUNDS = 6
SETTLED = 1e-3
# With ten times as many matches taken as seen as there are records, the pairs no longer move m to speak of.
HELD = 10.0


def fit(
    levels: Levels, spec: FellegiSunter | RuleList | Mixture | None = None, **options: Any
) -> Model | RuleModel | MixtureModel:
    """Learn a model from compared pairs.

    Parameters
    ----------
    levels
        The candidate pairs, compared.
    spec
        What to learn, and how; by default :class:`FellegiSunter`. A :class:`RuleList` needs no learning; a
        :class:`Mixture` learns what one similarity says.
    **options
        Fields of :class:`FellegiSunter`, instead of a spec or to change one (``fit(levels, prior=0.001)``).

    Raises
    ------
    ModelError
        Where there is nothing to learn from.
    DiagnosisError
        Where what was learned cannot be right and the spec does not accept it; the model is its ``model``.
    """
    if isinstance(spec, RuleList):
        return RuleModel(levels.comparisons, spec)
    if isinstance(spec, Mixture):
        return fit_mixture(levels, spec)
    if isinstance(spec, Classifier):
        raise ModelError("A classifier learns from labels: use fit_from_labels(levels, labels, spec).")
    full = spec_of(spec, options)
    if full.anchor is not None:
        from ._labels import fit_from_identifier

        return fit_from_identifier(levels, full.anchor, full)
    return fit_fellegi_sunter(levels, full)


def fit_fellegi_sunter(levels: Levels, spec: FellegiSunter) -> Model:
    """Learn a model; where it cannot be right and the spec says so, once more with m as it usually is."""
    if spec.if_refused == "stop" or spec.learn_from != "candidates" or spec.m_prior_share >= HELD:
        return _learned(levels, spec)
    try:
        return _learned(levels, spec)
    except DiagnosisError as refused:
        try:
            model = _learned(levels, replace(spec, m_prior_share=HELD))
        except DiagnosisError:
            raise refused from None
        names = ", ".join(dict.fromkeys(finding.name for finding in refused.diagnosis.serious))
        said = [one for one in model.diagnosis if one.name != "rests_on_assumptions"]  # this says it better
        return replace(model, diagnosis=replace(model.diagnosis, findings=()).with_findings([usual_m(names), *said]))


def _learned(levels: Levels, spec: FellegiSunter) -> Model:
    """Learn m by expectation-maximisation in passes, u from random pairs, and the prior over the whole product."""
    comparisons = levels.comparisons
    layout = layout_of(comparisons)
    fixed_m, fixed_u = fixed_places(spec, comparisons, layout)
    agreement = random_agreement(levels, random_pairs=spec.random_pairs, seed=spec.seed)
    patterns = levels.patterns()
    if patterns.counts.sum() == 0:
        raise ModelError("There are no candidate pairs to learn from. Loosen the blocking rules.")
    given = estimate_prior(levels, spec)
    if spec.learn_from == "candidates":
        found = learn_from_candidates(levels, patterns, spec, agreement, fixed_m, fixed_u, prior=given)
        modes = modes_of_candidates(levels, patterns, spec, found, fixed_m, given)
        return finish(
            levels, spec, found.learned, found.u, agreement, found.prior, patterns, found.family, found.evidence,
            modes=modes, more=lambda model: assumed_matches(model, spec.m_prior_share * smallest(levels.records)),
        )  # fmt: skip
    passes = passes_of(levels, spec.passes or levels.pairs.rules)
    whole, union = leftover_data(levels, patterns, passes)
    shares = layout.normalised(np.concatenate(agreement.probability), fixed_u)
    u, learned = shares, None
    prior = given or 0.0
    for _ in range(ROUNDS if spec.correct_u else 1):
        start = None if learned is None else learned.m
        learned = learn_m(passes, whole, union, comparisons, u, spec, fixed_m, start)
        prior = given or whole_product_prior(patterns, learned.m, u)
        previous = u
        if spec.correct_u:
            u = layout.normalised(without_matches(shares, learned.m, prior, layout), fixed_u)
        if np.max(np.abs(np.log(u) - np.log(previous))) < SETTLED:
            break
    assert learned is not None
    modes = modes_of_passes(passes, learned, layout, u, spec, fixed_m)
    if not spec.families:
        return finish(levels, spec, learned, u, agreement, given, patterns, modes=modes)
    found = learn_from_candidates(levels, patterns, spec, agreement, fixed_m, fixed_u, learned.m, given)
    return finish(
        levels, spec, learned, found.u, agreement, found.prior, patterns, found.family, found.evidence, modes=modes
    )


def leftover_data(
    levels: Levels, patterns: Patterns, passes: Sequence[PassData]
) -> tuple[CompleteCounts | None, PassData]:
    """Return what comparisons that no pass learns can be learned from: whole patterns, and all candidate pairs."""
    learned = {number for data in passes for number in data.included}
    is_needed = len(learned) < len(levels.comparisons)
    whole = complete_counts(patterns, levels.pairs.rules, levels.records) if is_needed else None
    return whole, pass_data("all candidate pairs", patterns, range(len(levels.comparisons)))


def finish(
    levels: Levels,
    spec: FellegiSunter,
    learned: Learned,
    u: Floats,
    agreement: RandomAgreement,
    prior: float | None,
    patterns: Patterns,
    family: FamilyAlternative | None = None,
    family_evidence: FamilyEvidence | None = None,
    *,
    modes: Sequence[Mode] = (),
    known: Floats | None = None,
    more: Callable[[Model], Iterable[Finding]] = lambda model: (),
) -> Model:
    """Put a model together from what was learned, its prior settled last, and look for what seems wrong with it.

    ``modes`` are where other starts ended; ``known`` (flat) how many known matches m was learned from; ``more`` finds
    what the caller alone can.
    """
    comparisons = levels.comparisons
    layout = layout_of(comparisons)
    fixed_m, fixed_u = fixed_places(spec, comparisons, layout)
    found_prior = prior or whole_product_prior(patterns, learned.m, u)
    m = learned.m
    is_borrowed = np.zeros(layout.size, bool)
    if spec.learn_from == "passes" and not any(source == "labels" for source in learned.sources):
        m, is_borrowed = _borrowed(patterns, learned.m, u, found_prior, comparisons, layout, fixed_m)
    m_source = [[source] * size for source, size in zip(learned.sources, layout.sizes, strict=True)]
    for place in np.flatnonzero(is_borrowed).tolist():
        owner = int(layout.owner[place])
        m_source[owner][place - int(layout.starts[owner])] = BORROWED
    u_source = [list(source) for source in agreement.source]
    for sources, fixed in ((m_source, fixed_m), (u_source, fixed_u)):
        for place in np.flatnonzero(~np.isnan(fixed)).tolist():
            owner = int(layout.owner[place])
            sources[owner][place - int(layout.starts[owner])] = "fixed"
    related = found_prior + (0.0 if family is None else family.prior)
    adjustments, shared = learned_frequencies(levels, spec, learned.m, u, related)
    model = Model(
        comparisons,
        found_prior,
        _tuples(m, layout),
        _tuples(u, layout),
        tuple(map(tuple, m_source)),
        tuple(map(tuple, u_source)),
        passes=learned.passes,
        adjustments=adjustments,
        shared=shared,
        pair_count=levels.records.pair_count,
        prior_source=_prior_source(spec),
        family=family,
        family_evidence=family_evidence,
    )
    if spec.missing == "learned":
        model = replace(model, missing_shares=learn_missing(model, levels.records, patterns))
    if spec.time_gaps is not None:
        model = replace(model, time_gaps=learn_time_gaps(model, levels, spec.time_gaps))
    pseudo = spec.m_pseudo_pairs / np.asarray(layout.sizes, np.float64)[layout.owner]
    model = with_standard_errors(
        model, levels.records, patterns, random_pairs=spec.random_pairs, pseudo=pseudo, known=known
    )
    diagnosis = diagnose(model, levels.records, patterns, modes).with_findings(more(model))
    model = replace(model, diagnosis=diagnosis)
    diagnosis.refuse(spec.accept, model)
    return model


def _borrowed(
    patterns: Patterns,
    m: Floats,
    u: Floats,
    prior: float,
    comparisons: Sequence[Comparison],
    layout: Layout,
    fixed_m: Floats,
) -> tuple[Floats, NDArray[np.bool_]]:
    """Draw m of the levels that no expected match is at towards their neighbours."""
    places = layout.places(patterns.levels)
    matches = layout.mass(places, patterns.counts * match_posterior(places, m, u, prior))
    in_order = np.array([own for c in comparisons for own in (*(level.in_order for level in c.levels), True)])
    return borrow(m, u, matches, layout, in_order, ~np.isnan(fixed_m))


def estimate_prior(levels: Levels, spec: FellegiSunter) -> float | None:
    """Return the prior that a spec gives, or that its strict rules lead to; None where it is to be learned.

    Raises
    ------
    ModelError
        Where the strict rules make no pair, or more than the recall allows.
    """
    if spec.prior is not None or not spec.prior_rules:
        return spec.prior
    records = levels.records
    if len(spec.prior_rules) == 1:
        found = levels.count_of_rule(spec.prior_rules[0])
    else:
        found = Pairs(records, spec.prior_rules, records.engine.pairs(records, spec.prior_rules)).count()
    prior = found / (spec.prior_recall or 1.0) / max(records.pair_count, 1)
    if not 0 < prior < 1:
        raise ModelError(
            f"prior_rules make {found:,} of {records.pair_count:,} pairs; with a recall of {spec.prior_recall} the "
            f"prior would be {prior:.3g}, which is no probability. Give stricter rules or another recall."
        )
    return prior


def fixed_places(spec: FellegiSunter, comparisons: Sequence[Comparison], layout: Layout) -> tuple[Floats, Floats]:
    """Return the fixed values of m and u in flat arrays, NaN where free."""
    m, u = np.full(layout.size, np.nan), np.full(layout.size, np.nan)
    names = [comparison.name for comparison in comparisons]
    for number, fixed in enumerate(spec.fixed):
        if fixed.comparison not in names:
            hint = did_you_mean(fixed.comparison, names) or f" There are: {', '.join(names)}."
            raise SpecError(f"fixed[{number}] names the comparison {fixed.comparison!r}, which is not there.{hint}")
        owner = names.index(fixed.comparison)
        labels = comparisons[owner].labels[1:]
        if fixed.level not in labels:
            hint = did_you_mean(fixed.level, labels) or f" It has: {', '.join(labels)}."
            raise SpecError(
                f"fixed[{number}] names the level {fixed.level!r} of {fixed.comparison}, which is not there.{hint}"
            )
        place = int(layout.starts[owner]) + labels.index(fixed.level)
        m[place] = np.nan if fixed.m_probability is None else fixed.m_probability
        u[place] = np.nan if fixed.u_probability is None else fixed.u_probability
    for values, what in ((m, "m_probability"), (u, "u_probability")):
        for comparison, part in zip(comparisons, layout.parts(values), strict=True):
            total, free = float(np.nansum(part)), int(np.isnan(part).sum())
            if total > 1 + 1e-9 or (free and total >= 1) or (not free and abs(total - 1) > 1e-6):
                raise SpecError(
                    f"fixed {what} of {comparison.name} add up to {total:.6g}; they must leave room, or make 1 in all."
                )
    return m, u


def whole_product_prior(patterns: Patterns, m: Floats, u: Floats) -> float:
    """Return the prior that m, u and the candidate pairs' patterns lead to."""
    return product_prior(pattern_bits(patterns, m, u), patterns.counts, patterns.pair_count)


def _prior_source(spec: FellegiSunter) -> str:
    if spec.prior is not None:
        return "given"
    return "strict rules" if spec.prior_rules else "estimated"


def _tuples(flat: Floats, layout: Layout) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(float(value) for value in np.maximum(part, 1e-300)) for part in layout.parts(flat))


def spec_of(spec: FellegiSunter | None, options: dict[str, Any]) -> FellegiSunter:
    """Return a spec with some fields changed."""
    known = [name for name in FellegiSunter.__dataclass_fields__ if name != "kind"]
    for name in options:
        if name not in known:
            raise SpecError(
                f"fit() has no option {name!r}.{did_you_mean(name, known) or ' It has: ' + ', '.join(known)}"
            )
    return FellegiSunter(**options) if spec is None else replace(spec, **options)
