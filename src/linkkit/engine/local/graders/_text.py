"""Texts by compiled kernels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkkit.encoded import Encoded
from linkkit.engine.local.kernels import TextTable, grade_equal, grade_text, text_similarities
from linkkit.engine.local.kernels.limits import DISTANCES

from ._contract import Codes

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["KERNEL_METRICS", "InitialGrader", "SwappedGrader", "TextGrader"]

KERNEL_METRICS = (
    "jaro_winkler", "jaro", "osa", "levenshtein", "osa_similarity", "levenshtein_similarity",
)  # fmt: skip


class TextGrader:
    """One column of texts under one metric."""

    def __init__(self, column: Encoded, metric: str, bounds: tuple[float, ...]) -> None:
        self.columns = (column.codes,)
        self.metric = metric
        self.bounds = bounds
        self.table = TextTable.build(column.values)

    @property
    def is_exact(self) -> bool:
        """Whether the first grade means that two texts are equal."""
        return self.bounds[0] == (0.0 if self.metric in DISTANCES else 1.0)

    def grade(self, left: Sequence[Codes], right: Sequence[Codes], out: NDArray[np.uint8]) -> None:
        """Write the grades."""
        grade_text(self.metric, self.table, left[0], right[0], self.bounds, out)

    def measure(self, left: Sequence[Codes], right: Sequence[Codes]) -> NDArray[np.float64]:
        """Return the similarities (or distances)."""
        return _measured(self.metric, self.table, left[0], right[0])


class SwappedGrader:
    """Two columns crosswise: the lesser of the two similarities, the higher grade."""

    def __init__(
        self, first: Codes, second: Codes, values: pa.StringArray, metric: str, bounds: tuple[float, ...]
    ) -> None:
        self.columns = (first, second)
        self.metric = metric
        self.bounds = bounds
        self.table = TextTable.build(values)

    def grade(self, left: Sequence[Codes], right: Sequence[Codes], out: NDArray[np.uint8]) -> None:
        """Write the grades; missing where any of the four values is."""
        if self.bounds == (1.0,):  # no two different values reach a similarity of 1
            grade_equal(left[0], right[1], out)
            other = np.empty_like(out)
            grade_equal(left[1], right[0], other)
            out[:] = np.where((out == 0) | (other == 0), 0, np.maximum(out, other))
            return
        other = np.empty_like(out)
        grade_text(self.metric, self.table, left[0], right[1], self.bounds, out)
        grade_text(self.metric, self.table, left[1], right[0], self.bounds, other)
        missing = (out == 0) | (other == 0)
        np.maximum(out, other, out=out)
        out[missing] = 0

    def measure(self, left: Sequence[Codes], right: Sequence[Codes]) -> NDArray[np.float64]:
        """Return the lesser of the two similarities."""
        return np.minimum(
            _measured(self.metric, self.table, left[0], right[1]), _measured(self.metric, self.table, left[1], right[0])
        )


class InitialGrader:
    """Whether one text is the first letter of the other."""

    def __init__(self, column: Encoded) -> None:
        self.columns = (column.codes,)
        texts = column.texts()
        letters = {letter: place for place, letter in enumerate(sorted({text[:1] for text in texts}))}
        self.letters = np.array([letters[text[:1]] for text in texts], np.int32)
        self.is_initial = np.array([len(text.rstrip(".")) == 1 for text in texts])

    def grade(self, left: Sequence[Codes], right: Sequence[Codes], out: NDArray[np.uint8]) -> None:
        """Write 0 missing, 1 initial or equal, 2 not."""
        one, other = left[0], right[0]
        agree = (self.letters[one] == self.letters[other]) & (self.is_initial[one] | self.is_initial[other])
        out[:] = np.where(agree | (one == other), 1, 2)
        out[(one == 0) | (other == 0)] = 0

    def measure(self, left: Sequence[Codes], right: Sequence[Codes]) -> NDArray[np.float64]:
        """Return 1 where so, 0 where not, NaN where missing."""
        grades = np.empty(len(left[0]), np.uint8)
        self.grade(left, right, grades)
        return np.array([np.nan, 1.0, 0.0])[grades]


def _measured(metric: str, table: TextTable, left: Codes, right: Codes) -> NDArray[np.float64]:
    out = np.empty(len(left), np.float64)
    text_similarities(metric, table, left, right, out)
    out[(left == 0) | (right == 0)] = np.nan
    return out
