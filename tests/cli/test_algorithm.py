"""``linkkit algorithm``, and plan files that name an algorithm."""

from __future__ import annotations

import json

import pandas as pd
import pytest

import linkkit as lk
from linkkit.errors import PlanError
from linkkit.pipelines import algorithm_names, matchkeys
from linkkit.saving import ALGORITHM_FILES


def test_algorithms_are_listed_with_their_titles_and_shown(linkkit):
    for arguments in ((), ("--list",)):
        listed = linkkit("algorithm", *arguments)
        assert listed.code == 0
        for name in algorithm_names():
            assert name in listed.output
            assert lk.pipelines.algorithm(name).title in listed.output
    shown = linkkit("algorithm", "hesid", "--show")
    assert str(lk.pipelines.algorithm("hesid")) in shown.output.replace("\r", "")


def test_two_files_are_linked_and_the_set_is_complete(linkkit, small, tmp_path):
    trial, register = small
    done = linkkit("algorithm", "slk_581", trial, register, "--out", tmp_path)
    assert done.code == 0, done.output
    assert "Caveat: One wrong letter" in done.output
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {*ALGORITHM_FILES, "links.csv", "links.parquet", "plan.toml"}
    links = pd.read_csv(tmp_path / "links.csv", dtype=str)
    pd.testing.assert_frame_equal(links, pd.read_parquet(tmp_path / "links.parquet"), check_dtype=False)
    assert list(links.columns) == ["left_id", "right_id", "pass", "meaning"]
    record = json.loads((tmp_path / "algorithm.json").read_text("utf-8"))
    assert record["algorithm"]["citation"].startswith("Karmel")
    assert record["counts"]["links"] == len(links) == record["counts"]["outcomes"]["linked"]
    assert record["counts"]["passes"][0]["links"] == len(links)
    assert [one["sha256"] for one in record["datasets"]] == [lk.files.sha256(path) for path in small]
    assert record["files"]["links.csv"] == lk.files.sha256(tmp_path / "links.csv")


def test_one_file_is_deduplicated_and_several_make_an_index(linkkit, small, tmp_path):
    assert linkkit("algorithm", "hesid", small[1], "-o", tmp_path / "one", "-q").code == 0
    assert (tmp_path / "one/clusters.csv").exists()
    done = linkkit("algorithm", "cured", *small, "-o", tmp_path / "several", "-q")
    assert (done.code, done.output) == (0, "")
    assert set(pd.read_csv(tmp_path / "several/clusters.csv")["dataset"]) == {"trial", "register"}


def test_a_truth_is_held_against_the_links(linkkit, sample, tmp_path):
    done = linkkit("algorithm", "cured", sample.trial, sample.register, "--truth", sample.truth, "-o", tmp_path)
    assert done.code == 0, done.output
    assert "precision" in done.output


def test_the_set_of_a_run_is_replaced_by_that_of_an_algorithm_and_back(linkkit, small, tmp_path):
    ways = (("algorithm", "slk_581", *small), ("link", *small), ("algorithm", "slk_581", *small))
    found = []
    for way in ways:
        assert linkkit(*way, "-o", tmp_path, "-q").code == 0
        found.append({path.name for path in tmp_path.iterdir()})
    assert found[0] == found[2]
    assert {"run.json", "model.json"} <= found[1]
    assert not {"algorithm.json", "review.csv"} & found[1]


def test_mistakes_come_all_at_once(linkkit, small):
    done = linkkit("algorithm", "hesid", *small, small[0], "--id-left", "x")
    assert done.code == 2
    said = " ".join(done.output.split())
    for part in ("hesid links two datasets; got 3", "--out is needed", "--id-left: there are no two files"):
        assert part in said
    assert "There is no algorithm 'hessid'" in linkkit("algorithm", "hessid", small[0], "-o", "x").output
    assert "needs one file to deduplicate" in linkkit("algorithm", "hesid", "-o", "x").output


def test_a_plan_file_names_an_algorithm(linkkit, small, tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    assert linkkit("algorithm", "hesid", *small, "-o", first, "-q").code == 0
    assert '\nalgorithm = "hesid"\n' in (first / "plan.toml").read_text("utf-8")
    done = linkkit("run", first / "plan.toml", "-o", second)
    assert done.code == 0, done.output
    for name in ("links.csv", "passes.csv", "review.parquet", "outcomes.csv"):
        assert (first / name).read_bytes() == (second / name).read_bytes()
    refused = linkkit("link", *small, "--plan", first / "plan.toml", "-o", second)
    assert refused.code == 2
    assert "names the algorithm 'hesid', no plan" in refused.output


def test_a_plan_file_of_an_algorithm_holds_nothing_else(tmp_path):
    path = tmp_path / "plan.toml"
    path.write_text('linkkit_plan = 1\nalgorithm = 5\nblock = ["surname"]\n[score]\nkind = "guess"\n', "utf-8")
    with pytest.raises(PlanError) as caught:
        lk.plan.load_plan_file(path)
    said = str(caught.value)
    for part in ("algorithm must be a name in quotes", "Leave out block, score", "score.kind: there is no 'guess'"):
        assert part in said


def test_what_run_refuses_of_an_algorithm_comes_all_at_once(linkkit, tmp_path):
    path = tmp_path / "plan.toml"
    one = '[[datasets]]\npath = "nowhere.csv"\n'
    path.write_text(f'linkkit_plan = 1\nalgorithm = "hessid"\n{one * 3}', "utf-8")
    done = linkkit("run", path, "--labels", path, "-o", tmp_path / "out")
    assert done.code == 2
    for part in ("There is no algorithm 'hessid'", "takes neither labels", "nowhere.csv"):
        assert part in done.output


def test_an_algorithm_of_your_own_leaves_no_plan_file(tmp_path, small):
    datasets = [lk.Dataset(path) for path in small]
    made = matchkeys("surname + dob").link(*datasets)
    assert not (made.save(tmp_path) / "plan.toml").exists()


def test_encoded_data_are_refused(small):
    from linkkit.pseudonymise import Encoding, Key, Token, encode

    data = lk.prepare.prepare(lk.Dataset(small[1]))
    encoded = encode(data, Key.generate(project="x"), Encoding([Token("surname", "surname")]))
    with pytest.raises(lk.DataError, match="hesid: register is encoded"):
        lk.pipelines.algorithm("hesid").dedupe(encoded)


def test_records_left_out_for_consent_are_told(linkkit, small, tmp_path):
    trial = pd.read_csv(small[0], dtype=str)
    trial["agreed"] = ["no"] * 3 + ["yes"] * (len(trial) - 3)
    trial.to_csv(tmp_path / "asked.csv", index=False)
    (tmp_path / "asked.card.toml").write_text(
        'linkkit_card = 1\nname = "asked"\nkind = "trial"\n[consent]\nlinkages = ["any"]\ncolumn = "agreed"\n', "utf-8"
    )
    done = linkkit("algorithm", "slk_581", tmp_path / "asked.csv", small[1], "-o", tmp_path / "out")
    assert done.code == 0, done.output
    said = " ".join(done.output.split())
    assert "Note: asked: 3 records left out (no consent to linkage)." in said
    assert "records; 3 others were left out." in said
    record = json.loads((tmp_path / "out/algorithm.json").read_text("utf-8"))
    assert "asked: 3 records left out (no consent to linkage)" in record["left_out"]


def test_mothers_and_babies_by_both_steps_and_again_from_the_plan_file(linkkit, tmp_path):
    babies, deliveries = lk.synth.births(800, seed=6)
    files = []
    for made in (babies, deliveries):
        files.append(tmp_path / f"{made.name}.csv")
        made.write(files[-1])
    asked = ("--id-left", "babies_id", "--id-right", "deliveries_id", "--out", tmp_path / "out")
    done = linkkit("algorithm", "mother_baby", *files, *asked)
    assert done.code == 0, done.output
    # What it reads by name is shown as used.
    assert "gestation" not in done.output.split("(not used)")[1]
    assert "probabilistic" in done.output
    assert (tmp_path / "out" / "model.json").exists()
    again = linkkit("run", tmp_path / "out" / "plan.toml", "--out", tmp_path / "again", "-q")
    assert again.code == 0, again.output
    first, second = (pd.read_csv(tmp_path / name / "links.csv") for name in ("out", "again"))
    pd.testing.assert_frame_equal(first, second)
    assert first["pass"].value_counts()["probabilistic"] > 300
