"""Identifiers as columns: the same as one value at a time, for columns of any library."""

from __future__ import annotations

import datetime
import decimal
import random
import uuid

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkkit.errors import DataError, SpecError
from linkkit.prepare import Name, uk
from linkkit.prepare._column import Column

MODULES = {
    "nhs_number": uk.nhs_number, "chi": uk.chi, "upn": uk.upn, "postcode": uk.postcode, "uprn": uk.uprn,
    "urn": uk.urn, "ods": uk.ods, "sex": uk.sex, "ethnicity": uk.ethnicity, "names": uk.names,
}  # fmt: skip
# Of every kind, right and wrong, in many writings.
VALUES = [
    *uk.nhs_number.synthetic(3), "450 557 7104", "4505577105", "0211165794", "402070763", "B801200005001", "ls1 4ap",
    "A801200005001", "ZZ99 3VZ", "ZZ99 6CZ", "000010093397", "134290", "134290.0", "rh8 02", "1", "2", "9", "M", "X",
    "A", "WBRI", "Z", "99", "n/a", "NA", "-1", "Smith-Jones", "O'Neill", "Baby", "Twin2", "Smith (nee Jones)", "?", "é",
    "9999999999", "0101010000", "X80120000A001",
]  # fmt: skip
TEXTS = st.lists(st.one_of(st.sampled_from([*VALUES, None, "", " "]), st.text(max_size=14)), max_size=12)


def _one(function, value):
    try:
        found = function(value)
    except DataError:
        return None
    return found


def _rows(table):
    return [None if pd.isna(first) else row for first, row in zip(table.iloc[:, 0], table.values.tolist(), strict=True)]


def _said(found, table):
    """The parts of one value as a row of the table has them."""
    if found is None or found == ():
        return None
    held = vars(found) if hasattr(found, "__dict__") else None
    return [getattr(found, name) for name in table.columns] if held else found


@pytest.mark.parametrize("name", MODULES)
@settings(max_examples=12, deadline=None)
@given(values=TEXTS)
def test_a_column_says_what_its_values_say_one_by_one(name, values):
    module = MODULES[name]
    assert module.is_valid_column(values).tolist() == [module.is_valid(value) for value in values]
    assert module.normalise_column(values).tolist() == [module.normalise(value) or None for value in values]
    table = module.parse_column(values)
    assert len(table) == len(values)
    alone = [_one(module.parse, value) for value in values]
    if name in ("uprn", "urn"):
        assert table["number"].tolist() == alone
    elif name == "names":
        assert table["parts"].tolist() == [parts or None for parts in alone]
    elif name == "sex":
        assert table["meaning"].tolist() == alone
    elif name == "ethnicity":
        assert table["group"].tolist() == [None if parts is None else parts.group for parts in alone]
        assert table["label"].tolist() == [None if parts is None else parts.label for parts in alone]
    else:
        assert _rows(table) == [_said(parts, table) for parts in alone]


def _columns(values):
    made = [values, tuple(values), np.array(values, object), pa.array(values), pa.chunked_array([values])]
    made += [pd.Series(values), pd.Series(values).astype("category"), pd.Series(values, dtype="string")]
    return [*made, pa.array(values).dictionary_encode()]


def test_columns_of_any_library_are_one():
    values = ["450 557 7104", "4505577105", None, "450 557 7104"]
    for column in _columns(values):
        assert uk.nhs_number.is_valid_column(column).tolist() == [True, False, False, True], type(column)
        written = uk.nhs_number.normalise_column(column).tolist()
        assert written == ["4505577104", "4505577105", None, "4505577104"], type(column)
        regions = uk.nhs_number.parse_column(column)["region"].tolist()
        assert regions == ["england_wales", None, None, "england_wales"], type(column)


def test_columns_of_polars_are_read():
    polars = pytest.importorskip("polars")
    assert uk.postcode.is_valid_column(polars.Series(["ls1 4ap", None, "x"])).tolist() == [True, False, False]


@pytest.mark.parametrize(
    "values",
    [
        [4505577104.0, None, float("nan")],
        [4505577104, None, pd.NA],
        [4505577104, "n/a", pd.NaT],
        ["4505577104.0", "", " "],
    ],
    ids=str,
)
def test_numbers_and_every_kind_of_missing_value(values):
    assert uk.nhs_number.is_valid_column(values).tolist() == [True, False, False]
    assert uk.nhs_number.normalise_column(values).tolist()[::2] == ["4505577104", None]


def test_an_index_stays():
    column = pd.Series(["ls1 4ap", None], index=["b", "a"], name="home")
    written, parts = uk.postcode.normalise_column(column), uk.postcode.parse_column(column)
    assert (written.index.tolist(), written.name, parts.index.tolist()) == (["b", "a"], "home", ["b", "a"])
    frame = pd.DataFrame({"home": column})
    assert frame[uk.postcode.is_valid_column(frame["home"])].index.tolist() == ["b"]


def test_options_hold_for_columns():
    made_up = uk.nhs_number.synthetic(2)
    assert not uk.nhs_number.is_valid_column(made_up).any()
    assert uk.nhs_number.is_valid_column(made_up, regions=["synthetic"]).all()
    assert uk.names.is_valid_column(["Mother"], kind="given_name").tolist() == [False]
    assert uk.sex.parse_column(["F", "9"], system="dfe")["meaning"].tolist() == ["f", None]
    with pytest.raises(SpecError, match="system"):
        uk.sex.is_valid_column(["F"], system="scotland")


def test_an_empty_column_has_all_parts():
    assert uk.chi.parse_column([]).columns.tolist() == ["number", "day", "month", "year", "sex"]
    assert uk.upn.is_valid_column(pd.Series([], dtype=object)).tolist() == []


@pytest.mark.parametrize("name", MODULES)
@pytest.mark.parametrize(
    "values", [pd.Series(["4505577104"]), ["a", "b"], np.array(["x"]), pa.array(["x"]), pa.chunked_array([["x"]]), ()],
    ids=lambda one: type(one).__name__,
)  # fmt: skip
def test_a_column_is_no_value(name, values):
    for function in ("is_valid", "normalise", "parse"):
        with pytest.raises(SpecError, match=r"One value is wanted.*is_valid_column, normalise_column and parse_column"):
            getattr(MODULES[name], function)(values)


@pytest.mark.parametrize("name", MODULES)
@pytest.mark.parametrize("value", ["4505577104", 3, None, pd.DataFrame({"a": ["x"]}), pa.table({"a": ["x"]}), {"a": 1}])
def test_a_value_or_a_table_is_no_column(name, value):
    for function in ("is_valid_column", "normalise_column", "parse_column"):
        with pytest.raises(SpecError, match=r"A column is wanted.*is_valid, normalise and parse"):
            getattr(MODULES[name], function)(value)


@pytest.mark.parametrize("name", MODULES)
@pytest.mark.parametrize(
    "value", [None, float("nan"), np.float64("nan"), pd.NA, pd.NaT, "", pa.scalar(None, pa.string())]
)
def test_missing_is_missing(name, value):
    module = MODULES[name]
    assert not module.is_valid(value)
    assert module.normalise(value) == ""


def test_values_of_arrow_and_numpy_are_values():
    assert uk.nhs_number.is_valid(pa.scalar("4505577104"))
    assert uk.nhs_number.is_valid(np.int64(4505577104))
    assert uk.nhs_number.is_valid(np.str_("4505577104"))


OBJECTS = [
    -0.0, 0.0, 9.0, 1.5, float("inf"), 10**30, 4505577104.0, np.float32(9), np.int8(1), True, decimal.Decimal("9"),
    datetime.date(1900, 1, 1), datetime.datetime(1900, 1, 1), datetime.datetime(1900, 1, 1, 5, 6),
    pd.Timestamp("1900-01-01"), pd.Timestamp("1900-01-01 05:06"), np.datetime64("1900-01-01"),
    uuid.UUID(int=100023336956), b"4505577104", bytearray(b"LS1 4AP"), "Zo\u00eb".encode(), pd.NA, None,
    np.datetime64("NaT", "D"),
]  # fmt: skip


@pytest.mark.parametrize("name", MODULES)
@pytest.mark.parametrize("value", OBJECTS, ids=repr)
def test_an_object_says_the_same_alone_and_in_a_column(name, value):
    module = MODULES[name]
    for column in ([value], pd.Series([value], dtype=object), [value, None], [value, "x"]):
        assert module.is_valid_column(column)[0] == module.is_valid(value)
        assert module.normalise_column(column)[0] == (module.normalise(value) or None)
        assert len(module.parse_column(column)) == len(column)


MARKED = st.text(
    st.sampled_from("oO'-. 12\u0439\u0131\xdf\xe9\u0301\u0308\u0327\u0e44\u0915\u03b1\u200d\u2019"), max_size=8
)


@pytest.mark.parametrize("name", MODULES)
@settings(max_examples=15, deadline=None)
@given(values=st.lists(MARKED, min_size=10, max_size=40))
def test_what_is_written_alike_stays_as_it_is(name, values):
    module = MODULES[name]
    written = module.normalise_column(["O'\u0301ri\xe9", *values])
    again = module.normalise_column(written)
    assert again.tolist() == written.tolist()


def test_bytes_are_the_text_that_they_are():
    assert uk.nhs_number.normalise(b"450 557 7104") == "4505577104"
    column = pd.Series([b"4505577104", b"450 557 7104", None])
    assert uk.nhs_number.normalise_column(column).tolist() == ["4505577104", "4505577104", None]
    assert uk.identify([b"4505577104", "ls1 4ap", None]) == {"NHS number": 1, "postcode": 1}
    with pytest.raises(DataError, match=r"bytes that are no text in UTF-8"):
        uk.names.normalise("Zo\u00eb".encode("latin-1"))
    with pytest.raises(DataError, match=r"in 1 of 2 records \(row 2\) they are no text in UTF-8"):
        uk.names.normalise_column([b"Ann", "Zo\u00eb".encode("latin-1")])


@pytest.mark.parametrize("name", MODULES)
def test_a_column_of_lists_is_refused(name):
    for column in (pa.array([["x"]]), pa.array([{"a": 1}]), pd.Series([["x"], ["y"]]), [["x"], ["y"]]):
        for function in ("is_valid_column", "normalise_column", "parse_column"):
            with pytest.raises(SpecError, match=r"A column of single values is wanted; got (list|struct)"):
                getattr(MODULES[name], function)(column)


def test_a_column_is_read_once_for_each_distinct_value():
    values = random.Random(1).choices(uk.nhs_number.synthetic(5), k=200_000)
    assert uk.nhs_number.is_valid_column(pa.array(values), regions=["synthetic"]).all()


@pytest.mark.parametrize("day", [datetime.date(1801, 1, 1), datetime.datetime(1801, 1, 1), pd.Timestamp("1801-01-01"),
                                 "01/01/1801", "1801-01-01", "1 Jan 1801", "1801-01-01 00:00:00"], ids=str)  # fmt: skip
def test_default_days_are_known_in_any_writing(day):
    assert uk.dates.meaning(day) == "invalid"


def test_other_default_days_and_days_that_are_days():
    assert uk.dates.meaning(datetime.date(1582, 10, 15)) == "invalid"
    assert uk.dates.meaning("01/01/1600") == "not known"
    assert [uk.dates.meaning(day) for day in ("01/02/1801", "2001-12-25", "?", "", None, pd.NaT)] == [""] * 6


@pytest.mark.parametrize("name", ["Twin2", "twin 2", "BBY", "Bby", "Deceased", "TRIPLET3", "Baby1", "bby girl"])
def test_names_that_are_none(name):
    assert not uk.names.is_valid(name, "given_name")
    column = Column("", "given_name", "given_name", pa.array([name]), np.ones(1, np.int64))
    assert Name("given_name").clean(column).values.to_pylist() == [""]


@pytest.mark.parametrize("name", ["Twinkle", "Bobby", "Babette", "Infanta", "Quadir"])
def test_names_that_are_names(name):
    assert uk.names.is_valid(name, "given_name")


@pytest.mark.parametrize(
    ("one", "other", "relation"),
    [
        ("McDonald", "MacDonald", "same"), ("Mc Donald", "Mac Donald", "same"),
        ("MacDonald-Lee", "McDonald", "shared part"), ("Macy", "Mcy", "different"), ("Mack", "Mck", "different"),
        ("MacDonald", "Donald", "different"), ("Smith (nee Jones)", "Smith", "same"),
        ("Smith née Jones", "Jones", "shared part"), ("Smith (née Jones)", "Smith nee Poe", "same"),
        ("Lee (nee Jones)", "Smith (nee Jones)", "shared part"), ("Nee", "Nee", "same"),
        ("Renee Smith", "Smith", "shared part"),
    ],
)  # fmt: skip
def test_surnames_that_are_one(one, other, relation):
    assert uk.names.surname_relation(one, other) == uk.names.surname_relation(other, one) == relation


def test_a_name_of_birth_is_no_part_of_the_surname():
    assert uk.names.parse("Smith (nee Jones)") == ("smith",)
    assert uk.names.parse("Nee") == ("nee",)
    assert uk.names.normalise_column(["Smith née Jones", "Nee Smith"]).tolist() == ["smith", "nee smith"]
