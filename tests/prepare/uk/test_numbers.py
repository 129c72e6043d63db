"""NHS numbers, CHI numbers and UPNs: published examples, check digits, ranges, other implementations."""

from __future__ import annotations

import datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkkit.dataset import Dataset
from linkkit.errors import DataError, SpecError
from linkkit.fields import Field
from linkkit.prepare import Chi, NhsNumber, Upn, prepare
from linkkit.prepare.uk import chi, nhs_number, upn

ALL = nhs_number.REGIONS
LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"


def with_check_digit(nine):
    """Return the number of nine digits by the five steps of the NHS Data Dictionary, or None where there is none."""
    rest = sum(int(digit) * weight for digit, weight in zip(nine, range(10, 1, -1), strict=True)) % 11
    check = 0 if rest == 0 else 11 - rest
    return None if check == 10 else f"{nine}{check}"


def kept(step, values):
    """Return the values of a column that a step keeps."""
    table = pd.DataFrame({"id": range(len(values)), "column": values})
    return (
        prepare(Dataset(table, fields={"a": Field("column", "identifier")}), [step]).to_pandas()["a"].dropna().tolist()
    )


def nines(low, high):
    """Return nine digits whose number starts between two numbers of three digits and has a check digit."""
    bodies = st.integers(low * 10**6, high * 10**6 + 999_999).map(lambda number: f"{number:09}")
    return bodies.filter(with_check_digit).map(with_check_digit).filter(lambda number: len(set(number)) > 1)


@st.composite
def chis(draw):
    born = draw(st.dates(datetime.date(1930, 1, 1), datetime.date(2026, 1, 1)))
    return draw(
        st.integers(0, 999)
        .map(lambda rest: f"{born:%d%m%y}{rest:03}")
        .filter(with_check_digit)
        .map(with_check_digit)
        .filter(lambda number: len(set(number)) > 1)
    )


@st.composite
def upns(draw):
    last = draw(st.sampled_from("0123456789" + LETTERS))
    rest = f"{draw(st.integers(0, 10**11 - 1)):011}{last}"
    return upn.check_letter(rest) + rest


@pytest.mark.parametrize(
    "number", ["943 476 5919", "9434765919", "943-476-5919", "9434765919.0", "９４３４７６５９１９"]
)
def test_the_example_of_the_nhs_however_written(number):
    assert nhs_number.normalise(number) == "9434765919"
    assert nhs_number.is_valid(number, ALL)
    assert not nhs_number.is_valid(number)  # of the range that is never issued


@pytest.mark.parametrize("number", ["401 023 2137", "4505577104"])
def test_numbers_that_may_be_issued(number):
    assert nhs_number.is_valid(number)
    assert nhs_number.parse(number).region == "england_wales"


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("", "not ten digits"), (None, "not ten digits"), ("943476591", "not ten digits"), ("94347659190", "not ten"),
        ("943476591X", "not ten digits"), ("9434765918", "wrong check digit"), ("4444444444", "repeated digits"),
        ("1111111111", "repeated digits"), ("0000000000", "repeated digits"), ("5000000000", "check digit"),
    ],
)  # fmt: skip
def test_what_is_no_nhs_number_and_why(number, why):
    assert not nhs_number.is_valid(number, ALL)
    with pytest.raises(DataError, match=why) as error:
        nhs_number.parse(number)
    assert not number or str(number) not in str(error.value)


def test_the_range_that_is_not_issued():
    (number,) = [found for nine in ("500000001", "500000003") if (found := with_check_digit(nine))][:1]
    with pytest.raises(DataError, match="range that is not issued"):
        nhs_number.parse(number)


def test_digits_whose_check_digit_would_be_ten_make_no_number():
    assert with_check_digit("123456789") is None
    nine = next(str(body) for body in range(400_000_001, 400_000_099) if with_check_digit(str(body)) is None)
    assert not any(nhs_number.is_valid(f"{nine}{digit}", ALL) for digit in range(10))


@given(nines(400, 499) | nines(600, 799))
def test_generated_numbers_are_valid_and_no_single_wrong_digit_is(number):
    wrong = [
        number[:place] + digit + number[place + 1 :]
        for place in range(10)
        for digit in "0123456789"
        if digit != number[place]
    ]
    assert kept(NhsNumber("a", regions=ALL), [number, *wrong]) == [number]


@given(nines(400, 499))
def test_two_neighbours_changed_over_are_seen(number):
    swapped = {number[:place] + number[place + 1] + number[place] + number[place + 2 :] for place in range(9)}
    assert kept(NhsNumber("a", regions=ALL), [number, *(swapped - {number})]) == [number]


@given(st.from_regex(r"[0-9]{10}", fullmatch=True) | nines(10, 999))
def test_nhs_numbers_agree_with_other_implementations(number):
    stdnum = pytest.importorskip("stdnum.gb.nhs")
    theirs = pytest.importorskip("nhs_number")
    judged = nhs_number._judged(nhs_number.tight(nhs_number.one_text(number)), ALL).faults
    if len(set(number)) > 1:  # stdnum takes 1111111111 for a number
        assert judged["wrong check digit"][0] != stdnum.is_valid(number)
        assert judged["wrong check digit"][0] != (theirs.calculate_checksum(number[:9]) == int(number[9]))
    if nhs_number.is_valid(number):
        assert theirs.REGION_ENGLAND_WALES_IOM.contains_number(number)
    if nhs_number.is_valid(number, ["synthetic"]):
        assert theirs.REGION_SYNTHETIC.contains_number(number)


@given(st.integers(0, 9_000), st.integers(0, 30))
def test_synthetic_numbers_are_valid_distinct_and_nobodys(start, count):
    numbers = nhs_number.synthetic(count, start)
    assert len(set(numbers)) == count
    for number in numbers:
        assert number.startswith("999")
        assert nhs_number.is_valid(number, ["synthetic"])
        assert not nhs_number.is_valid(number)


def test_the_last_synthetic_numbers():
    numbers = nhs_number.synthetic(909_000)
    assert len(set(numbers)) == 909_000
    assert numbers[-1] < "9999999999"


def test_more_synthetic_numbers_than_there_are():
    with pytest.raises(SpecError, match="must lie within"):
        nhs_number.synthetic(1_000_000)
    with pytest.raises(SpecError, match="whole numbers from 0"):
        nhs_number.synthetic(-1)


def test_a_column_of_nhs_numbers(prepared):
    scottish = "0211165794"
    values = ["401 023 2137", "4010232137", "4010232138", "4444444444", "9434765919", "n/a", "12", scottish, None]
    new, change = prepared(NhsNumber("nhs_number"), [*values, "450 557 7104", "4505577104", "4505577104"])
    assert new == ["4010232137", "4010232137", *[""] * 7, *["4505577104"] * 3]
    assert dict(change.reasons) == {
        "placeholder": 1, "is a CHI number": 1, "not ten digits": 1, "repeated digits": 1, "wrong check digit": 1,
        "synthetic number, never issued": 1,
    }  # fmt: skip


def test_a_column_of_chi_numbers_is_refused_as_nhs_numbers(prepared):
    with pytest.raises(DataError) as error:
        prepared(NhsNumber("nhs_number"), ["0211165794", "0402070763", "4010232137", "unknown"])
    message = str(error.value)
    assert "2 of 3 records that hold the field 'nhs_number' hold a CHI number, not an NHS number" in message
    assert 'prepare.Chi("chi_number")' in message
    assert "0211165794" not in message


def test_a_column_of_upns_is_refused_as_nhs_numbers(prepared):
    with pytest.raises(DataError, match="hold a UPN, not an NHS number"):
        prepared(NhsNumber("nhs_number"), ["B801200005001"])


def test_a_column_of_nhs_numbers_is_refused_as_upns_and_as_chi_numbers(prepared):
    for step in (Upn("upn"), Chi("chi")):
        with pytest.raises(DataError, match="hold an NHS number"):
            prepared(step, ["4010232137", "4505577104"], "identifier")


def test_a_column_of_synthetic_numbers_says_what_to_do(prepared):
    numbers = nhs_number.synthetic(3)
    with pytest.raises(DataError, match=r"synthetic number, never issued 3.*regions=\[\.\.\.\]"):
        prepared(NhsNumber("nhs_number"), numbers)
    assert prepared(NhsNumber("nhs_number", regions=["synthetic"]), numbers)[0] == numbers


def test_chi_numbers_are_taken_where_the_step_is_told_so(prepared):
    step = NhsNumber("nhs_number", regions=["england_wales", "scotland"])
    assert prepared(step, ["0211165794", "4010232137"])[0] == ["0211165794", "4010232137"]


def test_a_column_of_placeholders_is_no_mistake(prepared):
    assert prepared(NhsNumber("nhs_number"), ["n/a", "unknown"])[0] == ["", ""]


@pytest.mark.parametrize("regions", [[], ["scottland"], "wales"])
def test_regions_that_are_none(regions):
    with pytest.raises(SpecError, match=r"regions=\) must be some of england_wales"):
        NhsNumber("nhs_number", regions=regions)


@pytest.mark.parametrize(
    ("number", "valid"),
    [
        ("0211165794", True), ("402070763", True), ("0402070763", True), ("9999999999", False), ("00402070763", False),
        ("0101010000", False), ("Missing CHI", False), (None, False), ("", False),
    ],
)  # fmt: skip
def test_the_examples_of_public_health_scotland(number, valid):
    assert chi.is_valid(number) == valid


@given(chis())
def test_generated_chi_numbers_are_valid_and_say_what_they_hold(number):
    parts = chi.parse(number)
    assert f"{parts.day:02}{parts.month:02}{parts.year:02}" == number[:6]
    assert parts.sex == ("m" if int(number[8]) % 2 else "f")
    wrong = number[:9] + str((int(number[9]) + 1) % 10)
    assert not chi.is_valid(wrong)
    assert nhs_number.is_valid(number, ["scotland"])


@pytest.mark.parametrize("born", ["300224", "310401", "000101", "320101", "011301", "290223"])
def test_chi_numbers_of_days_that_are_none(born):
    numbers = [with_check_digit(f"{born}{rest:03}") for rest in range(100, 120)]
    assert not any(chi.is_valid(number) for number in numbers if number)


def test_the_29th_of_february_of_a_leap_year():
    assert any(
        chi.is_valid(with_check_digit(f"290224{rest}")) for rest in (123, 124) if with_check_digit(f"290224{rest}")
    )


def test_what_contradicts_a_chi_number():
    assert chi.contradictions("0211165794", "2016-11-02", "m") == ()
    assert chi.contradictions("0211165794", "1916-11-02", "") == ()
    assert chi.contradictions("0211165794", "2016-11-03", "f") == ("date of birth", "sex")
    assert chi.contradictions("0211165794") == ()


def test_records_whose_chi_number_contradicts_them_are_counted():
    numbers = ["0211165794"] * 5 + ["0211165790", None]
    born = ["2016-11-02", "2016-11-03", "2016-11-02", "2016-11-03", None, "2016-11-02", "2016-11-02"]
    sex = ["m", "m", "f", "f", None, "m", "m"]
    table = pd.DataFrame({"id": range(7), "number": numbers, "dob": born, "sex": sex})
    dataset = Dataset(table, fields={"chi_number": Field("number", "identifier")})
    assert list(chi.consistency(dataset).values()) == [1, 1, 1, 1, 3]
    assert list(chi.consistency(dataset, sex="none").values()) == [2, 2, 0, 0, 3]


def test_the_printed_example_of_a_check_letter():
    # School census check 1510 prints its sum as 267; 4 + 28 + 9 + 60 + 48 + 117 is 266.
    assert upn.check_letter("207000016049") == "P"
    assert upn.is_valid("P207000016049")
    assert not upn.is_valid("B207000016049")


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("", "not 13 characters"), (None, "not 13"), ("B80120000500", "not 13"), ("B8012000050011", "not 13"),
        ("A801200005001", "wrong check letter"), ("X80120000A001", "not a letter"), ("I801200005001", "not a letter"),
        ("B80120000500O", "not a letter"), ("8801200005001", "not a letter"),
    ],
)  # fmt: skip
def test_what_is_no_upn_and_why(number, why):
    assert not upn.is_valid(number)
    with pytest.raises(DataError, match=why):
        upn.parse(number)


@given(upns())
def test_generated_upns_are_valid_and_no_single_wrong_character_is(number):
    parts = upn.parse(number.lower())
    assert parts.number == number
    assert parts.temporary == number[-1].isalpha()
    assert (parts.authority, parts.school, parts.year) == (number[1:4], number[4:8], number[8:10])
    # Modulo 23 a last letter of the first ten stands for the same value as a digit.
    wrong = [
        number[:place] + character + number[place + 1 :]
        for place in range(13)
        for character in (LETTERS if place == 0 or (place == 12 and parts.temporary) else "0123456789")
        if character != number[place]
    ]
    assert kept(Upn("a"), [number, *wrong]) == [number]


@given(upns())
def test_upns_agree_with_another_implementation_where_it_knows_the_authority(number):
    stdnum = pytest.importorskip("stdnum.gb.upn")
    assert stdnum.calc_check_digit(number[1:]) == number[0]
    if stdnum.is_valid(number):
        assert upn.is_valid(number)
        assert upn.parse(number).known_authority


@pytest.mark.parametrize("authority", ["820", "838", "839", "875", "940", "941", "942", "943", "660"])
def test_authorities_that_a_list_of_2011_does_not_hold(authority):
    rest = f"{authority}200005001"
    assert upn.parse(upn.check_letter(rest) + rest).known_authority


def test_a_column_of_upns(prepared):
    rest = ["801200005001", "80120000501A", "999200005001"]
    permanent, temporary, elsewhere = (upn.check_letter(text) + text for text in rest)
    values = [permanent.lower(), temporary, elsewhere, f"Z{permanent[1:]}", "unknown"]
    new, change = prepared(Upn("upn"), values)
    assert new == [permanent, temporary, elsewhere, "", ""]
    assert change.notes == ("temporary UPN: 1 records, kept", "authority not in the list: 1 records, kept")
    new, change = prepared(Upn("upn", temporary="missing", unknown_authorities="missing"), values)
    assert new == [permanent, "", "", "", ""]
    assert dict(change.reasons) == {
        "placeholder": 1, "wrong check letter": 1, "temporary UPN": 1, "authority not in the list": 1
    }  # fmt: skip


def test_no_number_is_printed():
    shown = repr([nhs_number.parse("401 023 2137"), chi.parse("0211165794"), upn.parse("B801200005001")])
    assert not any(text in shown for text in ("4010232137", "0211165794", "801200005001", "11", "m'"))


@given(st.lists(st.text(max_size=14) | nines(400, 499) | chis() | upns(), min_size=1, max_size=8))
def test_any_column_is_prepared_as_its_values_are_or_refused(values):
    table = pd.DataFrame({"id": range(len(values)), "column": pd.Series(values, dtype="object")})
    for step, valid in ((NhsNumber("a"), nhs_number.is_valid), (Chi("a"), chi.is_valid), (Upn("a"), upn.is_valid)):
        dataset = Dataset(table, fields={"a": Field("column", "identifier")})
        try:
            left = prepare(dataset, [step]).to_pandas()["a"].fillna("").tolist()
        except DataError:
            continue
        assert [bool(text) for text in left] == [valid(value) for value in values]


def test_a_column_that_holds_none_of_its_numbers_is_refused_without_a_value(prepared):
    with pytest.raises(DataError, match="none of the 2 records that hold the field 'upn' holds a UPN") as error:
        prepared(Upn("upn"), ["B801200005002", "zzz-17"])
    assert "not 13 characters 1, wrong check letter 1" in str(error.value)
    assert "801200005002" not in str(error.value)
