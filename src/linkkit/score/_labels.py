"""Learn from pairs whose truth is known: labels, or a strong identifier that both records hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import ModelError
from linkkit.specs import On
from linkkit.tables import Levels, Patterns, pair_rows

from ._agreement import layout_of, random_agreement, without_matches
from ._anchor import ANCHORED, anchor_findings
from ._candidates import learn_from_candidates
from ._classifier import ClassifierModel, train
from ._diagnosis import Finding
from ._fit import estimate_prior, finish, fixed_places, leftover_data, spec_of, whole_product_prior
from ._layout import Floats, Layout
from ._model import Model, TrainingPass
from ._passes import Learned, learn_m, passes_of
from ._spec import Classifier, FellegiSunter

if TYPE_CHECKING:
    import pandas as pd

    from linkkit.records import Records

__all__ = ["fit_from_identifier", "fit_from_labels", "label_rows"]

# Blocks of an identifier larger than this are placeholders such as "unknown", not people.
MOST_OF_ONE_PERSON = 50
# m learned from fewer known matches has a standard error of 3 points and more at 0.9.
ENOUGH_MATCHES = 100


def fit_from_labels(
    levels: Levels, labels: pd.DataFrame, spec: FellegiSunter | Classifier | None = None, **options: Any
) -> Model | ClassifierModel:
    """Learn from labelled pairs.

    A Fellegi-Sunter model takes m from the labelled matches, u from random pairs, and its prior as :func:`fit` does. A
    :class:`Classifier` learns from matches and non-matches both.

    Parameters
    ----------
    levels
        The candidate pairs, compared. Labelled pairs need not be among them.
    labels
        A row for each pair: left_id, right_id, and is_match (without it, all are matches); with several datasets
        left_dataset and right_dataset too, by name.
    spec
        What to learn.
    **options
        Fields of :class:`FellegiSunter`, instead of a spec or to change one. ``m_pseudo_pairs`` is how many matches,
        spread evenly over the levels, are added to the labelled ones: it keeps levels that they never show off 0.

    Raises
    ------
    ModelError
        Where labels name records that are not there, or hold no match.
    """
    left, right, is_match = label_rows(levels.records, labels)
    if isinstance(spec, Classifier):
        given = levels.of_pairs(left, right)
        codes = np.concatenate([chunk.code for chunk in given.graded()]) if len(left) else np.empty(0, np.int64)
        return train(levels.comparisons, levels.compiled.levels(codes), is_match, spec)
    if not is_match.any():
        raise ModelError("The labels hold no match to learn from.")
    matches = levels.of_pairs(left[is_match], right[is_match]).patterns()
    return _fit_known(levels, matches, spec_of(spec, options), "labels", ())


def fit_from_identifier(levels: Levels, field: str, spec: FellegiSunter | None = None, **options: Any) -> Model:
    """Learn m from the pairs that agree on a strong identifier, such as an NHS number or a person's id elsewhere.

    Comparisons that read the field are left out there, and learned by expectation-maximisation with the others held.

    Parameters
    ----------
    levels
        The candidate pairs, compared.
    field
        The identifier. Records that miss it take no part; values that more than 50 records share are left out.
    spec
        What else to learn.
    **options
        Fields of :class:`FellegiSunter`, instead of a spec or to change one.

    Raises
    ------
    ModelError
        Where no two records agree on it.
    """
    rule = On((field,), cap=MOST_OF_ONE_PERSON)
    matches = levels.of_rule(rule).patterns()
    if not matches.counts.sum():
        raise ModelError(f"No two records agree on {field}; there is no match to learn from.")
    left_out = tuple(n for n, comparison in enumerate(levels.comparisons) if field in comparison.every_field)
    if len(left_out) == len(levels.comparisons):
        raise ModelError(f"Every comparison reads {field}; there is nothing to learn from pairs that agree on it.")
    return _fit_known(levels, matches, spec_of(spec, options), f"{ANCHORED}{field}", left_out)


def label_rows(
    records: Records, labels: pd.DataFrame
) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.bool_]]:
    """Return the rows of labelled pairs, the lower first, and whether each is a match.

    Raises
    ------
    ModelError
        Where columns are missing, or ids are not there; it counts them and names their rows, never the ids.
    """
    left, right = pair_rows(records, labels, "labels", ModelError)
    is_match = np.ones(len(labels), bool) if "is_match" not in labels.columns else labels["is_match"].to_numpy(bool)
    return left, right, is_match


def _fit_known(levels: Levels, matches: Patterns, spec: FellegiSunter, source: str, left_out: tuple[int, ...]) -> Model:
    """Take m from known matches; learn what they cannot say, u and the prior as usual."""
    comparisons, layout = levels.comparisons, layout_of(levels.comparisons)
    fixed_m, fixed_u = fixed_places(spec, comparisons, layout)
    patterns = levels.patterns()
    agreement = random_agreement(levels, random_pairs=spec.random_pairs, seed=spec.seed)
    shares = layout.normalised(np.concatenate(agreement.probability), fixed_u)
    counts = layout.mass(layout.places(matches.levels), matches.counts.astype(np.float64))
    m = layout.normalised(counts + _pseudo(spec, layout), fixed_m)
    sources = [source] * len(comparisons)
    steps: tuple[TrainingPass, ...] = ()
    is_open = np.isin(layout.owner, left_out)
    held = np.where(is_open, fixed_m, m)
    known = np.where(is_open, 0.0, layout.sums(counts)[layout.owner])
    few = _few(int(matches.counts.sum()), source)
    given = estimate_prior(levels, spec)
    if spec.learn_from == "candidates":
        found = learn_from_candidates(levels, patterns, spec, agreement, held, fixed_u, prior=given)
        sources = [found.learned.sources[n] if n in left_out else source for n in range(len(comparisons))]
        learned = Learned(found.learned.m, tuple(sources), found.learned.passes)
        return finish(
            levels, spec, learned, found.u, agreement, found.prior, patterns, found.family, found.evidence, known=known,
            more=lambda model: (*few, *_anchor_findings(model, levels, patterns, left_out, source)),
        )  # fmt: skip
    if left_out:
        passes = passes_of(levels, spec.passes or levels.pairs.rules)
        whole, union = leftover_data(levels, patterns, passes)
        learned = learn_m(passes, whole, union, comparisons, shares, spec, held)
        m, steps = np.where(is_open, learned.m, m), learned.passes
        for number in left_out:
            sources[number] = learned.sources[number]
    prior = given or whole_product_prior(patterns, m, shares)
    u = layout.normalised(without_matches(shares, m, prior, layout), fixed_u) if spec.correct_u else shares
    family, evidence = None, None
    if spec.families:
        found = learn_from_candidates(levels, patterns, spec, agreement, fixed_m, fixed_u, m, given)
        u, given, family, evidence = found.u, found.prior, found.family, found.evidence
    return finish(
        levels, spec, Learned(m, tuple(sources), steps), u, agreement, given, patterns, family, evidence, known=known,
        more=lambda model: (*few, *_anchor_findings(model, levels, patterns, left_out, source)),
    )  # fmt: skip


def _pseudo(spec: FellegiSunter, layout: Layout) -> Floats:
    return np.asarray(spec.m_pseudo_pairs / np.asarray(layout.sizes, np.float64)[layout.owner])


def _few(matches: int, source: str) -> tuple[Finding, ...]:
    if matches >= ENOUGH_MATCHES:
        return ()
    found = Finding(
        "few_matches", "warning", f"m was learned from only {matches:,} matches ({source}); it is unsure.",
        "Add labels, or see the standard errors.", float(matches), float(ENOUGH_MATCHES),
    )  # fmt: skip
    return (found,)


def _anchor_findings(
    model: Model, levels: Levels, patterns: Patterns, left_out: tuple[int, ...], source: str
) -> tuple[Finding, ...]:
    """Say how many hold the identifier, and whether the others' matches look as theirs do."""
    if not source.startswith(ANCHORED):
        return ()
    field = source.removeprefix(ANCHORED)
    return anchor_findings(model, levels.records, patterns, field, left_out)
