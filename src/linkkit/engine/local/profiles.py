"""Profile merging: two clusters become one where one person explains their distinct values better than two do.

The kernel works on numbers of values, a list of distinct values a cluster and comparison, and a table of what each
pair of values says. It asks for pairs of values that the table does not hold yet; the caller looks them up and runs
it again, until it asks for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkkit.engine.local.kernels.jit import compiled, inlined

__all__ = ["PairTable", "Profiles", "merged_by_profile"]

Rows = NDArray[np.uint32]
Floats = NDArray[np.float64]
# A merge can make another one possible; more sweeps than this change next to nothing.
_SWEEPS = 5
# So many distinct values of a cluster are weighed; a person who has more of one field is not told better by them.
_MOST_VALUES = 64
# The table of value pairs is at most half full, so that looking up stays short.
_ROOM = 2


@dataclass(frozen=True, eq=False)
class Profiles:
    """What is known of the nodes and their values.

    Parameters
    ----------
    value
        Shape (comparisons, nodes), uint32: the value of each; numbers are distinct across comparisons; 0 is missing.
    own
        Shape (values,), uint32: values of one comparison that count as the same have the same number here.
    same
        Shape (values,): bits for sharing each.
    guess
        Shape (comparisons,): bits of two different values, until they are looked up.
    missing
        Shape (comparisons,): bits where one side has no value.
    tie
        Shape (comparisons,): how much of the time relatives agree as a person with themselves; 0 for strangers.
    tie_shift
        Shape (comparisons,): bits to take from a comparison's before they speak for relatives.
    prior, family
        Bits that two records match, and that they are relatives (minus infinity: there are none).
    """

    value: NDArray[np.uint32]
    own: NDArray[np.uint32]
    same: Floats
    guess: Floats
    missing: Floats
    tie: Floats
    tie_shift: Floats
    prior: float
    family: float


@dataclass(eq=False)
class PairTable:
    """Bits of pairs of values, by a hash of the two: the smaller value in the upper half of the key."""

    keys: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(1024, np.uint64))
    bits: Floats = field(default_factory=lambda: np.zeros(1024))
    held: int = 0

    def add(self, keys: NDArray[np.uint64], bits: Floats) -> None:
        """Hold the greatest of the bits given for each key, or given before; what was a guess is replaced."""
        self.make_room(len(keys))
        self.held += int(put(self.keys, self.bits, np.require(keys, np.uint64, ["C", "W"]), _floats(bits)))

    def make_room(self, more: int) -> None:
        """Grow the table where so many more keys would fill it."""
        needed = _ROOM * (self.held + more)
        if needed <= len(self.keys):
            return
        filled = np.flatnonzero(self.keys)
        keys, bits = self.keys[filled], self.bits[filled]
        size = 1 << int(needed - 1).bit_length()
        self.keys, self.bits = np.zeros(size, np.uint64), np.zeros(size)
        put(self.keys, self.bits, keys, bits)


def merged_by_profile(
    left: Rows, right: Rows, profiles: Profiles, table: PairTable, held: NDArray[np.uint64], floor: float
) -> tuple[Rows, NDArray[np.uint64]]:
    """Merge nodes along edges, where one person explains the values of two clusters by so many bits better than two.

    Parameters
    ----------
    left, right
        The edges, strongest first.
    profiles
        The nodes' values and what sharing them says.
    table
        What pairs of different values say. Pairs that were needed but not held are guessed.
    held
        Shape (nodes,), uint64: two nodes that share a bit never end in one cluster.
    floor
        Bits from which clusters merge.

    Returns
    -------
    label
        For each node the smallest node of its cluster.
    asked
        The keys of the pairs of values that were guessed, rising.
    """
    comparisons, size = profiles.value.shape
    table.make_room(len(left) + 1024)
    label = np.arange(size, dtype=np.uint32)
    following, last = np.full(size, -1, np.int64), np.arange(size)
    first = np.where(profiles.value > 0, np.arange(size), -1).astype(np.int64)
    after = np.full((comparisons, size), -1, np.int64)
    spread, changed = np.zeros((comparisons, size)), np.zeros(size, np.int64)
    tried = np.zeros(1 << int(len(left)).bit_length(), np.uint64)
    tried_at = np.zeros(len(tried), np.int64)
    bits = held.copy()
    asked = np.empty(len(table.keys) // _ROOM - table.held, np.uint64)
    clock = np.zeros(2, np.int64)
    ends = np.require(left, np.uint32, ["C", "W"]), np.require(right, np.uint32, ["C", "W"])
    settings = np.array([profiles.prior, profiles.family, floor])
    tables = np.stack([profiles.guess, profiles.missing, profiles.tie, profiles.tie_shift])
    for _ in range(_SWEEPS):
        merges = sweep(
            *ends, profiles.value, profiles.own, profiles.same, tables, settings, table.keys, table.bits, asked, clock,
            label, following, last, first, after, spread, changed, tried, tried_at, bits,
        )  # fmt: skip
        if not merges:
            break
    count = int(clock[1])
    table.held += count
    return label, np.sort(asked[:count])


def _floats(values: Floats) -> Floats:
    return np.require(values, np.float64, ["C", "W"])


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
    """Put keys into the table; return how many were new. NaN stands for a guess, which anything replaces."""
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


@compiled(
    "int64(uint32[::1], uint32[::1], uint32[:, ::1], uint32[::1], float64[::1], float64[:, ::1], float64[::1], "
    "uint64[::1], float64[::1], uint64[::1], int64[::1], uint32[::1], int64[::1], int64[::1], int64[:, ::1], "
    "int64[:, ::1], float64[:, ::1], int64[::1], uint64[::1], int64[::1], uint64[::1])"
)
def sweep(
    left: Any, right: Any, value: Any, own: Any, same: Any, tables: Any, settings: Any, keys: Any, bits: Any,
    asked: Any, clock: Any, label: Any, following: Any, last: Any, first: Any, after: Any, spread: Any, changed: Any,
    tried: Any, tried_at: Any, held: Any,
) -> Any:  # fmt: skip
    """Try to merge along every edge whose clusters have changed since they were tried; return how many merges it made.

    ``clock`` counts merges and asked pairs. Members of a cluster, and its distinct values of a comparison, are linked
    lists of nodes. ``spread`` is the log2 likelihood that a cluster's distinct values are of one person, against each
    being anybody's.
    """
    comparisons = value.shape[0]
    joint = np.empty(comparisons)
    space = (
        np.empty(_MOST_VALUES, np.uint32), np.empty(_MOST_VALUES, np.int64), np.empty((_MOST_VALUES, _MOST_VALUES)),
        np.empty(_MOST_VALUES, np.bool_), np.empty(_MOST_VALUES, np.bool_),
    )  # fmt: skip
    merges = 0
    for edge in range(len(left)):
        one, other = np.int64(label[left[edge]]), np.int64(label[right[edge]])
        if one == other or (held[one] & held[other]) != 0:
            continue
        into, gone = min(one, other), max(one, other)
        both = (np.uint64(into) << np.uint64(32)) | np.uint64(gone)
        memory = mixed(both) & np.uint64(len(tried) - 1)
        if tried[memory] == both and tried_at[memory] >= max(changed[into], changed[gone]):
            continue
        tried[memory], tried_at[memory] = both, clock[0]
        total, kin = settings[0], settings[1]
        for place in range(comparisons):
            lists = value[place], own, same, first[place], after[place]
            if first[place, into] < 0 or first[place, gone] < 0:
                joint[place] = spread[place, into] if first[place, gone] < 0 else spread[place, gone]
                total += tables[1, place]
                continue
            apart = spread[place, into] + spread[place, gone]
            gained, joint[place] = together(
                into, gone, apart, lists, tables[0, place], keys, bits, asked, clock, space
            )
            total += gained
            if tables[2, place] > 0:
                tie = tables[2, place]
                kin += np.log2(tie * np.exp2(min(gained - tables[3, place], 500.0)) + 1.0 - tie)
        if kin > -500.0:
            total -= kin + np.log2(1.0 + np.exp2(-kin)) if kin > 0 else np.log2(1.0 + np.exp2(kin))
        if total < settings[2]:
            continue
        for place in range(comparisons):
            spread[place, into] = joint[place]
            append(into, gone, value[place], first[place], after[place])
        node = gone
        while node >= 0:
            label[node] = into
            node = following[node]
        following[last[into]], last[into] = gone, last[gone]
        held[into] |= held[gone]
        clock[0] += 1
        changed[into] = clock[0]
        merges += 1
    return merges


@inlined
def together(
    one: Any, other: Any, apart: Any, lists: Any, guess: Any, keys: Any, bits: Any, asked: Any, clock: Any, space: Any
) -> Any:
    """Return what one comparison gains by merging two clusters, and how well all their distinct values go together.

    ``apart`` is how well the values of each by itself go together.
    """
    value, own, same, first, after = lists
    found, group, agreed, holds_one, holds_other = space
    count, groups = 0, 0
    shared = 0.0
    for second in range(2):
        node = first[other] if second else first[one]
        while node >= 0:
            at, is_held = -1, False
            for place in range(count):
                is_held = is_held or found[place] == value[node]
                if at < 0 and own[found[place]] == own[value[node]]:
                    at = group[place]
            if at < 0 and count < _MOST_VALUES:
                at = groups
                groups += 1
                holds_one[at] = holds_other[at] = False
            if not is_held and at >= 0 and count < _MOST_VALUES:
                found[count] = value[node]
                group[count] = at
                count += 1
            if at >= 0 and not second:
                holds_one[at] = True
            if at >= 0 and second and not holds_other[at]:
                holds_other[at] = True
                if holds_one[at]:
                    agreed[at, at] = same[own[value[node]]]
                    shared += agreed[at, at]
            node = after[node]
    compare(found, group, count, groups, agreed, guess, keys, bits, asked, clock)
    best, summed, pairs = -np.inf, 0.0, 0
    for row in range(groups):
        for column in range(groups):
            if holds_one[row] and holds_other[column]:
                best = max(best, agreed[row, column])
                summed += agreed[row, column]
                pairs += 1
    joint = spread_of(agreed, groups)
    if pairs == 0:  # the first has as many values as are weighed
        return 0.0, joint
    return min(shared + joint - apart, 0.5 * (best + summed / pairs)), joint


@inlined
def compare(
    found: Any, group: Any, count: Any, groups: Any, agreed: Any, guess: Any, keys: Any, bits: Any, asked: Any,
    clock: Any,
) -> None:  # fmt: skip
    """Find what each two groups of values say together: the most that two of their values do."""
    for row in range(groups):
        for column in range(groups):
            if row != column:
                agreed[row, column] = -np.inf
    for one in range(count):
        for other in range(one):
            row, column = group[one], group[other]
            if row == column:
                continue
            low, high = min(found[one], found[other]), max(found[one], found[other])
            key = (np.uint64(low) << np.uint64(32)) | np.uint64(high)
            said = look_up(key, guess, keys, bits, asked, clock)
            if said > agreed[row, column]:
                agreed[row, column] = said
                agreed[column, row] = said


@inlined
def spread_of(agreed: Any, groups: Any) -> Any:
    """Return log2 of the mean, over each value as the true one, of the product of the odds of the others with it."""
    if groups == 1:
        return 0.0
    most = -np.inf
    for row in range(groups):
        summed = 0.0
        for column in range(groups):
            if column != row:
                summed += agreed[row, column]
        agreed[row, row] = summed
        most = max(most, summed)
    total = 0.0
    for row in range(groups):
        total += np.exp2(agreed[row, row] - most)
    return most + np.log2(total / groups)


@inlined
def look_up(key: Any, guess: Any, keys: Any, bits: Any, asked: Any, clock: Any) -> Any:
    """Return the bits of a pair of values; where they are not known, a guess, and ask for them."""
    place = place_of(keys, key)
    if keys[place] == np.uint64(0):
        if clock[1] < len(asked):
            keys[place] = key
            bits[place] = np.nan
            asked[clock[1]] = key
            clock[1] += 1
        return guess
    return guess if np.isnan(bits[place]) else bits[place]


@inlined
def append(one: Any, other: Any, value: Any, first: Any, after: Any) -> None:
    """Append the distinct values of one cluster to those of another, which has its own first."""
    if first[one] < 0:
        first[one] = first[other]
        return
    count, end = 0, first[one]
    node = first[one]
    while node >= 0:
        count += 1
        end = node
        node = after[node]
    node = first[other]
    while node >= 0:
        following = after[node]
        is_held = False
        at = first[one]
        while at >= 0 and not is_held:
            is_held = value[at] == value[node]
            at = after[at]
        after[node] = -1
        if not is_held and count < _MOST_VALUES:
            after[end] = node
            end = node
            count += 1
        node = following
