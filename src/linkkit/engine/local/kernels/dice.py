"""Pairs of bit filters that share enough bits, by popcount-sorted blocks of eight.

Every similarity here grows with the bits that two filters of given popcounts share, so that a floor on the similarity
is a whole number of shared bits for each two popcounts. The kernel works these numbers out for eight filters against
the popcounts of a tile, leaves out the popcounts that cannot reach them, marks by the first words the pairs that may,
and counts all words of those.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .filter_tile import LANES, may_reach
from .intrinsics import count_bits, count_trailing_zeros
from .jit import compiled, inlined

DICE, JACCARD, OVERLAP, HAMMING, TVERSKY, WEIGHTED_DICE = range(6)
BETWEEN, ONCE, OTHERS = range(3)
"""Which pairs: of two sets; of one set, each once; of one set, both ways round."""
TILE, LEFT, RIGHT = range(3)
"""Where the kernel goes on: tile, left block and right block; at the end the tile is the number of tiles."""

_NEVER = 2**40  # more bits than any filter has
_ZERO, _ONE, _SEVEN, _THREE, _EIGHT = np.uint64(0), np.uint64(1), np.uint64(7), np.uint64(3), np.uint64(LANES)
_BELOW = np.uint64(sum(1 << (8 * j + i) for j in range(8) for i in range(j)))  # i stands before j
_APART = np.uint64(sum(1 << (8 * j + i) for j in range(8) for i in range(8) if i != j))


@inlined
def similarity(metric: Any, alpha: Any, beta: Any, bits: Any, shared: Any, left: Any, right: Any) -> Any:
    """Return the similarity of two filters of so many bits set, of which so many are shared."""
    if metric == DICE:
        return 2.0 * shared / (left + right) if left + right > 0 else 0.0
    if metric == JACCARD:
        return shared / (left + right - shared) if left + right > 0 else 0.0
    if metric == OVERLAP:
        return shared / min(left, right) if min(left, right) > 0 else 0.0
    if metric == HAMMING:
        return (bits - (left + right - 2 * shared)) / bits
    if metric == WEIGHTED_DICE:
        below = alpha * left + beta * right
        return min(1.0, 2.0 * shared / below) if below > 0 else 0.0
    return shared / (shared + alpha * (left - shared) + beta * (right - shared)) if shared > 0 else 0.0


@inlined
def least_shared(metric: Any, alpha: Any, beta: Any, bits: Any, floor: Any, left: Any, right: Any) -> Any:
    """Return the fewest shared bits with which two filters reach the floor; more than any filter has where none do."""
    low, high = max(np.int64(0), left + right - bits), min(left, right)
    if not similarity(metric, alpha, beta, bits, high, left, right) >= floor:
        return _NEVER
    while low < high:
        middle = (low + high) // 2
        if similarity(metric, alpha, beta, bits, middle, left, right) >= floor:
            high = middle
        else:
            low = middle + 1
    return low


@inlined
def fill_needs(
    block: Any, left_popcounts: Any, floors: Any, rank_popcounts: Any, first: Any, last: Any, metric: Any, needs: Any
) -> Any:
    """Fill in what a left block must share with some popcounts; return the least and the largest that it can reach."""
    kind, alpha, beta, bits = np.int64(metric[0]), metric[1], metric[2], np.int64(metric[3])
    least, most = last + 1, -1
    like = -1
    for lane in range(LANES):
        place = block * LANES + lane
        popcount, floor = left_popcounts[place], floors[place]
        same = like >= 0 and popcount == left_popcounts[place - 1] and floor == floors[place - 1]
        for rank in range(first, last + 1):
            need = np.int64(0)
            if same:
                need = needs[rank, like]
            else:
                need = least_shared(kind, alpha, beta, bits, floor, popcount, rank_popcounts[rank])
            needs[rank, lane] = need
            if need != _NEVER:
                least, most = min(least, rank), max(most, rank)
        like = lane
    return least, most


@inlined
def wanted(marks: Any, which: Any, is_diagonal: Any) -> Any:
    """Take out pairs of a filter with itself, and those that come the other way round."""
    if which == BETWEEN or not is_diagonal:
        return marks
    return marks & (_BELOW if which == ONCE else _APART)


@compiled(
    "int64(uint64[:, :, ::1], int64[::1], int64[::1], float64[::1], uint64[:, :, ::1], int64[::1], int64[::1], "
    "int64[::1], int64[::1], float64[::1], int64[::1], int64[::1], int64[:, ::1], "
    "uint32[::1], uint32[::1], uint32[::1])"
)
def find_pairs(
    left: Any,
    left_rests: Any,
    left_popcounts: Any,
    floors: Any,
    right: Any,
    right_rests: Any,
    right_ranks: Any,
    rank_popcounts: Any,
    rank_starts: Any,
    metric: Any,
    how: Any,
    state: Any,
    needs: Any,
    found_left: Any,
    found_right: Any,
    found_shared: Any,
) -> Any:
    """Find pairs until there is no room for more.

    Parameters
    ----------
    left, right
        Shape (blocks, words, 8), uint64: filters in rising order of popcount, the words of eight side by side.
    left_rests, right_rests
        Shape (8 * blocks,): bits set in the words that the first step does not count.
    left_popcounts
        Shape (8 * blocks,): bits set.
    floors
        Shape (8 * left blocks,): the least similarity of each left filter; infinity where a place is empty.
    right_ranks
        Shape (8 * right blocks,): which popcount each right filter has; the number of popcounts where empty.
    rank_popcounts, rank_starts
        Shapes (ranks,) and (ranks + 1,): the popcounts on the right, rising, and where the filters of each begin.
    metric
        Which similarity, alpha, beta, and the bits of a filter.
    how
        Which pairs, words of the first step, right blocks of a tile, the first and the last but one left block, and
        whether to return after each tile.
    state
        Where to begin; receives where to go on.
    needs
        Shape (ranks + 1, 8): room to work.
    found_left, found_right, found_shared
        Receive the places of the filters of each pair, and the bits that they share.

    Returns
    -------
    How many pairs were found.
    """
    which, head, width, first_left, end_left = how[0], np.uint64(how[1]), how[2], how[3], how[4]
    words = np.uint64(left.shape[1])
    tile, block, other = state[TILE], state[LEFT], state[RIGHT]
    count, ranks = 0, len(rank_popcounts)
    needs[ranks, :] = _NEVER
    while tile * width < len(right):
        tile_start, tile_end = tile * width, min(tile * width + width, len(right))
        last_rank = min(right_ranks[tile_end * LANES - 1], ranks - 1)
        # of pairs that come once, the right one stands in the same block or a later one
        last_left = min(end_left, tile_end) if which == ONCE else end_left
        while block < last_left:
            least, most = fill_needs(
                block,
                left_popcounts,
                floors,
                rank_popcounts,
                right_ranks[tile_start * LANES],
                last_rank,
                metric,
                needs,
            )  # fmt: skip
            begin = max(tile_start, rank_starts[least] // LANES, other, block if which == ONCE else 0)
            end = min(tile_end, (rank_starts[most + 1] + LANES - 1) // LANES)
            left_block = np.uint64(block)
            for place in range(begin, end):
                if count + LANES * LANES > len(found_left):
                    state[TILE], state[LEFT], state[RIGHT] = tile, block, place
                    return count
                right_block = np.uint64(place)
                marks = may_reach(
                    left, left_rests, left_block, right, right_rests, right_ranks, right_block, needs, head
                )
                if marks != _ZERO:
                    marks = wanted(marks, which, place == block)
                while marks != _ZERO:
                    mark = count_trailing_zeros(marks)
                    marks &= marks - _ONE
                    lane_left, lane_right = mark & _SEVEN, mark >> _THREE
                    shared = _ZERO
                    for word in range(words):
                        shared += count_bits(left[left_block, word, lane_left] & right[right_block, word, lane_right])
                    column = right_block * _EIGHT + lane_right
                    if np.int64(shared) >= needs[right_ranks[column], lane_left]:
                        found_left[count] = left_block * _EIGHT + lane_left
                        found_right[count] = column
                        found_shared[count] = shared
                        count += 1
            block, other = block + 1, 0
        tile, block, other = tile + 1, first_left, 0
        if how[5] != 0:
            break
    state[TILE], state[LEFT], state[RIGHT] = tile, block, other
    return count


@compiled("void(uint64[:, ::1], int64[::1], int64, uint64[:, :, ::1], int64[::1], int64[::1])")
def lay_out(words: Any, order: Any, head: Any, blocks: Any, popcounts: Any, rests: Any) -> None:
    """Lay filters out in blocks of eight, in an order; note the bits set in all words and in those from `head` on."""
    for place in range(len(order)):
        row = order[place]
        total = rest = np.int64(0)
        for word in range(words.shape[1]):
            value = words[row, word]
            blocks[place // LANES, word, place % LANES] = value
            bits = np.int64(count_bits(value))
            total += bits
            if word >= head:
                rest += bits
        popcounts[place], rests[place] = total, rest


@compiled("void(uint64[:, ::1], int64[::1])")
def popcounts_of(words: Any, popcounts: Any) -> None:
    """Count the bits set in each row."""
    for row in range(len(words)):
        total = np.int64(0)
        for word in range(words.shape[1]):
            total += np.int64(count_bits(words[row, word]))
        popcounts[row] = total
