"""How many matches there are in all, also those that were never found: capture-recapture with fields for captures.

A match is found where its values agree on enough: some blocking rule makes its pair, and its weight is high. Values
err field by field, and pairs differ in how carefully they were written, so that errors come together. From the found
matches both are learned, *given that they were found*; what was not found follows. With two fields, each enough by
itself, and no such difference, this is the estimate of Lincoln and Petersen. The difference is a normal effect shared
by a pair's fields, as in latent class models with random effects (Qu, Tan and Kutner 1996), which stay stable where a
free second class of matches would not (Link 2003).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["AllMatches", "FoundMatches", "MatchFit", "all_matches", "fit_matches"]

Floats = NDArray[np.float64]
# How much carefulness may differ from match to match: standard deviations of the log odds of an error. One means that
# of two matches in three the odds lie within a factor of e of the usual; larger ones are held for less likely.
SPREADS = (0.0, 0.5, 1.0, 1.5, 2.0)
USUAL_SPREAD = 1.0
NODES = 5
# Fewer groups of fields cannot tell carefulness from chance.
LEAST_GROUPS = 4
# Later rounds would fit the chance of the drawing.
ROUNDS, SETTLED = 150, 1e-5
# Drawn pairs must stand for the matches: where the importance of a few outweighs the rest, the fit is not followed.
LEAST_EFFECTIVE = 0.02
# Matches taken as seen before the data, over the states of a group: a state must not be impossible.
PSEUDO = 0.5


@dataclass(frozen=True, eq=False)
class FoundMatches:
    """The matches found, and drawn ones of which it is known whether they would be.

    Parameters
    ----------
    states
        Shape (patterns, groups), int64: which state each group of fields is in.
    matches
        Shape (patterns,): expected matches found with each pattern of states.
    is_error
        For each group: which of its states are errors.
    draws
        Shape (draws, groups): states of drawn pairs, each group drawn by itself.
    log_proposal
        Shape (draws,): log probability of each in the drawing.
    is_found
        Shape (draws,), bool: which drawn pairs would be found.
    is_made
        Shape (draws,), bool: which of them a blocking rule would make.
    """

    states: NDArray[np.int64]
    matches: Floats
    is_error: tuple[NDArray[np.bool_], ...]
    draws: NDArray[np.int64]
    log_proposal: Floats
    is_found: NDArray[np.bool_]
    is_made: NDArray[np.bool_]

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many states each group has."""
        return tuple(len(one) for one in self.is_error)


@dataclass(frozen=True, eq=False)
class MatchFit:
    """How matches err, for one spread of carefulness.

    Parameters
    ----------
    spread
        Standard deviation of the log odds of an error.
    base
        For each group: the probability of each state in a match of usual care.
    log_likelihood
        Of the found matches, given that they were found.
    found_share, made_share
        Share of all matches that is found, and that a blocking rule makes.
    """

    spread: float
    base: tuple[Floats, ...]
    log_likelihood: float
    found_share: float
    made_share: float


@dataclass(frozen=True, eq=False)
class AllMatches:
    """The matches there are in all.

    Parameters
    ----------
    found
        Expected matches that were found.
    found_share, made_share
        Share of all matches that is found, and that a blocking rule makes.
    fits
        One for each spread.
    plausibility
        How likely each spread is, given the found matches; sums to one.
    """

    found: float
    found_share: float
    made_share: float
    fits: tuple[MatchFit, ...]
    plausibility: Floats

    @property
    def total(self) -> float:
        """How many matches there are in all."""
        return self.found / self.found_share

    @property
    def best(self) -> MatchFit:
        """The fit of the likeliest spread."""
        return self.fits[int(np.argmax(self.plausibility))]


def all_matches(found: FoundMatches) -> AllMatches:
    """Estimate how many matches there are, over all plausible spreads of carefulness.

    Examples
    --------
    Two rules, each of one field. 72 matches agree on both, 18 on the first only, 8 on the second only: 90 * 80 / 72 =
    100 in all (Lincoln and Petersen).

    >>> every = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    >>> reached = np.array([True, True, True, False])
    >>> found = FoundMatches(
    ...     every[:3], np.array([7200.0, 1800.0, 800.0]), (np.array([False, True]),) * 2, every, np.zeros(4),
    ...     reached, reached,
    ... )
    >>> round(all_matches(found).total / 100)
    100
    """
    is_rich = sum(size > 1 for size in found.sizes) >= LEAST_GROUPS
    fits: list[MatchFit] = []
    for spread in SPREADS if is_rich else SPREADS[:1]:
        fits.append(fit_matches(found, spread, start=fits[-1].base if fits else None))
    likely = np.array([fit.log_likelihood - 0.5 * (fit.spread / USUAL_SPREAD) ** 2 for fit in fits])
    plausibility = np.exp(likely - likely.max())
    plausibility /= plausibility.sum()
    # Numbers are averaged, not shares: a spread that leaves few found means many in all.
    total = float(plausibility @ np.array([1.0 / fit.found_share for fit in fits]))
    made = float(plausibility @ np.array([fit.made_share / fit.found_share for fit in fits]))
    return AllMatches(float(found.matches.sum()), 1.0 / total, min(made / total, 1.0), tuple(fits), plausibility)


def fit_matches(
    found: FoundMatches,
    spread: float,
    *,
    start: tuple[Floats, ...] | None = None,
    matches: Floats | None = None,
    rounds: int = ROUNDS,
) -> MatchFit:
    """Learn how matches err, given that they were found, by expectation-maximisation.

    Matches that were not found are missing data: their expected states, from the drawn pairs by importance weights, are
    counted with those of the found ones.

    Parameters
    ----------
    found
        What was found.
    spread
        Standard deviation of the log odds of an error from match to match.
    start
        Where to start; by default at what was found.
    matches
        Other numbers of matches for the patterns, such as drawn ones.
    rounds
        At most so many rounds.
    """
    counts = found.matches if matches is None else matches
    total = float(counts.sum())
    effect, share = _nodes(spread)
    tilt = [np.exp(spread * np.outer(effect, error)) for error in found.is_error]
    base = list(start) if start is not None else _as_found(found, counts)
    last = -np.inf
    fit: MatchFit | None = None
    for number in range(rounds):
        logs = [np.log(_normalised(one * tilted)) for one, tilted in zip(base, tilt, strict=True)]
        joint = np.log(share)[:, None] + _summed(logs, found.states)
        whole = np.logaddexp.reduce(joint, axis=0)
        drawn = np.exp(_summed(logs, found.draws) - found.log_proposal)
        drawn /= drawn.sum(axis=1, keepdims=True)
        found_share = min(max(float(share @ (drawn @ found.is_found)), 1e-9), 1.0)
        likelihood = float(counts @ whole) - total * float(np.log(found_share))
        made_share = min(float(share @ (drawn @ found.is_made)), 1.0)
        effective = 1.0 / float(share @ (drawn * drawn).sum(axis=1)) / drawn.shape[1]
        if fit is not None and (effective < LEAST_EFFECTIVE or likelihood < last):
            break
        fit = MatchFit(spread, tuple(base), likelihood, found_share, made_share)
        if number > 2 and likelihood - last < SETTLED * total:
            break
        last = likelihood
        seen = counts * np.exp(joint - whole)
        unseen = total / found_share * share[:, None] * drawn * ~found.is_found
        base = [
            _maximised(one, tilted, _by_state(found, group, seen, unseen))
            for group, (one, tilted) in enumerate(zip(base, tilt, strict=True))
        ]
    assert fit is not None
    return fit


def _nodes(spread: float) -> tuple[Floats, Floats]:
    """The values of the effect, and how likely each is: Gauss and Hermite's."""
    if spread == 0:
        return np.zeros(1), np.ones(1)
    effect, share = np.polynomial.hermite_e.hermegauss(NODES)
    return effect, share / share.sum()


def _as_found(found: FoundMatches, counts: Floats) -> list[Floats]:
    return [
        _normalised(np.bincount(states, counts, size) + PSEUDO / size)
        for states, size in zip(found.states.T, found.sizes, strict=True)
    ]


def _summed(logs: list[Floats], states: NDArray[np.int64]) -> Floats:
    """The log probability of each row of states, for each value of the effect."""
    total = np.zeros((len(logs[0]), len(states)))
    for log, column in zip(logs, states.T, strict=True):
        total += log[:, column]
    return total


def _by_state(found: FoundMatches, group: int, seen: Floats, unseen: Floats) -> Floats:
    """Expected matches in each state of a group, for each value of the effect."""
    size = found.sizes[group]
    return np.stack(
        [
            np.bincount(found.states[:, group], one, size) + np.bincount(found.draws[:, group], other, size)
            for one, other in zip(seen, unseen, strict=True)
        ]
    )


def _maximised(base: Floats, tilt: Floats, counts: Floats) -> Floats:
    """The base that makes the counts likeliest, the tilts held: a few rounds of proportional fitting."""
    states = counts.sum(axis=0) + PSEUDO / len(base)
    for _ in range(4):
        pull = (counts.sum(axis=1) / (base * tilt).sum(axis=1)) @ tilt
        base = _normalised(states / np.maximum(pull, 1e-300))
    return base


def _normalised(values: NDArray[Any]) -> Floats:
    return np.asarray(values / values.sum(axis=-1, keepdims=True))
