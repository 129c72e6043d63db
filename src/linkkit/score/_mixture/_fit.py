"""From compared pairs to a mixture: bins of similarity, competition, and what chance does to the number of matches."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from linkkit.errors import ModelError
from linkkit.score._cells import competing_sides
from linkkit.score._diagnosis import Diagnosis
from linkkit.score._layout import Floats
from linkkit.score._model import TrainingPass
from linkkit.tables import Levels
from linkkit.weights import log2_odds

from ._competition import Competition
from ._components import Components, best_components, fall_alone, redrawn
from ._findings import mixture_findings, modes_of
from ._model import MixtureModel
from ._smooth import LEAST_BINS
from ._spec import Mixture

__all__ = ["fit_mixture"]

# Bins are learned from, from the most similar on, up to so many pairs to a record: the bulk of strangers says nothing
# of matches, and what bends there would bend the curve of others where few pairs tell it.
PAIRS_A_RECORD = 10
# Fewer levels than this make no curve.
LEAST_LEVELS = LEAST_BINS + 3
MOST_DECLINE = 0.9


@dataclass(frozen=True, eq=False)
class _Bins:
    """Pairs by similarity, rising; only the bins that are learned from."""

    counts: Floats
    levels: tuple[int, ...]


def fit_mixture(levels: Levels, spec: Mixture) -> MixtureModel:
    """Learn a mixture from compared pairs.

    Parameters
    ----------
    levels
        The candidate pairs, compared on one similarity.
    spec
        Which datasets hold each person once, and limits.

    Raises
    ------
    ModelError
        Where there is not one comparison of enough levels, or no pair to learn from.
    DiagnosisError
        Where what was learned cannot be right and the spec does not accept it; the model is its ``model``.
    """
    records = levels.records
    sides = competing_sides(records, spec.unique)
    pairs = _pairs_by_level(levels)
    bins = _bins(levels, pairs)
    competition = _competition(levels, bins, sides) if any(sides) else None
    smaller = float(min(np.diff(records.starts)) if records.link_type == "link_only" else len(records))
    ends = best_components(
        bins.counts, smaller, competition, max_iterations=spec.max_iterations, tolerance=spec.tolerance
    )
    best = ends[0]
    missed = _missed(best)
    findings = tuple(
        mixture_findings(
            ends,
            fall_alone(bins.counts),
            missed,
            smaller,
            spec.max_iterations,
            competes=competition is not None,
            within=records.link_type != "link_only",
        )
    )
    diagnosis = Diagnosis(findings, None, modes_of(ends, float(bins.counts.sum())))
    model = replace(
        _model(levels, spec, pairs, bins, best, missed),
        expected_matches_error=_error(bins.counts, best, competition, spec),
        diagnosis=diagnosis,
    )
    diagnosis.refuse(spec.accept, model)
    return model


def _pairs_by_level(levels: Levels) -> Floats:
    """Count the pairs of each level, missing first.

    Raises
    ------
    ModelError
        Where there is not one comparison of enough levels in order, or no pair.
    """
    if len(levels.comparisons) != 1:
        names = ", ".join(comparison.name for comparison in levels.comparisons)
        raise ModelError(
            f"A Mixture learns from one comparison, of a similarity of whole records; there are "
            f"{len(levels.comparisons)}: {names}. With several, use FellegiSunter."
        )
    comparison = levels.comparisons[0]
    if len(comparison.levels) < LEAST_LEVELS or not all(level.in_order for level in comparison.levels):
        raise ModelError(
            f"A Mixture needs a comparison of at least {LEAST_LEVELS} levels in order; {comparison.name} has "
            f"{len(comparison.levels)}. Give it equal steps, such as at_least=[n / 100 for n in range(100, 64, -1)]."
        )
    patterns = levels.patterns()
    found = np.zeros(len(comparison.labels))
    found[patterns.levels[:, 0]] = patterns.counts
    if not found[1:-1].any():
        raise ModelError(
            f"No candidate pair reaches the lowest level of {comparison.name}; there is nothing to learn from. Loosen "
            "the blocking rules, or give the comparison lower levels."
        )
    if np.count_nonzero(found[1:-1]) < LEAST_BINS:
        raise ModelError(
            f"Candidate pairs are at {np.count_nonzero(found[1:-1])} levels of {comparison.name} only. What other "
            f"pairs look like is learned from less similar ones: make candidates by similarity, such as "
            f"near({comparison.fields[0]!r}, 'dice_bits', 0.7), or every pair."
        )
    return found


def _bins(levels: Levels, pairs: Floats) -> _Bins:
    """Take the bins that are learned from: the most similar, as far as they hold few pairs to a record."""
    graded = pairs[1:-1]
    most = PAIRS_A_RECORD * len(levels.records)
    held = np.flatnonzero(graded)
    size = int((np.cumsum(graded) <= most).sum())
    size = int(np.clip(size, min(LEAST_LEVELS, len(graded)), max(int(held[-1]) + 1, LEAST_LEVELS)))
    rising = tuple(range(size, 0, -1))
    return _Bins(pairs[list(rising)], rising)


def _competition(levels: Levels, bins: _Bins, sides: tuple[bool, bool]) -> Competition:
    """Read the pairs of the bins that are learned from."""
    place_of = np.zeros(len(levels.comparisons[0].labels), np.int64)
    place_of[list(bins.levels)] = np.arange(len(bins.levels))
    codes = np.sort(levels.compiled.codes(np.array(bins.levels, np.uint8)[:, None]))
    starts = levels.records.starts
    left, right, place = [np.empty(0, np.uint32)], [np.empty(0, np.uint32)], [np.empty(0, np.uint8)]
    for chunk in levels.graded(codes):
        left.append(chunk.left)
        right.append(chunk.right)
        place.append(place_of[levels.compiled.levels(chunk.code)[:, 0]].astype(np.uint8))
    sizes = int(starts[1] - starts[0]), int(starts[2] - starts[1])
    rows = np.concatenate(left).astype(np.int64), np.concatenate(right).astype(np.int64) - int(starts[1])
    return Competition(*rows, np.concatenate(place), sizes, len(bins.levels), sides)


def _missed(best: Components) -> float:
    """Matches below the lowest bin, if their curve goes on falling as it does over the lowest bins."""
    curve = best.match_curve
    decline = float(np.clip((curve[0] / max(curve[3], 1e-12)) ** (1 / 3), 0.0, MOST_DECLINE))
    return float(curve[0]) * decline / (1 - decline)


def _model(levels: Levels, spec: Mixture, pairs: Floats, bins: _Bins, best: Components, missed: float) -> MixtureModel:
    comparison, pair_count = levels.comparisons[0], levels.records.pair_count
    size = len(comparison.labels)
    below = max(pair_count - float(bins.counts.sum()), 1.0)
    total = best.total + missed
    most = 0.99 * pair_count
    if spec.unique and levels.records.link_type == "link_only":
        most = min(most, float(np.diff(levels.records.starts).min()))
    total = float(np.clip(total, 1e-3, most))
    floor = min(float(best.log_odds[0]) / np.log(2.0), log2_odds(min(max(missed, 1e-6) / below, 0.5)))
    weights = np.full(size, floor)
    weights[0] = log2_odds(total / pair_count)
    weights[list(bins.levels)] = best.log_odds / np.log(2.0)
    matches, others = np.zeros(size), np.zeros(size)
    matches[list(bins.levels)], others[list(bins.levels)] = best.match_curve, best.other_curve
    step = TrainingPass(best.start, (comparison.name,), int(bins.counts.sum()), best.total, best.trace, best.status)
    return MixtureModel(
        levels.comparisons, tuple(pairs.tolist()), tuple(matches.tolist()), tuple(others.tolist()),
        tuple(weights.tolist()), expected_matches=total, pair_count=pair_count, missed_matches=missed,
        unique=spec.unique, passes=(step,),
    )  # fmt: skip


def _error(counts: Floats, best: Components, competition: Competition | None, spec: Mixture) -> float:
    """Standard error of the number of matches: records (or counts) are drawn again, and the fit goes on from its end.

    Records get random weights of mean 1 (Rubin, The Bayesian bootstrap, Annals of Statistics 9, 1981).
    """
    if not spec.repeats:
        return float("nan")
    random = np.random.default_rng(spec.seed)
    totals = []
    for _ in range(spec.repeats):
        weight, drawn = None, random.poisson(counts).astype(np.float64)
        if competition is not None:
            weight = random.standard_exponential(competition.sizes[0])
            weight /= weight.mean()
            drawn = competition.counts(weight)
        fit = redrawn(drawn, best, competition, weight, spec.tolerance)
        totals.append(fit.total + _missed(fit))
    return float(np.std(totals, ddof=1)) if len(totals) > 1 else float("nan")
