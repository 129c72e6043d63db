"""The pairs of the whole product whose bits can reach a floor: every pair looked at, few of them graded.

Sixteen left records are added up at once against each right one, in 16-bit lanes (`kernels/lanes.py`), from bounds that
are never too low (`_bounds.py`); the pairs that may reach the floor are then graded and sifted like any others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from linkkit.engine import GradedPairs, Sieve
from linkkit.records import Records
from linkkit.specs import Compiled

from ._bound_rows import BoundRows, bound_rows
from ._bounds import Bounds, bounds_of
from ._grading import Grading
from ._sieve import sifted
from ._threads import ordered_map
from .kernels.lanes import LANES, MARK, reaching_lanes

__all__ = ["reaching"]

U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]
# Rows of bounds are worth their while from about so many pairs on.
_FEW_PAIRS = 2**20
# Sums of bits may differ by this.
_LAST_DIGITS = 1e-6
# Sums of bounds stay below this, so that a lane never runs over into the next.
_MOST_SUM = MARK - 2**10
# Pairs found before they are sifted.
_ROOM = 2**16
# Rows of bounds kept for left values that come again.
_REMEMBERED_BYTES = 128 * 2**20
# Right records among which the order of columns is chosen.
_SAMPLE = 4096
# What it costs to look at a group of pairs again, in look-ups.
_AGAIN = 4


def reaching(
    grading: Grading, compiled: Compiled, sieve: Sieve, workers: int, rule: int
) -> Iterator[GradedPairs] | None:
    """Return the pairs of the whole product that a sieve lets through, with their pattern codes.

    None where they are better found pair by pair: pairs are few, only those with a fresh record are wanted, bits are
    not finite, or there is nothing to bound pairs by.
    """
    pair_count = grading.records.pair_count
    if pair_count < _FEW_PAIRS or grading.records.fresh is not None:
        return None
    slack = sieve.slack
    if not np.isfinite(slack):
        return None
    if slack < -_LAST_DIGITS:
        return iter([_nothing(pair_count, rule)])
    # Lower bits than these decide as much: not even the best of all others makes up for them.
    clipped = tuple(np.maximum(most, most.max() - slack - 1.0) for most in sieve.most)
    job = _Job.make(grading, compiled, Sieve(clipped, sieve.floor))
    if job is None:
        return None

    def work(first: int) -> GradedPairs:
        parts = [sifted(grading, compiled, sieve, *pairs) for pairs in job.pairs(first)]
        left, right, code = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        return GradedPairs(left, right, code, np.full(len(left), rule, np.uint8), (rule, job.count(first)))

    return ordered_map(work, range(0, len(job.left), LANES), workers)


def _nothing(pairs: int, rule: int) -> GradedPairs:
    none = np.empty(0, np.uint32)
    return GradedPairs(none, none, np.empty(0, np.int64), np.empty(0, np.uint8), (rule, pairs))


@dataclass(frozen=True, eq=False)
class _Job:
    """Left and right records in their order of work, and bounds as whole numbers of a fraction of a bit.

    Parameters
    ----------
    records
        All records.
    is_within
        Whether left and right are the same records, each paired with those after it.
    left, right
        The records, in an order that keeps rows of bounds in use.
    columns
        The bounds, those that rule out most pairs first.
    places
        Shape (right, columns): which row of the tables side by side holds for each right record.
    head
        How many columns are looked up for every pair.
    start
        What every pair has before anything is added.
    """

    records: Records
    is_within: bool
    left: U32
    right: U32
    columns: tuple[BoundRows, ...]
    places: NDArray[np.uint32]
    head: int
    start: int

    @classmethod
    def make(cls, grading: Grading, compiled: Compiled, sieve: Sieve) -> _Job | None:
        records = grading.records
        left, right, is_within = _sides(records)
        bounds, rest = bounds_of(grading, compiled, sieve, left, right)
        if not bounds:
            return None
        need = sieve.floor - rest - sum(float(one.bits.min()) for one in bounds)
        scale = _MOST_SUM / max(sum(float(np.ptp(one.bits)) for one in bounds), need, 1.0)
        # Two less, for what the last digits of sums may differ by.
        start = MARK - max(0, int(need * scale) - 2)
        left_order, right_order = _orders(bounds, is_within)
        left, right = left[left_order], right[right_order]
        bounds = [replace(one, left=one.left[left_order], right=one.right[right_order]) for one in bounds]
        columns = bound_rows(bounds, scale, _REMEMBERED_BYTES)
        job = cls(records, is_within, left, right, columns, _places(columns), len(columns), start)
        return job._with_head() if len(columns) > 1 else job

    def _with_head(self) -> _Job:
        """Return the job with its columns in the order of what they rule out, and as few of them first as pays."""
        first = len(self.left) // 2 // LANES * LANES
        tables = self._tables(first)
        sample = np.unique(np.linspace(0, len(self.right) - 1, _SAMPLE).astype(np.int64))
        values = tables.view(np.uint16)[self.places[sample]].astype(np.int64)
        values[:, 0] -= self.start
        lost = (values.max(axis=0) - values.mean(axis=0)).mean(axis=1)
        order = np.argsort(-lost, kind="stable")
        values = values[:, order]
        gained, most = np.cumsum(values, axis=1), values.max(axis=0)
        rest = most.sum(axis=0) - np.cumsum(most, axis=0)
        is_open = (self.start + gained + rest >= MARK).any(axis=2).mean(axis=0)
        heads = np.arange(1, len(order) + 1)
        cost = heads + is_open * (len(order) - heads + _AGAIN)
        columns = tuple(self.columns[place] for place in order)
        return replace(self, columns=columns, places=_places(columns), head=int(heads[np.argmin(cost)]))

    def _tables(self, first: int) -> U64:
        """Return the bounds of sixteen left records against every right value, a lane each: shape (values, words)."""
        tables = np.zeros((sum(column.width for column in self.columns), LANES), np.uint16)
        begin = 0
        for place, column in enumerate(self.columns):
            own = tables[begin : begin + column.width]
            column.fill(first, min(first + LANES, len(self.left)), own)
            if place == 0:
                own[:, : len(self.left) - first] += np.uint16(self.start)
            begin += column.width
        return tables.view(np.uint64)

    def pairs(self, first: int) -> Iterator[tuple[U32, U32]]:
        """Find the pairs of sixteen left records that may reach the floor; at least one piece, if an empty one."""
        tables = self._tables(first)
        begin = sum(column.width for column in self.columns[: self.head])
        rest = np.zeros(LANES, np.uint16)
        for column in self.columns[self.head :]:
            rest += tables[begin : begin + column.width].view(np.uint16).max(axis=0)
            begin += column.width
        place = first + 1 if self.is_within else 0
        while True:
            lanes, columns = np.empty(_ROOM, np.uint32), np.empty(_ROOM, np.uint32)
            place, count = reaching_lanes(tables, self.places, self.head, rest.view(np.uint64), place, lanes, columns)
            yield self._rows(first + lanes[:count].astype(np.int64), columns[:count])
            if place >= len(self.right):
                return

    def _rows(self, left: NDArray[np.int64], right: U32) -> tuple[U32, U32]:
        """Return the records at some places, the lower first, of pairs that can be made at all."""
        if self.is_within:
            later = right > left
            left, right = left[later], right[later]
        one, other = self.left[left], self.right[right]
        one, other = np.minimum(one, other), np.maximum(one, other)
        if self.is_within and len(self.records.datasets) > 1 and self.records.link_type != "link_and_dedupe":
            is_same = self.records.dataset_of(one) == self.records.dataset_of(other)
            allowed = is_same == (self.records.link_type == "dedupe")
            one, other = one[allowed], other[allowed]
        return one, other

    def count(self, first: int) -> int:
        """Count the pairs of sixteen left records, each pair with its lower record where the sides are the same."""
        rows = self.left[first : first + LANES]
        if not self.is_within:
            return len(rows) * len(self.right)
        records = self.records
        dataset = records.dataset_of(rows)
        start = np.maximum(rows.astype(np.int64) + 1, records.partner_starts()[dataset])
        stop = records.starts[1:][dataset] if records.link_type == "dedupe" else np.full(len(rows), len(records))
        return int(np.maximum(stop - start, 0).sum())


def _sides(records: Records) -> tuple[U32, U32, bool]:
    """Return the records of the smaller and of the larger of two datasets; all records twice in any other case."""
    rows = np.arange(len(records), dtype=np.uint32)
    if len(records.datasets) != 2 or records.link_type != "link_only":
        return rows, rows, True
    middle = int(records.starts[1])
    one, other = rows[:middle], rows[middle:]
    return (one, other, False) if len(one) <= len(other) else (other, one, False)


def _orders(bounds: Sequence[Bounds], is_within: bool) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Sort left records by the column of most cells, and right ones by that of most values: neighbours share rows."""
    widest = max(range(len(bounds)), key=lambda place: bounds[place].width)
    largest = widest if is_within else max(range(len(bounds)), key=lambda place: bounds[place].cells)
    left = np.argsort(bounds[largest].left, kind="stable")
    return left, left if is_within else np.argsort(bounds[widest].right, kind="stable")


def _places(columns: Sequence[BoundRows]) -> NDArray[np.uint32]:
    """Return for each right record and column the row of the columns' tables, one below the other."""
    starts = np.cumsum([0, *(column.width for column in columns)])
    return np.column_stack([column.right + start for column, start in zip(columns, starts, strict=False)]).astype(
        np.uint32, order="C"
    )
