from __future__ import annotations

from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkkit import decide
from linkkit.decide import _assignment


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
    assert links.is_optimal


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


@given(data=st.data(), left_count=st.integers(1, 4), right_count=st.integers(1, 4))
@settings(max_examples=100, deadline=None)
def test_dense_and_sparse_solvers_agree_with_all_permutations(data, left_count, right_count):
    matrix = np.array(
        data.draw(st.lists(st.integers(0, 9), min_size=left_count * right_count, max_size=left_count * right_count))
    )
    matrix = matrix.reshape(left_count, right_count).astype(float)
    left, right = (part.reshape(-1).astype(np.uint32) for part in np.indices(matrix.shape))
    wide = matrix if left_count <= right_count else matrix.T
    best = max(
        sum(wide[row, column] for row, column in enumerate(order))
        for order in permutations(range(wide.shape[1]), len(wide))
    )
    for limits in ({}, {"dense_cells": 0}):
        found = _assignment.assign(left, right, matrix.reshape(-1), **limits)
        assert matrix.reshape(-1)[found.chosen].sum() == best
        assert not found.greedy_components


def ambiguous(count, seed=3):
    """A connected graph in which no pair is sure."""
    random = np.random.default_rng(seed)
    left = np.repeat(np.arange(count), 4)
    right = (left + np.tile([0, 1, 2, 5], count)) % count
    order = np.lexsort((right, left))
    return left[order].astype(np.uint32), right[order].astype(np.uint32), random.uniform(5, 6, 4 * count)


def test_large_components_are_solved_exactly_too():
    left, right, gain = ambiguous(250)
    sparse = _assignment.assign(left, right, gain)
    dense = _assignment.assign(left, right, gain, dense_cells=10**6)
    assert sparse.hard_components == dense.hard_components == 1
    assert gain[sparse.chosen].sum() == pytest.approx(gain[dense.chosen].sum(), abs=1e-6)


def test_what_is_too_large_is_assigned_greedily_and_said_so(make, monkeypatch):
    left, right, gain = ambiguous(60)
    monkeypatch.setattr(_assignment.assign, "__kwdefaults__", {"dense_cells": 0, "sparse_cells": 100})
    links = decide.one_to_one(
        make.scores(make.records(range(60), range(60)), np.stack([left, right + 60, gain], axis=1))
    )
    assert not links.is_optimal
    assert "1 connected components with 240 pairs" in links.notes[0]
    assert len(np.unique(links.left)) == len(links) == len(np.unique(links.right))
    exact = _assignment.assign(left, right, gain, dense_cells=10**6)
    assert 0.5 * gain[exact.chosen].sum() <= links.weight.sum() <= gain[exact.chosen].sum()


def test_ties_pair_records_up_in_order_in_a_block_of_twins():
    size = 5
    left, right = (part.reshape(-1).astype(np.uint32) for part in np.indices((size, size)))
    for limits in ({}, {"dense_cells": 0}):
        found = _assignment.assign(left, right, np.full(size * size, 7.0), **limits).chosen
        assert left[found].tolist() == right[found].tolist() == list(range(size))


def test_a_long_chain_is_solved():
    count = 2000
    left = np.repeat(np.arange(count), 2)[:-1].astype(np.uint32)
    right = (np.arange(2 * count - 1) + 1) // 2
    gain = np.linspace(1, 2, 2 * count - 1)
    found = _assignment.assign(left, right.astype(np.uint32), gain)
    sums = np.zeros(2 * count + 1)  # on a chain: the most up to each pair, by dynamic programming
    for place, worth in enumerate(np.round(gain, 9).tolist()):
        sums[place + 2] = max(sums[place + 1], sums[place] + worth)
    assert gain[found.chosen].sum() == pytest.approx(sums[-1], abs=1e-6)
