"""Isotonic and unimodal regression against another implementation and against trying everything."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import isotonic_regression

from linkkit.score._mixture._monotone import rising, unimodal

VALUES = st.lists(
    st.tuples(st.floats(-50, 50, allow_nan=False), st.floats(0.01, 100, allow_nan=False)), min_size=1, max_size=40
)


def apart(rows):
    values, weight = np.array(rows, np.float64).T
    return values, weight


@given(VALUES)
def test_rising_is_what_scipy_finds(rows):
    values, weight = apart(rows)
    np.testing.assert_allclose(rising(values, weight), isotonic_regression(values, weights=weight).x, atol=1e-8)


@given(VALUES)
def test_unimodal_rises_then_falls_and_no_summit_is_better(rows):
    values, weight = apart(rows)
    found = unimodal(values, weight)
    steps = np.sign(np.round(np.diff(found), 9))
    turns = steps[steps != 0]
    assert not np.any((turns[:-1] < 0) & (turns[1:] > 0))
    errors = []
    for mode in range(len(values)):
        up = isotonic_regression(values[: mode + 1], weights=weight[: mode + 1]).x
        rest = values[mode + 1 :]
        down = isotonic_regression(rest, weights=weight[mode + 1 :], increasing=False).x if len(rest) else rest
        errors.append((weight * (np.concatenate([up, down]) - values) ** 2).sum())
    assert (weight * (found - values) ** 2).sum() <= min(errors) + 1e-6


def test_what_is_in_order_stays_as_it_is():
    values = np.array([1.0, 2.0, 5.0, 4.0, 0.0])
    assert unimodal(values, np.ones(5)).tolist() == values.tolist()
    assert rising(np.sort(values), np.ones(5)).tolist() == np.sort(values).tolist()
