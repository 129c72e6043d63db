"""What is no spells, and numbers of days that are none or beyond all days, are refused in words."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
import pytest

from linkkit import spells
from linkkit.errors import SpecError
from linkkit.spells import Checks, Spells

TABLE = pd.DataFrame({"who": ["a", "a"], "start": ["2024-01-01", "2024-03-01"], "end": ["2024-01-31", "2024-03-31"]})
STAYS = Spells.of(TABLE, entity="who")
WRONG = [2**31 + 1, 2**63, 2**70, -(2**70), sys.maxsize, 1.5, "1", None, True, [1]]


@pytest.mark.parametrize(
    "asked",
    [
        spells.merge, spells.overlapping, spells.during, spells.following,
        lambda table: spells.overlapping(STAYS, table),
        lambda table: spells.events_within(table, STAYS),
        lambda table: spells.events_within(STAYS, table, by=None),
        lambda table: spells.nearest(table, STAYS),
        lambda table: spells.coverage(table, ("2024-01-01", "2024-01-31")),
        lambda table: spells.coverage(table, STAYS),
        lambda table: spells.follow_links(table, pd.DataFrame({"left_id": ["a"], "right_id": ["b"]})),
    ],
)  # fmt: skip
def test_a_table_is_no_spells(asked):
    with pytest.raises(SpecError, match=r"Spells are wanted; got DataFrame. Say which columns .*Spells.of\(table"):
        asked(TABLE)


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize(
    "asked",
    [
        lambda days: spells.merge(STAYS, tolerance=days),
        lambda days: spells.overlapping(STAYS, tolerance=days),
        lambda days: spells.overlapping(STAYS, least_days=days),
        lambda days: spells.during(STAYS, tolerance=days),
        lambda days: spells.following(STAYS, within=(1, days)),
        lambda days: spells.following(STAYS, within=(days, 2**31)),
        lambda days: spells.following(STAYS, within=days),
        lambda days: spells.events_within(STAYS, STAYS, window=days),
        lambda days: Checks(least_days=days),
        lambda days: Checks(dates_apart=days),
        lambda days: Checks(ages=(0, days) if days not in (None, 1.5) else None),
    ],
)  # fmt: skip
def test_numbers_of_days_that_are_none_are_refused(asked, wrong):
    with pytest.raises(SpecError, match=r"(tolerance|least_days|within|window|dates_apart|ages).* (must be|be set)"):
        asked(wrong)


@pytest.mark.parametrize("wrong", [wrong for wrong in WRONG if wrong is not None])
@pytest.mark.parametrize(
    "asked",
    [
        lambda days: spells.nearest(STAYS, STAYS, most_days=days),
        lambda days: spells.events_within(STAYS, STAYS, window=(None, days)),
        lambda days: spells.events_within(STAYS, STAYS, window=(days, None)),
        lambda days: Checks(before_birth=days),
        lambda days: Checks(after_death=days),
    ],
)  # fmt: skip
def test_limits_that_may_be_none_are_days_else(asked, wrong):
    with pytest.raises(SpecError, match="must be"):
        asked(wrong)


@pytest.mark.parametrize("most", [2**31, np.int32(10_000), np.int64(2**31)])
def test_very_many_days_are_exact(most):
    """No sum of days runs over."""
    assert len(spells.merge(STAYS, tolerance=most).spells) == 1
    assert spells.overlapping(STAYS, tolerance=most).count == 1
    assert spells.during(STAYS, tolerance=most).count == 2
    assert spells.following(STAYS, within=(1, most)).count == 1
    assert spells.events_within(STAYS, STAYS, window=(-most, most)).count == 4


def test_years_may_have_parts_and_whole_days_may_be_floats():
    checks = Checks(ages=(0.0, 18.5), dates_apart=1.0)
    assert (checks.ages, checks.dates_apart) == ((0.0, 18.5), 1)
    with pytest.raises(SpecError, match="must be a whole number of days"):
        Checks(dates_apart=1.5)
