"""The engine's way through every pair of one file or of two: rows of grades instead of chunks of pairs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from linkkit.engine import GradedPairs

from ._grading import Grading
from ._threads import ordered_map
from .graders import EqualGrader, Grader, TextGrader
from .kernels.all_pairs import MOST_CODES, AllPairs, all_pairs_block
from .kernels.gauges import Gauge

__all__ = ["counts", "fits", "graded"]


def fits(grading: Grading, size: int) -> bool:
    """Whether these gauges can be taken row by row: equality and text kernels, and not too many grade codes."""
    supported = all(isinstance(grader, EqualGrader | TextGrader) for grader in grading.graders)
    return supported and size <= MOST_CODES and len(grading.records.datasets) <= 2 and grading.records.link_type != "link_and_dedupe"


def counts(grading: Grading, workers: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the grade codes that occur, and how many pairs have each: shape (codes, 1)."""
    job = _job(grading, None)
    histogram = np.zeros(job.code_count, np.int64)
    for part, _, _, _ in ordered_map(lambda block: all_pairs_block(job, *block), job.blocks(), workers):
        histogram += part
    codes = np.flatnonzero(histogram)
    return codes, histogram[codes][:, None]


def graded(grading: Grading, keep: NDArray[np.int64], workers: int) -> Iterator[GradedPairs]:
    """Yield the pairs of some grade codes."""
    size = 1 + sum(int(stride) * (gauge.grades - 1) for stride, gauge in zip(grading.strides, grading.gauges, strict=True))
    wanted = np.zeros(size, bool)
    wanted[keep] = True
    job = _job(grading, wanted)
    offset = 0 if job.is_within else int(grading.records.starts[1])
    for _, left, right, code in ordered_map(lambda block: all_pairs_block(job, *block), job.blocks(), workers):
        if len(left):
            rows = (right + offset).astype(np.uint32)
            yield GradedPairs(left.astype(np.uint32), rows, code.astype(np.int64), np.zeros(len(left), np.uint8))


def _job(grading: Grading, keep: NDArray[np.bool_] | None) -> AllPairs:
    gauges = [_gauge(grader) for grader in grading.graders]
    codes = np.ascontiguousarray(np.stack([grader.columns[0] for grader in grading.graders]))
    strides = [int(stride) for stride in grading.strides]
    records = grading.records
    if len(records.datasets) == 1:
        return AllPairs.within(gauges, codes, strides, keep)
    middle = int(records.starts[1])
    left, right = np.ascontiguousarray(codes[:, :middle]), np.ascontiguousarray(codes[:, middle:])
    return AllPairs.between(gauges, left, right, strides, keep)


def _gauge(grader: Grader) -> Gauge:
    return Gauge(grader.metric, grader.bounds, grader.table) if isinstance(grader, TextGrader) else Gauge("equal")
