"""Columns of bytes: text where they are text, refused where they are none, encodings where the field says so."""

from __future__ import annotations

import base64

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import linkkit as lk
from linkkit import DataError, pipelines
from linkkit.encoded import encode, encode_sets

NAMES = ["Zoë", "O'Neill", None, "Ann", " ", "Ann"]
KINDS = [pa.binary(), pa.large_binary(), pa.dictionary(pa.int32(), pa.binary())]


@pytest.fixture(scope="module")
def frames():
    people = lk.synth.people(300, seed=1)
    return people.register(coverage=0.7, name="a"), people.register(coverage=0.6, name="b")


def _in_bytes(frame, columns):
    table = pa.Table.from_pandas(frame, preserve_index=False)
    for name in columns:
        table = table.set_column(table.schema.get_field_index(name), name, table[name].cast(pa.binary()))
    return table


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_bytes_that_are_text_are_read_as_the_text(kind):
    spelled = pa.array([None if name is None else name.encode() for name in NAMES], pa.binary())
    column = spelled.dictionary_encode() if pa.types.is_dictionary(kind) else spelled.cast(kind)
    people = lk.Dataset(pa.table({"id": range(6), "surname": column}))
    assert people.to_pandas()["surname"].fillna("").tolist() == ["Zoë", "O'Neill", "", "Ann", "", "Ann"]
    assert encode(people.table_column("surname")).codes.tolist() == encode(pa.array(NAMES)).codes.tolist()


def test_bytes_of_pandas_and_bytes_that_are_padded_are_read_as_the_text():
    people = lk.Dataset(pd.DataFrame({"id": [b"x2", b"x1"], "surname": [b"Ann", "Zoë".encode()]}))
    assert people.ids.to_pylist() == ["x1", "x2"]
    assert people.to_pandas()["surname"].tolist() == ["Zoë", "Ann"]
    padded = pa.table({"id": [1, 2], "surname": pa.array([b"Ann\0\0", b"Bobby"], pa.binary(5))})
    assert lk.Dataset(padded).to_pandas()["surname"].tolist() == ["Ann", "Bobby"]


def test_lists_of_bytes_are_lists_of_the_texts():
    lists = pa.array([["b", "a"], None, ["é"]], pa.list_(pa.string()))
    in_bytes = pa.array([[b"b", b"a"], None, ["é".encode()]], pa.list_(pa.binary()))
    assert encode_sets(in_bytes).lists([0, 1, 2]) == encode_sets(lists).lists([0, 1, 2])


@given(st.lists(st.one_of(st.none(), st.text()), min_size=1))
def test_a_column_is_the_same_as_bytes_and_as_text(texts):
    texts = [text if text is None else text.replace("\ud800", "") for text in texts]
    column = pa.array(texts, pa.string())
    as_text, as_bytes = encode(column), encode(column.cast(pa.binary()))
    assert as_bytes.codes.tolist() == as_text.codes.tolist()
    assert as_bytes.texts() == as_text.texts()


def test_a_linkage_and_an_algorithm_are_the_same_on_bytes_and_on_text(frames, tmp_path):
    left, right = frames
    other = lk.Dataset(right.frame, name="b", id=right.id)
    text = lk.Dataset(left.frame, name="a", id=left.id)
    in_bytes = _in_bytes(left.frame, [left.id, "surname", "forename", "postcode"])
    pq.write_table(in_bytes, tmp_path / "a.parquet")
    for given_table in (in_bytes, tmp_path / "a.parquet"):
        held = lk.Dataset(given_table, name="a", id=left.id)
        expected = lk.link(text, other, progress=False).links
        pd.testing.assert_frame_equal(lk.link(held, other, progress=False).links, expected)
        slk = pipelines.algorithm("slk_581")
        assert len(slk.link(text, other).links) > 30
        pd.testing.assert_frame_equal(slk.link(held, other).links, slk.link(text, other).links)


def test_bytes_that_are_no_text_are_refused_by_dataset_column_and_rows():
    held = [b"Ann", "Zoë".encode("latin-1"), None, "Zoé".encode("latin-1")]
    people = lk.Dataset(pa.table({"id": [4, 3, 2, 1], "surname": pa.array(held)}), name="register")
    with pytest.raises(
        DataError, match=r"^register: the column 'surname' holds bytes, and in 2 of 4 records \(rows 2"
    ) as told:
        people.encoded("surname")
    assert "Zo" not in str(told.value)
    fewer = people.restricted(people.order != 1, "test")
    with pytest.raises(DataError, match=r"in 1 of 3 records \(row 4\)"):
        fewer.encoded("surname")
    with pytest.raises(DataError, match=r"^register: the column 'id' holds bytes, and in 1 of 2 records \(row 2\)"):
        lk.Dataset(pa.table({"id": pa.array([b"a", b"\xff"]), "surname": ["a", "b"]}), name="register")


@pytest.mark.parametrize("held", [b"only ascii", bytes(range(200, 210))])
def test_encodings_in_bytes_are_base64_whatever_they_hold(held):
    table = pa.table({"id": [1], "surname": pa.array([held]), "mark": pa.array([held], pa.binary(10))})
    fields = {"surname": lk.Field("surname", "filter"), "mark": lk.Field("mark", "token")}
    people = lk.Dataset(table, fields=fields)
    spelled = base64.b64encode(held).decode()
    assert people.encoded("surname").texts() == people.encoded("mark").texts() == ["", spelled]
