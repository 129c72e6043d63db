"""What the MPS trace reads of a record: sex in any writing, values of before, dates known in part."""

from __future__ import annotations

import pandas as pd
import pytest

import linkkit as lk
from linkkit.pipelines import algorithm
from linkkit.pipelines.algorithms import _mps_scores as scores

MPS = algorithm("mps")
PERSON = {
    "nhs_number": "9434765919", "given_name": "Zoë", "surname": "Smith-Jones", "dob": "2004-05-16", "sex": "2",
    "postcode": "LS1 4AP", "alternative_postcode": None, "previous_surname": None,
}  # fmt: skip
NOBODY = {
    **PERSON, "nhs_number": "9434765870", "surname": "Quill", "given_name": "Ivo", "dob": "1950-01-01", "sex": "1",
}  # fmt: skip
WRITINGS = [("1.0", "2.0"), ("01", "02"), ("Boy", "Girl"), ("Man", "Woman"), ("M", "F"), ("male", " FEMALE ")]


def _dataset(rows, name):
    return lk.Dataset(pd.DataFrame(rows).assign(id=range(len(rows))), name=name)


def _linked(query, *register):
    return MPS.link(_dataset([query, {**NOBODY, "sex": "1"}], "query"), _dataset([*register, NOBODY], "pds"))


@pytest.mark.parametrize("writing", WRITINGS, ids=str)
def test_sex_is_read_in_any_writing(writing):
    male, female = writing
    query = [{**PERSON, "nhs_number": None, "sex": female}, {**NOBODY, "nhs_number": None, "sex": male}]
    made = MPS.link(_dataset(query, "query"), _dataset([PERSON, NOBODY], "pds"))
    assert made.links[["left_id", "right_id", "pass"]].values.tolist() == [[0, 0, "2"], [1, 1, "2"]]
    assert made.notes == ()


def test_numbers_with_gaps_are_read():
    query = pd.DataFrame([{**PERSON, "nhs_number": None}] * 2).assign(id=range(2), sex=[2.0, None])
    made = MPS.link(lk.Dataset(query, name="query"), _dataset([PERSON, NOBODY], "pds"))
    assert made.links[["left_id", "right_id", "pass"]].values.tolist() == [[0, 0, "2"]]


@pytest.mark.parametrize("sexes", [[True, False, True], ["zz-secret", "zz-secret", "qq"], [1, 0, 1]], ids=str)
def test_what_cannot_be_read_is_counted_and_not_shown(sexes):
    query = [{**PERSON, "nhs_number": None, "sex": sex} for sex in sexes]
    made = MPS.link(_dataset(query, "query"), _dataset([PERSON, NOBODY], "pds"))
    assert made.notes == (
        "query: sex of 3 records cannot be read as a gender (1 or m, 2 or f, 0, 9), and counts as missing",
    )


def test_all_that_sex_reads_is_a_gender_and_not_known_stays_apart_from_not_specified():
    assert [scores.gender(text) for text in ("0", "not known", "9", "not specified", "x", "3", "non-binary")] == [
        "0", "0", "9", "9", "9", "9", "9",
    ]  # fmt: skip
    assert [scores.gender(text) for text in (None, "", "n/a", "-1")] == [None] * 4


def test_codes_of_practices_are_read_alike():
    query = {**PERSON, "nhs_number": None, "gp_practice": "b86 001", "dob": "2004-06-16"}
    made = _linked(query, {**PERSON, "gp_practice": "B86001"})
    assert made.links.query("left_id == 0")["pass"].tolist() == ["2"]


def test_a_postcode_of_before_scores_in_full():
    moved = {**PERSON, "postcode": "LS1 4AP", "alternative_postcode": "M1 1AA"}
    query = {**PERSON, "postcode": "M1 1AA", "given_name": "Ada", "nhs_number": None}
    links = _linked(query, moved).links.query("left_id == 0")
    assert links[["right_id", "pass"]].values.tolist() == [[0, "3"]]
    given = scores.name_score("ADA", "ZO@")
    assert links["score"].tolist() == [pytest.approx((100 + 100 + 100 + 100 + given) / 5)]
    assert _linked(query, {**moved, "alternative_postcode": None}).links.query("left_id == 0").empty


@pytest.mark.parametrize(
    ("left", "right", "score"),
    [("M1 1AA", "LS1 4AP;M1 1AA", 100), ("LS1", "LS1 4AP;LS1", 43), ("M1 1AA", ";M1 1AA", 100),
     ("LS1 4AP;M1 1AA", "M1 1AA", 100), ("M1 1AA", "LS1 4AP;NE1 7RU", 0), ("M1", "LS1 4AP;M1 1AA", 33),
     (None, "LS1 4AP", None), ("LS1 4AP", None, None)],
)  # fmt: skip
def test_postcodes_of_before_count_where_those_of_now_do_not_score(left, right, score):
    found = scores.postcode_score(left, right)
    assert (found if found is None else round(found)) == score


def test_the_best_of_several_names_scores():
    assert scores.name_score("SMITH", "JONES;SMITH") == 100
    married = {**PERSON, "surname": "Okonkwo", "previous_surname": "Smith-Jones"}
    links = _linked({**PERSON, "nhs_number": None}, married).links.query("left_id == 0")
    assert links[["pass", "score"]].values.tolist() == [["3", 100.0]]


@pytest.mark.parametrize(
    ("changes", "history", "step"),
    [
        # 1b, by the outcode of before where a name is missing; by a family name of before.
        ({"dob": "2004-05-17", "given_name": None, "postcode": "M1 9ZZ"}, {"alternative_postcode": "M1 1AA"}, "1b"),
        ({"dob": "2004-05-17", "surname": "Poem"}, {"previous_surname": "lee; poe"}, "1b"),
        # 2, by the postcode of before.
        ({"nhs_number": None, "postcode": "M1 1AA"}, {"alternative_postcode": "NE1 7RU; M1 1AA"}, "2"),
        # 3, by each kind of history in its blocks.
        ({"nhs_number": None, "surname": "Poe", "postcode": "NE1 7RU"}, {"previous_surname": "Poe"}, "3"),
        ({"nhs_number": None, "surname": "Quo", "given_name": "Zoe", "postcode": "M1 1AA"},
         {"alternative_postcode": "M1 1AA"}, "3"),
        ({"nhs_number": None, "surname": "Quo", "given_name": "Ada", "postcode": "M1 1AA"},
         {"alternative_postcode": "M1 1AA"}, "3"),
    ],
)  # fmt: skip
def test_each_step_follows_history_where_the_handbook_does(changes, history, step):
    query = {**PERSON, **changes}
    assert _linked(query, {**PERSON, **history}).links.query("left_id == 0")["pass"].tolist() == [step]
    assert _linked(query, PERSON).links.query("left_id == 0 and `pass` == @step").empty


def test_gender_and_the_family_sound_of_step_2_have_no_history():
    query = {**PERSON, "nhs_number": None, "surname": "Poe", "postcode": "LS1 4AP", "given_name": None}
    assert _linked(query, {**PERSON, "previous_surname": "Poe"}).links.query("left_id == 0")["pass"].tolist() == ["3"]


@pytest.mark.parametrize(
    ("left", "right", "agree"),
    [("1990-03-XX", "1990-03-12", 1), ("1990-02-XX", "1990-03-12", 0), ("XXXX-03-12", "1990-12-03", 1),
     ("1990-03-XX", "1990-XX-12", 0), ("1990-XX-12", "1909-04-21", 1), ("1990-XX-XX", "1990-XX-XX", 0),
     ("1990-03-XX", "1990-03-XX", 1), ("1990-XX-03", "1990-03-XX", 0)],
)  # fmt: skip
def test_dates_known_in_part_agree_by_two_parts(left, right, agree):
    assert scores.partial_date(left, right) == scores.partial_date(right, left) == agree


@pytest.mark.parametrize(
    ("dob", "of_register", "step"),
    [("2004-05", "2004-05-16", ["1b"]), ("2004-05-16", "2004-05", ["1b"]), ("2004-06", "2004-05-16", []),
     ("2004-02-31", "2004-02-03", ["1b"]), ("2004", "2004-05-16", [])],
)  # fmt: skip
def test_step_1b_takes_dates_known_in_part(dob, of_register, step):
    query = {**PERSON, "dob": dob, "given_name": "Zara", "surname": "Smithers"}
    links = _linked(query, {**PERSON, "dob": of_register}).links.query("left_id == 0")
    assert links["pass"].tolist() == step
    assert links["score"].tolist() == [100.0] * len(step)


def test_dates_known_in_part_join_in_step_2_where_the_year_is_known():
    query = {**PERSON, "nhs_number": None, "dob": "2004-05"}
    assert _linked(query, PERSON).links.query("left_id == 0")["pass"].tolist() == ["2"]
    assert scores.partial_date_of_year("XXXX-05-16", "2004-05-16") == 0


def test_a_pair_that_step_3_rejects_stands_there_with_its_score():
    query = {**PERSON, "nhs_number": None, "given_name": None}
    register = [{**PERSON, "nhs_number": None}, {**PERSON, "nhs_number": None}]
    tied = _linked(query, *register)
    assert tied.review.query("left_id == 0")[["pass", "reason"]].values.tolist() == [["3", "tied"]] * 2
    assert tied.review["score"].notna().all()
    assert tied.counts[2].tied == 0


def test_a_candidate_that_falls_behind_is_no_tie():
    near = {**PERSON, "nhs_number": None, "given_name": "Zia"}
    far = {**PERSON, "nhs_number": None, "given_name": "Bartholomew", "surname": "Smythe-Jones"}
    made = _linked({**PERSON, "nhs_number": None, "given_name": "Zoe"}, {**PERSON, "nhs_number": None}, near, far)
    links, review = made.links.query("left_id == 0"), made.review.query("left_id == 0")
    assert links[["right_id", "pass"]].values.tolist() == [[0, "3"]]
    assert set(review["reason"]) == {"another scores higher"}
    assert review["score"].notna().all()
    assert made.outcomes.query("id == 0")["outcome"].tolist() == ["linked"]


def test_links_of_the_first_steps_score_100():
    query = [{**PERSON}, {**PERSON, "dob": "2004-05-17"}, {**PERSON, "nhs_number": None}]
    links = MPS.link(_dataset(query, "query"), _dataset([PERSON, NOBODY], "pds")).links
    assert links[["pass", "score"]].values.tolist() == [["1a", 100.0], ["1b", 100.0], ["2", 100.0]]
