"""Expectation-maximisation over the whole product with a third class: the same family, another person.

Relatives share a surname and a home, so a mixture of matches and non-matches takes them for matches. A third class
that agrees on what families share as matches do, and on the rest as strangers do, keeps them apart (Winkler's census
work; Larsen and Rubin 2001). Its levels are tied to those of matches: left free, it may trade places with them.

m is learned from the expected matches alone. Relatives would tell of it too, as far as the tie holds, but the tie is
a rough statement of how families live, and m must not depend on it more than it has to; so this is not the maximum of
the likelihood, whose trace may fall a little on the way.

The pairs counted are candidates; every other pair of the product is taken as a non-match, so priors are those of the
whole product however the candidates were chosen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ._cells import Cells, Rivals
from ._em import TINY, Status
from ._layout import Floats, Layout

LOG_2 = float(np.log(2.0))

__all__ = ["ClassEstimate", "family_probability", "learn_classes", "ordered"]

# A tie may be learned up to so many times what was given. One birth in sixty brings twins, so that they are no more
# than one pair of relatives in twenty, even among children: where more pairs share a surname and a date of birth, they
# are of one person by another name, and a class of relatives that is free to agree on everything becomes that of
# matches.
MOST_OF_GIVEN = 5.0


@dataclass(frozen=True, eq=False)
class ClassEstimate:
    """What was learned.

    Parameters
    ----------
    prior, family_prior
        Shares of matches and of relatives in the whole product; the latter 0 without the class.
    m_probability
        Flat, by :class:`Layout`.
    trace
        Log-likelihood (natural logarithm, the prior on m included) at the start of each iteration.
    log_likelihood
        Of the pairs alone, at the end.
    status
        Whether it converged, or stopped at the limit.
    expected_matches
        Shape (comparisons,): expected matches whose level of the comparison is not missing.
    ties
        Shape (comparisons,): how much of the time relatives agree as matches do; empty without the class.
    """

    prior: float
    family_prior: float
    m_probability: Floats
    trace: tuple[float, ...]
    log_likelihood: float
    status: Status
    expected_matches: Floats
    ties: Floats


def family_probability(m: Floats, u: Floats, tie: Floats) -> Floats:
    """Return how often relatives are at each level: as matches for a share ``tie`` of them, as strangers for the rest.

    Examples
    --------
    >>> family_probability(np.array([0.9, 0.1]), np.array([0.1, 0.9]), np.array([0.5, 0.5])).tolist()
    [0.5, 0.5]
    """
    return np.asarray(tie * m + (1.0 - tie) * u)


def learn_classes(
    cells: Cells,
    layout: Layout,
    *,
    u_probability: Floats,
    m_probability: Floats,
    prior: float,
    ties: Floats | None,
    others: float,
    pseudo: Floats,
    fixed_m: Floats,
    tie_strength: Floats | None = None,
    in_order: NDArray[np.bool_] | None = None,
    free_prior: bool = True,
    max_iterations: int = 500,
    tolerance: float = 1e-5,
) -> ClassEstimate:
    """Fit m, the prior and the share of relatives to pattern counts; u is held.

    Parameters
    ----------
    cells
        The candidate pairs: patterns with how many pairs have each, split by what their values add, and who competes.
    layout
        Where each level stands in the flat arrays.
    u_probability
        Held.
    m_probability, prior
        Where to start.
    ties
        Shape (comparisons,): how much of the time relatives agree as matches do; None for two classes.
    others
        Pairs of the product that are no candidates.
    pseudo
        Flat: matches added to each level, the Dirichlet prior on m.
    fixed_m
        Flat; values to hold, NaN where free.
    tie_strength
        Shape (comparisons,): ties are learned from the expected relatives and so many pairs taken as seen with the tie
        given; infinite (the default) holds it.
    in_order
        Flat; levels whose m/u may not exceed that of the levels before them in their comparison; None for no order.
    free_prior
        Whether the prior is learned.
    max_iterations, tolerance
        Stop after so many, or when the classes' expected sizes change by less than this share.

    Examples
    --------
    >>> levels = np.array([[1, 1], [1, 2], [2, 1], [2, 2]], np.uint8)
    >>> u, m = np.array([0.01, 0.99, 0.01, 0.99]), np.array([0.9, 0.1, 0.9, 0.1])
    >>> cells = Cells(levels, np.array([82.0, 18.0, 18.0, 882.0]), np.zeros(4), np.zeros(4))
    >>> found = learn_classes(
    ...     cells, Layout((2, 2)), u_probability=u, m_probability=m, prior=0.1, ties=None, others=0.0,
    ...     pseudo=np.zeros(4), fixed_m=np.full(4, np.nan),
    ... )
    >>> round(found.prior, 2), found.family_prior
    (0.1, 0.0)
    """
    weights, rivals = cells.counts, cells.rivals
    total = float(weights.sum()) + others
    places = layout.places(cells.levels)
    m, u = layout.normalised(m_probability, fixed_m), u_probability
    share, family = prior, prior if ties is not None else 0.0
    held = ties if ties is not None else np.empty(0)
    strength = np.full(len(held), np.inf) if tie_strength is None else tie_strength
    ties = held.copy()
    trace: list[float] = []
    status: Status = "stopped at the limit"
    for _ in range(max_iterations):
        tie = ties[layout.owner] if len(ties) else None
        posterior, relatives, likelihood = _expect(cells, places, layout, m, u, tie, share, family, others)
        trace.append(likelihood + float(pseudo @ np.log(np.maximum(m, TINY))))
        matches, kin = _masses(posterior, relatives, weights, rivals)
        new_share = max(float(matches.sum()) / total, 0.5 / total) if free_prior else share
        if tie is not None:
            new_family = max(float(kin.sum()) / total, TINY)
            ties = _tied(layout.mass(places, kin), layout, m, u, tie, held, strength)
        else:
            new_family = 0.0
        m = layout.normalised(layout.mass(places, matches) + pseudo, fixed_m)
        if in_order is not None:
            m = layout.normalised(ordered(m, u, layout, in_order), fixed_m)
        change = abs(new_share - share) / share + (abs(new_family - family) / max(share, family))
        share, family = new_share, new_family
        if change < tolerance:
            status = "converged"
            break
    tie = ties[layout.owner] if len(ties) else None
    posterior, _, likelihood = _expect(cells, places, layout, m, u, tie, share, family, others)
    seen = layout.sums(layout.mass(places, _masses(posterior, posterior, weights, rivals)[0]))
    return ClassEstimate(share, family, m, tuple(trace), likelihood, status, seen, ties)


def _masses(posterior: Floats, relatives: Floats, weights: Floats, rivals: Rivals | None) -> tuple[Floats, Floats]:
    """Return the expected matches and relatives of each pattern; what a rival takes from a match is no match."""
    if rivals is None:
        return weights * posterior, weights * relatives
    matches = np.minimum(rivals.expected(posterior, weights), weights)
    return matches, (weights - matches) * relatives / np.maximum(1.0 - posterior, TINY)


def _tied(kin: Floats, layout: Layout, m: Floats, u: Floats, tie: Floats, held: Floats, strength: Floats) -> Floats:
    """Return the share of the expected relatives that agree as matches do, a Beta prior at what was given included."""
    as_matches = kin * tie * m / np.maximum(family_probability(m, u, tie), TINY)
    is_free = np.isfinite(strength)
    seen = np.where(is_free, strength, 0.0)
    found = (layout.sums(as_matches) + seen * held) / np.maximum(layout.sums(kin) + seen, TINY)
    return np.where(is_free, np.minimum(found, MOST_OF_GIVEN * held), held)


def ordered(m: Floats, u: Floats, layout: Layout, in_order: NDArray[np.bool_]) -> Floats:
    """Return the m nearest in likelihood whose m/u falls from level to level: neighbours out of order are pooled.

    Pool-adjacent-violators (Barlow et al. 1972): pooled levels share their m in proportion to their u.

    Examples
    --------
    >>> m, u = np.array([0.6, 0.3, 0.1]), np.array([0.1, 0.01, 0.89])
    >>> ordered(m, u, Layout((3,)), np.ones(3, bool)).round(3).tolist()
    [0.818, 0.082, 0.1]
    """
    found = m.copy()
    for owner in range(len(layout.sizes)):
        places = np.flatnonzero((layout.owner == owner) & in_order)
        pools: list[list[int]] = []
        for place in places.tolist():
            pools.append([place])
            while len(pools) > 1 and _ratio(m, u, pools[-1]) > _ratio(m, u, pools[-2]):
                last = pools.pop()
                pools[-1].extend(last)
        for pool in pools:
            found[pool] = u[pool] * _ratio(m, u, pool)
    return found


def _ratio(m: Floats, u: Floats, places: list[int]) -> float:
    return float(m[places].sum() / max(u[places].sum(), TINY))


def _expect(
    cells: Cells,
    places: NDArray[np.int64],
    layout: Layout,
    m: Floats,
    u: Floats,
    tie: Floats | None,
    share: float,
    family: float,
    others: float,
) -> tuple[Floats, Floats, float]:
    """Return the posteriors of match and relative for each pattern, and the log-likelihood of the whole product."""
    stranger = max(1.0 - share - family, TINY)
    log_match = _summed(places, m) + cells.match_bits * LOG_2 + np.log(max(share, TINY))
    log_other = _summed(places, u) + np.log(stranger)
    parts = [log_match, log_other]
    if tie is not None:
        log_kin = _summed(places, family_probability(m, u, tie)) + cells.kin_bits * LOG_2
        parts.append(log_kin + np.log(max(family, TINY)))
    log_all = np.logaddexp.reduce(parts)
    likelihood = float(cells.counts @ log_all) + others * float(np.log(stranger))
    relatives = np.exp(parts[2] - log_all) if tie is not None else np.zeros(len(log_all))
    return np.exp(log_match - log_all), relatives, likelihood


def _summed(places: NDArray[np.int64], flat: Floats) -> Floats:
    return np.asarray(np.append(np.log(np.maximum(flat, TINY)), 0.0)[places].sum(axis=1))
