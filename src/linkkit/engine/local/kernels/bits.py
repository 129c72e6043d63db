"""Similarities of pairs of bit filters, looked up by code."""

from __future__ import annotations

from typing import Any

import numpy as np

from .dice import WEIGHTED_DICE, similarity
from .intrinsics import count_bits
from .jit import compiled, inlined

__all__ = ["measure_bits"]

_ZERO = np.uint64(0)


@inlined
def _shared_bits(words: Any, one: Any, other: Any) -> Any:
    found = _ZERO
    for word in range(words.shape[1]):
        found += count_bits(words[one, word] & words[other, word])
    return np.int64(found)


@compiled(
    "void(uint64[:, ::1], int64[::1], uint64[:, ::1], int64[::1], float64[::1], uint32[::1], uint32[::1], float64[::1])"
)
def measure_bits(
    words: Any, popcounts: Any, masks: Any, weights: Any, metric: Any, left: Any, right: Any, out: Any
) -> None:
    """Write the similarity of the filters of each pair; NaN where a code is 0, or too little is held by both.

    Parameters
    ----------
    words, popcounts
        Shapes (values, words) and (values,): the filters, and how many bits each has set.
    masks, weights
        Shapes (values, words) and (values,): bits for the fields that a record holds, as many as a field weighs, and
        their number. No words: nothing is known of fields.
    metric
        Number of the metric, two weights, the bits of a filter, and the least weight that both must hold.
    left, right
        Codes of each pair.
    """
    kind, bits, least = np.int64(metric[0]), np.int64(metric[3]), metric[4]
    has_masks = masks.shape[1] > 0
    for pair in range(len(out)):
        one, other = left[pair], right[pair]
        if one == 0 or other == 0:
            out[pair] = np.nan
            continue
        alpha, beta, common = metric[1], metric[2], 0
        if has_masks:
            common = _shared_bits(masks, one, other)
            if common < least or common == 0:
                out[pair] = np.nan
                continue
            alpha, beta = common / weights[one], common / weights[other]
        shared = _shared_bits(words, one, other)
        used = WEIGHTED_DICE if has_masks else kind
        out[pair] = similarity(used, alpha, beta, bits, shared, popcounts[one], popcounts[other])
