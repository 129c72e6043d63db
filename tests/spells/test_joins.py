"""Joins of spells, against every pair looked at one by one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.spells.helpers_spells import FAR, found, frame_of, plain, spells_of, tables

from linkkit._days import OPEN
from linkkit.errors import DataError, SpecError
from linkkit.spells import RELATIONS, Spells, during, events_within, following, overlapping
from linkkit.spells._allen import allen

by = st.sampled_from(["entity", None])


def every_pair(left, right, keeps, by):
    """Pairs of row numbers of two tables that keep, of one entity where asked."""
    return sorted(
        (one, other)
        for one, first in enumerate(plain(left))
        for other, second in enumerate(plain(right))
        if (by is None or first[0] == second[0]) and keeps(first, second)
    )


def share(one, other):
    return min(one[2], other[2]) - max(one[1], other[1]) + 1


@given(tables, tables, by, st.integers(0, 4))
def test_overlapping_finds_what_shares_a_day_or_lies_within_the_tolerance(left, right, by, tolerance):
    pairs = overlapping(spells_of(left), spells_of(right), by=by, tolerance=tolerance)
    assert sorted(found(pairs)) == every_pair(left, right, lambda a, b: share(a, b) >= 1 - tolerance, by)


@given(tables, tables, by, st.integers(1, 8))
def test_overlapping_finds_what_shares_so_many_days(left, right, by, least):
    pairs = overlapping(spells_of(left), spells_of(right), by=by, least_days=least)
    assert sorted(found(pairs)) == every_pair(left, right, lambda a, b: share(a, b) >= least, by)


@given(tables, by, st.integers(0, 4), st.integers(1, 5))
def test_a_table_with_itself_gives_each_pair_once(rows, by, tolerance, least):
    limits = {"tolerance": tolerance} if tolerance else {"least_days": least}
    pairs = found(overlapping(spells_of(rows), by=by, **limits))
    at_least = 1 - tolerance if tolerance else least
    expected = [pair for pair in every_pair(rows, rows, lambda a, b: share(a, b) >= at_least, by) if pair[0] < pair[1]]
    assert sorted(tuple(sorted(pair)) for pair in pairs) == expected


@given(tables, tables, by, st.integers(0, 3))
def test_during_finds_what_lies_within(left, right, by, tolerance):
    def keeps(one, other):
        ends = other[2] == FAR if one[2] == FAR else one[2] <= other[2] + tolerance
        return other[1] - tolerance <= one[1] and ends

    def starts_in(one, other):
        return keeps(one, other) and one[1] <= other[2] + tolerance

    pairs = during(spells_of(left), spells_of(right), by=by, tolerance=tolerance)
    assert sorted(found(pairs)) == every_pair(left, right, starts_in, by)
    alone = during(spells_of(left), by=by, tolerance=tolerance)
    assert sorted(found(alone)) == [pair for pair in every_pair(left, left, keeps, by) if pair[0] != pair[1]]


@given(tables, tables, by, st.integers(1, 5), st.integers(0, 10))
def test_following_finds_what_starts_so_many_days_after(left, right, by, least, more):
    within = (least, least + more)
    pairs = following(spells_of(left), spells_of(right), by=by, within=within)
    assert sorted(found(pairs)) == every_pair(left, right, lambda a, b: least <= b[1] - a[2] <= least + more, by)


@given(
    tables, tables, by, st.integers(-8, 8), st.integers(0, 9), st.sampled_from(["start", "end", "spell"]), st.booleans()
)  # fmt: skip
def test_events_are_found_in_windows(events, around, by, low, more, anchor, is_limited):
    high = low + more

    def keeps(event, index):
        first, last = {"start": (index[1], index[1]), "end": (index[2], index[2]), "spell": index[1:3]}[anchor]
        if anchor == "end" and index[2] == FAR:
            return False
        return first + low <= event[1] and (not is_limited or event[1] <= last + high)

    window = (low, high if is_limited else None)
    pairs = events_within(spells_of(events), spells_of(around), by=by, window=window, anchor=anchor)
    assert sorted(found(pairs)) == every_pair(events, around, keeps, by)


@settings(max_examples=50)
@given(tables, tables, by, st.integers(1, 7))
def test_chunks_hold_the_same_pairs_whatever_their_size(left, right, by, size):
    for pairs in (overlapping(spells_of(left), spells_of(right), by=by), during(spells_of(left), by=by)):
        chunks = list(pairs.chunks(size))
        assert all(len(one) == len(other) <= size for one, other in chunks)
        together = sorted((int(a), int(b)) for one, other in chunks for a, b in zip(one, other, strict=True))
        assert together == list(zip(*(side.tolist() for side in pairs.positions()), strict=True))


@settings(max_examples=50)
@given(tables, st.randoms(use_true_random=False))
def test_the_order_of_rows_makes_no_difference(rows, random):
    frame = frame_of(rows).assign(id=range(len(rows)))
    shuffled = list(range(len(rows)))
    random.shuffle(shuffled)
    one, other = (
        overlapping(Spells.of(table, entity="who", id="id"), by=None)
        .to_pandas()
        .drop(columns=["left_row", "right_row"])
        for table in (frame, frame.iloc[shuffled])
    )
    pd.testing.assert_frame_equal(one, other)


def test_one_entity_may_hold_many_spells_and_pairs_are_counted_before_they_are_made():
    count = 3_000
    table = pd.DataFrame({"who": ["a"] * count, "start": ["2024-01-01"] * count})
    pairs = overlapping(Spells.of(table, entity="who", end=None))
    assert pairs.count == count * (count - 1) // 2
    assert sum(len(left) for left, _ in pairs.chunks(1 << 16)) == pairs.count
    with pytest.raises(DataError, match=r"4,498,500 pairs of spells, more than most=1,000"):
        pairs.to_pandas(most=1_000)


def test_billions_of_pairs_are_counted_and_begun_without_being_made():
    size = 100_000
    start = np.zeros(size, np.int64)
    spells = Spells("big", start, start, start, None, np.arange(size))
    pairs = overlapping(spells, spells.select(np.arange(size)), by=None)
    assert pairs.count == size * size
    left, right = next(pairs.chunks(1000))
    assert (len(left), len(right)) == (1000, 1000)


def test_entities_are_matched_by_value_and_numbers_with_texts():
    one = Spells.of(pd.DataFrame({"who": [10, 2], "start": ["2024-01-01"] * 2}), entity="who", end=None)
    other = Spells.of(pd.DataFrame({"who": ["2", "x", "10"], "start": ["2024-01-01"] * 3}), entity="who", end=None)
    frame = overlapping(one, other).to_pandas()
    assert sorted(zip(frame["left_row"], frame["right_row"], strict=True)) == [(0, 2), (1, 0)]
    assert sorted(frame["entity"]) == [2, 10]


def test_spells_of_nobody_are_joined_by_their_days_only():
    terms = Spells.of(pd.DataFrame({"start": ["2024-01-01"], "end": ["2024-03-31"]}), entity=None, name="terms")
    stays = spells_of([("a", 0, 30, "x")])
    assert overlapping(stays, terms, by=None).count == 1
    with pytest.raises(SpecError, match=r"terms has no entities: name them .* or join with by=None"):
        overlapping(stays, terms)


def test_what_pairs_say_of_themselves():
    stays = spells_of([("a", 0, 9, "x"), ("a", 5, None, "y"), ("a", 20, None, "x")])
    frame = overlapping(stays).to_pandas()
    assert frame.columns.tolist() == ["entity", "left_row", "right_row", "shared_days", "days_apart", "relation"]
    assert frame["shared_days"].tolist() == [5, pd.NA]
    assert frame["relation"].tolist() == ["overlaps", "finished_by"]
    later = overlapping(stays, tolerance=12).to_pandas()
    assert later["days_apart"].tolist() == [0, 11, 0]
    assert repr(overlapping(stays)) == "<SpellPairs: 2 pairs of 'spells' and itself>"


def test_numbers_out_of_range_are_refused():
    spells = spells_of([("a", 0, 1, "x")])
    with pytest.raises(SpecError, match="tolerance must be at least 0"):
        overlapping(spells, tolerance=-1)
    with pytest.raises(SpecError, match="not both be set"):
        overlapping(spells, tolerance=1, least_days=2)
    with pytest.raises(SpecError, match="within must be two rising numbers"):
        following(spells, within=(0, 5))
    with pytest.raises(SpecError, match="window must be two rising numbers"):
        events_within(spells, spells, window=(5, 1))
    with pytest.raises(SpecError, match="anchor must be"):
        events_within(spells, spells, anchor="middle")
    with pytest.raises(SpecError, match="by must be 'entity' or None"):
        during(spells, by="place")
    with pytest.raises(SpecError, match="size must be at least 1"):
        next(overlapping(spells).chunks(0))


def _relation(one, other):
    """Allen's relation by its definition, on the moments between days."""
    (start, end), (second_start, second_end) = (one[0], one[1] + 1), (other[0], other[1] + 1)
    definitions = {
        "before": end < second_start,
        "meets": end == second_start,
        "overlaps": start < second_start < end < second_end,
        "finished_by": start < second_start and end == second_end,
        "contains": start < second_start and end > second_end,
        "starts": start == second_start and end < second_end,
        "equals": start == second_start and end == second_end,
        "started_by": start == second_start and end > second_end,
        "during": start > second_start and end < second_end,
        "finishes": start > second_start and end == second_end,
        "overlapped_by": second_start < start < second_end < end,
        "met_by": start == second_end,
        "after": start > second_end,
    }
    return [name for name, holds in definitions.items() if holds]


@given(st.tuples(st.integers(0, 9), st.integers(0, 6)), st.tuples(st.integers(0, 9), st.integers(0, 6)))
def test_every_pair_has_exactly_one_of_allens_relations(one, other):
    one, other = (one[0], sum(one)), (other[0], sum(other))
    place = allen(*(np.array([day]) for day in (*one, *other)))[0]
    assert [RELATIONS[place]] == _relation(one, other)


def test_two_open_ends_are_the_same_end():
    day, end = np.array([5]), np.array([OPEN])
    assert RELATIONS[allen(day, end, day, end)[0]] == "equals"


def test_spells_made_by_hand_must_stand_in_order():
    one, rows = np.array([2, 1]), np.arange(2)
    with pytest.raises(SpecError, match="must stand in the order of entity and start"):
        Spells("made", one, one, np.zeros(2, np.int64), None, rows)
    with pytest.raises(SpecError, match="must not end before it starts"):
        Spells("made", np.sort(one), np.zeros(2, np.int64), np.zeros(2, np.int64), None, rows)
    with pytest.raises(SpecError, match=r"must be of one length; got \[1, 2\]"):
        Spells("made", one, one[:1], one, None, rows)
