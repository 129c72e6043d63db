"""Intervals of stated figures: pattern counts are drawn anew, the model is learned again, the figures follow.

A parametric bootstrap (Efron and Tibshirani 1993): the count of each pattern is Poisson. The model learned from the
drawn counts tells how far the weights may be off; the links themselves are matches or not by chance, which is drawn
too. So the interval is meant for the share of the links that *is* true, and not for its expectation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkkit.weights import probability

from ._all_matches import AllMatches, FoundMatches, MatchFit, fit_matches

__all__ = ["LinkedPairs", "drawn_shares", "drawn_weights", "interval", "pattern_interval"]

Floats = NDArray[np.float64]
REPEATS = 50
_Z = 1.959963984540054
# Patterns of next to no matches teach nothing of m.
LEAST_MATCHES = 1e-3
EM_ROUNDS, EM_SETTLED = 20, 1e-3
REFITS, REFIT_ROUNDS, REFIT_STEP = 16, 5, 4
# Less than this is not told from nothing.
LEAST_LOST = 1e-6
MOST_GROUPS = 20_000
# Pairs of more bits are matches however the weights move a little: they are put together.
CERTAIN = 12.0


@dataclass(frozen=True, eq=False)
class LinkedPairs:
    """Linked pairs, alike ones together.

    Parameters
    ----------
    pattern
        Shape (groups,), int64: the pattern of each; -1 where its weight is taken as it is.
    weight
        Shape (groups,): log2 odds of a match.
    count
        Shape (groups,): how many pairs.
    """

    pattern: NDArray[np.int64]
    weight: Floats
    count: Floats

    @classmethod
    def of(cls, pattern: NDArray[np.int64], share: Floats) -> LinkedPairs:
        """Put pairs of one pattern and nearly one probability together."""
        weight = np.log2(np.clip(share, 1e-12, 1 - 1e-12)) - np.log2(np.clip(1 - share, 1e-12, 1 - 1e-12))
        pattern = np.where(weight > CERTAIN, -1, pattern)
        step = 0.5 if len(weight) > MOST_GROUPS else 1e-6
        keys = pattern.astype(np.int64) * 2**28 + np.round(weight / step).astype(np.int64) + 2**27
        _, first, place = np.unique(keys, return_index=True, return_inverse=True)
        place = place.reshape(-1)
        count = np.bincount(place, minlength=len(first)).astype(np.float64)
        mean = np.clip(np.bincount(place, share, len(first)) / np.maximum(count, 1), 1e-12, 1 - 1e-12)
        return cls(pattern[first], np.log2(mean) - np.log2(1 - mean), count)

    def true(self, shift: Floats, random: np.random.Generator, clump: float = 1.0) -> float:
        """How many are matches, by chance, where weights are off by so many bits a pattern."""
        share = probability(self.weight + np.where(self.pattern >= 0, shift[self.pattern], 0.0))
        spread = float(np.sqrt(clump * (self.count * share * (1 - share)).sum()))
        return float(np.clip(self.count @ share + spread * random.standard_normal(), 0, self.count.sum()))


def drawn_weights(
    levels: NDArray[np.uint8],
    counts: NDArray[np.integer] | Floats,
    weight: Floats,
    random: np.random.Generator,
    clump: float = 1.0,
) -> Floats:
    """Draw pattern counts, learn m and the prior from them, and return by how many bits each pattern's weight changes.

    Parameters
    ----------
    levels, counts
        The patterns, and how many pairs have each.
    weight
        The weight of each pattern in bits, the prior included; u is held.
    random
        Where chance comes from.
    clump
        How many pairs come and go together, as those of one person do.
    """
    shift = np.zeros(len(weight))
    posterior = probability(weight)
    useful = np.flatnonzero(posterior * counts > LEAST_MATCHES)
    if not len(useful):
        return shift
    sizes = levels.max(axis=0).astype(np.int64) + 1
    starts = np.concatenate([[0], np.cumsum(sizes)])
    places = levels.astype(np.int64) + starts[:-1]
    chosen = places[useful]
    usual = np.asarray(counts, np.float64)[useful]
    drawn = clump * random.poisson(usual / clump).astype(np.float64)
    first = _level_shares(chosen, usual * posterior[useful], sizes, starts)
    first_total = float(usual @ posterior[useful])
    own = np.zeros(len(useful))
    bits = np.zeros(starts[-1])
    for _ in range(EM_ROUNDS):
        matches = drawn * probability(weight[useful] + own)
        total = max(float(matches.sum()), 0.5)
        bits = np.log2(_level_shares(chosen, matches, sizes, starts)) - np.log2(first)
        new = bits[chosen].sum(axis=1) + np.log2(total / first_total)
        change = float(np.abs(new - own).max())
        own = new
        if change < EM_SETTLED:
            break
    return np.asarray(bits[places].sum(axis=1) + np.log2(total / first_total))


def drawn_shares(found: FoundMatches, fitted: AllMatches, repeats: int, seed: int, clump: float = 1.0) -> Floats:
    """Return the share of all matches that is found, as it may be off by chance, once a repeat.

    Some refits to counts drawn anew tell how far the log of the lost share spreads; the repeats are drawn from it.
    """
    random = np.random.default_rng(seed)
    part = FoundMatches(
        found.states, found.matches, found.is_error, found.draws[::REFIT_STEP],
        found.log_proposal[::REFIT_STEP], found.is_found[::REFIT_STEP], found.is_made[::REFIT_STEP],
    )  # fmt: skip
    lost = np.log([_lost(fit) for fit in fitted.fits])
    spreads = random.choice(len(fitted.fits), size=REFITS, p=fitted.plausibility)
    usual = {
        number: _lost(fit_matches(part, fitted.fits[number].spread, start=fitted.fits[number].base, rounds=1))
        for number in sorted(set(spreads.tolist()))
    }
    moved = np.empty(REFITS)
    for repeat, number in enumerate(spreads.tolist()):
        fit = fitted.fits[number]
        drawn = clump * random.poisson(found.matches / clump).astype(np.float64)
        again = fit_matches(part, fit.spread, start=fit.base, matches=drawn, rounds=REFIT_ROUNDS)
        moved[repeat] = lost[number] + np.log(_lost(again) / usual[number])
    centre = float(np.log(max(1 - fitted.found_share, LEAST_LOST)))
    # The median is not moved by a refit that went astray.
    width = 1.4826 * float(np.median(np.abs(moved - fitted.plausibility @ lost)))
    return np.asarray(1.0 - np.minimum(np.exp(centre + width * random.standard_normal(repeats)), 1.0 - 1e-6))


def _lost(fit: MatchFit) -> float:
    return max(1.0 - fit.found_share, LEAST_LOST)


def interval(value: float, repeats: Floats, size: float) -> tuple[float, float]:
    """Return a 95 % interval of a share from its repeats: normal on the log odds, where shares near 1 are even.

    Parameters
    ----------
    value
        The share.
    repeats
        The share again and again.
    size
        Of how many it is a share: none and all are held half a one off.
    """
    if not np.isfinite(value) or size <= 0:
        return (float("nan"), float("nan"))
    odds = _log_odds(repeats, size)
    centre = float(_log_odds(np.array([value]), size)[0])
    # Repeats may lean to one side of the value, which itself is in the middle of nothing: both are covered.
    spread = _Z * float(np.sqrt(np.mean((odds - centre) ** 2)))
    low, high = (float(1 / (1 + np.exp(-end))) for end in (centre - spread, centre + spread))
    return (min(low, value), max(high, value))


def pattern_interval(
    levels: NDArray[np.uint8],
    counts: NDArray[np.integer],
    weight: Floats,
    *,
    least_weight: float = 0.0,
    repeats: int = REPEATS,
    seed: int = 1,
) -> dict[str, tuple[float, float, float]]:
    """Return expected precision and recall of the patterns that reach a weight, each with a 95 % interval.

    Parameters
    ----------
    levels, counts, weight
        Patterns of all the pairs that count, how many have each, and the model's weight of each in bits.
    least_weight
        Pairs of at least this weight are links.
    repeats, seed
        How often counts are drawn anew.

    Returns
    -------
    dict
        ``precision`` and ``recall``, each with the ends of its interval.

    Examples
    --------
    >>> levels, counts = np.array([[1, 1], [1, 2], [2, 2]], np.uint8), np.array([800, 100, 10_000])
    >>> found = pattern_interval(levels, counts, np.array([7.0, 2.0, -9.0]))
    >>> [round(value, 3) for value in found["precision"]]
    [0.971, 0.911, 0.99]
    """
    random = np.random.default_rng(seed)
    linked = weight >= least_weight
    kept, others = (
        LinkedPairs(np.flatnonzero(which), weight[which], np.asarray(counts, np.float64)[which])
        for which in (linked, ~linked)
    )
    rows = []
    for _ in range(repeats):
        shift = drawn_weights(levels, counts, weight, random)
        rows.append((kept.true(shift, random), others.true(shift, random)))
    true, missed = np.array(rows).T
    share = probability(weight)
    hits, lost = float((counts * share)[linked].sum()), float((counts * share)[~linked].sum())
    links = float(counts[linked].sum())
    precision, recall = hits / max(links, 1.0), hits / max(hits + lost, 1e-300)
    return {
        "precision": (precision, *interval(precision, true / max(links, 1.0), links)),
        "recall": (recall, *interval(recall, true / np.maximum(true + missed, 1e-300), hits + lost)),
    }


def _level_shares(
    places: NDArray[np.int64], matches: Floats, sizes: NDArray[np.int64], starts: NDArray[np.int64]
) -> Floats:
    """How the matches are spread over each comparison's levels, missing left out (1, which changes nothing)."""
    spread = np.broadcast_to(matches[:, None], places.shape)
    mass = np.bincount(places.ravel(), spread.ravel(), starts[-1]) + 0.5
    owner = np.repeat(np.arange(len(sizes)), sizes)
    is_missing = np.arange(starts[-1]) == starts[:-1][owner]
    mass = np.where(is_missing, 0.0, mass)
    share = mass / np.maximum(np.bincount(owner, mass), 1e-300)[owner]
    return np.where(is_missing, 1.0, share)


def _log_odds(share: Floats, size: float) -> Floats:
    part = (share * size + 0.5) / (size + 1.0)
    return np.asarray(np.log(part) - np.log1p(-part))
