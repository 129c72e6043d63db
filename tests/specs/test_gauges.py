"""Comparisons compiled to gauges against Kleene's logic, worked out pair by pair."""

from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

import linkkit as lk
from linkkit import block, compare
from linkkit.errors import SpecError
from linkkit.specs import (
    Comparison,
    Equal,
    Level,
    NumberGap,
    TextSimilarity,
    Threshold,
    all_of,
    compile_comparisons,
    either,
    negated,
)

VALUES = st.sampled_from([None, "1", "2", "3", "5"])
rows = st.lists(st.tuples(VALUES, VALUES), min_size=2, max_size=6)


def _near(field, at_most):
    return Threshold(NumberGap(field), at_most)


simple = st.one_of(
    st.sampled_from([Threshold(Equal("one")), Threshold(Equal("other"))]),
    st.builds(_near, st.sampled_from(["one", "other"]), st.sampled_from([0.0, 1.0, 2.0])),
)
conditions = st.recursive(
    simple,
    lambda inner: st.one_of(
        st.builds(negated, inner), st.builds(all_of, inner, inner), st.builds(either, inner, inner)
    ),
    max_leaves=6,
)


def _truth(condition, left, right):
    """True, False or None (unknown), by the book."""
    if isinstance(condition, Threshold):
        field = condition.measure.column
        first, second = left[field], right[field]
        if first is None or second is None:
            return None
        return (
            first == second
            if isinstance(condition.measure, Equal)
            else abs(int(first) - int(second)) <= condition.bound
        )
    parts = [_truth(inner, left, right) for inner in condition.conditions]
    if condition.operator == "not":
        return None if parts[0] is None else not parts[0]
    decisive = condition.operator == "or"
    if decisive in parts:
        return decisive
    return None if None in parts else not decisive


def _level(comparison, left, right):
    parts = [_truth(level.condition, left, right) for level in comparison.levels]
    if True in parts:
        return parts.index(True) + 1
    missing = any(left[field] is None or right[field] is None for field in comparison.fields)
    return 0 if missing or all(part is None for part in parts) else len(parts) + 1


@settings(max_examples=150, deadline=None)
@given(rows, st.lists(conditions, min_size=1, max_size=4))
def test_levels_follow_from_the_conditions_in_three_valued_logic(table, listed):
    comparison = Comparison("made", tuple(Level(f"level {number}", one) for number, one in enumerate(listed)))
    frame = pd.DataFrame(table, columns=["one", "other"]).assign(id=range(len(table)))
    fields = {name: lk.Field(name, "number") for name in ("one", "other")}
    people = lk.Dataset(frame, fields=fields)
    levels = compare.compare_pairs(block.candidate_pairs(people, block.every_pair()), comparison)
    records = [dict(zip(("one", "other"), row, strict=True)) for row in table]
    for left, right, found in levels:
        for one, other, level in zip(left.tolist(), right.tolist(), found[:, 0].tolist(), strict=True):
            assert level == _level(comparison, records[one], records[other])


def test_codes_and_levels_are_inverses():
    compiled = compile_comparisons([compare.exact("sex"), compare.date(), compare.name()])
    codes = np.arange(compiled.size)
    assert np.array_equal(compiled.codes(compiled.levels(codes)), codes)


def test_a_measure_that_many_levels_ask_for_is_taken_once():
    compiled = compile_comparisons([compare.text("surname", (0.95, 0.9, 0.8)), compare.exact("surname").__class__(
        "again", (Level("near", Threshold(TextSimilarity("surname"), 0.85)),)
    )])  # fmt: skip
    assert len(compiled.gauges) == 1
    assert compiled.gauges[0].bounds == (1.0, 0.95, 0.9, 0.85, 0.8)


def test_two_comparisons_of_one_name_are_refused():
    with pytest.raises(SpecError, match="Two comparisons have one name"):
        compile_comparisons([compare.exact("sex"), compare.exact("sex")])


def test_too_many_combinations_of_levels_are_refused():
    many = [
        Comparison(f"c{n}", tuple(Level(str(k), Threshold(NumberGap("age"), k)) for k in range(200))) for n in range(9)
    ]
    with pytest.raises(SpecError, match="too many combinations"):
        compile_comparisons(many)
