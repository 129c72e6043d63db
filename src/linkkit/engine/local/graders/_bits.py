"""Bit filters as texts: base64 of their bytes, for a record-level one behind a mask of the fields that are present."""

from __future__ import annotations

import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkkit.encoded import Encoded
from linkkit.engine.local._filters import Metric, popcounts, words_of
from linkkit.engine.local.kernels.bits import measure_bits
from linkkit.errors import DataError

from ._contract import Codes, grade_numbers

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["BIT_METRICS", "BitsGrader", "BitsTable", "grade_bits"]

Words = NDArray[np.uint64]
Counts = NDArray[np.int64]
# A metric as comparisons name it, and as the engine does.
BIT_METRICS = {
    "dice_bits": "dice", "jaccard_bits": "jaccard", "overlap_bits": "overlap", "hamming_bits": "hamming",
}  # fmt: skip
# Records that have less than this share of all fields in common are not compared.
_LEAST_COMMON = 0.5


@dataclass(frozen=True, eq=False)
class BitsTable:
    """The filters of all distinct values, missing first.

    Parameters
    ----------
    words, popcounts
        Shapes (values, words) and (values,): the filters, and how many bits each has set.
    masks, weights
        Shapes (values, words) and (values,): the fields that each holds, a bit for each unit of weight, and their
        weight. No words where nothing is said of fields.
    bits
        Bits of a filter.
    """

    words: Words
    popcounts: Counts
    masks: Words
    weights: Counts
    bits: int

    @classmethod
    def build(cls, values: pa.StringArray, column: str = "a column") -> BitsTable:
        """Read distinct values, the first of which is missing.

        Raises
        ------
        DataError
            Where some are no filters, or they differ in length.
        """
        read = [_read(text) for text in values.to_pylist()[1:]]
        wrong = sum(1 for one in read if one is None)
        if wrong:
            raise DataError(
                f"{column!r} holds {wrong:,} different values that are no bit filters: base64 of their bytes was "
                "expected. Encode the column, or compare it as text."
            )
        held = [one for one in read if one is not None]
        filters, bits = _rows([bits for _, bits in held], column)
        masks, _ = _rows([mask for mask, _ in held], column)
        return cls(filters, popcounts(filters), masks, popcounts(masks), bits)

    def without_masks(self) -> BitsTable:
        """Return the filters, with nothing said of fields."""
        none = self.masks[:, :0]
        return BitsTable(self.words, self.popcounts, none, np.zeros(len(self.words), np.int64), self.bits)

    @cached_property
    def least_weight(self) -> float:
        """The least weight of the fields that two records must have in common."""
        everything = np.bitwise_or.reduce(self.masks, axis=0)[None, :] if self.masks.size else self.masks[:1]
        return _LEAST_COMMON * float(popcounts(np.ascontiguousarray(everything)).sum())


class BitsGrader:
    """One column of filters under one metric."""

    def __init__(self, column: Encoded, metric: str, bounds: tuple[float, ...], name: str = "a column") -> None:
        self.columns = (column.codes,)
        self.metric = metric
        self.bounds = bounds
        table = BitsTable.build(column.values, name)
        self.table = table if metric == "dice_bits" else table.without_masks()

    def grade(self, left: Sequence[Codes], right: Sequence[Codes], out: NDArray[np.uint8]) -> None:
        """Write the grades."""
        grade_bits(self.metric, self.table, left[0], right[0], self.bounds, out)

    def measure(self, left: Sequence[Codes], right: Sequence[Codes]) -> NDArray[np.float64]:
        """Return the similarities."""
        return _similarities(self.metric, self.table, left[0], right[0])


def grade_bits(
    metric: str, table: BitsTable, left: Codes, right: Codes, bounds: tuple[float, ...], out: NDArray[np.uint8]
) -> None:
    """Write the grade of each pair of filters."""
    grade_numbers(_similarities(metric, table, left, right), bounds, False, out)


def _similarities(metric: str, table: BitsTable, left: Codes, right: Codes) -> NDArray[np.float64]:
    numbers = np.append(Metric(BIT_METRICS[metric], table.bits).numbers, table.least_weight)
    found = np.empty(len(left), np.float64)
    measure_bits(table.words, table.popcounts, table.masks, table.weights, numbers, left, right, found)
    return found


def _read(text: str) -> tuple[bytes, bytes] | None:
    """Return mask and filter; no mask where there is none."""
    mask, _, bits = text.rpartition(".")
    try:
        return binascii.a2b_base64(mask, strict_mode=True), binascii.a2b_base64(bits, strict_mode=True)
    except (binascii.Error, ValueError):
        return None


def _rows(held: list[bytes], column: str) -> tuple[Words, int]:
    """Return bytes as rows of words behind an empty one for missing, and how many bits each has."""
    sizes = {len(one) for one in held}
    if len(sizes) > 1:
        raise DataError(
            f"{column!r} holds filters of {len(sizes)} lengths, {8 * min(sizes):,} to {8 * max(sizes):,} bits. Encode "
            "all records by one specification."
        )
    size = sizes.pop() if sizes else 0
    rows = np.zeros((len(held) + 1, size), np.uint8)
    rows[1:] = np.frombuffer(b"".join(held), np.uint8).reshape(len(held), size)
    return (words_of(rows), 8 * size) if size else (np.zeros((len(rows), 0), np.uint64), 0)
