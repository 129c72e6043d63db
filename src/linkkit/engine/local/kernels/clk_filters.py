"""The kernel of `clk_filters`: set the bits of values in Bloom filters."""

from __future__ import annotations

from typing import Any

import numpy as np

from .jit import compiled


@compiled("void(int64[::1], uint32[::1], int64[::1], int64[::1], int64[::1], uint32[::1], uint8[:, ::1])")
def set_bits(
    value_starts: Any, tokens: Any, each: Any, one_more: Any, token_starts: Any, positions: Any, filters: Any
) -> None:
    """Set in the filter of each value the first positions of its tokens: ``each``, and one more for the first few."""
    for value in range(len(filters)):
        start = value_starts[value]
        for place in range(start, value_starts[value + 1]):
            first = token_starts[np.uint64(tokens[np.uint64(place)])]
            count = each[value] + (1 if place - start < one_more[value] else 0)
            for offset in range(count):
                position = positions[np.uint64(first + offset)]
                filters[value, np.uint64(position >> 3)] |= np.uint8(128 >> (position & 7))
