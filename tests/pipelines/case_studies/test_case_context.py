"""Homes, schools and areas: what is attached of the people there, and what is withheld because they are few."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import linkkit as lk
from linkkit import pipelines
from linkkit.cards import Card, Consent
from linkkit.errors import DataError, SpecError
from linkkit.pipelines.case_studies import Attribute
from linkkit.pipelines.case_studies._attach import FEW, few_people, unit_figures
from linkkit.pipelines.case_studies._tables import hidden

SHARE = Attribute("imd_quintile", "share", values=("1", "2"), title="deprived")


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=80), st.integers(2, 12))
def test_no_share_of_fewer_than_the_least_is_let_through(rows, least):
    unit = np.array([row[0] for row in rows], np.int64)
    has = np.array([row[1] for row in rows], float)
    people, total = unit_figures(unit, has, np.ones(len(rows)), 4)
    few = few_people(people, total, least=least, is_share=True)
    for one in range(4):
        inside = [held for where, held in rows if where == one]
        enough = sum(inside) >= least and len(inside) - sum(inside) >= least
        assert few[one] != enough
    assert (few_people(people, total, least=least, is_share=False) == (people < least)).all()


@given(st.lists(st.integers(0, 30), min_size=1, max_size=8), st.integers(2, 12))
def test_no_count_below_the_least_is_let_through_or_follows_from_the_total(counts, least):
    shown = hidden(counts, least)
    held = [one for one in shown if isinstance(one, int)]
    assert all(one >= least for one in held)
    lost = len(shown) - len(held)
    assert lost != 1 or len(shown) == 1
    assert hidden(counts, least, adds_up=False) == [one if one >= least else f"<{least}" for one in counts]


def district(postcodes):
    return postcodes.str.split().str[0]


def test_cards_show_the_fifth_of_the_area_by_the_people_there(study):
    made = study(level="area")
    run = made.run(SHARE)
    cases, register = made.frame, made.other
    areas = register.assign(area=district(register["postcode"])).dropna(subset=["area", "imd_quintile"])
    found = areas.groupby("area")["imd_quintile"].agg(people="size", deprived=lambda one: one.isin([1, 2]).sum())
    enough = (found["deprived"] >= 10) & (found["people"] - found["deprived"] >= 10)
    share = (found["deprived"] / found["people"])[enough]
    place = {"lowest fifth": 0, "second fifth": 1, "middle fifth": 2, "fourth fifth": 3, "highest fifth": 4}
    own = dict(zip(cases["participant_id"], district(cases["home_postcode"]), strict=True))
    seen = 0
    for case, texts in zip(run.bridge.cases, run.values.texts, strict=True):
        if texts is None:
            continue
        if texts[0] == FEW:
            assert own[case] not in share.index
        elif texts[0] in place:
            seen += 1
            lower = ((share < share[own[case]]).mean() + (share <= share[own[case]]).mean()) / 2
            assert place[texts[0]] == min(int(lower * 5 + 1e-9), 4)
    assert seen


def test_a_lookup_says_the_area_of_a_postcode(study, tmp_path):
    made = study(level="area")
    every = pd.concat([made.frame["home_postcode"], made.other["postcode"]]).dropna()
    every = every.str.replace(" ", "").str.upper().drop_duplicates().tolist()
    codes = ["E0" + str(number % 7) for number in range(len(every))]
    path = tmp_path / "areas.csv"
    pd.DataFrame({"pcd": every, "lsoa": codes}).to_csv(path, index=False)
    run = made.run(SHARE, lookup=str(path))
    assert run.states.set_index("state")["cases"]["linked"] == made.frame["home_postcode"].notna().sum()
    pd.DataFrame({"pcd": ["ZZ1 1ZZ"], "lsoa": ["E1"]}).to_csv(path, index=False)
    with pytest.raises(DataError, match="none of its postcodes"):
        made.run(SHARE, lookup=str(path))
    pd.DataFrame({"pcd": [every[0], every[0]], "lsoa": ["E1", "E2"]}).to_csv(path, index=False)
    with pytest.raises(DataError, match="several areas"):
        made.run(SHARE, lookup=str(path))


@pytest.mark.parametrize(("rule", "least_linked"), [("postcode", 0), ("sector", 1), ("area", 10)])
def test_an_area_is_as_much_of_a_postcode_as_is_said(study, rule, least_linked):
    run = study(level="area").run(SHARE, area_rule=rule)
    assert run.states.set_index("state")["cases"]["linked"] >= least_linked
    if rule == "postcode":  # nobody shares one with twenty others
        assert {texts[0] for texts in run.values.texts if texts is not None} <= {FEW, "withheld: rare"}


def test_schools_are_linked_by_a_field_that_both_have(study):
    made = study(level="school")
    made.frame["school_name"] = ["School  7", "school 8", None, *["nowhere"] * (len(made.frame) - 3)]
    fields = {"school": "school_name"}
    spec = pipelines.case_study(attributes=(SHARE,))
    run = spec.run(made.cases(fields=fields), made.children(fields={"school": "school"}), progress=False)
    states = run.states.set_index("state")["cases"]
    assert states["linked"] == 2
    assert states["nothing to link by"] == 1
    with pytest.raises(DataError, match="No field of both datasets says the school"):
        spec.run(made.cases(), made.children())


def test_a_table_of_schools_brings_values_of_their_own_and_a_count_of_people(study):
    made = study(level="school")
    made.frame["urn"] = [str(100000 + number % 3) for number in range(len(made.frame))]
    schools = pd.DataFrame({"id": range(20), "urn": [str(100000 + number) for number in range(20)],
                            "rating": ["good", "poor"] * 10, "pupils": [300, 5, 200] + [250] * 17})  # fmt: skip
    card = Card("schools", "administrative", unit="school")
    cases, fields = made.cases(fields={"urn": "urn"}), {"urn": "urn"}
    spec = pipelines.case_study(attributes=("rating",), people="pupils")
    run = spec.run(cases, lk.Dataset(schools, card=card, fields=fields), progress=False)
    by_school = {}
    for number, texts in enumerate(run.values.texts):
        by_school.setdefault(int(made.frame.sort_values("participant_id")["urn"].iloc[number]) - 100000, texts)
    assert by_school == {0: ("good",), 1: (FEW,), 2: ("good",)}
    assert run.values.counted == "people"
    plain = spec.change(people=None).run(cases, lk.Dataset(schools, card=card, fields=fields), progress=False)
    assert plain.values.counted == "schools"
    with pytest.raises(SpecError, match="at the level school say show='bands'"):
        spec.change(attributes=(Attribute("rating", "share", ("good",)),)).run(
            cases, lk.Dataset(schools, card=card, fields=fields)
        )


def test_a_household_has_the_values_that_all_of_it_share():
    homes = [f"{number} High Street" for number in range(40)]
    register = pd.DataFrame({"id": range(80), "address": homes * 2, "postcode": "LS1 4AP", "uprn": None,
                             "tenure": ["own", "rent"] * 40, "sex": ["F"] * 40 + ["M"] * 40})  # fmt: skip
    cases = pd.DataFrame({"id": ["a", "b", "c"], "address": ["3 high street", "99 Other Road", None],
                          "postcode": ["ls1 4ap"] * 3})  # fmt: skip
    card = Card("cases", "case_study", consent=Consent(("any",), level="household"))
    spec = pipelines.case_study(attributes=("tenure", "sex"))
    run = spec.run(lk.Dataset(cases, card=card), lk.Dataset(register), progress=False)
    assert run.level == "household"
    assert run.states["cases"].tolist() == [1, 0, 1, 1]
    assert run.values.texts[0] == ("rent", "not recorded")
    assert run.values.counted == "households"
    hostel = register.assign(address="3 high street")
    crowded = spec.run(lk.Dataset(cases, card=card), lk.Dataset(hostel), progress=False)
    assert crowded.states["cases"].tolist() == [0, 1, 1, 1]


def test_values_of_persons_are_refused_above_persons(study):
    with pytest.raises(SpecError, match="of their area attach a mean or a share"):
        study(level="area").run("ethnicity")
    with pytest.raises(SpecError, match="is a mean, which is of people in a school or area"):
        study().run(Attribute("imd_quintile", "mean"))
    with pytest.raises(DataError, match="needs numbers"):
        study(level="area").run(Attribute("ethnicity", "mean"))
    with pytest.raises(SpecError, match="go with a household, school or area"):
        study().run(unit="postcode")


def test_a_person_of_many_records_counts_once():
    many = pd.DataFrame({"id": range(60), "person": [0] * 30 + list(range(1, 31)), "postcode": "LS1 4AP",
                         "band": [1] * 30 + [2] * 30})  # fmt: skip
    cases = pd.DataFrame({"id": ["a"], "postcode": ["LS1 9ZZ"]})
    card = Card("cases", "case_study", consent=Consent(("any",), level="area"))
    spec = pipelines.case_study(attributes=(Attribute("band", "share", ("1",)),))
    once = spec.run(lk.Dataset(cases, card=card), lk.Dataset(many, card=Card("r", person="person")), progress=False)
    assert once.values.texts[0] == (FEW,)
    apart = spec.run(lk.Dataset(cases, card=card), lk.Dataset(many), progress=False)
    assert apart.values.texts[0] != (FEW,)


def test_rows_of_a_finer_unit_are_counted_as_what_they_are():
    homes = pd.DataFrame({"id": range(60), "postcode": ["LS1 4AP"] * 30 + ["YO1 7HH"] * 30,
                          "rooms": ["1", "2", "3"] * 20})  # fmt: skip
    cases = pd.DataFrame({"id": ["a", "b"], "postcode": ["LS1 9ZZ", "M1 1AA"]})
    card = Card("cases", "case_study", consent=Consent(("any",), level="area"))
    spec = pipelines.case_study(attributes=(Attribute("rooms", "mean"),))
    run = spec.run(lk.Dataset(cases, card=card), lk.Dataset(homes, card=Card("h", unit="household")), progress=False)
    assert run.values.counted == "households"
    assert run.values.texts == (("middle fifth",), None)
    assert run.values.k.tolist() == [60, -1]  # both areas have the same mean
