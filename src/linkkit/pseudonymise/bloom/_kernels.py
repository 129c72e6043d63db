"""The door to the engine's functions of filters; numba is loaded on first use."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["arranged", "merged", "mixed", "scattered"]

Counts = NDArray[np.int64]


def arranged(
    starts: Counts, members: NDArray[np.uint32], token_count: int, hashes: int, budget: int
) -> tuple[NDArray[np.uint32], Counts, Counts]:
    """Return each value's distinct tokens, how many, and the bits each token needs."""
    from linkkit.engine.local.scatter import arranged as run

    return run(starts, members, token_count, hashes, budget)


def scattered(
    starts: Counts,
    sizes: Counts,
    members: NDArray[np.uint32],
    position_starts: Counts,
    positions: NDArray[np.uint16],
    hashes: int,
    budget: int,
    length: int,
) -> NDArray[np.uint8]:
    """Return the filters of values; shape (values, length // 8)."""
    from linkkit.engine.local.scatter import scattered as run

    return run(starts, sizes, members, position_starts, positions, hashes, budget, length)


def merged(
    codes: NDArray[np.uint32],
    filters: NDArray[np.uint8],
    field: int,
    out: NDArray[np.uint8],
    present: NDArray[np.uint32],
) -> None:
    """Put the filters of a field's values into those of the records, in place."""
    from linkkit.engine.local.scatter import merged as run

    run(codes, filters, field, out, present)


def mixed(filters: NDArray[np.uint8], inputs: Counts) -> NDArray[np.uint8]:
    """Return filters whose bits are the XOR of bits, or of their complements."""
    from linkkit.engine.local.scatter import mixed as run

    return run(filters, inputs)
