"""Examples of the help are carried out, one after another, in a folder of made-up files."""

from __future__ import annotations

import json
import shlex
import shutil
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

import linkkit as lk
from linkkit.cli import app
from linkkit.pseudonymise import Encoding, Key, encode, handover, write_encoded
from linkkit.pseudonymise.bloom import BloomField, Clk

pytestmark = pytest.mark.thorough

VECTORS = Path(__file__).parents[1] / "pseudonymise/clkhash/vectors"

LEFT_OUT = {  # they take seconds, and other tests carry them out, or another example of the same command is
    "linkkit demo",
    "linkkit demo --out first-look",
    "linkkit rehearse",
    "linkkit doctor --compile",
    "linkkit unblind results --trial trial.csv --lodged 83fd5edb... --by A. Lee --why analysis plan 2 signed",
}


def examples():
    for command in app.registered_commands:
        for text in command.help.split("\n\n"):
            if text.startswith("[bold]"):
                yield " ".join(shlex.split(text.removeprefix("[bold]").removesuffix("[/bold]").replace("\\\n", " ")))


@pytest.fixture
def folder(tmp_path, monkeypatch, sample):
    """Files by the names that the examples use, and no more than a person would have at that point."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SECRET", "linkkit-test-secret")
    trial, register = (pd.read_csv(path, dtype=str) for path in (sample.trial, sample.register))
    trial, register = trial.head(200), register[(register.index < 900) | (register["pupil_id"] == "P1781")]
    trial.to_csv("trial.csv", index=False)
    register.to_csv("register.csv", index=False)
    trial.rename(columns={"participant_id": "ref", "child_last_name": "famname"}).to_csv("a.csv", index=False)
    register.rename(columns={"pupil_id": "number", "surname": "famname"}).to_csv("b.csv", index=False)
    people = lk.synth.people(300, seed=7)
    people.register(who="everyone", duplicates=0.1).frame.to_csv("patients.csv", index=False)
    people.register(who="everyone").frame.rename(columns={"patient_id": "person_id"}).to_csv("made-up.csv", index=False)
    people.register().frame.assign(pupil_id=lambda frame: "S" + frame["pupil_id"]).to_csv("schools.csv", index=False)
    people.intervention(coverage=0.6).frame.to_csv("club.csv", index=False)
    spells = lk.cards.SpellColumns("start_date", "end_date", "centre")
    lk.Card("club", "intervention", id="attendance_id", person="client_ref", spells=spells).save("club.card.toml")
    judged = {"left_dataset": "trial", "left_id": "T0001", "right_dataset": "register", "right_id": "P0001"}
    pd.DataFrame([{**judged, "is_match": False}]).to_csv("reviewed.csv", index=False)
    names = {"nhs_number": range(9), "name": "Ann Lee", "dob": "2001-02-03", "score": 1}
    pd.DataFrame(names).to_csv("people.csv", index=False)
    return tmp_path


def prepare_for(name, linkkit, folder):
    """What must be there before the examples of a command, under the names that they use."""

    def run(*args):
        done = linkkit(*args)
        assert done.code == 0, (args, done.output)

    if name == "run":
        run("link", "trial.csv", "register.csv", "--save-plan", "plan.toml", "-q", "-o", "first")
    if name == "map":
        lk.Card("trial", "trial", path="trial.csv", id="participant_id", allocation="arm").save("trial.card.toml")
        lk.Card("register", "administrative", path="register.csv", id="pupil_id").save("register.card.toml")
        lk.Card("clubs", "intervention", fields={"surname": "name"}).save("cards/clubs.card.toml")
    if name == "explain":
        shutil.copytree("first", "results", dirs_exist_ok=True)
    if name == "encode":
        run("keygen", "project.key")
        run("split", "made-up.csv", "--id", "person_id", "--identifiers",
            "given_name,other_names,family_name,birth_date,sex_code,post_code,nhs_no", "--payload",
            "address,registered_on", "-o", "mine")  # fmt: skip
        shutil.copytree("mine/identifiers", ".", dirs_exist_ok=True)
    if name == "clkhash":
        case = json.loads(next(VECTORS.glob("34_*.json")).read_text("utf-8"))
        identifiers = [feature["identifier"] for feature in case["schema"]["features"]]
        pd.DataFrame(case["rows"], columns=identifiers).to_csv("pii.csv", index=False)
        Path("schema.json").write_text(json.dumps(case["schema"]))
        Path("secret.txt").touch(0o600)
        Path("secret.txt").write_text(case["secret"])
    if name == "release":
        run("keygen", "unit.key", "--project", "linkage-unit")
    if name == "attach":
        attachable()
    if name == "lint-encoding":
        key = Key.generate(project="x")
        data = lk.prepare.prepare(lk.synth.people(200, seed=1).register(who="everyone").dataset())
        encoding = Encoding([Clk([BloomField("given_name"), BloomField("surname")])])
        write_encoded(encode(data, key, encoding), folder / "encoded.parquet")


def attachable():
    """A payload under the record keys of an index, which the linkage unit released."""
    for path in Path("for-asthma/researcher/trial").iterdir():
        shutil.copy(path, path.name)
    keys = handover.read_file("index.parquet")[0]["record_key"]
    handover.write_file(pa.table({"record_key": keys, "score": range(len(keys))}), "payload.parquet", "payload")


def test_every_example_runs(linkkit, folder):
    prepared = set()
    for text in examples():
        if text in LEFT_OUT:
            continue
        _, name, *arguments = text.split()
        if name not in prepared:
            prepare_for(name, linkkit, folder)
            prepared.add(name)
        result = linkkit(name, *arguments)
        assert result.code == 0, (text, result.output)
