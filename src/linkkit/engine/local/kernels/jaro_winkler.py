"""Jaro and Jaro-Winkler similarity, equal to rapidfuzz bit for bit.

Most random pairs cannot reach the loosest bound, and two bit counts prove it: the characters that a value has in common
with another are at most its length less the bits that only its own mask has. Pairs that pass are compared exactly.
The number of common characters and their order do not depend on which value comes first: both ways match each
character greedily from left to right within windows of one width.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .characters import TILE, UNDECIDED, length_of, list_undecided, places_of
from .intrinsics import count_bits, count_trailing_zeros
from .jit import compiled, inlined
from .limits import PREFIXES, SIDE

_ONE = np.uint64(1)
_FIRST_FOUR = np.uint64(0xFFFFFFFF)
_BEYOND_FOUR = np.uint64(1 << 32)


@inlined
def common_prefix(head: Any, other_head: Any) -> Any:
    """Count the equal characters at the start of two different values, at most four."""
    return count_trailing_zeros(((head ^ other_head) & _FIRST_FOUR) | _BEYOND_FOUR) >> np.uint64(3)


@inlined
def most_common(mask: Any, other_mask: Any, length: Any, other_length: Any) -> Any:
    """Return an upper limit of the number of common characters."""
    return min(
        np.int64(length) - np.int64(count_bits(mask & ~other_mask)),
        np.int64(other_length) - np.int64(count_bits(other_mask & ~mask)),
    )


@inlined
def match_characters(rows: Any, one: Any, other: Any, length: Any, other_length: Any) -> Any:
    """Mark the common characters of two values, each within the window of the other."""
    window = max(length, other_length) // np.uint64(2) - _ONE
    reach = (_ONE << (window + _ONE)) - _ONE
    flags, other_flags = np.uint64(0), np.uint64(0)
    for place in range(min(other_length, length + window)):
        here = places_of(rows, one, rows[other, place]) & reach & ~flags
        flags |= here & (~here + _ONE)
        other_flags |= np.uint64(here != 0) << place
        reach = (reach << _ONE) | np.uint64(place < window)
    return flags, other_flags


@inlined
def count_misplaced(rows: Any, one: Any, other: Any, flags: Any, other_flags: Any) -> Any:
    """Count the common characters that differ when both values list them in their own order."""
    misplaced = np.uint64(0)
    while flags:
        place, other_place = count_trailing_zeros(flags), count_trailing_zeros(other_flags)
        misplaced += np.uint64(rows[one, place] != rows[other, other_place])
        flags &= flags - _ONE
        other_flags &= other_flags - _ONE
    return misplaced


@inlined
def similarity_of(rows: Any, heads: Any, one: Any, other: Any, prefix_weight: Any) -> Any:
    """Compute the similarity of two values in the order of operations of rapidfuzz."""
    length, other_length = length_of(heads[one]), length_of(heads[other])
    if one == other:
        return 1.0
    if length == 0 or other_length == 0 or length + other_length == 2:
        return 0.0
    flags, other_flags = match_characters(rows, one, other, length, other_length)
    common = np.float64(count_bits(flags))
    if common == 0:
        return 0.0
    transpositions = np.float64(count_misplaced(rows, one, other, flags, other_flags) >> _ONE)
    similarity = common / np.float64(length)
    similarity += common / np.float64(other_length)
    similarity += (common - transpositions) / common
    similarity /= 3.0
    if similarity > 0.7:
        prefix = np.float64(common_prefix(heads[one], heads[other]))
        similarity = min(similarity + prefix * prefix_weight * (1.0 - similarity), 1.0)
    return similarity


@inlined
def grade_of(similarity: Any, bounds: Any) -> Any:
    """Return one more than the number of bounds missed."""
    grade = 1
    for bound in bounds:
        grade += similarity < bound
    return grade


@inlined
def filter_pairs(masks: Any, heads: Any, needed: Any, worst: Any, left: Any, right: Any, out: Any) -> None:
    """Grade the pairs that need no comparison, and mark the others."""
    for pair in range(len(left)):
        one, other = left[pair], right[pair]
        head, other_head = heads[one], heads[other]
        length, other_length = length_of(head), length_of(other_head)
        place = (length * np.uint64(SIDE) + other_length) * np.uint64(PREFIXES) + common_prefix(head, other_head)
        common = most_common(masks[one], masks[other], length, other_length)
        grade = UNDECIDED if common >= needed[place] else worst
        grade = 1 if one == other else grade
        out[pair] = 0 if one == 0 or other == 0 else grade


@compiled(
    "void(uint8[:, ::1], uint64[::1], uint64[::1], int8[::1], float64, float64[::1],"
    " uint32[::1], uint32[::1], uint8[::1])"
)
def grade_pairs(
    rows: Any,
    heads: Any,
    masks: Any,
    needed: Any,
    prefix_weight: Any,
    bounds: Any,
    left: Any,
    right: Any,
    out: Any,
) -> None:
    """Grade pairs of codes."""
    positions = np.empty(TILE, np.int64)
    for start in range(0, len(left), TILE):
        end = min(start + TILE, len(left))
        filter_pairs(masks, heads, needed, len(bounds) + 1, left[start:end], right[start:end], out[start:end])
        for undecided in range(list_undecided(out, start, end, positions)):
            pair = positions[undecided]
            one, other = np.uint64(left[pair]), np.uint64(right[pair])
            out[pair] = grade_of(similarity_of(rows, heads, one, other, prefix_weight), bounds)


@compiled("void(uint8[:, ::1], uint64[::1], float64, uint32[::1], uint32[::1], float64[::1])")
def similarities(rows: Any, heads: Any, prefix_weight: Any, left: Any, right: Any, out: Any) -> None:
    """Compute the similarities of pairs of codes; that of a missing value is not a number."""
    for pair in range(len(left)):
        one, other = np.uint64(left[pair]), np.uint64(right[pair])
        missing = one == 0 or other == 0
        out[pair] = np.nan if missing else similarity_of(rows, heads, one, other, prefix_weight)


@inlined
def filter_block(mask: Any, head: Any, masks: Any, heads: Any, needed: Any, length: Any, worst: Any, out: Any) -> None:
    """Mark the values of one length that a value may be similar enough to."""
    own_length = length_of(head)
    place = (own_length * np.uint64(SIDE) + np.uint64(length)) * np.uint64(PREFIXES)
    needed_0, needed_1, needed_2 = needed[place], needed[place + np.uint64(1)], needed[place + np.uint64(2)]
    needed_3, needed_4 = needed[place + np.uint64(3)], needed[place + np.uint64(4)]
    for value in range(len(masks)):
        change = head ^ heads[value]
        least = needed_1 if change & np.uint64(0xFF) == 0 else needed_0
        least = needed_2 if change & np.uint64(0xFFFF) == 0 else least
        least = needed_3 if change & np.uint64(0xFFFFFF) == 0 else least
        least = needed_4 if change & _FIRST_FOUR == 0 else least
        out[value] = UNDECIDED if most_common(mask, masks[value], own_length, length) >= least else worst


@compiled(
    "void(uint8[:, ::1], uint64[::1], uint64[::1], int8[::1], float64, float64[::1],"
    " uint32[::1], uint64[::1], uint64[::1], uint32[::1], uint32[::1], int64[::1], uint8[:, ::1])"
)
def grade_rows(
    rows: Any,
    heads: Any,
    masks: Any,
    needed: Any,
    prefix_weight: Any,
    bounds: Any,
    codes: Any,
    sorted_heads: Any,
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
        out[row, :] = len(bounds) + 1
        for length in range(SIDE):
            start, end = length_starts[length], length_starts[length + 1]
            place = (length_of(heads[one]) * np.uint64(SIDE) + np.uint64(length)) * np.uint64(PREFIXES)
            if start == end or needed[place + np.uint64(PREFIXES - 1)] > min(length_of(heads[one]), np.uint64(length)):
                continue  # not even an anagram with the same four first characters is similar enough
            filter_block(
                masks[one],
                heads[one],
                sorted_masks[start:end],
                sorted_heads[start:end],
                needed,
                length,
                len(bounds) + 1,
                marks[start:end],
            )
            for undecided in range(list_undecided(marks, start, end, positions)):
                position = positions[undecided]
                similarity = similarity_of(rows, heads, one, np.uint64(sorted_codes[position]), prefix_weight)
                out[row, sorted_columns[position]] = grade_of(similarity, bounds)
