"""Column expressions: written, read, written again; mistakes told in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkkit import values
from linkkit.errors import SpecError
from linkkit.values import canonical, fields_of, parse

NAMES = st.sampled_from(["surname", "given_name", "date_of_birth", "nombre_é", "x1", "school.code", "my-field"])


@st.composite
def expressions(draw, depth=2):
    inner = draw(NAMES) if depth == 0 else draw(st.one_of(NAMES, expressions(depth=depth - 1)))
    shape = draw(
        st.sampled_from(["soundex({})", "first({}, 3)", "joined({}, surname)", "year({})", "{}", "qgrams({}, 2)"])
    )
    return shape.format(inner)


@given(expressions())
def test_reading_and_writing_agree(text):
    assert canonical(text) == text
    assert parse(canonical(text)) == parse(text)
    assert canonical(text.replace("(", " ( ").replace(",", " ,  ")) == text


def test_functions_write_expressions():
    assert values.soundex("surname") == "soundex(surname)"
    assert values.first(values.metaphone("surname"), 3) == "first(metaphone(surname), 3)"
    assert values.joined("given_name", values.year("date_of_birth")) == "joined(given_name, year(date_of_birth))"
    assert values.using("pkg.mod:key", "address") == "using(pkg.mod:key, address)"


ONE_COLUMN = "metaphone nysiis digits sorted_words month day whole_date swapped_day_month outward sector area words"


@pytest.mark.parametrize("name", ONE_COLUMN.split())
def test_every_function_of_one_column_writes_itself(name):
    assert getattr(values, name)("surname") == f"{name}(surname)"


@pytest.mark.parametrize("name", ["last", "qgrams", "suffixes"])
def test_every_function_with_a_number_writes_itself(name):
    assert getattr(values, name)("surname", 4) == f"{name}(surname, 4)"


def test_the_fields_an_expression_reads():
    assert fields_of("joined(first(given_name, 1), surname, surname)") == ("given_name", "surname")
    assert fields_of("using(pkg.mod:key, address)") == ("address",)
    assert parse("first(surname, 3)").constants == (3,)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must be a field name or an expression"), ("  ", "must be a field name or an"),
        (3, "must be a field name"), ("7", "got the number 7"),
        ("sondex(surname)", r"unknown function. Did you mean 'soundex'\?"),
        ("soundex(surname", "lacks a closing bracket"), ("soundex(surname))", "something behind its end"),
        ("soundex()", "is not a field name nor an expression"),
        ("(surname)", "is not a field name nor an expression"),
        ("first(surname)", "has 0 numbers inside; it takes 1"), ("first(surname, 0)", "must be whole and at least 1"),
        ("first(surname, 2, 3)", "has 2 numbers inside"),
        ("soundex(surname, given_name)", "has 2 columns inside; it takes 1"),
        ("joined(surname)", "has 1 columns inside; it takes 2 to 16"), ("sur,name", "something behind its end"),
        ("9lives$", "is not a field name"), ("first(surname, -1)", "must be whole and at least 1"),
        ("using(surname, given_name)", "must first name a function, as 'package.module:function'"),
    ],
)  # fmt: skip
def test_mistakes_are_told_in_words(text, message):
    with pytest.raises(SpecError, match=message):
        parse(text)
