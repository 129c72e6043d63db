"""k-uniqueness against brute force."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from linkkit.pipelines.case_studies._uniqueness import band_further, banded, combination_counts, shared_by, withhold


@st.composite
def populations(draw):
    attributes, size = draw(st.integers(1, 4)), draw(st.integers(1, 30))
    values = draw(st.lists(st.lists(st.integers(0, 4), min_size=attributes, max_size=attributes), min_size=size,
                           max_size=size))  # fmt: skip
    codes = np.array(values, np.int64).reshape(size, attributes)
    cases = draw(st.lists(st.integers(0, size - 1), min_size=1, max_size=5))
    people = np.array(draw(st.lists(st.integers(1, 4), min_size=size, max_size=size)), float)
    return codes, people, codes[cases]


LADDER = [np.array([0, 1, 1, 2, 2]), np.array([0, 1, 1, 1, 1])]


def brute_k(codes, people, values):
    return sum(
        count
        for row, count in zip(codes.tolist(), people.tolist(), strict=True)
        if all(asked in (-1, held) for asked, held in zip(values, row, strict=True))
    )


@given(populations())
def test_k_is_the_number_of_people_who_share_the_values(drawn):
    codes, people, asked = drawn
    distinct, counts, place = combination_counts(codes, people)
    assert (distinct[place] == codes).all()
    assert counts.sum() == people.sum()
    expected = [brute_k(codes, people, values) for values in asked.tolist()]
    assert shared_by(codes, people, asked).tolist() == expected
    assert shared_by(distinct, counts, asked).tolist() == expected


@given(populations(), st.integers(2, 8))
def test_after_withholding_enough_people_resemble_each_case(drawn, k):
    codes, people, asked = drawn
    left = withhold(codes, people, asked, k)
    assert ((left == asked) | (left == -1)).all()
    for values in left.tolist():
        assert brute_k(codes, people, values) >= min(k, people.sum())


@given(populations(), st.integers(2, 8))
def test_a_case_that_is_common_enough_loses_nothing(drawn, k):
    codes, people, asked = drawn
    common = np.array([brute_k(codes, people, values) >= k for values in asked.tolist()])
    assert (withhold(codes, people, asked, k)[common] == asked[common]).all()


@settings(max_examples=60)
@given(populations(), st.integers(2, 8))
def test_the_proposal_says_what_is_left_below_k_at_each_step(drawn, k):
    codes, people, asked = drawn
    ladders = [LADDER] * codes.shape[1]
    rungs, steps = band_further(codes, people, asked, ladders, k)
    at = [0] * len(rungs)
    for step in steps:
        at[step.attribute] = step.rung
        ks = [brute_k(banded(codes, ladders, at), people, row) for row in banded(asked, ladders, at).tolist()]
        assert step.below == sum(one < k for one in ks)
        assert step.least_k == min(ks)
    assert tuple(at) == rungs
    # It stops with all cases safe, or with nothing left to band.
    last = [brute_k(banded(codes, ladders, rungs), people, row) for row in banded(asked, ladders, rungs).tolist()]
    assert min(last) >= k or rungs == (len(LADDER),) * len(rungs)


@settings(max_examples=60)
@given(populations(), st.integers(2, 8))
def test_the_first_step_is_the_one_that_leaves_the_fewest_cases(drawn, k):
    codes, people, asked = drawn
    ladders = [LADDER] * codes.shape[1]
    _, steps = band_further(codes, people, asked, ladders, k)
    if steps:
        below = []
        for place in range(codes.shape[1]):
            at = [int(place == number) for number in range(codes.shape[1])]
            rows = banded(asked, ladders, at).tolist()
            below.append(sum(brute_k(banded(codes, ladders, at), people, row) < k for row in rows))
        assert steps[0].below == min(below)


def test_no_row_order_changes_the_outcome():
    rng = np.random.default_rng(3)
    codes, people = rng.integers(0, 4, (50, 3)), np.ones(50)
    asked, order = codes[:6], rng.permutation(50)
    one, other = withhold(codes, people, asked, 4), withhold(codes[order], people, asked, 4)
    assert (one == other).all()
    assert band_further(codes, people, asked, [LADDER] * 3, 4) == band_further(
        codes[order], people, asked, [LADDER] * 3, 4
    )


def test_no_attributes_leave_everybody_alike():
    none = np.zeros((4, 0), np.int64)
    assert shared_by(none, np.ones(4), none[:2]).tolist() == [4.0, 4.0]
    assert list(itertools.chain(*withhold(none, np.ones(4), none[:2], 3).tolist())) == []
