"""lk.link and lk.dedupe: the whole way, on made-up people."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import linkkit as lk
from linkkit import block, score
from linkkit.block import on
from linkkit.decide import Cluster, OneToMany, OneToOne, Threshold


@pytest.fixture(scope="module")
def files():
    trial, register = lk.synth.sample()
    return trial, register, trial.matches(register)


def f1(links, matches):
    both = len(links.merge(matches, on=["left_id", "right_id"]))
    return 2 * both / (len(links) + len(matches))


def test_two_datasets_are_linked_without_configuration(files, sample_run):
    _, _, matches = files
    assert f1(sample_run.links, matches) > 0.98
    assert isinstance(sample_run.plan.decide, OneToOne)
    assert sample_run.plan.block
    assert sample_run.plan.compare
    assert set(sample_run.seconds) == {"prepare", "plan", "block", "compare", "fit", "score", "decide"}


def test_repr_is_a_summary_without_values(sample_run):
    assert repr(sample_run).startswith("<Run: trial (600) and register (2,997): ")


def test_blinded_columns_are_in_no_table(files, sample_run):
    assert all("arm" not in dataset.fields for dataset in sample_run.datasets)
    assert "arm" not in sample_run.links.columns


def test_the_order_of_rows_and_the_workers_do_not_change_the_links(files, sample_run, monkeypatch):
    trial, register, _ = files
    monkeypatch.setenv("LINKKIT_WORKERS", "1")
    shuffled = [
        lk.Dataset(one.frame.sample(frac=1, random_state=3), name=one.name, id=one.id, blinded=one.blinded)
        for one in (trial, register)
    ]
    again = lk.link(*shuffled, progress=False)
    pd.testing.assert_frame_equal(again.links, sample_run.links, check_exact=True)


def test_duplicates_are_found_and_every_record_has_a_cluster():
    register = lk.synth.people(3_000, seed=5).register(coverage=1.0, duplicates=0.2)
    run = lk.dedupe(register.dataset(), progress=False)
    assert len(run.clusters) == len(register.frame)
    quality = run.evaluate(register.truth.set_index("record_id")["person_id"])
    assert quality.clusters.f1 > 0.95


def test_siblings_in_a_register_without_duplicates_stay_apart():
    register = lk.synth.people(3_000, seed=6).register(coverage=1.0)
    run = lk.dedupe(register.dataset(), progress=False)
    assert run.clusters["cluster_id"].nunique() > 0.995 * len(register.frame)


def test_many_datasets_become_clusters_that_keep_the_records_of_each_apart():
    population = lk.synth.people(1_500, seed=7)
    datasets = [population.register(coverage=0.8, name=name).dataset() for name in ("first", "second", "third")]
    run = lk.link(*datasets, progress=False)
    assert isinstance(run.plan.decide, Cluster)
    clusters = run.clusters
    assert not clusters.duplicated(["dataset", "cluster_id"]).any()
    assert clusters.groupby("cluster_id")["dataset"].size().max() == 3


def test_a_dataset_that_repeats_people_may_have_several_links():
    population = lk.synth.people(2_000, seed=8)
    register = population.register(coverage=0.9).dataset()
    programme = population.intervention(coverage=0.4).dataset()
    run = lk.link(register, programme, progress=False)
    assert isinstance(run.plan.decide, OneToMany)
    assert run.links["left_id"].duplicated().any()
    assert not run.links["right_id"].duplicated().any()


def test_what_a_plan_says_is_done_and_the_rest_recommended(files):
    trial, register, _ = files
    plan = lk.Plan(block=[on("surname", "date_of_birth"), on("postcode")], decide=Threshold(at_least=0.9))
    run = lk.link(trial.dataset(), register.dataset(), plan=plan, progress=False)
    assert run.plan.block == plan.block
    assert run.plan.decide == plan.decide
    assert run.plan.compare
    assert (run.links["match_probability"] >= 0.9).all()


def test_a_saved_model_scores_without_learning(files, sample_run, tmp_path):
    trial, register, matches = files
    plan = lk.Plan(model=str(sample_run.model.save(tmp_path / "model.json")))
    run = lk.link(trial.dataset(), register.dataset(), plan=plan, progress=False)
    assert run.plan.compare == sample_run.plan.compare
    assert f1(run.links, matches) > 0.98


def test_labels_are_learned_from(files):
    trial, register, matches = files
    wrong = matches.assign(right_id=matches["right_id"].sample(frac=1, random_state=1).to_numpy())
    labels = pd.concat([matches.assign(is_match=True), wrong.assign(is_match=False)]).drop_duplicates(
        ["left_id", "right_id"]
    )
    run = lk.link(trial.dataset(), register.dataset(), labels=labels, progress=False)
    assert f1(run.links, matches) > 0.95


def test_every_mistake_of_a_plan_is_said_at_once_before_any_work(files):
    trial, register, _ = files
    plan = lk.Plan(block=[on("surnme")], compare=[lk.compare.text("town_of_birth")])
    with pytest.raises(lk.PlanError) as caught:
        lk.link(trial.dataset(), register.dataset(), plan=plan, progress=False)
    assert len(caught.value.mistakes) >= 3
    assert "Did you mean 'surname'?" in str(caught.value)


def test_datasets_without_a_common_field_are_refused():
    one = lk.Dataset(pd.DataFrame({"id": [1], "surname": ["Lee"]}), name="one")
    other = lk.Dataset(pd.DataFrame({"id": [1], "postcode": ["LS1 4AP"]}), name="other")
    with pytest.raises(lk.DataError, match="no field in common: one has surname; other has postcode"):
        lk.link(one, other, progress=False)


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


def test_rules_without_probabilities_link_by_rank():
    trial, register = lk.synth.sample()
    agreement = {"given_name": "exact", "surname": "exact", "date_of_birth": "exact"}
    rules = score.RuleList(({**agreement, "postcode": "exact"}, agreement))
    run = lk.link(trial.dataset(), register.dataset(), plan=lk.Plan(score=rules), progress=False)
    assert set(run.links["rank"]) == {1, 2}
    assert run.links["match_probability"].isna().all()
    assert run.evaluate(trial.matches(register)).pairs.precision > 0.99


def test_the_plan_of_a_run_has_no_gaps(sample_run):
    plan = sample_run.plan
    assert all((plan.prepare, plan.block, plan.compare, plan.score, plan.decide, plan.link_type))
    assert "recommended" not in str(plan)


def test_a_categorical_with_categories_that_no_row_holds_gives_the_same_weights():
    made = lk.synth.people(300, seed=4)
    club, register = made.intervention(coverage=0.4).frame, made.register().frame
    coded = club.assign(**{name: club[name].astype("category") for name in ("first_name", "last_name")})
    half = len(club) // 2
    weights = [
        lk.link(
            lk.Dataset(frame[:half], name="club", id="attendance_id"),
            lk.Dataset(register, name="register", id="pupil_id"), progress=False,
        ).links["match_weight"].tolist()
        for frame in (club, coded)
    ]  # fmt: skip
    assert weights[0] == pytest.approx(weights[1], abs=1e-9)
