"""A provider's file, prepared and encoded in one go: nothing in it is the provider's own."""

from __future__ import annotations

import pandas as pd
import pytest
from tests.helpers_handover import ENCODING, SURNAME, encoded_file, new_key, people

import linkkit as lk
from linkkit.errors import DataError
from linkkit.providing import encode_file
from linkkit.pseudonymise import Encoding, Key, Token, read_encoded
from linkkit.pseudonymise.bloom import BloomField, Clk
from linkkit.pseudonymise.handover import HandoverError, read_file, split

KEY = new_key()


def test_the_file_holds_record_keys_and_encodings_alone(tmp_path):
    done = encode_file(people(), tmp_path / "out", key=KEY, encoding=ENCODING, name="trial", id="own_id")
    table, manifest = read_file(done.path, "encoded")
    assert table.column_names == ["record_key", "given_name", "surname", "date_of_birth", "sound_and_year"]
    assert table["record_key"].to_pylist() == sorted(table["record_key"].to_pylist())
    held = done.path.read_bytes() + (tmp_path / "out/trial.parquet.manifest.json").read_bytes()
    for clear in (SURNAME, SURNAME.lower(), "own-1", "own_id", "1950"):
        assert clear.encode() not in held
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "trial.parquet", "trial.parquet.manifest.json"
    ]  # fmt: skip
    assert (manifest.key.project, manifest.key.check_value) == ("cohort", KEY.check_value)
    index, _ = read_file(done.index, "index")
    assert done.index == tmp_path / "out-index/trial.parquet"
    assert index.column_names == ["record_key", "own_id"]
    assert index["record_key"].to_pylist() == table["record_key"].to_pylist()
    assert sorted(index["own_id"].to_pylist()) == sorted(people()["own_id"])


def test_the_index_leads_to_the_right_records(tmp_path):
    sizes = pd.DataFrame({"own_id": ["a", "b", "c"], "surname": [None, "Ash", None]})
    done = encode_file(sizes, tmp_path / "out", key=KEY, encoding=Encoding([BloomField("surname")]), id="own_id")
    index = read_file(done.index)[0].to_pandas().set_index("record_key")["own_id"]
    table = read_file(done.path)[0].to_pandas().set_index("record_key")["surname"]
    assert index[table.index[table.notna()]].tolist() == ["b"]


def test_the_order_of_rows_tells_nothing(tmp_path):
    orders = []
    for name in ("one", "two"):
        done = encode_file(people(), tmp_path / name, key=KEY, encoding=ENCODING, id="own_id")
        orders.append(read_file(done.index)[0]["own_id"].to_pylist())
    assert orders[0] != orders[1]
    assert orders[0] != people()["own_id"].tolist()


def test_split_files_keep_their_record_keys(tmp_path):
    parts = split(people(), id="own_id", identifiers=["forename", "surname", "dob"], payload=[])
    parts.write(tmp_path)
    source = tmp_path / "identifiers/identifiers.parquet"
    done = encode_file(source, tmp_path / "out", key=KEY, encoding=ENCODING)
    assert done.index is None
    assert not (tmp_path / "out-index").exists()
    assert read_file(done.path)[0]["record_key"].to_pylist() == parts.index["record_key"].to_pylist()
    again = encode_file(source, tmp_path / "again", key=KEY, encoding=ENCODING)
    assert again.path.read_bytes() == done.path.read_bytes()


def test_missing_and_invalid_are_counted_for_each_column(tmp_path):
    frame = pd.DataFrame({
        "own_id": range(6),
        "surname": ["Ash", None, "n/a", "Elm", "Oak", "Fir"],
        "dob": ["2001-02-03", "2001-02-30", "unknown", None, "1999-12-31", "2010-05-06"],
    })  # fmt: skip
    encoding = Encoding([Clk([BloomField("surname"), BloomField("date_of_birth", "date")])],
                        blocks=[Token("both", ["surname", "date_of_birth"])])  # fmt: skip
    done = encode_file(frame, tmp_path / "out", key=KEY, encoding=encoding, id="own_id")
    counted = {column.name: (column.missing, column.invalid) for column in done.manifest.columns}
    # "n/a" and "unknown" stand in one record, which has nothing left; the 30th of February keeps its year and month
    assert counted["clk"] == (1, 1)
    assert counted["both"] == (3, 1)


def test_two_providers_are_linked_from_their_files_alone(tmp_path):
    left = encoded_file(tmp_path / "a", "trial", KEY, frame=people(60))
    right = encoded_file(tmp_path / "b", "register", KEY, frame=people(80, start=20))
    run = lk.link(read_encoded(left), read_encoded(right), progress=False)
    own = {}
    for path in (tmp_path / "a-index/trial.parquet", tmp_path / "b-index/register.parquet"):
        index = read_file(path)[0].to_pandas()
        own |= dict(zip(index["record_key"], index["own_id"], strict=True))
    links = {(own[left], own[right]) for left, right in zip(run.links["left_id"], run.links["right_id"], strict=True)}
    assert links == {(f"own-{number}", f"own-{number}") for number in range(20, 60)}


def test_columns_are_named_where_they_are_not_recognised(tmp_path):
    frame = people().rename(columns={"surname": "famille"})
    with pytest.raises(DataError, match="lacks 'surname', which the encoding reads"):
        encode_file(frame, tmp_path / "out", key=KEY, encoding=ENCODING, id="own_id")
    encode_file(frame, tmp_path / "out", key=KEY, encoding=ENCODING, id="own_id", fields={"surname": "famille"})
    assert (tmp_path / "out/encoded.parquet").is_file()


def test_the_providers_id_may_be_an_identifier_and_does_not_leave(tmp_path):
    frame = people().rename(columns={"own_id": "nhs_number"})
    done = encode_file(frame, tmp_path / "out", key=KEY, encoding=ENCODING, id="nhs_number")
    assert "nhs_number" not in (tmp_path / "out/encoded.parquet.manifest.json").read_text("utf-8")
    assert b"own-1" not in done.path.read_bytes()


def test_only_identifiers_are_encoded(tmp_path):
    parts = split(people().assign(score=1), id="own_id", identifiers=["forename", "surname", "dob"], payload=["score"])
    parts.write(tmp_path)
    for kind in ("payload", "index"):
        with pytest.raises(HandoverError, match=f"of kind {kind}; what is encoded is a file of identifiers"):
            encode_file(tmp_path / kind / f"{kind}.parquet", tmp_path / "out", key=KEY, encoding=ENCODING)
    source = tmp_path / "identifiers/identifiers.parquet"
    source.write_bytes(source.read_bytes()[:-9])
    with pytest.raises(HandoverError, match="cut short"):
        encode_file(source, tmp_path / "out", key=KEY, encoding=ENCODING)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("frame", "options", "error", "message"),
    [
        (people().assign(own_id="a"), {}, DataError, "repeats ids in 59 records"),
        (people(), {"id": "own"}, DataError, "Did you mean 'own_id'"),
        (people().assign(record_key="a"), {}, HandoverError, "is the name of the new key"),
        (people(), {"name": "../x"}, HandoverError, "names a file and a dataset"),
    ],
)
def test_what_cannot_be_encoded_is_refused_before_anything_is_written(tmp_path, frame, options, error, message):
    with pytest.raises(error, match=message) as told:
        encode_file(frame, tmp_path / "out", **{"key": KEY, "encoding": ENCODING, "id": "own_id", **options})
    assert SURNAME not in str(told.value)
    assert not list(tmp_path.iterdir())


def test_the_index_is_neither_handed_over_nor_lost(tmp_path):
    with pytest.raises(HandoverError, match="which is handed over: with it, encodings lead to your ids"):
        encode_file(
            people(), tmp_path / "out", key=KEY, encoding=ENCODING, id="own_id", index=tmp_path / "out" / "index"
        )
    done = encode_file(people(), tmp_path / "out", key=KEY, encoding=ENCODING, id="own_id")
    held = done.index.read_bytes(), done.path.read_bytes()
    with pytest.raises(HandoverError, match="there is an index already"):
        encode_file(people(), tmp_path / "out", key=KEY, encoding=ENCODING, id="own_id")
    assert (done.index.read_bytes(), done.path.read_bytes()) == held


def test_an_encoded_file_is_called_as_its_source(tmp_path):
    table = pd.DataFrame({"id": [1, 2], "surname": ["Ash", "Birch"]})
    table.to_csv(tmp_path / "register.csv", index=False)
    split(table, id="id", identifiers=["surname"], payload=[]).write(tmp_path / "split")
    of_split = tmp_path / "split" / "identifiers" / "identifiers.parquet"
    key = Key.generate(project="names")

    def name(source, **options):
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        made = encode_file(source, folder, key=key, encoding=Encoding([BloomField("surname")]), **options)
        return made.path.name

    assert name(tmp_path / "register.csv") == "register.parquet"
    assert name(table) == name(of_split) == "encoded.parquet"
    assert name(of_split, name="trial") == "trial.parquet"
