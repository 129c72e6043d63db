"""Bloom filters of values and records. Functions of arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkkit.engine.local.kernels.scatter import arrange_tokens, merge_filters, mix_bits, set_bits

__all__ = ["arranged", "merged", "mixed", "scattered", "spread"]


def arranged(
    starts: NDArray[np.int64], members: NDArray[np.uint32], token_count: int, hashes: int, budget: int
) -> tuple[NDArray[np.uint32], NDArray[np.int64], NDArray[np.int64]]:
    """Return the members with each value's distinct tokens first and rising, how many, and the bits each token needs.

    Parameters
    ----------
    starts, members
        Value v holds the tokens ``members[starts[v]:starts[v + 1]]``, repeated ones too.
    token_count
        How many tokens there are.
    hashes, budget
        Bits a token; or, where it is 0, bits a value.
    """
    members = members.copy()
    sizes = np.zeros(len(starts) - 1, np.int64)
    needed = np.zeros(token_count, np.int64)
    arrange_tokens(starts, members, hashes, budget, sizes, needed)
    return members, sizes, needed


def spread(counts: NDArray[np.int64], hashes: int, budget: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return how many bits each token of a value sets, and how many of its first tokens set one more.

    Parameters
    ----------
    counts
        Shape (values,): how many tokens each value has.
    hashes, budget
        Bits a token; or, where it is 0, bits a value.

    Examples
    --------
    >>> each, one_more = spread(np.array([3, 4]), 0, 10)
    >>> each.tolist(), one_more.tolist()
    ([3, 2], [1, 2])
    """
    if hashes:
        return np.full_like(counts, hashes), np.zeros_like(counts)
    return np.divmod(budget, np.maximum(counts, 1))


def scattered(
    starts: NDArray[np.int64],
    sizes: NDArray[np.int64],
    members: NDArray[np.uint32],
    each: NDArray[np.int64],
    one_more: NDArray[np.int64],
    position_starts: NDArray[np.int64],
    positions: NDArray[np.uint32],
    width: int,
) -> NDArray[np.uint8]:
    """Return the filter of each value; shape (values, width), bit i in byte i // 8, the highest first.

    Parameters
    ----------
    starts, sizes
        Value v holds the tokens ``members[starts[v]:starts[v] + sizes[v]]``.
    members
        A number for each token.
    each, one_more
        Shape (values,): how many positions each token of a value sets, and how many of its first tokens set one more.
    position_starts, positions
        Where the positions of each token begin, and all positions; each below ``8 * width``.
    width
        Bytes of a filter.
    """
    filters = np.zeros((len(sizes), width), np.uint8)
    if len(members):
        arrays = (starts, sizes, members, each, one_more, position_starts, positions)
        set_bits(*map(np.ascontiguousarray, arrays), filters)
    return filters


def merged(
    codes: NDArray[np.uint32],
    filters: NDArray[np.uint8],
    field: int,
    out: NDArray[np.uint8],
    present: NDArray[np.uint32],
) -> None:
    """Put the filters of a field's values into those of the records, in place; code 0 is missing."""
    writable: Any = np.require(codes, np.uint32, ["C", "W"])
    merge_filters(writable, np.require(filters, np.uint8, ["C", "W"]), np.uint32(1 << field), out, present)


def mixed(filters: NDArray[np.uint8], inputs: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Return filters whose bits are XORs of bits.

    Parameters
    ----------
    filters
        Shape (rows, length // 8), bit i in byte i // 8, the highest first.
    inputs
        Shape (inputs, new length): the bits that make each bit; ``length + i`` is the complement of bit i.
    """
    out = np.empty((len(filters), inputs.shape[1] // 8), np.uint8)
    rows: Any = np.require(filters, np.uint8, ["C", "W"])
    mix_bits(rows, np.require(inputs, np.int64, ["C", "W"]), out)
    return out
