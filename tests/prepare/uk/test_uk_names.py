"""Names: parts in either order, particles, single names, spellings, changes of surname."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkkit.errors import SpecError
from linkkit.prepare import UkName
from linkkit.prepare.uk import names

WORDS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=5, max_size=9)


@pytest.mark.parametrize(
    ("one", "other", "relation"),
    [
        ("Smith-Jones", "smith jones", "same"), ("Smith-Jones", "SMITHJONES", "same"), ("O'Neill", "O Neill", "same"),
        ("McDonald", "Mc Donald", "same"), ("van der Berg", "Vanderberg", "same"), ("de la Cruz", "DELACRUZ", "same"),
        ("Smith-Jones", "Jones-Smith", "other order"), ("Smith-Jones", "Smith", "shared part"),
        ("Smith-Jones", "Jones-Khan", "shared part"), ("van der Berg-Khan", "Khan", "shared part"),
        ("Smith", "Jones", "different"), ("Smith", "unknown", "missing"), (None, None, "missing"),
    ],
)  # fmt: skip
def test_how_surnames_stand_to_each_other(one, other, relation):
    assert names.surname_relation(one, other) == relation
    assert names.surname_relation(other, one) == relation


@given(WORDS, WORDS)
def test_the_order_of_two_parts_is_no_other_name(one, other):
    relation = names.surname_relation(f"{one}-{other}", f"{other} {one}")
    assert relation in ("same", "other order", "missing")


@pytest.mark.parametrize("written", ["Mohammed", "Muhammad", "MOHAMED", "Mohd", "Muhammed", "mohammad"])
def test_the_spellings_of_muhammad(written):
    assert names.spelling(written) == "muhammad"
    assert names.same_given_name(written, "Mohammed")


def test_short_forms_of_given_names():
    assert names.same_given_name("Liz", "Elizabeth")
    assert not names.same_given_name("Liz", "Anne")
    assert not names.same_given_name("Baby", "Baby")


@pytest.mark.parametrize(
    ("given_name", "surname", "single"),
    [
        ("Suresh", "-", "suresh"), ("FNU", "Suresh", "suresh"), ("Suresh", "Suresh", "suresh"), ("A", "B", ""),
        ("", None, ""),
    ],
)  # fmt: skip
def test_people_of_one_name(given_name, surname, single):
    assert names.single_name(given_name, surname) == single


@pytest.mark.parametrize("name", ["Baby", "Baby of Ann", "Infant", "Twin 1", "Twin II", "Newborn", "NK", "not known"])
def test_names_that_are_none(name):
    assert not names.is_valid(name, "given_name")


def test_columns_of_names(prepared):
    values = ["Smith-Jones", "Jones Smith", "O'Brien-Khan", "van der Berg", "unknown"]
    new, change = prepared(UkName("surname"), values)
    assert new == ["jones smith", "jones smith", "khan obrien", "vanderberg", ""]
    assert dict(change.reasons) == {"placeholder": 1}
    assert prepared(UkName("surname", parts="keep"), values)[0][0] == "smith jones"


def test_columns_of_given_names_keep_their_order(prepared):
    values = ["Mohammed Ali", "Zoe Ann", "Twin 1"]
    new, change = prepared(UkName("given_name"), values)
    assert new == ["muhammad ali", "zoe ann", ""]
    assert dict(change.reasons) == {"unnamed baby": 1}
    assert prepared(UkName("given_name", spellings=False), values)[0][0] == "mohammed ali"


def test_what_parts_may_be():
    with pytest.raises(SpecError, match="one of keep, sorted"):
        UkName("surname", parts="first")
