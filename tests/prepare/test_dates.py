"""Dates: many forms, one order for a column, and what cannot be a date of a person."""

from __future__ import annotations

import datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkkit.dataset import Dataset
from linkkit.errors import DataError, SpecError
from linkkit.prepare import Date, prepare

DOB = Date("date_of_birth")
DAYS = st.dates(datetime.date(1901, 1, 2), datetime.date(2020, 12, 31))


@pytest.mark.parametrize(
    "written",
    [
        "2003-02-01", "2003/02/01", "2003.2.1", "20030201", "1/2/2003", "01-02-2003", "1.2.2003", "01 02 2003",
        "01022003", "1 Feb 2003", "1st February 2003", "01-FEB-2003", "1feb2003", "Feb 1, 2003", "February 1st 2003",
        "2003-Feb-01", "1/2/03", "010203", "2003-02-01 00:00:00", "2003-02-01T00:00:00Z",
        "2003-02-01T00:00:00.000+01:00", "01/02/2003 00:00", "1 Feb 03", "Sat, 1 Feb 2003",
        "Saturday 1 February 2003", " 2003-02-01 ", "٢٠٠٣-٠٢-٠١", "20030201.0", "1 of February 2003",
    ],
)  # fmt: skip
def test_a_date_is_read_however_it_is_written(prepared, written):
    assert prepared(DOB, [written])[0] == ["2003-02-01"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1960", "1960-XX-XX"), ("06/1960", "1960-06-XX"), ("Jun 1960", "1960-06-XX"), ("1960-06", "1960-06-XX"),
        ("1960-06-XX", "1960-06-XX"), ("XXXX-06-02", "XXXX-06-02"), ("1960-06-00", "1960-06-XX"),
        ("00/06/1960", "1960-06-XX"), ("19600600", "1960-06-XX"), ("XXXX-XX-XX", ""), ("00/00/0000", ""),
        ("??/06/1960", "1960-06-XX"),
    ],
)  # fmt: skip
def test_parts_that_are_not_known(prepared, written, expected):
    assert prepared(DOB, [written, "1999-12-31"])[0] == [expected, "1999-12-31"]


@pytest.mark.parametrize(
    "form",
    ["%d/%m/%Y", "%d.%m.%y", "%d%m%Y", "%d-%m-%Y", "%m/%d/%Y", "%m%d%Y", "%Y%m%d", "%y%m%d", "%m-%d-%y", "%d%m%y"],
)
def test_the_column_decides_the_order(prepared, form):
    days = [datetime.date(1955 + number, number % 12 + 1, number % 28 + 1) for number in range(60)]
    values, change = prepared(DOB, [day.strftime(form) for day in days])
    assert values == [day.isoformat() for day in days]
    if "%y" not in form.lower()[:2]:
        assert ("day first" if form.startswith("%d") else "month first") in change.notes[0]


def test_without_evidence_it_is_day_first_and_said(prepared):
    values, change = prepared(DOB, ["01/02/2003", "03/04/2004"])
    assert values == ["2003-02-01", "2004-04-03"]
    assert change.notes == ("no value shows whether day or month stands first; read day first (day_first= decides)",)
    assert prepared(Date("date_of_birth", day_first=False), ["01/02/2003"])[0] == ["2003-01-02"]


def test_one_value_is_evidence_for_the_column(prepared):
    assert prepared(DOB, ["01/02/2003", "12/25/2003"])[0] == ["2003-01-02", "2003-12-25"]


def test_the_evidence_of_one_shape_serves_the_others(prepared):
    assert prepared(DOB, ["01/02/2003", "12252003"])[0] == ["2003-01-02", "2003-12-25"]


def test_a_date_in_the_other_order_only_is_read_in_that(prepared):
    values, change = prepared(DOB, ["25/12/2003", "26/11/2004", "12/25/2003"])
    assert values == ["2003-12-25", "2004-11-26", "2003-12-25"]
    assert any("1 records are dates in the other order only" in note for note in change.notes)


def test_digits_that_lost_their_leading_zero(prepared):
    assert prepared(DOB, [1022003, 25122003])[0] == ["2003-02-01", "2003-12-25"]


def test_two_digit_years_are_never_in_the_future(prepared):
    step = Date("date_of_birth", latest="2024-06-30")
    assert prepared(step, ["25/12/24", "25/12/25", "25/12/99", "25/12/00"])[0] == [
        "",
        "1925-12-25",
        "1999-12-25",
        "2000-12-25",
    ]


def test_day_numbers_of_spreadsheets_only_where_clear(prepared):
    values, change = prepared(DOB, ["37653", "36161.0"])
    assert values == ["2003-02-01", "1999-01-01"]
    assert any("spreadsheet" in note for note in change.notes)
    values, change = prepared(DOB, ["37653", "2001-01-05", "2001-01-06"])
    assert values[0] == ""
    assert change.reasons == {"not a date": 1}


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("31/02/2001", "impossible date"), ("2001-02-29", "impossible date"), ("2001-13-41", "impossible date"),
        ("0199-01-01", "impossible date"), ("2999-01-01", "impossible date"), ("1700-05-05", "too early"),
        ("2150-01-01", "in the future"), ("tomorrow", "not a date"), ("12/34", "not a date"),
        ("9999-12-31", "default date"), ("1900-01-01", "default date"), ("1800-01-01", "default date"),
        ("1801-01-01", "default date"), ("1582-10-15", "default date"), ("1600-01-01", "default date"),
        ("01/01/1900", "default date"), ("unknown", "placeholder"), ("n/a", "placeholder"), ("NaT", "placeholder"),
        ("00000000", "placeholder"), ("-", "placeholder"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_missing_and_counted_by_reason(prepared, written, reason):
    values, change = prepared(DOB, [written, "2001-05-25", "25/05/2001"])
    assert values == ["", "2001-05-25", "2001-05-25"]
    assert change.reasons == {reason: 1}
    assert change.made_missing == 1


def test_tomorrow_is_in_the_future_and_today_is_not(prepared):
    today = datetime.date.today()
    tomorrow = today + datetime.timedelta(days=1)
    assert prepared(DOB, [today.isoformat(), tomorrow.isoformat()])[0] == [today.isoformat(), ""]


def test_leap_days(prepared):
    values, _ = prepared(DOB, ["29/02/2000", "29/02/1900", "29/02/2004", "2003-02-29"])
    assert values == ["2000-02-29", "", "2004-02-29", ""]


def test_the_impossible_part_alone_can_go(prepared):
    values, change = prepared(
        Date("date_of_birth", impossible="parts"), ["1959-17-16", "2001-02-31", "2999-01-01", "2001-02-03"]
    )
    assert values == ["1959-XX-16", "2001-02-XX", "", "2001-02-03"]
    assert change.reasons == {"impossible date": 1}
    assert change.notes == ("impossible parts taken out in 2 records",)


def test_a_year_that_cannot_be_leaves_its_month_and_day(prepared):
    values, change = prepared(
        Date("date_of_birth", impossible="parts"),
        ["9185-10-14", "1680-05-13", "2093-05-08", "1800-01-01", "9999-12-31", "1960-06-27"],
    )
    assert values == ["XXXX-10-14", "XXXX-05-13", "XXXX-05-08", "", "", "1960-06-27"]
    assert change.reasons == {"default date": 2}
    assert "years that cannot be taken out in 2 records" in change.notes


def test_a_heap_on_one_day_is_a_default(prepared):
    days = [datetime.date(1960, 1, 1) + datetime.timedelta(days=17 * number) for number in range(700)]
    column = [day.isoformat() for day in days if (day.month, day.day) != (1, 1)]
    _, change = prepared(DOB, [*column, *["1970-01-01"] * 40])
    assert change.reasons == {"default date": 40}


def test_people_who_know_their_year_only_are_no_default(prepared):
    column = [f"{year}-01-01" for year in range(1950, 2000) for _ in range(30)]
    _, change = prepared(DOB, column)
    assert change.made_missing == 0


def test_a_register_of_an_old_century_keeps_its_dates(prepared):
    column = [(datetime.date(1780, 1, 1) + datetime.timedelta(days=29 * number)).isoformat() for number in range(900)]
    values, change = prepared(DOB, [*column, "1800-01-01"])
    assert values == [*column, "1800-01-01"]
    assert any("lie before 1850-01-01" in note for note in change.notes)


def test_limits_of_ones_own(prepared):
    step = Date("date_of_birth", earliest="2000-01-01", latest="2010-12-31")
    assert prepared(step, ["1999-12-31", "2000-01-01", "2010-12-31", "2011-01-01"])[0] == [
        "",
        "2000-01-01",
        "2010-12-31",
        "",
    ]


def test_default_dates_can_stay(prepared):
    assert prepared(Date("date_of_birth", defaults=False), ["1900-01-01", "2001-02-03"])[0] == [
        "1900-01-01",
        "2001-02-03",
    ]


def test_a_column_without_any_date_is_an_error():
    table = pd.DataFrame({"id": [1, 2, 3], "dob": ["Zaphodmarker", "31/02/2001", None]})
    with pytest.raises(DataError) as caught:
        prepare(Dataset(table, name="trial"), [Date("date_of_birth")])
    message = str(caught.value)
    assert "trial: none of the 2 records that hold the field 'date_of_birth' has a date that can be" in message
    assert "not a date 1, impossible date 1" in message
    assert "day_first=" in message
    assert "Zaphodmarker" not in message


def test_a_column_of_placeholders_is_no_error(prepared):
    assert prepared(DOB, ["unknown", "1900-01-01", None])[0] == ["", "", ""]


def test_an_empty_column_is_no_error(prepared):
    assert prepared(DOB, [None, None])[0] == ["", ""]


def test_parts_in_columns_are_checked_too():
    table = pd.DataFrame(
        {
            "id": [1, 2, 3, 4],
            "dob_day": [31, 5, 7, None],
            "dob_mon": [2, 6, "Jul", 3],
            "dob_year": [2001, 1999, 1998, 1997],
        }
    )
    table["dob_mon"] = table["dob_mon"].astype(str)
    dataset = prepare(Dataset(table))
    assert dataset.to_pandas()["date_of_birth"].fillna("").tolist() == [
        "2001-02-XX", "1999-06-05", "1998-07-07", "1997-03-XX",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"earliest": "1/2/2003"}, r"date\(earliest=\) must be an ISO date"),
        ({"latest": 2003}, r"date\(latest=\) must be an ISO date"),
        ({"earliest": "2003-01-01", "latest": "2002-01-01"}, "must not be after latest"),
        ({"impossible": "keep"}, "'missing' or 'parts'"),
    ],
)  # fmt: skip
def test_wrong_arguments_are_told_at_once(arguments, message):
    with pytest.raises(SpecError, match=message):
        Date("date_of_birth", **arguments)


@given(
    st.lists(DAYS, min_size=1, max_size=30),
    st.sampled_from(["%d/%m/%Y", "%m/%d/%Y", "%Y%m%d", "%d %b %Y", "%Y-%m-%d", "%d%m%Y"]),
)
def test_every_day_is_read_as_python_reads_it(days, form):
    days.append(datetime.date(1987, 10, 25))  # evidence
    table = pd.DataFrame({"id": range(len(days)), "dob": [day.strftime(form) for day in days]})
    dataset = prepare(Dataset(table), [Date("date_of_birth", defaults=False)])
    assert dataset.to_pandas()["date_of_birth"].tolist() == [day.isoformat() for day in days]
    assert prepare(dataset, [Date("date_of_birth", defaults=False)]).preparation[-1].records_changed == 0


@given(st.integers(0, 3000), st.integers(0, 20), st.integers(0, 40))
def test_a_day_is_real_where_the_calendar_has_it(year, month, day):
    try:
        real = datetime.date(year, month, day) and 1000 <= year < 2999
    except ValueError:
        real = 0 in (month, day) and year >= 1000 and month <= 12 and day <= 31 and year < 2999
        if real and month == 2:
            real = day <= 29
    table = pd.DataFrame({"id": [1, 2], "dob": [f"{year:04d}-{month:02d}-{day:02d}", "2001-02-03"]})
    step = Date("date_of_birth", earliest="1000-01-01", latest="2998-12-31", defaults=False)
    made = prepare(Dataset(table), [step]).preparation[0].made_missing
    if year == 0 and (month, day) != (0, 0):
        return  # the year is not known; the rest decides
    assert made == (0 if real else 1)
