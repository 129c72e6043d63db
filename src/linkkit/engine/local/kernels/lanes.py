"""The kernel of `reaching`: bounds of sixteen records against one, added at once in lanes of 16 bits."""

from __future__ import annotations

from typing import Any

import numpy as np

from .intrinsics import count_trailing_zeros
from .jit import compiled, inlined

WORDS = 4
"""Words of 64 bits that hold the lanes of one value."""
LANES = 4 * WORDS
"""Records whose bounds are added at once."""
MARK = 2**15
"""A lane reaches the floor where its sum has this bit."""

_MARKS = np.uint64(0x8000_8000_8000_8000)
_ZERO, _ONE, _FOUR = np.uint64(0), np.uint64(1), np.uint64(4)


@inlined
def note(marks: Any, first: Any, column: Any, lanes: Any, columns: Any, count: Any) -> Any:
    """Note the marked lanes of one word; return how many pairs are noted by now."""
    marks &= _MARKS
    while marks != _ZERO:
        lanes[count] = first + np.uint32(count_trailing_zeros(marks) >> _FOUR)
        columns[count] = column
        count += 1
        marks &= marks - _ONE
    return count


@compiled("UniTuple(int64, 2)(uint64[:, ::1], uint32[:, ::1], int64, uint64[::1], int64, uint32[::1], uint32[::1])")
def reaching_lanes(tables: Any, places: Any, head: Any, rest: Any, column: Any, lanes: Any, columns: Any) -> Any:
    """Find the pairs of sixteen records with others whose bounds add up to the mark.

    Parameters
    ----------
    tables
        Shape (values, words): the bounds of the sixteen records against each value of each column.
    places
        Shape (others, columns): which row of `tables` holds for each other record.
    head
        How many columns are added for every record; the others only where `rest` can still make the mark.
    rest
        Shape (words,): in each lane the most that the other columns can add.
    column
        The record to go on from.
    lanes, columns
        Receive the pairs found.

    Returns
    -------
    The record to go on from, and how many pairs were found.
    """
    count, width = 0, places.shape[1]
    while column < len(places) and count + LANES <= len(lanes):
        one, two, three, four = rest[0], rest[1], rest[2], rest[3]
        for place in range(head):
            row = places[column, place]
            one += tables[row, 0]
            two += tables[row, 1]
            three += tables[row, 2]
            four += tables[row, 3]
        if (one | two | three | four) & _MARKS != _ZERO:
            one -= rest[0]
            two -= rest[1]
            three -= rest[2]
            four -= rest[3]
            for place in range(head, width):
                row = places[column, place]
                one += tables[row, 0]
                two += tables[row, 1]
                three += tables[row, 2]
                four += tables[row, 3]
            count = note(one, np.uint32(0), column, lanes, columns, count)
            count = note(two, np.uint32(4), column, lanes, columns, count)
            count = note(three, np.uint32(8), column, lanes, columns, count)
            count = note(four, np.uint32(12), column, lanes, columns, count)
        column += 1
    return column, count
