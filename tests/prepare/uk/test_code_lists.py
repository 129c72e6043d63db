"""Codes of sex and ethnic group, default dates, and the rules with their sources."""

from __future__ import annotations

import pytest

from linkkit.errors import DataError, SpecError
from linkkit.prepare import DefaultDate, Ethnicity, SexCode
from linkkit.prepare.uk import dates, ethnicity, rules, sex, table

TABLES = ("nhs_number_ranges", "upn_authorities", "pseudo_postcodes", "sex_codes", "ethnicity_codes", "default_dates")


def test_every_rule_has_its_source_and_date():
    assert {rule.identifier for rule in rules()} == {
        "nhs_number", "chi", "upn", "postcode", "uprn", "urn", "ods", "sex", "ethnicity", "dates", "names"
    }  # fmt: skip
    for rule in rules():
        assert rule.says, rule
        assert rule.source, rule
        assert rule.dated[:4].isdecimal(), rule
        assert 2000 <= int(rule.dated[:4]) <= 2026, rule
    assert {(rule.identifier, rule.rule) for rule in rules() if not rule.checked} == {
        ("ods", "practice"), ("ethnicity", "other dfe codes"), ("uprn", "leading zero"), ("urn", "children's centres")
    }  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_tables_are_whole_and_have_a_rule_that_says_where_they_are_from(name):
    rows = table(name)
    assert len({tuple(row.values()) for row in rows}) == len(rows)
    assert all(None not in row and None not in row.values() for row in rows)
    assert any(f"table {name}" in rule.says for rule in rules())


def test_both_lists_of_ethnic_groups_reach_the_five_groups():
    for system in ("nhs", "dfe"):
        groups = {row["group"] for row in table("ethnicity_codes") if row["system"] == system}
        assert groups - {""} == set(ethnicity.GROUPS)
    assert len([row for row in table("ethnicity_codes") if row["system"] == "nhs" and row["group"]]) == 16


@pytest.mark.parametrize(("nhs", "dfe"), [("A", "WBRI"), ("R", "CHNE"), ("J", "APKN"), ("S", "OOTH"), ("F", "MWAS")])
def test_the_two_lists_meet_in_groups(nhs, dfe):
    assert ethnicity.parse(nhs).group == ethnicity.parse(dfe, "dfe").group != ""


def test_a_column_of_ethnic_groups(prepared):
    new, change = prepared(Ethnicity("ethnic_group"), ["A", "a1", "R", "Z", "99", "99", "Q", "n/a", "X"])
    assert new == ["white", "white", "asian", *[""] * 6]
    assert dict(change.reasons) == {
        "placeholder": 1, "not a code of ethnic group": 1, "not stated": 1, "not known": 2, "not known (HES)": 1
    }  # fmt: skip
    assert prepared(Ethnicity("ethnic_group", to="code"), ["a1", "Z", "R"])[0] == ["A", "", "R"]


def test_dfe_codes(prepared):
    new, change = prepared(Ethnicity("ethnic_group", system="dfe"), ["wirt", "WROM", "REFU", "CHNE", "WENG"])
    assert new == ["white", "white", "", "asian", ""]
    assert dict(change.reasons) == {"not a code of ethnic group": 1, "refused": 1}


def test_codes_of_another_system_are_refused_with_its_name(prepared):
    with pytest.raises(DataError, match=r'3 of 3 records .*3 are codes of system="dfe"'):
        prepared(Ethnicity("ethnic_group"), ["WBRI", "WBRI", "CHNE"])
    with pytest.raises(DataError, match=r'2 are codes of system="nhs"'):
        prepared(SexCode("sex", system="dfe"), ["1", "2"])


def test_words_are_refused_as_codes(prepared):
    with pytest.raises(DataError, match="hold no code of ethnic group") as error:
        prepared(Ethnicity("ethnic_group"), ["White British", "Chinese"])
    assert "Chinese" not in str(error.value)


@pytest.mark.parametrize(
    ("system", "codes", "expected"),
    [
        ("nhs", ["1", "2", "0", "9", "X"], ["m", "f", "", "", ""]),
        ("nhs", [1.0, 2.0], ["m", "f"]),
        ("hes", ["1", "2", "9", "0"], ["m", "f", "", ""]),
        ("dfe", ["m", "F", "U"], ["m", "f", ""]),
    ],
)
def test_codes_of_sex(prepared, system, codes, expected):
    assert prepared(SexCode("sex", system=system), codes)[0] == expected
    assert [sex.parse(code, system) for code in codes] == expected


def test_what_is_no_code():
    with pytest.raises(DataError, match="no code of sex") as error:
        sex.parse("male-ish")
    assert "ish" not in str(error.value)
    with pytest.raises(DataError, match="no code of ethnic group"):
        ethnicity.parse("WBRI")
    for make in (SexCode, Ethnicity):
        with pytest.raises(SpecError, match=r"system=\) must be one of nhs"):
            make("sex", system="scotland")
    with pytest.raises(SpecError, match=r"to=\) must be one of group, code"):
        Ethnicity("ethnic_group", to="18")


def test_default_dates(prepared):
    new, change = prepared(DefaultDate("date_of_birth"), ["1800-01-01", "1801-01-01", "1582-10-15", "2001-01-01"])
    assert new == ["", "", "", "2001-01-01"]
    assert dict(change.reasons) == {"default date: not known": 1, "default date: invalid": 2}
    assert dates.meaning("1600-01-01") == "not known"


@pytest.mark.parametrize("missing", ["n/a", "NK", "na", "-1", "-9", "not known"])
def test_a_rest_of_text_is_no_code(prepared, missing):
    """``n/a`` is not N, Black African, and -1 is not 1, male."""
    assert prepared(Ethnicity("ethnic_group"), ["A", missing])[0] == ["white", ""]
    assert prepared(SexCode("sex"), ["2", missing])[0] == ["f", ""]
    assert not ethnicity.is_valid(missing)
    assert not sex.is_valid(missing)
