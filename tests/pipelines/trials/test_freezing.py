"""What was lodged is what is unblinded: hashes, the log, the act."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkkit.errors import DataError, SpecError
from linkkit.pipelines import trials
from linkkit.pipelines.trials._freeze import canonical_bytes, freeze_of

ids = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=6)
link_rows = st.lists(st.tuples(ids, ids), unique=True, max_size=8)


def _frames(rows):
    links = pd.DataFrame(rows, columns=["left_id", "right_id"], dtype=object).assign(status="link")
    people = pd.DataFrame({"id": [left for left, _ in rows], "state": "traced with records"}, dtype=object)
    return links, people.drop_duplicates("id")


@given(link_rows, st.randoms())
def test_the_hash_does_not_depend_on_the_order_of_rows(rows, random):
    links, people = _frames(rows)
    order = list(range(len(rows)))
    random.shuffle(order)
    assert freeze_of(links.iloc[order], people, "p") == freeze_of(links, people, "p")


@given(link_rows, link_rows)
def test_other_links_have_another_hash(rows, others):
    links, people = _frames(rows)
    same = sorted(rows) == sorted(others)
    assert (freeze_of(_frames(others)[0], people, "p").sha256 == freeze_of(links, people, "p").sha256) == same


@given(st.lists(st.tuples(ids, ids), min_size=1, max_size=5))
def test_ids_cannot_be_shifted_between_columns(rows):
    frame = pd.DataFrame(rows, columns=["a", "b"], dtype=object)
    moved = frame.assign(a=frame["a"] + frame["b"], b="")
    assert canonical_bytes(frame) != canonical_bytes(moved)


def test_missing_is_not_an_empty_text():
    assert canonical_bytes(pd.DataFrame({"a": [None]}, dtype=object)) != canonical_bytes(pd.DataFrame({"a": [""]}))


def test_whole_numbers_and_days_are_the_same_before_and_after_they_are_saved(tmp_path):
    frame = pd.DataFrame({
        "n": pd.array([1, None], "Int64"),
        "day": pd.to_datetime(["2020-02-03", None]),
        "yes": pd.array([True, None], "boolean"),
    })  # fmt: skip
    frame.to_parquet(tmp_path / "x.parquet")
    assert canonical_bytes(pd.read_parquet(tmp_path / "x.parquet")) == canonical_bytes(frame)


def test_unblinding_needs_the_lodged_hash_and_an_act_of_freezing(run, tmp_path):
    log = tmp_path / "log.jsonl"
    lodged = run.freeze().sha256
    with pytest.raises(DataError, match="no act of freezing these links"):
        run.unblind(by="A. Lee", why="plan 2 signed", lodged=lodged, log=log)
    run.freeze(log=log)
    found = run.unblind(by="A. Lee", why="plan 2 signed", lodged=f" {lodged.upper()} ", log=log)
    assert found.arm_names == ("control", "intervention")
    last = trials.TrialLog(log).entries()[-1]
    assert (last["act"], last["by"], last["why"], last["sha256"]) == ("unblind", "A. Lee", "plan 2 signed", lodged)


@pytest.mark.parametrize("part", ["by", "why", "lodged"])
def test_unblinding_needs_who_and_why(run, tmp_path, part):
    said = {"by": "A", "why": "b", "lodged": "c", part: " "}
    with pytest.raises(SpecError, match=f"unblind needs {part}="):
        run.unblind(**said, log=tmp_path / "log.jsonl")


def test_links_that_changed_are_not_unblinded_and_what_differs_is_said(run, tmp_path):
    log = tmp_path / "log.jsonl"
    lodged = run.freeze(log=log).sha256
    decision = run.linkage.linked
    fewer = decision.take([*range(len(decision) - 2)])
    changed = replace(run, linkage=replace(run.linkage, decision=fewer))
    with pytest.raises(DataError, match=r"What differs: links\. link: ([\d,]+) lodged, ([\d,]+) there"):
        changed.unblind(by="A", why="b", lodged=lodged, log=log)
    assert [entry["act"] for entry in trials.TrialLog(log).entries()] == ["freeze"]


def test_a_hash_that_nobody_froze_is_refused(run, tmp_path):
    run.freeze(log=tmp_path / "log.jsonl")
    with pytest.raises(DataError, match="No act of freezing with the lodged hash"):
        run.unblind(by="A", why="b", lodged="0" * 64, log=tmp_path / "log.jsonl")


@pytest.fixture(scope="module")
def saved(run, tmp_path_factory):
    return run.save(tmp_path_factory.mktemp("saved") / "out")


def test_a_saved_trial_is_unblinded_in_another_session(run, saved, world, tmp_path):
    again = trials.load(saved)
    assert again.freeze() == run.freeze()
    pd.testing.assert_frame_equal(again.states, run.states)
    world.trial[["participant_id", "arm"]].to_csv(tmp_path / "arms.csv", index=False)
    found = trials.unblind(
        saved, by="A", why="b", lodged=run.freeze().sha256, allocation=tmp_path / "arms.csv", arm="arm"
    )
    pd.testing.assert_frame_equal(found.by_arm, again.unblind(
        by="A", why="b", lodged=run.freeze().sha256, allocation=world.trial_dataset()).by_arm)  # fmt: skip
    assert [entry["act"] for entry in again.log.entries()] == ["freeze", "unblind", "unblind"]
    page = found.report(tmp_path / "arms.html")
    titles = [section["title"] for section in json.loads(page.with_suffix(".json").read_text("utf-8"))["study"]]
    assert titles == ["Participants of the trial", "Linkage by arm"]


@pytest.mark.parametrize(("file", "column"), [("links", "right_id"), ("study_participants", "state")])
def test_a_saved_table_that_was_changed_is_not_unblinded(run, saved, world, tmp_path, file, column):
    folder = shutil.copytree(saved, tmp_path / "out")
    frame = pd.read_parquet(folder / f"{file}.parquet")
    frame.loc[[0, 1], column] = frame.loc[[1, 0], column].to_numpy() if column == "right_id" else "not sent"
    frame.to_parquet(folder / f"{file}.parquet")
    part = {"links": "links", "study_participants": "participants"}[file]
    with pytest.raises(DataError, match=f"What differs: {part}"):
        trials.unblind(folder, by="A", why="b", lodged=run.freeze().sha256, allocation=world.trial_dataset())


def test_a_directory_of_another_linkage_is_no_trial(saved, tmp_path):
    folder = shutil.copytree(saved, tmp_path / "out")
    for path in folder.glob("study_*"):
        path.unlink()
    with pytest.raises(DataError, match="holds no linkage of a trial"):
        trials.load(folder)
    with pytest.raises(DataError, match="holds no complete run"):
        trials.load(tmp_path)


def _log(tmp_path, acts=3):
    log = trials.TrialLog(tmp_path / "log.jsonl")
    for number in range(acts):
        log.add("freeze", sha256=str(number))
    return log


@pytest.mark.parametrize("tamper", ["change", "drop", "swap", "insert", "garbage"])
def test_a_log_that_was_changed_is_found(tmp_path, tamper):
    log = _log(tmp_path)
    lines = log.path.read_text("utf-8").splitlines()
    entry = json.loads(lines[0])
    lines = {
        "change": [json.dumps({**entry, "sha256": "x"}), *lines[1:]],
        "drop": lines[1:],
        "swap": [lines[1], lines[0], lines[2]],
        "insert": [lines[0], lines[0], *lines[1:]],
        "garbage": [lines[0], "nothing", lines[2]],
    }[tamper]
    log.path.write_text("\n".join(lines) + "\n", "utf-8")
    with pytest.raises(DataError, match=r"line \d does not follow"):
        log.entries()
    with pytest.raises(DataError):
        log.add("unblind")


def test_the_head_of_a_log_tells_lines_that_were_cut_off(tmp_path):
    log = _log(tmp_path)
    head = log.head
    log.path.write_text("\n".join(log.path.read_text("utf-8").splitlines()[:2]) + "\n", "utf-8")
    assert len(log.entries()) == 2
    assert log.head != head


def test_a_line_cut_short_is_found(tmp_path):
    log = _log(tmp_path)
    log.path.write_text(log.path.read_text("utf-8")[:-10], "utf-8")
    with pytest.raises(DataError, match="line 3 does not follow"):
        log.entries()


def test_fewer_than_two_arms_are_refused(run, world, tmp_path):
    log = tmp_path / "log.jsonl"
    run.freeze(log=log)
    said = {"by": "A", "why": "b", "lodged": run.freeze().sha256, "log": log}
    for arms, count in ((world.trial.assign(arm="x"), 1), (world.trial.assign(arm=None), 0)):
        with pytest.raises(DataError, match=f"{count} arms? in the column 'arm'"):
            run.unblind(**said, allocation=arms[["participant_id", "arm"]], arm="arm")
    foreign = pd.DataFrame({"participant_id": ["X1", "X2"], "arm": ["a", "b"]})
    with pytest.raises(DataError, match="0 arms"):
        run.unblind(**said, allocation=foreign, arm="arm")


def test_participants_without_an_arm_are_counted(run, world, tmp_path):
    log = tmp_path / "log.jsonl"
    run.freeze(log=log)
    found = run.unblind(
        by="A",
        why="b",
        lodged=run.freeze().sha256,
        log=log,
        allocation=world.trial[["participant_id", "arm"]][5:],
        arm="arm",
    )
    assert found.without_arm == 5
    everybody = found.by_arm.query("what == 'linked' and among == 'randomised'")
    assert everybody["of"].sum() == len(world.trial) - 5


def test_the_report_has_the_hash_to_lodge(run, saved):
    study = json.loads((saved / "quality.json").read_text("utf-8"))["study"]
    assert run.freeze().sha256 in json.dumps(study)


def test_a_log_that_is_no_text_is_refused_by_its_line(tmp_path):
    log = trials.TrialLog(tmp_path / "log.jsonl")
    log.add("freeze", sha256="ab")
    with log.path.open("ab") as file:
        file.write(b"\xff\xfe\n")
    for ask in (log.entries, lambda: log.head, lambda: log.add("unblind"), lambda: str(log)):
        with pytest.raises(
            DataError, match=r"log.jsonl: line 2 is no text in UTF-8: this is no log, or it was changed"
        ):
            ask()
