"""OSA distance of dates written ``dddd-dd-dd``, up to 2: eight digits in one 32-bit word, no loop and no branch.

Each digit has four bits, the year first. Edits never move a digit across a separator at a cost of 2 or less, so there
are only three ways: digits that differ (1 each), neighbours swapped within year, month or day (1 for both), and a year
shifted by one place over three or four digits (2). Distance 3 stands for anything more.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .intrinsics import count_bits
from .jit import compiled, inlined

MOST = 2
"""Largest distance that is told apart."""
TILE = 1024
"""Pairs gathered before they are compared: loops that only gather, or only compute, become vector loops."""

_DIGITS = np.uint32(0x11111111)
# Flags of neighbours: the bit of the right one of two digits. Year 0-1, 1-2, 2-3; month; day.
_YEAR_FIRST, _YEAR_MIDDLE, _YEAR_LAST = np.uint32(0x01000000), np.uint32(0x00100000), np.uint32(0x00010000)
_MONTH_AND_DAY = np.uint32(0x00000101)
_YEAR_0, _YEAR_3 = np.uint32(0x10000000), np.uint32(0x00010000)
_AFTER_YEAR = np.uint32(0x00001111)
_FOUR, _EIGHT, _TWELVE = np.uint32(4), np.uint32(8), np.uint32(12)
_ZERO, _ONE, _TWO, _THREE = np.uint32(0), np.uint32(1), np.uint32(2), np.uint32(3)


@inlined
def differing(one: Any, other: Any) -> Any:
    """Set the lowest bit of each digit in which two words differ."""
    change = one ^ other
    change |= change >> _TWO
    return (change | change >> _ONE) & _DIGITS


@inlined
def year_is_shifted(later: Any, equal: Any) -> Any:
    """Tell whether three or four digits of the year moved by one place; `later` flags neighbours that fit."""
    first, last = later >> np.uint32(24) & _ONE, later >> np.uint32(16) & _ONE
    equal_first, equal_last = equal >> np.uint32(28) & _ONE, equal >> np.uint32(16) & _ONE
    return (later >> np.uint32(20) & _ONE) & ((first & last) | (first & equal_last) | (last & equal_first))


@inlined
def date_distance(one: Any, other: Any) -> Any:
    """Return the distance of two dates: 0, 1, 2, or 3 for more."""
    changed = differing(one, other)
    to_right = ~differing(one >> _FOUR, other) & _DIGITS  # digit k of one is digit k + 1 of the other
    to_left = ~differing(one, other >> _FOUR) & _DIGITS
    swapped = to_right & to_left & changed & (changed >> _FOUR)
    outer = count_bits(swapped & (_YEAR_FIRST | _YEAR_LAST))
    # Two swaps that share a digit cannot both happen.
    middle = count_bits(swapped & _YEAR_MIDDLE) if outer == 0 else _ZERO
    distance = count_bits(changed) - outer - middle - count_bits(swapped & _MONTH_AND_DAY)
    equal = ~changed
    shifted = year_is_shifted(to_right, equal) | year_is_shifted(to_left, equal)
    shifted = shifted if changed & _AFTER_YEAR == _ZERO else _ZERO
    return min(distance, _TWO if shifted != _ZERO else _THREE)


@compiled("void(uint32[::1], uint32, uint32[::1], uint32[::1], uint8[::1])")
def grade_pairs(dates: Any, grades: Any, left: Any, right: Any, out: Any) -> None:
    """Grade pairs of dates; `grades` holds the grades of distances 0 to 3, eight bits each."""
    ones, others = np.empty(TILE, np.uint32), np.empty(TILE, np.uint32)
    for start in range(0, len(left), TILE):
        size = min(TILE, len(left) - start)
        for pair in range(size):
            ones[pair] = dates[left[start + pair]]
        for pair in range(size):
            others[pair] = dates[right[start + pair]]
        for pair in range(size):
            grade = grades >> (date_distance(ones[pair], others[pair]) << _THREE) & np.uint32(0xFF)
            missing = left[start + pair] == _ZERO or right[start + pair] == _ZERO
            out[start + pair] = _ZERO if missing else grade


@compiled("void(uint32[::1], uint32, uint32[::1], uint32[::1], uint8[:, ::1])")
def grade_rows(dates: Any, grades: Any, codes: Any, columns: Any, out: Any) -> None:
    """Grade each of some dates against others: one row of grades for each code."""
    for row in range(len(codes)):
        one = dates[codes[row]]
        for column in range(len(columns)):
            out[row, column] = grades >> (date_distance(one, columns[column]) << _THREE) & np.uint32(0xFF)
