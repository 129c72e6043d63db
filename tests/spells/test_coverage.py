"""Days covered in windows, and nearest events, against days counted one by one."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.spells.helpers_spells import day, frame_of, iso, plain, spells_of, tables

from linkkit.errors import DataError, SpecError
from linkkit.spells import Spells, coverage, nearest

closed = st.lists(st.tuples(st.sampled_from("abcd"), day, st.integers(0, 20), st.none()), max_size=8)


def covered_days(rows, who, first, last):
    days = set(range(first, last + 1))
    return len(
        days & {day for name, start, end, _ in plain(rows) if name == who for day in range(start, min(end, 99) + 1)}
    )


@given(tables, closed)
def test_each_day_of_a_persons_window_counts_once(rows, windows):
    found = coverage(spells_of(rows), spells_of(windows, "windows"))
    assert len(found) == len(windows)
    for row in found.itertuples():
        who, first, last, _ = plain(windows)[row.row]
        assert (row.entity, row.days) == (who, last - first + 1)
        assert row.covered == covered_days(rows, who, first, last)
        assert row.share == row.covered / row.days


@given(tables, day, st.integers(0, 30))
def test_one_window_is_for_every_entity_of_the_spells(rows, first, length):
    found = coverage(spells_of(rows), (iso(first), iso(first + length)))
    assert found["entity"].tolist() == sorted({row[0] for row in rows})
    assert found["covered"].tolist() == [covered_days(rows, who, first, first + length) for who in found["entity"]]


def test_a_window_needs_an_end_and_an_order():
    spells = spells_of([("a", 0, 5, "x")])
    with pytest.raises(DataError, match=r"windows: 1 of 2 windows have no end \(row 2\)"):
        coverage(spells, spells_of([("a", 0, 5, None), ("b", 0, None, None)], "windows"))
    with pytest.raises(SpecError, match="window ends before it starts"):
        coverage(spells, ("2024-02-01", "2024-01-01"))
    with pytest.raises(SpecError, match="window must be its first and its last day"):
        coverage(spells, ("2024-02-01",))
    with pytest.raises(DataError, match=r"window\[0\] must be a date"):
        coverage(spells, ("first of May", "2024-01-01"))
    with pytest.raises(SpecError, match="has no entities"):
        coverage(
            Spells.of(pd.DataFrame({"start": ["2024-01-01"]}), entity=None, end=None), ("2024-01-01", "2024-02-01")
        )


def brute_nearest(index, events, direction, most):
    """The distance to the nearest event, and the rows that lie so far away."""
    distances = [(event[1] - index[1], row) for row, event in enumerate(events) if event[0] == index[0]]
    allowed = {"before": lambda d: d <= 0, "after": lambda d: d >= 0, "either": lambda d: True}[direction]
    kept = [(abs(d), d > 0, d, row) for d, row in distances if allowed(d) and (most is None or abs(d) <= most)]
    if not kept:
        return None, None
    _, _, days, _ = min(kept)
    return days, min(row for *_, d, row in kept if d == days)


@given(tables, tables, st.sampled_from(["before", "after", "either"]), st.one_of(st.none(), st.integers(0, 9)))
def test_nearest_is_the_nearest_of_all_events(rows, events, direction, most):
    frame = frame_of(events).assign(id=range(len(events)))
    happened = Spells.of(frame, entity="who", end=None, id="id")
    found = nearest(spells_of(rows), happened, direction=direction, most_days=most)
    assert sorted(found["row"]) == list(range(len(rows)))
    for row in found.itertuples():
        days, event = brute_nearest(plain(rows)[row.row], plain(events), direction, most)
        if days is None:
            assert pd.isna(row.days)
            assert pd.isna(row.event_row)
        else:
            assert (row.days, row.event_row, row.event_id) == (days, event, event)


def test_wrong_directions_and_limits_are_refused():
    spells = spells_of([("a", 0, 5, "x")])
    with pytest.raises(SpecError, match="direction must be"):
        nearest(spells, spells, direction="around")
    with pytest.raises(SpecError, match="most_days must be at least 0"):
        nearest(spells, spells, most_days=-1)


def test_no_spells_cover_nothing_and_are_near_nothing():
    nothing, spells = spells_of([], "nothing"), spells_of([("a", 0, 5, "x")])
    assert coverage(nothing, spells)["covered"].tolist() == [0]
    assert len(coverage(nothing, ("2024-01-01", "2024-01-31"))) == 0
    assert nearest(spells, nothing)["event_row"].isna().tolist() == [True]
    assert len(nearest(nothing, spells)) == 0
