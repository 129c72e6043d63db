"""Parts that the text kernels share: a value's length, the places of a character in it, the pairs left to compare."""

from __future__ import annotations

from typing import Any

import numpy as np

from .intrinsics import places_16, places_32, places_64
from .jit import inlined

UNDECIDED = 255
"""What a filter writes in place of a grade where the pair has to be compared."""
TILE = 1024
"""Pairs that a kernel filters before it compares those left: what it writes for them stays in the nearest cache."""


@inlined
def length_of(head: Any) -> Any:
    """Return the length of a value from its head."""
    return head >> np.uint64(32)


@inlined
def places_of(rows: Any, row: Any, character: Any) -> Any:
    """Mark the places of a character in a row, whatever the width of the rows."""
    if rows.shape[1] == 16:
        return places_16(rows, row, character)
    if rows.shape[1] == 32:
        return places_32(rows, row, character)
    return places_64(rows, row, character)


@inlined
def list_undecided(grades: Any, start: Any, end: Any, positions: Any) -> Any:
    """List the positions that a filter left undecided between two positions, without a branch. Return how many."""
    count = 0
    for position in range(start, end):
        positions[count] = position
        count += grades[position] == UNDECIDED
    return count
