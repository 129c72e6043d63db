"""Match probabilities where every record has one match at most."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["matching_probability"]

Floats = NDArray[np.float64]
Rows = NDArray[np.integer]
# Odds beyond these say nothing more, and their sums stay finite.
MOST_BITS = 100.0
ROUNDS = 200
SETTLED = 1e-6


def matching_probability(left: Rows, right: Rows, weight: Floats) -> Floats:
    """Return the match probability of each pair, given that a record is in one match at most.

    Every one-to-one matching is weighed by the product of the odds of its pairs; a pair's probability is the share of
    the matchings that hold it. A rival counts only as far as it is not taken by a better partner of its own: of two
    siblings, each with a record in both files, neither makes the other's link doubtful. Worked out by belief
    propagation (Zdeborova and Mezard 2006; Bayati, Shah and Sharma 2008): exact where the pairs form no cycle, near it
    where they do.

    Parameters
    ----------
    left, right
        Shape (pairs,): rows, of which no left one is a right one.
    weight
        Shape (pairs,): bits, as log2 odds.

    Examples
    --------
    Two records of one file compete for one of the other: odds 2 and 2, or none.

    >>> matching_probability(np.array([0, 1]), np.array([5, 5]), np.array([1.0, 1.0])).round(2).tolist()
    [0.4, 0.4]
    """
    if not len(weight):
        return np.empty(0)
    odds = np.exp2(np.clip(weight, -MOST_BITS, MOST_BITS))
    size = int(max(left.max(), right.max())) + 1
    # How likely each end is free, were the pair not there.
    left_free, right_free = np.ones(len(odds)), np.ones(len(odds))
    for _ in range(ROUNDS):
        new_left = _free(left, odds * right_free, size)
        new_right = _free(right, odds * left_free, size)
        # Relative: the ends of likely pairs are hardly ever free, and small numbers decide between them.
        change = max(
            float(np.abs(new / old - 1).max()) for new, old in ((new_left, left_free), (new_right, right_free))
        )
        # The geometric mean of old and new keeps messages on cycles from swinging.
        left_free, right_free = np.sqrt(left_free * new_left), np.sqrt(right_free * new_right)
        if change < SETTLED:
            break
    joint = odds * left_free * right_free
    return np.asarray(joint / (1.0 + joint))


def _free(rows: Rows, pull: Floats, size: int) -> Floats:
    """How likely each pair's record is free of all its other pairs."""
    others = np.bincount(rows, pull, size)[rows] - pull
    exact = np.maximum(others, 0.0)
    # The difference of two large sums loses what is small: where the pair itself is nearly all, nothing is left.
    return np.asarray(1.0 / (1.0 + np.where(exact < 1e-12 * pull, 0.0, exact)))
