"""The kernel of a screen: the most bits that a pair can have, from a few words of each record; no value is compared.

Pairs are taken a tile at a time and gauge by gauge, so that a loop does one thing; those that can no longer reach the
floor leave the tile after each comparison.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .characters import TILE
from .dates import date_distance
from .edit_distance import least_distance
from .jaro_winkler import common_prefix, most_common
from .jit import compiled, inlined
from .limits import PREFIXES, SIDE

__all__ = [
    "EDITS",
    "EQUAL",
    "GAP",
    "INITIAL",
    "JARO",
    "PRESENT",
    "RARITY",
    "SETS",
    "SLOW",
    "WHOLE_DATE",
    "best_grades",
    "screen",
]

EQUAL, JARO, EDITS, WHOLE_DATE, INITIAL, SETS, GAP, RARITY = range(8)
"""Kinds of gauges; what their words hold is told where they are written, in `_screen_gauges.py`."""
PRESENT, SLOW = np.uint64(1 << 63), np.uint64(1 << 62)
"""Marks of a text's second word: it is not missing; only rapidfuzz can compare it."""

_ZERO, _ONE, _LENGTH = np.uint64(0), np.uint64(1), np.uint64(32)
_UNMARKED = ~(PRESENT | SLOW)
_SIDE, _PREFIXES = np.uint64(SIDE), np.uint64(PREFIXES)
_TABLE = np.uint64(SIDE * SIDE * PREFIXES)
_IS_INITIAL, _LETTER = np.uint64(1), np.uint64(0x3FFF_FFFE)
_WORDS, _TABLES = "uint64[:, ::1], float64[:, ::1]", "int8[::1], uint8[::1], float64[::1]"


@inlined
def _grade_equal(words: Any, ones: Any, a: Any, others: Any, b: Any, count: Any, grades: Any) -> None:
    for pair in range(count):
        x, y = words[ones[pair], a], words[others[pair], b]
        grades[pair] = 0 if x == _ZERO or y == _ZERO else (1 if x == y else 2)


@inlined
def _gather(words: Any, rows: Any, place: Any, count: Any, out: Any) -> None:
    """Copy one word of some records: loops that only gather, or only compute, become vector loops."""
    for pair in range(count):
        out[pair] = words[rows[pair], place]


@inlined
def _grade_texts(
    words: Any, ones: Any, a: Any, others: Any, b: Any, count: Any, is_jaro: Any, needed: Any, edits: Any, bounds: Any,
    grades: Any, room: Any,
) -> None:  # fmt: skip
    masks, other_masks, heads, other_heads, places = room[0], room[1], room[2], room[3], room[4]
    _gather(words, ones, a, count, masks)
    _gather(words, others, b, count, other_masks)
    _gather(words, ones, a + _ONE, count, heads)
    _gather(words, others, b + _ONE, count, other_heads)
    if is_jaro:
        for pair in range(count):
            head, other_head = heads[pair] & _UNMARKED, other_heads[pair] & _UNMARKED
            length, other_length = head >> _LENGTH, other_head >> _LENGTH
            places[pair] = (length * _SIDE + other_length) * _PREFIXES + common_prefix(head, other_head)
            masks[pair] = np.uint64(most_common(masks[pair], other_masks[pair], length, other_length))
        for pair in range(count):
            grades[pair] = 1
        for bound in range(bounds):
            first = np.uint64(bound) * _TABLE
            for pair in range(count):
                grades[pair] += np.int64(masks[pair]) < needed[first + places[pair]]
    else:
        for pair in range(count):
            length, other_length = (heads[pair] & _UNMARKED) >> _LENGTH, (other_heads[pair] & _UNMARKED) >> _LENGTH
            least = least_distance(masks[pair], other_masks[pair], length, other_length)
            places[pair] = max(length, other_length) * _SIDE + np.uint64(least)
        for pair in range(count):
            grades[pair] = edits[places[pair]]
    for pair in range(count):
        grade = 1 if (heads[pair] | other_heads[pair]) & SLOW != _ZERO else grades[pair]
        grades[pair] = 0 if heads[pair] == _ZERO or other_heads[pair] == _ZERO else grade


@inlined
def _grade_dates(words: Any, ones: Any, others: Any, a: Any, count: Any, edits: Any, grades: Any) -> None:
    for pair in range(count):
        x, y = words[ones[pair], a], words[others[pair], a]
        grade = edits[np.uint64(date_distance(np.uint32(x), np.uint32(y)))]
        grades[pair] = 0 if x == _ZERO or y == _ZERO else grade


@inlined
def _grade_initials(words: Any, ones: Any, others: Any, a: Any, count: Any, grades: Any) -> None:
    for pair in range(count):
        x, y = words[ones[pair], a], words[others[pair], a]
        agree = (x | y) & _IS_INITIAL != _ZERO and (x ^ y) & _LETTER == _ZERO
        grades[pair] = 0 if x == _ZERO or y == _ZERO else (1 if x == y or agree else 2)


@inlined
def _grade_sets(words: Any, ones: Any, others: Any, a: Any, count: Any, bounds: Any, grades: Any) -> None:
    for pair in range(count):
        x, y = words[ones[pair], a], words[others[pair], a]
        grade = 1 if x & y & ~PRESENT != _ZERO else bounds + 1
        grades[pair] = 0 if x == _ZERO or y == _ZERO else grade


@inlined
def _grade_gaps(
    numbers: Any, ones: Any, others: Any, a: Any, is_relative: Any, count: Any, limits: Any, bounds: Any, grades: Any
) -> None:
    for pair in range(count):
        x, y = numbers[ones[pair], a], numbers[others[pair], a]
        gap = abs(x - y)
        if is_relative and gap > 0:
            gap /= max(abs(x), abs(y))
        grade = bounds + 1
        while grade > 1 and gap <= limits[grade - 2]:
            grade -= 1
        grades[pair] = grade if gap == gap else 0


@inlined
def _grade_rarity(words: Any, ones: Any, others: Any, a: Any, count: Any, grades: Any) -> None:
    for pair in range(count):
        grades[pair] = min(words[ones[pair], a], words[others[pair], a])


@inlined
def _join_crossed(crossed: Any, count: Any, grades: Any) -> None:
    """Take the worse of the two halves of a swap; missing where one is."""
    for pair in range(count):
        grades[pair] = max(grades[pair], crossed[pair]) if grades[pair] * crossed[pair] else 0


@inlined
def _grade(
    words: Any, numbers: Any, gauge: Any, ones: Any, others: Any, count: Any, needed: Any, edits: Any, limits: Any,
    grades: Any, crossed: Any, room: Any,
) -> None:  # fmt: skip
    """Write the best grade of each pair by one gauge; 0 where a value is missing."""
    kind, first, bounds = gauge[0], gauge[3], gauge[4]
    a, b = np.uint64(gauge[1]), np.uint64(gauge[2])
    if kind == EQUAL:
        _grade_equal(words, ones, a, others, b, count, grades)
        if a != b:
            _grade_equal(words, ones, b, others, a, count, crossed)
            _join_crossed(crossed, count, grades)
    elif kind in (JARO, EDITS):
        of_jaro, of_edits = needed[first * (kind == JARO) :], edits[first * (kind == EDITS) :]
        _grade_texts(words, ones, a, others, b, count, kind == JARO, of_jaro, of_edits, bounds, grades, room)
        if a != b:
            _grade_texts(words, ones, b, others, a, count, kind == JARO, of_jaro, of_edits, bounds, crossed, room)
            _join_crossed(crossed, count, grades)
    elif kind == WHOLE_DATE:
        _grade_dates(words, ones, others, a, count, edits[first:], grades)
    elif kind == INITIAL:
        _grade_initials(words, ones, others, a, count, grades)
    elif kind == SETS:
        _grade_sets(words, ones, others, a, count, bounds, grades)
    elif kind == RARITY:
        _grade_rarity(words, ones, others, a, count, grades)
    else:
        _grade_gaps(numbers, ones, others, a, gauge[2], count, limits[first:], bounds, grades)


@compiled(f"void(uint32[::1], uint32[::1], {_WORDS}, int64[:, ::1], {_TABLES}, uint8[:, ::1])")
def best_grades(
    left: Any, right: Any, words: Any, numbers: Any, gauges: Any, needed: Any, edits: Any, limits: Any, out: Any
) -> None:
    """Write the best grade that each pair can have by each gauge: shape (gauges, pairs)."""
    crossed, room = np.empty(len(left), np.uint8), np.empty((5, len(left)), np.uint64)
    for gauge in range(len(gauges)):
        _grade(words, numbers, gauges[gauge], left, right, len(left), needed, edits, limits, out[gauge], crossed, room)


@inlined
def _begin(
    left: Any,
    right: Any,
    start: Any,
    size: Any,
    slack: Any,
    ones: Any,
    others: Any,
    scarcer: Any,
    pairs: Any,
    spare: Any,
) -> Any:
    """Take the pairs of a tile whose records can reach the floor at all; returns how many.

    Of the two records of a pair the one that can add less is the measure of what is lost.
    """
    count = 0
    for pair in range(start, start + size):
        one, other = left[pair], right[pair]
        own, its = slack[one], slack[other]
        ones[count], others[count], pairs[count] = one, other, pair
        spare[count], scarcer[count] = min(own, its), one if own < its else other
        count += min(own, its) >= 0
    return count


@compiled(
    f"int64(uint32[::1], uint32[::1], {_WORDS}, int64[:, ::1], {_TABLES}, int64[:, ::1], int32[::1],"
    " int32[::1], int32[:, ::1], uint32[::1])"
)
def screen(
    left: Any,
    right: Any,
    words: Any,
    numbers: Any,
    gauges: Any,
    needed: Any,
    edits: Any,
    limits: Any,
    comparisons: Any,
    bits: Any,
    slack: Any,
    most: Any,
    kept: Any,
) -> Any:
    """List the pairs that may reach the floor; returns how many.

    Parameters
    ----------
    left, right
        Rows of the pairs.
    words, numbers
        Shape (records, words): what is known of each record, as bits and as numbers.
    gauges
        A row for each gauge: kind, word on one side and on the other, start in its table, bounds, stride.
    needed, edits, limits
        Tables of the gauges.
    comparisons
        A row for each comparison: its first and last gauge, where its bits begin, and its column of `most`.
    bits
        The most that each combination of best grades adds.
    slack
        What the most of all comparisons adds to each record's pairs above the floor.
    most
        Shape (records, comparisons): the most that each comparison adds to each record's pairs.
    kept
        Receives the places of the pairs.
    """
    found = 0
    ones, others, scarcer = np.empty(TILE, np.uint32), np.empty(TILE, np.uint32), np.empty(TILE, np.uint32)
    pairs, places, spare = np.empty(TILE, np.uint32), np.empty(TILE, np.uint32), np.empty(TILE, np.int32)
    grades, crossed, room = np.empty(TILE, np.uint8), np.empty(TILE, np.uint8), np.empty((5, TILE), np.uint64)
    for start in range(0, len(left), TILE):
        count = _begin(left, right, start, min(TILE, len(left) - start), slack, ones, others, scarcer, pairs, spare)
        for comparison in range(len(comparisons)):
            for pair in range(count):
                places[pair] = 0
            for gauge in range(comparisons[comparison, 0], comparisons[comparison, 1]):
                _grade(words, numbers, gauges[gauge], ones, others, count, needed, edits, limits, grades, crossed, room)
                stride = np.uint32(gauges[gauge, 5])
                for pair in range(count):
                    places[pair] += stride * np.uint32(grades[pair])
            of_comparison, column = bits[comparisons[comparison, 2] :], np.uint64(comparisons[comparison, 3])
            left_over = 0
            for pair in range(count):
                remaining = spare[pair] + of_comparison[places[pair]] - most[scarcer[pair], column]
                ones[left_over], others[left_over], scarcer[left_over] = ones[pair], others[pair], scarcer[pair]
                pairs[left_over], spare[left_over] = pairs[pair], remaining
                left_over += remaining >= 0
            count = left_over
        for pair in range(count):
            kept[found + pair] = pairs[pair]
        found += count
    return found
