"""Shared evidence: the pairs that share enough bits, found through lists of records and held as runs."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from linkkit.records import Records
from linkkit.specs import SharedEvidence

from ._evidence_keys import BIT, Keys, keys_of
from ._evidence_lists import Lists, lists_of
from ._runs import LARGEST, Runs
from ._threads import ordered_map
from .kernels.evidence import has_pair, share
from .kernels.pairs import emit_pairs

__all__ = ["SharedPairs"]

U32 = NDArray[np.uint32]
Mask = NDArray[np.bool_]
# The budget is never less than this many pairs.
LEAST_BUDGET = 100_000
# No cap is lower: as many records a person may have.
LEAST_CAP = 20
# The floor is chosen from the pairs of every record, or of about so many, evenly spread.
SAMPLE = 50_000
# Left rows a piece of work.
STRETCH = 4_096
_NO_ROWS = np.empty(0, np.uint32)
_NO_GROUPS = np.zeros((1, 1), np.uint32)


class SharedPairs:
    """The pairs of a :class:`~linkkit.specs.SharedEvidence`; 4 bytes are held for each."""

    def __init__(self, records: Records, rule: SharedEvidence, workers: int) -> None:
        self._search = _Search(records, rule, workers)
        least = round(rule.least_bits * BIT)
        floor = _floor(self._search.histogram(least), least, budget(records, rule))
        left, right = self._search.pairs(floor)
        self.floor = floor / BIT
        self._partners = right
        self._starts = np.zeros(len(records) + 1, np.int64)
        np.cumsum(np.bincount(left, minlength=len(records)), out=self._starts[1:])
        rows = np.flatnonzero(np.diff(self._starts)).astype(np.uint32)
        start, stop = (self._starts[rows.astype(np.int64) + later].astype(np.uint32) for later in (0, 1))
        lists = self._search.lists
        listed = lists.sizes[lists.sizes > 1]
        largest = np.sort(listed)[::-1][:LARGEST]
        tally = (self._search.keys.records, len(listed), len(right), lists.skipped_sets, lists.skipped_pairs)
        self.runs = Runs(rows, start, stop, right, None, tally, tuple(largest.tolist()))
        del self._search

    def emit(self, first: int, last: int, left: U32, right: U32) -> int:
        runs = self.runs
        return int(emit_pairs(runs.left, runs.start, runs.stop, runs.order, first, last, _NO_GROUPS, 0, left, right))

    def makes(self, left: U32, right: U32) -> Mask:
        out = np.empty(len(left), np.uint8)
        asked = (np.require(side, np.uint32, ("C", "W")) for side in (left, right))
        has_pair(*asked, self._starts, self._partners, out)
        return out.astype(bool)


def budget(records: Records, rule: SharedEvidence) -> int:
    """How many pairs the rule may make."""
    sizes = np.diff(records.starts)
    size = int(sizes.max() if records.link_type == "link_only" else sizes.sum())
    return max(LEAST_BUDGET, int(rule.pairs_per_record * size))


def default_cap(rule: SharedEvidence) -> int:
    """Keys of more records than this are too frequent: more than the pairs that the budget gives a record."""
    return max(LEAST_CAP, math.ceil(rule.pairs_per_record))


def _floor(histogram: NDArray[np.float64], least: int, allowed: int) -> int:
    """Return the lowest floor, from the least, at which no more pairs come than allowed."""
    above = np.cumsum(histogram[::-1])[::-1]
    return max(least, int(np.count_nonzero(above > allowed)))


class _Search:
    """Keys and lists of some records, and the search for pairs in them, on threads."""

    def __init__(self, records: Records, rule: SharedEvidence, workers: int) -> None:
        self.records = records
        self.workers = workers
        self.keys: Keys = keys_of(records, rule.evidence)
        self.lists: Lists = lists_of(records, self.keys, rule.cap or default_cap(rule))
        # Rows from here on are the left of no pair.
        self._stop = len(records) if records.link_type != "link_only" else int(records.starts[-2])
        most = int(np.diff(self.keys.starts).max(initial=1))
        self._table_size = 1 << (4 * most).bit_length()
        self._units = int(self.keys.units.max(initial=np.uint16(0))) + 1
        self._local = threading.local()

    def histogram(self, floor: int) -> NDArray[np.float64]:
        """About how many pairs share each number of bits, from the floor up."""
        step = max(self._stop // SAMPLE, 1)
        total = np.zeros(2**16)

        def work(stretch: tuple[int, int]) -> NDArray[np.int64]:
            return self._share(stretch, step, floor, 0)[0]

        for counted in ordered_map(work, self._stretches(step), self.workers):
            total += counted
        return total * step

    def pairs(self, floor: int) -> tuple[U32, U32]:
        """Return the pairs that share at least so many bits, by left row, then by right."""

        def work(stretch: tuple[int, int]) -> tuple[U32, U32]:
            room = 64 * (stretch[1] - stretch[0])
            _, count, left, right = self._share(stretch, 1, floor, room)
            if count > room:
                _, count, left, right = self._share(stretch, 1, floor, count)
            return left[:count].copy(), right[:count].copy()

        found = list(ordered_map(work, self._stretches(1), self.workers))
        left, right = (np.concatenate([_NO_ROWS, *(pair[side] for pair in found)]) for side in (0, 1))
        return left, right

    def _stretches(self, step: int) -> Iterator[tuple[int, int]]:
        for first in range(0, self._stop, STRETCH * step):
            yield first, min(first + STRETCH * step, self._stop)

    def _share(
        self, stretch: tuple[int, int], step: int, floor: int, room: int
    ) -> tuple[NDArray[np.int64], int, U32, U32]:
        records, keys, lists = self.records, self.keys, self.lists
        histogram = np.zeros(2**16, np.int64)
        left, right = np.empty(room, np.uint32), np.empty(room, np.uint32)
        is_within = np.uint8(records.link_type == "dedupe" and len(records.datasets) > 1)
        count = share(
            *stretch, step, floor, records.starts[1:].copy(), records.partner_starts(), is_within, keys.bits,
            lists.rest, keys.starts, keys.keys, keys.units, lists.starts, lists.rows, lists.set_starts, lists.sets,
            lists.set_list_starts, lists.set_rows, *self._room(), histogram, left, right,
        )  # fmt: skip
        return histogram, int(count), left, right

    def _room(self) -> tuple[U32, U32, U32, NDArray[np.uint16]]:
        """The thread's own room: zeros before and after each search."""
        if not hasattr(self._local, "room"):
            size = len(self.records)
            self._local.room = (
                np.zeros(size, np.uint32), np.empty(size, np.uint32), np.zeros(self._table_size, np.uint32),
                np.zeros(self._units, np.uint16),
            )  # fmt: skip
        room: tuple[U32, U32, U32, NDArray[np.uint16]] = self._local.room
        return room
