"""The lists that pairs are looked for in: the records of each key, and of conjunctions of too frequent keys."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkkit.records import Records

from ._evidence_keys import Keys
from .kernels.conjunctions import count_twos, cut_sets, sets_of_rows, threes, twos
from .kernels.evidence import list_rows

__all__ = ["Lists", "lists_of"]

U32 = NDArray[np.uint32]
U16 = NDArray[np.uint16]
U64 = NDArray[np.uint64]
I64 = NDArray[np.int64]
# A key that more than this share of the records have is too common to look for pairs by, even with another.
COMMON = 0.05
# Conjunctions are sorted in batches of about so many.
BATCH = 2**24


@dataclass(frozen=True, eq=False)
class Lists:
    """Lists of records, rising.

    Parameters
    ----------
    starts, rows
        The records that have each key; none for a key that is too frequent.
    set_starts, sets
        The conjunctions of each record.
    set_list_starts, set_rows
        The records that have each conjunction.
    rest
        Shape (records,): at most so many bits come from keys without a list.
    sizes
        How many records each list holds.
    skipped_sets, skipped_pairs
        Conjunctions of three that are still too frequent, and their pairs.
    """

    starts: I64
    rows: U32
    set_starts: I64
    sets: U32
    set_list_starts: I64
    set_rows: U32
    rest: U16
    sizes: I64
    skipped_sets: int
    skipped_pairs: int


@dataclass(frozen=True, eq=False)
class _Frequent:
    """The keys of each record that are too frequent, numbered from 0."""

    starts: I64
    keys: U32
    units: U16
    under: NDArray[np.uint8]
    size: int


@dataclass(frozen=True, eq=False)
class _Cut:
    """Lists of conjunctions: the rows of one after another, where each ends, and what was too frequent."""

    rows: U32
    stops: I64
    over: U64
    over_pairs: int


def lists_of(records: Records, keys: Keys, cap: int) -> Lists:
    """Return the lists of keys of at most ``cap`` records, and of conjunctions of the more frequent ones."""
    has_list = (keys.bits > 0) & (keys.counts <= cap)
    starts = np.zeros(len(keys.counts) + 1, np.int64)
    np.cumsum(np.where(has_list, keys.counts, 0), out=starts[1:])
    rows = np.empty(int(starts[-1]), np.uint32)
    list_rows(keys.starts, keys.keys, has_list.astype(np.uint8), starts[:-1].copy(), rows)
    is_frequent = (keys.bits > 0) & ~has_list & (keys.counts <= COMMON * len(records))
    frequent = _frequent(keys, is_frequent)
    cuts, skipped = _conjunctions(records, frequent, cap)
    set_rows = np.concatenate([cut.rows for cut in cuts])
    offsets = np.cumsum([0, *(len(cut.rows) for cut in cuts)])
    set_list_starts = np.concatenate(
        [[0], *(cut.stops + offset for cut, offset in zip(cuts, offsets[:-1], strict=True))]
    ).astype(np.int64)
    sizes = np.diff(set_list_starts)
    set_starts = np.zeros(len(records) + 1, np.int64)
    np.cumsum(np.bincount(set_rows, minlength=len(records)), out=set_starts[1:])
    sets = np.empty(len(set_rows), np.uint32)
    sets_of_rows(set_list_starts, set_rows, set_starts[:-1].copy(), sets)
    return Lists(
        starts, rows, set_starts, sets, set_list_starts, set_rows, _rest(keys, has_list),
        np.concatenate([np.diff(starts)[has_list], sizes]), len(skipped.over), skipped.over_pairs,
    )  # fmt: skip


def _rest(keys: Keys, has_list: NDArray[np.bool_]) -> U16:
    """At most how many bits of each record come from keys without a list: of each value, the weightiest such key."""
    silent = np.flatnonzero(~has_list[keys.keys])
    row = np.searchsorted(keys.starts, silent, side="right") - 1
    value = (row.astype(np.int64) << 16) | keys.units[silent]
    first = np.concatenate([[True], value[1:] != value[:-1]]) if len(value) else np.zeros(0, bool)
    bits = keys.bits[keys.keys[silent[first]]]  # the weightiest of a value stands first
    total = np.bincount(row[first], bits, minlength=len(keys.starts) - 1)
    return np.minimum(total, 2**16 - 1).astype(np.uint16)


def _frequent(keys: Keys, is_frequent: NDArray[np.bool_]) -> _Frequent:
    numbers = np.cumsum(is_frequent) - 1
    chosen = np.flatnonzero(is_frequent[keys.keys])
    key = keys.keys[chosen]
    starts = np.searchsorted(chosen, keys.starts)
    under = is_frequent[keys.looser[key]]
    return _Frequent(
        starts.astype(np.int64), numbers[key].astype(np.uint32), np.ascontiguousarray(keys.units[chosen]),
        under.astype(np.uint8), int(is_frequent.sum()),
    )  # fmt: skip


def _conjunctions(records: Records, frequent: _Frequent, cap: int) -> tuple[list[_Cut], _Cut]:
    """Return the lists of conjunctions of two, then of three; and of the latter what was too frequent."""
    size, row_bits = np.uint64(max(frequent.size, 1)), np.uint64(max(int(len(records) - 1).bit_length(), 1))
    held = (frequent.starts, frequent.keys, frequent.units, frequent.under)
    counts = np.zeros(frequent.size, np.int64)
    count_twos(*held, counts)
    cuts = []
    for low, high, total in _batches(counts):
        words = np.empty(total, np.uint64)
        twos(*held, low, high, size, row_bits, words)
        cuts.append(_cut(records, words, row_bits, cap))
    over = np.concatenate([np.empty(0, np.uint64), *(cut.over for cut in cuts)])
    over_starts = np.searchsorted(over // size, np.arange(frequent.size + 1, dtype=np.uint64)).astype(np.int64)
    two = (over_starts, (over % size).astype(np.uint32), size, row_bits)
    count = threes(*held, *two, np.empty(0, np.uint64)) if len(over) else 0
    words = np.empty(count, np.uint64)
    if count:
        threes(*held, *two, words)
    last = _cut(records, words, row_bits, cap)
    return [*cuts, last], last


def _batches(counts: I64) -> list[tuple[int, int, int]]:
    """Cut the keys into stretches of about so many conjunctions: first key, last key, conjunctions."""
    ends = np.cumsum(counts)
    found, low = [], 0
    while low < len(counts):
        before = int(ends[low - 1]) if low else 0
        high = max(int(np.searchsorted(ends, before + BATCH, side="right")), low + 1)
        found.append((low, high, int(ends[high - 1]) - before))
        low = high
    return found


def _cut(records: Records, words: U64, row_bits: np.uint64, cap: int) -> _Cut:
    words.sort()
    tally = np.zeros(4, np.int64)
    rows, stops, over = np.empty(len(words), np.uint32), np.empty(len(words), np.int64), np.empty(len(words), np.uint64)
    is_within = records.link_type == "dedupe" and len(records.datasets) > 1
    cut_sets(
        words, row_bits, cap, records.starts[1:].copy(), records.partner_starts(), np.uint8(is_within), tally, rows,
        stops, over,
    )  # fmt: skip
    listed, lists, too_many, pairs = tally.tolist()
    return _Cut(rows[:listed].copy(), stops[:lists].copy(), over[:too_many].copy(), pairs)
