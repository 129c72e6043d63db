from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from linkkit.decide import stable_ids


def named(records, clusters, earlier, gone=(), used=()):
    """Clusters given as a letter a record; ids and log of what they are called."""
    letters = list(clusters)
    label = np.array([letters.index(letter) for letter in letters], np.uint32)
    used = sorted({*used, *gone, *(one for one in earlier if one)})
    return stable_ids(
        records, label, pa.array(earlier, pa.string()), pa.array(gone, pa.string()), pa.array(used, pa.string())
    )


def test_what_did_not_change_keeps_its_id_and_new_clusters_take_their_smallest_record(make):
    records = make.records(["a", "b", "c", "d", "e"])
    found = named(records, "xxyzz", ["p1", "p1", "p2", None, None])
    assert found.ids.to_pylist() == ["p1", "p1", "p2", "d", "d"]
    assert found.log == []


def test_two_clusters_that_merge_keep_the_id_of_the_larger(make):
    records = make.records(["a", "b", "c", "d"])
    found = named(records, "xxxx", ["p1", "p2", "p2", None])
    assert found.ids.to_pylist() == ["p2"] * 4
    assert found.log == [("p1", "p2", "merged", 1)]
    equal = named(records, "xxxx", ["p9", "p2", None, None])
    assert equal.ids.to_pylist() == ["p9"] * 4  # the smallest record's


def test_a_cluster_that_splits_leaves_its_id_to_the_larger_part(make):
    records = make.records(["a", "b", "c"])
    found = named(records, "xyy", ["a", "a", "a"])
    assert found.ids.to_pylist() == ["a#2", "a", "a"]
    assert found.log == [("a", "a#2", "split", 1)]


def test_an_id_is_never_given_again(make):
    records = make.records(["a", "b", "c"])
    found = named(records, "xxy", [None, None, None], used=["a", "c", "c#2"])
    assert found.ids.to_pylist() == ["b", "b", "c#3"]


def test_an_id_whose_records_are_gone_is_logged(make):
    records = make.records(["a", "b"])
    found = named(records, "xy", ["p1", "p2"], gone=["p1", "p3", "p3"])
    assert found.log == [("p3", None, "removed", 2)]


def test_parts_that_move_between_clusters_leave_ids_where_most_records_are(make):
    records = make.records(list("abcdef"))
    found = named(records, "xxxyyy", ["p", "p", "q", "q", "q", "p"])
    assert found.ids.to_pylist() == ["p"] * 3 + ["q"] * 3
    assert found.log == [("p", "q", "split", 1), ("q", "p", "split", 1)]


@settings(max_examples=200)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from([None, "a", "b", "p", "q", "c#2"])), min_size=8, max_size=8),
    st.lists(st.sampled_from(["a", "c", "d", "z"]), max_size=3),
)
def test_ids_are_unique_stay_where_nothing_changed_and_no_new_one_was_ever_used(make, entries, retired):
    records = make.records(list("abcdefgh"))
    earlier = [name for _, name in entries]
    letters = "".join("wxyz"[cluster] for cluster, _ in entries)
    live = {name for name in earlier if name}
    used = live | set(retired)
    found = named(records, letters, earlier, used=retired)
    ids = found.ids.to_pylist()
    members = {letter: {row for row in range(8) if letters[row] == letter} for letter in set(letters)}
    assert len({ids[min(rows)] for rows in members.values()}) == len(members)
    for rows in members.values():
        assert len({ids[row] for row in rows}) == 1
        own = ids[min(rows)]
        assert own in {earlier[row] for row in rows} or own not in used
        before = {earlier[row] for row in rows} - {None}
        if len(before) == 1:
            name = next(iter(before))
            if {row for row in range(8) if earlier[row] == name} <= rows:
                assert own == name
    moved = {(earlier[row], ids[row]) for row in range(8) if earlier[row] and earlier[row] != ids[row]}
    assert {(old, new) for old, new, _, _ in found.log} == moved
    for old, _, why, _ in found.log:
        assert why == ("split" if old in ids or len({new for one, new in moved if one == old}) > 1 else "merged")
