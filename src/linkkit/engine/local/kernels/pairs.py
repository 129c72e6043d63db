# ruff: noqa: C901 - a kernel is one loop nest: what it calls would be compiled apart
"""Make pairs from groups of records, gather their codes, and count their grade codes."""

from __future__ import annotations

import numpy as np

from .jit import compiled, inlined

__all__ = [
    "combine",
    "count_codes",
    "drop_shared",
    "emit_pairs",
    "emit_set_pairs",
    "extend_keys",
    "gather_codes",
    "group_runs",
    "look_up_levels",
    "pack_keys",
    "set_column",
    "share_member",
]

_U32, _I64, _U8 = "uint32[::1]", "int64[::1]", "uint8[::1]"


@compiled(f"int64(uint64[::1], uint64, {_I64}, {_I64}, int64, {_U32}, {_U32}, {_U32}, {_U32}, {_U32}, {_I64})")
def group_runs(packed, row_bits, dataset_ends, partner_starts, cap, order, left, start, stop, groups, tally):  # type: ignore[no-untyped-def]
    """Cut sorted (key, row) words into groups, and list each record's partners as a run of its group.

    Record ``left[k]`` is paired with the records ``order[start[k]:stop[k]]``. ``groups`` gets the number of each
    record's group, from 1. ``tally`` gets: grouped records, groups with pairs, pairs, skipped groups, skipped pairs,
    and the sizes of the largest groups, falling. Returns how many runs.
    """
    row_mask = (np.uint64(1) << row_bits) - np.uint64(1)
    runs = placed = group_count = 0
    begin = 0
    while begin < len(packed):
        key = packed[begin] >> row_bits
        end = begin + 1
        while end < len(packed) and packed[end] >> row_bits == key:
            end += 1
        if end - begin > 1:
            base = placed - begin
            partner = begin
            pairs = 0
            first_run = runs
            for place in range(begin, end):
                row = packed[place] & row_mask
                order[base + place] = row
                dataset = 0
                while dataset_ends[dataset] <= np.int64(row):
                    dataset += 1
                least = max(np.int64(row) + 1, partner_starts[dataset])
                while partner < end and np.int64(packed[partner] & row_mask) < least:
                    partner += 1
                if partner < end:
                    left[runs] = row
                    start[runs] = base + partner
                    stop[runs] = base + end
                    pairs += end - partner
                    runs += 1
            if pairs > 0 and end - begin > cap:
                runs = first_run
                tally[3] += 1
                tally[4] += pairs
            elif pairs > 0:
                group_count += 1
                for place in range(begin, end):
                    groups[order[base + place]] = group_count
                placed += end - begin
                tally[2] += pairs
                size = end - begin
                for slot in range(5, len(tally)):
                    size, tally[slot] = min(size, tally[slot]), max(size, tally[slot])
        begin = end
    tally[0] = placed
    tally[1] = group_count
    return runs


@compiled("void(uint64[::1], uint32[::1], uint64)")
def extend_keys(keys, codes, size):  # type: ignore[no-untyped-def]
    """Add a column of so many values to each record's key; a key is 0 where any column is missing."""
    for row in range(len(keys)):
        keys[row] = np.uint64(0) if (keys[row] == 0) | (codes[row] == 0) else keys[row] * size + codes[row]


@compiled("int64(uint64[::1], uint32[::1], uint64, uint64[::1])")
def pack_keys(keys, rows, row_bits, out):  # type: ignore[no-untyped-def]
    """Write a word of key and row for each entry that has a key, in an order of keys, then rows. Returns how many.

    Entries stand for the records themselves where ``rows`` is empty.
    """
    count = 0
    for entry in range(len(keys)):
        if keys[entry] != 0:
            row = np.uint64(rows[entry]) if len(rows) else np.uint64(entry)
            out[count] = (keys[entry] << row_bits) | row
            count += 1
    return count


@compiled(f"void({_U32}, uint32[:, ::1], int64)")
def set_column(codes, table, column):  # type: ignore[no-untyped-def]
    """Write a column into a table of records."""
    for row in range(len(codes)):
        table[row, column] = codes[row]


@compiled(f"int64({_U32}, {_U32}, {_U32}, {_U32}, int64, int64, uint32[:, ::1], int64, {_U32}, {_U32})")
def emit_pairs(left, start, stop, order, first, last, groups, earlier, out_left, out_right):  # type: ignore[no-untyped-def]
    """Write the pairs of some runs, without those that share a group of an earlier rule; returns how many."""
    count = np.uint64(0)
    for run in range(first, last):
        row = left[run]
        for place in range(start[run], stop[run]):
            partner = order[place]
            made = False
            for rule in range(earlier):
                group = groups[row, rule]
                made |= (group != 0) & (group == groups[partner, rule])
            out_left[count] = row
            out_right[count] = partner
            count += np.uint64(not made)
    return count


@compiled(f"int64({_U32}, {_U32}, uint32[:, ::1], int64)")
def drop_shared(left, right, groups, earlier):  # type: ignore[no-untyped-def]
    """Move the pairs that share no group of the first so many rules to the front; returns how many."""
    count = np.uint64(0)
    for pair in range(len(left)):
        row, partner = left[pair], right[pair]
        made = False
        for rule in range(earlier):
            group = groups[row, rule]
            made |= (group != 0) & (group == groups[partner, rule])
        left[count] = row
        right[count] = partner
        count += np.uint64(not made)
    return count


@inlined
def _first_shared(starts, members, one, other):  # type: ignore[no-untyped-def]
    """Return the least member that two rising sets share; 0 for none."""
    i, i_end = starts[one], starts[one + 1]
    j, j_end = starts[other], starts[other + 1]
    while i < i_end and j < j_end:
        if members[i] == members[j]:
            return members[i]
        if members[i] < members[j]:
            i += 1
        else:
            j += 1
    return np.uint32(0)


@compiled(f"int64({_U32}, {_U32}, {_U32}, {_U32}, {_U32}, int64, int64, {_I64}, {_U32}, {_U32}, {_U32})")
def emit_set_pairs(left, start, stop, key, order, first, last, starts, members, out_left, out_right):  # type: ignore[no-untyped-def]
    """Write the pairs of some runs whose least shared key is the run's own, so each pair once; returns how many."""
    count = 0
    for run in range(first, last):
        row = left[run]
        for place in range(start[run], stop[run]):
            if _first_shared(starts, members, row, order[place]) == key[run]:
                out_left[count] = row
                out_right[count] = order[place]
                count += 1
    return count


@compiled(f"void({_U32}, {_U32}, {_I64}, {_U32}, {_U8})")
def share_member(left, right, starts, members, out):  # type: ignore[no-untyped-def]
    """Tell for each pair of records whether their key sets share a member."""
    for place in range(len(left)):
        out[place] = _first_shared(starts, members, left[place], right[place]) != 0


@compiled(f"void(uint32[:, ::1], {_U32}, uint32[:, ::1])")
def gather_codes(table, rows, out):  # type: ignore[no-untyped-def]
    """Turn the records' rows of codes into columns: ``out[column, k] = table[rows[k], column]``."""
    columns = table.shape[1]
    for place in range(len(rows)):
        row = np.uint64(rows[place])
        for column in range(columns):
            out[column, place] = table[row, column]


@compiled(f"void(uint8[:, ::1], {_I64}, {_I64})")
def combine(grades, strides, out):  # type: ignore[no-untyped-def]
    """Sum grades (or levels) times strides into one number a pair."""
    for place in range(len(out)):
        out[place] = 0
    for gauge in range(len(strides)):
        stride = strides[gauge]
        row = grades[gauge]
        for place in range(len(out)):
            out[place] += stride * row[place]


@compiled(f"void({_I64}, {_I64})")
def count_codes(codes, histogram):  # type: ignore[no-untyped-def]
    """Add one to the histogram for each code."""
    for place in range(len(codes)):
        histogram[np.uint64(codes[place])] += 1


@compiled(f"void({_U8}, {_I64}, {_U8})")
def look_up_levels(table, places, out):  # type: ignore[no-untyped-def]
    """Write the level at each place of a table."""
    for pair in range(len(out)):
        out[pair] = table[np.uint64(places[pair])]
