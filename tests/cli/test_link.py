"""``linkkit link``: without configuration, and with every option."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from linkkit import Plan, block, decide


def test_no_configuration_is_needed(linkkit, sample, tmp_path):
    out, plan = tmp_path / "out", tmp_path / "plan.toml"
    result = linkkit("link", sample.trial, sample.register, "--blinded", "arm", "--id-left", "participant_id",
                     "--id-right", "pupil_id", "--truth", sample.truth, "--save-plan", plan, "--out", out)  # fmt: skip
    assert result.code == 0, result.output
    # the guess and the plan are shown
    assert "child_first_name" in result.output
    assert "forename" in result.output
    assert "name of given_name, surname" in result.output
    assert "one to one" in result.output
    # and so is what came out
    links = pd.read_csv(out / "links.csv")
    assert f"{len(links):,}" in result.output
    assert "precision" in result.output
    assert "lost in blocking" in result.output
    # the saved plan is complete by itself
    again = linkkit("run", plan, "--out", tmp_path / "again", "--quiet")
    assert (again.code, again.output) == (0, "")
    assert (tmp_path / "again" / "links.csv").read_bytes() == (out / "links.csv").read_bytes()


def test_results_go_to_standard_output_and_progress_does_not(process, small, tmp_path):
    trial, register = small
    result = process("link", trial, register, "--id-left", "participant_id", "--id-right", "pupil_id", "-o", tmp_path)
    assert result.returncode == 0, result.stderr
    assert "Result" in result.stdout
    assert "compiling" not in result.stdout
    assert "Result" not in result.stderr
    assert "comparing pairs" not in result.stdout


@pytest.fixture
def link(linkkit, small, tmp_path):
    """Link the small sample quietly with options; return the plan of the run."""

    def run(*options) -> Plan:
        trial, register = small
        ids = ("--id-left", "participant_id", "--id-right", "pupil_id")
        result = linkkit("link", trial, register, *ids, "-q", "-o", tmp_path / "out", *options)
        assert (result.code, result.output) == (0, "")
        return Plan.load(tmp_path / "out" / "plan.toml")

    return run


@pytest.mark.parametrize(
    ("option", "decision"),
    [
        ("--one-to-one", decide.OneToOne(at_least=0.9)),
        ("--one-to-many", decide.OneToMany("left", at_least=0.9)),
        ("--many-to-one", decide.OneToMany("right", at_least=0.9)),
        ("--many-to-many", decide.Threshold(at_least=0.9)),
    ],
)
def test_the_way_to_link_can_be_chosen(option, decision, link):
    assert link(option, "--at-least", "0.9").decide == decision


def test_a_threshold_alone_changes_the_recommended_decision(link, tmp_path):
    assert link("--at-least", "0.0002").keep == 0.0002
    everything = pd.read_csv(tmp_path / "out" / "links.csv")["match_probability"]
    middle = everything.median()
    plan = link("--at-least", str(middle))
    assert (plan.decide.kind, plan.decide.at_least) == ("one_to_one", middle)
    found = pd.read_csv(tmp_path / "out" / "links.csv")["match_probability"]
    assert 0 < len(found) < len(everything)
    assert found.min() >= middle


def test_a_plan_a_seed_and_fields_are_taken(link, tmp_path):
    given = Plan(block=[block.on("surname", "date_of_birth"), block.on("postcode")])
    given.save(tmp_path / "given.toml")
    options = ("--field", "postcode=home_postcode", "--field", "sex=", "--blinded", "upn", "--kind-left", "trial")
    plan = link("--plan", tmp_path / "given.toml", "--seed", "42", *options)
    assert plan.block == given.block
    assert plan.score.seed == 42
    record = json.loads((tmp_path / "out" / "run.json").read_text("utf-8"))
    left, right = record["datasets"]
    assert left["kind"] == "trial"
    assert left["fields"]["postcode"] == "home_postcode"
    assert "sex" not in left["fields"]
    assert "sex" not in right["fields"]
    assert left["blinded"] == []
    assert right["blinded"] == ["upn"]


def test_labels_can_be_learned_from(linkkit, small, tmp_path):
    trial, register = small
    plan = tmp_path / "plan.toml"
    plan.write_text('linkkit_plan = 1\nscore = { kind = "classifier" }\n', "utf-8")
    common = ("link", trial, register, "--id-left", "participant_id", "--id-right", "pupil_id", "--plan", plan, "-q")
    without = linkkit(*common, "-o", tmp_path / "out")
    assert without.code == 2
    assert "learns from labels" in without.output
    first, second = pd.read_csv(trial, dtype=str), pd.read_csv(register, dtype=str)
    born = pd.to_datetime(second["dob"], dayfirst=True).dt.strftime("%Y-%m-%d")
    right = second.assign(child_dob=born, child_last_name=second["surname"])
    matches = first.merge(right, on=["child_dob", "child_last_name"])[["participant_id", "pupil_id"]]
    wrong = matches.assign(pupil_id=matches["pupil_id"][::-1].to_numpy(), is_match="no")
    pairs = pd.concat([matches.assign(is_match="yes"), wrong])
    pairs.columns = ["left_id", "right_id", "is_match"]
    pairs.to_csv(tmp_path / "labels.csv", index=False)
    result = linkkit(*common, "--labels", tmp_path / "labels.csv", "-o", tmp_path / "out")
    assert result.code == 0, result.output
    model = json.loads((tmp_path / "out" / "model.json").read_text("utf-8"))
    assert model["kind"] == "classifier"
    assert model["labelled_pairs"] == len(pairs)


def test_another_encoding_is_read(linkkit, small, tmp_path):
    for path in small:
        (tmp_path / path.name).write_bytes(path.read_text("utf-8").encode("utf-16"))
    result = linkkit("link", tmp_path / "trial.csv", tmp_path / "register.csv", "--id-left", "participant_id",
                     "--id-right", "pupil_id", "--encoding", "utf-16", "-q", "-o", tmp_path / "out")  # fmt: skip
    assert result.code == 0, result.output
    assert 'encoding = "utf-16"' in (tmp_path / "out" / "plan.toml").read_text("utf-8")
    assert linkkit("run", tmp_path / "out" / "plan.toml", "-q", "-o", tmp_path / "again").code == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--one-to-one", "--many-to-many"], "--one-to-one and --many-to-many contradict each other; give one."),
        (["--field", "surname"], "--field takes FIELD=COLUMN"),
        (["--field", "surname=child_lastname"], "no column 'child_lastname' in trial nor register. Did you mean 'chil"),
        (["--blinded", "arms"], "--blinded: no column 'arms' in trial nor register. Did you mean 'arm'?"),
        (["--kind-left", "tril"], "got 'tril'. Did you mean 'trial'?"),
        (["--id-left", "pupil_id"], "trial: id names the column 'pupil_id', which is not there."),
        (["--plan", "nowhere.toml"], "nowhere.toml: the file cannot be read"),
        (["--truth", "nowhere.csv"], "there is no file 'nowhere.csv'"),
        (["--encoding", "utf-99"], "cannot be read as text in utf-99"),
    ],
)
def test_wrong_options_end_with_2_and_one_message(options, message, linkkit, small, tmp_path):
    trial, register = small
    ids = ["--id-right", "pupil_id", *([] if "--id-left" in options else ["--id-left", "participant_id"])]
    result = linkkit("link", trial, register, *ids, "-q", "-o", tmp_path / "out", *options)
    assert result.code == 2, result.output
    assert message in result.output
    assert "Traceback" not in result.output
    assert not (tmp_path / "out").exists()


def test_files_of_one_name_are_told_apart(linkkit, small, tmp_path):
    for number, path in enumerate(small):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "people.csv").write_bytes(path.read_bytes())
    result = linkkit("link", tmp_path / "0" / "people.csv", tmp_path / "1" / "people.csv", "--id-left",
                     "participant_id", "--id-right", "pupil_id", "-o", tmp_path / "out")  # fmt: skip
    assert result.code == 0
    assert "people 1" in result.output
    assert "people 2" in result.output
