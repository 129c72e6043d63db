"""Which pipeline datasets ask for, in which order, and why."""

from __future__ import annotations

import pandas as pd
import pytest

import linkkit as lk
from linkkit.cards import DATASET_KINDS, Card, Expected
from linkkit.errors import SpecError
from linkkit.pipelines import recommend, trial_to_admin

TRIAL, REGISTER, OTHER = Card("trial", "trial"), Card("admissions", "administrative"), Card("nhs", "administrative")


@pytest.mark.parametrize("cards", [(TRIAL, REGISTER, OTHER), (REGISTER, TRIAL, OTHER), (REGISTER, OTHER, TRIAL)])
def test_a_trial_with_two_others_has_the_last_for_its_spine(cards):
    found = recommend(*cards)
    assert found.pipeline.name == "trial_to_admin"
    assert found.ordered(cards) == (TRIAL, REGISTER, OTHER)
    assert found.is_swapped == (cards[0] is not TRIAL)
    assert "nhs is taken for its spine" in " ".join(str(found).split())
    assert "Registers: none of them" not in str(found)
    assert "pipelines.spine" in found.notes[0]


def test_where_everybody_should_be_found_is_the_spine():
    trial = TRIAL.change(found_in=(Expected("admissions", "all"), Expected("nhs", "some")))
    assert recommend(trial, REGISTER, OTHER).order == (0, 2, 1)


def test_two_are_taken_as_their_kinds_ask():
    assert recommend(TRIAL, REGISTER).order == (0, 1)
    swapped = recommend(REGISTER, TRIAL)
    assert swapped.is_swapped
    assert "the second, then first" in str(swapped)


def test_more_become_an_index_and_a_trial_beside_them_is_told_of():
    found = recommend(REGISTER, OTHER, Card("gp", "administrative"))
    assert (found.pipeline.name, found.order) == ("spine", ())
    found = recommend(TRIAL, REGISTER, OTHER, Card("gp", "cohort"))
    assert found.pipeline.name == "spine"
    assert found.why.startswith("4 datasets (trial, administrative, cohort)")
    assert "a trial is no source of an index" in found.notes[0]


def test_a_case_study_is_linked_with_one():
    with pytest.raises(SpecError, match="one dataset at a time"):
        recommend(Card("cases", "case_study"), REGISTER, OTHER)


@pytest.mark.parametrize("wrong", [pd.DataFrame({"id": [1]}), "register.csv", None])
def test_what_is_no_dataset_is_refused_in_words(wrong):
    with pytest.raises(SpecError, match="number 3 is"):
        recommend(TRIAL, REGISTER, wrong)
    with pytest.raises(SpecError, match="number 1 is"):
        recommend(wrong, REGISTER)


@pytest.mark.parametrize("left", DATASET_KINDS)
def test_any_two_kinds_have_a_pipeline(left):
    for right in DATASET_KINDS:
        assert recommend(Card("a", left), Card("b", right)).why


def test_the_steps_of_a_trial_say_how_its_plan_links():
    usual, own = trial_to_admin(), trial_to_admin(plan=lk.Plan(decide=lk.decide.OneToOne(0.9)))
    assert str(usual.steps()[3]) == "link: as recommended  [plan]"
    assert str(own.steps()[3]) == "link: by its plan (decide), the rest as recommended  [plan]"
    assert "run() is given besides" in usual.steps()[5].does
    assert usual.change(trace="trace.csv").steps()[5].does == "a trace return says who is known"


def test_a_programme_beside_a_trial_is_no_spine_of_it():
    cards = (Card("trial", "trial"), Card("register", "administrative"), Card("club", "intervention"))
    assert recommend(*cards).pipeline.name == "spine"
    assert "everybody" not in recommend(*cards).why
    registers = (cards[0], cards[1], Card("residents", "administrative"))
    assert recommend(*registers).pipeline.name == "trial_to_admin"
