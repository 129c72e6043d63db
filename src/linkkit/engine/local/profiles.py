"""Profile merging: two clusters become one where one person explains their distinct values better than two do.

The kernel works on numbers of values, and on a table of what each pair of values says. It asks for the pairs that the
table does not hold; the caller looks them up and runs it again, until it asks for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .kernels.pair_table import put
from .kernels.profiles import sweep

__all__ = ["PairTable", "Profiles", "merged_by_profile"]

Rows = NDArray[np.uint32]
Floats = NDArray[np.float64]
# A merge can make another one possible; more sweeps than this change next to nothing.
_SWEEPS = 5
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
        new = np.require(keys, np.uint64, ["C", "W"]), np.require(bits, np.float64, ["C", "W"])
        self.held += int(put(self.keys, self.bits, *new))

    def make_room(self, more: int) -> None:
        """Grow the table where so many more keys would fill it."""
        needed = _ROOM * (self.held + more)
        if needed <= len(self.keys):
            return
        filled = np.flatnonzero(self.keys)
        keys, bits = self.keys[filled], self.bits[filled]
        size = 1 << (needed - 1).bit_length()
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
    asked = np.empty(len(table.keys) // _ROOM - table.held, np.uint64)
    clock = np.zeros(2, np.int64)
    label, following, last = np.arange(size, dtype=np.uint32), np.full(size, -1, np.int64), np.arange(size)
    first = np.where(profiles.value > 0, np.arange(size), -1).astype(np.int64)
    after = np.full((comparisons, size), -1, np.int64)
    spread, changed, bits = np.zeros((comparisons, size)), np.zeros(size, np.int64), held.copy()
    tried = np.zeros(1 << len(left).bit_length(), np.uint64)
    tried_at = np.zeros(len(tried), np.int64)
    ends = np.require(left, np.uint32, ["C", "W"]), np.require(right, np.uint32, ["C", "W"])
    says = np.stack([profiles.guess, profiles.missing, profiles.tie, profiles.tie_shift])
    settings = np.array([profiles.prior, profiles.family, floor])
    for _ in range(_SWEEPS):
        merges = sweep(
            *ends, profiles.value, profiles.own, profiles.same, says, settings, table.keys, table.bits, asked, clock,
            label, following, last, first, after, spread, changed, tried, tried_at, bits,
        )  # fmt: skip
        if not merges:
            break
    count = int(clock[1])
    table.held += count
    return label, np.sort(asked[:count])
