"""Three classes: matches, relatives, strangers; learned from candidates over the whole product."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkkit.score import Layout, expectation_maximisation
from linkkit.score._cells import Cells
from linkkit.score._classes import MOST_OF_GIVEN, family_probability, learn_classes, ordered

LAYOUT = Layout((2, 2, 2, 2))  # surname, home, given name, birth
LEVELS = np.array(list(itertools.product((1, 2), repeat=4)), np.uint8)
M = np.array([0.9, 0.1, 0.8, 0.2, 0.92, 0.08, 0.95, 0.05])
U = np.array([0.01, 0.99, 0.002, 0.998, 0.02, 0.98, 0.003, 0.997])
TIES = np.array([0.8, 0.9, 0.0, 0.01])


def expected_counts(prior, family_prior, pairs, ties=TIES):
    """How many pairs of each pattern three classes of these sizes make."""
    places = LAYOUT.places(LEVELS)
    classes = [(prior, M), (family_prior, family_probability(M, U, ties[LAYOUT.owner])), (1 - prior - family_prior, U)]
    return pairs * sum(share * np.prod(flat[places], axis=1) for share, flat in classes)


def learn(counts, ties=TIES, others=0.0, **options):
    start = np.array([0.9, 0.1] * 4)
    cells = Cells(LEVELS, counts, np.zeros(16), np.zeros(16))
    return learn_classes(
        cells, LAYOUT, u_probability=U, m_probability=start, prior=1e-3, ties=ties, others=others,
        pseudo=np.zeros(8), fixed_m=np.full(8, np.nan), max_iterations=3000, tolerance=1e-9, **options,
    )  # fmt: skip


def test_relatives_are_told_from_matches():
    found = learn(expected_counts(0.001, 0.004, 1e7))
    assert found.status == "converged"
    assert found.prior == pytest.approx(0.001, rel=0.02)
    assert found.family_prior == pytest.approx(0.004, rel=0.02)
    assert found.m_probability == pytest.approx(M, abs=0.01)


def test_without_the_class_relatives_are_taken_for_matches():
    assert learn(expected_counts(0.001, 0.004, 1e7), ties=None).prior > 0.002


def test_where_there_are_no_relatives_none_are_found():
    found = learn(expected_counts(0.001, 0.0, 1e7))
    assert found.family_prior < 1e-5
    assert found.prior == pytest.approx(0.001, rel=0.01)


LEARNED = np.array([np.inf, np.inf, np.inf, 100.0])


@pytest.mark.parametrize("twins", [0.0, 0.005, 0.015])
def test_the_share_of_twins_is_learned(twins):
    counts = expected_counts(0.001, 0.004, 1e7, ties=np.array([0.8, 0.9, 0.0, twins]))
    found = learn(counts, tie_strength=LEARNED)
    assert found.ties[:3] == pytest.approx(TIES[:3])
    assert found.ties[3] == pytest.approx(twins, abs=0.0025)
    assert found.prior == pytest.approx(0.001, rel=0.02)


def test_relatives_never_learn_to_be_matches():
    counts = expected_counts(0.001, 0.004, 1e7, ties=np.array([0.8, 0.9, 0.0, 0.9]))
    assert learn(counts, tie_strength=LEARNED).ties[3] == pytest.approx(MOST_OF_GIVEN * TIES[3])


def test_two_classes_are_the_usual_mixture():
    counts = expected_counts(0.01, 0.0, 1e6)
    found = learn(counts, ties=None)
    usual = expectation_maximisation(
        LEVELS,
        counts,
        LAYOUT,
        u_probability=U,
        prior=1e-3,
        max_iterations=3000,
        tolerance=1e-12,
    )
    assert found.prior == pytest.approx(usual.prior, rel=1e-4)
    assert found.m_probability == pytest.approx(usual.m_probability, abs=1e-4)


def test_pairs_that_are_no_candidates_count_in_the_prior():
    counts = expected_counts(0.001, 0.0, 1e7)
    candidates = (LEVELS == 1).any(axis=1)  # what blocking on any agreement makes
    found = learn(np.where(candidates, counts, 0.0), ties=None, others=float(counts[~candidates].sum()))
    assert found.prior == pytest.approx(0.001, rel=0.01)


def test_a_given_prior_stays():
    assert learn(expected_counts(0.001, 0.004, 1e7), free_prior=False).prior == 1e-3


def test_the_log_likelihood_of_two_classes_never_falls():
    trace = np.array(learn(expected_counts(0.01, 0.0, 1e6), ties=None).trace)
    assert (np.diff(trace) > -1e-6 * abs(trace[0])).all()


shares = st.lists(st.floats(0.01, 1.0), min_size=4, max_size=4).map(lambda parts: np.array(parts) / sum(parts))


@given(shares, shares, st.lists(st.booleans(), min_size=4, max_size=4).map(np.array))
def test_ordered_levels_fall_and_nothing_is_lost(m, u, in_order):
    found = ordered(m, u, Layout((4,)), in_order)
    ratios = (found / u)[in_order]
    assert (np.diff(ratios) <= 1e-9).all()
    assert found.sum() == pytest.approx(1.0)
    assert found[~in_order] == pytest.approx(m[~in_order])


@given(shares, shares)
def test_ordering_twice_changes_nothing(m, u):
    every = np.ones(4, bool)
    once = ordered(m, u, Layout((4,)), every)
    assert ordered(once, u, Layout((4,)), every) == pytest.approx(once)


def test_ordering_is_the_best_of_all_falling_m():
    """Against a grid: no m whose ratios fall has a higher likelihood of the counts behind m."""
    m, u = np.array([0.3, 0.6, 0.1]), np.array([0.2, 0.1, 0.7])
    found = ordered(m, u, Layout((3,)), np.ones(3, bool))
    best = float(m @ np.log(found))
    grid = np.linspace(0.005, 0.99, 198)
    for first, second in itertools.product(grid, grid):
        other = np.array([first, second, 1 - first - second])
        if other[2] > 0 and (np.diff(other / u) <= 0).all():
            assert float(m @ np.log(other)) <= best + 1e-9
