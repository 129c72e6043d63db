"""Equality of codes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from linkkit.engine.local.kernels.equal import grade_equal

from ._contract import Codes

__all__ = ["EqualGrader"]


class EqualGrader:
    """Equal codes are equal values, or equal sets."""

    def __init__(self, codes: Codes) -> None:
        self.columns = (codes,)

    def grade(self, left: Sequence[Codes], right: Sequence[Codes], out: NDArray[np.uint8]) -> None:
        """Write 0 missing, 1 equal, 2 not."""
        grade_equal(left[0], right[0], out)

    def measure(self, left: Sequence[Codes], right: Sequence[Codes]) -> NDArray[np.float64]:
        """Return 1 where equal, 0 where not, NaN where missing."""
        known = (left[0] > 0) & (right[0] > 0)
        return np.where(known, left[0] == right[0], np.nan)
