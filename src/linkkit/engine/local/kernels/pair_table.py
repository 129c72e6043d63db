"""A hash table from pairs of values to bits: keys (0: empty) and bits (NaN: asked for, not known yet)."""

from __future__ import annotations

from typing import Any

import numpy as np

from .jit import compiled, inlined

__all__ = ["key_of", "look_up", "mixed", "put"]


@inlined
def key_of(one: Any, other: Any) -> Any:
    """Return the key of a pair of numbers, whichever is first: the smaller in its upper half."""
    return (np.uint64(min(one, other)) << np.uint64(32)) | np.uint64(max(one, other))


@inlined
def mixed(key: Any) -> Any:
    """Return a hash of a key."""
    spread = key * np.uint64(0x9E3779B97F4A7C15)
    return spread ^ (spread >> np.uint64(29))


@inlined
def place_of(keys: Any, key: Any) -> Any:
    """Return where a key stands, or the empty place where it would."""
    mask = np.uint64(len(keys) - 1)
    place = mixed(key) & mask
    while keys[place] != np.uint64(0) and keys[place] != key:
        place = (place + np.uint64(1)) & mask
    return place


@compiled("int64(uint64[::1], float64[::1], uint64[::1], float64[::1])")
def put(keys: Any, bits: Any, new_keys: Any, new_bits: Any) -> Any:
    """Put keys into the table, the most bits given for each; return how many were new. Anything replaces NaN."""
    count = 0
    for number in range(len(new_keys)):
        place = place_of(keys, new_keys[number])
        if keys[place] == np.uint64(0):
            keys[place] = new_keys[number]
            bits[place] = new_bits[number]
            count += 1
        elif not bits[place] >= new_bits[number]:
            bits[place] = new_bits[number]
    return count


@inlined
def look_up(key: Any, guess: Any, keys: Any, bits: Any, asked: Any, clock: Any) -> Any:
    """Return the bits of a pair of values; where they are not known a guess, and ask for them while there is room."""
    place = place_of(keys, key)
    if keys[place] == np.uint64(0):
        if clock[1] < len(asked):
            keys[place] = key
            bits[place] = np.nan
            asked[clock[1]] = key
            clock[1] += 1
        return guess
    return guess if np.isnan(bits[place]) else bits[place]
