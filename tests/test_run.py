"""lk.link and lk.dedupe from end to end: what comes out, and that order of rows and threads change nothing."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import linkkit as lk
from linkkit import block, compare, decide, score


def _shuffled(frame, seed):
    return frame.sample(frac=1, random_state=seed).reset_index(drop=True)


def test_the_sample_is_linked_well_without_any_configuration(sample_run):
    trial, register = lk.synth.sample()
    quality = sample_run.evaluate(trial.matches(register)).pairs
    assert quality.precision > 0.99
    assert quality.recall > 0.98


def test_a_run_holds_every_table(sample_run):
    assert sample_run.links.columns[:4].tolist() == ["left_id", "right_id", "match_weight", "match_probability"]
    assert sample_run.links["left_id"].is_unique
    assert sample_run.links["right_id"].is_unique
    assert len(sample_run.clusters) == len(sample_run.records)
    assert set(sample_run.seconds) >= {"prepare", "block", "compare", "fit", "score", "decide"}
    assert sample_run.plan.block
    assert sample_run.plan.compare
    assert repr(sample_run).startswith("<Run: trial (600) and register (2,997):")


def test_the_order_of_rows_changes_nothing(sample_run):
    trial, register = lk.synth.sample()
    left = lk.Dataset(_shuffled(trial.frame, 1), name="trial", kind="trial", id=trial.id, blinded=trial.blinded)
    right = lk.Dataset(_shuffled(register.frame, 2), name="register", kind="administrative", id=register.id)
    pd.testing.assert_frame_equal(lk.link(left, right, progress=False).links, sample_run.links)


@pytest.mark.parametrize("workers", ["1", "3"])
def test_the_number_of_threads_changes_nothing(sample_run, workers):
    code = (
        "import linkkit as lk; a, b = (made.dataset() for made in lk.synth.sample());"
        "print(lk.link(a, b, progress=False).links.to_csv(index=False), end='')"
    )
    environment = {**os.environ, "LINKKIT_WORKERS": workers}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment, timeout=300
    )
    assert done.stdout.replace("\r\n", "\n") == sample_run.links.to_csv(index=False)


def test_sides_exchanged_give_the_same_links(sample_run):
    trial, register = lk.synth.sample()
    turned = lk.link(register.dataset(), trial.dataset(), progress=False).links
    there = set(sample_run.links[["left_id", "right_id"]].itertuples(index=False, name=None))
    back = set(turned[["right_id", "left_id"]].itertuples(index=False, name=None))
    assert len(there ^ back) <= 2


def test_duplicates_in_one_dataset_become_clusters():
    made = lk.synth.people(3_000, seed=5).register(duplicates=0.1)
    run = lk.dedupe(made.dataset(), progress=False)
    quality = run.evaluate(made.truth.set_index("record_id")["person_id"])
    assert quality.clusters.pairs.f1 > 0.95 if hasattr(quality.clusters, "pairs") else quality.pairs.f1 > 0.95
    assert run.clusters["id"].is_unique


def test_many_datasets_are_linked_at_once():
    population = lk.synth.people(3_000, seed=6)
    made = [population.trial(families=100), population.intervention(coverage=0.1), population.register()]
    run = lk.link(*(one.dataset() for one in made), progress=False)
    assert {"left_dataset", "right_dataset"} <= set(run.links.columns)
    assert (run.links["left_dataset"] != run.links["right_dataset"]).all()
    truth = {one.name: one.truth.set_index("record_id")["person_id"] for one in made}
    assert run.evaluate(truth).pairs.f1 > 0.95


def test_a_plan_is_carried_out_as_it_says(sample_run):
    trial, register = (made.dataset() for made in lk.synth.sample())
    plan = lk.Plan(
        prepare=lk.prepare.recommended(register),
        block=[block.on("surname"), block.on("date_of_birth")],
        compare=[compare.exact("given_name"), compare.exact("surname"), compare.exact("date_of_birth")],
        score=score.RuleList(({"given_name": "exact", "surname": "exact", "date_of_birth": "exact"},), (0.99,)),
        decide=decide.OneToOne(at_least=0.9),
    )
    run = lk.link(trial, register, plan=plan, progress=False)
    assert run.plan.block == plan.block
    assert np.allclose(run.links["match_probability"], 0.99)
    assert 300 < len(run.links) < len(sample_run.links)


def test_labels_teach_a_classifier():
    trial, register = lk.synth.sample()
    matches = trial.matches(register)
    wrong = matches.assign(right_id=np.roll(matches["right_id"], 1))
    labels = pd.concat([matches.assign(is_match=True), wrong.assign(is_match=False)], ignore_index=True)
    plan = lk.Plan(score=score.Classifier("sklearn.linear_model:LogisticRegression"))
    run = lk.link(trial.dataset(), register.dataset(), plan=plan, labels=labels, progress=False)
    assert run.evaluate(matches).pairs.f1 > 0.95
    with pytest.raises(lk.ModelError, match="learns from labels"):
        lk.link(trial.dataset(), register.dataset(), plan=plan, progress=False)


def test_a_saved_model_scores_again(sample_run, tmp_path):
    path = sample_run.model.save(tmp_path / "model.json")
    trial, register = (made.dataset() for made in lk.synth.sample())
    plan = sample_run.plan.change(score=None, model=str(path))
    again = lk.link(trial, register, plan=plan, progress=False)
    pd.testing.assert_frame_equal(again.links, sample_run.links)


@pytest.mark.parametrize(
    ("work", "kind", "message"),
    [
        (lambda a, b: lk.link(a), lk.SpecError, "needs two datasets or more"),
        (lambda a, b: lk.link(a, a), lk.DataError, "given twice"),
        (lambda a, b: lk.link(a, b, plan=lk.Plan(block=[block.on("surnme")])), lk.PlanError, "Did you mean 'surname'"),
        (lambda a, b: lk.link(a, b, link_type="all"), lk.DataError, "link_type must be"),
        (lambda a, b: lk.Plan().change(blok=[]), lk.SpecError, "no part 'blok'. Did you mean 'block'"),
    ],
)
def test_what_cannot_be_done_is_said(work, kind, message):
    trial, register = (made.dataset() for made in lk.synth.sample())
    with pytest.raises(kind, match=message):
        work(trial, register)


def test_inputs_stay_as_they_are():
    trial, register = lk.synth.sample()
    before = trial.frame.copy()
    left, right = trial.dataset(), register.dataset()
    lk.link(left, right, progress=False)
    pd.testing.assert_frame_equal(trial.frame, before)
    assert left.preparation == ()
