"""The time between records by itself: counts of strangers against brute force, and the bits of bands."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkkit.score._gap_evidence import GAP_BANDS, band_days, gap_weights, stranger_gaps


@given(
    st.lists(
        st.lists(st.integers(-1, 40).map(lambda day: day if day < 0 else day + 700_000), max_size=12),
        min_size=1,
        max_size=3,
    ),
    st.sampled_from(["link_only", "dedupe", "link_and_dedupe"]),
)
def test_strangers_are_counted_as_by_going_through_all_pairs(files, link_type):
    days = np.array([day for file in files for day in file], np.int32)
    owner = np.repeat(np.arange(len(files)), [len(file) for file in files])
    starts = np.concatenate([[0], np.cumsum([len(file) for file in files])])
    found = stranger_gaps(days, starts, link_type)
    expected = np.zeros(len(found))
    for one, other in itertools.combinations(range(len(days)), 2):
        same = owner[one] == owner[other]
        is_pair = {"link_only": not same, "dedupe": same, "link_and_dedupe": True}[link_type]
        if is_pair and days[one] >= 0 and days[other] >= 0:
            expected[abs(int(days[one]) - int(days[other]))] += 1
    np.testing.assert_array_equal(found, expected)


@given(st.integers(0, 40_000))
def test_all_gaps_fall_into_the_bands(widest):
    assert widest // band_days(widest) < GAP_BANDS


def test_matches_that_lie_as_strangers_do_weigh_nothing():
    strangers = np.array([100.0, 50.0, 0.0])
    np.testing.assert_allclose(gap_weights(strangers * 7, strangers), [0.0, 0.0, 0.0], atol=1e-12)


def test_bits_are_bounded_above_and_seen_matches_count_against_a_hundred():
    found = gap_weights(np.array([900.0, 0.0]), np.array([10.0, 990.0]))
    assert found[0] == 1.0
    assert found[1] == pytest.approx(np.log2(0.1))  # 100 taken as seen among 1,000
