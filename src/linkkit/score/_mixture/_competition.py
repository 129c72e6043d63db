"""Pairs that compete for records: how many of each bin are matches, where a record has one match at most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from linkkit.score._layout import Floats

__all__ = ["Competition", "Shared"]

Rows = NDArray[np.integer[Any]]
# Pairs of odds below this compete with nobody.
LEAST_ODDS = 1e-5
MOST_LOG_ODDS = 60.0
# No fewer than one in a hundred records is taken to be left over, since the number of matches is an estimate.
LEAST_LEFT = 0.01


@dataclass(frozen=True, eq=False)
class Shared:
    """What competition leaves of matches.

    Parameters
    ----------
    matches
        Shape (bins,): expected matches of each.
    likelihood
        Logarithm of the likelihood of the pairs, over that of their all being others.
    sure
        Expected matches among the pairs that are likelier matches than not, and how many pairs these are.
    """

    matches: Floats
    likelihood: float
    sure: tuple[float, int]


class Competition:
    """Pairs that compete, the most similar first; beliefs are kept from one call to the next.

    Parameters
    ----------
    left, right
        Shape (pairs,): records of either side, numbered from 0.
    place
        Shape (pairs,): bin of each pair, rising with similarity; below 256.
    sizes
        How many records there are on each side.
    bins
        How many bins there are.
    sides
        Whether left and right records have one match at most.
    """

    def __init__(
        self, left: Rows, right: Rows, place: Rows, sizes: tuple[int, int], bins: int, sides: tuple[bool, bool]
    ) -> None:
        order = np.lexsort((right, left, -place.astype(np.int64)))
        self.rows = left[order].astype(np.uint32), right[order].astype(np.uint32)
        self.place = place[order].astype(np.uint8)
        self.sizes, self.bins, self.sides = sizes, bins, sides
        # How many pairs stand at each bin or above.
        self.above = np.cumsum(np.bincount(place, minlength=bins)[::-1])[::-1]
        self.free = np.ones(len(order)), np.ones(len(order))

    def begin(self) -> None:
        """Forget the beliefs of earlier calls."""
        for free in self.free:
            free[:] = 1.0

    def counts(self, weight: Floats | None = None) -> Floats:
        """Count the pairs of each bin, each as often as its left record is drawn."""
        drawn = None if weight is None else weight[self.rows[0]]
        return np.bincount(self.place, drawn, self.bins).astype(np.float64)

    def best_of_both(self) -> Floats:
        """Count the pairs of each bin that no pair of their records beats, on the sides that compete."""
        is_best = np.ones(len(self.place), bool)
        for rows, size, competes in zip(self.rows, self.sizes, self.sides, strict=True):
            if competes:
                best = np.zeros(size, np.uint8)
                np.maximum.at(best, rows, self.place)
                is_best &= best[rows] == self.place
        return np.bincount(self.place[is_best], minlength=self.bins).astype(np.float64)

    def shared(self, log_odds: Floats, matches: float, weight: Floats | None = None, rounds: int = 4) -> Shared:
        """Share matches out among the pairs that compete.

        Every way to match records is weighed by the odds of its pairs; belief propagation gives each pair its share of
        them (Zdeborova and Mezard, The number of matchings in random graphs, J. Stat. Mech. 2006), and the
        likelihood of them all. Of the records that are left over, a larger share of the pairs are matches.

        Parameters
        ----------
        log_odds
            Shape (bins,): natural logarithm of matches over others in each bin.
        matches
            How many matches there are in all.
        weight
            Shape (left records,): how often each is drawn; by default once.
        rounds
            How often beliefs are passed on; they are kept for the next call.
        """
        odds, gain = self._raised(log_odds, matches)
        used = int(self.above[np.argmax(odds > LEAST_ODDS)]) if (odds > LEAST_ODDS).any() else 0
        left, right = (rows[:used].astype(np.int64) for rows in self.rows)
        pull = odds[self.place[:used]]
        free_left, free_right = (free[:used] for free in self.free)
        for _ in range(rounds):
            new_left = self._free(0, left, pull * free_right)
            new_right = self._free(1, right, pull * free_left)
            # The geometric mean of old and new keeps beliefs on cycles from swinging.
            free_left, free_right = np.sqrt(free_left * new_left), np.sqrt(free_right * new_right)
        self.free[0][:used], self.free[1][:used] = free_left, free_right
        joint = pull * free_left * free_right
        share = joint / (1 + joint)
        likelihood = self._log_sum(0, left, pull * free_right) + self._log_sum(1, right, pull * free_left)
        if all(self.sides):
            likelihood -= float(np.log1p(joint).sum())
        counted = share if weight is None else share * weight[left]
        is_sure = share >= 0.5
        return Shared(
            np.bincount(self.place[:used], counted, self.bins).astype(np.float64),
            likelihood + self._log_ways(matches, gain),
            (float(share[is_sure].sum()), int(is_sure.sum())),
        )

    def _raised(self, log_odds: Floats, matches: float) -> tuple[Floats, float]:
        """Return the odds of two records of which neither is in another match, and the gain over those of all pairs."""
        gain = 0.0
        for size, competes in zip(self.sizes, self.sides, strict=True):
            if competes:
                gain += float(np.log(size / max(size - matches, LEAST_LEFT * size)))
        return np.exp(np.clip(log_odds + gain, -MOST_LOG_ODDS, MOST_LOG_ODDS)), gain

    def _free(self, side: int, rows: Rows, pull: Floats) -> Floats:
        """How likely each pair's record is free of all its other pairs."""
        if not self.sides[side]:
            return np.ones(len(rows))
        others = np.maximum(np.bincount(rows, pull, self.sizes[side])[rows] - pull, 0.0)
        # The difference of two large sums loses what is small: where the pair itself is nearly all, nothing is left.
        return np.asarray(1.0 / (1.0 + np.where(others < 1e-12 * pull, 0.0, others)))

    def _log_sum(self, side: int, rows: Rows, pull: Floats) -> float:
        if not self.sides[side]:
            return 0.0
        return float(np.log1p(np.bincount(rows, pull, self.sizes[side])).sum())

    def _log_ways(self, matches: float, gain: float) -> float:
        """Logarithm of the prior chance of one way to match so many, over the prior odds of its pairs.

        Where one side competes, each of its records is in a match or not. Where both do, every number of matches is as
        likely and so is each way to have it, and the sum over numbers is taken at its saddle point.
        """
        left, right = self.sizes
        if not all(self.sides):
            size = left if self.sides[0] else right
            return float(size * np.log1p(-min(matches / size, 1 - LEAST_LEFT)))
        found = min(matches, min(self.sizes) - LEAST_LEFT)
        ways = gammaln(left + 1) + gammaln(right + 1) - gammaln(found + 1)
        ways -= gammaln(left - found + 1) + gammaln(right - found + 1)
        prior_odds = np.log(max(found, 1e-12)) - np.log(max(float(left) * right - found, 1.0))
        return float(-found * (gain + prior_odds) - ways)
