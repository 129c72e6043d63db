"""What the engine asks of a measure that has been bound to records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Codes", "Grader", "grade_numbers"]

Codes = NDArray[np.uint32]


class Grader(Protocol):
    """A measure bound to records."""

    @property
    def columns(self) -> Sequence[Codes]:
        """The columns of codes it reads, each over all records."""
        ...

    def grade(self, left: Sequence[Codes], right: Sequence[Codes], out: NDArray[np.uint8]) -> None:
        """Write each pair's grade: 0 missing, 1 for the strictest bound reached ... one more than bounds for none."""
        ...

    def measure(self, left: Sequence[Codes], right: Sequence[Codes]) -> NDArray[np.float64]:
        """Return the measure itself, NaN where missing."""
        ...


def grade_numbers(
    values: NDArray[np.float64], bounds: Sequence[float], is_distance: bool, out: NDArray[np.uint8]
) -> None:
    """Write the grades of measured numbers; NaN is missing."""
    reached = np.zeros(len(values), np.uint8)
    for bound in bounds:
        reached += (values <= bound) if is_distance else (values >= bound)
    np.subtract(len(bounds) + 1, reached, out=out, casting="unsafe")
    out[np.isnan(values)] = 0
