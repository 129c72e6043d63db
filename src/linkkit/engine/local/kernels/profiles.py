"""The kernel that merges clusters by profile: along edges, strongest first."""

from __future__ import annotations

from typing import Any

import numpy as np

from .jit import compiled, inlined
from .pair_table import key_of, mixed
from .profile_fields import append, together, work_space

__all__ = ["sweep"]

# Bits beyond which a power of two is taken as too large, or too small, to matter.
_FAR = 500.0


@compiled(
    "int64(uint32[::1], uint32[::1], uint32[:, ::1], uint32[::1], float64[::1], float64[:, ::1], float64[::1], "
    "uint64[::1], float64[::1], uint64[::1], int64[::1], uint32[::1], int64[::1], int64[::1], int64[:, ::1], "
    "int64[:, ::1], float64[:, ::1], int64[::1], uint64[::1], int64[::1], uint64[::1])"
)
def sweep(
    left: Any, right: Any, value: Any, own: Any, same: Any, says: Any, settings: Any, keys: Any, bits: Any, asked: Any,
    clock: Any, label: Any, following: Any, last: Any, first: Any, after: Any, spread: Any, changed: Any, tried: Any,
    tried_at: Any, held: Any,
) -> Any:  # fmt: skip
    """Try to merge along every edge whose clusters have changed since they were tried; return how many merges it made.

    ``clock`` counts merges and pairs of values asked for. Members of a cluster are a linked list of nodes, and so are
    its distinct values of a comparison. ``spread`` is how well a cluster's values of a comparison go together, in bits.
    ``tried`` remembers the pairs of clusters that were tried, and when; where two pairs share a place, the later stays.
    """
    space = work_space()
    joint = np.empty(len(value))
    values, table = (value, own, same, first, after, spread), (keys, bits, asked, clock)
    before = clock[0]
    for edge in range(len(left)):
        one, other = np.int64(label[left[edge]]), np.int64(label[right[edge]])
        if one == other or (held[one] & held[other]) != 0:
            continue
        both = key_of(one, other)
        place = mixed(both) & np.uint64(len(tried) - 1)
        if tried[place] == both and tried_at[place] >= max(changed[one], changed[other]):
            continue
        tried[place], tried_at[place] = both, clock[0]
        into, gone = min(one, other), max(one, other)
        if gain(into, gone, values, says, settings, table, space, joint) < settings[2]:
            continue
        for comparison in range(len(value)):
            spread[comparison, into] = joint[comparison]
            append(into, gone, value[comparison], first[comparison], after[comparison])
        node = gone
        while node >= 0:
            label[node] = into
            node = following[node]
        following[last[into]], last[into] = gone, last[gone]
        held[into] |= held[gone]
        clock[0] += 1
        changed[into] = clock[0]
    return clock[0] - before


@inlined
def gain(into: Any, gone: Any, values: Any, says: Any, settings: Any, table: Any, space: Any, joint: Any) -> Any:
    """Return by how many bits one person explains two clusters better than two, strangers or relatives."""
    value, own, same, first, after, spread = values
    total, kin = settings[0], settings[1]
    for place in range(len(value)):
        apart = spread[place, into] + spread[place, gone]
        if first[place, into] < 0 or first[place, gone] < 0:
            joint[place] = apart  # one of the two is 0
            total += says[1, place]
            continue
        lists = value[place], own, same, first[place], after[place]
        gained, joint[place] = together(into, gone, apart, lists, says[0, place], table, space)
        total += gained
        tie = says[2, place]
        if tie > 0.0:
            kin += np.log2(tie * np.exp2(min(gained - says[3, place], _FAR)) + 1.0 - tie)
    if kin > _FAR:
        return total - kin
    return total - np.log2(1.0 + np.exp2(max(kin, -_FAR)))
