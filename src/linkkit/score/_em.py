"""Expectation-maximisation on pattern counts: pure functions of arrays.

The model is Fellegi and Sunter's (1969) mixture of matches and non-matches, conditionally independent over
comparisons; a missing comparison is missing at random and drops out (its factor is 1). Dempster, Laird and Rubin
(1977).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ._layout import Floats, Layout

__all__ = ["Estimate", "Status", "expectation_maximisation", "match_posterior", "product_prior"]

Status = Literal["converged", "stopped at the limit"]
# Probabilities are kept off 0 by this, so that logarithms stay finite.
TINY = 1e-300


@dataclass(frozen=True, eq=False)
class Estimate:
    """What expectation-maximisation found.

    Parameters
    ----------
    prior
        Share of matches among the pairs it saw.
    m_probability, u_probability
        Flat, by :class:`Layout`.
    trace
        Log-likelihood (natural logarithm) at the start of each iteration, the weak prior on m included; it never falls.
    status
        Whether it converged, or stopped at the limit.
    expected_matches
        Shape (comparisons,): expected matches whose level of the comparison is not missing.
    """

    prior: float
    m_probability: Floats
    u_probability: Floats
    trace: tuple[float, ...]
    status: Status
    expected_matches: Floats


def expectation_maximisation(
    levels: NDArray[np.uint8],
    counts: NDArray[np.int64] | Floats,
    layout: Layout,
    *,
    u_probability: Floats,
    m_probability: Floats | None = None,
    prior: float | None = None,
    free_u: bool = False,
    free_prior: bool = True,
    fixed_m: Floats | None = None,
    fixed_u: Floats | None = None,
    pseudo_pairs: float = 0.0,
    others: float = 0.0,
    max_iterations: int = 100,
    tolerance: float = 1e-5,
) -> Estimate:
    """Fit m, the prior and, where asked, u to pattern counts.

    Parameters
    ----------
    levels
        Shape (patterns, comparisons): 0 missing, 1 the strictest level, and so on.
    counts
        Shape (patterns,): pairs of each pattern.
    layout
        Where each level stands in the flat arrays.
    u_probability, m_probability, prior
        Where to start (m and prior: a first guess where None).
    free_u, free_prior
        Whether u and the prior are learned.
    fixed_m, fixed_u
        Flat; values to hold, NaN where free.
    pseudo_pairs
        Matches added to each comparison, spread evenly over its levels: a symmetric Dirichlet prior on m.
    others
        Pairs besides those counted that are taken as non-matches: of candidate pairs, the rest of the whole product.
        The prior is then that of a pair of the product, however the candidates were chosen.
    max_iterations, tolerance
        Stop after so many, or when nothing changes by more.

    Examples
    --------
    >>> levels = np.array([[1, 1], [1, 2], [2, 1], [2, 2]], np.uint8)
    >>> counts = np.array([82, 18, 18, 882])
    >>> u = np.array([0.01, 0.99, 0.01, 0.99])
    >>> found = expectation_maximisation(levels, counts, Layout((2, 2)), u_probability=u)
    >>> found.status, round(found.prior, 2)
    ('converged', 0.1)
    """
    weights = np.asarray(counts, np.float64)
    no_fixed = np.full(layout.size, np.nan)
    hold_m = no_fixed if fixed_m is None else fixed_m
    hold_u = no_fixed if fixed_u is None else fixed_u
    pseudo = pseudo_pairs / np.asarray(layout.sizes, np.float64)[layout.owner] if layout.sizes else np.empty(0)
    m = layout.normalised(Layout.start_m(layout.sizes) if m_probability is None else m_probability, hold_m)
    u = layout.normalised(u_probability, hold_u)
    places = layout.places(levels)
    total = max(float(weights.sum()) + others, TINY)
    share = _first_prior(places, weights, m, u) * (total - others) / total if prior is None else prior
    trace: list[float] = []
    status: Status = "stopped at the limit"
    matches = weights * match_posterior(places, m, u, share)
    for _ in range(max_iterations):
        posterior, likelihood = _expect(places, weights, m, u, share)
        outside = others * float(np.log1p(-share)) if others else 0.0
        trace.append(likelihood + outside + float(pseudo @ np.log(np.maximum(m, TINY))))
        matches = weights * posterior
        new_m = layout.normalised(layout.mass(places, matches) + pseudo, hold_m)
        new_u = layout.normalised(layout.mass(places, weights - matches), hold_u) if free_u else u
        new_share = float(matches.sum() / total) if free_prior else share
        change = max(
            float(np.max(np.abs(new_m - m), initial=0.0)),
            float(np.max(np.abs(new_u - u), initial=0.0)),
            abs(new_share - share),
        )
        m, u, share = new_m, new_u, new_share
        if change < tolerance:
            status = "converged"
            break
    seen = layout.sums(layout.mass(places, matches))
    return Estimate(share, m, u, tuple(trace), status, seen)


def match_posterior(places: NDArray[np.int64], m: Floats, u: Floats, prior: float) -> Floats:
    """Return the probability that a pair of each pattern is a match."""
    return _expect(places, np.ones(len(places)), m, u, prior)[0]


def product_prior(weight: Floats, counts: NDArray[np.int64] | Floats, pair_count: int) -> float:
    """Return the probability that two random records match, from candidate pairs alone.

    It maximises the likelihood of the whole product given m and u, with pairs that are no candidates taken as
    non-matches. The likelihood is concave in the prior, so the one place where its slope is 0 is found by bisection.

    Parameters
    ----------
    weight
        Shape (patterns,): log2(m/u) of each pattern, without a prior.
    counts
        Shape (patterns,): candidate pairs of each.
    pair_count
        How many pairs the whole product has.

    Returns
    -------
    The prior; never less than half a match in the whole product.
    """
    ratio_less_one = np.expm1(np.clip(weight, -1000.0, 1000.0) * np.log(2.0))
    others = max(float(pair_count) - float(np.sum(counts)), 0.0)

    def slope(prior: float) -> float:
        return float(np.sum(counts * (ratio_less_one / (1.0 + prior * ratio_less_one)))) - others / (1.0 - prior)

    least = 0.5 / max(pair_count, 1)
    low, high = np.log(min(least, 0.5)), np.log1p(-1e-9)
    if slope(float(np.exp(low))) <= 0:
        return float(np.exp(low))
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(float(np.exp(middle))) > 0 else (low, middle)
    return float(np.exp((low + high) / 2))


def _expect(places: NDArray[np.int64], weights: Floats, m: Floats, u: Floats, prior: float) -> tuple[Floats, float]:
    """Return the posterior of each pattern, and the log-likelihood of all."""
    log_match = np.append(np.log(np.maximum(m, TINY)), 0.0)[places].sum(axis=1) + np.log(max(prior, TINY))
    log_other = np.append(np.log(np.maximum(u, TINY)), 0.0)[places].sum(axis=1) + np.log(max(1.0 - prior, TINY))
    log_both = np.logaddexp(log_match, log_other)
    return np.exp(log_match - log_both), float(weights @ log_both)


def _first_prior(places: NDArray[np.int64], weights: Floats, m: Floats, u: Floats) -> float:
    """A first guess of the share of matches: pairs that look like a match, kept between 1 in 10,000 and a half."""
    log_ratio = np.append(np.log(np.maximum(m, TINY)) - np.log(np.maximum(u, TINY)), 0.0)[places].sum(axis=1)
    share = float(weights[log_ratio > 4.0].sum() / max(weights.sum(), TINY))
    return min(max(share, 1e-4), 0.5)
