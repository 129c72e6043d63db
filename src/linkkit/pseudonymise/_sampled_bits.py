"""What sampled bits of two filters find: chances of agreement, completeness, tables, and how far apart pairs are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ._encodings import bit_counts

if TYPE_CHECKING:
    from ._encoded_rows import EncodedRows

__all__ = ["MOST_TABLES", "agreeing", "completeness_of", "sampled_distances", "tables_for"]

MOST_TABLES = 1000
_SAMPLED = 2**17


def agreeing(bits: int, distances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the chance that K places agree, shape (K from 0 to 64, distances)."""
    found = np.ones((65, len(distances)))
    for place in range(min(64, bits)):
        found[place + 1] = found[place] * np.clip((bits - distances - place) / (bits - place), 0, 1)
    found[min(64, bits) + 1 :] = 0
    return found


def completeness_of(chances: NDArray[np.float64], shares: NDArray[np.float64], tables: int) -> float:
    # by logarithms, so that a chance of 1e-12 is not lost
    with np.errstate(divide="ignore"):
        return float(-np.expm1(tables * np.log1p(-chances)) @ shares)


def tables_for(chances: NDArray[np.float64], shares: NDArray[np.float64], completeness: float) -> int | None:
    """Return the fewest tables that are complete enough, or None where 1,000 are not."""
    if completeness_of(chances, shares, MOST_TABLES) < completeness:
        return None
    low, high = 1, MOST_TABLES
    while low < high:
        middle = (low + high) // 2
        if completeness_of(chances, shares, middle) >= completeness:
            high = middle
        else:
            low = middle + 1
    return low


def sampled_distances(left: EncodedRows, right: EncodedRows) -> NDArray[np.int64]:
    """Return in how many places evenly drawn pairs of rows differ."""
    size = min(_SAMPLED, len(left.present) * len(right.present))
    drawn = np.arange(size, dtype=np.int64)
    one = drawn * 1_000_003 % len(left.present)
    # each round through the left rows meets other right rows
    other = (drawn * 7919 + drawn // len(left.present) + 1) % len(right.present)
    if left is right:
        other = np.where(other == one, (other + 1) % len(right.present), other)
    return bit_counts(left.filters[left.present[one]] ^ right.filters[right.present[other]])
