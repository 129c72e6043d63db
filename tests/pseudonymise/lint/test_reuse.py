"""Reuse of keys across the manifests of several files."""

from __future__ import annotations

import json
import os

import pyarrow as pa
import pytest

from linkkit.pseudonymise import Encoding, Key
from linkkit.pseudonymise.bloom import BloomField
from linkkit.pseudonymise.handover import KeyFacts, Manifest, write_file
from linkkit.pseudonymise.lint import lint

SECRET = bytes.fromhex("8f3c11d29a705be604c7e81b62fa3d95ae50f2197c46bd08e3a1d45976cb20af")
OTHER = bytes.fromhex("1b62fa3d95ae50f2197c46bd08e3a1d45976cb20af8f3c11d29a705be604c7e8")
YEAR = 366 * 86_400


def _manifest(secret=SECRET, project="cohort", epoch="1", column="surname", kind="encoded"):
    key = KeyFacts.of(Key.from_bytes(secret, project=project, epoch=epoch))
    return Manifest(kind, 10, (), made_by=Encoding([BloomField(column)]).to_dict(), key=key)


CASES = {
    "key_of_two_projects": (_manifest(project="other"), _manifest()),
    "other_key_of_project": (_manifest(OTHER), _manifest(OTHER, epoch="2")),
    "one_key_other_encodings": (_manifest(column="given_name"), _manifest(column="given_name", epoch="2")),
}


@pytest.mark.parametrize("name", CASES)
def test_a_finding_stands_where_its_case_is_and_nowhere_else(name):
    has, has_not = CASES[name]
    assert name in lint([_manifest(), has])
    assert name not in lint([_manifest(), has_not])
    assert name not in lint(_manifest())


def test_one_secret_for_two_projects_is_serious_and_both_are_named():
    found = lint([_manifest(), _manifest(project="other"), _manifest(project="third", epoch="7")])[
        "key_of_two_projects"
    ]
    assert (found.severity, found.figure) == ("serious", 3)
    assert "cohort, other, third" in found.found


def test_files_that_are_not_encoded_do_not_count_as_other_encodings():
    release = Manifest("release", 10, (), key=_manifest().key)
    assert "one_key_other_encodings" not in lint([_manifest(), release])


def _written(folder, name, seconds, **options):
    manifest = _manifest(**options)
    table = pa.table({"record_key": [f"{at:032x}" for at in range(3)], "x": pa.array([b"1" * 40] * 3, pa.binary(40))})
    write_file(table, folder / name, "encoded", made_by=manifest.made_by, key=manifest.key)
    os.utime(folder / f"{name}.manifest.json", (seconds, seconds))


def test_one_epoch_for_years_is_told_by_the_dates_of_files(tmp_path):
    _written(tmp_path, "first.parquet", 1_000_000_000)
    _written(tmp_path, "second.parquet", 1_000_000_000 + YEAR // 2)
    assert "epoch_for_years" not in lint(tmp_path)
    (tmp_path / "deeper").mkdir()
    _written(tmp_path / "deeper", "third.parquet", 1_000_000_000 + 2 * YEAR)
    found = lint(tmp_path)
    assert found["epoch_for_years"].figure == pytest.approx(2)
    assert found["epoch_for_years"].where == "first.parquet, second.parquet, third.parquet"
    assert len(found.keys) == 1


def test_a_new_epoch_each_year_is_as_it_should_be(tmp_path):
    for year in range(3):
        _written(tmp_path, f"year{year}.parquet", 1_000_000_000 + year * YEAR, epoch=str(2020 + year))
    assert "epoch_for_years" not in lint(tmp_path)


def test_manifests_are_taken_as_plain_data_too():
    plain = [json.loads(json.dumps(one.to_dict())) for one in (_manifest(), _manifest(project="other"))]
    assert "key_of_two_projects" in lint(plain)


def test_manifests_of_older_specifications_are_judged_by_their_keys():
    plain = Manifest("encoded", 3, (), made_by={"made": "otherwise"}, key=_manifest().key)
    assert lint([plain, _manifest(project="other")])["key_of_two_projects"].severity == "serious"
