"""The ready comparisons, level by level, on pairs of values."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

import linkkit as lk
from linkkit import block, compare


def _level(comparison, left, right, fields=None):
    """The label of the level of two records, each a mapping from field to value."""
    frame = pd.DataFrame([{"id": 1, **left}, {"id": 2, **right}])
    named = {name: (fields or {}).get(name, name) for name in {*left, *right}}
    pairs = block.candidate_pairs(lk.Dataset(frame, fields=named), block.every_pair())
    levels = compare.compare_pairs(pairs, comparison)
    return next(iter(levels.sample()[f"{comparison.name} level"]))


def _of(comparison, field, left, right):
    return _level(comparison, {field: left}, {field: right})


@pytest.mark.parametrize(
    ("left", "right", "label"),
    [
        ("william", "william", "exact"), ("william", "wiliam", "near spelling"), ("william", "bill", "nickname"),
        ("mohammed", "muhammad", "nickname"), ("william", "w", "initial"), ("stephen", "steven", "nickname"),
        ("katherine", "kathleen", "alike"), ("ann", "george", "other"), ("ann", None, "missing"),
        (" ", "ann", "missing"),
    ],
)  # fmt: skip
def test_given_names(left, right, label):
    assert _of(compare.name(), "given_name", left, right) == label


def test_given_name_and_surname_exchanged():
    comparison = compare.name("given_name", swapped_with="surname")
    swapped = {"given_name": "lee", "surname": "harper"}, {"given_name": "harper", "surname": "lee"}
    assert _level(comparison, *swapped) == "swapped"


@pytest.mark.parametrize(
    ("left", "right", "label"),
    [
        ("smith", "smith", "exact"), ("featherstone", "featherstome", "near spelling"),
        ("smith jones", "jones", "one part"),
        ("smith", "smyth", "alike"), ("o'neil", "o'neill", "near spelling"), ("smith", "khan", "other"),
    ],
)  # fmt: skip
def test_surnames(left, right, label):
    assert _of(compare.surname(), "surname", left, right) == label


@pytest.mark.parametrize(
    ("left", "right", "label"),
    [
        ("2001-02-03", "2001-02-03", "exact"), ("2001-02-03", "2001-03-02", "day and month swapped"),
        ("2001-02-03", "2001-02-05", "one edit"), ("2001-02-03", "2001-02-14", "two parts"),
        ("2001-02-14", "2001-03-25", "within a year"), ("2001-02-14", "1975-11-30", "other"),
        ("2001-02-XX", "2001-02-XX", "known parts agree"), ("2001-02-03", None, "missing"),
    ],
)  # fmt: skip
def test_dates(left, right, label):
    assert _of(compare.date(), "date_of_birth", left, right) == label


@pytest.mark.parametrize(
    ("left", "right", "label"),
    [
        ("LS1 4AB", "LS1 4AB", "exact"), ("LS1 4AB", "LS1 4AC", "one edit"), ("LS1 4AB", "LS1 4XY", "same sector"),
        ("LS1 4AB", "LS1 9XY", "same outward"), ("LS1 4AB", "LS27 9XY", "same area"), ("LS1 4AB", "B7 9XY", "other"),
    ],
)  # fmt: skip
def test_postcodes(left, right, label):
    assert _of(compare.postcode(), "postcode", left, right) == label


@pytest.mark.parametrize(
    ("left", "right", "label"),
    [
        ("12 high street", "12 high street", "exact"), ("12 high street", "high street 12", "same words"),
        ("12 high street leeds", "12 high street", "same number, most words"),
        ("12 high street", "97 low lane", "other"),
    ],
)  # fmt: skip
def test_addresses(left, right, label):
    assert _of(compare.address(), "address", left, right) == label


@pytest.mark.parametrize(
    ("comparison", "field", "left", "right", "label"),
    [
        (compare.identifier("upn"), "upn", "a123456", "a123457", "one edit"),
        (compare.identifier("upn"), "upn", "a123456", "b999999", "other"),
        (compare.house_number(), "house_number", "12a", "12", "same digits"),
        (compare.phone(), "phone", "07700900461", "447700900461", "same ending"),
        (compare.email(), "email", "ann@example.org", "anne@example.org", "two edits"),
        (compare.full_name(), "full_name", "ann lee", "lee ann", "same words"),
        (compare.full_name(), "full_name", "ann mary lee", "ann lee", "words contained"),
        (compare.exact("sex"), "sex", "f", "m", "other"),
        (compare.text("town", (0.9,)), "town", "bradford", "bradfort", ">= 0.9"),
        (compare.text("town", (0.5,), metric="jaccard_words"), "town", "leeds city", "city leeds x", ">= 0.5"),
        (compare.edits("town", (1,)), "town", "leeds", "leed", "<= 1 edit"),
        (compare.number("age", (1, 2)), "age", "10", "12", "within 2"),
        (compare.number("age", (0.1,), relative=True), "age", "100", "109", "within 10%"),
        (compare.number("age", (1,)), "age", "ten", "10", "missing"),
        (compare.function("operator:eq", "town", at_least=(1,)), "town", "leeds", "leeds", "exact"),
    ],
)  # fmt: skip
def test_other_comparisons(comparison, field, left, right, label):
    assert _of(comparison, field, left, right) == label


def test_sets_share_members():
    assert _of(compare.sets("tags", (2, 1)), "tags", ["x", "y"], ["y", "x", "z"]) == "shared >= 2"
    assert _of(compare.sets("tags", (0.5,), metric="jaccard"), "tags", ["x", "y"], ["z"]) == "other"


def test_places_within_kilometres():
    leeds, bradford = {"latitude": 53.8008, "longitude": -1.5491}, {"latitude": 53.7960, "longitude": -1.7594}
    assert _level(compare.distance_km((5, 20)), leeds, bradford) == "within 20 km"
    assert _level(compare.distance_km((5, 20)), leeds, {"latitude": math.nan, "longitude": 1.0}) == "missing"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: compare.text("town", (0.8, 0.9)),
            r"text\(at_least=\) must fall from strict to loose; got \(0.8, 0.9\)",
        ),
        (lambda: compare.edits("town", (2, 1)), r"edits\(at_most=\) must rise"),
        (lambda: compare.text("town", (0.9,), metric="osa"), "is a distance in edits: use within_edits"),
        (lambda: compare.edits("town", (1,), metric="jaro"), "is a similarity: use similar"),
        (lambda: compare.function("a:b", "town"), "takes one of at_least= .* and at_most="),
        (lambda: compare.similar("town", 1.5), "above 0 and at most 1"),
        (lambda: compare.within_days("date_of_birth", -1), "must be 0 or more|at least 0"),
    ],
)
def test_a_wrong_comparison_says_so_when_it_is_made(make, message):
    with pytest.raises(lk.SpecError, match=message):
        make()


def test_fields_that_are_not_there_are_said_at_once():
    people = lk.Dataset(pd.DataFrame({"id": [1, 2], "surname": ["lee", "poe"]}))
    pairs = block.candidate_pairs(people, block.every_pair())
    with pytest.raises(lk.PlanError) as caught:
        compare.compare_pairs(pairs, [compare.exact("sex"), compare.surname(), compare.date()])
    assert len(caught.value.mistakes) == 2


@pytest.mark.parametrize(
    "field", ["given_name", "surname", "full_name", "date_of_birth", "sex", "postcode", "address", "nhs_number", "town"]
)
def test_every_field_has_a_recommended_comparison(field):
    made = compare.recommended(field)
    assert made.name == field
    assert made.labels[1] == "exact"


def test_a_whole_name_beside_its_parts_is_left_out():
    made = compare.recommended_comparisons(["full_name", "given_name", "surname"])
    assert [comparison.name for comparison in made] == ["given_name", "surname"]


def test_a_function_may_be_given_itself_and_is_then_no_part_of_a_file(tmp_path):
    frame = pd.DataFrame({"id": [1, 2, 3], "town": ["Leeds", "Leedes", "York"]})
    pairs = lk.block.candidate_pairs(lk.Dataset(frame, fields={"town": "town"}), lk.block.every_pair())
    alike = lk.compare.function(lambda left, right: left[:3] == right[:3], "town", at_least=(1.0,))
    levels = lk.compare.compare_pairs(pairs, alike)
    assert levels.show(*np.array([[0, 0], [1, 2]], np.uint32))["town level"].tolist() == [">= 1", "other"]
    with pytest.raises(lk.PlanError, match="import"):
        lk.Plan(compare=[alike]).save(tmp_path / "plan.toml")
