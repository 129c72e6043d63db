"""Expectation-maximisation on pattern counts."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkkit.block import candidate_pairs, on
from linkkit.compare import compare_pairs
from linkkit.dataset import Dataset
from linkkit.score import Layout, expectation_maximisation, product_prior
from linkkit.specs import Comparison, Equal, Level, TextSimilarity, Threshold


def all_patterns(sizes, missing=False):
    ranges = [range(0 if missing else 1, size + 1) for size in sizes]
    return np.array(list(itertools.product(*ranges)), np.uint8)


def chance(levels, sizes, flat):
    """Probability of each pattern, worked out plainly."""
    starts = np.concatenate([[0], np.cumsum(sizes)])
    found = np.ones(len(levels))
    for place in range(len(sizes)):
        level = levels[:, place]
        found *= np.where(level == 0, 1.0, flat[starts[place] + np.maximum(level, 1) - 1])
    return found


def shares(rng, sizes):
    return np.concatenate([rng.dirichlet(np.ones(size)) for size in sizes])


def test_recovers_known_parameters_from_exact_counts():
    sizes = (3, 2, 2, 2)
    m = np.array([0.7, 0.2, 0.1, 0.9, 0.1, 0.8, 0.2, 0.95, 0.05])
    u = np.array([0.02, 0.08, 0.9, 0.01, 0.99, 0.3, 0.7, 0.1, 0.9])
    levels = all_patterns(sizes)
    counts = 1e7 * (0.03 * chance(levels, sizes, m) + 0.97 * chance(levels, sizes, u))
    fixed_u = expectation_maximisation(
        levels, counts, Layout(sizes), u_probability=u, tolerance=1e-12, max_iterations=5000
    )
    free_u = expectation_maximisation(
        levels, counts, Layout(sizes), u_probability=np.ones(9), free_u=True, tolerance=1e-12, max_iterations=20_000
    )
    for found in (fixed_u, free_u):
        assert found.status == "converged"
        assert found.prior == pytest.approx(0.03, rel=1e-3)
        np.testing.assert_allclose(found.m_probability, m, rtol=1e-3)
        np.testing.assert_allclose(found.u_probability, u, rtol=1e-3)


def test_recovers_the_parameters_of_splinks_known_data():
    # Splink's test_correctness_of_convergence: prior .5, m (.7, .9, .95), u (.1, .025, .2).
    sizes = (2, 2, 2)
    m, u = np.array([0.7, 0.3, 0.9, 0.1, 0.95, 0.05]), np.array([0.1, 0.9, 0.025, 0.975, 0.2, 0.8])
    levels = all_patterns(sizes)
    counts = 4000 * (0.5 * chance(levels, sizes, m) + 0.5 * chance(levels, sizes, u))
    found = expectation_maximisation(
        levels,
        counts,
        Layout(sizes),
        u_probability=np.array([0.3, 0.7] * 3),
        free_u=True,
        max_iterations=2000,
        tolerance=1e-8,
    )
    assert found.prior == pytest.approx(0.5, abs=0.01)
    np.testing.assert_allclose(found.m_probability, m, atol=0.01)
    np.testing.assert_allclose(found.u_probability, u, atol=0.01)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    sizes=st.lists(st.integers(2, 4), min_size=1, max_size=4),
    free_u=st.booleans(),
    free_prior=st.booleans(),
    pseudo=st.sampled_from([0.0, 1.0]),
)
def test_the_log_likelihood_never_falls_and_shares_sum_to_one(seed, sizes, free_u, free_prior, pseudo):
    rng = np.random.default_rng(seed)
    levels = all_patterns(sizes, missing=True)
    counts = rng.integers(0, 1000, len(levels)) * rng.integers(0, 2, len(levels))
    layout = Layout(tuple(sizes))
    found = expectation_maximisation(
        levels, counts, layout, u_probability=shares(rng, sizes), m_probability=shares(rng, sizes), prior=0.2,
        free_u=free_u, free_prior=free_prior, pseudo_pairs=pseudo, max_iterations=40,
    )  # fmt: skip
    trace = np.array(found.trace)
    assert (np.diff(trace) >= -1e-7 * np.maximum(1, np.abs(trace[:-1]))).all()
    for flat in (found.m_probability, found.u_probability):
        assert (flat >= 0).all()
        for part in layout.parts(flat):
            assert part.sum() == pytest.approx(1)
    assert 0 <= found.prior <= 1


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_pattern_counts_lead_where_single_pairs_lead(seed):
    rng = np.random.default_rng(seed)
    sizes = (3, 2, 2)
    pairs = np.column_stack([rng.integers(0, size + 1, 400) for size in sizes]).astype(np.uint8)
    levels, counts = np.unique(pairs, axis=0, return_counts=True)
    u, m = shares(rng, sizes), shares(rng, sizes)
    found = expectation_maximisation(
        levels, counts, Layout(sizes), u_probability=u, m_probability=m, prior=0.3, free_u=True, max_iterations=7
    )
    prior, m, u = naive(pairs, sizes, 0.3, m, u, 7)
    assert found.prior == pytest.approx(prior)
    np.testing.assert_allclose(found.m_probability, m, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found.u_probability, u, rtol=1e-9, atol=1e-12)


def naive(pairs, sizes, prior, m, u, iterations):
    """Expectation-maximisation pair by pair, as in a textbook."""
    starts = np.concatenate([[0], np.cumsum(sizes)])
    m, u = m / np.add.reduceat(m, starts[:-1]).repeat(sizes), u / np.add.reduceat(u, starts[:-1]).repeat(sizes)
    for _ in range(iterations):
        match, other = np.full(len(pairs), prior), np.full(len(pairs), 1 - prior)
        for number, pair in enumerate(pairs):
            for place, level in enumerate(pair):
                if level:
                    match[number] *= m[starts[place] + level - 1]
                    other[number] *= u[starts[place] + level - 1]
        posterior = match / (match + other)
        new_m, new_u = np.zeros(len(m)), np.zeros(len(u))
        for number, pair in enumerate(pairs):
            for place, level in enumerate(pair):
                if level:
                    new_m[starts[place] + level - 1] += posterior[number]
                    new_u[starts[place] + level - 1] += 1 - posterior[number]
        m = new_m / np.add.reduceat(new_m, starts[:-1]).repeat(sizes)
        u = new_u / np.add.reduceat(new_u, starts[:-1]).repeat(sizes)
        prior = posterior.mean()
    return prior, m, u


def test_fixed_parameters_stay_fixed():
    rng = np.random.default_rng(1)
    sizes = (3, 2)
    levels = all_patterns(sizes)
    counts = rng.integers(1, 500, len(levels))
    fixed_m, fixed_u = np.full(5, np.nan), np.full(5, np.nan)
    fixed_m[1], fixed_u[3] = 0.123, 0.321
    found = expectation_maximisation(
        levels, counts, Layout(sizes), u_probability=shares(rng, sizes), free_u=True, fixed_m=fixed_m, fixed_u=fixed_u
    )
    assert found.m_probability[1] == 0.123
    assert found.u_probability[3] == 0.321
    assert found.m_probability[:3].sum() == pytest.approx(1)
    held = expectation_maximisation(
        levels, counts, Layout(sizes), u_probability=np.ones(5), prior=0.2, free_prior=False
    )
    assert held.prior == 0.2
    np.testing.assert_allclose(held.u_probability, [1 / 3] * 3 + [1 / 2] * 2)


def test_missing_says_nothing():
    layout = Layout((2, 2))
    u = np.array([0.01, 0.99, 0.1, 0.9])
    levels, counts = all_patterns((2, 2)), np.array([90, 10, 12, 888])
    plain = expectation_maximisation(levels, counts, layout, u_probability=u)
    with_missing = expectation_maximisation(
        np.vstack([levels, np.zeros((1, 2), np.uint8)]), np.append(counts, 0), layout, u_probability=u
    )
    np.testing.assert_allclose(plain.m_probability, with_missing.m_probability)


def test_says_honestly_that_it_stopped_at_the_limit():
    levels, counts = all_patterns((2, 2)), np.array([90, 10, 12, 888])
    u = np.array([0.01, 0.99, 0.1, 0.9])
    assert (
        expectation_maximisation(levels, counts, Layout((2, 2)), u_probability=u, max_iterations=1).status
        == "stopped at the limit"
    )
    assert (
        expectation_maximisation(levels, counts, Layout((2, 2)), u_probability=u, max_iterations=500).status
        == "converged"
    )


def test_extreme_probabilities_stay_finite():
    levels, counts = all_patterns((2, 2)), np.array([90, 10, 12, 888])
    extreme = np.array([1e-300, 1.0, 1.0, 1e-300])
    found = expectation_maximisation(levels, counts, Layout((2, 2)), u_probability=extreme, m_probability=1 - extreme)
    assert np.isfinite(found.m_probability).all()
    assert np.isfinite(found.trace).all()
    assert np.isfinite(found.prior)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), prior=st.floats(1e-6, 0.3))
def test_the_prior_of_the_product_is_recovered_and_is_the_fixed_point(seed, prior):
    rng = np.random.default_rng(seed)
    sizes = (2, 3, 2)
    m, u = shares(rng, sizes), shares(rng, sizes)
    m, u = (
        0.98 * m + 0.02 * np.repeat([1 / 2, 1 / 3, 1 / 2], sizes),
        0.98 * u + 0.02 * np.repeat([1 / 2, 1 / 3, 1 / 2], sizes),
    )
    levels = all_patterns(sizes)
    weight = np.log2(chance(levels, sizes, m) / chance(levels, sizes, u))
    counts = 1e9 * (prior * chance(levels, sizes, m) + (1 - prior) * chance(levels, sizes, u))
    found = product_prior(weight, counts, 10**9)
    posterior = 1 / (1 + (1 - found) / found * 2.0**-weight)
    assert (counts * posterior).sum() / 1e9 == pytest.approx(found, rel=1e-3)
    if np.abs(m - u).max() > 0.3:
        assert found == pytest.approx(prior, rel=0.02)


def test_without_any_sign_of_a_match_the_prior_is_half_a_match():
    assert product_prior(np.array([-5.0]), np.array([1000]), 1_000_000) == pytest.approx(0.5e-6)


def test_walks_the_path_that_splink_5_walks(fake_1000):
    """As Splink 5.0.0, iteration by iteration, from the start of its test_compare_splink2 on these data."""
    columns = ("first_name", "surname", "dob", "city", "email")
    data = Dataset(fake_1000, id="unique_id", fields={column: column for column in columns})
    name = Comparison(
        "first_name",
        (
            Level("exact", Threshold(Equal("first_name"))),
            Level("near", Threshold(TextSimilarity("first_name", "levenshtein"), 2)),
        ),
    )
    others = [Comparison(column, (Level("exact", Threshold(Equal(column))),)) for column in ("dob", "email", "city")]
    patterns = compare_pairs(candidate_pairs(data, on("surname")), [name, *others]).patterns()
    start = {
        "u_probability": np.array([0.1, 0.1, 0.8, *[0.1, 0.9] * 3]),
        "m_probability": np.array([0.7, 0.2, 0.1, *[0.9, 0.1] * 3]),
        "prior": 0.3,
    }
    first = (0.19333771235833433, 0.6969025443756718)
    expected = {
        False: [first, (0.22091697928212628, 0.6911294284617503), (0.2386955915216012, 0.6890477478313258)],
        True: [first, (0.2257649542198402, 0.6684701294692018), (0.25472195065351516, 0.6577523548929172)],
    }
    for free_u, steps in expected.items():
        for iterations, (prior, m_exact) in enumerate(steps, 1):
            found = expectation_maximisation(
                patterns.levels,
                patterns.counts,
                Layout((3, 2, 2, 2)),
                **start,
                free_u=free_u,
                max_iterations=iterations,
            )
            assert found.prior == pytest.approx(prior, rel=1e-12)
            assert found.m_probability[0] == pytest.approx(m_exact, rel=1e-12)
