"""Bloom filters from token numbers: the distinct tokens of a value, their bits, all fields of a record in one."""

from __future__ import annotations

from typing import Any

import numpy as np

from .jit import compiled

__all__ = ["arrange_tokens", "merge_filters", "mix_bits", "set_bits"]


@compiled("void(int64[::1], uint32[::1], int64, int64, int64[::1], int64[::1])")
def arrange_tokens(starts: Any, members: Any, hashes: Any, budget: Any, sizes: Any, needed: Any) -> None:
    """Sort the tokens of each value in place, the distinct ones first; note how many, and how many bits a token needs.

    ``hashes`` bits a token, or, where it is 0, ``budget`` bits a value, spread over its tokens.
    """
    for value in range(len(starts) - 1):
        start, end = starts[value], starts[value + 1]
        size = 0
        for place in range(start, end):
            token = members[place]
            at = start + size
            while at > start and members[at - 1] > token:
                at -= 1
            if at > start and members[at - 1] == token:
                continue
            for later in range(start + size, at, -1):
                members[later] = members[later - 1]
            members[at] = token
            size += 1
        sizes[value] = size
        for number in range(size):
            bits = hashes if hashes > 0 else budget // size + np.int64(number < budget % size)
            token = members[start + number]
            needed[token] = max(needed[token], bits)


@compiled("void(int64[::1], int64[::1], uint32[::1], int64[::1], int64[::1], int64[::1], uint32[::1], uint8[:,::1])")
def set_bits(
    starts: Any, sizes: Any, members: Any, each: Any, one_more: Any, position_starts: Any, positions: Any, out: Any
) -> None:
    """Set in each value's row the first positions of its tokens: ``each``, and one more for the first few of them."""
    for value in range(len(sizes)):
        for number in range(sizes[value]):
            first = position_starts[np.uint64(members[np.uint64(starts[value] + number)])]
            bits = each[value] + np.int64(number < one_more[value])
            for place in range(first, first + bits):
                bit = positions[np.uint64(place)]
                out[value, np.uint64(bit >> 3)] |= np.uint8(128 >> (bit & 7))


@compiled("void(uint32[::1], uint8[:,::1], uint32, uint8[:,::1], uint32[::1])")
def merge_filters(codes: Any, filters: Any, mark: Any, out: Any, present: Any) -> None:
    """Put the filter of each record's value into the record's filter, and the field's mark among those present."""
    for record in range(len(codes)):
        code = np.int64(codes[record])
        if code > 0:
            present[record] |= mark
            for byte in range(out.shape[1]):
                out[record, byte] |= filters[code - 1, byte]


@compiled("void(uint8[:,::1], int64[:,::1], uint8[:,::1])")
def mix_bits(filters: Any, inputs: Any, out: Any) -> None:
    """Make each bit the XOR of the bits in its column of ``inputs``; numbers behind the last bit are complements."""
    length = 8 * filters.shape[1]
    bits = np.empty(2 * length, np.uint8)
    count = inputs.shape[0]
    for row in range(filters.shape[0]):
        for bit in range(length):
            one = (filters[row, bit >> 3] >> (7 - (bit & 7))) & 1
            bits[bit] = one
            bits[length + bit] = 1 - one
        for byte in range(out.shape[1]):
            mixed = 0
            for bit in range(8 * byte, 8 * byte + 8):
                one = bits[np.uint64(inputs[0, bit])]
                for number in range(1, count):
                    one ^= bits[np.uint64(inputs[number, bit])]
                mixed = mixed << 1 | one
            out[row, byte] = mixed
