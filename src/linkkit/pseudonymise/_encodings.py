"""The door to the engine's functions of encodings; numba is loaded on first use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from linkkit.engine.local.encodings import Found
    from linkkit.engine.local.sampled_bits import TableCount

    from ._encoded_rows import EncodedRows

__all__ = ["bit_counts", "similar_pairs", "tables_of_pairs"]

Progress = Callable[[int, int], None]


def similar_pairs(
    left: EncodedRows,
    right: EncodedRows | None,
    metric: tuple[str, float, float],
    at_least: float,
    top: int | None,
    workers: int,
    progress: Progress | None,
) -> Iterator[Found]:
    """Yield the pairs of filters that reach a similarity."""
    from linkkit.engine.local.encodings import Metric, words_of
    from linkkit.engine.local.encodings import similar_pairs as run

    return run(
        words_of(left.filters),
        None if right is None else words_of(right.filters),
        Metric(metric[0], left.bits, metric[1], metric[2]),
        at_least,
        left_present=left.present,
        right_present=None if right is None else right.present,
        top=top,
        workers=workers,
        progress=progress,
    )


def tables_of_pairs(
    left: EncodedRows,
    right: EncodedRows | None,
    metric: tuple[str, float, float],
    at_least: float,
    positions: NDArray[np.uint64],
    workers: int,
    progress: Progress | None,
) -> Iterator[Found | TableCount]:
    """Yield the similar pairs that agree on all bits of some table, and after each table its counts."""
    from linkkit.engine.local.encodings import Metric, words_of
    from linkkit.engine.local.sampled_bits import pairs_of_tables

    return pairs_of_tables(
        words_of(left.filters),
        None if right is None else words_of(right.filters),
        Metric(metric[0], left.bits, metric[1], metric[2]),
        at_least,
        positions,
        left_present=_with_bits(left),
        right_present=None if right is None else _with_bits(right),
        workers=workers,
        progress=progress,
    )


def bit_counts(filters: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Count the bits set in each row of bytes."""
    from linkkit.engine.local.encodings import popcounts, words_of

    return popcounts(words_of(filters))


def _with_bits(rows: EncodedRows) -> NDArray[np.int64]:
    found: NDArray[np.int64] = rows.present[bit_counts(rows.filters)[rows.present] > 0]
    return found
