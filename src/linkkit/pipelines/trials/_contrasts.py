"""Shares of two arms against each other: difference, ratio, their intervals, and a test; plain, clustered, adjusted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import DataError
from linkkit.proportions import wilson

__all__ = ["Contrast", "adjusted", "chi_squared", "clustered", "logistic", "plain"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
# Cochran's rule: below this expected count in a cell, a two by two table is tested exactly.
_SMALL = 5.0
_STEPS = 50
# An error below this is that of a computer's arithmetic: nobody differs from what the model says.
_NOTHING = 1e-10


class SeparatedError(DataError):
    """A logistic regression has no finite solution."""


@dataclass(frozen=True)
class Contrast:
    """The share of an arm against that of another.

    Parameters
    ----------
    difference, difference_low, difference_high
        The difference of the shares and its interval.
    ratio, ratio_low, ratio_high
        Their ratio and its interval; missing where a share is 0.
    p_value
        Of the test; missing where nothing differs in anybody.
    test
        What it is called.
    """

    difference: float
    difference_low: float
    difference_high: float
    ratio: float
    ratio_low: float
    ratio_high: float
    p_value: float
    test: str

    @staticmethod
    def none(test: str) -> Contrast:
        """Return that there is none, and why."""
        return Contrast(_NAN, _NAN, _NAN, _NAN, _NAN, _NAN, _NAN, test)


_NAN = float("nan")


def plain(hits: tuple[int, int], trials: tuple[int, int], confidence: float = 0.95) -> Contrast:
    """Return the contrast of two independent shares, the first against the second.

    The interval of the difference is Newcombe's hybrid of two of Wilson's (Newcombe 1998, method 10), that of the ratio
    Katz's of its logarithm (1978). The test is Pearson's chi-squared without correction, or Fisher's exact where a cell
    is expected to hold fewer than 5.

    Examples
    --------
    >>> found = plain((56, 48), (70, 80))
    >>> round(found.difference, 4), round(found.difference_low, 4), round(found.difference_high, 4)
    (0.2, 0.0524, 0.3339)
    """
    if not all(trials):
        return Contrast.none("none: an arm is empty")
    first, second = hits[0] / trials[0], hits[1] / trials[1]
    (low1, high1), (low2, high2) = (wilson(h, n, confidence) for h, n in zip(hits, trials, strict=True))
    difference = first - second
    low = difference - float(np.hypot(first - low1, high2 - second))
    high = difference + float(np.hypot(high1 - first, second - low2))
    spread = float(np.sqrt(1 / hits[0] - 1 / trials[0] + 1 / hits[1] - 1 / trials[1])) if all(hits) else _NAN
    p_value, test = _test(np.array([hits, np.subtract(trials, hits)]))
    return Contrast(difference, low, high, *_ratio(first, second, spread, _z(confidence)), p_value, test)


def chi_squared(hits: Any, trials: Any) -> float:
    """Return the p-value of Pearson's test that several shares are one; missing where none or all are hits.

    Examples
    --------
    >>> round(chi_squared([10, 20, 30], [50, 50, 50]), 6)
    0.00024
    """
    table = np.array([hits, np.subtract(trials, hits)], float)
    table = table[:, table.sum(0) > 0]
    if table.shape[1] < 2 or (table.sum(1) == 0).any():
        return _NAN
    from scipy.stats import chi2_contingency

    return float(chi2_contingency(table, correction=False)[1])


def clustered(outcome: Floats, is_first: Mask, cluster: NDArray[Any], confidence: float = 0.95) -> Contrast:
    """Return the contrast of two arms whose participants come in clusters, such as families or schools.

    The variance is that of a linear model of the outcome on the arm, robust to any dependence within clusters (Liang
    and Zeger 1986), with G/(G-1) for G clusters, and Student's t with G - 2 degrees of freedom.

    Parameters
    ----------
    outcome
        Shape (participants,): 0 or 1.
    is_first
        Who is in the first arm; the others are in the second.
    cluster
        The cluster of each, as a number.

    Raises
    ------
    DataError
        Where there are fewer than three clusters.
    """
    sizes = is_first.sum(), (~is_first).sum()
    if not all(sizes):
        return Contrast.none("none: an arm is empty")
    label, groups = _clusters(cluster)
    if outcome.min() == outcome.max():
        return _nobody_differs(outcome)
    first, second = float(outcome[is_first].mean()), float(outcome[~is_first].mean())
    scale = groups / (groups - 1)
    sums1 = np.bincount(label[is_first], (outcome - first)[is_first], groups) / sizes[0]
    sums2 = np.bincount(label[~is_first], (outcome - second)[~is_first], groups) / sizes[1]
    error = float(np.sqrt(scale * ((sums1 - sums2) ** 2).sum()))
    logged = float(np.sqrt(scale * ((sums1 / first - sums2 / second) ** 2).sum())) if first and second else _NAN
    return _from_error(first, second, error, logged, groups - 2, confidence, "clustered t")


def adjusted(
    outcome: Floats, is_first: Mask, covariates: Floats, cluster: NDArray[Any] | None, confidence: float = 0.95
) -> Contrast:
    """Return the contrast of two arms, adjusted for covariates: the marginal difference of a logistic regression.

    Everybody's probability is predicted as if they were in the first arm, and as if in the second; the means of the two
    are compared. Variances are robust (to dependence within clusters where these are given), by the delta method. Where
    a group of the covariates has everybody or nobody, a logistic regression has no finite solution, and a linear one is
    taken in its place, as ``test`` says.

    Parameters
    ----------
    outcome, is_first, cluster
        As in :func:`clustered`; without clusters each participant is one.
    covariates
        Shape (participants, covariates).
    """
    if is_first.all() or not is_first.any():
        return Contrast.none("none: an arm is empty")
    if outcome.min() == outcome.max():
        return _nobody_differs(outcome)
    design = np.column_stack([np.ones(len(outcome)), is_first.astype(float), covariates])
    label, groups = _clusters(np.arange(len(outcome)) if cluster is None else cluster)
    try:
        weights, bread = logistic(design, outcome)
        link, test = _expit, "adjusted, robust t"
    except SeparatedError:
        bread = np.asarray(np.linalg.inv(design.T @ design), np.float64)
        weights = bread @ design.T @ outcome
        link, test = _same, "adjusted by a linear model, robust t"
    scores = np.zeros((groups, design.shape[1]))
    np.add.at(scores, label, (outcome - link(design @ weights))[:, None] * design)
    spread = bread @ (scores.T @ scores) @ bread * (groups / (groups - 1))
    means, slopes = [], []
    for arm in (1.0, 0.0):
        here = design.copy()
        here[:, 1] = arm
        expected = link(here @ weights)
        means.append(float(expected.mean()))
        steep = expected * (1 - expected) if link is _expit else np.ones(len(outcome))
        slopes.append(steep @ here / len(outcome))
    error = _size_of(slopes[0] - slopes[1], spread)
    logged = _size_of(slopes[0] / means[0] - slopes[1] / means[1], spread) if all(means) else _NAN
    freedom = groups - 2 if cluster is not None else len(outcome) - design.shape[1]
    return _from_error(means[0], means[1], error, logged, freedom, confidence, test)


def logistic(design: Floats, outcome: Floats) -> tuple[Floats, Floats]:
    """Fit a logistic regression by iteratively reweighted least squares; return its weights and the inverse Hessian.

    Raises
    ------
    DataError
        Where covariates say the same twice; and where it has no finite solution, since a covariate tells the outcome.
    """
    weights: Floats = np.zeros(design.shape[1])
    if np.linalg.matrix_rank(design) < design.shape[1]:
        raise DataError("The adjusted comparison cannot be fitted: covariates say the same twice. Leave some out.")
    for _ in range(_STEPS):
        probability = _expit(design @ weights)
        hessian = design.T @ (design * (probability * (1 - probability))[:, None])
        try:
            step = np.linalg.solve(hessian, design.T @ (outcome - probability))
        except np.linalg.LinAlgError:
            break
        weights = weights + step
        if np.abs(weights).max() > 30:
            break
        if np.abs(step).max() < 1e-9:
            return weights, np.asarray(np.linalg.inv(hessian), np.float64)
    raise SeparatedError(
        "The adjusted comparison cannot be fitted: in some group of the arms and covariates everybody has the outcome, "
        "or nobody. Take fewer or coarser covariates."
    )


def _nobody_differs(outcome: Floats) -> Contrast:
    """The contrast where everybody has the outcome, or nobody: no spread, and so no interval and no test."""
    return Contrast(0.0, _NAN, _NAN, 1.0 if outcome[0] else _NAN, _NAN, _NAN, _NAN, "none: nobody differs")


def _from_error(
    first: float, second: float, error: float, logged: float, freedom: int, confidence: float, test: str
) -> Contrast:
    from scipy.stats import t

    reach = float(t.ppf((1 + confidence) / 2, max(freedom, 1)))
    difference = first - second
    p_value = float(2 * t.sf(abs(difference) / error, max(freedom, 1))) if error > _NOTHING else _NAN
    low, high = max(difference - reach * error, -1.0), min(difference + reach * error, 1.0)
    if error <= _NOTHING:  # arms without any spread say nothing of how far chance reaches
        low = high = _NAN
    return Contrast(difference, low, high, *_ratio(first, second, logged, reach), p_value, test)


def _ratio(first: float, second: float, spread: float, reach: float) -> tuple[float, float, float]:
    if not second or not first:
        return (0.0 if second else _NAN), _NAN, _NAN
    ratio = first / second
    return ratio, float(ratio * np.exp(-reach * spread)), float(ratio * np.exp(reach * spread))


def _test(table: NDArray[np.int64]) -> tuple[float, str]:
    from scipy.stats import fisher_exact

    if (table.sum(1) == 0).any():
        return _NAN, "none: nobody differs"
    expected = np.outer(table.sum(1), table.sum(0)) / table.sum()
    if (expected < _SMALL).any():
        return float(fisher_exact(table)[1]), "Fisher's exact"
    return chi_squared(table[0], table.sum(0)), "chi-squared"


def _clusters(cluster: NDArray[Any]) -> tuple[NDArray[np.int64], int]:
    names, label = np.unique(cluster, return_inverse=True)
    if len(names) < 3:
        raise DataError(
            f"A comparison that is robust to clusters needs three clusters or more; there are {len(names)}."
        )
    return label, len(names)


def _size_of(slope: Floats, spread: Floats) -> float:
    return float(np.sqrt(max(float(slope @ spread @ slope), 0.0)))


def _same(values: Floats) -> Floats:
    return values


def _expit(values: Floats) -> Floats:
    from scipy.special import expit

    return np.asarray(expit(values))


def _z(confidence: float) -> float:
    from scipy.special import ndtri

    return float(ndtri((1 + confidence) / 2))
