"""``linkkit split``, ``release`` and ``attach``: each role's commands, and what each refuses."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from linkkit.pseudonymise.handover import read_file


@pytest.fixture(scope="module")
def unit_key(tmp_path_factory):
    from linkkit.pseudonymise import Key

    path = tmp_path_factory.mktemp("unit") / "unit.key"
    Key.generate(path, project="linkage-unit")
    return path


@pytest.fixture
def sides(linkkit, tmp_path):
    """Two providers' split files of the same people: number n of the one is number n of the other."""
    for name in ("a", "b"):
        frame = pd.DataFrame({
            "own": [f"{name}{number}" for number in range(40)], "surname": [f"Featherstone{n}" for n in range(40)],
            "forename": [f"Ann{n}" for n in range(40)], "score": range(40),
        })  # fmt: skip
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
        done = linkkit("split", tmp_path / f"{name}.csv", "--id", "own", "--identifiers", "surname, forename",
                       "--payload", "score", "--out", tmp_path / name)  # fmt: skip
        assert done.code == 0, done.output
        assert "for the researcher" in done.output
    return tmp_path


def test_split_writes_three_folders(sides):
    found = {path.relative_to(sides / "a").as_posix() for path in (sides / "a").rglob("*.parquet")}
    assert found == {"identifiers/identifiers.parquet", "payload/payload.parquet", "index/index.parquet"}
    assert read_file(sides / "a/payload/payload.parquet")[0].column_names == ["record_key", "score"]


def test_split_refuses_a_column_on_no_side(linkkit, sides):
    done = linkkit("split", sides / "a.csv", "--id", "own", "--identifiers", "surname", "--out", sides / "x")
    assert done.code == 2
    assert "'forename', 'score' would go to neither side" in done.output
    assert not (sides / "x").exists()


def test_split_refuses_names_in_the_payload(linkkit, sides):
    done = linkkit("split", sides / "a.csv", "--id", "own", "--identifiers", "surname", "--payload", "forename,score",
                   "--out", sides / "x")  # fmt: skip
    assert done.code == 2
    assert "'forename' (given_name) would be payload, and names people" in done.output


def test_a_card_beside_the_file_is_held_to_from_split_to_link(linkkit, sides):
    from linkkit.cards import Card, Consent

    frame = pd.read_csv(sides / "a.csv").assign(agreed=["no"] * 9 + ["yes"] * 31, arm="x")
    frame.to_csv(sides / "a.csv", index=False)
    asked = Consent(("cohort",), column="agreed", scope="form v2")
    Card("trial", "trial", allocation="arm", consent=asked).save(sides / "a.card.toml")
    names, out = ["--identifiers", "surname,forename"], ["--out", sides / "again"]
    blinded = linkkit("split", sides / "a.csv", "--id", "own", "--identifiers", "surname,forename,arm",
                      "--payload", "score,agreed", *out)  # fmt: skip
    assert blinded.code == 2
    assert "'arm' would be an identifier, and the card says that linkage must not see it" in blinded.output
    done = linkkit("split", sides / "a.csv", "--id", "own", *names, "--payload", "score,agreed,arm", *out)
    assert done.code == 0, done.output
    assert "left out: 9 records, no consent to linkage" in done.output
    assert "31 records" in done.output
    both = [folder / "identifiers/identifiers.parquet" for folder in (sides / "again", sides / "b")]
    linked = linkkit("link", *both, "--out", sides / "links", "-q")
    assert linked.code == 2
    assert "form v2 covers linkage with cohort, not with identifiers 2 (other)" in linked.output
    allowed = linkkit("link", *both, "--kind-right", "cohort", "--out", sides / "links", "-q")
    assert allowed.code == 0, allowed.output
    assert len(pd.read_parquet(sides / "links/links.parquet")) == 31
    again = linkkit("run", sides / "links/plan.toml", "--out", sides / "twice", "-q")
    assert again.code == 0, again.output
    assert len(pd.read_parquet(sides / "twice/links.parquet")) == 31


@pytest.fixture
def results(linkkit, small, tmp_path):
    done = linkkit("link", *small, "--id-left", "participant_id", "--id-right", "pupil_id", "--blinded", "arm", "-q",
                   "-o", tmp_path / "results")  # fmt: skip
    assert done.code == 0, done.output
    return tmp_path / "results"


def test_release_writes_each_tier(linkkit, results, unit_key, tmp_path):
    ask = ["release", results, "--project", "reading", "--key", unit_key]
    done = linkkit(*ask, "-o", tmp_path / "groups")
    assert done.code == 0, done.output
    assert "have an id of 'reading'" in done.output
    assert (tmp_path / "groups/researcher/trial/index.parquet").is_file()
    assert linkkit(*ask, "--tier", "mask", "-o", tmp_path / "mask").code == 0
    assert (tmp_path / "mask/trial/mask.parquet").is_file()
    assert linkkit(*ask, "--tier", "counts", "--least", "5", "-o", tmp_path / "counts").code == 0
    assert json.loads((tmp_path / "counts/counts.json").read_text("utf-8"))["least_count"] == 5
    done = linkkit(*ask, "--tier", "scores", "-o", tmp_path / "scores")
    assert "for the linkage unit alone" in done.output
    done = linkkit(*ask, "--tier", "scores", "-o", tmp_path / "groups")
    assert done.code == 2
    assert "holds the release groups of the project 'reading'" in done.output
    done = linkkit("release", results, "--project", "READING", "--key", unit_key, "-o", tmp_path / "more")
    assert done.code == 2
    assert "differ only in capitals" in done.output
    assert len((results / "releases.jsonl").read_text("utf-8").splitlines()) == 4


def test_release_refuses_a_key_that_others_can_read(linkkit, results, tmp_path):
    (tmp_path / "open.key").write_bytes(bytes(range(32)))
    (tmp_path / "open.key").chmod(0o644)
    done = linkkit("release", results, "--project", "p", "--key", tmp_path / "open.key", "-o", tmp_path / "out")
    assert done.code == 2
    assert "chmod 600" in done.output


def test_attach_refuses_identifiers_and_scores(linkkit, sides, results, unit_key, tmp_path):
    linkkit("release", results, "--project", "p", "--key", unit_key, "--tier", "scores", "-o", tmp_path / "unit")
    payload = sides / "a/payload/payload.parquet"
    for index, sent, message in (
        (tmp_path / "unit/unit_only/scores.parquet", payload, "which stay within the linkage unit"),
        (sides / "a/index/index.parquet", payload, "of kind index; one of kind release is needed"),
        (sides / "a.csv", payload, "its manifest a.csv.manifest.json is not beside it"),
    ):
        done = linkkit("attach", index, sent, "-o", tmp_path / "study.parquet")
        assert done.code == 2
        assert message in done.output
        assert "Featherstone" not in done.output
    assert not (tmp_path / "study.parquet").exists()


def test_split_says_that_earlier_values_do_not_go_along(linkkit, tmp_path):
    from linkkit.cards import Card, History

    people = pd.DataFrame({"own": [1, 2], "surname": ["Ash", "Birch"], "score": [1, 2]})
    people.to_csv(tmp_path / "clinic.csv", index=False)
    pd.DataFrame({"own": [1], "surname": ["Elm"], "since": ["2010-01-01"]}).to_csv(tmp_path / "names.csv", index=False)
    Card("clinic", id="own", history=(History(("surname",), "since", path=str(tmp_path / "names.csv")),)).save(
        tmp_path / "clinic.card.toml"
    )
    done = linkkit("split", tmp_path / "clinic.csv", "--id", "own", "--identifiers", "surname", "--payload", "score",
                   "--out", tmp_path / "out")  # fmt: skip
    assert done.code == 0, done.output
    assert "warning: clinic: its card names a history of surname" in done.output
