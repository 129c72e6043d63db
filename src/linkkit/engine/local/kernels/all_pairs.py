"""Every pair of the records of one file, or of two: counts of grade codes, and the pairs worth keeping.

Records are taken in blocks of rows. For each different value of a block a gauge works out one row of grades against all
values, so that a pair costs one look-up a gauge; only the rows of the block are held. Records are sorted by the gauge
with the most values, so that its rows are worked out once each; a gauge with few values keeps its rows.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .gauges import Gauge, RowSource
from .tally import TILE, WAYS, tally_block

Codes = NDArray[np.uint32]
MOST_CODES = 2**20
_ROW_BYTES = 1 * 2**20
_MOST_ROWS = 64
_KEPT_ROOM = 32 * TILE
_MOST_COUNTED = 2**32 - 1  # what one 32-bit count can hold


@dataclass(frozen=True, eq=False)
class AllPairs:
    """A job of grading every pair; make it by `within` or `between`, and carry it out block by block.

    Attributes
    ----------
    code_count
        Number of possible grade codes, the length of the histograms.
    row_count
        Number of rows to hand to `all_pairs_block`, in the job's own order.

    Examples
    --------
    >>> from linkkit.engine.local.kernels import TextTable
    >>> table = TextTable.build(["", "martha", "marhta", "peter"])
    >>> codes = np.array([[1, 2, 3, 0]], np.uint32)
    >>> job = AllPairs.within([Gauge("osa", (1,), table)], codes, [1])
    >>> histogram, left, right, code = all_pairs_block(job, 0, job.row_count)
    >>> histogram.tolist(), len(left)
    ([3, 1, 2], 0)
    """

    code_count: int
    is_within: bool
    row_order: NDArray[np.int64]
    column_order: NDArray[np.int64]
    sources: tuple[RowSource, ...]
    left_values: tuple[NDArray[np.intp], ...]
    right_columns: Codes
    strides: Codes
    equal_left: Codes
    equal_right: Codes
    equal_strides: Codes
    keep: NDArray[np.uint8] = field(repr=False)

    @classmethod
    def within(
        cls,
        gauges: Sequence[Gauge],
        codes: Codes,
        strides: Sequence[int],
        keep: NDArray[np.uint8] | NDArray[np.bool_] | None = None,
    ) -> AllPairs:
        """Pair the records of one file: each with every later one.

        Parameters
        ----------
        gauges
            How each grade is found.
        codes
            One row of value codes for each gauge, one column for each record.
        strides
            What a grade of each gauge counts in the grade code, which is the sum of grade times stride.
        keep
            For each grade code whether its pairs are kept; none by default.
        """
        return cls._make(gauges, codes, codes, strides, keep, is_within=True)

    @classmethod
    def between(
        cls,
        gauges: Sequence[Gauge],
        left_codes: Codes,
        right_codes: Codes,
        strides: Sequence[int],
        keep: NDArray[np.uint8] | NDArray[np.bool_] | None = None,
    ) -> AllPairs:
        """Pair each record of one file with each of another; parameters as for `within`."""
        return cls._make(gauges, left_codes, right_codes, strides, keep, is_within=False)

    @classmethod
    def _make(
        cls,
        gauges: Sequence[Gauge],
        left: Codes,
        right: Codes,
        strides: Sequence[int],
        keep: NDArray[np.uint8] | NDArray[np.bool_] | None,
        *,
        is_within: bool,
    ) -> AllPairs:
        code_count = _check(gauges, left, right, strides, keep)
        texts = [place for place, gauge in enumerate(gauges) if gauge.needs_rows]
        equals = [place for place, gauge in enumerate(gauges) if not gauge.needs_rows]
        sorter = _sorting_gauge(gauges, left)
        row_order = np.arange(left.shape[1]) if sorter is None else np.argsort(left[sorter], kind="stable")
        column_order = row_order if is_within else np.arange(right.shape[1])
        left, right = left[:, row_order], right[:, column_order]
        sources = tuple(
            RowSource.make(gauges[place], table, left[place], right[place], remember=place != sorter and not cheap)
            for place in texts
            if (table := gauges[place].table) is not None
            for cheap in [gauges[place].is_cheap]
        )
        return cls(
            code_count,
            is_within,
            row_order,
            column_order,
            sources,
            tuple(np.searchsorted(source.values, left[place]) for source, place in zip(sources, texts, strict=True)),
            _stack(
                [
                    np.searchsorted(source.columns.codes, right[place])
                    for source, place in zip(sources, texts, strict=True)
                ],
                right.shape[1],
            ),
            np.array([strides[place] for place in texts], np.uint32),
            _stack([left[place] for place in equals], left.shape[1]),
            _stack([right[place] for place in equals], right.shape[1]),
            np.array([strides[place] for place in equals], np.uint32),
            np.zeros(code_count, np.uint8) if keep is None else np.asarray(keep, np.bool_).astype(np.uint8),
        )

    @property
    def row_count(self) -> int:
        """Number of rows to pair."""
        return len(self.row_order)

    @property
    def pair_count(self) -> int:
        """Number of pairs of the whole job."""
        rows = self.row_count
        return rows * (rows - 1) // 2 if self.is_within else rows * len(self.column_order)

    def blocks(self, pairs: int = 20_000_000) -> Iterator[tuple[int, int]]:
        """Cut the rows into blocks of about so many pairs, each a pair of first and last row (not included)."""
        width = len(self.column_order)
        first = 0
        while first < self.row_count:
            ahead = max(width - first - 1, 1) if self.is_within else max(width, 1)
            last = min(self.row_count, first + max(_MOST_ROWS, math.ceil(pairs / ahead)))
            yield first, last
            first = last


def all_pairs_block(
    job: AllPairs, first_row: int, last_row: int
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32], NDArray[np.uint32]]:
    """Grade every pair of some rows of a job.

    Blocks of one job can run in several threads at once.

    Returns
    -------
    histogram
        How many pairs have each grade code.
    left, right, code
        The kept pairs: their records, and their grade codes. Within one file the left record comes before the right.
    """
    histogram = np.zeros(job.code_count, np.int64)
    counts = np.zeros((WAYS, job.code_count), np.uint32)
    kept: list[NDArray[np.uint32]] = []
    width = sum(source.width for source in job.sources)
    step = min(_MOST_ROWS, max(4, _ROW_BYTES // max(width, 1)))
    uncounted = 0
    for start in range(first_row, last_row, step):
        uncounted += step * len(job.column_order)
        if uncounted > _MOST_COUNTED:
            histogram += counts.sum(axis=0, dtype=np.int64)
            counts[:] = 0
            uncounted = step * len(job.column_order)
        _tally_rows(job, start, min(start + step, last_row), counts, kept)
    histogram += counts.sum(axis=0, dtype=np.int64)
    rows, columns, codes = np.concatenate(kept, axis=1) if kept else np.empty((3, 0), np.uint32)
    left, right = job.row_order[rows], job.column_order[columns]
    if job.is_within:
        left, right = np.minimum(left, right), np.maximum(left, right)
    return histogram, left.astype(np.int32), right.astype(np.int32), codes


def _tally_rows(
    job: AllPairs, first: int, last: int, counts: NDArray[np.uint32], kept: list[NDArray[np.uint32]]
) -> None:
    """Tally the pairs of a few rows, whose rows of grades fit in the cache together."""
    grades, grade_starts = _row_grades(job, first, last)
    first_columns = np.arange(first + 1, last + 1) if job.is_within else np.zeros(last - first, np.int64)
    equal_left = np.ascontiguousarray(job.equal_left[:, first:last])
    row, column = 0, 0
    while row < last - first:
        found = np.empty((3, _KEPT_ROOM), np.uint32)
        row, column, count = tally_block(
            equal_left,
            job.equal_right,
            job.equal_strides,
            grades,
            grade_starts,
            job.right_columns,
            job.strides,
            job.keep,
            first_columns,
            row,
            column,
            counts,
            *found,
        )
        if count:
            found[0, :count] += np.uint32(first)
            kept.append(found[:, :count].copy())


def _row_grades(job: AllPairs, first: int, last: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return the rows of grades of a few rows, one after the other, and where each row's starts, gauge by gauge."""
    found = [np.unique(values[first:last], return_inverse=True) for values in job.left_values]
    sizes = [len(values) * source.width for (values, _), source in zip(found, job.sources, strict=True)]
    ends = np.cumsum([0, *sizes])
    grades = np.empty(max(ends[-1], 1), np.uint8)
    starts = np.zeros((len(job.sources), last - first), np.int64)
    for place, (source, (values, which)) in enumerate(zip(job.sources, found, strict=True)):
        source.fill(values, grades[ends[place] : ends[place + 1]].reshape(len(values), source.width))
        starts[place] = ends[place] + which * source.width
    return grades, starts


def _check(
    gauges: Sequence[Gauge],
    left: Codes,
    right: Codes,
    strides: Sequence[int],
    keep: NDArray[np.uint8] | NDArray[np.bool_] | None,
) -> int:
    """Return the number of grade codes, or raise ValueError."""
    if not len(gauges) == len(strides) == len(left) == len(right) or not len(gauges):
        raise ValueError(
            f"gauges, strides and rows of codes must be as many: got {len(gauges)} gauges, {len(strides)} strides, "
            f"{len(left)} rows of left codes and {len(right)} of right codes."
        )
    code_count = math.prod(gauge.grade_count for gauge in gauges)
    if code_count > MOST_CODES:
        raise ValueError(
            f"every pair can be graded into at most {MOST_CODES:,} grade codes; these gauges have {code_count:,}. "
            "Use fewer gauges or bounds, or stream the pairs in chunks."
        )
    largest = sum((gauge.grade_count - 1) * int(stride) for gauge, stride in zip(gauges, strides, strict=True))
    if min(strides) < 1 or largest >= code_count:
        raise ValueError(f"strides must number the grade codes from 0 to {code_count - 1}; the largest is {largest}.")
    if keep is not None and len(keep) != code_count:
        raise ValueError(f"keep must have one entry for each of the {code_count} grade codes; got {len(keep)}.")
    return code_count


def _sorting_gauge(gauges: Sequence[Gauge], left: Codes) -> int | None:
    """Choose the gauge whose rows of grades are worked out once each because records are sorted by it."""
    costly = [place for place, gauge in enumerate(gauges) if gauge.needs_rows and not gauge.is_cheap]
    return max(costly, key=lambda place: len(np.unique(left[place])), default=None)


def _stack(rows: Sequence[NDArray[np.generic]], width: int) -> Codes:
    return np.array(rows, np.uint32).reshape(len(rows), width)
