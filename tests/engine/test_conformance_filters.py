"""What every engine must do about bit filters, against sets of bit positions, one pair at a time."""

from __future__ import annotations

import base64
import itertools
import math

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

import linkkit as lk
from linkkit import specs
from linkkit.engine import ENGINES
from linkkit.errors import DataError
from linkkit.fields import Field
from linkkit.records import Records
from linkkit.specs import Near

pytestmark = pytest.mark.parametrize("engine", ENGINES)

BYTES = 9  # more than a word of the machine
FIELDS = 5
bits = st.frozensets(st.integers(0, 8 * BYTES - 1), max_size=12)
near_bits = st.sampled_from([frozenset(range(start, start + 8)) for start in range(4)])
filters = st.one_of(st.none(), st.just(frozenset()), bits, near_bits)
masked = st.one_of(st.none(), st.tuples(st.frozensets(st.integers(0, FIELDS - 1)), st.one_of(bits, near_bits)))
sides = st.tuples(st.lists(filters, min_size=1, max_size=8), st.lists(filters, min_size=1, max_size=8))


def _dice(one, other):
    return 2 * len(one & other) / (len(one) + len(other)) if one or other else 0.0


METRICS = {
    "dice_bits": _dice,
    "jaccard_bits": lambda one, other: len(one & other) / len(one | other) if one or other else 0.0,
    "overlap_bits": lambda one, other: len(one & other) / min(len(one), len(other)) if one and other else 0.0,
    "hamming_bits": lambda one, other: (8 * BYTES - len(one ^ other)) / (8 * BYTES),
}


def _spelled(positions, size):
    row = np.zeros(8 * size, np.uint8)
    row[list(positions)] = 1
    return base64.b64encode(np.packbits(row).tobytes()).decode()


def _text(one):
    return None if one is None else _spelled(one, BYTES)


def _masked_text(one):
    return None if one is None else f"{_spelled(one[0], 1)}.{_spelled(one[1], BYTES)}"


def _records(columns, engine, link_type="link_only"):
    datasets = [
        lk.Dataset(
            pd.DataFrame({"id": range(len(column)), "held": pd.array(column, "string")}),
            name=f"d{number}", id="id", fields={"held": Field("held", "filter")}, engine=engine,
        )
        for number, column in enumerate(columns)
    ]  # fmt: skip
    return Records(datasets, link_type)


def _every_pair(columns):
    one, other = (len(column) for column in columns)
    pairs = list(itertools.product(range(one), range(one, one + other)))
    return tuple(np.array(side, np.uint32) for side in zip(*pairs, strict=True))


def _similarities(columns, spell, metric, engine):
    records = _records([[spell(one) for one in column] for column in columns], engine)
    return records.engine.similarities(records, specs.TextSimilarity("held", metric), *_every_pair(columns))


@pytest.mark.parametrize("metric", sorted(METRICS))
@settings(deadline=None, max_examples=40)
@given(columns=sides)
def test_similarities_are_those_of_the_sets_of_bits(engine, metric, columns):
    found = _similarities(columns, _text, metric, engine)
    expected = [
        math.nan if one is None or other is None else METRICS[metric](one, other)
        for one, other in itertools.product(*columns)
    ]
    assert np.array_equal(found, expected, equal_nan=True)


@settings(deadline=None, max_examples=60)
@given(columns=st.tuples(st.lists(masked, min_size=1, max_size=8), st.lists(masked, min_size=1, max_size=8)))
def test_filters_behind_a_mask_are_compared_by_the_fields_that_both_hold(engine, columns):
    found = _similarities(columns, _masked_text, "dice_bits", engine)
    held = set().union(*(one[0] for column in columns for one in column if one is not None))
    for value, (one, other) in zip(found.tolist(), itertools.product(*columns), strict=True):
        common = one[0] & other[0] if one is not None and other is not None else set()
        if not common or len(common) < 0.5 * len(held):
            assert math.isnan(value)
            continue
        below = len(one[1]) * len(common) / len(one[0]) + len(other[1]) * len(common) / len(other[0])
        expected = min(1.0, 2 * len(one[1] & other[1]) / below) if below else 0.0
        assert value == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("spell", [_text, _masked_text], ids=["plain", "masked"])
@pytest.mark.parametrize("link_type", ["link_only", "dedupe", "link_and_dedupe"])
@settings(deadline=None, max_examples=40)
@given(data=st.data(), bound=st.sampled_from([0.3, 0.5, 0.8, 1.0]))
def test_near_makes_the_pairs_that_are_as_similar_once_each(engine, link_type, spell, data, bound):
    of = masked if spell is _masked_text else filters
    columns = data.draw(st.lists(st.lists(of, min_size=1, max_size=8), min_size=2, max_size=2))
    columns = columns[:1] if link_type == "dedupe" else columns
    records = _records([[spell(one) for one in column] for column in columns], engine, link_type)
    chunks = records.engine.pairs(records, [Near("held", "dice_bits", bound)]).chunks()
    made = sorted((int(a), int(b)) for chunk in chunks for a, b in zip(chunk.left, chunk.right, strict=True))
    left, right = (side.astype(np.uint32) for side in np.triu_indices(len(records), 1))
    apart = records.dataset_of(left) != records.dataset_of(right)
    allowed = apart if link_type == "link_only" else np.ones(len(left), bool)
    measured = records.engine.similarities(records, specs.TextSimilarity("held", "dice_bits"), left, right)
    wanted = allowed & (measured >= bound)
    assert made == sorted(zip(left[wanted].tolist(), right[wanted].tolist(), strict=True))


def test_a_value_that_is_no_filter_is_refused_by_its_column_and_not_shown(engine):
    records = _records([["not base64!", "QUJD"]], engine, "dedupe")
    with pytest.raises(DataError, match="'held' holds 1 different values that are no bit filters") as caught:
        records.engine.similarities(records, specs.TextSimilarity("held", "dice_bits"), *map(np.uint32, ([0], [1])))
    assert "not base64" not in str(caught.value)


def test_filters_of_two_lengths_are_refused(engine):
    records = _records([[_spelled({1}, 8), _spelled({1}, 16)]], engine, "dedupe")
    with pytest.raises(DataError, match="filters of 2 lengths, 64 to 128 bits"):
        records.engine.similarities(records, specs.TextSimilarity("held", "dice_bits"), *map(np.uint32, ([0], [1])))
