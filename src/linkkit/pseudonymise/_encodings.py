"""The door to the engine's functions of encodings; numba is loaded on first use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from linkkit.engine.local.encodings import Found

    from ._encoded_rows import EncodedRows

__all__ = ["similar_pairs"]

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
    from linkkit.engine.local.encodings import Metric
    from linkkit.engine.local.encodings import similar_pairs as run
    from linkkit.engine.local.encodings import words_of as words

    return run(
        words(left.filters),
        None if right is None else words(right.filters),
        Metric(metric[0], left.bits, metric[1], metric[2]),
        at_least,
        left_present=left.present,
        right_present=None if right is None else right.present,
        top=top,
        workers=workers,
        progress=progress,
    )
