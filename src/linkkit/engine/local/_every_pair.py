"""The engine's way through every pair of one file or of two: rows of grades instead of chunks of pairs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from linkkit.engine import GradedPairs
from linkkit.specs import Compiled

from ._grading import Grading
from ._threads import ordered_map
from .graders import EqualGrader, Grader, TextGrader
from .kernels.all_pairs import MOST_CODES, AllPairs, all_pairs_block
from .kernels.gauges import Gauge

__all__ = ["counts", "fits", "graded"]


def fits(grading: Grading) -> bool:
    """Whether these gauges can be taken row by row: equality and text kernels, and not too many grade codes."""
    supported = all(isinstance(grader, EqualGrader | TextGrader) for grader in grading.graders)
    is_simple = len(grading.records.datasets) <= 2 and grading.records.link_type != "link_and_dedupe"
    return supported and is_simple and _grade_strides(grading)[1] <= MOST_CODES


def counts(grading: Grading, compiled: Compiled, workers: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the pattern codes that occur, and how many pairs have each: shape (codes, 1)."""
    job = _job(grading, None)
    histogram = np.zeros(job.code_count, np.int64)
    for part, _, _, _ in ordered_map(lambda block: all_pairs_block(job, *block), job.blocks(), workers):
        histogram += part
    seen = np.flatnonzero(histogram)
    codes, place = np.unique(_pattern_codes(grading, compiled, seen), return_inverse=True)
    found = np.zeros((len(codes), 1), np.int64)
    np.add.at(found[:, 0], place, histogram[seen])
    return codes, found


def graded(grading: Grading, compiled: Compiled, keep: NDArray[np.int64], workers: int) -> Iterator[GradedPairs]:
    """Yield the pairs of some pattern codes."""
    patterns = _pattern_codes(grading, compiled, np.arange(_grade_strides(grading)[1]))
    job = _job(grading, np.isin(patterns, keep))
    offset = 0 if job.is_within else int(grading.records.starts[1])
    for _, left, right, code in ordered_map(lambda block: all_pairs_block(job, *block), job.blocks(), workers):
        if len(left):
            rows = (right + offset).astype(np.uint32)
            yield GradedPairs(left.astype(np.uint32), rows, patterns[code], np.zeros(len(left), np.uint8))


def _grade_strides(grading: Grading) -> tuple[list[int], int]:
    """Strides that make one number of the grades of all gauges, and how many numbers there are."""
    strides, size = [], 1
    for gauge in grading.gauges:
        strides.append(size)
        size *= gauge.grades
    return strides, size


def _pattern_codes(grading: Grading, compiled: Compiled, codes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the pattern codes behind grade codes."""
    strides, _ = _grade_strides(grading)
    grades = [(codes // stride) % gauge.grades for stride, gauge in zip(strides, grading.gauges, strict=True)]
    found = np.zeros(len(codes), np.int64)
    for table, stride in zip(compiled.tables, compiled.strides, strict=True):
        found += stride * table.levels[tuple(grades[gauge] for gauge in table.gauges)].astype(np.int64)
    return found


def _job(grading: Grading, keep: NDArray[np.bool_] | None) -> AllPairs:
    gauges = [_gauge(grader) for grader in grading.graders]
    codes = np.ascontiguousarray(np.stack([grader.columns[0] for grader in grading.graders]))
    strides, _ = _grade_strides(grading)
    records = grading.records
    if len(records.datasets) == 1:
        return AllPairs.within(gauges, codes, strides, keep)
    middle = int(records.starts[1])
    left, right = np.ascontiguousarray(codes[:, :middle]), np.ascontiguousarray(codes[:, middle:])
    return AllPairs.between(gauges, left, right, strides, keep)


def _gauge(grader: Grader) -> Gauge:
    return Gauge(grader.metric, grader.bounds, grader.table) if isinstance(grader, TextGrader) else Gauge("equal")
