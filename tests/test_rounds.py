"""Clusters and the model by turns: taken where clusters have something to say, refused where they repeat the model."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import linkkit as lk
from linkkit.decide import Cluster
from linkkit.errors import ModelError
from linkkit.plan import Plan
from linkkit.score import FellegiSunter, fit_from_clusters

LEARNED = FellegiSunter(learn_from="candidates", families=True)


def recorded_often(seed=1):
    """Attendance spells: about four records a child, each written anew by a busy front desk."""
    errors = lk.synth.Errors.front_desk().scaled(3)
    made = lk.synth.people(2_500, seed=seed).intervention(coverage=0.6, spells=4.0, errors=errors)
    columns = ["attendance_id", "first_name", "last_name", "birth_date", "gender", "pcode"]
    return lk.Dataset(made.frame[columns], id="attendance_id"), made.truth.set_index("record_id")["person_id"]


@pytest.fixture(scope="module")
def often():
    return recorded_often()


@pytest.fixture(scope="module")
def run(often):
    return lk.dedupe(often[0], plan=Plan(score=LEARNED), progress=False)


def test_a_round_learns_the_model_from_pairs_within_clusters(often, run):
    rounds = lk.dedupe(often[0], progress=False)
    assert rounds.plan.score.cluster_rounds == 1
    assert rounds.plan.decide == Cluster(at_least=0.5, method="profile")
    assert set(rounds.model.m_source[0]) == {"pairs within clusters"}
    assert set(run.model.m_source[0]) == {"all candidate pairs"}
    assert any("Round 1: the model was learned again" in note for note in rounds.linked.notes)
    before, after = (each.evaluate(often[1]).pairs.f1 for each in (run, rounds))
    assert after > before - 0.002
    assert after > 0.97


def test_m_is_what_the_pairs_within_clusters_show(run):
    found = fit_from_clusters(run.levels, run.model, run.clustered.label)
    label = pd.Series(run.clustered.label)
    frame = pd.DataFrame({"row": np.arange(len(label)), "label": label})
    pairs = frame.merge(frame, on="label").query("row_x < row_y")
    assert found.pairs == len(pairs)
    assert found.objection is None
    assert found.model.prior == pytest.approx(len(pairs) / run.records.pair_count)
    sex = run.records.encoded("sex").codes
    left, right = sex[pairs["row_x"]], sex[pairs["row_y"]]
    both = (left > 0) & (right > 0)
    place = run.model.names.index("sex")
    assert found.model.m_probability[place][0] == pytest.approx((left == right)[both].mean(), abs=0.005)
    assert found.model.u_probability == run.model.u_probability


def test_clusters_of_two_only_repeat_the_model_and_are_not_learned_from():
    register = lk.synth.people(1_500, seed=3).register(duplicates=0.3)
    run = lk.dedupe(register.dataset(), progress=False)
    assert set(run.model.m_source[0]) == {"all candidate pairs"}
    assert any("not learned again" in note and "pairs of two records" in note for note in run.linked.notes)


def test_clusters_that_are_too_large_are_not_believed(run):
    """Whoever lumps persons together would learn that matches agree on little, and lump more together."""
    lumped = (run.clustered.label // 200 * 200).astype(np.uint32)
    found = fit_from_clusters(run.levels, run.model, lumped)
    assert "times the matches that the model expected" in found.objection
    assert found.lost > 0


def test_clusters_without_pairs_teach_nothing(run):
    with pytest.raises(ModelError, match="No cluster has two records"):
        fit_from_clusters(run.levels, run.model, np.arange(len(run.records), dtype=np.uint32))


def test_a_large_cluster_does_not_make_all_its_pairs():
    from linkkit.score._relearn import pairs_within

    left, _right = pairs_within(np.zeros(1_000, np.uint32))
    assert len(left) == sum(1_000 - distance for distance in range(1, 101))


def test_a_plan_with_rounds_is_saved_and_read(tmp_path):
    plan = Plan(score=FellegiSunter(cluster_rounds=2), decide=Cluster(at_least=0.5, method="profile"))
    plan.save(tmp_path / "plan.toml")
    assert Plan.load(tmp_path / "plan.toml") == plan
