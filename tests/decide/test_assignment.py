from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from linkkit import decide


def best_sum(pairs):
    """The largest sum over all sets of pairs that share no record, by trying them all."""
    best = 0
    for size in range(1, len(pairs) + 1):
        for some in combinations(pairs, size):
            if len({left for left, _, _ in some}) == size == len({right for _, right, _ in some}):
                best = max(best, sum(weight for _, _, weight in some))
    return best


graphs = st.dictionaries(
    st.tuples(st.integers(0, 3), st.integers(4, 7)), st.integers(-6, 12).map(lambda number: number / 4), max_size=9
).map(lambda found: [(left, right, weight) for (left, right), weight in found.items()])


@given(pairs=graphs)
@settings(max_examples=300, deadline=None)
def test_one_to_one_sums_to_the_most_possible(make, pairs):
    links = decide.one_to_one(make.scores(make.records(range(4), range(4)), pairs))
    assert len(np.unique(links.left)) == len(links) == len(np.unique(links.right))
    assert links.weight.sum() == pytest.approx(best_sum([pair for pair in pairs if pair[2] >= 0]), abs=1e-9)
    assert (links.weight >= 0).all()


@given(pairs=graphs, one=st.sampled_from(["left", "right"]))
@settings(max_examples=100, deadline=None)
def test_one_to_many_takes_the_best_of_each_of_the_many(make, pairs, one):
    links = decide.one_to_many(make.scores(make.records(range(4), range(4)), pairs), one)
    side = 1 if one == "left" else 0
    expected = {}
    for pair in pairs:
        if pair[2] >= 0:
            expected[pair[side]] = max(expected.get(pair[side], 0), pair[2])
    found = dict(zip((links.right if one == "left" else links.left).tolist(), links.weight.tolist(), strict=True))
    assert found == expected
    assert len(found) == len(links)


@given(pairs=graphs)
@settings(max_examples=100, deadline=None)
def test_a_higher_threshold_is_worth_nothing_itself(make, pairs):
    """The sum that is largest is that of the bits above the threshold."""
    links = decide.one_to_one(make.scores(make.records(range(4), range(4)), pairs), weight=1.0)
    above = [(left, right, weight - 1) for left, right, weight in pairs if weight >= 1]
    assert (links.weight - 1).sum() == pytest.approx(best_sum(above), abs=1e-9)


@pytest.mark.parametrize(("lefts", "rights", "share", "digits"), [
    (40, 40, 1.0, 6), (60, 25, 0.5, 0), (25, 60, 0.5, 1), (300, 300, 0.02, 6), (200, 200, 0.1, 0),
])  # fmt: skip
def test_larger_graphs_are_solved_as_scipy_solves_them(make, lefts, rights, share, digits):
    for seed in range(5):
        random = np.random.default_rng(seed)
        matrix = np.round(random.normal(4, 2, (lefts, rights)).clip(0.1), digits) * (
            random.uniform(size=(lefts, rights)) < share
        )
        left, right = np.nonzero(matrix)
        scores = make.scores(
            make.records(range(lefts), range(rights)), np.stack([left, right + lefts, matrix[left, right]], axis=1)
        )
        links = decide.one_to_one(scores)
        assert len(np.unique(links.left)) == len(links) == len(np.unique(links.right))
        assert links.weight.sum() == pytest.approx(matrix[linear_sum_assignment(matrix, maximize=True)].sum(), abs=1e-6)


def test_many_small_components_are_solved_each_by_itself(make):
    random = np.random.default_rng(2)
    matrices = np.round(random.normal(6, 1, (500, 3, 3)).clip(0), 2)
    part, left, right = (place.reshape(-1) for place in np.indices(matrices.shape))
    order = random.permutation(len(part))
    pairs = np.stack([part * 3 + left, 1500 + part * 3 + right, matrices.reshape(-1)], axis=1)[order]
    links = decide.one_to_one(make.scores(make.records(range(1500), range(1500)), pairs))
    best = sum(matrix[linear_sum_assignment(matrix, maximize=True)].sum() for matrix in matrices)
    assert links.weight.sum() == pytest.approx(best, abs=1e-6)
    assert ((links.right - 1500) // 3 == links.left // 3).all()


def test_ties_pair_records_up_in_order_in_blocks_of_twins(make):
    size = 5
    pairs = [
        (place + left, 100 + place + right, 7.0) for place in (0, 5) for left in range(size) for right in range(size)
    ]
    links = decide.one_to_one(make.scores(make.records(range(100), range(100)), pairs))
    assert links.left.tolist() == (links.right - 100).tolist() == list(range(10))


def test_a_long_chain_is_solved(make):
    count = 2000
    left = np.repeat(np.arange(count), 2)[:-1]
    right = (np.arange(2 * count - 1) + 1) // 2
    weight = np.linspace(1, 2, 2 * count - 1)
    scores = make.scores(make.records(range(count), range(count)), np.stack([left, right + count, weight], axis=1))
    sums = np.zeros(2 * count + 1)  # on a chain: the most up to each pair, by dynamic programming
    for place, worth in enumerate(weight.tolist()):
        sums[place + 2] = max(sums[place + 1], sums[place] + worth)
    assert decide.one_to_one(scores).weight.sum() == pytest.approx(sums[-1], abs=1e-6)


def test_weights_without_bounds_are_no_trouble(make):
    scores = make.scores(
        make.records(range(2), range(2)), [(0, 2, np.inf), (0, 3, 1e300), (1, 2, 1e300), (1, 3, -np.inf)]
    )
    assert make.id_pairs(decide.one_to_one(scores)) == {(0, 1), (1, 0)}
