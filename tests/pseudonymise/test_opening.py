"""Hostile and mistaken files at the linkage unit: each is refused before linking, with how to mend it and no value."""

from __future__ import annotations

import pickle
import shutil

import pandas as pd
import pyarrow as pa
import pytest
from tests.helpers_handover import (
    ENCODING,
    SURNAME,
    change_manifest,
    encoded_file,
    forge,
    manifest_of,
    new_key,
    people,
)

import linkkit as lk
from linkkit.plan._datasets import DatasetFile
from linkkit.prepare import prepare
from linkkit.pseudonymise import Encoding, Key, Token, encode, read_encoded, write_encoded
from linkkit.pseudonymise.bloom import BloomField, Clk
from linkkit.pseudonymise.handover import HandoverError, split
from linkkit.pseudonymise.opening import open_encoded, proven_kind

KEY = new_key()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    return encoded_file(folder, "trial", KEY), encoded_file(folder, "register", KEY)


@pytest.fixture
def files(made, tmp_path):
    """Two files that may be harmed."""
    copies = []
    for path in made:
        for one in (path, manifest_of(path)):
            shutil.copy(one, tmp_path / one.name)
        copies.append(tmp_path / path.name)
    return copies


def cut_short(left, right):
    right.write_bytes(right.read_bytes()[:-11])


def edited(left, right):
    table = pa.table({"record_key": ["a"], "surname": [SURNAME]})
    pa.parquet.write_table(table, right)


def pickled(left, right):
    right.write_bytes(pickle.dumps({"surname": SURNAME}))


def without_manifest(left, right):
    manifest_of(right).unlink()


def manifest_of_another(left, right):
    shutil.copy(manifest_of(left), manifest_of(right))


def manifest_cut(left, right):
    manifest_of(right).write_text(manifest_of(right).read_text("utf-8")[:50], "utf-8")


def with_clear_column(left, right):
    forge(right, lambda table: table.append_column("left_in", pa.array([SURNAME] * len(table))))


def with_another_encoded_column(left, right):
    forge(right, lambda table: table.append_column("extra", table["surname"]))


def without_a_column(left, right):
    forge(right, lambda table: table.drop_columns(["surname"]))


def of_wrong_length(left, right):
    short = pa.array([b"12345678"] * 60, pa.binary(8))
    forge(right, lambda table: table.set_column(table.column_names.index("surname"), "surname", short))


def with_repeated_keys(left, right):
    repeated = pa.array(["A" * 26] * 2 + [f"{number:026}" for number in range(58)])
    forge(right, lambda table: table.set_column(0, "record_key", repeated))


def with_missing_keys(left, right):
    forge(right, lambda table: table.set_column(0, "record_key", pa.array([None] + ["A"] * 59)))


def with_names_padded_as_filters(left, right):
    padded = pa.array([f"{SURNAME}{number}".encode().ljust(40) for number in range(60)], pa.binary(40))
    forge(right, lambda table: table.set_column(table.column_names.index("surname"), "surname", padded))


HARMS = [
    (cut_short, "register.parquet is not the file that its manifest was written for: it was edited, cut short"),
    (edited, "is not the file that its manifest was written for"),
    (pickled, "is no Parquet file; nothing else is opened, and no pickle ever"),
    (without_manifest, "there is no manifest beside it, and trial.parquet has one"),
    (manifest_of_another, "belongs to another release"),
    (manifest_cut, "is not JSON: it was cut short or edited. Have it sent again"),
    (with_clear_column, "hold values that can be read: 'left_in'. Leave them out"),
    (with_another_encoded_column, "'extra' is no part of its encoding"),
    (without_a_column, "'surname' is not there"),
    (of_wrong_length, "'surname' holds filters of 64 bits where its encoding says 320"),
    (with_names_padded_as_filters, "hold values that can be read: 'surname'. Leave them out"),
    (with_repeated_keys, "2 records share a record key with another (rows 0, 1)"),
    (with_missing_keys, "the record key is missing in 1 records (row 0)"),
    (lambda left, right: right.unlink(), "there is no such file"),
    (lambda left, right: change_manifest(right, normaliser="linkkit-0"), "the normaliser is linkkit-1 for trial"),
    (lambda left, right: change_manifest(right, linkkit_handover=2), "this linkkit reads format 1"),
    (lambda left, right: change_manifest(right, key=None), "used a key and register"),
    (lambda left, right: change_manifest(right, rows=61), "its manifest tells of 61"),
]


def linked(left, right):
    """Link two files as the linkage unit does, each check on its way."""
    proven_kind([left, right])
    return lk.link(read_encoded(left), read_encoded(right), progress=False)


@pytest.mark.parametrize(("harm", "message"), HARMS)
def test_a_harmed_file_is_not_linked(files, harm, message):
    harm(*files)
    with pytest.raises(HandoverError) as told:
        linked(*files)
    assert message in str(told.value)
    assert SURNAME not in str(told.value)


@pytest.mark.parametrize(
    "harm", [without_manifest, lambda left, right: [without_manifest(one, one) for one in (left, right)]]
)
def test_files_without_manifests_are_told_by_their_record_keys(files, harm):
    harm(*files)
    with pytest.raises(HandoverError, match="manifest"):
        proven_kind(files)


OTHERS = [
    (new_key(), ENCODING, "the two hold different keys. Hand the key over again"),
    (new_key("Cohort"), ENCODING, "'cohort' for trial.parquet and 'Cohort' for other.parquet"),
    (new_key("Cohort"), ENCODING, "They differ only in capitals or blanks"),
    (new_key(epoch="2"), ENCODING, "the epoch of the key is '1' for trial.parquet and '2'"),
    (KEY, Encoding(ENCODING.columns), "the number of blocks is 1 for trial.parquet and 0"),
    (KEY, Encoding([BloomField("given_name"), BloomField("surname", q=3), BloomField("date_of_birth", "date")],
                   ENCODING.blocks), "columns[1].q is not given for trial.parquet and given for other.parquet"),
    (KEY, Encoding([Token("given_name", "given_name"), *ENCODING.columns[1:]], ENCODING.blocks), "columns[0].form is"),
    (KEY, Encoding([Clk([BloomField("surname")])]), "the number of columns is 3 for trial.parquet and 1"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "encoding", "message"), OTHERS)
def test_files_that_were_not_encoded_alike_are_not_linked(files, tmp_path, key, encoding, message):
    other = encoded_file(tmp_path / "other", "other", key, encoding)
    with pytest.raises(HandoverError) as told:
        proven_kind([files[0], other])
    assert message in str(told.value)
    with pytest.raises(HandoverError) as told:
        lk.link(read_encoded(files[0]), read_encoded(other), progress=False)
    assert message.replace(".parquet", "") in str(told.value)


def test_all_that_differs_is_said_at_once(files, tmp_path):
    other = encoded_file(tmp_path / "other", "other", new_key("x", "2"), Encoding(ENCODING.columns))
    with pytest.raises(HandoverError, match=r"(?s)1\. the number of blocks.*2\. the project.*3\. the epoch"):
        proven_kind([files[0], other])


def test_each_of_several_files_must_agree(files, tmp_path):
    other = encoded_file(tmp_path / "other", "other", new_key())
    with pytest.raises(HandoverError, match=r"trial\.parquet and .* for other\.parquet"):
        proven_kind([*files, other])


def test_clear_identifiers_do_not_meet_encodings(files, tmp_path):
    split(people(), id="own_id", identifiers=["forename", "surname", "dob"], payload=[]).write(tmp_path / "clear")
    clear = tmp_path / "clear/identifiers/identifiers.parquet"
    with pytest.raises(HandoverError, match=r"identifiers\.parquet holds clear identifiers and trial\.parquet is enc"):
        proven_kind([files[0], clear])
    for kind in ("payload", "index"):
        with pytest.raises(HandoverError, match=f"of kind {kind}, which is not linked"):
            proven_kind([tmp_path / f"clear/{kind}/{kind}.parquet", files[0]])
    people().to_csv(tmp_path / "clear.csv", index=False)
    with pytest.raises(HandoverError, match=r"clear\.csv: there is no manifest beside it"):
        proven_kind([tmp_path / "clear.csv", files[0]])
    frame = lk.Dataset(people(), name="clear", id="own_id")
    with pytest.raises(HandoverError, match="trial is encoded and clear is clear text") as told:
        lk.link(read_encoded(files[0]), frame, progress=False)
    assert SURNAME not in str(told.value)


def test_clear_files_of_a_trusted_unit_are_linked_in_the_clear(tmp_path):
    for name in "ab":
        split(people(), id="own_id", identifiers=["forename", "surname", "dob"], payload=[]).write(tmp_path / name)
    both = [tmp_path / name / "identifiers/identifiers.parquet" for name in "ab"]
    assert proven_kind(both) == "identifiers"
    people().to_parquet(tmp_path / "plain.parquet")
    assert proven_kind([tmp_path / "plain.parquet"] * 2) is None


def test_only_encoded_files_open_as_such(files, tmp_path):
    assert open_encoded(files[0]).encoded_by == ENCODING
    split(people(), id="own_id", identifiers=["forename", "surname", "dob"], payload=[]).write(tmp_path / "clear")
    assert open_encoded(tmp_path / "clear/identifiers/identifiers.parquet") is None
    people().to_csv(tmp_path / "clear.csv", index=False)
    assert open_encoded(tmp_path / "clear.csv") is None


def test_a_plan_file_opens_no_file_whose_manifest_is_gone(files):
    described = DatasetFile(str(files[0]), id="record_key", fields={"surname": "surname"})
    assert described.open().encoded_by == ENCODING
    manifest_of(files[0]).unlink()
    with pytest.raises(HandoverError, match="has record keys, as files have that are handed over, and its manifest"):
        described.open()


def test_what_is_no_dataset_is_not_opened_as_one(tmp_path):
    held = people().assign(score=1)
    split(held, id="own_id", identifiers=["forename", "surname", "dob"], payload=["score"]).write(tmp_path)
    with pytest.raises(HandoverError, match="is a file of kind payload, which is not linked"):
        open_encoded(tmp_path / "payload/payload.parquet")


def test_encoded_datasets_in_memory_must_agree_too():
    from linkkit.prepare import prepare
    from linkkit.pseudonymise import encode

    frame = pd.DataFrame(people())
    one, other = (
        encode(prepare(lk.Dataset(frame, name=name, id="own_id")), key, ENCODING)
        for name, key in (("one", KEY), ("other", new_key()))
    )
    with pytest.raises(HandoverError, match="the two hold different keys"):
        lk.link(one, other, progress=False)


def test_a_file_that_is_not_there_is_said_to_be_so(files, tmp_path):
    with pytest.raises(HandoverError, match=r"nowhere\.parquet: there is no such file"):
        proven_kind([files[0], tmp_path / "nowhere.parquet"])


@pytest.mark.parametrize(
    ("column", "values", "message"),
    [
        ("clk_present", pa.array(["featherstonehaugh-smith-x"] * 60), "'clk_present' does not say which of 2 fields"),
        ("clk_present", pa.array([19730] * 60, pa.uint32()), "'clk_present' does not say which of 2 fields"),
        ("place", pa.array(["FeatherstonehaughSmithXYZA"] * 60), "'place' holds other than the tokens"),
        ("place", pa.array([1973] * 60, pa.uint32()), "'place' holds other than the tokens"),
        ("place", pa.array([bytes(range(200, 232))] * 60, pa.binary(32)), "'place' holds other than the tokens"),
    ],
)
def test_each_column_holds_what_its_encoding_makes(tmp_path, column, values, message):
    frame = pd.DataFrame({"id": range(60), "surname": ["lee", "ash", "oak"] * 20, "place": ["ely", "rye"] * 30})
    people = prepare(lk.Dataset(frame, name="own", fields={"surname": "surname", "place": "place"}))
    encoding = Encoding([Clk([BloomField("surname"), BloomField("place")]), Token("place", "place")])
    path = tmp_path / "own.parquet"
    write_encoded(encode(people, Key.generate(project="form"), encoding), path)
    assert len(read_encoded(path)) == 60
    forge(path, lambda table: table.set_column(table.column_names.index(column), column, values))
    with pytest.raises(HandoverError) as told:
        read_encoded(path)
    assert message in str(told.value)
    assert "eatherstone" not in str(told.value)


def _split_file(folder):
    """A file of identifiers that was handed over with terms: it may be linked with a cohort alone."""
    from linkkit.cards import Card, Consent

    card = Card("trial", "trial", consent=Consent(("cohort",), scope="form v2"))
    parts = split(people(), id="own_id", identifiers=["forename", "surname", "dob"], payload=[], card=card)
    parts.write(folder)
    return folder / "identifiers" / "identifiers.parquet"


def test_a_file_with_terms_that_is_opened_without_its_manifest_is_not_linked(tmp_path):
    from linkkit.cards import Card
    from linkkit.pseudonymise.opening import read_identifiers

    path = _split_file(tmp_path)
    register = lk.Dataset(people(), name="register", id="own_id", card=Card("register", "cohort"))
    by_hand = lk.Dataset(path, id="record_key")
    for carry_out in (
        lambda: lk.link(by_hand, register, progress=False),
        lambda: lk.dedupe(by_hand, progress=False),
        lambda: lk.pipelines.algorithm("slk_581").link(by_hand, register),
        lambda: encode(prepare(by_hand), KEY, ENCODING),
    ):
        with pytest.raises(lk.errors.DataError, match=r"identifiers: a manifest .*Open it by .*\.read_identifiers\("):
            carry_out()
    opened = read_identifiers(path, name="trial")
    assert len(lk.link(opened, register, progress=False).links) > 0


def test_an_encoded_file_that_is_opened_by_hand_is_not_linked_as_clear_text(made):
    by_hand = [lk.Dataset(path, name=name, id="record_key") for path, name in zip(made, ("left", "right"), strict=True)]
    with pytest.raises(lk.errors.DataError, match=r"left: a manifest stands beside trial\.parquet.*read_encoded\("):
        lk.link(*by_hand, progress=False)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"kind": "identifiers"}', "no json"])
def test_a_manifest_of_another_tool_is_nothing_to_linkkit(tmp_path, text):
    people().to_parquet(tmp_path / "a.parquet")
    (tmp_path / "a.parquet.manifest.json").write_text(text, encoding="utf-8")
    found = lk.Dataset(tmp_path / "a.parquet", id="own_id")
    assert len(lk.dedupe(found, progress=False).clusters) == len(found)
