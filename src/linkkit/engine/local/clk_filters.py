"""Bloom filters of values whose tokens set bits, as clkhash spreads them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkkit.engine.local.kernels.clk_filters import set_bits

__all__ = ["value_filters"]

Integers = NDArray[np.int64]


def value_filters(
    value_starts: Integers,
    tokens: NDArray[np.uint32],
    each: Integers,
    one_more: Integers,
    token_starts: Integers,
    positions: NDArray[np.uint32],
    width: int,
) -> NDArray[np.uint8]:
    """Return the Bloom filter of each value, bit i at ``128 >> i % 8`` of byte ``i // 8``.

    Parameters
    ----------
    value_starts
        Shape (values + 1,): value v has the tokens from ``value_starts[v]`` to ``value_starts[v + 1]``.
    tokens
        Shape (tokens of all values,): a number for each token.
    each, one_more
        Shape (values,): how many positions each token of a value sets, and how many of its first tokens set one more.
    token_starts, positions
        Where the positions of each token begin, and all positions; each below ``8 * width``.
    width
        Bytes of a filter.
    """
    filters = np.zeros((len(value_starts) - 1, width), np.uint8)
    if len(tokens):
        set_bits(
            np.ascontiguousarray(value_starts),
            np.ascontiguousarray(tokens),
            np.ascontiguousarray(each),
            np.ascontiguousarray(one_more),
            np.ascontiguousarray(token_starts),
            np.ascontiguousarray(positions),
            filters,
        )
    return filters
