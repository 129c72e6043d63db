"""Keys of what is left of a text with a few characters taken away: near texts share one."""

from __future__ import annotations

from typing import Any

import numpy as np

from .jit import compiled, inlined

__all__ = ["list_keys", "mark_keys"]

_ROWS, _U64, _U32 = "uint8[:, ::1]", "uint64[::1]", "uint32[::1]"
# A prime above every character, to hash by; and what spreads the bits of a hash (splitmix64).
_BASE = np.uint64(1_099_511_628_211)
_SPREAD = np.uint64(0xBF58476D1CE4E5B9)


@inlined
def _spread(hashed: Any, length: Any) -> Any:
    """Mix the bits of a hash, so that any of them tell texts apart; 0 is no key."""
    mixed = (hashed + np.uint64(length)) * _SPREAD
    mixed = (mixed ^ (mixed >> np.uint64(31))) * _SPREAD
    return (mixed ^ (mixed >> np.uint64(29))) | np.uint64(1)


@inlined
def _keys_of(text: Any, length: Any, edits: Any, powers: Any, prefix: Any, keys: Any) -> Any:
    """Write the keys of a text with none, one or two characters taken away; returns how many."""
    prefix[0] = 0
    for place in range(length):
        prefix[place + 1] = prefix[place] * _BASE + np.uint64(text[place])
    keys[0] = _spread(prefix[length], length)
    count = 1
    for first in range(length):
        # The hash of what stands behind a place is that of all, less what stands before it.
        rest = length - first - 1
        behind = prefix[length] - prefix[first + 1] * powers[rest]
        keys[count] = _spread(prefix[first] * powers[rest] + behind, length - 1)
        count += 1
        if edits > 1:
            for second in range(first + 1, length):
                rest = length - second - 1
                behind = prefix[length] - prefix[second + 1] * powers[rest]
                between = prefix[second] - prefix[first + 1] * powers[second - first - 1]
                before = prefix[first] * powers[second - first - 1] + between
                keys[count] = _spread(before * powers[rest] + behind, length - 2)
                count += 1
    return count


@inlined
def _powers() -> Any:
    powers = np.ones(65, np.uint64)
    for place in range(64):
        powers[place + 1] = powers[place] * _BASE
    return powers


@compiled(f"void({_ROWS}, {_U64}, {_U32}, int64, {_U64}, {_U64})")
def mark_keys(rows: Any, heads: Any, codes: Any, edits: Any, once: Any, twice: Any) -> None:
    """Mark the keys of some texts in a set of bits, and those marked before in a second one, where it has room."""
    powers, prefix, keys = _powers(), np.empty(65, np.uint64), np.empty(2081, np.uint64)
    last = np.uint64(64 * len(once) - 1)
    for code in codes:
        length = np.int64(heads[code] >> np.uint64(32))
        count = _keys_of(rows[code], length, edits, powers, prefix, keys)
        for key in keys[:count]:
            bit = (key >> np.uint64(7)) & last
            word, flag = bit >> np.uint64(6), np.uint64(1) << (bit & np.uint64(63))
            if len(twice) and once[word] & flag:
                twice[word] |= flag
            once[word] |= flag


@compiled(f"int64({_ROWS}, {_U64}, {_U32}, int64, {_U64}, {_U64}, {_U32})")
def list_keys(rows: Any, heads: Any, codes: Any, edits: Any, marked: Any, out_keys: Any, out_codes: Any) -> Any:
    """List the marked keys of some texts, and whose each is; returns how many. With no room they are only counted."""
    powers, prefix, keys = _powers(), np.empty(65, np.uint64), np.empty(2081, np.uint64)
    last = np.uint64(64 * len(marked) - 1)
    listed = 0
    for code in codes:
        length = np.int64(heads[code] >> np.uint64(32))
        count = _keys_of(rows[code], length, edits, powers, prefix, keys)
        for key in keys[:count]:
            bit = (key >> np.uint64(7)) & last
            if marked[bit >> np.uint64(6)] & (np.uint64(1) << (bit & np.uint64(63))):
                if len(out_keys):
                    out_keys[listed] = key
                    out_codes[listed] = code
                listed += 1
    return np.int64(listed)
