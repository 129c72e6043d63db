"""Where the levels of several comparisons stand in one flat array of probabilities, and array helpers on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Floats", "Layout"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Layout:
    """One flat place for every level but *missing*, comparison after comparison; behind them one for all the missing.

    Parameters
    ----------
    sizes
        How many levels each comparison has, missing not counted.

    Examples
    --------
    >>> Layout((3, 2)).places(np.array([[1, 2], [0, 1]], np.uint8)).tolist()
    [[0, 4], [5, 3]]
    """

    sizes: tuple[int, ...]

    @property
    def size(self) -> int:
        """How many levels there are, missing not counted."""
        return sum(self.sizes)

    @property
    def starts(self) -> NDArray[np.int64]:
        """Where each comparison's first level stands."""
        return np.concatenate([[0], np.cumsum(self.sizes)])[:-1].astype(np.int64)

    @property
    def owner(self) -> NDArray[np.int64]:
        """The comparison that each place belongs to."""
        return np.repeat(np.arange(len(self.sizes)), self.sizes)

    def places(self, levels: NDArray[np.uint8]) -> NDArray[np.int64]:
        """Return the place of each pattern's level of each comparison."""
        return np.where(levels > 0, self.starts + levels.astype(np.int64) - 1, self.size)

    def mass(self, places: NDArray[np.int64], weights: Floats) -> Floats:
        """Return the summed weight of the patterns at each level; missing counts nowhere."""
        spread = np.broadcast_to(weights[:, None], places.shape)
        summed = np.bincount(places.ravel(), weights=spread.ravel(), minlength=self.size + 1)
        return summed[: self.size].astype(np.float64)

    def parts(self, flat: NDArray[np.float64]) -> list[Floats]:
        """Return the part of each comparison."""
        return np.split(flat, np.cumsum(self.sizes)[:-1]) if self.sizes else []

    def sums(self, flat: Floats) -> Floats:
        """Return the sum over each comparison."""
        return np.bincount(self.owner, weights=flat, minlength=len(self.sizes)).astype(np.float64)

    def normalised(self, mass: Floats, fixed: Floats) -> Floats:
        """Return shares that sum to one within each comparison; fixed ones (not NaN) stay, the rest share what is left.

        Where nothing was seen of a comparison, its free levels share evenly.
        """
        is_free = np.isnan(fixed)
        left = 1.0 - self.sums(np.where(is_free, 0.0, fixed))
        free_mass = np.where(is_free, mass, 0.0)
        total = self.sums(free_mass)
        unseen = (total <= 0)[self.owner]
        free_mass = np.where(unseen & is_free, 1.0, free_mass)
        total = self.sums(free_mass)
        with np.errstate(invalid="ignore", divide="ignore"):
            share = free_mass * (left / total)[self.owner]
        return np.where(is_free, share, fixed)

    @staticmethod
    def start_m(sizes: Sequence[int]) -> Floats:
        """Return a first guess of m: most matches agree exactly, each looser level half of the one before."""
        parts = []
        for size in sizes:
            shares = 0.5 ** np.arange(1, size + 1)
            part = 0.1 * shares / shares.sum()
            part[0] += 0.9
            parts.append(part)
        return np.concatenate(parts) if parts else np.empty(0)
