"""Pairs of similar bit filters, every pair looked at: by a floor, or the best of each left filter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from ._filters import Counts, Filters, Metric, Words, popcounts, words_of
from ._threads import ordered_map
from .kernels.dice import BETWEEN, ONCE, OTHERS, TILE, find_pairs
from .kernels.filter_tile import LANES

__all__ = ["Found", "Metric", "popcounts", "similar_pairs", "words_of"]

Rows = NDArray[np.uint32]
_PIECE = 128  # left blocks of a piece of work: what stays in a core's second cache beside a tile
_TILE = 128  # right blocks of a tile
_ROOM = 2**18  # pairs of a chunk
_AHEAD = 4  # chunks of a piece made before they are asked for
_SAMPLED = 4096


@dataclass(frozen=True, eq=False)
class Found:
    """Some pairs: rows of the left and of the right filters, sorted by them, and the similarity of each."""

    left: Rows
    right: Rows
    similarity: NDArray[np.float64]

    def sorted(self) -> Found:
        """Return the pairs by left row, then right row."""
        order = np.lexsort((self.right, self.left))
        return Found(self.left[order], self.right[order], self.similarity[order])

    @classmethod
    def joined(cls, parts: list[Found]) -> Found:
        """Return all pairs of some parts, sorted."""
        if not parts:
            return cls(np.empty(0, np.uint32), np.empty(0, np.uint32), np.empty(0))
        return cls(
            np.concatenate([part.left for part in parts]),
            np.concatenate([part.right for part in parts]),
            np.concatenate([part.similarity for part in parts]),
        ).sorted()


def similar_pairs(
    left: Words,
    right: Words | None,
    metric: Metric,
    floor: float,
    *,
    left_present: Counts,
    right_present: Counts | None = None,
    top: int | None = None,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[Found]:
    """Yield the pairs that reach a floor, in chunks of bounded size.

    Without filters on the right every two of the left are a pair once; with `top`, every other one is a filter's right.

    Parameters
    ----------
    left, right
        Shape (rows, words), uint64.
    metric, floor
        The similarity and the least that is kept.
    left_present, right_present
        Rows that take part, rising.
    top
        How many of each left filter are kept: the most similar, of equally similar ones the first rows.
    workers
        Threads. The chunks are the same with any number.
    progress
        Called with how many left filters are done, and how many there are.
    """
    within = right is None
    other, other_present = (left, left_present) if right is None or right_present is None else (right, right_present)
    if not len(left_present) or not len(other_present):
        return
    head = first_step(left, left_present, other, other_present, metric, floor, top)
    left_filters = Filters.laid_out(left, left_present, head)
    right_filters = left_filters if within else Filters.laid_out(other, other_present, head)
    which = BETWEEN if not within else ONCE if top is None and metric.is_symmetric else OTHERS
    job = _Job(left_filters, right_filters, metric, floor, which, head, top)

    def begin(first: int) -> tuple[list[Found], Iterator[Found]]:
        chunks = job.piece(first)
        return list(islice(chunks, _AHEAD)), chunks

    starts = range(0, len(left_filters.blocks), _PIECE)
    for first, (begun, rest) in zip(starts, ordered_map(begin, starts, workers), strict=True):
        yield from begun
        yield from rest  # most often none: a piece with many pairs goes on when they are asked for, and holds none
        if progress is not None:
            progress(min((first + _PIECE) * LANES, len(left_filters)), len(left_filters))


@dataclass(frozen=True, eq=False)
class _Job:
    left: Filters
    right: Filters
    metric: Metric
    floor: float
    which: int
    head: int
    top: int | None

    def piece(self, first: int) -> Iterator[Found]:
        """Yield the pairs of some left blocks from one on."""
        end = min(first + _PIECE, len(self.left.blocks))
        floors = np.full(len(self.left.popcounts), np.inf)
        floors[: len(self.left)] = self.floor
        best: Found | None = None
        for found in self._chunks(first, end, floors):
            if self.top is None:
                chunk = self._by_row(found)
                if len(chunk.left):
                    yield chunk.sorted()
                continue
            best = _best(found if best is None else _both(best, found), self.top, self.right.rows, floors)
        if best is not None:
            yield self._by_row(best).sorted()

    def _by_row(self, found: Found) -> Found:
        """Turn places into rows."""
        left = self.left.rows[found.left].astype(np.uint32)
        right = self.right.rows[found.right].astype(np.uint32)
        if self.which == ONCE:
            left, right = np.minimum(left, right), np.maximum(left, right)
        elif self.which == OTHERS and self.top is None:  # left and right may not change places: found both ways round
            first = left < right
            return Found(left[first], right[first], found.similarity[first])
        return Found(left, right, found.similarity)

    def _chunks(self, first: int, end: int, floors: NDArray[np.float64]) -> Iterator[Found]:
        state = np.array([first // _TILE if self.which == ONCE else 0, first, 0], np.int64)
        how = np.array([self.which, self.head, _TILE, first, end, self.top is not None], np.int64)
        left, right, shared = (np.empty(_ROOM, np.uint32) for _ in range(3))
        needs = np.empty((len(self.right.rank_popcounts) + 1, LANES), np.int64)
        while state[TILE] * _TILE < len(self.right.blocks):
            count = find_pairs(
                self.left.blocks,
                self.left.rests,
                self.left.popcounts,
                floors,
                self.right.blocks,
                self.right.rests,
                self.right.ranks,
                self.right.rank_popcounts,
                self.right.rank_starts,
                self.metric.numbers,
                how,
                state,
                needs,
                left,
                right,
                shared,
            )
            if count:
                found = left[:count].copy(), right[:count].copy()
                both = self.left.popcounts[found[0]], self.right.popcounts[found[1]]
                yield Found(*found, self.metric.of(shared[:count].astype(np.int64), *both))


def _both(one: Found, other: Found) -> Found:
    return Found(
        np.concatenate([one.left, other.left]),
        np.concatenate([one.right, other.right]),
        np.concatenate([one.similarity, other.similarity]),
    )


def _best(found: Found, top: int, right_rows: Counts, floors: NDArray[np.float64]) -> Found:
    """Keep the best of each left filter, and raise the floor of those that have as many as are kept."""
    order = np.lexsort((right_rows[found.right], -found.similarity, found.left))
    left = found.left[order]
    starts = np.flatnonzero(np.append(True, left[1:] != left[:-1]))
    sizes = np.diff(np.append(starts, len(left)))
    nth = np.arange(len(left)) - np.repeat(starts, sizes)
    order = order[nth < top]
    full = starts[sizes >= top] + top - 1
    kept = Found(found.left[order], found.right[order], found.similarity[order])
    last = nth[nth < top] == top - 1
    floors[left[full]] = kept.similarity[last]
    return kept


def first_step(
    left: Words,
    left_present: Counts,
    right: Words,
    right_present: Counts,
    metric: Metric,
    floor: float,
    top: int | None = None,
) -> int:
    """Choose how many words the first step counts, by what it would leave of some pairs; never changes a result."""
    words = int(left.shape[1])
    rows = np.arange(_SAMPLED)
    # two strides, so that rows of the same place do not meet
    one = left[left_present[rows * 7919 % len(left_present)]]
    other = right[right_present[rows * 104729 % len(right_present)]]
    both = _prefix_counts(one & other)
    one_counts, other_counts = _prefix_counts(one), _prefix_counts(other)
    totals = one_counts[:, -1], other_counts[:, -1]
    can = metric.of(np.minimum(*totals), *totals) >= floor
    if not can.any():
        return words
    if top is not None:  # the floor soon rises to about where the best of each stand
        similarity = metric.of(both[:, -1], *totals)
        floor = max(floor, float(np.quantile(similarity, max(0.0, 1 - top / len(right_present)))))
    costs: list[float] = []
    for head in range(1, words + 1):
        rest = np.minimum(totals[0] - one_counts[:, head - 1], totals[1] - other_counts[:, head - 1])
        passed = metric.of(both[:, head - 1] + rest, *totals)[can] >= floor
        # in cycles of a pair: a word of eight pairs takes one and a half, a marked pair is counted word by word
        costs.append(0.19 * head + 0.5 + float(passed.mean()) * (20 + 2 * words))
    return 1 + costs.index(min(costs))


def _prefix_counts(words: Words) -> Counts:
    """Count the bits set up to each word of each row."""
    single = popcounts(np.ascontiguousarray(words).reshape(-1, 1))
    found: Counts = np.cumsum(single.reshape(words.shape), axis=1)
    return found
