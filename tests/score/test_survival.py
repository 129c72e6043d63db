"""Fading agreement as arrays: levels at a gap, what is seen while a value is kept, and the rate of change."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from linkkit.score._survival import fading_of, levels_at, unchanged_levels

UNCHANGED = np.array([0.93, 0.04, 0.01, 0.02])
CHANGED = np.array([0.002, 0.01, 0.3, 0.688])
U = np.array([0.002, 0.003, 0.05, 0.945])
YEARS = np.linspace(0.0, 10.0, 41)


def expected(rate: float, matches: float = 10_000.0, unchanged=UNCHANGED, changed=CHANGED) -> np.ndarray:
    return levels_at(unchanged, changed, np.exp(-rate * YEARS)) * matches / len(YEARS)


def test_a_value_kept_for_half_of_its_time_is_worked_out_by_hand():
    # A home kept by half: 0.5 * 0.9 + 0.5 * 0.1 of matches agree.
    found = levels_at(np.array([0.9, 0.1]), np.array([0.1, 0.9]), 0.5)
    np.testing.assert_allclose(found[:, 0], [0.5, 0.5])


@given(
    st.lists(st.floats(0.01, 1.0), min_size=2, max_size=6),
    st.floats(0.0, 2.0),
    st.lists(st.floats(0.0, 30.0), min_size=1, max_size=8),
)
def test_levels_add_up_to_one_and_agreement_never_rises_with_time(weights, rate, years):
    unchanged = np.sort(np.array(weights))[::-1] / sum(weights)
    changed = unchanged[::-1]
    gaps = np.sort(np.array(years))
    found = levels_at(unchanged, changed, np.exp(-rate * gaps))
    np.testing.assert_allclose(found.sum(axis=0), 1.0)
    assert (np.diff(found[0]) <= 1e-12).all()


@given(st.lists(st.floats(0.02, 1.0), min_size=2, max_size=6), st.floats(0.05, 1.0))
def test_what_is_seen_while_kept_averages_to_the_mean_over_matches(weights, kept):
    unchanged = np.array(weights) / sum(weights)
    changed = np.full(len(weights), 1.0 / len(weights))
    mean = kept * unchanged + (1 - kept) * changed
    found = unchanged_levels(mean, changed, kept, least_share=0.0)
    np.testing.assert_allclose(found, unchanged, atol=1e-9)


def test_nothing_fades_where_every_value_is_kept():
    mean = np.array([0.8, 0.2])
    assert unchanged_levels(mean, np.array([0.1, 0.9]), 1.0) is mean


@pytest.mark.parametrize("rate", [0.0, 0.02, 0.06, 0.3])
def test_the_rate_and_both_kinds_of_levels_are_recovered_from_exact_shares(rate):
    found = fading_of(expected(rate), YEARS, U)
    assert found.rate == pytest.approx(rate, abs=2e-4)
    np.testing.assert_allclose(found.unchanged, UNCHANGED, atol=2e-3)
    if rate > 0.05:
        np.testing.assert_allclose(found.changed, CHANGED, atol=5e-3)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.02, 0.4))
def test_no_other_rate_is_likelier(seed, rate):
    """Against a general optimiser; with two levels a change leads to what strangers show."""
    strangers = np.array([0.01, 0.99])
    random = np.random.default_rng(seed)
    shares = levels_at(np.array([0.95, 0.05]), strangers, np.exp(-rate * YEARS))
    matches = np.stack([random.binomial(150, shares[0])]).astype(float)
    matches = np.concatenate([matches, 150 - matches])

    def loss(point):
        own, agree = np.exp(point[0]), 1 / (1 + np.exp(-point[1]))
        shares = levels_at(np.array([agree, 1 - agree]), strangers, np.exp(-own * YEARS))
        return -float((matches * np.log(shares)).sum())

    best = minimize(loss, [np.log(0.1), 2.0], method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-8})
    found = fading_of(matches, YEARS, strangers)
    agree = found.unchanged[0]
    assert loss([np.log(found.rate), np.log(agree / (1 - agree))]) <= best.fun + 1e-3
    assert found.rate == pytest.approx(float(np.exp(best.x[0])), rel=0.02)


def test_the_standard_error_is_the_spread_of_estimates():
    random = np.random.default_rng(1)
    rates, errors = [], []
    for _ in range(60):
        shares = levels_at(UNCHANGED, CHANGED, np.exp(-0.06 * YEARS))
        matches = np.stack([random.multinomial(75, shares[:, gap]) for gap in range(len(YEARS))], axis=1)
        found = fading_of(matches.astype(float), YEARS, U)
        rates.append(found.rate)
        errors.append(found.standard_error)
    assert np.mean(rates) == pytest.approx(0.06, abs=0.002)
    assert np.mean(errors) == pytest.approx(np.std(rates), rel=0.3)


def test_a_given_rate_is_kept_and_has_no_error():
    found = fading_of(expected(0.1), YEARS, U, rate=0.2)
    assert found.rate == 0.2
    assert np.isnan(found.standard_error)


def test_pairs_of_one_day_alone_show_no_change():
    assert fading_of(np.array([[90.0], [10.0]]), np.zeros(1), np.array([0.1, 0.9])).rate == 0.0
