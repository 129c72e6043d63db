"""Components of generated pairs whose truth is known: their number and their probabilities are recovered."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkkit.score._mixture._competition import Competition
from linkkit.score._mixture._components import best_components, fall_alone, redrawn

BINS = 40


def generated(seed, sizes, matched, width=5.0, exact=0.5, falls=0.35, per_record=12.0):
    """Pairs of two files: matches around bin 33 or at the highest, others on a falling tail."""
    random = np.random.default_rng(seed)
    left = random.permutation(sizes[0])[:matched]
    right = random.permutation(sizes[1])[:matched]
    place = np.clip(np.round(random.normal(33, width, matched)), 0, BINS - 2)
    place[random.random(matched) < exact] = BINS - 1
    count = random.poisson(per_record * min(sizes))
    others = np.minimum(random.geometric(1 - np.exp(-falls), count) - 1, BINS - 1)
    rows = [np.concatenate([left, random.integers(0, sizes[0], count)])]
    rows.append(np.concatenate([right, random.integers(0, sizes[1], count)]))
    is_match = np.arange(matched + count) < matched
    return rows[0], rows[1], np.concatenate([place, others]).astype(np.int64), is_match


def fitted(data, sizes, sides=(True, True)):
    left, right, place, _ = data
    counts = np.bincount(place, minlength=BINS).astype(np.float64)
    competition = Competition(left, right, place, sizes, BINS, sides) if any(sides) else None
    found = best_components(counts, min(sizes), competition, max_iterations=300, tolerance=1e-4)
    return counts, competition, found


@settings(max_examples=6, derandomize=True)
@given(st.integers(0, 2**20), st.floats(0.1, 1.0), st.sampled_from([(600, 600), (400, 4000), (1200, 900)]))
def test_the_number_of_matches_of_unique_files_is_recovered(seed, share, sizes):
    matched = max(round(share * min(sizes)), 100)  # fewer leave the number open; see scarce_matches
    data = generated(seed, sizes, matched, width=3.0)
    _, _, ends = fitted(data, sizes)
    assert ends[0].total == pytest.approx(matched, rel=0.12)


@settings(max_examples=5, derandomize=True)
@given(st.integers(0, 2**20), st.floats(0.1, 1.0))
def test_what_is_expected_of_likely_pairs_holds(seed, share):
    sizes = (800, 800)
    data = generated(seed, sizes, round(share * 800))
    _, _, ends = fitted(data, sizes)
    expected, pairs = ends[0].sure
    odds = ends[0].log_odds[data[2]]
    # Pairs that are likely by themselves; competition only takes from their rivals.
    true = data[3][odds > 0].mean()
    assert abs(expected / pairs - true) < 0.03 + 2 / np.sqrt(pairs)


@settings(max_examples=4, derandomize=True)
@given(st.integers(0, 2**20), st.floats(0.15, 0.8))
def test_without_competition_what_stands_out_is_found(seed, share):
    sizes = (1000, 1000)
    matched = round(share * 1000)
    data = generated(seed, sizes, matched, width=3.0)
    counts, _, ends = fitted(data, sizes, (False, False))
    assert ends[0].total == pytest.approx(matched, rel=0.12, abs=25)
    assert ends[0].likelihood > fall_alone(counts) + 25


@settings(max_examples=4, derandomize=True)
@given(st.integers(0, 2**20))
def test_odds_never_fall_with_similarity_and_likelihood_ends_higher(seed):
    data = generated(seed, (400, 500), 200)
    for sides in ((True, True), (True, False), (False, True), (False, False)):
        _, _, ends = fitted(data, (400, 500), sides)
        assert (np.diff(ends[0].log_odds) >= -1e-9).all()
        assert (np.diff(ends[0].other_curve) <= 0).all()
        assert ends[0].trace[-1] > ends[0].trace[0] - 5


@settings(max_examples=3, derandomize=True)
@given(st.integers(0, 2**20))
def test_files_that_share_nobody_have_no_second_component(seed):
    counts, _, ends = fitted(generated(seed, (900, 900), 0), (900, 900))
    assert ends[0].likelihood - fall_alone(counts) < 25 or ends[0].total < 1


def test_a_fit_to_the_same_counts_stays_where_it_is():
    data = generated(3, (700, 700), 500)
    counts, competition, ends = fitted(data, (700, 700))
    again = redrawn(counts, ends[0], competition, np.ones(700), 1e-4)
    assert again.total == pytest.approx(ends[0].total, rel=2e-3)


def test_of_ends_that_fit_alike_the_one_with_fewest_matches_is_first():
    _, _, ends = fitted(generated(5, (500, 500), 40, width=9.0, exact=0.1), (500, 500), (False, False))
    alike = [end for end in ends if end.likelihood > max(one.likelihood for one in ends) - 5.0]
    assert ends[0].total == min(end.total for end in alike)
