from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from linkkit.dataset import Dataset
from linkkit.errors import DataError
from linkkit.evaluate import Truth, truth_from_ids
from linkkit.records import Records


def pairs(truth):
    return list(zip(*(rows.tolist() for rows in truth.pairs()), strict=True))


@pytest.fixture(scope="module")
def one(make):
    return make.records(["a", "b", "c", "d"])


@pytest.fixture(scope="module")
def two(make):
    return make.records([1, 2, 3], ["x", "y", "z"])


PERSONS = {"a": "p", "b": "q", "c": "p", "d": "p"}


@pytest.mark.parametrize(
    "known",
    [
        PERSONS,
        pd.Series(PERSONS),
        pd.DataFrame({"id": list(PERSONS), "person": list(PERSONS.values())}),
        pd.DataFrame({"person": [7, 8, 7, 7], "id": list("abcd")}),
        pd.DataFrame({"record_id": list(PERSONS), "family": [1, 2, 3, 4], "person_id": list(PERSONS.values())}),
        pd.DataFrame({"left_id": ["c", "a", "d", "d"], "right_id": ["a", "d", "c", "c"]}),
        pl.DataFrame({"left_id": ["c", "a", "d"], "right_id": ["a", "d", "c"]}),
        pa.table({"id": list(PERSONS), "person": list(PERSONS.values())}),
    ],
    ids=["mapping", "series", "frame", "columns in another order", "named columns", "pairs", "polars", "arrow"],
)
def test_every_form_of_one_dataset_says_the_same(one, known):
    truth = truth_from_ids(one, known)
    assert pairs(truth) == [(0, 2), (0, 3), (2, 3)]
    assert truth.pair_count == 3
    left, right = (rows.reshape(-1).astype(np.uint32) for rows in np.indices((4, 4)))
    found = truth.is_match(left, right) & (left < right)
    assert list(zip(left[found].tolist(), right[found].tolist(), strict=True)) == pairs(truth)


@pytest.mark.parametrize(
    "known",
    [
        {"A": {1: 10, 2: 10, 3: 11}, "B": pd.Series({"x": 10, "y": 11, "z": 12})},
        pd.DataFrame({"dataset": list("AAABBB"), "id": [1, 2, 3, "x", "y", "z"], "person": [10, 10, 11, 10, 11, 12]}),
        pd.DataFrame({"left_id": [1, 2, 3], "right_id": ["x", "x", "y"]}),
        pd.DataFrame({"left_dataset": "A", "left_id": [1, 2, 3], "right_dataset": "B", "right_id": ["x", "x", "y"]}),
    ],
    ids=["mapping of tables", "one frame", "pairs", "pairs with datasets"],
)
def test_every_form_of_two_datasets_says_the_same_and_counts_no_pair_within(two, known):
    truth = truth_from_ids(two, known)
    assert pairs(truth) == [(0, 3), (1, 3), (2, 4)]
    assert truth.pair_count == 3


def test_a_column_names_the_persons():
    frames = [
        pd.DataFrame({"id": [3, 1, 2], "sex": "f", "person": ["p", "q", None]}),
        pd.DataFrame({"id": [1, 2], "sex": "f", "person": ["q", "p"]}),
    ]
    records = Records([Dataset(frame, name=f"d{number}") for number, frame in enumerate(frames)])
    assert pairs(truth_from_ids(records, "person")) == [(0, 3), (2, 4)]
    with pytest.raises(DataError, match=r"d0: the truth names the column 'persn'.*Did you mean 'person'"):
        truth_from_ids(records, "persn")


def test_numbers_and_texts_of_persons_are_the_same(two):
    truth = truth_from_ids(two, {"A": {1: 10, 2: 11}, "B": {"x": "10", "y": "11"}})
    assert pairs(truth) == [(0, 3), (1, 4)]


def test_ids_that_are_not_there_are_counted(one):
    truth = truth_from_ids(one, {"a": 1, "b": 1, "zz": 1})
    assert (truth.pair_count, truth.left_out) == (1, 1)
    assert "1 entries left out" in repr(truth)
    listed = truth_from_ids(one, pd.DataFrame({"left_id": ["a", "a", "b"], "right_id": ["b", "zz", "b"]}))
    assert (listed.pair_count, listed.left_out) == (1, 2)


def test_records_without_a_person_are_not_judged(one):
    truth = truth_from_ids(one, {"a": "p", "b": "p", "c": None})
    assert truth.person.tolist() == [0, 0, -1, -1]
    assert truth.is_judged(np.array([0, 0, 2]), np.array([1, 2, 3])).tolist() == [True, False, False]
    assert not truth.is_match(np.array([2]), np.array([3])).any()


@pytest.mark.parametrize(
    "known",
    [{"zz": 1}, pd.DataFrame({"left_id": ["zz"], "right_id": ["a"]}), {}, {"a": None}],
    ids=["persons", "pairs", "empty", "missing"],
)
def test_a_truth_that_names_no_record_is_an_error_without_values(one, known):
    with pytest.raises(DataError, match="None of the") as caught:
        truth_from_ids(one, known)
    assert "zz" not in str(caught.value)


def test_two_persons_for_one_id_are_an_error_without_values(one):
    frame = pd.DataFrame({"id": ["a", "a", "b"], "person": ["Pat", "Sam", "Pat"]})
    with pytest.raises(DataError, match="A: the truth gives 1 ids more than one person") as caught:
        truth_from_ids(one, frame)
    assert "Sam" not in str(caught.value)


def test_several_datasets_need_names(two):
    with pytest.raises(DataError, match="given by name"):
        truth_from_ids(two, {1: 10, "x": 10})
    with pytest.raises(DataError, match="two columns"):
        truth_from_ids(two, {"A": pd.DataFrame({"id": [1], "p": [1], "q": [1]})})


def test_a_truth_is_taken_as_it_is(one):
    truth = truth_from_ids(one, PERSONS)
    assert isinstance(truth, Truth)
    assert truth_from_ids(one, truth) is truth
