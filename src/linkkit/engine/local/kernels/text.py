"""Grades and similarities of pairs of texts, by the name of the metric."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import dates, edit_distance, jaro_winkler
from .limits import (
    IDENTITY,
    SIMILARITIES,
    DistanceGrades,
    check_bounds,
    common_needed,
    distance_grades,
)
from .slow import grade_slow, scores
from .text_table import TextTable

Codes = NDArray[np.uint32]
PREFIX_WEIGHT = {"jaro": 0.0, "jaro_winkler": 0.1}
TRANSPOSITIONS = {"levenshtein": np.uint64(0), "osa": ~np.uint64(0)}
_DATE_LENGTH = 10


def grade_text(
    metric: str,
    table: TextTable,
    left_codes: Codes,
    right_codes: Codes,
    bounds: tuple[float, ...],
    out: NDArray[np.uint8],
) -> None:
    """Grade pairs of texts.

    Parameters
    ----------
    metric
        ``jaro_winkler``, ``jaro``, ``osa_similarity`` or ``levenshtein_similarity``, with bounds that fall; ``osa`` or
        ``levenshtein``, distances, with bounds that rise.
    table
        The distinct values that the codes number.
    left_codes, right_codes
        One code a pair on each side, each smaller than the length of the table: the kernels do not check.
    bounds
        What opens each grade, from strict to loose.
    out
        Receives one grade a pair: 0 where a side is missing, 1 for the first bound reached, and so on; one more than
        the number of bounds where none is.

    Examples
    --------
    >>> table = TextTable.build(["", "martha", "marhta", "peter"])
    >>> left, right = np.array([1, 1, 1, 0], np.uint32), np.array([1, 2, 3, 3], np.uint32)
    >>> grades = np.empty(4, np.uint8)
    >>> grade_text("jaro_winkler", table, left, right, (0.98, 0.9), grades)
    >>> grades.tolist()
    [1, 2, 3, 0]
    """
    check_bounds(metric, bounds)
    left, right = _kernel_codes(left_codes, right_codes, out)
    if metric in PREFIX_WEIGHT:
        needed = common_needed(bounds[-1], metric == "jaro_winkler", table.rows.shape[1])
        limits = np.array(bounds, np.float64)
        jaro_winkler.grade_pairs(
            table.rows, table.heads, table.masks, needed, PREFIX_WEIGHT[metric], limits, left, right, out
        )
    else:
        _grade_distances(metric, table, left, right, bounds, out)
    if table.any_slow:
        grade_slow(metric, table, left, right, bounds, out)


def _grade_distances(
    metric: str, table: TextTable, left: Codes, right: Codes, bounds: tuple[float, ...], out: NDArray[np.uint8]
) -> None:
    limits = distance_grades(metric, bounds)
    if uses_dates(metric, table, limits):
        dates.grade_pairs(table.dates, date_grades(limits), left, right, out)
    else:
        edit_distance.grade_pairs(
            table.rows,
            table.heads,
            table.masks,
            limits.most,
            TRANSPOSITIONS[metric.removesuffix("_similarity")],
            limits.grade_of,
            len(bounds) + 1,
            left,
            right,
            out,
        )


def uses_dates(metric: str, table: TextTable, limits: DistanceGrades) -> bool:
    """Tell whether the kernel for dates gives these grades."""
    return table.dates is not None and metric.startswith("osa") and int(limits.most[_DATE_LENGTH]) <= dates.MOST


def date_grades(limits: DistanceGrades) -> np.uint32:
    """Return the grades of distances 0 to 3 between dates, eight bits each."""
    start = _DATE_LENGTH * len(limits.most)
    return np.uint32(sum(int(limits.grade_of[start + distance]) << (8 * distance) for distance in range(4)))


def text_similarities(
    metric: str, table: TextTable, left_codes: Codes, right_codes: Codes, out: NDArray[np.float64]
) -> None:
    """Compute what rapidfuzz does for each pair of texts, similarity or distance; not a number where one is missing.

    Examples
    --------
    >>> table = TextTable.build(["", "martha", "marhta"])
    >>> similarity = np.empty(2)
    >>> text_similarities("jaro", table, np.array([1, 0], np.uint32), np.array([2, 2], np.uint32), similarity)
    >>> similarity.round(3).tolist()
    [0.944, nan]
    """
    check_bounds(metric, (1.0,))
    left, right = _kernel_codes(left_codes, right_codes, out)
    if metric in PREFIX_WEIGHT:
        jaro_winkler.similarities(table.rows, table.heads, PREFIX_WEIGHT[metric], left, right, out)
    else:
        out[:] = _edit_scores(metric, table, left, right)
    if table.any_slow:
        slow = np.flatnonzero((table.slow[left] | table.slow[right]) & (left != 0) & (right != 0))
        out[slow] = scores(metric, table, left[slow], right[slow])


def _edit_scores(metric: str, table: TextTable, left: Codes, right: Codes) -> NDArray[np.float64]:
    transpositions = TRANSPOSITIONS[metric.removesuffix("_similarity")]
    distance = np.empty(len(left), np.uint8)
    edit_distance.distances(table.rows, table.heads, transpositions, IDENTITY.grade_of, left, right, distance)
    score = distance.astype(np.float64)
    if metric in SIMILARITIES:
        longer = np.maximum(table.lengths[left], table.lengths[right])
        score = 1.0 - score / np.maximum(longer, 1)
    score[(left == 0) | (right == 0)] = np.nan
    return score


def _kernel_codes(left: Any, right: Any, out: NDArray[Any]) -> tuple[Codes, Codes]:
    """Return the codes as the kernels take them, contiguous and writable (most callers have them so)."""
    if not len(left) == len(right) == len(out):
        raise ValueError(f"codes and out must be as many; got {len(left)}, {len(right)} and {len(out)}.")
    return np.require(left, np.uint32, ("C", "W")), np.require(right, np.uint32, ("C", "W"))
