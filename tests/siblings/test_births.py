"""Which dates of birth are of one birth, against Python's own dates."""

from __future__ import annotations

import datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkkit.siblings import is_one_birth
from linkkit.siblings._births import BIRTHS_APART

dates = st.dates(datetime.date(1900, 1, 1), datetime.date(2100, 1, 1))


def judged(one, other):
    values = pa.array(["", one, other])
    return int(is_one_birth(np.array([1]), np.array([2]), values)[0])


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ("2012-03-05", "2012-03-05", 1),
        ("2012-03-05", "2012-03-06", 1),
        ("2012-12-31", "2013-01-01", 1),
        ("2012-03-05", "2012-03-15", 1),
        ("2012-03-05", "2012-05-03", 1),
        ("2012-03-12", "2012-03-21", 1),
        ("2012-03-05", "2013-03-05", 0),  # one digit, but a year
        ("2012-03-05", "2012-04-17", 0),
        ("2012-03-05", "2014-08-30", 0),
        ("2012-03-05", "2012-03", -1),
        ("2012-03-05", "", -1),
        ("2012-02-30", "2012-02-28", -1),
        ("not a date", "2012-02-28", -1),
        ("2012-13-01", "2012-12-01", -1),
    ],
)
def test_twins_have_the_same_date_but_for_midnight_or_a_slip(one, other, found):
    assert judged(one, other) == found
    assert judged(other, one) == found


@given(dates, dates)
def test_it_is_symmetric_and_never_so_for_dates_of_two_births(one, other):
    found = judged(one.isoformat(), other.isoformat())
    assert found == judged(other.isoformat(), one.isoformat())
    gap = abs((one - other).days)
    assert found in (0, 1)
    if gap <= 1:
        assert found == 1
    if gap >= BIRTHS_APART:
        assert found == 0


@given(dates, st.integers(0, 9), st.sampled_from(range(10)))
def test_one_wrong_digit_is_a_slip_where_the_dates_stay_near(one, place, digit):
    text = one.isoformat()
    wrong = text[:place] + str(digit) + text[place + 1 :]
    try:
        other = datetime.date.fromisoformat(wrong)
    except ValueError:
        return
    assert judged(text, wrong) == int(abs((one - other).days) < BIRTHS_APART)


def test_no_pairs_are_no_answer():
    assert is_one_birth(np.empty(0, int), np.empty(0, int), pa.array([""])).tolist() == []
