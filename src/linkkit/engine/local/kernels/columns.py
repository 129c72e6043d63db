"""The values that rows of grades are made against, sorted by length."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .limits import SIDE

Codes = NDArray[np.uint32]


@dataclass(frozen=True, eq=False)
class Columns:
    """Values to be graded against: codes of a table, and the same sorted by length.

    Attributes
    ----------
    codes
        The value of each column of the grades.
    dates
        The digits of each column's date, where the table holds dates.
    sorted_columns, sorted_codes, sorted_heads, sorted_masks
        Columns by rising length, and what the table holds for them.
    length_starts
        Where each length starts in the sorted arrays.
    """

    codes: Codes
    dates: NDArray[np.uint32] | None
    sorted_columns: Codes
    sorted_codes: Codes
    sorted_heads: NDArray[np.uint64]
    sorted_masks: NDArray[np.uint64]
    length_starts: NDArray[np.int64]

    @classmethod
    def of(
        cls, codes: Codes, heads: NDArray[np.uint64], masks: NDArray[np.uint64], dates: NDArray[np.uint32] | None
    ) -> Columns:
        """Choose values by their codes from what a table holds of all."""
        lengths = heads[codes] >> np.uint64(32)
        order = np.argsort(lengths, kind="stable").astype(np.uint32)
        by_length = np.require(codes, np.uint32)[order]
        starts = np.searchsorted(lengths[order], np.arange(SIDE + 1, dtype=np.uint64)).astype(np.int64)
        return cls(
            codes,
            None if dates is None else dates[codes],
            order,
            by_length,
            heads[by_length],
            masks[by_length],
            starts,
        )
