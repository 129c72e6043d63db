"""Dates are graded as rapidfuzz's OSA grades their text."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from linkkit.engine.local.kernels import TextTable, grade_rows, grade_text

DIGITS = st.one_of(st.text("12", min_size=8, max_size=8), st.text("0123456789", min_size=8, max_size=8))


def as_date(digits):
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"


@st.composite
def near_dates(draw):
    """Dates that differ in a few digits, swaps or shifts."""
    digits = draw(DIGITS)
    found = [digits]
    for _ in range(draw(st.integers(1, 6))):
        at, to = draw(st.integers(0, 7)), draw(st.integers(0, 7))
        character = draw(st.sampled_from("0129"))
        without = digits[:at] + digits[at + 1 :]
        digits = draw(
            st.sampled_from(
                [
                    digits[:at] + character + digits[at + 1 :],
                    without[:to] + character + without[to:],
                    digits[:at] + digits[at : at + 2][::-1] + digits[at + 2 :],
                ]
            )
        )
        found.append(digits)
    return ["", *dict.fromkeys(map(as_date, found))]


@pytest.mark.parametrize(
    ("metric", "bounds"),
    [("osa", (1, 2)), ("osa", (0, 1, 2)), ("osa", (0,)), ("osa", (1.5,)), ("osa_similarity", (1.0, 0.9, 0.8))],
)
@given(values=near_dates())
@settings(max_examples=150, deadline=None)
def test_grades_of_dates_equal_those_of_their_text(metric, bounds, values):
    table = TextTable.build(values)
    assert table.dates is not None
    codes = np.arange(len(values), dtype=np.uint32)
    left, right = np.repeat(codes, len(codes)), np.tile(codes, len(codes))
    grades = np.empty(len(left), np.uint8)
    grade_text(metric, table, left, right, bounds, grades)
    rows = np.empty((len(codes), len(codes)), np.uint8)
    grade_rows(metric, table, codes, bounds, rows)
    assert rows.ravel().tolist() == grades.tolist()
    for one, other, grade in zip(left, right, grades, strict=True):
        if one == 0 or other == 0:
            assert grade == 0
        elif metric == "osa":
            assert grade == 1 + sum(OSA.distance(values[one], values[other]) > bound for bound in bounds)
        else:
            assert grade == 1 + sum(OSA.normalized_similarity(values[one], values[other]) < bound for bound in bounds)


def test_every_pair_of_overlapping_swaps_and_shifts_of_a_year_is_right():
    years = [f"{a}{b}{c}{d}" for a in "123" for b in "123" for c in "123" for d in "123"]
    values = ["", *(f"{year}-01-02" for year in years), *(f"{year}-10-02" for year in years[::7])]
    table = TextTable.build(values)
    codes = np.arange(1, len(values), dtype=np.uint32)
    rows = np.empty((len(codes), len(values)), np.uint8)
    grade_rows("osa", table, codes, (0, 1, 2), rows)
    for code in codes:
        expected = [min(OSA.distance(values[code], value), 3) + 1 for value in values[1:]]
        assert rows[code - 1, 1:].tolist() == expected


@pytest.mark.parametrize(
    "other", ["1999/12/31", "1999-12-3", "1999-12-311", "199a-12-31", "19991231", "１999-12-31", "1999-12-3é"]
)
def test_a_column_with_anything_else_is_no_column_of_dates(other):
    assert TextTable.build(["", "1999-12-31", other]).dates is None


def test_a_column_of_missing_values_only_is_no_column_of_dates():
    assert TextTable.build([""]).dates is None


def test_bounds_beyond_two_are_graded_by_the_general_kernel():
    values = ["", "1999-12-31", "2001-01-01", "1999-12-13", "1991-02-13"]
    table = TextTable.build(values)
    rows = np.empty((1, 5), np.uint8)
    grade_rows("osa", table, np.array([1], np.uint32), (1, 2, 3, 4, 5), rows)
    expected = [1 + sum(OSA.distance(values[1], value) > bound for bound in range(1, 6)) for value in values[1:]]
    assert rows[0, 1:].tolist() == expected
