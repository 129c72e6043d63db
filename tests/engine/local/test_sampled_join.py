"""The join by sampled bits, against filters compared bit by bit; tables are chosen where they are less work."""

from __future__ import annotations

import base64

import hypothesis.strategies as st
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings

from linkkit.engine.local._filters import Metric
from linkkit.engine.local._sampled_join import sampled_hits, tables_of
from linkkit.engine.local._value_join import NearLists
from linkkit.engine.local.graders import BitsTable
from linkkit.specs._sampled_bits import Tables, agreeing, drawn_positions

WEIGHTS = (0.7, 0.9)


def _table(rows):
    texts = [base64.b64encode(row.tobytes()).decode() for row in np.packbits(rows, axis=1)]
    return BitsTable.build(pa.array(["", *texts]))


def _similarity(metric, one, other):
    shared, left, right, bits = (one & other).sum(), one.sum(), other.sum(), len(one)
    if metric == "hamming":
        return (bits - (one ^ other).sum()) / bits
    if not left or not right:
        return 0.0
    if metric == "jaccard":
        return shared / (left + right - shared)
    return min(1.0, 2 * shared / (left + right if metric == "dice" else WEIGHTS[0] * left + WEIGHTS[1] * right))


@settings(deadline=None, max_examples=100)
@given(
    seed=st.integers(0, 2**32 - 1),
    size=st.integers(1, 12),
    rows=st.tuples(st.integers(1, 30), st.integers(1, 30)),
    metric=st.sampled_from(["dice", "jaccard", "hamming", "weighted_dice"]),
    bound=st.sampled_from([0.3, 0.6, 0.9]),
    tables=st.integers(1, 4),
    key_bits=st.integers(1, 8),
    within=st.booleans(),
)
def test_hits_are_the_near_pairs_that_agree_on_all_bits_of_some_table(
    seed, size, rows, metric, bound, tables, key_bits, within
):
    random = np.random.default_rng(seed)
    filters = random.random((sum(rows), 8 * size)) < random.random((sum(rows), 1))
    filters[::3] = filters[random.integers(0, len(filters), len(filters[::3]))]
    one = np.arange(1, rows[0] + 1)
    other = one if within else np.arange(rows[0] + 1, sum(rows) + 1)
    weights = WEIGHTS if metric == "weighted_dice" and not within else (0.5, 0.5)
    how = Metric("dice" if metric == "weighted_dice" and within else metric, 8 * size, *weights)
    chosen = Tables(tables, key_bits, 0.5, 0.0, 0.0)
    table = _table(filters)
    left, right, made = sampled_hits(table, one, other, how, bound, chosen, seed, 1)
    positions = drawn_positions(b"linkkit near" + seed.to_bytes(8, "big"), tables, 8 * size, key_bits).astype(int)
    # words hold the bits of a byte from the lowest
    bits = np.unpackbits(np.packbits(filters, axis=1), axis=1, bitorder="little")
    expected, candidates = [], 0
    for first in one:
        for second in other:
            if within and second <= first:
                continue
            pair = filters[first - 1], filters[second - 1]
            meet = (bits[first - 1][positions] == bits[second - 1][positions]).all(axis=1)
            if how.name != "hamming" and not (pair[0].any() and pair[1].any()):
                continue
            candidates += meet.sum()
            if meet.any() and _similarity(how.name, *pair) >= bound:
                expected.append((first, second))
    assert sorted(zip(left.tolist(), right.tolist(), strict=True)) == expected
    assert (made.tables, made.completeness, made.candidates) == (tables, 0.5, candidates)
    three = sampled_hits(table, one, other, how, bound, chosen, seed, 3)
    assert sorted(zip(three[0].tolist(), three[1].tolist(), strict=True)) == expected
    assert three[2] == made


@given(
    lists=st.lists(st.frozensets(st.integers(0, 12)), min_size=1, max_size=8),
    asked=st.lists(st.tuples(st.integers(0, 7), st.integers(0, 13)), max_size=30),
)
def test_lists_hold_what_was_listed(lists, asked):
    starts = np.concatenate([[0], np.cumsum([len(one) for one in lists])]).astype(np.int64)
    values = np.array([value for one in lists for value in sorted(one)], np.uint32)
    asked = [(which % len(lists), value) for which, value in asked]
    one, other = (np.array([pair[side] for pair in asked], np.uint32) for side in (0, 1))
    assert NearLists(starts, values).hold(one, other).tolist() == [value in lists[which] for which, value in asked]


def _alike(random, rows, bits, noise):
    filters = random.random((rows, bits)) < 0.3
    return np.concatenate([filters, filters ^ (random.random(filters.shape) < noise)])


def test_tables_are_chosen_where_they_are_less_work_only():
    random = np.random.default_rng(1)
    table = _table(_alike(random, 5000, 4096, 0.01))
    one, other, dice = np.arange(1, 5001), np.arange(5001, 10001), Metric("dice", 4096)
    chosen = tables_of(table, one, other, dice, 0.9, 0.9)
    assert chosen is not None
    assert chosen.completeness >= 0.9
    # of 1,229 bits on either side a tenth differs
    chance = agreeing(4096, np.array([0.1 * 2 * 0.3 * 4096]))[chosen.bits_per_key, 0]
    assert chosen.completeness == pytest.approx(1 - (1 - chance) ** chosen.tables, abs=0.01)
    assert sampled_hits(table, one, other, dice, 0.9, chosen, 1, 1)[2].candidates < 0.05 * 5000**2
    assert tables_of(table, one[:500], other[:500], dice, 0.9, 0.9) is None  # few filters
    assert tables_of(table, one, other, dice, 0.05, 0.99) is None  # hardly a bound
    assert tables_of(table, one, one[:0], dice, 0.9, 0.9) is None


@pytest.mark.parametrize(("weight", "apart"), [(None, 2 * 0.05), (0.95, 2 - 0.95 * 1.95)])
def test_tables_of_filters_with_fewer_fields_are_for_pairs_further_apart(weight, apart):
    random = np.random.default_rng(2)
    table = _table(_alike(random, 5000, 4096, 0.01))
    one, other = np.arange(1, 5001), np.arange(5001, 10001)
    how = Metric("dice", 4096) if weight is None else Metric("weighted_dice", 4096, weight, 1.0)
    chosen = tables_of(table, one, other, how, 0.95, 0.9)
    assert chosen is not None
    chance = agreeing(4096, np.array([apart * 0.3 * 4096]))[chosen.bits_per_key, 0]
    assert chosen.completeness == pytest.approx(1 - (1 - chance) ** chosen.tables, abs=0.01)
