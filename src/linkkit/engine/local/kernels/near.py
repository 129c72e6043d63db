"""Similarity joins: the hits of rows of grades, groups whose values are near, and the pairs of records behind them."""

from __future__ import annotations

from typing import Any

import numpy as np

from .jit import compiled, inlined

__all__ = ["emit_parts", "list_hits", "listed_in", "pair_groups"]

_U32, _I64 = "uint32[::1]", "int64[::1]"
# Finding a value in a list takes about so many steps.
_STEPS = 8


@compiled(f"int64(uint8[:, ::1], {_I64}, {_U32}, {_U32})")
def list_hits(grades: Any, first_columns: Any, rows: Any, columns: Any) -> Any:
    """List the places of grade 1, each row from its first column on. Returns how many; stops where there is no room."""
    count = 0
    for row in range(grades.shape[0]):
        line = grades[row]
        for column in range(first_columns[row], len(line)):
            if line[column] == 1:
                if count == len(rows):
                    return np.int64(-1)
                rows[count] = row
                columns[count] = column
                count += 1
    return np.int64(count)


@inlined
def _first_place(values: Any, start: Any, end: Any, value: Any) -> Any:
    """Find the first place of a rising stretch whose value is not below a value."""
    while start < end:
        middle = (start + end) // 2
        if values[middle] < value:
            start = middle + 1
        else:
            end = middle
    return start


@compiled(f"void({_I64}, {_U32}, {_U32}, {_U32}, boolean[::1])")
def listed_in(starts: Any, values: Any, lists: Any, wanted: Any, found: Any) -> None:
    """Tell for each place whether a list, ``values[starts[v]:starts[v + 1]]`` of value ``v``, holds another value."""
    for place in range(len(lists)):
        start, end, value = starts[lists[place]], starts[lists[place] + np.uint32(1)], wanted[place]
        last = end
        while start < end:
            middle = (start + end) // 2
            if values[middle] < value:
                start = middle + 1
            else:
                end = middle
        found[place] = start < last and values[start] == value


@compiled(f"int64({_U32}, {_I64}, {_I64}, {_I64}, {_U32}, {_I64}, {_U32}, boolean, {_U32}, {_U32})")
def pair_groups(
    group_values: Any,
    owners: Any,
    block_starts: Any,
    block_ends: Any,
    block_values: Any,
    near_starts: Any,
    near_values: Any,
    is_half: Any,
    left: Any,
    right: Any,
) -> Any:
    """List the groups of a block whose value is near a group's; returns how many, or -1 where there is no room.

    Group ``g`` of value ``group_values[g]``, number ``owners[g]``, meets the groups ``block_starts[g]`` to
    ``block_ends[g]``, whose values rise; of a half only those not below its own number.
    """
    count = 0
    for group in range(len(group_values)):
        value = group_values[group]
        near, near_end = near_starts[value], near_starts[value + 1]
        place, end = block_starts[group], block_ends[group]
        if is_half:
            place = max(place, owners[group])
        few, many = min(near_end - near, end - place), max(near_end - near, end - place)
        if count + end - place > len(left):
            return np.int64(-1)
        if few * _STEPS > many:  # of two lists about as long each is gone through once
            while near < near_end and place < end:
                ours, theirs = near_values[near], block_values[place]
                left[count], right[count] = owners[group], place
                count += ours == theirs
                near += ours < theirs
                place += ours >= theirs
        elif near_end - near <= end - place:
            for other in range(near, near_end):
                place = _first_place(block_values, place, end, near_values[other])
                while place < end and block_values[place] == near_values[other]:
                    left[count], right[count] = owners[group], place
                    count += 1
                    place += 1
        else:
            for found in range(place, end):
                near = _first_place(near_values, near, near_end, block_values[found])
                left[count], right[count] = owners[group], found
                count += near < near_end and near_values[near] == block_values[found]
    return np.int64(count)


@compiled(f"int64({_U32}, {_U32}, {_I64}, {_U32}, {_I64}, {_U32}, int64, int64, boolean, boolean, {_U32}, {_U32})")
def emit_parts(
    one: Any,
    other: Any,
    starts: Any,
    order: Any,
    other_starts: Any,
    other_order: Any,
    first: Any,
    last: Any,
    is_within: Any,
    is_crossed: Any,
    out_left: Any,
    out_right: Any,
) -> Any:
    """Write the pairs of records of some pairs of parts, the lower row first; returns how many.

    Part ``p`` holds the records ``order[starts[p]:starts[p + 1]]``, and so on the other side. Within one dataset a
    part meets itself above the diagonal only; of crossed columns, only pairs whose first record is the lower one.
    """
    count = 0
    for pair in range(first, last):
        part, partner = one[pair], other[pair]
        for place in range(starts[part], starts[part + 1]):
            row = order[place]
            begin = other_starts[partner]
            if is_within and not is_crossed and part == partner:
                begin = place + 1
            for meeting in range(begin, other_starts[partner + 1]):
                met = other_order[meeting]
                if is_crossed:
                    out_left[count] = row
                    out_right[count] = met
                    count += row < met
                else:
                    out_left[count] = min(row, met)
                    out_right[count] = max(row, met)
                    count += 1
    return np.int64(count)
