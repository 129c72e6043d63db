"""Bit filters laid out for the kernel: in rising order of popcount, eight side by side, missing ones left out."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .kernels.dice import DICE, HAMMING, JACCARD, OVERLAP, TVERSKY, WEIGHTED_DICE, lay_out, popcounts_of
from .kernels.filter_tile import LANES

__all__ = ["Filters", "Metric", "words_of"]

Words = NDArray[np.uint64]
Counts = NDArray[np.int64]
_METRICS = {
    "dice": DICE,
    "jaccard": JACCARD,
    "overlap": OVERLAP,
    "hamming": HAMMING,
    "tversky": TVERSKY,
    "weighted_dice": WEIGHTED_DICE,
}


@dataclass(frozen=True)
class Metric:
    """A similarity of two filters: its name, its weights of left and right, and the bits of a filter."""

    name: str
    bits: int
    alpha: float = 0.5
    beta: float = 0.5

    @property
    def numbers(self) -> NDArray[np.float64]:
        """What the kernel takes."""
        return np.array([_METRICS[self.name], self.alpha, self.beta, self.bits], np.float64)

    @property
    def is_symmetric(self) -> bool:
        """Whether left and right may change places."""
        return self.name not in ("tversky", "weighted_dice") or self.alpha == self.beta

    def of(self, shared: Counts, left: Counts, right: Counts) -> NDArray[np.float64]:
        """Return the similarities of filters with so many bits set, of which so many are shared."""
        if self.name == "dice":
            above, below = 2.0 * shared, left + right
        elif self.name == "jaccard":
            above, below = shared * 1.0, left + right - shared
        elif self.name == "overlap":
            above, below = shared * 1.0, np.minimum(left, right)
        elif self.name == "hamming":
            above, below = (self.bits - (left + right - 2 * shared)) * 1.0, np.full(len(shared), self.bits)
        elif self.name == "weighted_dice":
            below = self.alpha * left + self.beta * right
            above = np.minimum(2.0 * shared, below)  # at most 1
        else:
            above = shared * 1.0
            below = np.where(shared > 0, shared + self.alpha * (left - shared) + self.beta * (right - shared), 0.0)
        found: NDArray[np.float64] = np.divide(above, below, out=np.zeros(len(shared)), where=below > 0)
        return found


@dataclass(frozen=True, eq=False)
class Filters:
    """Filters in blocks; make them by `laid_out`.

    Attributes
    ----------
    rows
        Shape (filters,): which row each place holds.
    blocks
        Shape (blocks, words, 8).
    popcounts, rests
        Shape (8 * blocks,): bits set, and those in the words that the first step does not count; 0 where empty.
    ranks
        Shape (8 * blocks,): which of `rank_popcounts` each place has; their number where empty.
    rank_popcounts, rank_starts
        The popcounts that occur, rising, and where the filters of each begin.
    """

    rows: Counts
    blocks: Words = field(repr=False)
    popcounts: Counts = field(repr=False)
    rests: Counts = field(repr=False)
    ranks: Counts = field(repr=False)
    rank_popcounts: Counts = field(repr=False)
    rank_starts: Counts = field(repr=False)

    @classmethod
    def laid_out(cls, words: Words, present: Counts, head: int) -> Filters:
        """Lay out the rows present; the first step counts `head` words."""
        rows = present[np.argsort(popcounts(words)[present], kind="stable")]
        block_count = -(-len(rows) // LANES)
        blocks = np.zeros((block_count, words.shape[1], LANES), np.uint64)
        counts, rests = np.zeros(LANES * block_count, np.int64), np.zeros(LANES * block_count, np.int64)
        lay_out(words, rows, head, blocks, counts, rests)
        rank_popcounts, starts = np.unique(counts[: len(rows)], return_index=True)
        ranks = np.full(len(counts), len(rank_popcounts), np.int64)
        ranks[: len(rows)] = np.searchsorted(rank_popcounts, counts[: len(rows)])
        return cls(
            rows, blocks, counts, rests, ranks, rank_popcounts, np.append(starts, len(rows)).astype(np.int64)
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.rows)


def words_of(filters: NDArray[np.uint8]) -> Words:
    """Return rows of bytes as rows of whole words, with zeros behind."""
    rows, width = filters.shape
    padded = np.zeros((rows, 8 * max(1, -(-width // 8))), np.uint8)
    padded[:, :width] = filters
    return padded.view(np.uint64)


def popcounts(words: Words) -> Counts:
    """Count the bits set in each row."""
    counts = np.empty(len(words), np.int64)
    popcounts_of(words, counts)
    return counts
