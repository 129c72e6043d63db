"""``linkkit lint-encoding``."""

from __future__ import annotations

import json

import pytest

import linkkit as lk
from linkkit.prepare import prepare
from linkkit.pseudonymise import Encoding, Key, encode, write_encoded
from linkkit.pseudonymise.bloom import BloomField, Clk
from linkkit.pseudonymise.lint import NO_PROOF

FIELDS = (BloomField("given_name"), BloomField("surname"), BloomField("date_of_birth", "date"))


@pytest.fixture
def files(tmp_path):
    """An encoding of fields, one of records, and a file of each."""
    data = prepare(lk.synth.people(150, seed=2).register(who="everyone").dataset())
    key = Key.generate(project="cohort")
    found = {}
    for name, columns in (("filters", FIELDS), ("records", [Clk(FIELDS)])):
        encoding = Encoding(columns)
        found[name] = encoding.save(tmp_path / f"{name}.json")
        found[f"{name} file"] = tmp_path / f"{name}.parquet"
        write_encoded(encode(data, key, encoding), found[f"{name} file"])
    return found


@pytest.mark.parametrize(
    ("what", "to", "code"),
    [
        ("filters", "trusted-unit", 0),
        ("filters", "semi-trusted-unit", 1),
        ("records", "semi-trusted-unit", 0),
        ("records", "researcher", 1),
        ("records", "public", 1),
        ("filters file", "trusted-unit", 0),
        ("filters file", "semi-trusted-unit", 1),
        ("records file", "semi-trusted-unit", 0),
    ],
)
def test_it_ends_with_1_where_it_must_not_be_handed_over(linkkit, files, what, to, code):
    result = linkkit("lint-encoding", files[what], "--to", to)
    assert result.code == code
    assert ("serious" in result.output) == (code == 1)
    assert result.output.strip().endswith(NO_PROOF)


def test_a_trusted_unit_is_meant_where_nothing_is_said(linkkit, files):
    assert "For a trusted linkage unit" in linkkit("lint-encoding", files["filters"]).output


def test_json_is_the_same_as_data(linkkit, files):
    result = linkkit("lint-encoding", files["records file"], "--to", "semi-trusted-unit", "--json")
    data = json.loads(result.output)
    assert (data["level"], data["destination"], data["no_proof"]) == ("records", "semi_trusted_unit", NO_PROOF)
    assert "graph_matching" in {one["name"] for one in data["findings"]}
    assert data["columns"][0]["records"] > 100
    assert data["keys"][0]["project"] == "cohort"


def test_several_files_and_folders_are_judged_together(linkkit, files):
    result = linkkit("lint-encoding", files["filters file"].parent)
    assert "one_key_other_encodings" in result.output
    result = linkkit("lint-encoding", files["filters"], files["records file"])
    assert "filters.json" in result.output
    assert "records.parquet" in result.output


def test_what_cannot_be_judged_ends_with_2(linkkit, tmp_path):
    (tmp_path / "cut.json").write_text('{"clks": [')
    for wrong in ([tmp_path / "cut.json"], [tmp_path / "none.json"], [tmp_path / "cut.json", "--to", "friends"], []):
        assert linkkit("lint-encoding", *wrong).code == 2


def test_what_nothing_says_is_said_by_an_option(linkkit, tmp_path):
    path = tmp_path / "column.csv"
    path.write_text("id,column\n" + "".join(f"{at},{at:032x}\n" for at in range(10**6, 10**6 + 60)))
    for level in ("tokens", "records"):
        assert f"leakage level {level}" in linkkit("lint-encoding", path, "--level", level).output
