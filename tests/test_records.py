"""All records of one linkage, under one numbering and one dictionary a field."""

from __future__ import annotations

import pandas as pd
import pytest

from linkkit.dataset import Dataset
from linkkit.errors import DataError, PlanError
from linkkit.records import Records


def dataset(name, surnames, first_id=1, **columns):
    ids = range(first_id, first_id + len(surnames))
    return Dataset(pd.DataFrame({"id": ids, "surname": surnames, **columns}), name=name)


@pytest.fixture
def two():
    return Records([dataset("left", ["Lee", "Poe", None]), dataset("right", ["Poe", "Lee", "Ray", "Lee"], 11)])


def test_equal_values_have_equal_codes_over_datasets(two):
    codes = two.encoded("surname").codes.tolist()
    assert codes[0] == codes[4] == codes[6]
    assert codes[1] == codes[3]
    assert codes[2] == 0


def test_rows_and_ids_are_found_from_each_other(two):
    assert two.ids([3, 6], 1).to_pylist() == [11, 14]
    assert two.rows_of([14, 99], 1).tolist() == [6, -1]
    assert two.rows_of(["2"]).tolist() == [1]
    assert two.ids_as_objects([0, 5]).tolist() == [1, 13]
    assert two.dataset_of([0, 2, 3, 6]).tolist() == [0, 0, 1, 1]


@pytest.mark.parametrize(("link_type", "pairs"), [("link_only", 12), ("dedupe", 9), ("link_and_dedupe", 21)])
def test_how_many_pairs_the_product_has(two, link_type, pairs):
    assert Records(two.datasets, link_type).pair_count == pairs


def test_counts_of_pairs_are_exact_beyond_64_bits():
    records = Records([dataset("one", ["Lee"])])
    records.starts = records.starts * 10**10
    assert records.pair_count == 10**10 * (10**10 - 1) // 2


def test_columns_may_be_transformed_and_joined():
    records = Records([dataset("one", ["Lee", "Leigh", None], town=["York", None, "York"])])
    first, second, missing = records.encoded("soundex(surname)").codes.tolist()
    assert (first, missing) == (1, 0)
    assert second != first
    joined = records.encoded("joined(surname, town)")
    assert joined.codes.tolist() == [1, 0, 0]
    assert joined.texts() == ["", "Lee York"]


def test_many_columns_join_without_overflow():
    size = 300
    columns = {f"field_{number}": [f"v{row * (number + 3) % size}" for row in range(size)] for number in range(12)}
    table = pd.DataFrame({"id": range(size), **columns})
    records = Records([Dataset(table, fields={name: name for name in columns})])
    codes = records.encoded(f"joined({', '.join(columns)})").codes
    assert len(set(codes.tolist())) == len(table.drop(columns="id").drop_duplicates())


def test_words_are_sets_and_single_values_sets_of_one():
    records = Records([dataset("one", ["smith jones", "jones", None])])
    words = records.encoded_sets("words(surname)")
    shared = set(words.members[words.starts[1] : words.starts[2]]) & set(
        words.members[words.starts[2] : words.starts[3]]
    )
    assert len(shared) == 1
    single = records.encoded_sets("surname")
    assert single.codes.tolist() == [1, 2, 0]
    assert single.members.tolist() == [1, 2]


def test_swapped_columns_share_a_dictionary():
    records = Records([dataset("one", ["Lee", "Ann"], given_name=["Ann", "Lee"])])
    first, second, values = records.shared("given_name", "surname")
    assert first.tolist() == second[::-1].tolist()
    assert len(values) == 3


def test_a_set_is_no_single_value():
    records = Records([dataset("one", ["Lee"])])
    with pytest.raises(DataError, match="holds sets"):
        records.encoded("words(surname)")


def test_a_field_that_a_dataset_lacks_is_named_with_a_hint(two):
    with pytest.raises(PlanError, match=r"left: there is no field 'surnam'\. Did you mean 'surname'"):
        two.encoded("surnam")


def test_two_datasets_need_two_names():
    with pytest.raises(DataError, match="have the name 'same'"):
        Records([dataset("same", ["Lee"]), dataset("same", ["Lee"])])


def test_the_same_dataset_twice_is_refused():
    one = dataset("one", ["Lee"])
    with pytest.raises(DataError, match="given twice"):
        Records([one, one])


def test_no_common_field_is_refused():
    other = Dataset(pd.DataFrame({"id": [1], "postcode": ["LS1 4AP"]}), name="other")
    with pytest.raises(DataError, match="no field in common"):
        Records([dataset("one", ["Lee"]), other])


def test_expressions_are_worked_out_once(two):
    assert two.encoded("first(surname, 1)") is two.encoded(" first( surname ,1)")


def test_pooled_columns_leave_out_what_is_missing():
    table = pd.DataFrame({"id": [1, 2, 3, 4], "a": ["x", "x", None, None], "b": ["y", None, "y", None]})
    records = Records([Dataset(table, fields={"a": "a", "b": "b"})])
    column = records.encoded("pooled(a, b)")
    assert [column.texts()[code] for code in column.codes] == ["x y", "x", "y", ""]
    assert column.codes[3] == 0


def test_a_column_that_a_dataset_lacks_is_missing_there_where_that_is_asked_for():
    one = Dataset(pd.DataFrame({"id": [1], "a": ["x"], "b": ["y"]}), name="one", fields={"a": "a", "b": "b"})
    other = Dataset(pd.DataFrame({"id": [1], "a": ["x"]}), name="other", fields={"a": "a"})
    records = Records([one, other])
    found = records.column_or_missing("b")
    assert [found.texts()[code] for code in found.codes] == ["y", ""]
    with pytest.raises(PlanError, match="other: there is no field 'b'"):
        records.column("b")
    with pytest.raises(PlanError, match="there is no field 'c'"):
        records.column_or_missing("c")
