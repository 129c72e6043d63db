"""How many links are best: the one-to-one links of the largest expected F1. Pure functions of arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ._assignment import assign

__all__ = ["most_expected_f1"]

Rows = NDArray[np.uint32]
Floats = NDArray[np.float64]
# Each round raises the expected F1, and a handful reach the end; more would be a mistake.
_MOST_ROUNDS = 100


def most_expected_f1(left: Rows, right: Rows, probability: Floats, matches: float | None = None) -> NDArray[np.bool_]:
    """Choose one-to-one pairs whose expected F1, ``2 x true links / (links + matches)``, is the largest.

    The largest ratio is found by Dinkelbach's method: with the F1 ``f`` of the last choice, a pair of probability ``p``
    is worth ``p - f / 2``, the assignment of the largest sum is the next choice, until the F1 rises no more. So a link
    pays from a probability of half the F1 that is reached: near one half where linkage is easy, lower where it is hard.

    Parameters
    ----------
    left, right
        Pairs sorted by left, then right; each once.
    probability
        That each is a match, rivals taken into account.
    matches
        How many matches are expected; by default the sum of the probabilities.

    Returns
    -------
    Which pairs are chosen.

    Notes
    -----
    The ratio of the expectations stands for the expectation of the ratio, from which it differs by the order of one in
    the number of links. The rule of Bai, Binette and Reiter (2023, Optimal F-score clustering for bipartite record
    linkage) is the same trade-off.

    Examples
    --------
    >>> pairs = np.array([[0, 0, 1], [2, 3, 3]], np.uint32)
    >>> most_expected_f1(*pairs, np.array([0.6, 0.3, 0.45])).tolist()
    [True, False, True]
    """
    total = float(probability.sum()) if matches is None else matches
    chosen = np.zeros(len(left), np.bool_)
    reached = 0.0
    for _ in range(_MOST_ROUNDS):
        gain = probability - reached / 2
        worth = np.flatnonzero(gain > 0)
        taken = worth[assign(left[worth], right[worth], gain[worth])]
        found = 2 * float(probability[taken].sum()) / (len(taken) + total) if len(taken) else 0.0
        if found <= reached + 1e-12:
            break
        reached = found
        chosen[:] = False
        chosen[taken] = True
    return chosen
