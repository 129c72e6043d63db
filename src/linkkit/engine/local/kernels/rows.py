"""Row form: grades of one text against many, all at once.

Values sorted by length let a kernel skip whole lengths, and read one value after the other without a look-up.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from . import dates, edit_distance, jaro_winkler
from .columns import Columns
from .limits import check_bounds, common_needed, distance_grades
from .slow import grade_slow
from .text import PREFIX_WEIGHT, TRANSPOSITIONS, date_grades, uses_dates
from .text_table import TextTable

Codes = NDArray[np.uint32]


def grade_rows(
    metric: str,
    table: TextTable,
    codes: Codes,
    bounds: tuple[float, ...],
    out: NDArray[np.uint8],
    columns: Columns | None = None,
) -> None:
    """Grade each of some values against all values of the table, or against chosen ones.

    Parameters
    ----------
    metric, table, bounds
        As for `grade_text`.
    codes
        The values, one for each row of `out`.
    out
        Receives the grades, one row for each code and one column for each value graded against.
    columns
        The values graded against; all values of the table by default.

    Examples
    --------
    >>> table = TextTable.build(["", "martha", "marhta", "peter"])
    >>> grades = np.empty((1, 4), np.uint8)
    >>> grade_rows("osa", table, np.array([1], np.uint32), (1, 2), grades)
    >>> grades.tolist()
    [[0, 1, 1, 3]]
    """
    check_bounds(metric, bounds)
    columns = table.columns if columns is None else columns
    codes = np.require(codes, np.uint32, ("C", "W"))
    if out.shape != (len(codes), len(columns.codes)):
        raise ValueError(f"out must be {len(codes)} by {len(columns.codes)}; got {out.shape}.")
    if metric in PREFIX_WEIGHT:
        _grade_similarities(metric, table, codes, bounds, columns, out)
    else:
        _grade_distances(metric, table, codes, bounds, columns, out)
    out[:, columns.codes == 0] = 0
    out[codes == 0] = 0
    if table.any_slow:
        _grade_slow(metric, table, codes, bounds, columns, out)


def grade_row(metric: str, table: TextTable, code: int, bounds: tuple[float, ...], out: NDArray[np.uint8]) -> None:
    """Grade one value against all values of the table.

    Examples
    --------
    >>> table = TextTable.build(["", "martha", "marhta", "peter"])
    >>> grades = np.empty(4, np.uint8)
    >>> grade_row("jaro", table, 3, (0.9,), grades)
    >>> grades.tolist()
    [0, 2, 2, 1]
    """
    grade_rows(metric, table, np.array([code], np.uint32), bounds, out.reshape(1, -1))


def _grade_similarities(
    metric: str,
    table: TextTable,
    codes: Codes,
    bounds: tuple[float, ...],
    columns: Columns,
    out: NDArray[np.uint8],
) -> None:
    jaro_winkler.grade_rows(
        table.rows,
        table.heads,
        table.masks,
        common_needed(bounds[-1], metric == "jaro_winkler", table.rows.shape[1]),
        PREFIX_WEIGHT[metric],
        np.array(bounds, np.float64),
        codes,
        columns.sorted_heads,
        columns.sorted_masks,
        columns.sorted_codes,
        columns.sorted_columns,
        columns.length_starts,
        out,
    )


def _grade_distances(
    metric: str,
    table: TextTable,
    codes: Codes,
    bounds: tuple[float, ...],
    columns: Columns,
    out: NDArray[np.uint8],
) -> None:
    limits = distance_grades(metric, bounds)
    if uses_dates(metric, table, limits):
        dates.grade_rows(table.dates, date_grades(limits), codes, columns.dates, out)
        return
    edit_distance.grade_rows(
        table.rows,
        table.heads,
        table.masks,
        limits.most,
        TRANSPOSITIONS[metric.removesuffix("_similarity")],
        limits.grade_of,
        len(bounds) + 1,
        codes,
        columns.sorted_masks,
        columns.sorted_codes,
        columns.sorted_columns,
        columns.length_starts,
        out,
    )


def _grade_slow(
    metric: str,
    table: TextTable,
    codes: Codes,
    bounds: tuple[float, ...],
    columns: Columns,
    out: NDArray[np.uint8],
) -> None:
    """Overwrite the grades of slow rows and slow columns."""
    slow_columns = np.flatnonzero(table.slow[columns.codes])
    for row, code in enumerate(codes):
        chosen = np.arange(len(columns.codes)) if table.slow[code] else slow_columns
        others = columns.codes[chosen]
        grades = out[row, chosen]
        grade_slow(metric, table, np.full(len(others), code, np.uint32), others, bounds, grades)
        out[row, chosen] = grades
