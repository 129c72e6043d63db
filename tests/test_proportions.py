"""Intervals of shares, against scipy's own and by what an interval must do."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from linkkit.errors import SpecError
from linkkit.proportions import clopper_pearson, wilson

COUNTS = st.integers(1, 5000).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials)))


@given(COUNTS, st.sampled_from([0.8, 0.95, 0.99]))
def test_they_are_those_of_scipy(counts, confidence):
    hits, trials = counts
    for function, method in ((wilson, "wilson"), (clopper_pearson, "exact")):
        told = binomtest(hits, trials).proportion_ci(confidence, method)
        assert function(hits, trials, confidence) == pytest.approx((told.low, told.high), abs=1e-9)


@given(COUNTS)
def test_they_hold_the_share(counts):
    hits, trials = counts
    for low, high in (wilson(hits, trials), clopper_pearson(hits, trials)):
        assert 0 <= low <= hits / trials <= high <= 1


def test_of_nothing_nothing_is_said():
    assert all(math.isnan(end) for end in (*wilson(0, 0), *clopper_pearson(0, 0)))


@pytest.mark.parametrize("confidence", [95, -1, 0, 1, float("nan"), "x", None, True])
def test_a_confidence_that_is_none_is_refused(confidence):
    for interval in (wilson, clopper_pearson):
        with pytest.raises(SpecError, match=r"confidence must be a number between 0 and 1, such as 0\.95; got"):
            interval(3, 10, confidence)
