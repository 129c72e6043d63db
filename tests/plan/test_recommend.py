"""What a plan without a decision gets, by the kind of model that is there to ask."""

from __future__ import annotations

import pytest

import linkkit as lk
from linkkit.decide import Cluster
from linkkit.errors import PlanError
from linkkit.plan import Plan, recommend
from linkkit.records import Records
from linkkit.score import Classifier, FellegiSunter, RuleList

RULES = RuleList(({"surname": "exact", "date_of_birth": "exact"},), probabilities=(0.9,))


@pytest.fixture(scope="module")
def register():
    return lk.synth.people(600, seed=2).register(duplicates=0.2).dataset()


@pytest.mark.parametrize(
    ("score", "method"), [(None, "profile"), (FellegiSunter(), "profile"), (Classifier(), "average"), (RULES, None)]
)
def test_clusters_are_by_profile_where_the_model_can_be_asked_about_values(register, score, method):
    decision = recommend(Records([register]), Plan(score=score)).decide
    assert isinstance(decision, Cluster)
    assert decision.method == method


@pytest.mark.parametrize("score", [RULES, Classifier()])
def test_profiles_without_a_model_of_fields_are_a_mistake_of_the_plan(register, score):
    plan = Plan(score=score, decide=Cluster(at_least=0.5, method="profile"))
    with pytest.raises(PlanError, match=rf"with a {type(score).__name__} use method='average'"):
        lk.dedupe(register, plan=plan, progress=False)


def test_a_run_by_profile_is_the_same_again_from_its_saved_model(register, tmp_path):
    run = lk.dedupe(register, progress=False)
    run.model.save(tmp_path / "model.json")
    plan = Plan(model=str(tmp_path / "model.json"), decide=run.plan.decide, block=run.plan.block)
    again = lk.dedupe(register, plan=plan, progress=False)
    assert again.clusters.equals(run.clusters)


def test_a_model_learns_from_datasets_that_hold_each_person_once():
    people = lk.synth.people(900, seed=2)
    once, twice = people.register(), people.register(duplicates=0.2, name="twice")

    def unique(*datasets, **options):
        return recommend(Records(datasets, **options)).score.unique

    programme = people.intervention()
    spells = lk.cards.SpellColumns("start_date", "end_date")
    card = lk.Card("events", "administrative", id=once.id, spells=spells)
    events = lk.Dataset(once.frame.assign(start_date="2020-01-01", end_date=None), card=card)
    assert unique(programme.dataset(), once.dataset()) == (once.dataset().name,)
    assert unique(people.trial().dataset(), events) == ("trial", "events")  # few of its people come twice
    several = (once.dataset(), twice.dataset(), people.trial().dataset())
    assert unique(*several) == (several[0].name, "trial")
    assert unique(*several, link_type="link_and_dedupe") == ()
