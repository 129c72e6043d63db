"""One maker a rule: counts its pairs, makes them, and tells whether it makes a given pair."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from linkkit.encoded import Encoded, EncodedSets
from linkkit.errors import DataError
from linkkit.records import Records
from linkkit.specs import EveryPair, Listed, Made, MinHash, Near, Neighbourhood, On, Rule, SharedEvidence

from ._evidence import SharedPairs
from ._keys import combined_key
from ._minhash import band_sets
from ._near import NearValues
from ._runs import NO_CAP, Runs, group, only_fresh
from .kernels.pairs import emit_pairs, emit_set_pairs, share_member

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Maker", "make"]

U32 = NDArray[np.uint32]
Keys = NDArray[np.uint64]
Mask = NDArray[np.bool_]
_NO_GROUPS = np.zeros((1, 1), np.uint32)


class Maker(Protocol):
    """What the engine asks of a rule that has been bound to records: its pairs as runs, and more."""

    runs: Runs

    def emit(self, first: int, last: int, left: U32, right: U32) -> int:
        """Write the pairs of some runs into two arrays; returns how many."""
        ...

    def makes(self, left: U32, right: U32) -> Mask:
        """Tell which pairs it makes."""
        ...


def make(records: Records, rule: Rule, workers: int = 1) -> Maker:
    """Bind a rule to records; where some are fresh, it makes the pairs that hold one."""
    maker = _bound(records, rule, workers)
    # Shared evidence and near values are found over all records; the engine leaves out their pairs of two old ones.
    if records.fresh is not None and not isinstance(maker, SharedPairs | NearValues):
        maker.runs, kept = only_fresh(maker.runs, records.fresh)
        if isinstance(maker, SetGroups):
            maker.run_key = maker.run_key[kept]
    return maker


def _bound(records: Records, rule: Rule, workers: int) -> Maker:
    if isinstance(rule, Near):
        return NearValues(records, rule, workers)
    if isinstance(rule, On):
        columns = [records.column(column) for column in rule.columns]
        singles = [column for column in columns if isinstance(column, Encoded)]
        sets = [column for column in columns if isinstance(column, EncodedSets)]
        return SetGroups(records, singles, sets, rule.cap) if sets else Groups(records, singles, rule.cap)
    if isinstance(rule, MinHash):
        return SetGroups(records, [], [band_sets(records.encoded(rule.column), rule)], rule.cap)
    if isinstance(rule, Neighbourhood):
        return Window(records, records.encoded(rule.column), rule.window)
    if isinstance(rule, SharedEvidence):
        return SharedPairs(records, rule, workers)
    if isinstance(rule, EveryPair):
        return Everything(records)
    if isinstance(rule, Made):
        return Given(records, *_made_rows(records, rule), label=rule.label)
    return Given(records, *_listed_rows(records, rule), label=rule.label)


class Groups:
    """Records that agree on every column; each record is in one group at most."""

    def __init__(self, records: Records, columns: list[Encoded], cap: int | None) -> None:
        key = _pairable_key(records, columns)
        present = np.logical_and.reduce([column.codes > 0 for column in columns])
        self.runs = group(records, key, None, cap).with_records(int(np.count_nonzero(present)))
        assert self.runs.groups is not None
        self.groups: U32 = self.runs.groups

    def emit(self, first: int, last: int, left: U32, right: U32) -> int:
        runs = self.runs
        return int(emit_pairs(runs.left, runs.start, runs.stop, runs.order, first, last, _NO_GROUPS, 0, left, right))

    def emit_new(self, first: int, last: int, earlier: NDArray[np.uint32], rules: int, left: U32, right: U32) -> int:
        """Write the pairs of some runs that share no group of the first so many rules."""
        runs = self.runs
        return int(emit_pairs(runs.left, runs.start, runs.stop, runs.order, first, last, earlier, rules, left, right))

    def makes(self, left: U32, right: U32) -> Mask:
        ours = self.groups[left]
        found: Mask = (ours == self.groups[right]) & (ours > 0)
        return found


class SetGroups:
    """Records that share a member of their sets (and agree on the single columns)."""

    def __init__(self, records: Records, singles: list[Encoded], sets: list[EncodedSets], cap: int | None) -> None:
        rows, key = _entries(singles, sets)
        runs = group(records, key, rows, cap)
        # The groups that hold pairs, as a rising set of keys for each record: a pair is made under the least key both
        # have.
        sizes = runs.stop - runs.start
        key_of = _group_of_places(runs)
        self.run_key = key_of[runs.start] if len(sizes) else np.empty(0, np.uint32)
        order = np.lexsort((key_of, runs.order))
        self.members = np.ascontiguousarray(key_of[order])
        self.starts = np.zeros(len(records) + 1, np.int64)
        np.cumsum(np.bincount(runs.order, minlength=len(records)), out=self.starts[1:])
        self.runs = replace(runs, groups=key_of).with_records(int(np.count_nonzero(np.bincount(rows))))

    def emit(self, first: int, last: int, left: U32, right: U32) -> int:
        runs = self.runs
        return int(
            emit_set_pairs(
                runs.left,
                runs.start,
                runs.stop,
                self.run_key,
                runs.order,
                first,
                last,
                self.starts,
                self.members,
                left,
                right,
            )
        )

    def makes(self, left: U32, right: U32) -> Mask:
        out = np.empty(len(left), np.uint8)
        share_member(np.ascontiguousarray(left), np.ascontiguousarray(right), self.starts, self.members, out)
        return out.astype(bool)


class Window:
    """Sorted neighbourhood: records within a window of the sorted column; equal values stand in the order of rows."""

    def __init__(self, records: Records, column: Encoded, window: int) -> None:
        import pyarrow.compute as pc

        ranks = np.empty(len(column.values), np.int64)
        ranks[pc.sort_indices(column.values).to_numpy()] = np.arange(len(column.values))
        rows = np.flatnonzero(column.codes)
        order = rows[np.argsort(ranks[column.codes[rows]], kind="stable")].astype(np.uint32)
        start = np.arange(1, len(order) + 1, dtype=np.uint32)
        stop = np.minimum(start.astype(np.int64) + (window - 1), len(order)).astype(np.uint32)
        kept = stop > start
        pairs = _count_near(records, order, window)
        self.runs = Runs(order[kept], start[kept], stop[kept], order, None, (len(order), 1, pairs, 0, 0))
        self._records = records
        self._window = window
        self._place = np.full(len(records), -NO_CAP // 2, np.int64)
        self._place[order] = np.arange(len(order))

    def emit(self, first: int, last: int, left: U32, right: U32) -> int:
        runs = self.runs
        count = int(emit_pairs(runs.left, runs.start, runs.stop, runs.order, first, last, _NO_GROUPS, 0, left, right))
        low, high = np.minimum(left[:count], right[:count]), np.maximum(left[:count], right[:count])
        allowed = self._allowed(low, high)
        kept = int(allowed.sum())
        left[:kept], right[:kept] = low[allowed], high[allowed]
        return kept

    def makes(self, left: U32, right: U32) -> Mask:
        apart = np.abs(self._place[left] - self._place[right])
        found: Mask = (apart < self._window) & (self._place[left] >= 0) & self._allowed(left, right)
        return found

    def _allowed(self, left: U32, right: U32) -> Mask:
        same = self._records.dataset_of(left) == self._records.dataset_of(right)
        allowed: dict[str, Mask] = {"link_only": ~same, "dedupe": same, "link_and_dedupe": np.ones(len(left), np.bool_)}
        return allowed[self._records.link_type]


class Everything:
    """Every pair of the product."""

    def __init__(self, records: Records) -> None:
        rows = np.arange(len(records), dtype=np.uint32)
        ends, partner_starts = records.starts[1:], records.partner_starts()
        dataset = records.dataset_of(rows)
        start = np.maximum(rows.astype(np.int64) + 1, partner_starts[dataset])
        stop = ends[dataset] if records.link_type == "dedupe" else np.full(len(records), len(records))
        kept = stop > start
        tally = (len(records), 1, records.pair_count, 0, 0)
        self.runs = Runs(rows[kept], start[kept].astype(np.uint32), stop[kept].astype(np.uint32), rows, None, tally)

    def emit(self, first: int, last: int, left: U32, right: U32) -> int:
        runs = self.runs
        return int(emit_pairs(runs.left, runs.start, runs.stop, runs.order, first, last, _NO_GROUPS, 0, left, right))

    def makes(self, left: U32, right: U32) -> Mask:
        return np.ones(len(left), bool)


class Given:
    """Pairs made elsewhere, each once, sorted by left and right row."""

    def __init__(self, records: Records, left: U32, right: U32, label: str = "") -> None:
        packed = np.unique((np.minimum(left, right).astype(np.uint64) << np.uint64(32)) | np.maximum(left, right))
        self._packed = packed
        rows = (packed >> np.uint64(32)).astype(np.uint32)
        distinct, first = np.unique(rows, return_index=True)
        start = first.astype(np.uint32)
        stop = np.append(start[1:], np.uint32(len(rows))).astype(np.uint32)
        order = (packed & np.uint64(0xFFFFFFFF)).astype(np.uint32)
        tally = (len(np.union1d(distinct, order)), len(distinct), len(rows), 0, 0)
        self.runs = Runs(distinct, start, stop[: len(start)], order, None, tally)

    def emit(self, first: int, last: int, left: U32, right: U32) -> int:
        runs = self.runs
        return int(emit_pairs(runs.left, runs.start, runs.stop, runs.order, first, last, _NO_GROUPS, 0, left, right))

    def makes(self, left: U32, right: U32) -> Mask:
        if not len(self._packed):
            return np.zeros(len(left), bool)
        asked = (np.minimum(left, right).astype(np.uint64) << np.uint64(32)) | np.maximum(left, right)
        place = np.minimum(np.searchsorted(self._packed, asked), len(self._packed) - 1)
        found: Mask = self._packed[place] == asked
        return found


def _count_near(records: Records, order: U32, window: int) -> int:
    """Count the pairs within a window of an order that the link type allows."""
    if len(records.datasets) == 1 or records.link_type == "link_and_dedupe":
        return sum(len(order) - apart for apart in range(1, min(window, len(order))))
    dataset, is_within = records.dataset_of(order), records.link_type == "dedupe"
    steps = range(1, min(window, len(order)))
    return sum(int(((dataset[apart:] == dataset[:-apart]) == is_within).sum()) for apart in steps)


def _pairable_key(records: Records, columns: list[Encoded]) -> Keys:
    """Return one key a record that leaves room for the row beside it in 64 bits; 0 also where no other record has it.

    Where the codes of all columns are too large together, the groups of the first ones stand for them.
    """
    room = 2 ** (62 - int(len(records) - 1).bit_length())
    size = 1
    for place, column in enumerate(columns):
        size *= len(column.values)
        if size > room and place > 0:
            groups = group(records, _pairable_key(records, columns[:place]), None, None).groups
            assert groups is not None
            return _pairable_key(
                records, [Encoded(groups, _numbered(int(groups.max(initial=0)) + 1)), *columns[place:]]
            )
    return combined_key(columns)


def _numbered(size: int) -> pa.StringArray:
    """Values of which only the number counts."""
    import pyarrow as pa

    return pa.nulls(size, pa.string())


def _entries(singles: list[Encoded], sets: list[EncodedSets]) -> tuple[U32, NDArray[np.int64]]:
    """Return a row and a key for each combination of one member from each set (and the single values)."""
    size = len((singles or sets)[0].codes)
    key = combined_key(singles).astype(np.int64) if singles else np.ones(size, np.int64)
    rows = np.flatnonzero(key).astype(np.uint32)
    key = key[rows]
    for column in sets:
        codes = column.codes[rows].astype(np.int64)
        counts = np.where(codes > 0, column.starts[codes + 1] - column.starts[codes], 0)
        within = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
        members = column.members[np.repeat(column.starts[codes], counts) + within]
        rows, key = np.repeat(rows, counts), np.repeat(key, counts)
        if int(key.max(initial=0)) > (2**62) // max(len(column.values), 1):
            key = np.unique(key, return_inverse=True)[1] + 1
        key = key * len(column.values) + members
    return rows, key


def _group_of_places(runs: Runs) -> U32:
    """Return the number, from 1, of the group that each place of the order belongs to."""
    marks = np.zeros(len(runs.order) + 1, np.uint32)
    marks[runs.stop] = 1
    return np.cumsum(marks[: len(runs.order)], dtype=np.uint32) + np.uint32(1)


def _made_rows(records: Records, rule: Made) -> tuple[U32, U32]:
    left, right = (np.asarray(rows, np.int64) for rows in rule.make(records))
    if left.shape != right.shape or left.ndim != 1:
        raise DataError(f"{rule.label} made {left.shape} left and {right.shape} right rows; they must be as many.")
    if len(left) and (min(left.min(), right.min()) < 0 or max(left.max(), right.max()) >= len(records)):
        raise DataError(f"{rule.label} made rows outside the {len(records):,} records.")
    distinct = left != right
    return left[distinct].astype(np.uint32), right[distinct].astype(np.uint32)


def _listed_rows(records: Records, rule: Listed) -> tuple[U32, U32]:
    right_dataset = 0 if len(records.datasets) == 1 else 1
    if len(records.datasets) > 2:
        raise DataError("Listed pairs are for one dataset or two.")
    sides = records.rows_of(rule.left, 0), records.rows_of(rule.right, right_dataset)
    for side, rows in zip(("left", "right"), sides, strict=True):
        absent = int((rows < 0).sum())
        if absent:
            raise DataError(f"{absent:,} of {len(rows):,} {side} ids of the listed pairs are not in the dataset.")
    left, right = sides
    distinct = left != right
    return left[distinct].astype(np.uint32), right[distinct].astype(np.uint32)
