"""Records: several datasets under one numbering and one dictionary a column."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import linkkit as lk


def _dataset(name, **columns):
    size = len(next(iter(columns.values())))
    return lk.Dataset(pd.DataFrame({"id": range(size), **columns}), name=name)


@pytest.fixture
def records():
    left = _dataset("a", surname=["lee", "poe", None], sex=["f", "m", "f"])
    right = _dataset("b", surname=["poe", "fox"], town=["york", "hull"])
    return lk.Records([left, right])


def test_rows_are_numbered_by_dataset_and_id(records):
    assert len(records) == 5
    assert records.dataset_of(np.array([0, 2, 3, 4])).tolist() == [0, 0, 1, 1]
    assert records.ids_as_objects(np.array([4, 0])).tolist() == [1, 0]
    assert records.rows_of([1, 9], 1).tolist() == [4, -1]


def test_equal_codes_are_equal_values_across_datasets(records):
    codes = records.encoded("surname").codes
    assert codes[1] == codes[3] > 0
    assert codes[2] == 0


def test_only_shared_fields_are_fields(records):
    assert records.fields == ("surname",)
    with pytest.raises(lk.PlanError, match="a: there is no field 'town'"):
        records.encoded("town")


@pytest.mark.parametrize(("link_type", "pairs"), [("link_only", 6), ("dedupe", 4), ("link_and_dedupe", 10)])
def test_the_product_of_each_link_type(records, link_type, pairs):
    assert lk.Records(records.datasets, link_type).pair_count == pairs


def test_expressions_are_worked_out_on_distinct_values_and_kept(records):
    assert records.encoded("first(surname, 1)") is records.encoded(" first( surname ,1)")
    assert records.encoded("first(surname, 1)").texts() == ["", "l", "p", "f"]


def test_joined_columns_are_missing_where_any_is():
    people = lk.Records([_dataset("a", surname=["lee", "poe", None], given_name=["ann", None, "bo"])])
    column = people.encoded("joined(given_name, surname)")
    assert [column.texts()[code] for code in column.codes] == ["ann lee", "", ""]


def test_sets_and_single_values_are_told_apart(records):
    words = records.encoded_sets("surname")
    assert (words.codes > 0).tolist() == [True, True, False, True, True]
    with pytest.raises(lk.DataError, match="holds sets of values"):
        records.encoded("words(surname)")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda a, b: lk.Records([]), "no dataset to link"),
        (lambda a, b: lk.Records([a, a]), "given twice. To find duplicates within it, use dedupe"),
        (lambda a, b: lk.Records([a], "link_only"), "needs two datasets or more"),
        (lambda a, b: lk.Records([a, b], "fuzzy"), "link_type must be"),
        (lambda a, b: lk.Records([a, _dataset("a", surname=["x"])]), "Two datasets have the name 'a'"),
        (lambda a, b: lk.Records([a, _dataset("c", town=["x"])]), "no field in common: a has surname, sex; c has town"),
    ],
)
def test_datasets_that_cannot_be_linked_are_refused(records, make, message):
    with pytest.raises(lk.DataError, match=message):
        make(*records.datasets)
