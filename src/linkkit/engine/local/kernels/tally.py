"""The kernel of `all_pairs`: grade codes of every pair of a block of records, counted, and the wanted ones kept."""

from __future__ import annotations

from typing import Any

import numpy as np

from .jit import compiled, inlined

TILE = 2048
"""Pairs whose grade codes are added up before they are counted."""
WAYS = 4
"""Histograms that take turns: neighbouring pairs often have one code, and would wait for each other's count."""


@inlined
def add_equality(code: Any, codes: Any, stride: Any, out: Any) -> None:
    """Add the grades of equality of one code with many: 0 missing, 1 equal, 2 different."""
    for column in range(len(codes)):
        grade = np.uint32(1) if codes[column] == code else np.uint32(2)
        out[column] += stride * (np.uint32(0) if codes[column] == 0 or code == 0 else grade)


@inlined
def add_grades(grades: Any, start: Any, columns: Any, stride: Any, out: Any) -> None:
    """Add the grades that one row of grades holds for many values."""
    row = grades[start:]
    for column in range(len(columns)):
        out[column] += stride * np.uint32(row[columns[column]])


@inlined
def count_codes(codes: Any, keep: Any, histograms: Any) -> Any:
    """Count codes, and tell whether any is to be kept."""
    wanted = np.uint8(0)
    for column in range(len(codes)):
        code = codes[column]
        histograms[column % WAYS, code] += np.uint32(1)
        wanted |= keep[code]
    return wanted != 0


@compiled(
    "UniTuple(int64, 3)(uint32[:, ::1], uint32[:, ::1], uint32[::1], uint8[::1], int64[:, ::1], uint32[:, ::1],"
    " uint32[::1], uint8[::1], int64[::1], int64, int64, uint32[:, ::1], uint32[::1], uint32[::1], uint32[::1])"
)
def tally_block(
    equal_left: Any,
    equal_right: Any,
    equal_strides: Any,
    grades: Any,
    grade_starts: Any,
    columns: Any,
    strides: Any,
    keep: Any,
    first_columns: Any,
    row: Any,
    column: Any,
    histograms: Any,
    kept_rows: Any,
    kept_columns: Any,
    kept_codes: Any,
) -> Any:
    """Tally the pairs of a block of rows with all columns from a place on, until the room for kept pairs may run out.

    Row `row` is paired with the columns from ``first_columns[row]``. Returns the row and column to go on from, and the
    number of pairs kept.
    """
    codes = np.empty(TILE, np.uint32)
    kept = 0
    column_count = columns.shape[1] if len(strides) else equal_right.shape[1]
    while row < len(first_columns):
        column = max(column, first_columns[row])
        while column < column_count:
            size = min(TILE, column_count - column)
            if kept + size > len(kept_codes):
                return row, column, kept
            tile = codes[:size]
            tile[:] = 0
            for gauge in range(len(equal_strides)):
                others = equal_right[gauge, column : column + size]
                add_equality(equal_left[gauge, row], others, equal_strides[gauge], tile)
            for gauge in range(len(strides)):
                others = columns[gauge, column : column + size]
                add_grades(grades, grade_starts[gauge, row], others, strides[gauge], tile)
            if count_codes(tile, keep, histograms):
                for place in range(size):
                    kept_rows[kept] = row
                    kept_columns[kept] = column + place
                    kept_codes[kept] = tile[place]
                    kept += int(keep[tile[place]])
            column += size
        row += 1
        column = 0
    return row, column, kept
