"""``linkkit attack``: attacks on made-up people, and on nobody else."""

from __future__ import annotations

import json

import pytest

import linkkit as lk
from linkkit.providing import prepared_for
from linkkit.pseudonymise import Encoding, Token, attacks
from linkkit.pseudonymise.attacks import PROVES_NOTHING
from linkkit.pseudonymise.bloom import BloomField


@pytest.fixture
def encoding(tmp_path):
    """A small encoding, saved."""
    made = Encoding(
        [BloomField("surname"), Token("given", "given_name")], blocks=[Token("year", "year(date_of_birth)")]
    )
    made.save(tmp_path / "encoding.json")
    return made


def figures(found):
    return [(one["attack"], one["against"], one["records"], one["named"], one["right"]) for one in found["attempts"]]


def test_people_are_made_up_and_what_came_out_is_told(linkkit, encoding, tmp_path):
    result = linkkit("attack", tmp_path / "encoding.json", "--people", "400")
    assert result.code == 0, result.output
    for part in (
        "frequency",
        "dictionary",
        "block sizes",
        "graph matching",
        "share",
        "the attacker has",
        PROVES_NOTHING,
    ):
        assert part in result.output
    assert "made up with seed 1. Never do this with real people." in result.output


def test_the_figures_are_those_of_the_library_and_follow_the_seed(linkkit, encoding, tmp_path):
    ask = ["attack", tmp_path / "encoding.json", "--people", "300", "--json"]
    data = json.loads(linkkit(*ask).output)
    assert (data["made_up"], data["note"]) == (True, PROVES_NOTHING)
    people = lk.synth.people(300, seed=1).register(who="everyone").dataset()
    assert data["records"] == len(people)
    direct = attacks.attack(encoding, prepared_for(encoding, people), seed=1)
    assert figures(data) == figures(direct.to_dict())
    assert figures(json.loads(linkkit(*ask, "--seed", "2").output)) != figures(data)


def test_a_file_of_ones_own_invention_is_prepared_and_attacked(linkkit, encoding, tmp_path):
    frame = lk.synth.people(300, seed=4).register(who="everyone").frame.rename(columns={"family_name": "fam"})
    frame["fam"] = frame["fam"].str.upper() + " "
    frame.to_csv(tmp_path / "made-up.csv", index=False)
    ask = [
        "attack",
        tmp_path / "encoding.json",
        tmp_path / "made-up.csv",
        "--id",
        "patient_id",
        "--field",
        "surname=fam",
    ]
    result = linkkit(*ask)
    assert result.code == 0, result.output
    assert "of made-up.csv, taken as made up. Never do this with real people." in result.output
    shown = {name.strip().upper() for name in frame["fam"].dropna() if len(name) > 5}
    assert not any(name in result.output.upper() for name in shown)
    assert json.loads(linkkit(*ask, "--json").output)["records"] == len(frame)


def test_files_that_were_made_to_be_handed_over_are_refused(linkkit, encoding, tmp_path):
    frame = (
        lk.synth.people(200, seed=4)
        .register(who="everyone")
        .frame[["patient_id", "given_name", "family_name", "birth_date"]]
    )
    frame.to_csv(tmp_path / "people.csv", index=False)
    done = linkkit("split", tmp_path / "people.csv", "--id", "patient_id", "--identifiers",
                   "given_name,family_name,birth_date", "-o", tmp_path / "split")  # fmt: skip
    assert done.code == 0, done.output
    linkkit("keygen", tmp_path / "project.key")
    identifiers = tmp_path / "split/identifiers/identifiers.parquet"
    done = linkkit("encode", identifiers, "--key", tmp_path / "project.key", "--project", "p", "--encoding",
                   tmp_path / "encoding.json", "-o", tmp_path / "out")  # fmt: skip
    assert done.code == 0, done.output
    for path in (identifiers, tmp_path / "out/encoded.parquet"):
        result = linkkit("attack", tmp_path / "encoding.json", path)
        assert result.code == 2
        assert "of real people" in result.output


def test_what_cannot_be_attacked_is_told(linkkit, encoding, tmp_path):
    assert linkkit("attack", tmp_path / "none.json").code == 2
    (tmp_path / "few.csv").write_text("id,given_name,surname,dob\n1,Ann,Lee,2001-01-01\n", "utf-8")
    result = linkkit("attack", tmp_path / "encoding.json", tmp_path / "few.csv")
    assert result.code == 2
    assert "at least 50 records" in result.output
    (tmp_path / "short.csv").write_text("id,surname\n" + "".join(f"{n},Lee\n" for n in range(60)), "utf-8")
    result = linkkit("attack", tmp_path / "encoding.json", tmp_path / "short.csv")
    assert result.code == 2
    assert "given_name" in result.output
    Encoding([Token("shoe", "shoe_size"), Token("given", "given_name")]).save(tmp_path / "shoe.json")
    result = linkkit("attack", tmp_path / "shoe.json", "--people", "200")
    assert result.code == 2
    assert "the nearest lacks shoe_size" in result.output


def test_an_encoding_of_pupils_is_attacked_on_pupils(linkkit, tmp_path):
    Encoding([Token("pupil", "upn"), Token("given", "given_name")]).save(tmp_path / "encoding.json")
    data = json.loads(linkkit("attack", tmp_path / "encoding.json", "--people", "300", "--json").output)
    assert {one["against"] for one in data["attempts"]} == {"pupil", "given"}
