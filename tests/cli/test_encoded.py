"""``linkkit encode`` and ``link`` on what it writes: the parties' commands in a row, and files that are refused."""

from __future__ import annotations

import json
import pickle
import shutil

import pandas as pd
import pyarrow as pa
import pytest
from tests.helpers_handover import ENCODING, SURNAME, change_manifest, forge, manifest_of, people

from linkkit.pseudonymise import Key
from linkkit.pseudonymise.handover import read_file


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    for name in ("project", "unit"):
        Key.generate(folder / f"{name}.key", project=name)
    ENCODING.save(folder / "encoding.json")
    return folder


@pytest.fixture
def encode(linkkit, keys, tmp_path):
    """Encode people of some numbers as a provider would, and return the file at the linkage unit."""

    def run(name, frame, *options, key="project"):
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
        done = linkkit(
            "encode", tmp_path / f"{name}.csv", "--id", "own_id", "--key", keys / f"{key}.key", "--project", "cohort",
            "--encoding", keys / "encoding.json", "--name", name, "--index", tmp_path / f"{name}-index",
            "--out", tmp_path / "unit", *options,
        )  # fmt: skip
        assert done.code == 0, done.output
        assert SURNAME.lower() not in done.output.lower()
        return tmp_path / "unit" / f"{name}.parquet"

    return run


def test_the_parties_commands_in_a_row(linkkit, encode, keys, tmp_path):
    left, right = encode("trial", people(60)), encode("register", people(80, start=20))
    results = tmp_path / "unit/results"
    done = linkkit("link", left, right, "--out", results)
    assert done.code == 0, done.output
    assert SURNAME.lower() not in done.output.lower()
    assert len(pd.read_parquet(results / "links.parquet")) == 40

    record = json.loads((results / "run.json").read_text("utf-8"))
    facts = Key.from_file(keys / "project.key", project="cohort")
    assert (
        f"Encoded, leakage level filters; project cohort, epoch 1, key {facts.id}, check value {facts.check_value}."
        in done.output
    )
    for dataset in record["datasets"]:
        assert dataset["key"] == {
            "project": "cohort", "epoch": "1", "id": facts.id, "check_value": facts.check_value
        }  # fmt: skip
        assert dataset["encoding"]["level"] == "filters"
        assert dataset["encoding"]["made_by"] == ENCODING.to_dict()

    again = linkkit("run", results / "plan.toml", "--out", tmp_path / "unit/again", "-q")
    assert again.code == 0, again.output
    assert (tmp_path / "unit/again/links.csv").read_bytes() == (results / "links.csv").read_bytes()

    done = linkkit("release", results, "--project", "asthma", "--key", keys / "project.key", "-o", tmp_path / "out")
    assert done.code == 2
    assert "the one that the providers encoded with" in done.output
    done = linkkit("release", results, "--project", "asthma", "--key", keys / "unit.key", "-o", tmp_path / "out")
    assert done.code == 0, done.output
    ids = [
        read_file(tmp_path / f"out/researcher/{name}/index.parquet")[0].to_pandas() for name in ("trial", "register")
    ]
    assert len(ids[0].merge(ids[1], on="project_id")) == 40


def test_a_file_of_a_split_is_encoded_under_its_record_keys(linkkit, keys, tmp_path):
    people().assign(score=1).to_csv(tmp_path / "a.csv", index=False)
    done = linkkit("split", tmp_path / "a.csv", "--id", "own_id", "--identifiers", "forename,surname,dob",
                   "--payload", "score", "--out", tmp_path / "a")  # fmt: skip
    assert done.code == 0, done.output
    ask = ["--key", keys / "project.key", "--project", "cohort", "--encoding", keys / "encoding.json"]
    done = linkkit("encode", tmp_path / "a/identifiers/identifiers.parquet", *ask, "-o", tmp_path / "out")
    assert done.code == 0, done.output
    assert "Leakage level: filters" in done.output
    assert not (tmp_path / "out-index").exists()
    sent, kept = read_file(tmp_path / "out/encoded.parquet")[0], read_file(tmp_path / "a/index/index.parquet")[0]
    assert sent["record_key"].equals(kept["record_key"])
    done = linkkit("encode", tmp_path / "a/payload/payload.parquet", *ask, "-o", tmp_path / "out2")
    assert done.code == 2
    assert "of kind payload; what is encoded is a file of identifiers" in done.output


def test_columns_are_named_by_field(linkkit, encode):
    path = encode("trial", people().rename(columns={"surname": "famille"}), "--field", "surname=famille")
    assert read_file(path)[0]["surname"].null_count == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not JSON: it was cut short or edited"),
        ("{}", "is no encoding of linkkit"),
        ('{"linkkit_encoding": 9}', "format 9; this linkkit reads format 1"),
        ('{"linkkit_encoding": 1, "columns": [{"form": "filtr"}]}', "columns[0].form must be one of"),
    ],
)
def test_a_wrong_encoding_is_refused(linkkit, keys, tmp_path, text, message):
    (tmp_path / "encoding.json").write_text(text, "utf-8")
    people().to_csv(tmp_path / "a.csv", index=False)
    done = linkkit("encode", tmp_path / "a.csv", "--id", "own_id", "--key", keys / "project.key", "--project", "cohort",
                   "--encoding", tmp_path / "encoding.json", "-o", tmp_path / "out")  # fmt: skip
    assert done.code == 2
    assert message in done.output
    assert not (tmp_path / "out").exists()


def pickled(left, right):
    right.write_bytes(pickle.dumps({"surname": SURNAME}))


def with_clear_column(left, right):
    forge(right, lambda table: table.append_column("left_in", pa.array([SURNAME] * len(table))))


def with_repeated_keys(left, right):
    forge(right, lambda table: table.set_column(0, "record_key", pa.array(["A" * 26] * len(table))))


def of_wrong_length(left, right):
    short = pa.array([b"12345678"] * 60, pa.binary(8))
    forge(right, lambda table: table.set_column(table.column_names.index("surname"), "surname", short))


def without_manifests(left, right):
    for path in (left, right):
        manifest_of(path).unlink()


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (lambda left, right: right.write_bytes(right.read_bytes()[:-11]), "it was edited, cut short, or belongs to"),
        (pickled, "no pickle ever"),
        (with_clear_column, "hold values that can be read: 'left_in'"),
        (with_repeated_keys, "60 records share a record key with another"),
        (of_wrong_length, "'surname' holds filters of 64 bits where its encoding says 320"),
        (lambda left, right: manifest_of(right).unlink(), "there is no manifest beside it"),
        (without_manifests, "trial.parquet has record keys, as files have that are handed over, and its manifest"),
        (lambda left, right: shutil.copy(manifest_of(left), manifest_of(right)), "belongs to another release"),
        (lambda left, right: change_manifest(right, normaliser="linkkit-0"), "Encode both with the same version"),
    ],
)
def test_harmed_files_are_not_linked(linkkit, encode, tmp_path, harm, message):
    left, right = encode("trial", people()), encode("register", people())
    harm(left, right)
    done = linkkit("link", left, right, "--out", tmp_path / "results")
    assert done.code == 2, done.output
    assert message in done.output
    assert SURNAME not in done.output
    assert not (tmp_path / "results").exists()


def test_files_of_two_keys_or_projects_are_not_linked(linkkit, encode, tmp_path):
    left, wrong = encode("trial", people()), encode("register", people(), key="unit")
    done = linkkit("link", left, wrong, "--out", tmp_path / "results")
    assert done.code == 2
    assert "the two hold different keys. Hand the key over again, compare check values" in done.output
    other = encode("other", people(), "--project", "Cohort")
    done = linkkit("link", left, other, "--out", tmp_path / "results")
    assert done.code == 2
    assert "They differ only in capitals or blanks" in done.output


def test_clear_files_are_not_linked_with_encoded_ones(linkkit, encode, tmp_path):
    left = encode("trial", people())
    done = linkkit("link", left, tmp_path / "trial.csv", "--id", "own_id", "--out", tmp_path / "results")
    assert done.code == 2
    assert "trial.csv: there is no manifest beside it" in done.output
    done = linkkit("link", left, left, "--field", "surname=surname", "--id", "own_id", "--out", tmp_path / "results")
    assert done.code == 2
    assert "--field and --id cannot be given for encoded files" in done.output


def test_duplicates_are_found_in_an_encoded_file(linkkit, encode, tmp_path):
    twice = pd.concat([people(60), people(20).assign(own_id=[f"again-{number}" for number in range(20)])])
    done = linkkit("dedupe", encode("register", twice), "--out", tmp_path / "results", "-q")
    assert done.code == 0, done.output
    assert pd.read_parquet(tmp_path / "results/clusters.parquet")["cluster_id"].nunique() == 60
