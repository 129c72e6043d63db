"""Comparisons of any field."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given

from linkkit.compare import distance_km, edits, function, number, sets, text
from linkkit.errors import SpecError

bounds = st.lists(st.floats(1e-6, 1.0), min_size=1, max_size=4, unique=True).map(sorted)


@given(bounds)
def test_bounds_that_differ_have_labels_that_differ(rising):
    falling = rising[::-1]
    made = [
        text("surname", falling),
        sets("tags", falling, metric="jaccard"),
        function("difflib:ndiff", "town", at_least=falling),
        function("difflib:ndiff", "town", at_most=rising),
        distance_km(rising),
        number("age", rising),
    ]
    for comparison in made:
        assert len(set(comparison.labels)) == len(comparison.labels)
        assert [
            float(label.split()[-1 if "km" not in label else -2]) for label in comparison.labels[-len(rising) - 1 : -1]
        ] in (
            rising,
            falling,
        )


def test_labels_are_as_short_as_they_can_be():
    assert text("surname", (0.92, 0.8)).labels[2:4] == (">= 0.92", ">= 0.8")
    assert number("age", (1, 2.5)).labels[2:4] == ("within 1", "within 2.5")
    assert number("age", (0.1, 0.125, 0.29), relative=True).labels[2:5] == ("within 10%", "within 12.5%", "within 29%")
    assert edits("phone", (1, 3)).labels[2:4] == ("<= 1 edit", "<= 3 edits")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: text("surname", (0.8, 0.9)), "at_least=. must fall"),
        (lambda: edits("surname", (2, 1)), "at_most=. must rise"),
        (lambda: number("age", ()), "must rise"),
        (lambda: function("difflib:ndiff", "town"), "takes one of"),
        (lambda: function("difflib:ndiff", "town", at_least=(1,), at_most=(1,)), "takes one of"),
        (lambda: text("surname", metric="levenshtein"), "is a distance"),
        (lambda: edits("surname", metric="jaro"), "is a similarity"),
    ],
)
def test_bounds_the_wrong_way_round_are_refused(make, message):
    with pytest.raises(SpecError, match=message):
        make()
