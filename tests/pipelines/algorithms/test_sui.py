"""Strategies 4 and 5 of the SUI Matcher, and the check of families that rules without a given name need."""

from __future__ import annotations

import pandas as pd
import pytest

import linkkit as lk
from linkkit.errors import SpecError
from linkkit.pipelines import algorithm, compare
from linkkit.pipelines.algorithms import Hold, Pass
from linkkit.pipelines.algorithms import _sui_rules as rules

FOUR, FIVE = algorithm("sui_4"), algorithm("sui_5")
CHILD = {
    "given_name": "Adam", "surname": "Thomas", "dob": "2012-05-16", "sex": "m", "postcode": "LS1 4AP",
    "previous_surname": None, "alternative_postcode": None,
}  # fmt: skip
STRANGER = {**CHILD, "given_name": "Zoe", "surname": "Quill", "dob": "1999-01-02", "sex": "f", "postcode": "M1 1AA"}
FAMILY = "twin candidate: another record of the family and date of birth"


def _dataset(rows, name):
    fields = {"alternative_postcode": lk.Field("alternative_postcode", "text")}
    return lk.Dataset(pd.DataFrame(rows).astype("string").assign(id=range(len(rows))), name=name, fields=fields)


def _asked(strategy, query, *register):
    queries = query if isinstance(query, list) else [query]
    return strategy.link(_dataset(queries, "council"), _dataset([*register, STRANGER], "pds"))


def _rule(strategy, changes, register=CHILD):
    links = _asked(strategy, {**CHILD, **changes}, register).links
    assert set(links["right_id"]) <= {0}
    return links["pass"].tolist()


@pytest.mark.parametrize("strategy", [FOUR, FIVE], ids=lambda one: one.name)
@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"postcode": None, "sex": None}, "non-fuzzy GFD"),
        ({"given_name": "Adam James"}, "non-fuzzy GFD"),
        ({"surname": "Thomas (Smith)"}, "non-fuzzy GFD"),
        ({"surname": "Tomas", "postcode": "M1 1AA", "sex": "f"}, "fuzzy GFD"),
        ({"given_name": "Thomas", "surname": "Adam"}, "fuzzy GFD"),
        ({"surname": "Jones", "previous_surname": "Tomas"}, "fuzzy GFD"),
        ({"dob": "2012-11-16"}, "non-fuzzy GFD range postcode"),
        ({"dob": "2011-11-16", "surname": "Tomas"}, "fuzzy GFD range postcode"),
        ({"dob": "2012-11-17"}, None),
        ({"dob": "2012-06-16", "postcode": "M1 1AA"}, None),
        ({"surname": "Okonkwo"}, None),
    ],
)
def test_rules_that_both_strategies_have(strategy, changes, rule):
    assert _rule(strategy, changes) == [rule] * (rule is not None)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"given_name": "Baby"}, "fuzzy FDG postcode"),
        ({"given_name": "Infant", "sex": None}, "fuzzy FD postcode"),
        ({"given_name": "Adem", "surname": "Tomas", "sex": "f", "dob": "2012-05-17"}, "fuzzy GFD range postcode"),
        ({"given_name": None, "surname": "Jones", "previous_surname": "Thomas"}, "fuzzy FDG postcode"),
        ({"given_name": None, "postcode": "M1 1AA", "alternative_postcode": "NE1 7RU; LS1 4AP"}, "fuzzy FDG postcode"),
        ({"given_name": None, "postcode": "M1 1AA"}, None),
    ],
)
def test_rules_without_a_given_name_are_those_of_strategy_5(changes, rule):
    assert _rule(FIVE, changes) == [rule] * (rule is not None)
    assert _rule(FOUR, changes) == [rule] * (rule == "fuzzy GFD range postcode")


def test_several_candidates_go_on_to_a_rule_that_tells_them_apart():
    namesake = {**CHILD, "postcode": "NE1 7RU"}
    assert _asked(FOUR, CHILD, CHILD, namesake).links[["right_id", "pass"]].values.tolist() == [[0, "fuzzy all"]]
    made = _asked(FOUR, {**CHILD, "postcode": None}, CHILD, namesake)
    assert len(made) == 0
    assert set(made.review["reason"]) == {"tied"}


def test_outcomes_are_told_in_the_words_of_the_matcher():
    queries = [CHILD, {**CHILD, "given_name": "Yusuf", "dob": "2011-01-02"}, {**CHILD, "surname": "Okonkwo"}]
    namesakes = [{**CHILD, "postcode": "NE1 7RU", "dob": "2011-01-02", "given_name": "Yusuf"}] * 2
    other = {**CHILD, "given_name": "Zia", "surname": "Lee", "dob": "2010-03-04"}
    made = _asked(FIVE, [*queries, {**other, "given_name": "Ali"}], CHILD, *namesakes, other)
    assert made.outcomes.fillna("")[["id", "outcome", "pass"]].values.tolist() == [
        [0, "linked", "non-fuzzy GFD"],
        [1, "ManyMatch", "non-fuzzy GFD"],
        [2, "NoMatch", ""],
        [3, "for review", "fuzzy FDG postcode"],
    ]


def test_a_sibling_is_held_where_given_names_conflict():
    made = _asked(FIVE, {**CHILD, "given_name": "Yusuf"}, CHILD)
    assert len(made) == 0
    assert made.review[["right_id", "pass", "reason"]].values.tolist() == [
        [0, "fuzzy FDG postcode", "given names conflict"]
    ]


@pytest.mark.parametrize("other", ["William", "Will", "W", "Wiliam", "Bill", None])
def test_names_that_may_be_one_are_no_conflict(other):
    bill = {**CHILD, "given_name": "William"}
    assert len(_asked(FIVE, {**CHILD, "given_name": other}, bill)) == 1


TWIN = {**CHILD, "given_name": "Yusuf", "postcode": "NE1 7RU"}


def test_a_link_without_a_given_name_is_held_where_the_register_holds_a_twin():
    made = _asked(FIVE, {**CHILD, "given_name": "Twin 1"}, CHILD, TWIN)
    assert len(made) == 0
    assert made.review.query("right_id == 0")["reason"].tolist() == [FAMILY]


@pytest.mark.parametrize("name", ["Yusuf", None])
def test_it_is_held_where_the_file_that_asks_holds_a_twin(name):
    queries = [{**CHILD, "given_name": None}, {**TWIN, "given_name": name}]
    made = _asked(FIVE, queries, CHILD)
    assert made.review.query("left_id == 0")["reason"].tolist() == [FAMILY]


def test_a_child_who_stands_twice_is_no_twin():
    queries = [CHILD, {**CHILD, "postcode": "NE1 7RU"}]
    made = _asked(FIVE, [*queries, {**STRANGER, "given_name": None}], {**CHILD, "given_name": None})
    held = made.review["reason"].tolist()
    assert FAMILY not in held
    assert made.links[["left_id", "right_id"]].values.tolist() == [[0, 0], [2, 1]]


def test_a_held_link_goes_on_to_a_rule_with_a_given_name():
    moved = {**CHILD, "dob": "2012-06-16", "postcode": "LS1 4AP"}
    made = _asked(FIVE, CHILD, moved, TWIN)
    assert made.links[["right_id", "pass"]].values.tolist() == [[0, "non-fuzzy GFD range postcode"]]


def test_twins_are_not_exchanged_in_made_up_families():
    made = lk.synth.families(400, seed=3, twins=0.4)
    left, right = made[0], made[1]
    found = compare(left.dataset(), right.dataset(), truth=left.matches(right), algorithms=["sui_4", "sui_5"])
    assert found.table.loc["sui_5", "precision"] > 0.97
    assert found.table.loc["sui_5", "links"] >= found.table.loc["sui_4", "links"]


@pytest.mark.parametrize(
    ("left", "right", "near"),
    [("2001-08-31", "2002-02-28", 1), ("2001-08-31", "2002-03-01", 0), ("2004-02-29", "2003-08-29", 1),
     ("2004-02-29", "2003-08-28", 0), ("2000-12-31", "2001-06-30", 1), ("2000-06-15", "2000-12-16", 0),
     ("2000-XX-15", "2000-12-16", 0)],
)  # fmt: skip
def test_half_a_year_is_six_calendar_months(left, right, near):
    assert rules.within_half_a_year(left, right) == rules.within_half_a_year(right, left) == near


def test_a_hold_that_says_nothing_is_refused():
    with pytest.raises(SpecError, match="needs either where= or sharing="):
        Hold("nothing")
    with pytest.raises(SpecError, match="come together"):
        Hold("twins", sharing=("family",))
    step = Pass("1", "x", lk.block.on("surname"), holds=(Hold("twins", sharing=("surname",), differing="given_name"),))
    assert str(step) == "1: x (held where twins)"


BABY = {**CHILD, "given_name": "Baby", "surname": "Hargreaves"}
TOM = {**CHILD, "given_name": "Tom", "surname": "Hargreaves"}
BEN = {**TOM, "given_name": "Ben", "postcode": "M1 1AA"}


@pytest.mark.parametrize(
    "changes",
    [{}, {"surname": "Hargreeves"}, {"surname": "Quayle", "previous_surname": "Hargreeves"}],
    ids=["same", "by sound", "of before"],
)
@pytest.mark.parametrize("side", ["register", "file that asks"])
def test_a_twin_is_one_by_sound_and_by_names_of_before(changes, side):
    twin = {**BEN, **changes}
    queries, register = ([BABY], [TOM, twin]) if side == "register" else ([BABY, {**twin, "dob": "2012-05-16"}], [TOM])
    made = _asked(FIVE, queries, *register)
    assert 0 not in made.links["left_id"].tolist()
    assert made.review.query("left_id == 0 and right_id == 0")["reason"].tolist() == [FAMILY]


def test_a_sibling_of_another_day_is_no_twin():
    made = _asked(FIVE, BABY, TOM, {**BEN, "dob": "2010-01-02"})
    assert made.links[["left_id", "right_id"]].values.tolist() == [[0, 0]]


def test_rule_1_of_strategy_4_follows_names_of_before():
    moved = {"surname": "Jones", "previous_surname": "Thomas"}
    assert _rule(FOUR, moved) == ["non-fuzzy GFD"]
    assert _rule(FOUR, {}, {**CHILD, **moved}) == ["non-fuzzy GFD"]
    assert _rule(FIVE, moved) == ["fuzzy GFD"]


def test_names_and_postcodes_of_before_may_be_lists():
    frame = pd.DataFrame([CHILD, STRANGER]).assign(id=range(2))
    frame["previous_surname"] = [["Poe", "O'Hara"], None]
    frame["alternative_postcode"] = [["NE1 7RU", "M1 1AA"], None]
    register = lk.Dataset(frame, name="pds", fields={"alternative_postcode": lk.Field("alternative_postcode", "set")})
    query = _dataset([{**CHILD, "surname": "O'Hara"}, {**CHILD, "given_name": None, "postcode": "M1 1AA"}], "council")
    made = FOUR.link(query, register)
    assert made.links[["left_id", "right_id", "pass"]].values.tolist() == [[0, 0, "non-fuzzy GFD"]]
    passes = FIVE.link(query, register).links[["left_id", "pass"]].values.tolist()
    assert passes == [[0, "fuzzy GFD"], [1, "fuzzy FDG postcode"]]
