"""Kernels that lay the distinct values of a column out for the others."""

from __future__ import annotations

from typing import Any

import numpy as np

from .jit import compiled

OCCURRENCES = 64
"""A feature is (character, how many times it came before), numbered ``character * OCCURRENCES + before``."""


@compiled("void(uint8[::1], int64[::1], boolean[::1], uint8[:, ::1], uint64[::1])")
def fill_rows(characters: Any, offsets: Any, slow: Any, rows: Any, heads: Any) -> None:
    """Write each value that is not slow into its zero-padded row, and its head: first four characters and length."""
    for value in range(rows.shape[0]):
        if not slow[value]:
            start = offsets[value]
            length = offsets[value + 1] - start
            for place in range(length):
                rows[value, place] = characters[start + place]
            head = np.uint64(length) << np.uint64(32)
            for place in range(min(length, 4)):
                head |= np.uint64(characters[start + place]) << np.uint64(8 * place)
            heads[value] = head


@compiled("void(uint8[:, ::1], uint64[::1], int64[::1])")
def count_features(rows: Any, heads: Any, counts: Any) -> None:
    """Count in how many values each feature occurs."""
    before = np.zeros(256, np.int64)
    for value in range(rows.shape[0]):
        length = np.int64(heads[value] >> np.uint64(32))
        for place in range(length):
            character = np.uint64(rows[value, place])
            counts[character * np.uint64(OCCURRENCES) + np.uint64(before[character])] += 1
            before[character] += 1
        for place in range(length):
            before[np.uint64(rows[value, place])] = 0


@compiled("void(uint8[:, ::1], uint64[::1], uint64[::1], uint64[::1])")
def fill_masks(rows: Any, heads: Any, bit_of: Any, masks: Any) -> None:
    """Collect the bits of the features of each value."""
    before = np.zeros(256, np.int64)
    for value in range(rows.shape[0]):
        length = np.int64(heads[value] >> np.uint64(32))
        mask = np.uint64(0)
        for place in range(length):
            character = np.uint64(rows[value, place])
            mask |= bit_of[character * np.uint64(OCCURRENCES) + np.uint64(before[character])]
            before[character] += 1
        for place in range(length):
            before[np.uint64(rows[value, place])] = 0
        masks[value] = mask
