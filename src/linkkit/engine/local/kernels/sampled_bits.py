"""Blocks of bit filters that agree on a few of their bits (Hamming LSH), and the similar pairs in them."""

from __future__ import annotations

from typing import Any

import numpy as np

from .dice import similarity
from .intrinsics import count_bits
from .jit import compiled, inlined

LEFT, RIGHT, CANDIDATES, BLOCKS, LARGEST_LEFT, LARGEST_RIGHT = range(6)
"""What the state holds: where to go on, and what was counted so far; sizes are those of the block of most pairs."""
NOWHERE = -1
_ONE, _ZERO, _SIXTY_THREE, _SIX = np.uint64(1), np.uint64(0), np.uint64(63), np.uint64(6)


@compiled("void(uint64[:, ::1], int64[::1], uint64[::1], uint64[::1])")
def keys_of(words: Any, rows: Any, positions: Any, keys: Any) -> None:
    """Put together the bits at some positions of some rows; at most 64 positions."""
    for place in range(len(rows)):
        row = np.uint64(rows[place])
        key = _ZERO
        for position in positions:
            key = key << _ONE | words[row, position >> _SIX] >> (position & _SIXTY_THREE) & _ONE
        keys[place] = key


@inlined
def met_before(left: Any, right: Any, one: Any, other: Any, masks: Any, table: Any) -> Any:
    """Tell whether two filters agree on all bits of an earlier table."""
    for earlier in range(table):
        differs = _ZERO
        for word in range(masks.shape[1]):
            differs |= (left[one, word] ^ right[other, word]) & masks[earlier, word]
        if differs == _ZERO:
            return True
    return False


@inlined
def note_block(state: Any, left_keys: Any, begin: Any, size: Any, is_within: Any) -> None:
    """Count a block, and remember its size where it has the most pairs."""
    end = begin + 1
    while end < len(left_keys) and left_keys[end] == left_keys[begin]:
        end += 1
    left_size = end - begin
    pairs = left_size * (left_size - 1) // 2 if is_within else left_size * size
    if pairs > 0:
        state[BLOCKS] += 1
        state[CANDIDATES] += pairs
        if left_size * size > state[LARGEST_LEFT] * state[LARGEST_RIGHT]:
            state[LARGEST_LEFT], state[LARGEST_RIGHT] = left_size, size


@compiled(
    "int64(uint64[:, ::1], int64[::1], int64[::1], uint64[::1], uint64[:, ::1], int64[::1], int64[::1], uint64[::1], "
    "boolean, float64[::1], float64, uint64[:, ::1], int64, int64[::1], uint32[::1], uint32[::1], float64[::1])"
)
def find_in_blocks(
    left: Any,
    left_popcounts: Any,
    left_rows: Any,
    left_keys: Any,
    right: Any,
    right_popcounts: Any,
    right_rows: Any,
    right_keys: Any,
    is_within: Any,
    metric: Any,
    floor: Any,
    masks: Any,
    table: Any,
    state: Any,
    found_left: Any,
    found_right: Any,
    found_similarity: Any,
) -> Any:
    """Find the similar pairs that one table brings together and no earlier one does, until there is no room for more.

    Parameters
    ----------
    left, right
        Shape (rows, words).
    left_popcounts, right_popcounts
        Shape (rows,): bits set.
    left_rows, right_rows, left_keys, right_keys
        Rows in rising order of their keys in this table, and these keys.
    is_within
        Whether both sides are one set: each two filters are then one pair.
    metric, floor
        Which similarity, alpha, beta, bits of a filter; the least that is kept.
    masks, table
        Shape (tables, words): the bits of each table; which one this is.
    state
        Where to go on, and counts of the table: see the names at the top of this module; -1 on the left at its end.
    found_left, found_right, found_similarity
        Receive the pairs.

    Returns
    -------
    How many pairs were found.
    """
    kind, alpha, beta, bits = np.int64(metric[0]), metric[1], metric[2], np.int64(metric[3])
    words, count = left.shape[1], 0
    place, begin, end = state[LEFT], state[RIGHT], np.int64(0)
    while place < len(left_rows):
        key, row = left_keys[place], np.uint64(left_rows[place])
        while begin < len(right_keys) and right_keys[begin] < key:
            begin += 1
        end = begin if end < begin else end
        while end < len(right_keys) and right_keys[end] == key:
            end += 1
        if count + end - begin > len(found_left):
            break
        if place == 0 or left_keys[place - 1] != key:
            note_block(state, left_keys, place, end - begin, is_within)
        popcount = left_popcounts[row]
        for position in range(place + 1 if is_within else begin, end):
            other = np.uint64(right_rows[position])
            other_popcount = right_popcounts[other]
            most = min(popcount, other_popcount)
            if similarity(kind, alpha, beta, bits, most, popcount, other_popcount) < floor:
                continue
            shared = np.int64(0)
            for word in range(words):
                shared += np.int64(count_bits(left[row, word] & right[other, word]))
            found = similarity(kind, alpha, beta, bits, shared, popcount, other_popcount)
            if found >= floor and not met_before(left, right, row, other, masks, table):
                found_left[count], found_right[count], found_similarity[count] = row, other, found
                count += 1
        place += 1
    state[LEFT], state[RIGHT] = place if place < len(left_rows) else NOWHERE, begin
    return count
