"""Texts by compiled kernels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkkit.encoded import Encoded

from ..kernels import TextTable, grade_text, text_similarities
from ._contract import Codes

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["KERNEL_METRICS", "SwappedGrader", "TextGrader"]

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


def _measured(metric: str, table: TextTable, left: Codes, right: Codes) -> NDArray[np.float64]:
    out = np.empty(len(left), np.float64)
    text_similarities(metric, table, left, right, out)
    out[(left == 0) | (right == 0)] = np.nan
    return out
