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
