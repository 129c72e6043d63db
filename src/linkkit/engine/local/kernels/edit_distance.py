"""OSA and Levenshtein distance, equal to rapidfuzz.

Two bit counts give a lower limit of the distance: characters that one value has and the other has not. Pairs that it
leaves are compared by the bit-parallel algorithm of Hyyrö (2003), one step for each character of the shorter value.
Both distances are the same whichever value comes first.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .characters import TILE, UNDECIDED, length_of, list_undecided, places_of
from .intrinsics import count_bits
from .jit import compiled, inlined
from .limits import SIDE

_ONE = np.uint64(1)


@inlined
def least_distance(mask: Any, other_mask: Any, length: Any, other_length: Any) -> Any:
    """Return a lower limit of the distance: an edit removes at most one character from each side's surplus."""
    surplus = np.int64(count_bits(mask & ~other_mask))
    other_surplus = np.int64(count_bits(other_mask & ~mask))
    longer_by = np.int64(length) - np.int64(other_length)
    return max(max(surplus, other_surplus + longer_by), max(other_surplus, surplus - longer_by))


@inlined
def steps_of(rows: Any, long: Any, short: Any, length: Any, short_length: Any, transpositions: Any) -> Any:
    """Compute the distance of two values that are not empty."""
    distance = length
    rising, falling, diagonal, before = ~np.uint64(0), np.uint64(0), np.uint64(0), np.uint64(0)
    last = length - _ONE
    for place in range(short_length):
        here = places_of(rows, long, rows[short, place])
        swapped = ((~diagonal & here) << _ONE) & before & transpositions
        diagonal = (((here & rising) + rising) ^ rising) | here | falling | swapped
        up = falling | ~(diagonal | rising)
        down = diagonal & rising
        distance += (up >> last) & _ONE
        distance -= (down >> last) & _ONE
        up = (up << _ONE) | _ONE
        rising = (down << _ONE) | ~(diagonal | up)
        falling = up & diagonal
        before = here
    return distance


@inlined
def grade_of(rows: Any, heads: Any, one: Any, other: Any, transpositions: Any, grades: Any) -> Any:
    """Look up the grade of the distance; `transpositions` is all ones for OSA, 0 for Levenshtein."""
    length, other_length = length_of(heads[one]), length_of(heads[other])
    if length < other_length:
        one, other = other, one
        length, other_length = other_length, length
    distance = length
    if other_length > 0:
        distance = steps_of(rows, one, other, length, other_length, transpositions)
    return grades[length * np.uint64(SIDE) + distance]


@inlined
def filter_pairs(masks: Any, heads: Any, most: Any, worst: Any, left: Any, right: Any, out: Any) -> None:
    """Grade the pairs that need no comparison, and mark the others."""
    for pair in range(len(left)):
        one, other = left[pair], right[pair]
        length, other_length = length_of(heads[one]), length_of(heads[other])
        least = least_distance(masks[one], masks[other], length, other_length)
        grade = UNDECIDED if least <= most[max(length, other_length)] else worst
        grade = 1 if one == other else grade
        out[pair] = 0 if one == 0 or other == 0 else grade


@compiled(
    "void(uint8[:, ::1], uint64[::1], uint64[::1], int8[::1], uint64, uint8[::1], uint8,"
    " uint32[::1], uint32[::1], uint8[::1])"
)
def grade_pairs(
    rows: Any,
    heads: Any,
    masks: Any,
    most: Any,
    transpositions: Any,
    grades: Any,
    worst: Any,
    left: Any,
    right: Any,
    out: Any,
) -> None:
    """Grade pairs of codes."""
    positions = np.empty(TILE, np.int64)
    for start in range(0, len(left), TILE):
        end = min(start + TILE, len(left))
        filter_pairs(masks, heads, most, worst, left[start:end], right[start:end], out[start:end])
        for undecided in range(list_undecided(out, start, end, positions)):
            pair = positions[undecided]
            one, other = np.uint64(left[pair]), np.uint64(right[pair])
            out[pair] = grade_of(rows, heads, one, other, transpositions, grades)


@compiled("void(uint8[:, ::1], uint64[::1], uint64, uint8[::1], uint32[::1], uint32[::1], uint8[::1])")
def distances(rows: Any, heads: Any, transpositions: Any, grades: Any, left: Any, right: Any, out: Any) -> None:
    """Look up the grades of the distances of all pairs of codes, missing values taken for empty ones."""
    for pair in range(len(left)):
        one, other = np.uint64(left[pair]), np.uint64(right[pair])
        out[pair] = grade_of(rows, heads, one, other, transpositions, grades)


@inlined
def filter_block(mask: Any, own_length: Any, masks: Any, most: Any, length: Any, worst: Any, out: Any) -> None:
    """Mark the values of one length that a value may be near enough to."""
    largest = np.int64(most[max(own_length, np.uint64(length))])
    for value in range(len(masks)):
        least = least_distance(mask, masks[value], own_length, length)
        out[value] = UNDECIDED if least <= largest else worst


@compiled(
    "void(uint8[:, ::1], uint64[::1], uint64[::1], int8[::1], uint64, uint8[::1], uint8,"
    " uint32[::1], uint64[::1], uint32[::1], uint32[::1], int64[::1], uint8[:, ::1])"
)
def grade_rows(
    rows: Any,
    heads: Any,
    masks: Any,
    most: Any,
    transpositions: Any,
    grades: Any,
    worst: Any,
    codes: Any,
    sorted_masks: Any,
    sorted_codes: Any,
    sorted_columns: Any,
    length_starts: Any,
    out: Any,
) -> None:
    """Grade each of some codes against values sorted by length: one row of grades for each code."""
    positions = np.empty(len(sorted_codes), np.int64)
    marks = np.empty(len(sorted_codes), np.uint8)
    for row in range(len(codes)):
        one = np.uint64(codes[row])
        own_length = np.int64(length_of(heads[one]))
        out[row, :] = worst
        for length in range(SIDE):
            start, end = length_starts[length], length_starts[length + 1]
            if start == end or abs(own_length - length) > most[max(own_length, length)]:
                continue
            block = marks[start:end]
            filter_block(masks[one], np.uint64(own_length), sorted_masks[start:end], most, length, worst, block)
            for undecided in range(list_undecided(marks, start, end, positions)):
                position = positions[undecided]
                other = np.uint64(sorted_codes[position])
                out[row, sorted_columns[position]] = grade_of(rows, heads, one, other, transpositions, grades)
