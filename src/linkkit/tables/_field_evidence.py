"""What a model says field by field: what a decision needs that looks at the values of a whole cluster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from linkkit.specs import Comparison

__all__ = ["FieldEvidence", "PairBits"]

Rows = NDArray[np.uint32]
Floats = NDArray[np.float64]


class PairBits(Protocol):
    """An adjustment of a comparison's weight by the values of a pair, such as a term frequency."""

    def bits(self, left: Rows, right: Rows, levels: NDArray[np.uint8]) -> Floats:
        """Return the bits that each pair gains; ``levels`` has a column for each comparison."""
        ...


@dataclass(frozen=True, eq=False)
class FieldEvidence:
    """What a model says of pairs of some records, each comparison by itself.

    Parameters
    ----------
    comparisons
        The comparisons.
    prior_weight
        Bits that two random records match.
    weights
        For each comparison the bits of each level, missing first.
    adjustments
        For each comparison what adjusts its bits by value, ready for the records.
    family_weight
        Bits that two random records are of relatives; minus infinity where relatives are no class of their own.
    ties
        For each comparison how much of the time relatives agree as a person with themselves does; 0: as strangers do.
    tie_shifts
        For each comparison what its bits are above those that speak for relatives.
    """

    comparisons: tuple[Comparison, ...]
    prior_weight: float
    weights: tuple[Floats, ...]
    adjustments: tuple[tuple[PairBits, ...], ...]
    family_weight: float
    ties: tuple[float, ...]
    tie_shifts: tuple[float, ...]

    def bits(self, place: int, left: Rows, right: Rows, level: NDArray[np.uint8]) -> Floats:
        """Return what one comparison says of pairs at some of its levels, in bits, adjustments included."""
        found = self.weights[place][level]
        if not self.adjustments[place]:
            return found
        levels = np.zeros((len(level), len(self.comparisons)), np.uint8)
        levels[:, place] = level
        return found + _summed(self.adjustments[place], left, right, levels)


def _summed(adjustments: Sequence[PairBits], left: Rows, right: Rows, levels: NDArray[np.uint8]) -> Floats:
    return sum((step.bits(left, right, levels) for step in adjustments), np.zeros(len(left)))
