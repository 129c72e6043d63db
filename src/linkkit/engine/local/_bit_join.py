"""Which distinct bit filters of a column are near each other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
from numpy.typing import NDArray

from linkkit.engine import SampledBlocks

from ._filters import Metric
from ._sampled_join import Sampling, sampled_hits, tables_of
from .encodings import similar_pairs
from .graders import BIT_METRICS, BitsTable

__all__ = ["bit_hits"]

U32 = NDArray[np.uint32]
Rows = NDArray[np.int64]


def bit_hits(
    metric: str, bound: float, table: BitsTable, rows: U32, columns: U32, is_half: bool, workers: int,
    sampling: Sampling | None = None,
) -> tuple[U32, U32, SampledBlocks]:  # fmt: skip
    """Return the near pairs of values of rows and columns, each once; of a half, of two values one way.

    Parameters
    ----------
    metric, bound
        The similarity and the least of it.
    table
        The filters.
    rows, columns
        Codes of the values of either side, none of them missing.
    sampling
        Where given, only pairs that agree on the sampled bits of some table, where that is less work.
    """
    found: list[tuple[U32, U32]] = [(np.empty(0, np.uint32), np.empty(0, np.uint32))]
    made = SampledBlocks()
    for one, other, how in _jobs(metric, table, rows, columns, is_half):
        within = one is other
        tables = None if sampling is None else tables_of(table, one, other, how, bound, sampling.completeness)
        if sampling is not None and tables is not None:
            *pairs, count = sampled_hits(table, one, other, how, bound, tables, sampling.seed, workers)
            found.append((pairs[0], pairs[1]))
            made += count
            continue
        chunks = similar_pairs(
            table.words[one], None if within else table.words[other], how, bound,
            left_present=np.arange(len(one)), right_present=None if within else np.arange(len(other)), workers=workers,
        )  # fmt: skip
        found += [(one[chunk.left].astype(np.uint32), other[chunk.right].astype(np.uint32)) for chunk in chunks]
    return np.concatenate([pair[0] for pair in found]), np.concatenate([pair[1] for pair in found]), made


def _jobs(metric: str, table: BitsTable, rows: U32, columns: U32, is_half: bool) -> Iterator[tuple[Rows, Rows, Metric]]:
    """Yield sides that are compared in one way: all of them, or those that hold certain fields."""
    plain = Metric(BIT_METRICS[metric], table.bits)
    if not table.masks.shape[1]:
        left = rows.astype(np.int64)
        yield left, left if is_half else columns.astype(np.int64), plain
        return
    ones = _by_mask(table, rows)
    others = ones if is_half else _by_mask(table, columns)
    for (place, one), (position, other) in product(enumerate(ones), enumerate(others)):
        if is_half and position < place:
            continue
        mask, opposite = table.masks[one[0]], table.masks[other[0]]
        common = int(np.unpackbits((mask & opposite).view(np.uint8)).sum())
        if common and common >= table.least_weight:
            weights = common / table.weights[one[0]], common / table.weights[other[0]]
            yield one, other, Metric("weighted_dice", table.bits, *map(float, weights))


def _by_mask(table: BitsTable, codes: U32) -> list[Rows]:
    """Return values by the fields that they hold."""
    _, which = np.unique(table.masks[codes], axis=0, return_inverse=True)
    which = which.ravel()
    order = np.argsort(which, kind="stable")
    return [
        part.astype(np.int64) for part in np.split(codes[order], np.flatnonzero(np.diff(which[order])) + 1) if len(part)
    ]
