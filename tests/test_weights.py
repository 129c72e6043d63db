"""Weights in bits and probabilities, and the ways between them."""

from __future__ import annotations

import math

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from linkkit.errors import SpecError
from linkkit.weights import least_weight, log2_odds, non_match_probability, pattern_weights, probability

bits = st.floats(-1000, 1000)


@given(bits)
def test_a_probability_lies_between_0_and_1_and_its_complement_completes_it(weight):
    value, rest = float(probability(np.array(weight))), float(non_match_probability(np.array(weight)))
    assert 0 <= value <= 1
    assert value + rest == pytest.approx(1.0)


@given(st.floats(-38, 38))  # beyond, 1 - probability has too few bits left
def test_odds_and_probability_are_inverses(weight):
    assert log2_odds(float(probability(np.array(weight)))) == pytest.approx(weight, abs=1e-4)


@given(bits, bits)
def test_more_weight_is_never_less_probable(one, other):
    low, high = sorted((one, other))
    assert probability(np.array(low)) <= probability(np.array(high))
    assert non_match_probability(np.array(low)) >= non_match_probability(np.array(high))


def test_infinite_weights_are_certain():
    assert probability(np.array([-np.inf, np.inf])).tolist() == [0.0, 1.0]
    assert (log2_odds(0.0), log2_odds(1.0)) == (-math.inf, math.inf)


def test_the_floor_is_the_higher_of_what_is_asked():
    assert least_weight(None, None) == -math.inf
    assert least_weight(0.5, None) == 0.0
    assert least_weight(0.5, 3.0) == 3.0
    assert least_weight(0.0, None) == -math.inf


@pytest.mark.parametrize(("at_least", "weight"), [(1.5, None), (-0.1, None), (None, math.nan)])
def test_a_floor_that_is_none_is_refused(at_least, weight):
    with pytest.raises(SpecError, match=r"at_least is a probability|must be a number of bits"):
        least_weight(at_least, weight)


def test_a_pattern_weighs_the_sum_of_its_levels():
    tables = (np.array([0.0, 5.0, -2.0]), np.array([0.0, 1.0, -3.0]))
    patterns = np.array([[1, 1], [2, 0], [0, 2]], np.uint8)
    assert pattern_weights(patterns, tables).tolist() == [6.0, -2.0, -3.0]
