"""The most that each comparison can add to a pair, looked up by the values of its two records.

A comparison's level follows from the values of a few columns. For the different values of the left records a row of
bounds against all different values of the right is worked out once, so that a pair costs one look-up a comparison.
Where that would be too many rows or too long ones, less is read: of two columns that may be swapped the first half of
the condition, and a column with nearly as many values as records as equal or not. What is not read counts as the best
that it can be, so bounds are never too low.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkkit.engine import Sieve
from linkkit.specs import Compiled

from ._grading import Grading
from .graders import BitsGrader, EqualGrader, Grader, InitialGrader, SwappedGrader, TextGrader
from .graders._numbers import GapGrader
from .graders._sets import SetGrader
from .kernels import grade_rows

__all__ = ["Bounds", "bounds_of"]

U32 = NDArray[np.uint32]
Floats = NDArray[np.float64]
Places = NDArray[np.intp]
Row = Callable[[int], NDArray[np.uint8]]
# What grades a row of values by compiled code or plain arithmetic; functions of the user's are never asked.
_QUICK = (EqualGrader, TextGrader, BitsGrader, InitialGrader, SetGrader, GapGrader, SwappedGrader)
# Longer rows do not stay in a cache.
_MOST_VALUES = 2**17
# Working out a cell of a row costs as much as looking up so many pairs; that of a few costs nothing.
_CELL_COST, _FREE_CELLS = 4, 2**20
# Codes are told apart by their remainders where a column is read as equal or not.
_BUCKETS = 4093


@dataclass(frozen=True, eq=False)
class Bounds:
    """What one comparison, or one half of a swap, adds at the most.

    Parameters
    ----------
    left, right
        For each left and right record the number of its value.
    width
        How many right values there are.
    bits
        The bits that each case adds at the most.
    cases
        A function of the number of a left value: the case of it with each right value, a place in ``bits``.
    """

    left: Places
    right: Places
    width: int
    bits: Floats
    cases: Callable[[int], NDArray[np.integer[Any]]]

    @property
    def cells(self) -> int:
        """Cells of the rows of all left values."""
        return len(np.unique(self.left)) * self.width


def bounds_of(grading: Grading, compiled: Compiled, sieve: Sieve, left: U32, right: U32) -> tuple[list[Bounds], float]:
    """Return bounds for the pairs of some left with some right records, and what can be added besides.

    The sieve's bits must be finite.
    """
    found: list[Bounds] = []
    rest = 0.0
    for table, most in zip(compiled.tables, sieve.most, strict=True):
        bits = most[table.levels]
        read = list(_read([grading.graders[gauge] for gauge in table.gauges], bits, left, right))
        found += read
        rest += 0.0 if read else float(bits.max())
    return found, rest


def _read(graders: Sequence[Grader], bits: Floats, left: U32, right: U32) -> Iterator[Bounds]:
    """Read as many gauges of one comparison as can be afforded."""
    quick = [axis for axis, grader in enumerate(graders) if isinstance(grader, _QUICK)]
    swaps = [axis for axis in quick if isinstance(graders[axis], SwappedGrader)]
    single = [axis for axis in quick if axis not in swaps]
    if quick and (whole := _whole(graders, quick, bits, left, right)) is not None:
        yield whole
        return
    half = _first_half(graders[swaps[0]], swaps[0], left, right) if len(swaps) == 1 and single else None
    if half is not None:
        reached = np.arange(1, bits.shape[swaps[0]] - 1)
        without = np.delete(bits, reached, axis=swaps[0])
        whole = _whole(graders, single, without, left, right)
        if whole is not None:
            yield whole
            gain = max(0.0, float(bits.take(reached, axis=swaps[0]).max() - without.min()))
            yield replace(half, bits=half.bits * gain)
            return
    if single and (whole := _whole(graders, single, bits, left, right)) is not None:
        yield whole
        return
    named = [axis for axis in single if isinstance(graders[axis], EqualGrader | TextGrader)]
    if named:
        widest = max(named, key=lambda axis: (int(graders[axis].columns[0].max(initial=0)), -axis))
        yield _equality(graders[widest], _best(bits, [widest]), left, right)


def _best(bits: Floats, axes: Sequence[int]) -> Floats:
    """Return the most over the grades of all gauges but some."""
    others = tuple(axis for axis in range(bits.ndim) if axis not in axes)
    found: Floats = bits.max(axis=others) if others else bits
    return found


def _whole(graders: Sequence[Grader], axes: Sequence[int], bits: Floats, left: U32, right: U32) -> Bounds | None:
    """Read all grades of some gauges for each pair of values; None where these are too many."""
    chosen, bits = [graders[axis] for axis in axes], _best(bits, axes)
    columns = list({id(column): column for grader in chosen for column in grader.columns}.values())
    left_values, ones = _distinct(columns, left)
    right_values, others = _distinct(columns, right)
    if not _is_affordable(len(ones), len(others), len(left), len(right)):
        return None
    strides = [int(np.prod(bits.shape[axis + 1 :])) for axis in range(bits.ndim)]
    rows = [_grade_row(grader, ones, others) for grader in chosen]

    def cases(value: int) -> NDArray[np.integer[Any]]:
        total = np.zeros(len(others), np.int32)
        for row, stride in zip(rows, strides, strict=True):
            total += row(value).astype(np.int32) * np.int32(stride)
        return total

    return Bounds(left_values, right_values, len(others), bits.ravel(), cases)


def _is_affordable(ones: int, others: int, left: int, right: int) -> bool:
    return others <= _MOST_VALUES and ones * others <= max(_FREE_CELLS, left * right // _CELL_COST)


def _grade_row(grader: Grader, ones: U32, others: U32) -> Row:
    """Return a function of the number of a left value: its grades with all right values."""
    left = [column[ones] for column in grader.columns]
    right = [np.ascontiguousarray(column[others]) for column in grader.columns]
    if isinstance(grader, TextGrader):
        return _text_row(grader, left[0], right[0])

    def row(value: int) -> NDArray[np.uint8]:
        grades = np.empty(len(others), np.uint8)
        grader.grade([np.full(len(others), codes[value], np.uint32) for codes in left], right, grades)
        return grades

    return row


def _text_row(grader: TextGrader | SwappedGrader, left: U32, right: U32) -> Row:
    """Return the same for texts of one table, each graded once."""
    codes, places = np.unique(right, return_inverse=True)
    columns = grader.table.choose(codes)

    def row(value: int) -> NDArray[np.uint8]:
        grades = np.empty((1, len(codes)), np.uint8)
        grade_rows(grader.metric, grader.table, left[value : value + 1], grader.bounds, grades, columns)
        found: NDArray[np.uint8] = grades[0][places]
        return found

    return row


def _first_half(grader: Grader, axis: int, left: U32, right: U32) -> Bounds | None:
    """Read whether the first column of a left record agrees with the second of a right one; 1 bit where it does."""
    assert isinstance(grader, SwappedGrader)
    first, second = grader.columns
    left_values, ones = _distinct([first], left)
    right_values, others = _distinct([second], right)
    if not _is_affordable(len(ones), len(others), len(left), len(right)):
        return None
    bits = np.ones(len(grader.bounds) + 2)
    bits[[0, -1]] = 0.0  # missing, and no bound reached
    return Bounds(left_values, right_values, len(others), bits, _text_row(grader, first[ones], second[others]))


def _equality(grader: Grader, bits: Floats, left: U32, right: U32) -> Bounds:
    """Read a column as missing, equal or not, its codes told apart by buckets."""
    column = grader.columns[0]
    is_exact = not isinstance(grader, TextGrader) or grader.is_exact
    best = float(bits[1:].max())
    by_case = np.array([bits[0], best, bits[2:].max() if is_exact else best])

    def cases(value: int) -> NDArray[np.integer[Any]]:
        found = np.full(_BUCKETS + 1, 2 if value else 0, np.int32)
        found[value] = 1 if value else 0
        found[0] = 0
        return found

    return Bounds(_buckets(column[left]), _buckets(column[right]), _BUCKETS + 1, by_case, cases)


def _buckets(codes: U32) -> Places:
    return np.where(codes == 0, 0, codes % np.uint32(_BUCKETS) + np.uint32(1)).astype(np.intp)


def _distinct(columns: Sequence[U32], rows: U32) -> tuple[Places, U32]:
    """Number the combinations of values of some records; return the number of each record, and a record of each."""
    values = np.zeros(len(rows), np.int64)
    for column in columns:
        codes = column[rows].astype(np.int64)
        _, values = np.unique(values * (int(codes.max(initial=0)) + 1) + codes, return_inverse=True)
    _, first = np.unique(values, return_index=True)
    return values.astype(np.intp), rows[first]
