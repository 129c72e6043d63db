"""Trials of schools: linked by code, else by name and postcode; participants inherit what became of their school."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import linkkit as lk
from linkkit.cards import Card, Consent
from linkkit.errors import CardError, DataError
from linkkit.fields import Field
from linkkit.pipelines import trials

FIELDS = {"urn": Field("urn", "identifier"), "school_name": Field("school", "text"), "postcode": "pc"}
TRIAL = Card("schools", "trial", id="sid", unit="school", fields=FIELDS, allocation="arm",
             consent=Consent(("any",), level="school", scope="heads' form"))  # fmt: skip
ADMIN = Card("census", "administrative", id="key", unit="school", fields=FIELDS)


def _tables():
    names = ["St Mary's Primary", "Oak Hill Infants", "River Academy", "Park Lane", "Twin School", "Lone School"]
    admin = pd.DataFrame({
        "key": [f"K{n}" for n in range(7)],
        "urn": ["100001", "100002", "200003", "100004", "100005", "100006", "100007"],
        "school": [*names[:5], "Twin School", "Nobody"],
        "pc": ["LS1 4AP", "LS2 4AP", "LS3 4AP", "LS4 4AP", "LS5 4AP", "LS5 4AP", "LS7 4AP"],
    })  # fmt: skip
    trial = pd.DataFrame({
        "sid": [f"S{n}" for n in range(6)],
        "urn": [" 100001.0", None, "100003", "100004", None, "999999"],
        "school": ["wrong", "Oak Hill Infant", "River academy", None, "Twin School", "Lone School"],
        "pc": ["AB1 2CD", "ls24ap", "LS3 4AP", None, "LS5 4AP", "ZE1 1AA"],
        "arm": ["a", "b", "a", "b", "a", "b"],
    })  # fmt: skip
    return trial, admin


@pytest.fixture(scope="module")
def run():
    trial, admin = _tables()
    return trials.trial_to_admin().run(lk.Dataset(trial, card=TRIAL), lk.Dataset(admin, card=ADMIN), progress=False)


def test_schools_are_linked_by_code_and_else_by_name_and_postcode(run):
    links = run.links[run.links["status"] == "link"]
    assert dict(zip(links["left_id"], links["right_id"], strict=True)) == {
        "S0": "K0", "S1": "K1", "S2": "K2", "S3": "K3",
    }  # fmt: skip


def test_two_schools_that_fit_equally_are_for_a_person_to_decide(run):
    twin = run.participants.set_index("id").loc["S4"]
    assert twin["state"] == "not traced or no record"
    assert "for a person to decide" in twin["reasons"]


def test_participants_inherit_the_state_of_their_school(run):
    pupils = pd.DataFrame({"participant_id": ["p1", "p2", "p3"], "school": ["S0", "S5", "S9"]})
    found = run.inherited(pupils, institution="school")
    assert found["state"].tolist() == ["traced with records", "not traced or no record", "institution not in the trial"]
    with pytest.raises(DataError, match="no column 'sch'"):
        run.inherited(pupils, institution="sch")


def test_a_consent_for_schools_covers_schools_and_no_persons():
    trial, admin = _tables()
    with pytest.raises(CardError, match="heads' form covers linkage of schools, not of persons"):
        trials.trial_to_admin().run(
            lk.Dataset(trial, card=TRIAL), lk.Dataset(admin, card=ADMIN.change(unit="person")), progress=False
        )


def test_schools_without_anything_in_common_are_refused():
    trial, admin = _tables()
    with pytest.raises(DataError, match="share neither a code of institutions"):
        trials.trial_to_admin().run(
            lk.Dataset(trial[["sid", "school", "arm"]], card=TRIAL.change(fields={"school_name": "school"})),
            lk.Dataset(admin, card=ADMIN), progress=False,
        )  # fmt: skip


def test_many_schools_are_unblinded_like_persons(tmp_path):
    size = 60
    random = np.random.default_rng(1)
    urn = [str(100_000 + n) for n in range(size)]
    trial = pd.DataFrame({"sid": [f"S{n}" for n in range(size)], "urn": urn, "arm": random.choice(["a", "b"], size)})
    admin = pd.DataFrame({"key": [f"K{n}" for n in range(50)], "urn": urn[:50]})
    code = {"urn": FIELDS["urn"]}
    run = trials.trial_to_admin().run(
        lk.Dataset(trial, card=TRIAL.change(fields=code)),
        lk.Dataset(admin, card=ADMIN.change(fields=code)),
        progress=False,
    )
    log = tmp_path / "log.jsonl"
    lodged = run.freeze(log=log).sha256
    found = run.unblind(by="A", why="b", lodged=lodged, log=log)
    assert found.by_arm.query("what == 'linked' and among == 'randomised'")["count"].sum() == 50


def _as_they_come(name="school_name"):
    """Schools of which some became academies, in columns as collections call them, with no fields named."""
    names = ["St Mary's Primary", "Oak Hill Infants", "River Academy", "Park Lane", "Hill Top", "Lone School"]
    admin = pd.DataFrame({
        "key": [f"K{n}" for n in range(6)], "urn": ["100001", "100002", "200003", "200004", "200005", "100006"],
        "EstablishmentName": names, "postcode": [f"LS{n} 4AP" for n in range(1, 7)],
    })  # fmt: skip
    trial = pd.DataFrame({
        "sid": [f"S{n}" for n in range(6)], "urn": ["100001", "100002", "100003", "100004", "100005", "999999"],
        name: names, "postcode": [*admin["postcode"][:5], "ZE1 1AA"], "arm": list("ababab"),
    })  # fmt: skip
    cards = TRIAL.change(fields={}), ADMIN.change(fields={})
    return lk.Dataset(trial, card=cards[0]), lk.Dataset(admin, card=cards[1])


@pytest.mark.parametrize("name", ["school_name", "SchoolName", "name of school", "School", "practice name"])
def test_a_school_whose_urn_changed_is_found_by_name_and_postcode_without_fields(name):
    run = trials.trial_to_admin().run(*_as_they_come(name), progress=False)
    assert sorted(run.links["left_id"]) == ["S0", "S1", "S2", "S3", "S4"]
    assert "linked_by_code_alone" not in [one.name for one in run.findings]


def test_that_schools_are_looked_for_by_their_code_alone_is_told():
    run = trials.trial_to_admin().run(*_as_they_come("label"), progress=False)
    assert len(run.links) == 2
    assert run.findings["linked_by_code_alone"].count == 4


def test_the_text_of_a_trial_of_schools_says_that_schools_were_linked(run):
    said = run.consort_text()
    assert "randomised schools" in said
    assert "person by person" not in said


def _named(trial=None, admin=None):
    """Schools with a name, and with other columns as they are given."""
    names = ["Oak Primary", "Elm Primary", "Ash High School"]
    of_trial = pd.DataFrame({"sid": ["a", "b", "c"], "school_name": names, "arm": list("xyx"), **(trial or {})})
    of_admin = pd.DataFrame({"key": [7, 8, 9], "school_name": names, **(admin or {})})
    cards = TRIAL.change(fields={}), ADMIN.change(fields={})
    return lk.Dataset(of_trial, card=cards[0]), lk.Dataset(of_admin, card=cards[1])


@pytest.mark.parametrize(
    ("trial", "admin", "told"),
    [
        ({}, {}, "of 3 records schools holds institution_name in 3; of 3 records census holds institution_name in 3"),
        ({"postcode": [None] * 3}, {"postcode": ["LS1 4AP"] * 3}, "schools holds institution_name in 3, postcode in 0"),
        ({"urn": [None] * 3}, {"urn": ["100001"] * 3}, "schools holds urn in 0, institution_name in 3"),
        ({"urn": ["100001"] * 3}, {"postcode": ["LS1 4AP"] * 3}, "census holds institution_name in 3, postcode in 3"),
    ],
)
def test_schools_with_a_name_alone_are_refused_with_what_is_lacking(trial, admin, told):
    with pytest.raises(DataError, match=told) as refused:
        trials.trial_to_admin().run(*_named(trial, admin), progress=False)
    assert "A name alone would link institutions that are called alike" in str(refused.value)
    assert "nobody is left" not in str(refused.value)
    assert "Oak" not in str(refused.value)


def test_schools_are_linked_by_name_and_postcode_beside_a_code_that_nobody_has():
    postcode = {"postcode": ["LS1 4AP", "LS2 4AP", "LS3 4AP"]}
    run = trials.trial_to_admin().run(
        *_named({"urn": [None] * 3, **postcode}, {"urn": ["100001", "100002", None], **postcode}), progress=False
    )
    assert run.links["right_id"].tolist() == [7, 8, 9]


def test_that_postcodes_are_empty_where_codes_are_compared_is_told():
    urn = {"urn": ["100001", "100002", "100003"]}
    found = {"urn": ["100001", "100002", "900003"]}
    run = trials.trial_to_admin().run(
        *_named({**urn, "postcode": [None] * 3}, {**found, "postcode": ["LS1 4AP"] * 3}), progress=False
    )
    assert run.findings["linked_by_code_alone"].count == 1


def test_a_plan_of_ones_own_may_link_schools_by_a_name_alone():
    plan = lk.Plan(
        prepare=[lk.prepare.Text("institution_name")],
        block=[lk.block.on("institution_name")],
        compare=[lk.compare.exact("institution_name")],
        score=lk.score.RuleList(({"institution_name": "exact"},)),
    )
    run = trials.trial_to_admin(plan=plan).run(*_named(), progress=False)
    assert run.links["right_id"].tolist() == [7, 8, 9]
    assert (run.participants["state"] == "traced with records").all()
    other = _named({"school_name": ["Oak Primary", "Elm Primary", "Yew Lane"]})
    assert "linked_by_code_alone" not in trials.trial_to_admin(plan=plan).run(*other, progress=False).findings


def test_persons_without_an_identifier_are_told_which_fields_are_empty():
    people = pd.DataFrame({"sid": ["a", "b"], "surname": [None, None], "arm": ["x", "y"]})
    trial = lk.Dataset(people, card=Card("trial", "trial", id="sid", allocation="arm"))
    register = lk.Dataset(pd.DataFrame({"id": [1, 2], "surname": ["Lee", "Hay"]}), name="register")
    with pytest.raises(DataError, match=r"the last 2 are left out for: no identifier\. The trial holds "):
        trials.trial_to_admin().run(trial, register, progress=False)
