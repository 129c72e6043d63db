"""Sex, postcodes, addresses, contacts, identifiers, numbers."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkkit.dataset import Dataset
from linkkit.errors import SpecError
from linkkit.prepare import Address, Email, HouseNumber, Identifier, Number, Phone, Postcode, Sex, Text, prepare

ALL = (Address, Email, HouseNumber, Identifier, Number, Phone, Postcode, Sex, Text)


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (["M", "f", "Male", "FEMALE", "Boy", "girl"], ["m", "f", "m", "f", "m", "f"]),
        (["1", "2", "0", "9", "9.0", "01"], ["m", "f", "", "", "", "m"]),
        ([1, 2, 9], ["m", "f", ""]),
        (["M", "F", "X", "Non-binary", "other"], ["m", "f", "x", "x", "x"]),
        (["M", "F", "U", "unknown", "not stated", "?", None], ["m", "f", "", "", "", "", ""]),
        (["0", "1", "1"], ["0", "1", "1"]),
    ],
)
def test_sex(prepared, codes, expected):
    assert prepared(Sex("sex"), codes)[0] == expected


def test_zero_and_one_do_not_say_which(prepared):
    _, change = prepared(Sex("sex"), ["0", "1"])
    assert "do not say which" in change.notes[0]


def test_other_codes_of_sex_are_counted(prepared):
    values, change = prepared(Sex("sex"), ["M", "F", "Q7", "Q7"])
    assert values[2:] == ["x", "x"]
    assert change.notes == ("other codes in 2 records, read as x",)


def test_codes_of_which_none_is_known_stay(prepared):
    values, change = prepared(Sex("sex"), ["Herr", "Frau"])
    assert values == ["herr", "frau"]
    assert change.notes == ("no code is known; the codes stay",)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("ls1 4ap", "LS1 4AP"), ("LS14AP", "LS1 4AP"), ("LS1  4AP", "LS1 4AP"), ("L.S.1-4AP", "LS1 4AP"),
        ("M13 9PL", "M13 9PL"), ("ec1a 1bb", "EC1A 1BB"), ("W1A 0AX", "W1A 0AX"), ("GIR 0AA", "GIR 0AA"),
        ("YO1O 5DD", "YO10 5DD"), ("LS1 4ap.", "LS1 4AP"), ("LSI 4AP", "LS1 4AP"), ("M13 OPL", "M13 0PL"),
        ("0X1 4AP", "OX1 4AP"), ("SW1A1AA", "SW1A 1AA"), ("LS1", "LS1"), ("ZZ99 3VZ", ""), ("zz993wz", ""),
        ("unknown", ""), ("XX1 1XX", ""), ("ＬＳ１ 4AP", "LS1 4AP"), ("00000", ""),
    ],
)  # fmt: skip
def test_uk_postcodes(prepared, written, expected):
    values, _ = prepared(Postcode("postcode"), [written, "LS2 9JT", "BD7 1DP"])
    assert values == [expected, "LS2 9JT", "BD7 1DP"]


def test_what_was_done_to_postcodes_is_said(prepared):
    _, change = prepared(Postcode("postcode"), ["YO1O 5DD", "LS2 9JT", "LS2 9JT", "S1", "ZZ99 3VZ", "n/a"])
    assert change.reasons == {"placeholder": 1, "pseudo-postcode": 1}
    assert change.notes == (
        "read as UK postcodes, as most values look",
        "O and 0, I and 1 put right in 1 records",
        "1 records are partial or not of the UK form; kept",
    )


def test_zip_codes(prepared):
    assert prepared(Postcode("postcode"), ["00501", "10001-1234", "100011234", "501.0", "00000", "1234"])[0] == [
        "00501", "10001", "10001", "501", "", "01234",
    ]  # fmt: skip


def test_other_postcodes(prepared):
    assert prepared(Postcode("postcode"), ["1234 ab", "D-10115", "2119", "K1A 0B1"])[0] == [
        "1234 AB",
        "D10115",
        "2119",
        "K1A 0B1",
    ]


@pytest.mark.parametrize(
    "alike",
    [
        ["1, Windsor Road", "1 WINDSOR ROAD", "1 Windsor Rd.", "1  windsor rd", "1,Windsor Road,"],
        ["Flat 2, 5 High Street", "Apt 2 5 High St", "Apartment 2, 5 High St.", "FLT 2 5 HIGH STREET", "#2, 5 High St"],
        ["10 St John's Road", "10 Saint Johns Rd", "10 ST. JOHNS ROAD", "10 St John’s Rd"],
        ["St Mary's Ave", "Saint Marys Avenue"],
        ["No. 5 Church Lane", "5 Church Ln", "no 5, church lane"],
        ["3 Oak Dr", "3 Oak Drive"],
        ["12 Émile Zola Cres", "12 Emile Zola Crescent"],
    ],
)
def test_addresses_written_differently_are_alike(prepared, alike):
    assert len(set(prepared(Address("address"), alike)[0])) == 1


def test_addresses_of_any_script_stay(prepared):
    assert prepared(Address("address"), ["東京都千代田区1-1", "Улица Ленина, 5"])[0] == [
        "東京都千代田区1 1",
        "улица ленина 5",
    ]


def test_no_fixed_abode_is_missing(prepared):
    assert prepared(Address("address"), ["No fixed abode", "NFA", "1 High St"])[0] == ["", "", "1 high street"]


def test_house_numbers(prepared):
    written = ["12", "12 A", "012", "12.0", "No. 12", "Flat 3", "12-14", "Rose Cottage", "0"]
    expected = ["12", "12a", "12", "12", "12", "3", "12 14", "rose cottage", ""]
    assert prepared(HouseNumber("house_number"), written)[0] == expected


def test_email(prepared):
    values, change = prepared(Email("email"), [" Ann@X.org", "mailto:bo@x.org", "none@none.com", "n/a", "ann.x.org"])
    assert values == ["ann@x.org", "bo@x.org", "", "", "ann.x.org"]
    assert change.notes == ("1 records do not have the form of an e-mail address; kept",)


@pytest.mark.parametrize(
    "written", ["0113 496 0000", "+44 113 4960000", "+44 (0)113 496-0000", "00441134960000", "441134960000"]
)
def test_phones_are_alike(prepared, written):
    assert prepared(Phone("phone"), [written])[0] == ["01134960000"]


def test_phones_that_are_none(prepared):
    values, change = prepared(Phone("phone"), ["00000000000", "n/a", "123", "07700900123"])
    assert values == ["", "", "", "07700900123"]
    assert change.reasons == {"placeholder": 1, "no number": 2}


def test_identifiers(prepared):
    values, change = prepared(
        Identifier("nhs_number"),
        ["943 476 5919", "943-476-5919", "9434765919.0", "1111111111", "1234567890", "unknown", "a12b"],
    )
    assert values == ["9434765919"] * 3 + ["", "", "", "A12B"]
    assert change.reasons == {"placeholder": 1, "repeated or counted digits": 2}


def test_numbers(prepared):
    values, change = prepared(Number("age"), ["12", "12.0", "012", "1,200", "-0.50", "+7", "x7", "n/a", "٤٢"])
    assert values == ["12", "12", "12", "1200", "-0.5", "7", "", "", "42"]
    assert change.reasons == {"placeholder": 1, "not a number": 1}


def test_text_choices(prepared):
    assert prepared(Text("town"), ["Stoke-on-Trent", "KING'S LYNN", "n/a"])[0] == ["stoke on trent", "kings lynn", ""]
    assert prepared(Text("town", punctuation="keep", case="upper", accents=False), ["Zü-rich"])[0] == ["ZÜ-RICH"]
    assert prepared(Text("town", punctuation="remove", case="keep"), ["Stoke-on-Trent"])[0] == ["StokeonTrent"]
    assert prepared(Text("town", placeholders=False), ["unknown", "--"])[0] == ["unknown", ""]


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Text("town", case="title"), r"text\(case=\) must be one of lower, upper, keep"),
        (lambda: Text("town", punctuation="dots"), r"text\(punctuation=\) must be"),
        (lambda: Postcode("postcode", country="fr"), r"postcode\(country=\) must be one of uk, us, other; got 'fr'"),
        (lambda: Sex([]), r"sex\(fields=\) needs the name of at least one field"),
        (lambda: Sex([3]), r"sex\(fields=\) needs"),
    ],
)
def test_wrong_arguments_are_told_at_once(build, message):
    with pytest.raises(SpecError, match=message):
        build()


@given(
    st.sampled_from(ALL), st.lists(st.text(alphabet="aZ0159 -.'/+@é字’#\t\u200b", max_size=9), min_size=1, max_size=6)
)
def test_preparing_twice_changes_nothing_more(step, values):
    dataset = Dataset(pd.DataFrame({"id": range(len(values)), "column": values}), fields={"postcode": "column"})
    once = prepare(dataset, [step("postcode")])
    again = prepare(once, [step("postcode")])
    assert once.to_pandas().equals(again.to_pandas())
