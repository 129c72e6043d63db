"""Dated versions: the best of the pairs of versions that two records hold, of those that overlap or of all."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from linkkit.encoded import Encoded, EncodedSets, distinct_texts
from linkkit.engine.local.kernels.versions import share_version
from linkkit.specs import DatedVersions
from linkkit.values import versions_of

from ._contract import Codes, Grader, grade_numbers

__all__ = ["VersionsGrader"]

Floats = NDArray[np.float64]
# So many pairs of versions are graded at once.
_AT_ONCE = 4_000_000


class VersionsGrader:
    """How alike the versions of two records are.

    Versions are read once for each distinct one; equality is a kernel's business, and any other metric is asked for
    the values of the pairs of versions.
    """

    def __init__(
        self,
        column: EncodedSets,
        measure: DatedVersions,
        bounds: tuple[float, ...],
        alike: Callable[[Encoded], Grader] | None,
    ) -> None:
        self.columns = (column.codes,)
        self.bounds = bounds
        self.overlapping, self.tolerance = measure.overlapping, measure.tolerance_days
        texts, since, until = versions_of(column.values)
        codes, values = distinct_texts(texts)
        self.starts = column.starts
        self.value = np.ascontiguousarray(codes[column.members])
        self.since = np.ascontiguousarray(since[column.members])
        self.until = np.ascontiguousarray(until[column.members])
        self.alike = None if alike is None else alike(Encoded(codes, values))

    def grade(self, left: Sequence[Codes], right: Sequence[Codes], out: NDArray[np.uint8]) -> None:
        """Write the grades."""
        grade_numbers(self.measure(left, right), self.bounds, False, out)

    def measure(self, left: Sequence[Codes], right: Sequence[Codes]) -> Floats:
        """Return the likeness of the likest versions; 0 where none overlap, NaN where a record has none."""
        found = np.empty(len(left[0]), np.float64)
        share_version(
            self.starts, self.value, self.since, self.until, left[0], right[0], self.overlapping, self.tolerance, found
        )
        if self.alike is None:
            return found
        open_ = np.flatnonzero(found == 0.0)
        sizes = np.diff(self.starts)
        counts = sizes[left[0][open_]] * sizes[right[0][open_]]
        ends = np.cumsum(counts)
        cuts = np.searchsorted(ends, np.arange(_AT_ONCE, int(ends[-1]) if len(ends) else 0, _AT_ONCE))
        for part in np.split(np.arange(len(open_)), cuts):
            if len(part):
                chosen = open_[part]
                found[chosen] = self._best(left[0][chosen], right[0][chosen], counts[part])
        return found

    def _best(self, left: Codes, right: Codes, counts: NDArray[np.int64]) -> Floats:
        """Return the likeness of the likest of the pairs of versions, which are gone through side by side."""
        assert self.alike is not None
        first = np.cumsum(counts) - counts
        place = np.arange(int(counts.sum())) - np.repeat(first, counts)
        width = np.repeat(np.diff(self.starts)[right], counts)
        one = np.repeat(self.starts[left], counts) + place // width
        other = np.repeat(self.starts[right], counts) + place % width
        alike = np.zeros(len(place))
        together = np.ones(len(place), bool)
        if self.overlapping:
            together = (self.since[one] <= self.until[other] + self.tolerance) & (
                self.since[other] <= self.until[one] + self.tolerance
            )
        values = self.value[one[together]], self.value[other[together]]
        alike[together] = np.nan_to_num(self.alike.measure((values[0],), (values[1],)))
        return np.asarray(np.maximum.reduceat(alike, first))
