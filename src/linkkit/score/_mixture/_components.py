"""Expectation-maximisation over bins of similarity: which pairs of each are matches, and which are others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from linkkit.score._em import Status
from linkkit.score._layout import Floats

from ._competition import MOST_LOG_ODDS, Competition
from ._monotone import rising, unimodal
from ._smooth import BELL, Curve, smoothed

__all__ = ["ALIKE", "Components", "best_components", "fall_alone", "redrawn"]

# Each start takes the most similar pairs for matches: exact ones, and so many others to a record of the smaller
# file.
STARTS = (0.02, 0.1, 0.3, 1.0)
# Starts that end within so much log-likelihood fit alike: twenty times as likely is little, of curves that are learned.
ALIKE = 5.0
# Expected matches are never all pairs of a bin, and never none.
LEAST = 1e-4
ALL = 0.999
# Redrawn counts begin where the fit ended, and settle soon.
ITERATIONS_REDRAWN = 40
NEWTON_STEPS = 3


@dataclass(frozen=True, eq=False)
class Components:
    """Where one start of expectation-maximisation ended; bins rise with similarity.

    Parameters
    ----------
    start
        The start, in words.
    matches
        Shape (bins,): expected matches.
    match_curve, other_curve
        Shape (bins,): the smooth counts of matches and of others, each as expected.
    log_odds
        Shape (bins,): natural logarithm of matches over others of a bin; it never falls.
    trace
        Log-likelihood, penalties left out, at each iteration.
    status
        Whether it converged.
    sure
        Expected matches among the pairs that are likelier matches than not, and how many pairs these are.
    curves
        Where another fit can begin.
    """

    start: str
    matches: Floats
    match_curve: Floats
    other_curve: Floats
    log_odds: Floats
    trace: tuple[float, ...]
    status: Status
    sure: tuple[float, int]
    curves: tuple[Curve, Curve]

    @property
    def total(self) -> float:
        """Expected matches in all."""
        return float(self.matches.sum())

    @property
    def likelihood(self) -> float:
        """Log-likelihood at the end."""
        return self.trace[-1]


def best_components(
    counts: Floats, records: float, competition: Competition | None, *, max_iterations: int, tolerance: float
) -> tuple[Components, ...]:
    """Return where each start ends, the likeliest first; of those that fit alike, the one with the fewest matches.

    What could be matches or relatives is then taken for relatives: a false link does more harm than a missed one, and
    that other pairs are many and matches few where both are possible is what empirical nulls assume (Efron, Large-scale
    simultaneous hypothesis testing, JASA 99, 2004).

    Parameters
    ----------
    counts
        Shape (bins,): pairs of each bin, rising with similarity.
    records
        Records of the smaller file.
    competition
        The same pairs, where records have one match at most; None where they may have several.
    max_iterations, tolerance
        As of :class:`Mixture`.
    """
    first = counts if competition is None else competition.best_of_both()
    # Exact agreement is left out of the count: matches are more than that, and a curve of nothing else stays so.
    above = np.cumsum(first[:-1][::-1])[::-1]
    ends: dict[int, Components] = {}
    for share in STARTS:
        # From which bin on: not the highest alone, and never the lowest.
        few = int((above > share * records).sum())
        cut = int(np.clip(few, min(3, len(counts) // 3), len(counts) - 2))
        if cut not in ends:
            begun = np.where(np.arange(len(counts)) >= cut, first, 0.0)
            name = f"exact pairs and the next {share:g} to a record"
            ends[cut] = _climb(name, counts, begun, None, competition, None, max_iterations, tolerance)
    found = sorted(ends.values(), key=lambda end: -end.likelihood)
    best = min((end for end in found if end.likelihood > found[0].likelihood - ALIKE), key=lambda end: end.total)
    return (best, *(end for end in found if end is not best))


def redrawn(
    counts: Floats, fit: Components, competition: Competition | None, weight: Floats | None, tolerance: float
) -> Components:
    """Return a fit to counts drawn again, from where the fit to the counts themselves ended."""
    if competition is not None:
        competition.begin()
    return _climb(
        fit.start, counts, np.minimum(fit.matches, ALL * counts), fit.curves, competition, weight, ITERATIONS_REDRAWN,
        tolerance,
    )  # fmt: skip


def fall_alone(counts: Floats) -> float:
    """Return the log-likelihood of there being no matches: one smooth curve that falls."""
    fallen = np.minimum.accumulate(smoothed(counts).counts)
    return _poisson(counts, fallen)


def _climb(
    name: str,
    counts: Floats,
    matches: Floats,
    curves: tuple[Curve, Curve] | None,
    competition: Competition | None,
    weight: Floats | None,
    max_iterations: int,
    tolerance: float,
) -> Components:
    """Divide the pairs of each bin, smooth both parts, and divide again, until that changes nothing."""
    if competition is not None:
        competition.begin()
    match, other = (None, None) if curves is None else curves
    trace: list[float] = []
    status: Status = "stopped at the limit"
    sure = (0.0, 0)
    log_odds = matched = fallen = counts
    for _ in range(max_iterations):
        total = float(matches.sum())
        steps = NEWTON_STEPS if trace else 100
        other = smoothed(np.maximum(counts - matches, LEAST), other, rounds=steps)
        match = smoothed(matches + LEAST, match, order=BELL, free_top=True, rounds=steps)
        fallen = np.minimum.accumulate(other.mean_counts)
        matched = match.counts
        if competition is None:
            # Nothing else keeps relatives apart: matches have one summit, and below it they fall.
            matched = np.append(unimodal(matched[:-1], np.ones(len(matched) - 1)), matched[-1])
        log_odds = rising(np.log(matched) - np.log(fallen), counts + 1.0)
        log_odds = log_odds + np.log(max(total, LEAST) / float((np.exp(log_odds) * fallen).sum()))
        log_odds = np.clip(log_odds, -MOST_LOG_ODDS, MOST_LOG_ODDS)
        new, gained, sure = _divided(counts, log_odds, total, competition, weight)
        trace.append(_poisson(counts, fallen) + gained)
        change = float(np.abs(new - matches).sum())
        matches = new
        if change < tolerance * max(total, 1.0):
            status = "converged"
            break
    assert match is not None
    assert other is not None
    return Components(
        name, matches, np.exp(log_odds) * fallen, fallen, log_odds, tuple(trace), status, sure, (match, other)
    )


def _divided(
    counts: Floats, log_odds: Floats, total: float, competition: Competition | None, weight: Floats | None
) -> tuple[Floats, float, tuple[float, int]]:
    """Return the expected matches of each bin, what they add to the likelihood, and those of the likely pairs."""
    if competition is not None:
        shared = competition.shared(log_odds, total, weight)
        return np.minimum(shared.matches, ALL * counts), shared.likelihood, shared.sure
    share = 1 / (1 + np.exp(-log_odds))
    found = np.minimum(share, ALL) * counts
    likely = share >= 0.5
    gained = float((counts * np.logaddexp(0.0, log_odds)).sum()) - total
    return found, gained, (float((share * counts)[likely].sum()), int(counts[likely].sum()))


def _poisson(counts: Floats, expected: Floats) -> float:
    return float((counts * np.log(expected) - expected).sum())
