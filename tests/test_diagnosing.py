"""The diagnosis of a run: expected matches against links, and columns that repeat others."""

from __future__ import annotations

import datetime

import pandas as pd
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


def test_records_outside_the_period_or_the_ages_of_the_card_are_a_note():
    population = lk.synth.people(800, seed=3)
    trial, register = population.trial(families=100), population.register()
    day = datetime.date
    days = pd.to_datetime(trial.frame["consent_date"])
    middle = days.sort_values().iloc[len(days) // 2].date()
    early = int((days.dt.date < middle).sum())
    card = lk.Card("trial", "trial", id=trial.id, period=lk.cards.Period(middle, day(2099, 1, 1), "consent_date"))
    said = lk.Dataset(trial.frame, card=card)
    found = lk.link(said, register.dataset(), progress=False).diagnosis["outside_card"]
    assert found.severity == "note"
    assert found.explanation.startswith(f"trial: {early:,} of {len(days):,} records lie outside the period")
    assert found.measured == pytest.approx(early / len(days))
    aged = lk.Dataset(trial.frame, card=card.change(period=lk.cards.Period(middle, day(2099, 1, 1)), ages=(90, 99)))
    found = lk.link(aged, register.dataset(), progress=False).diagnosis["outside_card"]
    assert "are of people outside the ages 90 to 99 of its card" in found.explanation
    assert found.measured > 0.9
    whole = card.change(period=lk.cards.Period(day(1990, 1, 1), day(2099, 1, 1), "consent_date"), ages=(0, 110))
    inside = lk.link(lk.Dataset(trial.frame, card=whole), register.dataset(), progress=False)
    assert "outside_card" not in inside.diagnosis


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


def chi_of(births, sexes):
    """CHI numbers that say some dates of birth and sexes."""
    numbers = []
    for number, (born, sex) in enumerate(zip(births, sexes, strict=True)):
        for middle in range(100):
            body = f"{born[8:10]}{born[5:7]}{born[2:4]}{(number * 7 + middle) % 100:02d}"[:8]
            nine = f"{body}{(number % 5) * 2 + (sex == 'M')}"
            check = (11 - sum(int(digit) * (10 - place) for place, digit in enumerate(nine)) % 11) % 11
            if check < 10:
                numbers.append(f"{nine}{check}")
                break
    return numbers


@pytest.fixture(scope="module")
def scots():
    people = lk.synth.people(1500, seed=8).people
    frame = people[["given_name", "surname", "date_of_birth", "sex", "postcode"]].astype(str)
    frame["chi"] = chi_of(frame["date_of_birth"], frame["sex"])
    frame["id"] = range(len(frame))
    return frame


def linked_scots(left, right):
    datasets = (lk.Dataset(left, name="left"), lk.Dataset(right, name="right"))
    return lk.link(*datasets, plan=lk.Plan(accept=tuple(lk.score.FINDINGS)), progress=False)


def test_records_that_agree_with_their_number_have_no_finding(scots):
    run = linked_scots(scots, scots.iloc[:900])
    assert "number_contradicts" not in run.diagnosis
    assert "wrong_kind" not in run.diagnosis


def test_records_that_contradict_their_own_number_are_counted(scots):
    few, many = scots.copy(), scots.copy()
    few.loc[:9, "sex"] = few.loc[:9, "sex"].map({"M": "F", "F": "M"})
    many["chi"] = many["chi"].tolist()[1:] + many["chi"].tolist()[:1]  # a column moved by a row
    run = linked_scots(few, many)
    notes = [finding for finding in run.diagnosis if finding.name == "number_contradicts"]
    assert [finding.severity for finding in notes] == ["warning", "note"]
    assert notes[1].explanation == (
        "left: 10 of 1,500 records with a CHI number contradict it (date of birth 0, sex 10)."
    )
    assert notes[0].measured > 0.9


def test_identifiers_of_another_kind_are_a_finding_with_rows_and_a_remedy(scots):
    mixed = scots.rename(columns={"chi": "nhs_no"})
    mixed.loc[3:, "nhs_no"] = lk.prepare.uk.nhs_number.synthetic(len(mixed) - 3)
    run = linked_scots(mixed, mixed.iloc[:900])
    found = [finding for finding in run.diagnosis if finding.name == "wrong_kind"]
    assert len(found) == 2
    assert found[0].severity == "warning"
    assert (
        "3 of 1,500 records that hold the field 'nhs_number' (column 'nhs_no') hold a CHI number"
        in found[0].explanation
    )
    assert "rows 1, 2, 3" in found[0].explanation
    assert "split_identifiers" in found[0].remedy
    assert not any(number in str(run.diagnosis) for number in mixed["nhs_no"][:3])


def test_a_case_study_linked_like_a_register_is_told_of():
    people = lk.synth.people(1_500, seed=2)
    cases, register = people.trial(families=30), people.register()
    frame = cases.frame.drop(columns="arm")
    for kind, expected in (("case_study", 1), ("cohort", 0)):
        study = lk.Dataset(frame, name="study", kind=kind, id=cases.id)
        run = lk.link(study, register.dataset(), plan=lk.Plan(accept=("all",)), progress=False)
        found = [finding for finding in run.diagnosis if finding.name == "rows_of_cases"]
        assert len(found) == expected
        assert all("pipelines.case_study" in finding.remedy for finding in found)
