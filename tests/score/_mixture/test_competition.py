"""Matches shared out among competing pairs, against going through every way to match."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkkit.score._mixture._competition import LEAST_LEFT, Competition


def every_way(pairs, odds, sides):
    """Sum the odds of every way to match, and of those that hold each pair."""
    total, held = 0.0, np.zeros(len(pairs))
    for size in range(len(pairs) + 1):
        for chosen in itertools.combinations(range(len(pairs)), size):
            ends = [[pairs[one][side] for one in chosen] for side in (0, 1)]
            if any(competes and len(set(end)) < len(end) for competes, end in zip(sides, ends, strict=True)):
                continue
            weight = float(np.prod([odds[one] for one in chosen]))
            total += weight
            held[list(chosen)] += weight
    return total, held / total


# Pairs that form no cycle, so that beliefs are exact: a chain of records, left and right by turns.
CHAINS = st.lists(st.integers(0, 4), min_size=1, max_size=7)


@given(CHAINS, st.sampled_from([(True, True), (True, False), (False, True)]), st.floats(0.0, 2.0))
def test_shares_and_likelihood_are_those_of_every_way(places, sides, matches):
    pairs = [(number // 2, (number + 1) // 2) for number in range(len(places))]
    log_odds = np.array([-3.0, -1.0, 0.5, 2.0, 4.0])
    sizes = (9, 11)
    left, right = (np.array(end) for end in zip(*pairs, strict=True))
    competition = Competition(left, right, np.array(places), sizes, 5, sides)
    for _ in range(60):
        shared = competition.shared(log_odds, matches)
    gain = sum(
        np.log(size / max(size - matches, LEAST_LEFT * size)) for size, own in zip(sizes, sides, strict=True) if own
    )
    total, share = every_way(pairs, np.exp(log_odds + gain)[places], sides)
    np.testing.assert_allclose(shared.matches, np.bincount(places, share, 5), atol=1e-4)
    others = competition.shared(np.full(5, -50.0), matches).likelihood
    assert shared.likelihood - others == pytest.approx(np.log(total), abs=1e-3)


@given(st.randoms(use_true_random=False), st.integers(1, 40))
def test_no_record_has_more_than_one_match_and_order_says_nothing(random, count):
    generator = np.random.default_rng(random.randrange(2**32))
    keys = generator.choice(100, size=count, replace=False)
    left, right, place = keys // 10, keys % 10, generator.integers(0, 6, count)
    log_odds = np.sort(generator.normal(0, 3, 6))
    one = Competition(left, right, place, (10, 10), 6, (True, True))
    order = generator.permutation(count)
    other = Competition(left[order], right[order], place[order], (10, 10), 6, (True, True))
    first, second = (made.shared(log_odds, 3.0, rounds=50) for made in (one, other))
    assert first.matches.tobytes() == second.matches.tobytes()
    assert first.matches.sum() <= 10.01
    assert (first.matches <= np.bincount(place, minlength=6) + 1e-9).all()


def test_records_drawn_twice_count_twice():
    competition = Competition(np.array([0, 1]), np.array([0, 1]), np.array([3, 3]), (4, 4), 4, (True, True))
    log_odds = np.array([-5.0, -5, -5, 5])
    plain = competition.shared(log_odds, 1.0)
    drawn = competition.shared(log_odds, 1.0, np.array([2.0, 0.0, 1.0, 1.0]))
    np.testing.assert_allclose(drawn.matches, plain.matches)
    assert competition.counts(np.array([2.0, 0.5, 1.0, 1.0])).tolist() == [0, 0, 0, 2.5]


def test_the_best_pairs_of_both_records_are_those_that_no_other_beats():
    left, right = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    competition = Competition(left, right, np.array([4, 2, 3, 2]), (2, 2), 5, (True, True))
    assert competition.best_of_both().tolist() == [0, 0, 0, 0, 1]
    one_side = Competition(left, right, np.array([4, 2, 3, 2]), (2, 2), 5, (True, False))
    assert one_side.best_of_both().tolist() == [0, 0, 0, 1, 1]
