"""Sets of members: list columns, and the words or q-grams of texts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from linkkit.encoded import Encoded, EncodedSets
from linkkit.engine.local.kernels.sets import count_shared
from linkkit.records import sets_of
from linkkit.values import transform

from ._contract import Codes, grade_numbers

__all__ = ["SET_METRICS", "SetGrader", "text_sets"]

Floats = NDArray[np.float64]
# metric of texts: metric of the sets of their words or bigrams
SET_METRICS = {
    "jaccard_words": "jaccard",
    "word_subset": "overlap",
    "jaccard_qgrams": "jaccard",
    "dice_qgrams": "dice",
    "cosine_qgrams": "cosine",
}


def text_sets(column: Encoded, metric: str) -> EncodedSets:
    """Return the words, or the bigrams, of each distinct value."""
    texts = column.texts()[1:]
    return sets_of(column.codes, transform("words", texts) if "word" in metric else transform("qgrams", texts, (2,)))


class SetGrader:
    """How two sets overlap."""

    def __init__(self, column: EncodedSets, metric: str, bounds: tuple[float, ...]) -> None:
        self.columns = (column.codes,)
        self.column = column
        self.sizes = np.diff(column.starts).astype(np.float64)
        self.metric = metric
        self.bounds = bounds

    def grade(self, left: Sequence[Codes], right: Sequence[Codes], out: NDArray[np.uint8]) -> None:
        """Write the grades."""
        grade_numbers(self.measure(left, right), self.bounds, False, out)

    def measure(self, left: Sequence[Codes], right: Sequence[Codes]) -> NDArray[np.float64]:
        """Return the overlaps."""
        counts = np.empty(len(left[0]), np.int64)
        count_shared(self.column.starts, self.column.members, left[0], right[0], counts)
        shared = counts.astype(np.float64)
        shared[(left[0] == 0) | (right[0] == 0)] = np.nan
        if self.metric == "shared":
            return shared
        one, other = self.sizes[left[0]], self.sizes[right[0]]
        with np.errstate(invalid="ignore", divide="ignore"):
            found: NDArray[np.float64] = shared / _whole(self.metric, one, other, shared)
        return found


def _whole(metric: str, one: Floats, other: Floats, shared: Floats) -> Floats:
    """What the members in common are a share of."""
    if metric == "overlap":
        return np.minimum(one, other)
    if metric == "jaccard":
        return one + other - shared
    return (one + other) / 2 if metric == "dice" else np.sqrt(one * other)
