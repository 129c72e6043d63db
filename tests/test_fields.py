"""Fields: recognised from the names that columns go by, and from the shape of values."""

from __future__ import annotations

import pytest

from linkkit.errors import SpecError
from linkkit.fields import KINDS, KNOWN_FIELDS, Field, kind_of, recognise, recognise_shape


@pytest.mark.parametrize(
    ("column", "field"),
    [
        ("first_name", "given_name"), ("FORENAME", "given_name"), ("givenName", "given_name"),
        ("FirstName", "given_name"),
        ("pupil_forename", "given_name"), ("fname_c1", "given_name"), ("middle_initial", "middle_name"),
        ("last_name", "surname"), ("Surname", "surname"), ("family name", "surname"), ("child_surname", "surname"),
        ("maiden_name", "previous_surname"), ("Full Name", "full_name"), ("DOB", "date_of_birth"),
        ("DateOfBirth", "date_of_birth"), ("birth_date", "date_of_birth"), ("patient_dob", "date_of_birth"),
        ("gender", "sex"), ("SEX", "sex"), ("Post Code", "postcode"), ("zip", "postcode"), ("ZipCode", "postcode"),
        ("postcode_fake", "postcode"), ("nhs_no", "nhs_number"), ("NHSNumber", "nhs_number"), ("UPN", "upn"),
        ("ssn", "national_id"),
        ("e-mail", "email"), ("mobile_number", "phone"), ("house_no", "house_number"), ("street", "street"),
        ("address_1", "address"), ("city", "town"), ("birth_place", "place_of_birth"),
        ("race_ethnicity", "ethnic_group"),
        ("CHI", "chi_number"), ("chi_number", "chi_number"), ("CHINumber", "chi_number"), ("patient_chi", "chi_number"),
        ("FormerUPN", "former_upn"), ("UPN_former", "former_upn"), ("UPRN", "uprn"), ("home_uprn", "uprn"),
        ("school_urn", "urn"), ("URN", "urn"), ("LAESTAB", "laestab"), ("ODS_Code", "ods_code"),
        ("gp_practice_code", "gp_practice"), ("GPPRAC", "gp_practice"), ("PROCODE3", "provider"),
        ("LOPATID", "local_patient_id"),
    ],
)  # fmt: skip
def test_usual_names_are_recognised(column, field):
    assert list(recognise([column])) == [field]


@pytest.mark.parametrize("column", [
    "arm", "score", "visit_1", "outcome", "school", "x", "", "patient", "child", "return", "provider_name", "chief",
])  # fmt: skip
def test_other_names_are_left_alone(column):
    assert recognise([column]) == {}


@pytest.mark.parametrize(
    "columns",
    [
        ("dob_day", "dob_mon", "dob_year"), ("bd", "bm", "by"), ("birth_day", "birth_month", "birth_year"),
        ("DayOfBirth", "MonthOfBirth", "YearOfBirth"), ("dd_dob", "mm_dob", "yyyy_dob"),
    ],
)  # fmt: skip
def test_dates_in_parts_are_one_field_in_any_order(columns):
    assert recognise(columns)["date_of_birth"] == Field(columns, "date")
    assert recognise(columns[::-1])["date_of_birth"] == Field(columns, "date")


def test_a_birthday_column_is_not_a_part():
    assert recognise(["birthday"])["date_of_birth"].columns == ("birthday",)


def test_numbered_names_are_given_name_and_surname():
    found = recognise(["pername1", "pername2"])
    assert (found["given_name"].columns, found["surname"].columns) == (("pername1",), ("pername2",))


def test_the_first_of_two_columns_is_taken():
    assert recognise(["surname", "last_name"])["surname"].columns == ("surname",)
    assert recognise(["patient_surname", "surname"])["surname"].columns == ("surname",)


def test_a_chi_number_and_an_nhs_number_are_two_fields():
    found = recognise(["nhs_no", "chi"])
    assert (found["nhs_number"].columns, found["chi_number"].columns) == (("nhs_no",), ("chi",))


def test_fields_come_in_one_order():
    assert list(recognise(["dob", "surname", "first_name"])) == list(recognise(["first_name", "dob", "surname"]))


def test_every_known_field_recognises_itself_and_has_a_kind():
    for field, (kind, _) in KNOWN_FIELDS.items():
        assert kind in KINDS
        assert list(recognise([field])) == [field]
        assert kind_of(field) == kind


def test_kinds_of_fields_by_name():
    assert (kind_of("dob"), kind_of("favourite_colour")) == ("date", "text")


def test_shapes_of_values():
    assert recognise_shape(["a@b.org", "c.d@e.co.uk"]) == "email"
    assert recognise_shape(["LS1 4AP", "m139pl"]) == "postcode"
    assert recognise_shape(["1 Windsor Road", "22, Church Lane"]) == "address"
    assert recognise_shape(["red", "blue"]) is None
    assert recognise_shape([]) is None


def test_a_kind_that_does_not_exist_gets_a_hint():
    with pytest.raises(SpecError, match=r"Did you mean 'postcode'\?"):
        Field("pc", "postcod")  # type: ignore[arg-type]
