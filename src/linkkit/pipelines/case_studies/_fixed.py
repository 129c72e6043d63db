"""A Fellegi-Sunter model for few cases: m fixed by what is usual, u counted in the register.

A dozen cases give a dozen matches at most, from which no m can be learned; u needs no matches. A weight is log2(m/u),
and u spans orders of magnitude where m spans a factor of two: an m that is wrong by a third moves a weight by less than
0.6 bits, while a date of birth alone is worth ten. What m decides is how much a disagreement counts, and there the
values are cautious: a change of home or of surname says little.
"""

from __future__ import annotations

import numpy as np

from linkkit.fields import kind_of
from linkkit.score import Model, by_hand, random_agreement
from linkkit.specs import Comparison
from linkkit.tables import Levels

__all__ = ["FIXED_M", "fixed_m", "fixed_model"]

# Kind of field: the share of matches that agree exactly, and that have nothing in common. They are judgements, not
# estimates from any data set.
FIXED_M: dict[str, tuple[float, float]] = {
    "given_name": (0.88, 0.04),  # short forms and middle names in use; another name altogether is rare
    "surname": (0.88, 0.08),  # changed by marriage and separation
    "full_name": (0.75, 0.05),
    "date": (0.95, 0.01),  # known by heart; slips stay near
    "sex": (0.98, 0.02),
    "postcode": (0.70, 0.15),  # families with young children move, about one in ten a year
    "address": (0.50, 0.25),  # moves, and many ways to write one
    "house_number": (0.70, 0.25),
    "place": (0.80, 0.15),
    "identifier": (0.96, 0.02),
    "category": (0.85, 0.15),  # asked in one place, observed in another
}
_OTHERS = (0.80, 0.10)


def fixed_m(comparison: Comparison) -> tuple[float, ...]:
    """Return the fixed m of each level but missing, from strict to loose: what is left over is halved level by level.

    Examples
    --------
    >>> from linkkit.compare import recommended
    >>> round(sum(fixed_m(recommended("surname"))), 9)
    1.0
    """
    kind = kind_of(comparison.every_field[0]) if comparison.every_field else "text"
    exact, other = FIXED_M.get(kind, _OTHERS)
    between = len(comparison.levels) - 1
    if between < 1:
        return exact, 1 - exact
    parts = 0.5 ** np.arange(1, between + 1)
    return (exact, *((1 - exact - other) * parts / parts.sum()).tolist(), other)


def fixed_model(levels: Levels, prior: float, *, seed: int = 1) -> Model:
    """Return a model with fixed m, u of the records, and weights adjusted by how frequent a value is.

    Parameters
    ----------
    levels
        The candidate pairs, graded.
    prior
        Probability that two random records match.
    seed
        Seed of the random pairs, for the levels that are no equality.
    """
    found = random_agreement(levels, seed=seed)
    least = 0.5 / max(levels.records.pair_count, 1)
    u = {}
    for comparison, shares in zip(levels.comparisons, found.probability, strict=True):
        held = np.maximum(shares, least)
        u[comparison.name] = tuple((held / held.sum()).tolist())
    m = {comparison.name: fixed_m(comparison) for comparison in levels.comparisons}
    return by_hand(levels.comparisons, m, u, prior, term_frequencies=True)
