"""Tables of sampled bits: chances against counting, the fewest tables, even draws."""

import itertools
from math import comb, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkkit.specs._sampled_bits import (
    agreeing,
    completeness_of,
    drawn_pairs,
    drawn_positions,
    fewest_tables,
    least_work,
)


@given(bits=st.integers(1, 9), data=st.data())
def test_the_chance_to_agree_is_the_share_of_all_ways_to_choose_places(bits, data):
    distance = data.draw(st.integers(0, bits))
    found = agreeing(bits, np.array([float(distance)]))[:, 0]
    for places in range(bits + 1):
        ways = [set(chosen) for chosen in itertools.combinations(range(bits), places)]
        agree = sum(not chosen & set(range(distance)) for chosen in ways)
        assert found[places] == pytest.approx(agree / len(ways), abs=1e-12)
    assert not found[bits + 1 :].any()


def test_the_worked_example():
    chances = agreeing(1024, np.array([120.0]))[20]
    agree = comb(904, 20) / comb(1024, 20)
    assert chances[0] == pytest.approx(agree)
    assert fewest_tables(chances, np.ones(1), 0.95) == 36 == int(np.ceil(log(0.05) / log(1 - agree)))
    assert completeness_of(chances, np.ones(1), 36) == pytest.approx(1 - (1 - agree) ** 36)


@given(
    distances=st.lists(st.floats(0, 64), min_size=1, max_size=5),
    completeness=st.sampled_from([0.1, 0.5, 0.9, 0.99]),
    size=st.integers(2, 10**6),
)
def test_the_tables_chosen_are_enough_and_one_fewer_is_not(distances, completeness, size):
    wanted = np.array(distances)
    shares = np.full(len(wanted), 1 / len(wanted))
    apart = np.arange(20, 40)
    found = least_work(64, wanted, shares, apart, 2 * size, float(size) * size, completeness)
    chances = agreeing(64, wanted)
    if found is None:
        assert completeness_of(chances[4], shares, 1000) < completeness
        return
    at = chances[found.bits_per_key]
    assert completeness_of(at, shares, found.tables) == found.completeness >= completeness
    assert found.tables == 1 or completeness_of(at, shares, found.tables - 1) < completeness
    expected = found.tables * size * size * agreeing(64, apart.astype(float))[found.bits_per_key].mean()
    assert found.candidates == pytest.approx(expected)


@given(left=st.integers(1, 50), right=st.integers(1, 50), within=st.booleans(), most=st.integers(1, 3000))
def test_drawn_pairs_are_pairs_and_every_place_is_drawn_as_often(left, right, within, most):
    right = left if within else right
    one, other = drawn_pairs(left, right, within, most)
    assert len(one) == len(other) == min(most, left * right)
    assert 0 <= one.min() <= one.max() < left
    assert 0 <= other.min() <= other.max() < right
    assert not within or left == 1 or (one != other).all()
    assert np.ptp(np.bincount(one, minlength=left)) <= 1


def test_positions_are_distinct_bits_and_the_secret_alone_says_which():
    one = drawn_positions(b"one", 5, 100, 12)
    assert one.shape == (5, 12)
    assert all(len(set(table)) == 12 and max(table) < 100 for table in one.tolist())
    assert len({tuple(table) for table in one.tolist()}) == 5
    assert (one == drawn_positions(b"one", 5, 100, 12)).all()
    assert (one[:3] == drawn_positions(b"one", 3, 100, 12)).all()
    assert (one != drawn_positions(b"other", 5, 100, 12)).any()
