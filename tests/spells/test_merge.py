"""Merged spells, against days counted one by one."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.spells.helpers_spells import FAR, frame_of, plain, spells_of, tables

from linkkit.errors import SpecError
from linkkit.spells import Spells, merge

same = st.sampled_from([(), ("place",)])
# Far enough behind every day that is drawn to tell an open spell by.
HORIZON = 80


def days_of(spells, with_place):
    """The days that spells hold, by entity and, where asked, place."""
    frame, held = spells.to_pandas(), {}
    first = pd.Timestamp("2023-12-20")
    for row in frame.itertuples():
        start = (row.start - first).days
        end = HORIZON if pd.isna(row.end) else (row.end - first).days
        place = ((row.place if isinstance(row.place, str) else None),) if with_place else ()
        held.setdefault((row.entity, *place), []).append((start, end))
    return held


def brute_force(rows, tolerance, with_place):
    """Merge one spell after the other until none can be merged any more."""
    runs = [
        ((who, place) if with_place else (who,), start, min(end, HORIZON)) for who, start, end, place in plain(rows)
    ]
    changed = True
    while changed:
        changed = False
        for i, one in enumerate(runs):
            for j, other in enumerate(runs):
                apart = max(one[1], other[1]) - min(one[2], other[2])
                if i < j and one[0] == other[0] and apart <= tolerance:
                    runs[i] = (one[0], min(one[1], other[1]), max(one[2], other[2]))
                    del runs[j]
                    changed = True
                    break
            if changed:
                break
    held = {}
    for key, start, end in runs:
        held.setdefault(key, []).append((start, end))
    return {key: sorted(values) for key, values in held.items()}


@given(tables, st.integers(0, 6), same)
def test_merged_spells_are_those_of_merging_one_by_one(rows, tolerance, same):
    merged = merge(spells_of(rows), tolerance=tolerance, same=same)
    found = {key: sorted(values) for key, values in days_of(merged.spells, bool(same)).items()}
    assert found == brute_force(rows, tolerance, bool(same))


@given(tables, same)
def test_the_days_covered_stay_the_same_where_no_gap_is_filled(rows, same):
    def covered(held):
        return {key: {day for start, end in runs for day in range(start, end + 1)} for key, runs in held.items()}

    merged = merge(spells_of(rows), tolerance=1, same=same)
    assert covered(days_of(merged.spells, bool(same))) == covered(days_of(spells_of(rows), bool(same)))
    assert not merged.filled_days.any()


@given(tables, st.integers(0, 6), same)
def test_merging_again_changes_nothing(rows, tolerance, same):
    once = merge(spells_of(rows), tolerance=tolerance, same=same)
    again = merge(once.spells, tolerance=tolerance, same=same)
    assert again.spells.to_pandas().equals(once.spells.to_pandas())
    assert (again.spell_count == 1).all()


@settings(max_examples=50)
@given(tables, st.integers(0, 6), same, st.randoms(use_true_random=False))
def test_the_order_of_rows_makes_no_difference(rows, tolerance, same, random):
    frame = frame_of(rows).assign(id=[f"s{number}" for number in range(len(rows))])
    order = list(range(len(rows)))
    random.shuffle(order)
    one, other = (
        merge(Spells.of(table, entity="who", id="id", place="place"), tolerance=tolerance, same=same)
        for table in (frame, frame.iloc[order])
    )
    assert one.to_pandas().drop(columns="row").equals(other.to_pandas().drop(columns="row"))
    assert one.members().drop(columns="row").equals(other.members().drop(columns="row"))


@given(tables, st.integers(0, 6), same)
def test_every_spell_is_a_part_of_one_merged_spell_and_days_filled_are_counted(rows, tolerance, same):
    spells = spells_of(rows)
    merged = merge(spells, tolerance=tolerance, same=same)
    members = merged.members()
    assert sorted(members["row"]) == list(range(len(rows)))
    assert merged.spell_count.sum() == len(rows)
    frame = merged.to_pandas()
    for number, part in members.groupby("spell"):
        days = set()
        for row in part["row"]:
            _, start, end, _ = plain(rows)[row]
            days |= set(range(start, min(end, HORIZON) + 1))
        length = max(days) - min(days) + 1
        assert frame["filled_days"][number] == length - len(days)
        assert frame["spells"][number] == len(part)
        if max(days) < HORIZON:
            assert frame["days"][number] == length


def test_a_spell_that_goes_on_takes_all_later_ones_with_it():
    merged = merge(spells_of([("a", 0, None, "x"), ("a", 20, 3, "x"), ("b", 20, 3, "x")]))
    assert merged.to_pandas()[["entity", "spells"]].values.tolist() == [["a", 2], ["b", 1]]
    assert merged.spells.is_open.tolist() == [True, False]


def test_what_was_merged_is_said_and_changes_are_kept():
    frame = frame_of([("a", 0, 4, "x"), ("a", 7, 2, "x"), ("a", 22, 1, "y"), ("a", 30, None, "x")])
    frame.loc[3, "start"] = None
    merged = merge(Spells.of(frame, entity="who", on_missing="drop"), tolerance=3)
    assert str(merged) == (
        "3 spells of 'spells' became 2: 2 spells were merged into 1, and 2 days between them were filled."
    )
    assert repr(merged) == "<Merged: 3 spells of 'spells' became 2>"
    assert merged.spells.changes == {"no start, left out": 1}


def test_a_wrong_tolerance_or_column_is_refused():
    spells = spells_of([("a", 0, 1, "x")])
    with pytest.raises(SpecError, match="tolerance must be at least 0"):
        merge(spells, tolerance=-1)
    with pytest.raises(SpecError, match=r"same must be several names of columns, such as \['place'\]"):
        merge(spells, same="place")
    with pytest.raises(SpecError, match="has no column 'town'"):
        merge(spells, same=["town"])
    assert FAR > HORIZON
