"""Figures of bits against plain restatements and worked examples."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from linkkit.pseudonymise.lint import bit_counts, gini, jensen_shannon_distance, normalised_entropy, popcounts
from linkkit.pseudonymise.lint._measured import chance_gini, spread_by
from linkkit.pseudonymise.lint._measures import group_sizes

FILTERS = arrays.arrays(np.uint8, st.tuples(st.integers(0, 12), st.integers(1, 6)))
COUNTS = st.lists(st.integers(0, 10**6), min_size=2, max_size=40).filter(any).map(np.array)


def _plain_gini(counts):
    return sum(abs(a - b) for a in counts for b in counts) / (2 * len(counts) * sum(counts))


def _plain_entropy(counts):
    shares = [count / sum(counts) for count in counts if count]
    return 1 + sum(share * math.log2(share) for share in shares) / math.log2(len(counts))


def _plain_distance(counts):
    size = len(counts)
    shares, even = [count / sum(counts) for count in counts], [1 / size] * size
    middle = [(a + b) / 2 for a, b in zip(shares, even, strict=True)]

    def divergence(left, right):
        return sum(a * math.log2(a / b) for a, b in zip(left, right, strict=True) if a)

    return math.sqrt(max(0.0, (divergence(shares, middle) + divergence(even, middle)) / 2))


@given(COUNTS)
def test_figures_of_bit_frequencies_are_those_of_their_formulas(counts):
    held = counts.tolist()
    assert gini(counts) == pytest.approx(_plain_gini(held), abs=1e-12)
    assert normalised_entropy(counts) == pytest.approx(_plain_entropy(held), abs=1e-9)
    assert jensen_shannon_distance(counts) == pytest.approx(_plain_distance(held), abs=1e-6)


@given(COUNTS)
def test_figures_lie_between_0_and_1_and_do_not_depend_on_the_order_of_positions(counts):
    for figure in (gini, normalised_entropy, jensen_shannon_distance):
        assert -1e-9 <= figure(counts) <= 1 + 1e-9
        assert figure(counts) == pytest.approx(figure(counts[::-1]), abs=1e-12)


def test_worked_examples():
    # One position of four has half of all: |n_i - n_j| is 2 in six of sixteen pairs, the sum of counts is 6.
    counts = np.array([3, 1, 1, 1])
    assert gini(counts) == pytest.approx(12 / (2 * 4 * 6))
    assert normalised_entropy(np.array([2, 1, 1, 0])) == pytest.approx(1 - 1.5 / 2)
    # p = (1, 0), u = (1/2, 1/2), h = (3/4, 1/4): KL(p||h) = log2(4/3); KL(u||h) = (log2(2/3) + log2(2)) / 2.
    expected = (math.log2(4 / 3) + (math.log2(2 / 3) + 1) / 2) / 2
    assert jensen_shannon_distance(np.array([7, 0])) == pytest.approx(math.sqrt(expected))
    for figure in (gini, normalised_entropy, jensen_shannon_distance):
        assert figure(np.array([5, 5, 5, 5])) == pytest.approx(0, abs=1e-12)
        assert math.isnan(figure(np.zeros(4, np.int64)))


@given(FILTERS, st.data())
def test_bits_are_counted_as_unpacked_bits_are(filters, data):
    bits = np.unpackbits(filters, axis=1).astype(int)
    assert popcounts(filters).tolist() == bits.sum(axis=1).tolist()
    assert bit_counts(filters).tolist() == bits.sum(axis=0).tolist()
    times = np.array(data.draw(st.lists(st.integers(0, 9), min_size=len(filters), max_size=len(filters))), np.int64)
    assert bit_counts(filters, times).tolist() == (times @ bits).tolist()


def test_many_filters_are_counted_in_chunks():
    filters = np.random.default_rng(1).integers(0, 256, (5_000, 128), dtype=np.uint8)
    bits = np.unpackbits(filters, axis=1)
    assert (popcounts(filters) == bits.sum(axis=1)).all()
    assert (bit_counts(filters) == bits.sum(axis=0)).all()


@given(st.lists(st.integers(-2, 6)))
def test_groups_are_counted_without_missing_ones(codes):
    held = [code for code in codes if code >= 0]
    expected = sorted((held.count(code) for code in set(held)), reverse=True)
    assert group_sizes(np.array(codes, np.int64)).tolist() == expected


def test_the_gini_of_chance_is_that_of_random_bits():
    random = np.random.default_rng(3)
    for fill, records in ((0.5, 2_000), (0.2, 4_000)):
        found = [gini(random.binomial(records, fill, 1024)) for _ in range(20)]
        assert np.mean(found) == pytest.approx(chance_gini(fill, records), rel=0.03)
    assert chance_gini(0.0, 10) == 0


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 50)), min_size=2))
def test_the_share_told_by_groups_is_that_of_the_analysis_of_variance(pairs):
    groups, values = np.array([pair[0] for pair in pairs]), np.array([pair[1] for pair in pairs])
    within = sum(((values[groups == group] - values[groups == group].mean()) ** 2).sum() for group in set(groups))
    total = ((values - values.mean()) ** 2).sum()
    assert spread_by(groups, values) == pytest.approx(1 - within / total if total else 0, abs=1e-9)
