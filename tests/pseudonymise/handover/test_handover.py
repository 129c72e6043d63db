"""Files that are handed over: what arrives is what was sent, or is refused with a reason that names no value."""

from __future__ import annotations

import base64
import json
import os
import pickle
import secrets
from dataclasses import replace

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkkit.errors import DataError
from linkkit.files import sha256
from linkkit.pseudonymise import handover
from linkkit.pseudonymise.handover import HandoverError, KeyFacts, Manifest, disagreements, read_file, split, write_file

KEY = KeyFacts("trial-7", "1", "k-1", "9f3a11c04d2e7b60")
SPEC = {"fields": [{"column": "surname", "q": 2}, {"column": "date_of_birth", "q": 1}], "length": 1024}
SURNAME = "Featherstonehaugh"


def encoded_table(size=6):
    filters = [secrets.token_bytes(16) for _ in range(size - 1)] + [None]
    tokens = [base64.b64encode(secrets.token_bytes(24)).decode() for _ in range(size)]
    keys = [f"R{number}" for number in range(size)]
    return pa.table({"record_key": keys, "surname": pa.array(filters, pa.binary(16)), "token": tokens})


@pytest.fixture
def sent(tmp_path):
    path = tmp_path / "encoded.parquet"
    write_file(encoded_table(), path, "encoded", made_by=SPEC, key=KEY, invalid={"token": 2})
    return path


def test_what_is_read_is_what_was_written(sent):
    table, manifest = read_file(sent, "encoded")
    assert table.column_names == ["record_key", "surname", "token"]
    assert (manifest.rows, manifest.made_by, manifest.key) == (6, SPEC, KEY)
    assert [(column.name, column.missing, column.invalid) for column in manifest.columns] == [
        ("record_key", 0, 0), ("surname", 1, 0), ("token", 0, 2)
    ]  # fmt: skip
    assert sorted(path.name for path in sent.parent.iterdir()) == ["encoded.parquet", "encoded.parquet.manifest.json"]


def cut_short(path):
    path.write_bytes(path.read_bytes()[:-7])


def edited(path):
    pq.write_table(encoded_table(), path)


def pickled(path):
    path.write_bytes(pickle.dumps({"a": 1}))


def manifest_of(path):
    return path.with_name(path.name + ".manifest.json")


def without_manifest(path):
    manifest_of(path).unlink()


def manifest_cut(path):
    manifest_of(path).write_text(manifest_of(path).read_text("utf-8")[:40], "utf-8")


def change_manifest(**changes):
    def change(path):
        data = json.loads(manifest_of(path).read_text("utf-8"))
        manifest_of(path).write_text(json.dumps({**data, **changes}), "utf-8")

    return change


def manifest_nested(path):
    manifest_of(path).write_text("[" * 100_000, "utf-8")


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (cut_short, "cut short"),
        (edited, "not the file that its manifest was written for"),
        (pickled, "no pickle ever"),
        (without_manifest, "is not beside it"),
        (manifest_cut, "is not JSON"),
        (manifest_nested, "is not JSON"),
        (lambda path: path.unlink(), "no such file"),
        (change_manifest(linkkit_handover=2), "manifest of format 2"),
        (change_manifest(made_by={"length": 512}), "was edited"),
        (change_manifest(rows=7), "its manifest tells of 7"),
        (change_manifest(columns=[{"name": 1, "more": 2}]), "damaged manifest"),
        (change_manifest(kind="secret"), "kind must be one of"),
        (lambda path: manifest_of(path).write_text("[]", "utf-8"), "no manifest of linkkit"),
    ],
)
def test_a_harmed_file_is_refused(sent, harm, message):
    harm(sent)
    with pytest.raises(HandoverError, match=message):
        read_file(sent, "encoded")


def test_a_file_of_another_kind_is_refused(sent):
    with pytest.raises(HandoverError, match="of kind encoded; one of kind payload is needed"):
        read_file(sent, "payload")


@pytest.mark.parametrize(
    "clear",
    [
        pa.array([SURNAME] * 6),
        pa.array(["2001-02-03"] * 6),
        pa.array([1, 2, 3, 4, 5, 6]),
        pa.array([4.5] * 6),
        pa.array([b"abc"] * 6),
        pa.array(["Featherstonehaugh Smith!"] * 6),  # of one length, but words
    ],
)
def test_clear_values_are_not_written_as_encoded(tmp_path, clear):
    table = encoded_table().append_column("left_in", clear)
    with pytest.raises(HandoverError, match="'left_in'") as caught:
        write_file(table, tmp_path / "encoded.parquet", "encoded")
    assert SURNAME not in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_clear_values_are_not_read_as_encoded(sent):
    table = encoded_table().append_column("left_in", pa.array([SURNAME] * 6))
    pq.write_table(table, sent)
    columns = [{"name": name, "missing": 0, "invalid": 0} for name in table.column_names]
    change_manifest(sha256=sha256(sent), columns=columns)(sent)
    with pytest.raises(HandoverError, match="'left_in'"):
        read_file(sent, "encoded")


@pytest.mark.parametrize(
    ("keys", "message"),
    [(["a", "a", "b"], "2 records share a record key"), (["a", None, "b"], "the record key is missing in 1 records")],
)
def test_record_keys_are_there_and_each_its_own(tmp_path, keys, message):
    with pytest.raises(HandoverError, match=message):
        write_file(pa.table({"record_key": keys, "score": [1, 2, 3]}), tmp_path / "payload.parquet", "payload")
    with pytest.raises(HandoverError, match="no column 'record_key'"):
        write_file(pa.table({"score": [1]}), tmp_path / "payload.parquet", "payload")


def test_files_of_parties_that_agree_are_linked(sent):
    _, manifest = read_file(sent)
    handover.require_agreement(manifest, replace(manifest, rows=99, sha256="", linkkit="0.0.1"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"normaliser": "linkkit-0"}, "normaliser is linkkit-1 for trial and linkkit-0 for register"),
        ({"made_by": {**SPEC, "length": 512}}, "length is 1024 for trial and 512 for register"),
        ({"made_by": {"length": 1024}}, "fields is given for trial and not given for register"),
        ({"made_by": {**SPEC, "fields": SPEC["fields"][:1]}}, "number of fields is 2 for trial and 1"),
        ({"made_by": {**SPEC, "fields": [SPEC["fields"][0], {"column": "dob", "q": 1}]}}, r"fields\[1\].column"),
        ({"key": None}, "trial used a key and register none"),
        ({"key": replace(KEY, project="other")}, "project of the key is 'trial-7' for trial and 'other'"),
        ({"key": replace(KEY, epoch="2")}, "epoch of the key"),
        ({"key": replace(KEY, check_value="0000")}, "hold different keys"),
        ({"key": replace(KEY, id="k-2")}, "though it is one"),
        ({"kind": "identifiers"}, "only encoded files are linked"),
    ],
)
def test_what_differs_is_said_before_linking(changes, message):
    one = Manifest("encoded", 6, (), made_by=SPEC, key=KEY)
    with pytest.raises(HandoverError, match=message):
        handover.require_agreement(one, replace(one, **changes), ("trial", "register"))


def test_all_that_differs_is_said_at_once():
    one = Manifest("encoded", 6, (), made_by=SPEC, key=KEY)
    other = replace(one, normaliser="x", made_by={**SPEC, "length": 8}, key=replace(KEY, check_value="0"))
    assert len(disagreements(one, other)) == 3


plain = st.recursive(
    st.integers() | st.text() | st.booleans(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)


@given(st.dictionaries(st.text(), plain), st.dictionaries(st.text(), plain))
def test_specifications_agree_where_their_fingerprints_do(one, other):
    left, right = Manifest("encoded", 0, (), made_by=one), Manifest("encoded", 0, (), made_by=other)
    assert (left.schema_hash == right.schema_hash) == (not disagreements(left, right) and one == other)


def people(size=40):
    return pd.DataFrame({
        "nhs": range(size), "surname": [f"name {number}" for number in range(size)], "dob": ["2001-02-03"] * size,
        "score": range(100, 100 + size),
    })  # fmt: skip


def test_a_split_keeps_identifiers_and_payload_apart(tmp_path):
    parts = split(people(), id="nhs", identifiers=["surname", "dob"], payload=["score"])
    assert parts.identifiers.column_names == ["record_key", "surname", "dob"]
    assert parts.payload.column_names == ["record_key", "score"]
    assert parts.index.column_names == ["record_key", "nhs"]
    joined = parts.index.to_pandas().merge(parts.identifiers.to_pandas()).merge(parts.payload.to_pandas())
    expected = people().sort_values("nhs").reset_index(drop=True)
    pd.testing.assert_frame_equal(joined.sort_values("nhs")[list(expected)].reset_index(drop=True), expected)
    keys = parts.index["record_key"].to_pylist()
    assert len(set(keys)) == 40
    assert {len(key) for key in keys} == {26}
    manifests = parts.write(tmp_path)
    assert {kind: manifest.kind for kind, manifest in manifests.items()} == {kind: kind for kind in manifests}
    for kind in manifests:
        assert sorted(os.listdir(tmp_path / kind)) == [f"{kind}.parquet", f"{kind}.parquet.manifest.json"]
        read_file(tmp_path / kind / f"{kind}.parquet", kind)


@pytest.mark.parametrize("form", ["pandas", "polars", "arrow", "csv"])
def test_a_split_takes_tables_of_any_kind(form, tmp_path):
    columns = {"nhs": ["11", "12"], "surname": ["Ash", None], "score": ["3", "4"]}
    pd.DataFrame(columns).to_csv(tmp_path / "people.csv", index=False)
    makers = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "arrow": pa.table}
    table = makers[form](columns) if form in makers else tmp_path / "people.csv"
    parts = split(table, id="nhs", identifiers="surname", payload="score")
    rows = zip(*(part.columns[1].to_pylist() for part in (parts.index, parts.identifiers, parts.payload)), strict=True)
    assert sorted(rows) == [("11", "Ash", "3"), ("12", None, "4")]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (pd.DataFrame({"nhs": [1, "Marker"], "score": [1, 2]}), "'nhs' mixes types"),
        (pa.table([[1], [2], [3]], names=["nhs", "nhs", "score"]), "'nhs' stand more than once"),
        (pd.DataFrame({"nhs": [["Marker"], ["b"]], "score": [1, 2]}), "an id is one text or number"),
        ({"nhs": ["Marker"], "score": [1]}, "got dict"),
    ],
)
def test_what_cannot_be_split_is_refused_and_not_shown(table, message):
    with pytest.raises(DataError, match=message) as caught:
        split(table, id="nhs", identifiers=[], payload=["score"])
    assert "Marker" not in str(caught.value)


def test_the_order_of_a_split_tells_nothing():
    one, other = (split(people(200), id="nhs", identifiers=["surname", "dob"], payload=["score"]) for _ in range(2))
    orders = [part.index["nhs"].to_pylist() for part in (one, other)]
    assert orders[0] != orders[1] != list(range(200))
    assert not set(one.index["record_key"].to_pylist()) & set(other.index["record_key"].to_pylist())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"payload": []}, "'score' would go to neither side"),
        ({"payload": ["score", "dob"]}, "'dob' is named 2 times"),
        ({"payload": ["scores"]}, "no column 'scores'.*score"),
        ({"id": "surname"}, "'surname' is named 2 times"),
    ],
)
def test_a_column_goes_to_one_side(changes, message):
    given_sides = {"id": "nhs", "identifiers": ["surname", "dob"], "payload": ["score"], **changes}
    with pytest.raises(HandoverError, match=message):
        split(people(), **given_sides)


def test_ids_are_there_and_each_its_own():
    frame = people()
    with pytest.raises(HandoverError, match="repeats: 1 records more than ids"):
        split(frame.assign(nhs=[1, *frame["nhs"][1:]]), id="nhs", identifiers=["surname", "dob"], payload=["score"])
    with pytest.raises(HandoverError, match="is missing in 1 records"):
        split(frame.assign(nhs=[None, *frame["nhs"][1:]]), id="nhs", identifiers=["surname", "dob"], payload=["score"])
    with pytest.raises(HandoverError, match="repeats itself"):
        split(frame, id="nhs", identifiers=["surname", "dob"], payload=["score"], random=bytes)
    with pytest.raises(HandoverError, match="as many bytes as it is asked for"):
        split(frame, id="nhs", identifiers=["surname", "dob"], payload=["score"], random=lambda size: b"x")
