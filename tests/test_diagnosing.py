"""The diagnosis of a run: expected matches against links, and columns that repeat others."""

from __future__ import annotations

import pytest

import linkkit as lk
from linkkit import compare
from linkkit.errors import DiagnosisError
from linkkit.score import FellegiSunter


@pytest.fixture(scope="module")
def siblings():
    return [side.dataset() for side in lk.synth.families(800, seed=5)]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_sound_linkages_of_people_have_nothing_serious(seed):
    population = lk.synth.people(2_500, seed=seed)
    trial, register = population.trial(families=150), population.register(coverage=0.9)
    run = lk.link(trial.dataset(), register.dataset(), progress=False)
    assert not run.diagnosis.serious
    assert not lk.dedupe(register.dataset(), progress=False).diagnosis.serious


def test_it_holds_the_findings_of_the_model(siblings):
    run = lk.link(*siblings, progress=False)
    assert set(run.model.diagnosis) <= set(run.diagnosis)
    assert run.diagnosis.dependence == run.model.diagnosis.dependence


def test_matches_that_cannot_all_be_are_counted_against_links(siblings):
    """Without names or dates everybody of a home is a match of everybody there; each has one."""
    columns = [compare.surname("surname"), compare.postcode("postcode")]
    score = FellegiSunter(prior=0.002)
    plan = lk.Plan(compare=columns, score=score, decide=lk.decide.OneToOne())
    with pytest.raises(DiagnosisError, match="matches_exceed_links") as refusal:
        lk.link(*siblings, plan=plan, progress=False)
    found = refusal.value.diagnosis["matches_exceed_links"]
    assert found.measured > found.threshold == 2.0
    run = lk.link(*siblings, plan=plan.change(accept=("matches_exceed_links",)), progress=False)
    expected = run.scores.probability.sum()
    assert run.diagnosis["matches_exceed_links"].measured == pytest.approx(expected / run.linked.link_count)


def test_a_decision_that_lets_records_have_several_matches_is_not_held_against_links(siblings):
    columns = [compare.surname("surname"), compare.postcode("postcode")]
    plan = lk.Plan(compare=columns, score=FellegiSunter(prior=0.002), decide=lk.decide.Threshold())
    assert "matches_exceed_links" not in lk.link(*siblings, plan=plan, progress=False).diagnosis


def test_a_model_that_is_brought_along_is_never_refused(siblings, tmp_path):
    columns = [compare.surname("surname"), compare.postcode("postcode")]
    plan = lk.Plan(compare=columns, score=FellegiSunter(prior=0.002), decide=lk.decide.OneToOne(), accept="all")
    path = lk.link(*siblings, plan=plan, progress=False).model.save(tmp_path / "model.json")
    again = lk.link(*siblings, plan=lk.Plan(model=str(path), decide=lk.decide.OneToOne()), progress=False)
    assert "matches_exceed_links" in again.diagnosis
