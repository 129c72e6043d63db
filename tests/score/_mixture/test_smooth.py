"""Smooth curves against a Poisson regression by a general optimiser, and against curves that are known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from linkkit.score._mixture._smooth import BELL, STIFFEST, TAIL, Curve, smoothed


def poisson_polynomial(counts, degree):
    """A Poisson regression on powers of the place, by a general optimiser."""
    place = np.linspace(-1, 1, len(counts))
    powers = np.vander(place, degree + 1)

    def loss(weights):
        log = powers @ weights
        return float(np.exp(log).sum() - counts @ log)

    start = np.zeros(degree + 1)
    start[-1] = np.log(counts.mean() + 0.1)
    return np.exp(powers @ minimize(loss, start, tol=1e-10).x)


@pytest.mark.parametrize(("order", "degree"), [(TAIL, 1), (BELL, 2)])
def test_the_stiffest_curve_is_a_regression_on_powers(order, degree):
    random = np.random.default_rng(1)
    place = np.arange(20)
    counts = random.poisson(np.exp(4 - 0.2 * place - (0.01 * (place - 9) ** 2 if degree == 2 else 0))).astype(float)
    found = smoothed(counts, order=order)
    stiff = smoothed(counts, Curve(found.log, STIFFEST, found.variance), order=order, rounds=200)
    if stiff.stiffness == pytest.approx(STIFFEST):
        np.testing.assert_allclose(stiff.counts, poisson_polynomial(counts, degree), rtol=2e-2, atol=1e-2)
    np.testing.assert_allclose(found.counts.sum(), counts.sum(), rtol=1e-2)


@given(st.floats(1, 8), st.floats(0.05, 0.6), st.integers(10, 60))
def test_a_falling_tail_is_found_as_it_is_and_goes_on(log, slope, bins):
    counts = np.exp(log - slope * np.arange(bins))
    curve = smoothed(counts)
    seen = counts > 0.5
    assert np.abs(curve.log[seen] - np.log(counts[seen])).max() < 0.1


@given(st.lists(st.integers(0, 500), min_size=8, max_size=40).filter(lambda counts: sum(counts) > 0))
def test_sums_are_kept_and_variances_are_positive(counts):
    values = np.array(counts, np.float64)
    curve = smoothed(values, rounds=500)
    assert np.isfinite(curve.log).all()
    assert (curve.variance > 0).all()
    assert curve.mean_counts.min() > 0
    assert curve.counts.sum() == pytest.approx(values.sum(), rel=0.02, abs=0.5)


def test_the_highest_bin_can_stand_alone():
    counts = np.array([50.0, 40, 30, 22, 16, 12, 9, 7, 5, 900])
    free, bound = smoothed(counts, order=BELL, free_top=True), smoothed(counts, order=BELL)
    assert free.counts[-1] == pytest.approx(900, rel=0.01)
    assert np.abs(free.counts[:-1] - counts[:-1]).max() < 3
    assert np.abs(bound.counts[-3:-1] - counts[-3:-1]).max() > np.abs(free.counts[-3:-1] - counts[-3:-1]).max()


def test_where_few_pairs_tell_a_curve_more_is_expected_than_the_curve_says():
    counts = np.array([800.0, 400, 200, 100, 50, 25, 12, 6, 3, 1, 0, 0, 0, 0, 0])
    curve = smoothed(counts)
    more = curve.mean_counts / curve.counts
    assert more[0] < 1.01
    assert (np.diff(more[5:]) > 0).all()
