"""Numbers, dates as days, and places as degrees: parsed once for each distinct value."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from linkkit.encoded import Encoded
from linkkit.engine.local.kernels.numbers import measure_distances, measure_gaps

from ._contract import Codes, grade_numbers

__all__ = ["DistanceGrader", "GapGrader", "days", "numbers"]

Floats = NDArray[np.float64]


def numbers(column: Encoded) -> Floats:
    """Return each distinct value as a number; NaN where it is none, and for missing."""
    found = np.full(len(column.values), np.nan)
    for place, text in enumerate(column.texts()):
        try:
            found[place] = float(text)
        except ValueError:
            continue
    found[~np.isfinite(found)] = np.nan
    return found


def days(column: Encoded) -> Floats:
    """Return each distinct ISO date as days since 1970; NaN where it is not wholly known."""
    found = np.full(len(column.values), np.nan)
    for place, text in enumerate(column.texts()):
        try:
            found[place] = np.datetime64(text, "D").astype(np.int64) if len(text) == 10 else np.nan
        except ValueError:
            continue
    return found


class GapGrader:
    """The difference of two numbers, absolute or over the larger."""

    def __init__(self, codes: Codes, values: Floats, bounds: tuple[float, ...], *, is_relative: bool) -> None:
        self.columns = (codes,)
        self.values = values
        self.bounds = bounds
        self.is_relative = is_relative

    def grade(self, left: Sequence[Codes], right: Sequence[Codes], out: NDArray[np.uint8]) -> None:
        """Write the grades."""
        grade_numbers(self.measure(left, right), self.bounds, True, out)

    def measure(self, left: Sequence[Codes], right: Sequence[Codes]) -> Floats:
        """Return the differences."""
        out = np.empty(len(left[0]), np.float64)
        measure_gaps(self.values, left[0], right[0], self.is_relative, out)
        return out


class DistanceGrader:
    """Kilometres between two places."""

    def __init__(
        self, columns: tuple[Codes, Codes], latitude: Floats, longitude: Floats, bounds: tuple[float, ...]
    ) -> None:
        self.columns = columns
        self.latitude = np.radians(latitude)
        self.longitude = np.radians(longitude)
        self.bounds = bounds

    def grade(self, left: Sequence[Codes], right: Sequence[Codes], out: NDArray[np.uint8]) -> None:
        """Write the grades."""
        grade_numbers(self.measure(left, right), self.bounds, True, out)

    def measure(self, left: Sequence[Codes], right: Sequence[Codes]) -> Floats:
        """Return the distances."""
        out = np.empty(len(left[0]), np.float64)
        measure_distances(self.latitude, self.longitude, left[0], left[1], right[0], right[1], out)
        return out
