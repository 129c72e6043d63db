"""Standard errors, against numerical differentiation of the likelihood and against the spread over simulated data."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from linkkit.block import candidate_pairs, on
from linkkit.compare import compare_pairs, exact, text
from linkkit.dataset import Dataset
from linkkit.score import Layout, by_hand, expectation_maximisation, fit, fit_from_labels, load_model
from linkkit.score._standard_errors import standard_errors

LAYOUT = Layout((3, 2, 2))
M = np.array([0.80, 0.15, 0.05, 0.90, 0.10, 0.85, 0.15])
U = np.array([0.02, 0.08, 0.90, 0.10, 0.90, 0.05, 0.95])
LEVELS = np.array(list(itertools.product((1, 2, 3), (1, 2), (1, 2))), np.uint8)
PLACES = LAYOUT.places(LEVELS)
PRIOR = 0.05


def pattern_probability(m, prior):
    return prior * m[PLACES].prod(axis=1) + (1 - prior) * U[PLACES].prod(axis=1)


def drawn(pairs, seed):
    return np.random.default_rng(seed).multinomial(pairs, pattern_probability(M, PRIOR))


def learned(counts):
    found = expectation_maximisation(LEVELS, counts, LAYOUT, u_probability=U, max_iterations=20_000, tolerance=1e-12)
    assert found.status == "converged"
    return found


def free(m, prior):
    """The parameters without those that follow from the others."""
    return np.array([m[0], m[1], m[3], m[5], prior])


def filled(parameters):
    a, b, c, d, prior = parameters
    return np.array([a, b, 1 - a - b, c, 1 - c, d, 1 - d]), prior


def test_they_are_the_sandwich_of_the_likelihood_differentiated_numerically():
    """Slopes of each pattern's log-likelihood and its curvature by central differences know nothing of our formulas."""
    counts = drawn(20_000, 1)
    found = learned(counts)
    at = free(found.m_probability, found.prior)
    step = 1e-5

    def each(parameters):
        return np.log(pattern_probability(*filled(parameters)))

    moves = np.eye(5) * step
    slopes = np.array([(each(at + move) - each(at - move)) / (2 * step) for move in moves]).T
    curvature = np.array(
        [
            [
                counts
                @ (each(at + one + two) - each(at + one - two) - each(at - one + two) + each(at - one - two))
                / (4 * step**2)
                for two in moves
            ]
            for one in moves
        ]
    )
    inverse = np.linalg.inv(curvature)
    oracle = np.sqrt(np.diag(inverse @ (slopes.T @ (counts[:, None] * slopes)) @ inverse))
    errors = standard_errors(LEVELS, counts, LAYOUT, m=found.m_probability, u=U, prior=found.prior)
    assert free(errors.m, errors.prior) == pytest.approx(oracle, rel=1e-3)
    # Where the model is right the sandwich is the inverse of the observed information.
    assert free(errors.m, errors.prior) == pytest.approx(np.sqrt(np.diag(-inverse)), rel=0.15)
    assert errors.m[4] == pytest.approx(errors.m[3])  # one of two levels errs as the other does


def test_they_are_the_spread_over_simulated_data_and_their_intervals_cover():
    estimates, errors = [], []
    for seed in range(200):
        counts = drawn(20_000, 100 + seed)
        found = learned(counts)
        spread = standard_errors(LEVELS, counts, LAYOUT, m=found.m_probability, u=U, prior=found.prior)
        estimates.append(free(found.m_probability, found.prior))
        errors.append(free(spread.m, spread.prior))
    estimates, errors = np.array(estimates), np.array(errors)
    assert errors.mean(axis=0) == pytest.approx(estimates.std(axis=0), rel=0.2)
    covered = (np.abs(estimates - free(M, PRIOR)) < 1.96 * errors).mean(axis=0)
    assert (covered > 0.90).all()
    assert (covered < 0.99).all()


def test_not_knowing_which_pairs_match_costs():
    """They are larger than those of a share of known matches would be."""
    counts = drawn(20_000, 3)
    found = learned(counts)
    errors = standard_errors(LEVELS, counts, LAYOUT, m=found.m_probability, u=U, prior=found.prior)
    known = np.sqrt(found.m_probability * (1 - found.m_probability) / (20_000 * found.prior))
    assert (errors.m > known).all()


def test_pairs_outside_the_candidates_change_nothing_where_they_are_no_matches():
    counts = drawn(20_000, 4)
    found = learned(counts)
    inside = standard_errors(LEVELS, counts, LAYOUT, m=found.m_probability, u=U, prior=found.prior)
    total = 1e7
    prior = found.prior * 20_000 / total
    many = expectation_maximisation(
        LEVELS, counts, LAYOUT, u_probability=U, others=total - 20_000, max_iterations=20_000, tolerance=1e-13
    )
    whole = standard_errors(LEVELS, counts, LAYOUT, m=many.m_probability, u=U, prior=many.prior, others=total - 20_000)
    assert np.isfinite(whole.m).all()
    assert 0 < whole.prior < prior
    assert inside.prior > whole.prior


def test_held_parameters_have_none():
    counts = drawn(20_000, 5)
    held = np.array([False, False, False, True, True, False, False])
    errors = standard_errors(LEVELS, counts, LAYOUT, m=M, u=U, prior=PRIOR, held=held, free_prior=False)
    assert np.isnan(errors.m[3:5]).all()
    assert np.isfinite(errors.m[:3]).all()
    assert np.isnan(errors.prior)


def test_relatives_make_them_no_smaller():
    counts = drawn(20_000, 6)
    found = learned(counts)
    options = dict(m=found.m_probability, u=U, prior=found.prior)
    alone = standard_errors(LEVELS, counts, LAYOUT, **options)
    tie = np.array([0.8, 0.8, 0.8, 0, 0, 0, 0])
    kin = standard_errors(LEVELS, counts, LAYOUT, **options, family_prior=0.001, tie=tie)
    assert kin.prior >= 0.9 * alone.prior


def test_a_model_has_them_and_counted_u_has_none(levels, tmp_path):
    model = fit(levels)
    table = model.to_pandas().set_index(["comparison", "level"])
    town = table.loc[("town", "exact")]
    assert town["u_standard_error"] == 0.0
    assert 0 < table.loc[("given_name", "exact"), "m_standard_error"] < 0.03
    fuzzy = table.loc[("given_name", ">= 0.92")]
    share = fuzzy["u_probability"]
    assert fuzzy["u_standard_error"] == pytest.approx(np.sqrt(share * (1 - share) / 1e6), rel=0.1)
    assert abs(model.m_probability[0][0] - 0.90) < 4 * table.loc[("given_name", "exact"), "m_standard_error"]
    assert model.prior_standard_error * model.pair_count == pytest.approx(np.sqrt(4000), rel=0.5)
    again = load_model(model.save(tmp_path / "model.json"))
    assert again.m_standard_error == model.m_standard_error
    assert again.to_pandas().equals(model.to_pandas())


def test_m_of_labels_is_a_share_of_known_matches(levels):
    ids = levels.records.datasets[1].ids.to_pylist()[:500]
    import pandas as pd

    model = fit_from_labels(levels, pd.DataFrame({"left_id": ids, "right_id": ids}))
    m, error = model.m_probability[3][0], model.m_standard_error[3][0]
    assert error == pytest.approx(np.sqrt(m * (1 - m) / 500), rel=0.1)


def test_a_model_by_hand_has_none():
    model = by_hand([exact("sex")], {"sex": (0.98, 0.02)}, {"sex": (0.5, 0.5)}, prior=0.1)
    assert model.m_standard_error == ()
    assert model.to_pandas()["m_standard_error"].isna().all()


def test_all_pairs_drawn_leave_u_no_error(make_people):
    first, second = (Dataset(frame, name=name) for frame, name in zip(make_people(300, 2), "ab", strict=True))
    pairs = candidate_pairs(first, second, on("surname"))
    model = fit(compare_pairs(pairs, [text("given_name"), exact("town")]), passes=[on("surname")], prior=0.003)
    assert max(max(errors) for errors in model.u_standard_error) == 0.0
