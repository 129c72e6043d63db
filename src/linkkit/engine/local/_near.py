"""The maker of near(): a similarity join of distinct values, then the records behind each near pair of values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkkit.encoded import Encoded
from linkkit.engine import SampledBlocks
from linkkit.records import Records
from linkkit.specs import Near

from ._keys import combined_key
from ._runs import LARGEST, Runs, dense
from ._sampled_join import Sampling
from ._value_join import NearLists, near_lists, shared_lists
from .graders import BIT_METRICS, BitsGrader, SwappedGrader, TextGrader
from .kernels.near import emit_parts, pair_groups

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["NearValues"]

U32 = NDArray[np.uint32]
I64 = NDArray[np.int64]
Mask = NDArray[np.bool_]
# Records of one value are paired in parts of no more than this, so that a piece of work stays small.
_PART = 256
# Pairs of parts that are looked at in one go.
_ROOM = 2**22
_NONE = np.empty(0, np.uint32)


@dataclass(frozen=True, eq=False)
class _Side:
    """Records grouped by what they must agree on, then by value, in parts; within a part in the order of rows."""

    order: U32
    starts: I64
    values: U32
    keys: NDArray[np.uint64]

    @classmethod
    def of(cls, codes: U32, keys: NDArray[np.uint64]) -> _Side:
        rows = _sorted(np.flatnonzero((codes > 0) & (keys > 0)), codes, keys)
        value, key = codes[rows], keys[rows]
        new = np.ones(len(rows), bool)
        new[1:] = (value[1:] != value[:-1]) | (key[1:] != key[:-1])
        groups = np.flatnonzero(new)
        within = np.arange(len(rows)) - np.repeat(groups, np.diff(np.append(groups, len(rows))))
        first = np.flatnonzero(within % _PART == 0)
        starts = np.append(first, len(rows)).astype(np.int64)
        return cls(rows.astype(np.uint32), starts, np.ascontiguousarray(value[first]), key[first])


class NearValues:
    """Records whose values are near, and that agree on some columns besides."""

    def __init__(self, records: Records, rule: Near, workers: int) -> None:
        self._first, self._second, self._skipped = _codes(records, rule)
        values = self._values = _values(records, rule)
        self._is_crossed = rule.crossed_with is not None
        self._grader = self._graded(rule, values)
        self._agrees = bool(rule.on)
        self._key = _agreed(records, rule)
        self._records = records
        dataset = records.dataset_of(np.arange(len(records), dtype=np.uint32)).astype(np.uint64)
        apart = records.link_type != "link_and_dedupe" and len(records.datasets) > 1
        keys = (
            np.where(self._key > 0, self._key * np.uint64(len(records.datasets)) + dataset, 0) if apart else self._key
        )
        self._left = _Side.of(self._first, keys)
        self._right = _Side.of(self._second, keys) if self._is_crossed else self._left
        sampling = None if rule.completeness is None else Sampling(rule.completeness, rule.seed)
        # what sampled bits find at one bound is no part of what they find at a looser one
        apart_from = () if sampling is None else (sampling, rule.bound)
        near = shared_lists(
            records, (rule.column, rule.crossed_with, rule.metric, rule.cap, *apart_from), rule.metric, rule.bound,
            self._grader.table,
            lambda: near_lists(
                rule.metric, rule.bound, self._grader.table,
                *_asked(records, self._first, self._second, self._is_crossed), workers, sampling,
            ),
        )  # fmt: skip
        self._near = near  # as long as one rule holds the lists, another finds them
        self._is_within = records.link_type != "link_only"
        self._one, self._other = self._meeting(near, len(records.datasets) if apart else 1)
        sizes = np.diff(self._left.starts)[self._one] * np.diff(self._right.starts)[self._other]
        self._ends = np.cumsum(sizes)
        pairs = sizes.copy()
        if self._is_within and not self._is_crossed:
            own = self._one == self._other
            size = np.diff(self._left.starts)[self._one[own]]
            pairs[own] = size * (size - 1) // 2
        self.runs = self._tally(pairs)

    def _graded(self, rule: Near, values: pa.StringArray) -> SwappedGrader | BitsGrader | TextGrader:
        if self._is_crossed:
            return SwappedGrader(self._first, self._second, values, rule.metric, (rule.bound,))
        column = Encoded(self._first, values)
        if rule.metric in BIT_METRICS:
            return BitsGrader(column, rule.metric, (rule.bound,), rule.column)
        return TextGrader(column, rule.metric, (rule.bound,))

    def units(self, size: int) -> Iterator[tuple[int, int, int]]:
        """Cut the work into stretches of about so many pairs: first pair of parts, last, pairs at most."""
        if not len(self._ends):
            return
        cuts = np.searchsorted(self._ends, np.arange(size, int(self._ends[-1]) + size, size), side="left") + 1
        first = 0
        for cut in np.unique(np.minimum(cuts, len(self._ends))).tolist():
            yield first, cut, int(self._ends[cut - 1] - (self._ends[first - 1] if first else 0))
            first = cut

    def emit(self, first: int, last: int, left: U32, right: U32) -> int:
        """Write the pairs of some pairs of parts."""
        count = int(
            emit_parts(
                self._one, self._other, self._left.starts, self._left.order, self._right.starts, self._right.order,
                first, last, self._is_within, self._is_crossed, left, right,
            )
        )  # fmt: skip
        if not self._is_crossed:
            return count
        kept = np.flatnonzero(self.makes(left[:count], right[:count]))  # the other way must be near too
        left[: len(kept)], right[: len(kept)] = left[kept], right[kept]
        return len(kept)

    def makes(self, left: U32, right: U32) -> Mask:
        """Tell which pairs it makes."""
        if self._agrees:
            same = np.flatnonzero((self._key[left] == self._key[right]) & (self._key[left] > 0))
            found = np.zeros(len(left), bool)
            found[same] = self._are_near(left[same], right[same])
            return found
        return self._are_near(left, right)

    @property
    def sampled(self) -> SampledBlocks | None:
        """What sampled bits brought together; None where no completeness was asked for."""
        return self._near.sampled

    def _are_near(self, left: U32, right: U32) -> Mask:
        """Tell which pairs' values are near; of those found by sampled bits, which were found."""
        if self._near.sampled is not None:
            return self._near.hold(*self._looked_up(left, right))
        grades = np.empty(len(left), np.uint8)
        one = [np.ascontiguousarray(column[left]) for column in self._grader.columns]
        other = [np.ascontiguousarray(column[right]) for column in self._grader.columns]
        self._grader.grade(one, other, grades)
        found: Mask = grades == 1
        return found

    def _meeting(self, near: NearLists, datasets: int) -> tuple[U32, U32]:
        """Return the pairs of parts that meet: within what they agree on and, where it matters, dataset by dataset."""
        left, right = self._left, self._right
        if self._is_within:
            return _pair_parts(left, right, left.keys, np.arange(len(left.values)), near, not self._is_crossed)
        agreed, dataset = left.keys // np.uint64(datasets), left.keys % np.uint64(datasets)
        found = []
        for owner, other in _meetings(self._records, self._is_crossed):
            parts = np.flatnonzero(dataset == owner)
            wanted = agreed[parts] * np.uint64(datasets) + np.uint64(other)
            found.append(_pair_parts(left, right, wanted, parts, near, False))
        return np.concatenate([part[0] for part in found]), np.concatenate([part[1] for part in found])

    def _looked_up(self, left: U32, right: U32) -> tuple[U32, U32]:
        """Return the values of pairs, first that in whose list the other is looked up."""
        one, other = self._first[left], self._second[right]
        if self._is_within:
            return one, other
        owns = np.zeros((len(self._records.datasets),) * 2, bool)
        owns[tuple(np.transpose(_meetings(self._records, self._is_crossed)))] = True
        is_owner = owns[self._records.dataset_of(left), self._records.dataset_of(right)]
        return np.where(is_owner, one, other), np.where(is_owner, other, one)

    def _tally(self, pairs: I64) -> Runs:
        present = int(((self._first > 0) & (self._key > 0)).sum())
        largest = tuple(int(size) for size in np.sort(np.diff(self._left.starts))[::-1][:LARGEST])
        skipped, skipped_pairs = self._skipped
        tally = (present, len(pairs), int(pairs.sum()), skipped, skipped_pairs)
        return Runs(_NONE, _NONE, _NONE, _NONE, None, tally, largest)


def _sorted(rows: NDArray[np.intp], codes: U32, keys: NDArray[np.uint64]) -> NDArray[np.intp]:
    """Sort rows by key, then by code, then by row."""
    code_bits, row_bits = (max(int(one.max(initial=0)).bit_length(), 1) for one in (codes, rows))
    if int(keys.max(initial=0)).bit_length() + code_bits + row_bits > 64:
        return rows[np.lexsort((codes[rows], keys[rows]))]
    words = keys[rows] << np.uint64(code_bits + row_bits)
    words |= codes[rows].astype(np.uint64) << np.uint64(row_bits)
    words |= rows.astype(np.uint64)
    words.sort()  # far faster than sorting places
    return (words & np.uint64(2**row_bits - 1)).astype(np.intp)


def _pair_parts(
    left: _Side, right: _Side, wanted: NDArray[np.uint64], owners: I64, near: NearLists, is_half: bool
) -> tuple[U32, U32]:
    """Return the parts of the right side that hold what parts of the left want, under a near value."""
    starts = np.searchsorted(right.keys, wanted, side="left").astype(np.int64)
    ends = np.searchsorted(right.keys, wanted, side="right").astype(np.int64)
    values, owners = np.ascontiguousarray(left.values[owners]), owners.astype(np.int64)
    most = np.cumsum(ends - starts)
    room = int(max(_ROOM, np.diff(most, prepend=0).max(initial=0)))
    one, other = np.empty(room, np.uint32), np.empty(room, np.uint32)
    found, first = [(one[:0], other[:0])], 0
    while first < len(owners):
        before = int(most[first - 1]) if first else 0
        last = max(int(np.searchsorted(most, before + room, side="right")), first + 1)
        some = slice(first, last)
        count = pair_groups(
            values[some], owners[some], starts[some], ends[some], right.values, near.starts, near.values, is_half, one,
            other,
        )  # fmt: skip
        found.append((one[:count].copy(), other[:count].copy()))
        first = last
    return np.concatenate([pair[0] for pair in found]), np.concatenate([pair[1] for pair in found])


def _codes(records: Records, rule: Near) -> tuple[U32, U32, tuple[int, int]]:
    """Return each record's value on either side, 0 where it takes no part, and what the cap left out."""
    if rule.crossed_with is None:
        first = second = records.encoded(rule.column).codes
        size = len(records.encoded(rule.column).values)
    else:
        first, second, values = records.shared(rule.column, rule.crossed_with)
        size = len(values)
    if rule.cap is None:
        return _writable(first), _writable(second), (0, 0)
    counts = np.bincount(first, minlength=size)
    if rule.crossed_with is not None:
        counts = np.maximum(counts, np.bincount(second, minlength=size))
    is_common = counts > rule.cap
    is_common[0] = False
    held = counts[is_common].astype(np.int64)
    kept = [np.where(is_common[codes], 0, codes).astype(np.uint32) for codes in (first, second)]
    return (
        kept[0],
        kept[1] if rule.crossed_with is not None else kept[0],
        (len(held), int((held * (held - 1) // 2).sum())),
    )


def _values(records: Records, rule: Near) -> pa.StringArray:
    if rule.crossed_with is None:
        return records.encoded(rule.column).values
    return records.shared(rule.column, rule.crossed_with)[2]


def _agreed(records: Records, rule: Near) -> NDArray[np.uint64]:
    """Return a key a record of the columns that a pair agrees on besides; 0 where any is missing."""
    if not rule.on:
        return np.ones(len(records), np.uint64)
    return dense(combined_key([records.encoded(column) for column in rule.on]))


def _meetings(records: Records, is_crossed: bool) -> list[tuple[int, int]]:
    """Return which datasets meet, the one whose values are looked up in the other's first: the smaller one.

    Of crossed columns the first of the two datasets owns its pairs: its records stand lower.
    """
    sizes = np.diff(records.starts)
    pairs = [(one, other) for one in range(len(sizes)) for other in range(one + 1, len(sizes))]
    return pairs if is_crossed else [(a, b) if sizes[a] <= sizes[b] else (b, a) for a, b in pairs]


def _asked(records: Records, first: U32, second: U32, is_crossed: bool) -> tuple[U32, U32]:
    """Return the values that are rows and those that are columns of the join."""
    if records.link_type != "link_only":
        return _distinct(first), _distinct(second)
    meetings = _meetings(records, is_crossed)
    starts = records.starts
    owners = sorted({owner for owner, _ in meetings})
    others = sorted({other for _, other in meetings})
    rows = np.concatenate([first[starts[owner] : starts[owner + 1]] for owner in owners])
    columns = np.concatenate([second[starts[other] : starts[other + 1]] for other in others])
    return _distinct(rows), _distinct(columns)


def _distinct(codes: U32) -> U32:
    """Return the codes that occur, rising."""
    return np.flatnonzero(np.bincount(codes)).astype(np.uint32)


def _writable(codes: U32) -> U32:
    return np.require(codes, np.uint32, ("C", "W"))
