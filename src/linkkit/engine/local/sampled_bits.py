"""Similar pairs of bit filters among those that agree on all sampled bits of one of several tables (Hamming LSH)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from ._filters import Counts, Metric, Words, popcounts
from ._threads import ordered_map
from .encodings import Found
from .kernels.sampled_bits import (
    BLOCKS,
    CANDIDATES,
    LARGEST_LEFT,
    LARGEST_RIGHT,
    LEFT,
    NOWHERE,
    find_in_blocks,
    keys_of,
)

__all__ = ["TableCount", "pairs_of_tables"]

_ROOM = 2**18  # pairs of a chunk, where no block is larger
_AHEAD = 4


@dataclass(frozen=True)
class TableCount:
    """What one table brought together.

    Attributes
    ----------
    blocks, candidates
        Blocks with at least one pair, and their pairs, those of earlier tables among them.
    largest
        Filters on the left and on the right in the block with the most pairs.
    """

    blocks: int
    candidates: int
    largest: tuple[int, int]


def pairs_of_tables(
    left: Words,
    right: Words | None,
    metric: Metric,
    floor: float,
    positions: NDArray[np.uint64],
    *,
    left_present: Counts,
    right_present: Counts | None = None,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[Found | TableCount]:
    """Yield the pairs that reach a floor and agree on all bits of some table, each once; after each table its counts.

    Parameters
    ----------
    left, right
        Shape (rows, words), uint64; without `right` every two of the left are a pair.
    metric, floor
        The similarity and the least that is kept.
    positions
        Shape (tables, bits of a key): which bits each table looks at.
    left_present, right_present
        Rows that take part, rising.
    workers
        Threads, each with one table. Pairs and counts are the same with any number.
    progress
        Called with how many tables are done, and how many there are.
    """
    within = right is None
    other, other_present = (left, left_present) if right is None or right_present is None else (right, right_present)
    masks = np.zeros((len(positions), left.shape[1]), np.uint64)
    rows = np.repeat(np.arange(len(positions)), positions.shape[1])
    np.bitwise_or.at(
        masks, (rows, (positions >> np.uint64(6)).ravel()), (np.uint64(1) << (positions & np.uint64(63))).ravel()
    )
    counts = popcounts(left), popcounts(other)

    def pieces(table: int) -> Iterator[Found | TableCount]:
        one = _sorted_keys(left, left_present, positions[table])
        two = one if within else _sorted_keys(other, other_present, positions[table])
        state = np.zeros(6, np.int64)
        room = max(_ROOM, _longest_run(two[1]))
        found = np.empty(room, np.uint32), np.empty(room, np.uint32), np.empty(room)
        while state[LEFT] != NOWHERE:
            count = find_in_blocks(
                left,
                counts[0],
                *one,
                other,
                counts[1],
                *two,
                within,
                metric.numbers,
                floor,
                masks,
                table,
                state,
                *found,
            )
            if count:
                rows_left, rows_right, similarity = (
                    found[0][:count].copy(),
                    found[1][:count].copy(),
                    found[2][:count].copy(),
                )
                if within:
                    rows_left, rows_right = np.minimum(rows_left, rows_right), np.maximum(rows_left, rows_right)
                yield Found(rows_left, rows_right, similarity).sorted()
        largest = int(state[LARGEST_LEFT]), int(state[LARGEST_RIGHT])
        yield TableCount(int(state[BLOCKS]), int(state[CANDIDATES]), largest)

    def begin(table: int) -> tuple[list[Found | TableCount], Iterator[Found | TableCount]]:
        made = pieces(table)
        return list(islice(made, _AHEAD)), made

    for done, (begun, rest) in enumerate(ordered_map(begin, range(len(positions)), workers), 1):
        yield from begun
        yield from rest
        if progress is not None:
            progress(done, len(positions))


def _sorted_keys(words: Words, present: Counts, positions: NDArray[np.uint64]) -> tuple[Counts, Words]:
    keys = np.empty(len(present), np.uint64)
    keys_of(words, present, np.ascontiguousarray(positions), keys)
    order = np.argsort(keys)
    return present[order], keys[order]


def _longest_run(keys: Words) -> int:
    starts = np.flatnonzero(np.append(True, keys[1:] != keys[:-1]))
    return int(np.diff(np.append(starts, len(keys))).max(initial=0))
