"""OpenPseudonymiser: the example of its own tests, its rules one by one, and its files."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import linkkit as lk
from linkkit.dataset import Dataset
from linkkit.errors import DataError, PlanError, SecretError, SpecError
from linkkit.prepare import prepare
from linkkit.pseudonymise import openpseudonymiser

VECTORS = json.loads((Path(__file__).parent / "vectors" / "openpseudonymiser.json").read_text("utf-8"))["vectors"]
SALT = bytes.fromhex("d1f7a4530be98c62ff1039b7e4cd5a86720e9bc3a8f65d14e0b37a9c2d48f15b")
COLUMNS = {"NHSNumber": "nhs_number", "DOB": "date_of_birth"}


def people(**changes):
    table = {
        "id": ["a", "b", "c", "d"],
        "nhs_number": ["943 476 5919", "9434765919", None, "9434765919"],
        "dob": ["29/11/1973", "29/11/1973", "29/11/1973", None],
    }
    return prepare(Dataset(pd.DataFrame(table | changes), name="gp"))


def column(dataset):
    return [None if pd.isna(text) else text for text in dataset.to_pandas()["digest"]]


@pytest.mark.parametrize("vector", VECTORS)
def test_the_example_of_its_own_tests_is_reproduced(vector):
    with pytest.warns(UserWarning, match="OpenPseudonymiser can be guessed"):
        assert openpseudonymiser.digest(vector["fields"], vector["salt"]) == vector["digest"]


def test_a_dataset_gives_the_digests_of_its_records():
    with pytest.warns(UserWarning, match="can be guessed"):
        made = openpseudonymiser.digests(people(), VECTORS[0]["salt"], COLUMNS)
    assert column(made) == [VECTORS[0]["digest"], VECTORS[0]["digest"], None, None]
    assert list(made.to_pandas().columns) == ["id", "digest"]


@given(
    st.dictionaries(st.text("abcXYZ_1", min_size=1, max_size=4), st.text(max_size=6), min_size=1, max_size=4).filter(
        lambda fields: len({name.lower() for name in fields}) == len(fields)
    )
)
def test_a_digest_is_sha256_of_the_values_by_name_without_blanks_and_the_salt(fields):
    stripped = [
        "".join(letter for letter in fields[name] if letter not in "\r\n\t ") for name in sorted(fields, key=str.lower)
    ]
    expected = hashlib.sha256("".join(stripped).encode() + SALT).hexdigest().upper() if all(stripped) else None
    assert openpseudonymiser.digest(fields, SALT) == expected


@pytest.mark.parametrize("fields", [{"A": "1", "B": None}, {"A": "", "B": "2"}, {"A": " \t\r\n"}])
def test_what_is_missing_has_no_digest(fields):
    assert openpseudonymiser.digest(fields, SALT) is None


def test_dates_of_unknown_parts_have_no_digest_and_others_are_written_as_asked():
    dataset = people(dob=["29/11/1973", "00/11/1973", "29/11/1973", None])
    made = openpseudonymiser.digests(dataset, SALT, {"DOB": "date_of_birth"}, date_format="%Y%m%d")
    expected = openpseudonymiser.digest({"DOB": "19731129"}, SALT)
    assert column(made) == [expected, None, expected, None]


def test_what_is_written_is_read_again_and_links(tmp_path):
    made = openpseudonymiser.digests(people(), SALT, COLUMNS)
    assert openpseudonymiser.write(made, tmp_path / "one.csv") == 2
    assert (tmp_path / "one.csv").read_bytes().startswith(b"Digest,id\r\n")
    held = openpseudonymiser.read(tmp_path / "one.csv", id="id")
    assert column(held) == column(made)[:2]
    pairs = lk.block.candidate_pairs(made, held, [lk.block.on("digest")]).to_pandas()
    assert len(pairs) == 4


def test_the_digest_of_no_value_is_missing_where_the_salt_is_known(tmp_path):
    empty = hashlib.sha256(SALT).hexdigest().upper()
    other = openpseudonymiser.digest({"NHSNumber": "9434765919"}, SALT)
    (tmp_path / "gp.csv").write_text(f"Digest,id,sex\n{empty},1,F\n{other},2,M\n,3,F\n", "utf-8")
    assert column(openpseudonymiser.read(tmp_path / "gp.csv", id="id", salt=SALT)) == [None, other, None]
    assert column(openpseudonymiser.read(tmp_path / "gp.csv", id="id")) == [empty, other, None]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Hash,id\nA,1\n", "lacks the column 'Digest'"),
        ("", "lacks the column 'id' and 'Digest'"),
        (f"Digest,id\n{'A' * 64},1\nAnn Lee,2\n", "row 2 hold no digest"),
        (f"Digest,id\n{'A' * 63},1\n", "row 1 hold no digest"),
        (f"Digest,id\n{'a' * 64},1\n", "row 1 hold no digest"),
    ],
)
def test_an_edited_file_is_refused(tmp_path, text, why):
    (tmp_path / "gp.csv").write_text(text, "utf-8")
    with pytest.raises(DataError, match=f"gp: .*{why}") as caught:
        openpseudonymiser.read(tmp_path / "gp.csv", id="id")
    assert "Ann" not in str(caught.value)


def test_what_cannot_be_digested_is_refused():
    with pytest.raises(SecretError, match="not empty"):
        openpseudonymiser.digest({"A": "1"}, "")
    for wrong in (7, "Marker\ud800"):
        with pytest.raises(DataError, match="'DOB' must be texts") as caught:
            openpseudonymiser.digest({"DOB": wrong, "A": "1"}, SALT)
        assert "Marker" not in str(caught.value)
    with pytest.raises(SpecError, match="one field or more"):
        openpseudonymiser.digests(people(), SALT, {})
    with pytest.raises(PlanError, match="nhs_numbr"):
        openpseudonymiser.digests(people(), SALT, {"NHSNumber": "nhs_numbr"})
    revealing = Dataset(pd.DataFrame({"nhs_number": ["9434765919"], "surname": ["lee"]}), id="nhs_number")
    with pytest.raises(DataError, match="tell who somebody is"):
        openpseudonymiser.digests(revealing, SALT, {"name": "surname"})
    with pytest.raises(DataError, match="no field 'digest'"):
        openpseudonymiser.write(people(), "x.csv")
