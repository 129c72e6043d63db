"""Postcodes, crowded places, UPRN, URN and ODS codes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkkit.errors import DataError, SpecError
from linkkit.prepare import Crowded, OdsCode, UkPostcode, Uprn, Urn
from linkkit.prepare.uk import nhs_number, ods, postcode, uprn, urn

UNIT = st.text("ABDEFGHJLNPQRSTUWXYZ", min_size=2, max_size=2)
POSTCODES = st.builds(
    lambda area, district, letter, sector, unit: f"{area}{district}{letter} {sector}{unit}",
    st.sampled_from(["B", "LS", "M", "SW", "YO", "G"]),
    st.integers(1, 9),
    st.sampled_from(["", "0", "5"]),
    st.integers(0, 9),
    UNIT,
)


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("ls1 4ap", ("LS", "LS1", "LS1 4", "AP")), ("M1 1AE", ("M", "M1", "M1 1", "AE")),
        ("B338TH", ("B", "B33", "B33 8", "TH")), ("CR2 6XH", ("CR", "CR2", "CR2 6", "XH")),
        ("DN55 1PT", ("DN", "DN55", "DN55 1", "PT")), ("W1A 0AX", ("W", "W1A", "W1A 0", "AX")),
        ("EC1A 1BB", ("EC", "EC1A", "EC1A 1", "BB")), ("GIR 0AA", ("GIR", "GIR", "GIR 0", "AA")),
    ],
)  # fmt: skip
def test_the_parts_of_postcodes_of_every_form(written, parts):
    found = postcode.parse(written)
    assert (found.area, found.district, found.sector, found.unit) == parts
    assert parts[0] + "'" not in repr(found)


@given(POSTCODES)
def test_written_in_any_way_a_postcode_is_one(text):
    parts = postcode.parse(text.replace(" ", "").lower())
    assert parts.postcode == text
    assert f"{parts.sector}{parts.unit}" == text


@pytest.mark.parametrize("text", ["", None, "LS1", "LS1 4CP", "LS1 4A", "1LS 4AP", "ZZ99 3VZ", "ABC1 2DE", "LS111 4AP"])
def test_what_is_no_postcode(text):
    assert not postcode.is_valid(text)
    with pytest.raises(DataError, match="no postcode"):
        postcode.parse(text)


@pytest.mark.parametrize(
    ("code", "meaning"),
    [("ZZ99 3VZ", "no fixed abode"), ("zz993wz", "not known"), ("ZZ99 6CZ", "abroad"), ("ZZ99 3GZ", "Wales")],
)
def test_pseudo_postcodes_say_what_they_stand_for(code, meaning):
    assert postcode.pseudo_meaning(code).startswith(meaning)


def test_a_column_of_postcodes(prepared):
    values = ["ls14ap", "YO1O 5DD", "ZZ99 3VZ", "ZZ99 3VZ", "zz996cz", "ZZ99 3WZ", "LS1", "n/a", "homeless"]
    new, change = prepared(UkPostcode("postcode"), values)
    assert new == ["LS1 4AP", "YO10 5DD", *[""] * 7]
    assert dict(change.reasons) == {
        "placeholder": 1, "no fixed abode": 2, "not known": 1, "abroad, by country code": 1, "pseudo-postcode": 1,
        "not a whole postcode": 1,
    }  # fmt: skip
    assert prepared(UkPostcode("postcode", partial="keep"), values)[0][6] == "LS1"


def test_nhs_numbers_in_a_column_of_postcodes_are_refused(prepared):
    with pytest.raises(DataError, match=r"2 of 3 records .* hold an NHS number, not a postcode"):
        prepared(UkPostcode("postcode"), [*nhs_number.synthetic(2), "LS1 4AP"])


def test_what_partial_may_be():
    with pytest.raises(SpecError, match="one of keep, missing"):
        UkPostcode("postcode", partial="drop")


def test_only_places_with_very_many_records_are_crowded(prepared):
    values = [f"LS{n} 4AP" for n in range(1, 99)] + ["LS2 9JT"] * 70 + ["LS3 1AA"] * 70 + ["LS4 1AA"] * 51
    new, change = prepared(Crowded("postcode"), values)
    assert set(values) - set(new) == {"LS2 9JT", "LS3 1AA"}  # 1 % is one of 101; the other has as many records
    assert dict(change.reasons) == {"crowded": 140}
    assert change.notes == ("2 values are shared by more than 50 records",)


def test_a_family_is_no_crowd(prepared):
    values = ["LS2 9JT"] * 6 + [f"LS{n} 4AP" for n in range(1, 99)] * 2
    assert prepared(Crowded("postcode"), values)[0] == values


def test_a_small_file_has_no_crowd(prepared):
    values = ["LS2 9JT"] * 90 + ["LS1 4AP"]
    assert prepared(Crowded("postcode"), values)[0] == values


@pytest.mark.parametrize("options", [{"share": 0}, {"share": 1.5}, {"more_than": 0}, {"more_than": 2.5}])
def test_what_crowded_may_be_told(options):
    with pytest.raises(SpecError, match=r"crowded\("):
        Crowded("postcode", **options)


@given(st.integers(1, 10**12 - 1))
def test_a_uprn_is_one_with_zeros_or_without(number):
    assert uprn.is_valid(number) == (len(set(str(number))) > 1 or number < 1000)
    if uprn.is_valid(number):
        assert uprn.parse(f"{number:012}") == str(number)


@pytest.mark.parametrize("text", ["", None, "1234567890123", "LS1 4AP", "000000000000", "0", "10093397A"])
def test_what_is_no_uprn(text):
    assert not uprn.is_valid(text)
    with pytest.raises(DataError, match="no UPRN"):
        uprn.parse(text)


def test_urns_and_ods_codes():
    assert urn.is_valid("134290")
    assert urn.is_valid(20001)
    assert not urn.is_valid("2074567")
    assert not urn.is_valid("034290")
    assert [ods.parse(code).form for code in ("a81001", "RH8", "rh802", "EE134290")] == [
        "practice", "organisation", "site", "other",
    ]  # fmt: skip
    assert not ods.is_valid("A1")
    assert not ods.is_valid("A" * 13)


@pytest.mark.parametrize(
    ("step", "good", "written"),
    [
        (Uprn("uprn"), "000100062410143", "100062410143"),
        (Urn("urn"), " 134290", "134290"),
        (OdsCode("ods_code"), "a81 001", "A81001"),
    ],
)
def test_columns_of_forms(prepared, step, good, written):
    new, change = prepared(step, [good, "?!", "-1", good], "identifier")
    assert new == [written, "", "", written]
    assert change.made_missing == 2


def test_nhs_numbers_in_a_column_of_uprns_are_refused_though_they_have_its_form(prepared):
    with pytest.raises(DataError, match=r"30 of 30 records .* hold an NHS number, not a UPRN"):
        prepared(Uprn("uprn"), nhs_number.synthetic(30), "identifier")
    few = nhs_number.synthetic(3)
    assert prepared(Uprn("uprn"), few, "identifier")[0] == few  # of so few, a check digit may be chance


def test_a_column_of_other_codes_is_refused(prepared):
    with pytest.raises(DataError, match="none of the 2 records"):
        prepared(Urn("urn"), ["school a", "school b"], "identifier")
