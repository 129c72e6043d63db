"""``linkkit unblind``: the arms of a saved trial, in another session."""

from __future__ import annotations

import json

import pytest
from tests.pipelines.trials.helpers_trials import TRIAL_CARD, World

from linkkit.pipelines import trials


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trial")
    world = World(size=600, families=40)
    world.trial.to_csv(folder / "trial.csv", index=False)
    TRIAL_CARD.change(path=str(folder / "trial.csv")).save(folder / "trial.card.toml")
    world.trial[["participant_id", "arm"]].to_csv(folder / "arms.csv", index=False)
    run = world.run(events=world.events())
    run.save(folder / "out")
    return folder, run.freeze().sha256


@pytest.mark.parametrize(("file", "more"), [("trial.csv", []), ("trial.card.toml", []), ("arms.csv", ["--arm", "arm"])])
def test_a_saved_trial_is_unblinded(linkkit, saved, file, more):
    folder, lodged = saved
    result = linkkit("unblind", folder / "out", "--trial", folder / file, "--lodged", lodged, "--by", "A. Lee",
                     "--why", "plan 2 signed", *more)  # fmt: skip
    assert result.code == 0, result.output
    assert "control: " in result.output
    assert "linked, " in result.output
    assert "intervention against control: p = " in result.output
    last = trials.load(folder / "out").log.entries()[-1]
    assert (last["by"], last["why"], last["sha256"]) == ("A. Lee", "plan 2 signed", lodged)
    study = json.loads((folder / "out" / "unblinded.json").read_text("utf-8"))["study"]
    assert study[-1]["title"] == "Linkage by arm"


def test_another_hash_is_refused(linkkit, saved):
    folder, _ = saved
    result = linkkit("unblind", folder / "out", "--trial", folder / "trial.csv", "--lodged", "ab" * 32, "--by", "A",
                     "--why", "b")  # fmt: skip
    assert result.code != 0
    assert "is not what was lodged" in " ".join(result.output.split())


def test_a_trial_without_a_card_has_the_ids_of_the_run(linkkit, saved, tmp_path):
    folder, lodged = saved
    (tmp_path / "trial.csv").write_bytes((folder / "trial.csv").read_bytes())
    said = ["--lodged", lodged, "--by", "A", "--why", "b", "--out", tmp_path / "report.html"]
    result = linkkit("unblind", folder / "out", "--trial", tmp_path / "trial.csv", *said)
    assert result.code == 0, result.output
    assert trials.load(folder / "out").log.entries()[-1]["column"] == "arm"
    other = (folder / "arms.csv").read_text("utf-8").replace("participant_id", "number").replace(",arm", ",code")
    (tmp_path / "arms.csv").write_text(other, "utf-8")
    more = ["--id", "number", "--arm", "code"]
    result = linkkit("unblind", folder / "out", "--trial", tmp_path / "arms.csv", *said, *more)
    assert result.code == 2
    assert "--arm-because" in result.output
    result = linkkit("unblind", folder / "out", "--trial", tmp_path / "arms.csv", *said, *more, "--arm-because", "c")
    assert result.code == 0, result.output
    assert trials.load(folder / "out").log.entries()[-1]["arm_because"] == "c"


@pytest.mark.parametrize(("column", "words"), [("nope", "which is not there"), ("arm", "which is blinded")])
def test_a_column_that_arms_cannot_be_compared_by_is_told_before_the_act_is_logged(linkkit, saved, column, words):
    folder, lodged = saved
    before = len(trials.load(folder / "out").log.entries())
    result = linkkit("unblind", folder / "out", "--trial", folder / "trial.csv", "--lodged", lodged, "--by", "A",
                     "--why", "b", "--cluster", column)  # fmt: skip
    assert result.code == 2
    assert words in " ".join(result.output.split())
    assert len(trials.load(folder / "out").log.entries()) == before
