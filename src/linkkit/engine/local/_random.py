"""Random pairs of the whole product, by seed; records stand in the order of ids, so that of rows does not count."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkkit.records import Records

__all__ = ["draw"]

U32 = NDArray[np.uint32]


def draw(records: Records, size: int, seed: int) -> tuple[U32, U32]:
    """Return about so many pairs drawn evenly, with replacement, from the product; all of a smaller product."""
    kinds = _products(records)
    total = sum(pairs for _, _, pairs in kinds)
    if total <= size:
        parts: list[tuple[U32, U32]] = [_all_of(records, one, other) for one, other, _ in kinds]
    else:
        rng = np.random.default_rng(seed)
        parts = [_some_of(records, one, other, round(size * pairs / total), rng) for one, other, pairs in kinds]
    if len(parts) == 1:
        return parts[0]
    left, right = (np.concatenate(side).astype(np.uint32, copy=False) for side in zip(*parts, strict=True))
    return left, right


def _products(records: Records) -> list[tuple[int, int, int]]:
    """The pairs of datasets that may be linked, and how many pairs of records each has."""
    sizes = [int(size) for size in np.diff(records.starts)]
    found = []
    for one in range(len(sizes)):
        for other in range(one, len(sizes)):
            if one == other and records.link_type != "link_only":
                found.append((one, other, sizes[one] * (sizes[one] - 1) // 2))
            elif one != other and records.link_type != "dedupe":
                found.append((one, other, sizes[one] * sizes[other]))
    return found


def _all_of(records: Records, one: int, other: int) -> tuple[U32, U32]:
    first, second = int(records.starts[one]), int(records.starts[other])
    sizes = np.diff(records.starts)
    if one == other:
        left, right = np.triu_indices(int(sizes[one]), 1)
        return (left + first).astype(np.uint32), (right + first).astype(np.uint32)
    left, right = np.divmod(np.arange(int(sizes[one] * sizes[other])), int(sizes[other]))
    return (left + first).astype(np.uint32), (right + second).astype(np.uint32)


def _some_of(records: Records, one: int, other: int, size: int, rng: np.random.Generator) -> tuple[U32, U32]:
    first, second = np.uint32(records.starts[one]), np.uint32(records.starts[other])
    sizes = np.diff(records.starts)
    left = rng.integers(0, int(sizes[one]), size, dtype=np.uint32)
    if one != other:
        right = rng.integers(0, int(sizes[other]), size, dtype=np.uint32)
    else:
        right = rng.integers(0, int(sizes[one]) - 1, size, dtype=np.uint32)
        right += right >= left  # any record but the left one
        low = np.minimum(left, right)
        left, right = low, np.maximum(left, right, out=right)
    # In place: the sample is among the largest arrays of a small linkage.
    left += first
    right += second
    return left, right
