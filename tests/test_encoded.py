"""Encoded columns: equal codes are equal values, and 0 is missing."""

from __future__ import annotations

import itertools

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkkit._parts import join_parts
from linkkit.encoded import Encoded, encode, encode_sets, together

TEXTS = st.lists(st.one_of(st.none(), st.text(alphabet="ab ’字", max_size=3)), max_size=30)


def decoded(column: Encoded) -> list[str]:
    texts = column.texts()
    return [texts[code] for code in column.codes]


@given(TEXTS)
def test_decoding_gives_the_texts_back(texts):
    assert decoded(encode(pa.array(texts, pa.string()))) == [text if text and text.strip() else "" for text in texts]


@given(TEXTS)
def test_distinct_values_are_distinct_and_held(texts):
    column = encode(pa.array(texts, pa.string()))
    values = column.texts()
    assert values[0] == ""
    assert len(set(values)) == len(values) == column.size + 1
    assert column.codes.dtype == np.uint32
    assert column.counts().sum() == len(texts)


@given(TEXTS, TEXTS)
def test_one_dictionary_for_several_columns(left, right):
    columns = [encode(pa.array(texts, pa.string())) for texts in (left, right)]
    codes, values = together(columns)
    texts = values.to_pylist()
    assert [[texts[code] for code in column] for column in codes] == [decoded(column) for column in columns]
    assert len(set(texts)) == len(texts)


@given(TEXTS)
def test_mapping_values_is_mapping_records(texts):
    column = encode(pa.array(texts, pa.string()))
    new = [None if "a" in text else text[:1] for text in column.texts()[1:]]
    for values in (new, pa.array(new, pa.string())):
        mapped = column.mapped(values)
        assert decoded(mapped) == ["" if "a" in text else text[:1] for text in decoded(column)]
        assert len(set(mapped.texts())) == mapped.size + 1


@pytest.mark.parametrize(
    "array",
    [
        pa.array(["b", None, "a", "b"]).dictionary_encode(),
        pa.chunked_array([pa.array(["b", None]).dictionary_encode(), pa.array(["a", "b"]).dictionary_encode()]),
        pa.chunked_array([["b", None], [], ["a", "b"]]),
        pa.array(["b", None, "a", "b"], pa.large_string()),
        pa.array(["b", None, "a", "b"]).dictionary_encode().cast(pa.dictionary(pa.uint32(), pa.string())),
        pa.array(["x", "b", " ", "a", "b"], pa.string_view() if hasattr(pa, "string_view") else pa.string()).slice(1),
    ],
)
def test_every_arrow_text_is_read_alike(array):
    assert decoded(encode(array)) == ["b", "", "a", "b"]


@pytest.mark.parametrize(
    ("array", "texts"),
    [
        (pa.array([1, None, 20]), ["1", "", "20"]),
        (pa.array([1.0, None, 20.0]), ["1", "", "20"]),
        (pa.array([1.5, None, float("nan")]), ["1.5", "", ""]),
        (pa.array([2.0, float("nan")]), ["2", ""]),
        (pa.array([float("inf"), -float("inf"), 5.0]), ["inf", "-inf", "5"]),
        (pa.array([1e19, 2e19, None, 10_000_000.0]), ["1e+19", "2e+19", "", "10000000"]),
        (pa.array([-(2.0**62)]), [str(-(2**62))]),
        (pa.array([True, False, None]), ["true", "false", ""]),
        (pa.array([0, None], pa.date32()), ["1970-01-01", ""]),
        (pa.array([0, None], pa.timestamp("ns")), ["1970-01-01", ""]),
        (pa.array([0, None], pa.timestamp("us", tz="UTC")), ["1970-01-01", ""]),
        (pa.array([1, None], pa.timestamp("s")), ["1970-01-01 00:00:01", ""]),
        (pa.nulls(2), ["", ""]),
    ],
)
def test_other_types_as_text(array, texts):
    assert decoded(encode(array)) == texts


def test_an_empty_column():
    column = encode(pa.array([], pa.string()))
    assert (len(column.codes), column.size) == (0, 0)


def test_reordering_moves_records_only():
    column = encode(pa.array(["a", "b", None])).reordered(np.array([2, 1]))
    assert decoded(column) == ["", "b"]


# --- sets


def members(column, record):
    texts = column.values.to_pylist()
    start, end = column.starts[column.codes[record]], column.starts[column.codes[record] + 1]
    return {texts[member] for member in column.members[start:end]}


@given(
    st.lists(
        st.one_of(st.none(), st.lists(st.sampled_from(["a", "b", "c", None, " "]), max_size=4)), min_size=1, max_size=20
    )
)
def test_sets_are_held_whatever_their_order(rows):
    column = encode_sets(pa.array(rows, pa.list_(pa.string())))
    expected = [{item for item in row or [] if item and item.strip()} for row in rows]
    assert [members(column, record) for record in range(len(rows))] == expected
    assert [code == 0 for code in column.codes] == [not row for row in expected]
    stretches = [column.members[start:end].astype(int) for start, end in itertools.pairwise(column.starts.tolist())]
    assert all((np.diff(stretch) > 0).all() for stretch in stretches)
    everyone = [item for row in expected for item in row]
    counts = dict(zip(column.values.to_pylist()[1:], column.counts()[1:].tolist(), strict=True))
    assert counts == {item: everyone.count(item) for item in set(everyone)}


def test_mapping_members_may_merge_and_empty_sets():
    column = encode_sets(pa.array([["A", "a"], ["b"], ["x", "b"], None]))
    new = [{"A": "a", "x": None}.get(text, text) for text in column.values.to_pylist()[1:]]
    mapped = column.mapped(new)
    assert [members(mapped, record) for record in range(4)] == [{"a"}, {"b"}, {"b"}, set()]
    assert mapped.codes[1] == mapped.codes[2]
    assert mapped.lists(np.array([3, 0])) == [None, ["a"]]


# --- parts


@given(st.lists(st.tuples(*[st.sampled_from(["", "1", "07", "12"])] * 3), min_size=1, max_size=12))
def test_date_parts_join_to_iso_text(rows):
    parts = [encode(pa.array([row[place] for row in rows])) for place in range(3)]
    joined = decoded(join_parts(parts, "date"))
    for (day, month, year), text in zip(rows, joined, strict=True):
        if not (day or month or year):
            assert text == ""
        else:
            month, day = (part.zfill(2) if part else "XX" for part in (month, day))
            assert text == f"{year.zfill(4) if year else 'XXXX'}-{month}-{day}"


def test_other_parts_are_joined_by_a_blank():
    parts = [encode(pa.array(column)) for column in (["Ann", "Bo", None], ["May", None, None], ["Lee", "Wu", None])]
    assert decoded(join_parts(parts, "full_name")) == ["Ann May Lee", "Bo Wu", ""]


@given(TEXTS, st.data())
def test_a_dictionary_that_says_more_than_the_rows_hold_is_the_same_column(texts, data):
    """As of a pandas Categorical of which some rows were taken."""
    whole = pa.array(texts, pa.string())
    rows = sorted(data.draw(st.sets(st.integers(0, max(len(texts) - 1, 0))))) if texts else []
    some = whole.take(pa.array(rows, pa.int64()))
    coded = encode(whole.dictionary_encode().take(pa.array(rows, pa.int64())))
    assert decoded(coded) == decoded(encode(some))
    assert sorted(coded.texts()) == sorted(encode(some).texts())
    assert coded.texts()[0] == ""
    used = encode(whole).reordered(np.array(rows, np.int64)).used()
    assert decoded(used) == decoded(encode(some))
    assert sorted(used.texts()) == sorted(encode(some).texts())


@given(st.lists(st.lists(st.sampled_from(["a", "b", "c"]), max_size=3), max_size=10), st.data())
def test_sets_that_no_row_holds_are_left_out(sets, data):
    column = encode_sets(pa.array(sets, pa.list_(pa.string())))
    rows = np.array(sorted(data.draw(st.sets(st.sampled_from(range(len(sets)))))) if sets else [], np.int64)
    used = column.reordered(rows).used()
    everything = np.arange(len(rows))
    assert used.lists(everything) == column.lists(rows)
    fresh = encode_sets(pa.array([sets[row] for row in rows], pa.list_(pa.string())))
    assert len(used.starts) == len(fresh.starts)
    assert sorted(used.values.to_pylist()) == sorted(fresh.values.to_pylist())
    assert (used.counts()[1:] > 0).all()
