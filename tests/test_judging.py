"""Judgements through link, dedupe, plans, saved runs and the command line."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from typer.testing import CliRunner

import linkkit as lk
from linkkit.cli import app
from linkkit.loading import load_run


@pytest.fixture(scope="module")
def made():
    trial, register = lk.synth.sample()
    return trial.dataset(), register.dataset()


@pytest.fixture(scope="module")
def judged_ids(sample_run):
    """A link to keep apart, a link to confirm, and a pair that is no candidate to be linked."""
    links = sample_run.links
    free = sorted(set(sample_run.datasets[1].ids.to_pylist()) - set(links["right_id"]))
    left = links["left_id"].tolist()
    return [
        (left[0], links["right_id"][0], "no"),
        (left[1], links["right_id"][1], "yes"),
        (left[2], free[0], "yes"),
    ]


@pytest.fixture(scope="module")
def table(judged_ids):
    frame = pd.DataFrame(judged_ids, columns=["left_id", "right_id", "is_match"])
    return frame.assign(who="RS", when="2026-01-05", note="seen on paper")


def test_judgements_win_and_are_counted(made, table, judged_ids, sample_run):
    run = lk.link(*made, judgements=table, progress=False)
    pairs = run.links.set_index(["left_id", "right_id"])["status"]
    assert judged_ids[0][:2] not in pairs.index
    assert pairs[judged_ids[1][:2]] == pairs[judged_ids[2][:2]] == "judged"
    assert (pairs == "judged").sum() == 2
    others = sample_run.links[~sample_run.links["left_id"].isin(table["left_id"])]
    assert len(others.merge(run.links, on=["left_id", "right_id"])) == len(others)
    assert "3 judgements" in run.summary()
    # A pair that blocking never made is scored by the model all the same.
    assert run.explain(*judged_ids[2][:2]).weight == pytest.approx(
        run.links.set_index("left_id")["match_weight"][judged_ids[2][0]]
    )
    assert run.explain(*judged_ids[0][:2]).verdict == "judged"


def test_contradictions_are_raised_before_any_work(made, table):
    again = pd.concat([table, table.iloc[[0]].assign(is_match="yes")], ignore_index=True)
    with pytest.raises(lk.DataError, match=r"row 1 says .* row 4 that they are"):
        lk.link(*made, plan=lk.Plan(model="no-such-model.json"), judgements=again, progress=False)


def test_two_matches_of_one_record_are_refused_where_the_plan_links_one_to_one(made, table, judged_ids):
    twice = pd.concat([table, table.iloc[[2]].assign(left_id=judged_ids[1][0])], ignore_index=True)
    with pytest.raises(lk.DataError, match="rows 2, 4 give one left record several matches, where OneToOne"):
        lk.link(*made, judgements=twice, progress=False)


def test_a_plan_names_them_and_a_saved_run_holds_them(table, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    files = lk.synth.sample_files(tmp_path)
    table.to_csv(tmp_path / "judged.csv", index=False)
    trial = lk.Dataset(files.trial, id="participant_id", blinded=["arm"])
    register = lk.Dataset(files.register, id="pupil_id")
    plan = lk.Plan(judgements="judged.csv")
    plan.save(tmp_path / "plans.toml")
    assert 'judgements = "judged.csv"' in (tmp_path / "plans.toml").read_text("utf-8")
    run = lk.link(trial, register, plan=lk.Plan.load(tmp_path / "plans.toml"), progress=False)
    assert (run.links["status"] == "judged").sum() == 2
    out = run.save(tmp_path / "out")
    saved = pd.read_parquet(out / "judgements.parquet")
    assert set(saved.columns) == {"left_dataset", "left_id", "right_dataset", "right_id", "is_match"}
    counts = json.loads((out / "run.json").read_text("utf-8"))["counts"]
    assert (counts["judged_matches"], counts["judged_non_matches"]) == (2, 1)
    quality = json.loads((out / "quality.json").read_text("utf-8"))
    assert (quality["links"]["judged"], quality["links"]["judged_apart"]) == (2, 1)
    assert "People decided" in (out / "quality.html").read_text("utf-8")
    (tmp_path / "judged.csv").unlink()
    again = load_run(out, progress=False)
    pd.testing.assert_frame_equal(again.links, run.links)
    assert (again.save(tmp_path / "again") / "links.csv").read_bytes() == (out / "links.csv").read_bytes()


def test_the_command_line_takes_them(table, tmp_path):
    files = lk.synth.sample_files(tmp_path)
    table.to_parquet(tmp_path / "judged.parquet")
    arguments = ["link", files.trial, files.register, "--id-left", "participant_id", "--id-right", "pupil_id",
                 "--judgements", tmp_path / "judged.parquet", "--at-least", "0.8", "--save-plan",
                 tmp_path / "plan.toml", "--out", tmp_path / "out"]  # fmt: skip
    result = CliRunner().invoke(app, [str(one) for one in arguments], env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    assert "judgements" in result.output
    links = pd.read_csv(tmp_path / "out" / "links.csv")
    assert (links["status"] == "judged").sum() == 2
    assert "judged.parquet" in (tmp_path / "plan.toml").read_text("utf-8")


def test_deduplication_keeps_apart_what_people_kept_apart():
    frame = lk.synth.people(400, seed=2).register(coverage=0.9).frame
    register = lk.Dataset(pd.concat([frame, frame.assign(pupil_id="D" + frame["pupil_id"])]), id="pupil_id")
    run = lk.dedupe(register, progress=False)
    links = run.links
    assert len(links) > 100
    rows = links[["left_id", "right_id"]].assign(is_match=False)
    apart = lk.dedupe(register, judgements=rows, progress=False)
    ids = apart.clusters.set_index("id")["cluster_id"]
    assert (ids[rows["left_id"]].to_numpy() != ids[rows["right_id"]].to_numpy()).all()


def test_a_chain_of_links_does_not_join_what_people_kept_apart(made, judged_ids):
    """Links by a threshold may connect two records through a third; the clusters of such links hold to judgements."""
    trial, register = made
    plan = lk.Plan(decide=lk.decide.Threshold(0.0001))
    run = lk.link(trial, register, plan=plan, progress=False)
    groups = run.clusters.groupby("cluster_id").filter(lambda group: len(group) > 2)
    first = groups[groups["cluster_id"] == groups["cluster_id"].iloc[0]]
    left, right = (first[first["dataset"] == dataset.name]["id"].tolist() for dataset in (trial, register))
    linked = set(zip(run.links["left_id"], run.links["right_id"], strict=True))
    apart = [(one, other, False) for one in left for other in right if (one, other) in linked][:1]
    judged = lk.link(
        trial, register, plan=plan, progress=False,
        judgements=pd.DataFrame(apart, columns=["left_id", "right_id", "is_match"]),
    )  # fmt: skip
    ids = judged.clusters.set_index(["dataset", "id"])["cluster_id"]
    assert ids[trial.name, apart[0][0]] != ids[register.name, apart[0][1]]


def test_rules_without_probabilities_hold_to_judgements_too():
    frame = pd.DataFrame(
        {
            "id": list("abcdef"),
            "given_name": ["Ann", "Ann", "Bea", "Cat", "Dan", "Dan"],
            "surname": ["Lee", "Lee", "Poe", "Roe", "Doe", "Doe"],
        }
    )
    plan = lk.Plan(
        block=[lk.block.on("given_name")],
        compare=[lk.compare.exact("given_name"), lk.compare.exact("surname")],
        score=lk.score.RuleList([{"given_name": "exact", "surname": "exact"}]),
    )
    rows = pd.DataFrame({"left_id": ["c", "a"], "right_id": ["d", "b"], "is_match": [1, 0]})
    run = lk.dedupe(lk.Dataset(frame, id="id", name="people"), plan=plan, judgements=rows, progress=False)
    assert run.clusters["cluster_id"].tolist() == ["a", "b", "c", "c", "e", "e"]
    assert run.links["status"].tolist() == ["judged", "link"]
