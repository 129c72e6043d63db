"""Weights and probabilities: log2 odds, and stable ways between the two."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .errors import SpecError

__all__ = ["least_weight", "log2_odds", "non_match_probability", "pattern_weights", "probability"]

Floats = NDArray[np.float64]


def probability(weight: Floats) -> Floats:
    """Return the probability behind weights (log2 odds), without overflow.

    Probabilities above 1 - 2**-53 are all but 1 in a computer; rank by weight, or by :func:`non_match_probability`.

    Examples
    --------
    >>> probability(np.array([-1.0, 0.0, 1.0])).round(3).tolist()
    [0.333, 0.5, 0.667]
    """
    small = np.exp2(-np.abs(weight))
    return np.asarray(np.where(np.asarray(weight) >= 0, 1.0, small) / (1.0 + small))


def non_match_probability(weight: Floats) -> Floats:
    """Return the probability that pairs are no match: it keeps apart the pairs whose probability is all but 1.

    Examples
    --------
    >>> bool(non_match_probability(np.array([80.0]))[0] > non_match_probability(np.array([90.0]))[0] > 0)
    True
    """
    return probability(-np.asarray(weight))


def log2_odds(value: float) -> float:
    """Return a probability as log2 odds; 0 and 1 are infinite.

    Examples
    --------
    >>> log2_odds(0.5)
    0.0
    """
    with np.errstate(divide="ignore"):
        return float(np.log2(value) - np.log1p(-value) / np.log(2.0))


def least_weight(at_least: float | None, weight: float | None) -> float:
    """Return the floor that a probability, a weight, or both ask for."""
    if at_least is not None and not 0 <= at_least <= 1:
        raise SpecError(f"at_least is a probability between 0 and 1; got {at_least}. For a weight in bits use weight=.")
    if weight is not None and np.isnan(weight):
        raise SpecError("weight must be a number of bits; got NaN.")
    floors = [log2_odds(at_least)] if at_least is not None else []
    return max([*floors, *([float(weight)] if weight is not None else [])], default=-np.inf)


def pattern_weights(levels: NDArray[np.uint8], tables: tuple[Floats, ...]) -> Floats:
    """Return the sum of each pattern's weights; ``tables`` hold a weight for each level, missing first."""
    total = np.zeros(len(levels))
    for place, table in enumerate(tables):
        total += table[levels[:, place]]
    return total
