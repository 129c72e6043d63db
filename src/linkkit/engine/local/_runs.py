"""Runs: for each record, its partners as a stretch of an ordering. Every kind of rule comes down to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from linkkit.records import Records

from .kernels.pairs import group_runs, pack_keys

__all__ = ["Runs", "dense", "group", "only_fresh", "units"]

U32 = NDArray[np.uint32]
Keys = NDArray[np.uint64]
NO_CAP = 2**62
# How many of the largest groups are reported.
LARGEST = 5
_NO_ROWS = np.empty(0, np.uint32)


@dataclass(frozen=True, eq=False)
class Runs:
    """Record ``left[k]`` is paired with the records ``order[start[k]:stop[k]]``.

    Parameters
    ----------
    left, start, stop
        Shape (runs,), uint32.
    order
        Rows, grouped.
    groups
        The group of each entry (a record, or a record under one of its keys), from 1; 0 for none. None where there
        are no groups.
    tally
        Records that have a key, groups with pairs, pairs, skipped groups, skipped pairs.
    largest
        Sizes of the largest groups, falling.
    """

    left: U32
    start: U32
    stop: U32
    order: U32
    groups: U32 | None
    tally: tuple[int, int, int, int, int]
    largest: tuple[int, ...] = ()

    def with_records(self, count: int) -> Runs:
        """Return the runs with how many records have a key."""
        return replace(self, tally=(count, *self.tally[1:]))


def group(records: Records, key: Keys | NDArray[np.int64], rows: U32 | None, cap: int | None) -> Runs:
    """Group entries by key and list the partners of each record.

    Parameters
    ----------
    key
        Shape (entries,): entries of key 0 are left out.
    rows
        Shape (entries,): the record of each entry; None where entries are the records themselves.
    cap
        Groups of more entries are skipped.
    """
    keys = np.require(key, np.uint64, ("C", "W"))
    if records.link_type == "dedupe" and len(records.datasets) > 1:
        keys = _within_datasets(records, keys, rows)
    row_bits = max(int(len(records) - 1).bit_length(), 1)
    if int(keys.max(initial=0)).bit_length() + row_bits > 64:
        keys = dense(keys)
    packed = _packed(keys, rows, row_bits)
    packed.sort()
    size = len(packed)
    order, left, start, stop = (np.empty(size, np.uint32) for _ in range(4))
    groups = np.zeros(len(records), np.uint32)
    tally = np.zeros(5 + LARGEST, np.int64)
    count = group_runs(
        packed, np.uint64(row_bits), records.starts[1:].copy(), records.partner_starts(), NO_CAP if cap is None else
        cap, order, left, start, stop, groups, tally,
    )  # fmt: skip
    counted = tally.tolist()
    largest = tuple(size for size in counted[5:] if size)
    # Copies, so that the room for runs that did not come is given back.
    runs = (left[:count].copy(), start[:count].copy(), stop[:count].copy(), order[: counted[0]].copy())
    grouped, kept, pairs, skipped, skipped_pairs = counted[:5]
    return Runs(*runs, groups, (grouped, kept, pairs, skipped, skipped_pairs), largest)


def only_fresh(runs: Runs, fresh: NDArray[np.bool_]) -> tuple[Runs, NDArray[np.int64]]:
    """Return the runs of the pairs that hold a fresh record, and which of the given runs they are.

    A fresh record keeps all its partners. Another keeps the fresh ones of its stretch, which stand in the same order in
    a second ordering behind the first, so that they are a stretch too.
    """
    is_fresh = fresh[runs.order]
    before = np.concatenate([[0], np.cumsum(is_fresh)]).astype(np.int64)
    size = len(runs.order)
    own = fresh[runs.left]
    start = np.where(own, runs.start, before[runs.start] + size)
    stop = np.where(own, runs.stop, before[runs.stop] + size)
    kept = np.flatnonzero(stop > start)
    order = np.concatenate([runs.order, runs.order[is_fresh]])
    pairs = int((stop - start).sum())
    found = Runs(
        runs.left[kept], start[kept].astype(np.uint32), stop[kept].astype(np.uint32), order, runs.groups,
        (*runs.tally[:2], pairs, *runs.tally[3:]), runs.largest,
    )  # fmt: skip
    return found, kept


def _packed(key: Keys, rows: U32 | None, row_bits: int) -> Keys:
    """Return a word of key and row for each entry that has a key; its order is the order of keys, then rows."""
    packed = np.empty(len(key), np.uint64)
    count = pack_keys(key, _NO_ROWS if rows is None else rows, np.uint64(row_bits), packed)
    return packed if count == len(key) else packed[:count]


def units(runs: Runs, size: int) -> Iterator[tuple[int, int, int]]:
    """Cut runs into stretches of about so many pairs: first run, last run, pairs."""
    if not len(runs.left):
        return
    ends = np.cumsum(runs.stop.astype(np.int64) - runs.start)
    cuts = np.searchsorted(ends, np.arange(size, int(ends[-1]) + size, size), side="left") + 1
    cuts = np.unique(np.minimum(cuts, len(ends)))
    first = 0
    for cut in cuts.tolist():
        yield first, cut, int(ends[cut - 1] - (ends[first - 1] if first else 0))
        first = cut


def _within_datasets(records: Records, key: Keys, rows: U32 | None) -> Keys:
    """Tell apart the keys of different datasets, keeping 0 for none."""
    dataset = records.dataset_of(np.arange(len(records), dtype=np.uint32) if rows is None else rows).astype(np.uint64)
    return np.where(key == 0, np.uint64(0), dense(key) * np.uint64(len(records.datasets)) + dataset)


def dense(key: Keys) -> Keys:
    """Renumber keys, keeping 0 for none."""
    distinct, place = np.unique(key, return_inverse=True)
    return place.astype(np.uint64) + np.uint64(0 if len(distinct) and distinct[0] == 0 else 1)
