"""A saved run: complete or not there, the same bytes for the same inputs, and no value of a person in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pandas as pd
import pyarrow.parquet as pq
import pytest

import linkkit as lk
from linkkit import block, compare, score
from linkkit.errors import LinkkitError
from linkkit.saving import FILES, save_run

MARKER = "Zzmarkerzz"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return lk.synth.sample_files(tmp_path_factory.mktemp("data"))


def datasets(files):
    trial = lk.Dataset(files.trial, kind="trial", id="participant_id", blinded=["arm"])
    return trial, lk.Dataset(files.register, kind="administrative", id="pupil_id")


# Files of runs that made clusters, that were judged, that were updated.
OTHER_RUNS = ("taking_part", "clusters", "judgements", "cluster_log", "withdrawn")


@pytest.fixture(scope="module")
def run(files):
    return lk.link(*datasets(files), progress=False)


@pytest.fixture(scope="module")
def saved(run, tmp_path_factory):
    return save_run(run, tmp_path_factory.mktemp("saved") / "out", command=["linkkit", "link"])


def test_the_set_is_complete(saved):
    expected = {name for name in FILES if not name.startswith(OTHER_RUNS)}
    assert {path.name for path in saved.iterdir()} == expected


def test_links_come_back_as_they_were(run, saved):
    first = ["left_id", "right_id", "match_weight", "match_probability"]
    as_text = pd.read_csv(saved / "links.csv", dtype=str)
    for frame in (pd.read_parquet(saved / "links.parquet"), as_text.astype(dict.fromkeys(first[2:], float))):
        assert list(frame.columns[:4]) == first
        pd.testing.assert_frame_equal(frame[first], run.links[first], check_dtype=False, check_exact=True)
        assert set(frame.columns) == set(run.links.columns)


def test_the_parquet_file_holds_nothing_of_the_program_that_wrote_it(saved):
    schema = pq.read_schema(saved / "links.parquet")
    assert schema.metadata is None
    assert str(schema.field("left_id").type) == "string"


def test_the_record_tells_what_was_done(run, saved, files):
    from linkkit.files import sha256

    record = json.loads((saved / "run.json").read_text("utf-8"))
    assert [dataset["sha256"] for dataset in record["datasets"]] == [sha256(files.trial), sha256(files.register)]
    assert [dataset["records"] for dataset in record["datasets"]] == [600, 2997]
    assert record["datasets"][0]["blinded"] == ["arm"]
    assert record["command"] == ["linkkit", "link"]
    assert record["seed"] == 1
    assert record["counts"]["links"] == len(run.links)
    assert record["counts"]["possible_pairs"] == 600 * 2997
    assert record["counts"]["compared_pairs"] == run.pairs.count()
    assert set(record["seconds"]) == {"prepare", "plan", "block", "compare", "fit", "score", "decide", "save"}
    assert record["versions"]["linkkit"] == lk.__version__
    assert record["versions"]["numpy"]
    assert record["files"] == {path.name: sha256(path) for path in saved.iterdir() if path.name != "run.json"}


def test_the_home_directory_is_told_nowhere(files, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    moved = lk.synth.sample_files(tmp_path / "data")
    run = lk.link(*datasets(moved), progress=False)
    out = save_run(run, tmp_path / "out", command=["linkkit", "link", str(moved.trial)])
    for name in ("run.json", "plan.toml", "model.json", "quality.json", "quality.html"):
        assert str(tmp_path) not in (out / name).read_text("utf-8"), name
    assert json.loads((out / "run.json").read_text("utf-8"))["datasets"][0]["path"] == "../data/trial.csv"


def test_the_saved_plan_is_whole(run, saved):
    from linkkit.plan import load_plan_file, spelled_out

    file = load_plan_file(saved / "plan.toml")
    assert file.plan == spelled_out(run.plan, run.datasets)
    assert file.plan.prepare
    assert [str(found.open()) for found in file.datasets] == [str(dataset) for dataset in run.datasets]


def test_a_second_run_replaces_the_set_and_leaves_other_files(files, run, tmp_path):
    save_run(lk.dedupe(datasets(files)[0], progress=False), tmp_path)
    assert (tmp_path / "clusters.csv").is_file()
    assert list(pd.read_csv(tmp_path / "clusters.csv").columns) == ["id", "cluster_id"]
    (tmp_path / "notes.txt").write_text("mine", "utf-8")
    save_run(run, tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {name for name in FILES if not name.startswith(OTHER_RUNS)} | {"notes.txt"}


def test_a_save_that_fails_leaves_the_old_set(run, saved, tmp_path):
    out = save_run(run, tmp_path / "out")
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    with pytest.raises(LinkkitError):
        save_run(run, out, truth={"no such id": 1})
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    with pytest.raises(LinkkitError):
        save_run(run, tmp_path / "new", truth={"no such id": 1})
    assert not (tmp_path / "new").exists()


def test_a_file_in_the_way_is_told(run, tmp_path):
    (tmp_path / "out").write_text("mine", "utf-8")
    with pytest.raises(LinkkitError, match="is a file; results need a directory"):
        save_run(run, tmp_path / "out")


def test_what_a_killed_run_left_is_removed_in_time(run, tmp_path):
    stale, fresh = tmp_path / ".linkkit-00.part", tmp_path / ".linkkit-11.part"
    stale.mkdir()
    fresh.mkdir()
    os.utime(stale, (0, 0))
    save_run(run, tmp_path)
    assert fresh.exists()
    assert not stale.exists()


def test_no_value_of_a_person_is_saved(tmp_path):
    people = lk.synth.sample()[1].frame.head(400).astype(object)
    people.loc[people.index[::3], ["surname", "town", "address_line_1"]] = MARKER
    people.loc[people.index[::4], "ethnicity"] = MARKER
    people["note"] = MARKER
    people.to_csv(tmp_path / "a.csv", index=False)
    people.sample(frac=0.5, random_state=1).to_csv(tmp_path / "b.csv", index=False)
    run = lk.link(
        lk.Dataset(tmp_path / "a.csv", id="pupil_id"), lk.Dataset(tmp_path / "b.csv", id="pupil_id"), progress=False
    )
    out = save_run(run, tmp_path / "out")
    for path in out.iterdir():
        assert MARKER.lower().encode() not in path.read_bytes().lower(), path.name


def test_a_plan_that_cannot_be_saved_is_told_in_the_record(files, tmp_path):
    trial, register = datasets(files)
    pairs = block.listed(trial.ids.to_pylist()[:300], register.ids.to_pylist()[:300])
    run = lk.link(trial, register, plan=lk.Plan(block=[pairs, block.on("surname", "date_of_birth")]), progress=False)
    out = save_run(run, tmp_path)
    record = json.loads((out / "run.json").read_text("utf-8"))
    assert "listed pairs are ids of people" in record["plan_not_saved"]
    assert record["plan_sha256"] is None
    assert not (out / "plan.toml").exists()


def test_rules_are_saved_as_rules(files, tmp_path):
    plan = lk.Plan(
        block=[block.on("surname", "date_of_birth")],
        compare=[compare.exact("surname"), compare.exact("date_of_birth"), compare.exact("postcode")],
        score=score.RuleList(({"surname": "exact", "date_of_birth": "exact"},), probabilities=(0.99,)),
    )
    out = save_run(lk.link(*datasets(files), plan=plan, progress=False), tmp_path)
    model = json.loads((out / "model.json").read_text("utf-8"))
    assert model["kind"] == "rule_list"
    assert model["score"]["probabilities"] == [0.99]
    assert lk.Plan.load(out / "plan.toml").score == plan.score


WORK = """
import sys, linkkit as lk
trial = lk.Dataset(sys.argv[1], kind="trial", id="participant_id", blinded=["arm"])
register = lk.Dataset(sys.argv[2], kind="administrative", id="pupil_id")
lk.link(trial, register, progress=False).save(sys.argv[3])
"""


def test_links_are_the_same_bytes_whatever_the_order_of_rows_and_the_threads(files, saved, tmp_path):
    for path in (files.trial, files.register):
        pd.read_csv(path, dtype=str).sample(frac=1, random_state=7).to_csv(tmp_path / path.name, index=False)
    for workers in ("1", "2"):
        out = tmp_path / workers
        command = [sys.executable, "-c", WORK, str(tmp_path / "trial.csv"), str(tmp_path / "register.csv"), str(out)]
        subprocess.run(command, check=True, env={**os.environ, "LINKKIT_WORKERS": workers})
        for name in ("links.parquet", "links.csv"):
            assert (out / name).read_bytes() == (saved / name).read_bytes(), (workers, name)


def test_ids_with_commas_and_quotes_survive_the_csv(tmp_path):
    people = lk.synth.sample()[1].frame.head(300).copy()
    people["pupil_id"] = [f'a,"{number}' for number in range(len(people))]
    again = people.assign(pupil_id=people["pupil_id"] + "\n")
    run = lk.link(
        lk.Dataset(people, name="one", id="pupil_id"), lk.Dataset(again, name="two", id="pupil_id"), progress=False
    )
    out = save_run(run, tmp_path)
    frame = pd.read_csv(out / "links.csv")
    assert len(frame)
    assert (frame["left_id"] + "\n" == frame["right_id"]).mean() > 0.9
