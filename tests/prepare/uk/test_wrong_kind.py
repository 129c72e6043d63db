"""Identifiers of another kind than their field says: told, counted, moved."""

from __future__ import annotations

import pandas as pd
import pytest

import linkkit as lk
from linkkit import prepare
from linkkit.prepare import uk

MADE_UP = uk.nhs_number.synthetic(5)
ISSUED = ["4010232137", "4505577104"]
CHI = ["0211165794", "0402070763"]
UPN = "B801200005001"


def dataset(name="register", **columns):
    size = len(next(iter(columns.values())))
    return lk.Dataset(pd.DataFrame({"id": range(size), **columns}), name=name)


def test_values_are_identified_by_check_digit_and_range():
    found = uk.identify([*ISSUED, CHI[0], UPN, "LS1 4AP", "hello", None, "1234567890", "3208000001"])
    assert found == {"NHS number": 2, "CHI number": 1, "UPN": 1, "postcode": 1}
    assert uk.identify([]) == {}


def test_ten_digits_are_told_apart_by_their_range_alone():
    assert uk.identify(CHI) == {"CHI number": 2}
    assert uk.identify(ISSUED) == {"NHS number": 2}
    assert uk.identify(MADE_UP) == {"NHS number": 5}


def test_chi_numbers_in_a_column_of_nhs_numbers_with_the_date_of_birth_that_they_say():
    births = ["2001-02-03", "2016-11-02", "1999-01-01", "2003-04-05"]
    (found,) = uk.wrong_kind(dataset(nhs_no=[ISSUED[0], *CHI, ISSUED[1]], dob=births))
    assert (found.found, found.records, found.of, found.rows, found.born_then) == ("CHI number", 2, 4, (2, 3), 1)
    assert "1 of them have the date of birth that it says" in str(found)
    assert "split_identifiers" in str(found)


def test_dates_that_are_none_say_nothing():
    (found,) = uk.wrong_kind(dataset(nhs_no=[*ISSUED, CHI[0]], dob=["n/a", "n/a", "n/a"]))
    assert found.born_then is None or found.born_then == 0
    (found,) = uk.wrong_kind(dataset(nhs_no=[*ISSUED, CHI[0]]))
    assert found.born_then is None


def test_nhs_numbers_among_postcodes():
    (found,) = uk.wrong_kind(dataset(postcode=["LS1 4AP", "M13 9PL", ISSUED[0]]))
    assert (found.field, found.found, found.rows) == ("postcode", "NHS number", (3,))


def test_a_right_dataset_has_none():
    trial, register = lk.synth.sample()
    assert uk.wrong_kind(trial.dataset()) == uk.wrong_kind(register.dataset()) == ()


def test_no_value_stands_in_it():
    (found,) = uk.wrong_kind(dataset(nhs_no=[*ISSUED, CHI[0]]))
    assert CHI[0] not in repr(found)
    assert CHI[0] not in str(found)


def test_identifiers_are_split_into_fields_of_their_own_and_linked_there():
    mixed = dataset(nhs_no=[ISSUED[0], CHI[0], UPN, "unknown", ISSUED[1]])
    split = uk.split_identifiers(mixed, "nhs_number")
    frame = split.to_pandas().fillna("")
    assert frame["nhs_number"].tolist() == [ISSUED[0], "", "", "unknown", ISSUED[1]]
    assert frame["chi_number"].tolist() == ["", CHI[0], "", "", ""]
    assert frame["upn"].tolist() == ["", "", UPN, "", ""]
    assert split.fields["chi_number"] == lk.Field("nhs_no", "identifier")
    assert list(mixed.fields) == ["nhs_number"]
    assert uk.wrong_kind(split) == ()
    assert [step.kind for step in prepare.recommended(split)] == ["nhs_number", "chi", "upn"]
    assert prepare.prepare(split).to_pandas()["chi_number"].tolist()[1] == CHI[0]
    assert mixed.to_pandas()["nhs_number"].tolist()[1] == CHI[0]


def test_what_is_there_already_is_not_overwritten():
    mixed = dataset(nhs_no=[CHI[0], CHI[1], ISSUED[0]], chi=["0101010012", "", ""])
    frame = uk.split_identifiers(mixed, "nhs_number").to_pandas().fillna("")
    assert frame["chi_number"].tolist() == ["0101010012", CHI[1], ""]
    assert frame["nhs_number"].tolist() == [CHI[0], "", ISSUED[0]]


def test_nothing_to_split_returns_the_same():
    right = dataset(nhs_no=ISSUED)
    assert uk.split_identifiers(right, "nhs_number") is right


def test_a_field_that_is_not_there():
    with pytest.raises(lk.errors.DataError, match="there is no field 'nhs'"):
        uk.split_identifiers(dataset(nhs_no=ISSUED), "nhs")
