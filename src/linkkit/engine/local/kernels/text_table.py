"""The distinct values of a text column, laid out for the kernels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkkit._arrow import as_integers

from .columns import Columns
from .limits import LONGEST
from .packing import OCCURRENCES, count_features, fill_masks, fill_rows

_WIDTHS = (16, 32, LONGEST)
_ALPHABET_SIZE = 255
_OWN_BITS, _SHARED_BITS = 56, 8


@dataclass(frozen=True, eq=False, repr=False)
class TextTable:
    """The distinct values of a column, as the compiled kernels read them.

    A record holds the number of its value here, its *code*; code 0 is missing. Characters are renumbered 1 to 255 by
    how often the column has them, so any script fits. A value that is longer than 64 characters or holds a rarer
    character is *slow*: pairs with it are left to rapidfuzz.

    Attributes
    ----------
    values
        The texts themselves.
    rows
        Characters of each value, padded with zeros to 16, 32 or 64.
    heads
        First four characters of each value in the lowest 32 bits, its length above them.
    masks
        One bit for each (character, how many times it came before) of the value; the most telling have a bit of their
        own. Bits set in one mask and not in the other never outnumber the characters that one value has and the other
        has not.
    slow
        Whether rapidfuzz has to compare the value.
    dates
        The eight digits of each value, four bits each, where all values but the missing one are dates such as
        ``2001-12-31``.

    Examples
    --------
    >>> table = TextTable.build(["", "smith", "smyth"])
    >>> table
    TextTable(3 values, width 16, 0 slow)
    """

    values: Sequence[str] | Any
    rows: NDArray[np.uint8]
    heads: NDArray[np.uint64]
    masks: NDArray[np.uint64]
    slow: NDArray[np.bool_]
    dates: NDArray[np.uint32] | None

    @classmethod
    def build(cls, values: Sequence[str] | Any) -> TextTable:
        """Lay out distinct values: a sequence of texts or an Arrow string array, the first standing for missing."""
        points, offsets = _code_points(values)
        characters, slow = _renumber(points, offsets)
        lengths = np.diff(offsets)
        longest = int(lengths[~slow].max(initial=0))
        width = next(width for width in _WIDTHS if longest <= width)
        rows = np.zeros((len(slow), width), np.uint8)
        heads, masks = np.zeros(len(slow), np.uint64), np.zeros(len(slow), np.uint64)
        fill_rows(characters, offsets, slow, rows, heads)
        counts = np.zeros(256 * OCCURRENCES, np.int64)
        count_features(rows, heads, counts)
        fill_masks(rows, heads, _assign_bits(counts, len(slow)), masks)
        return cls(values, rows, heads, masks, slow, _date_digits(points, offsets))

    def __len__(self) -> int:
        return len(self.heads)

    def __repr__(self) -> str:
        return f"TextTable({len(self):,} values, width {self.rows.shape[1]}, {int(self.slow.sum()):,} slow)"

    @cached_property
    def any_slow(self) -> bool:
        """Whether the table holds a slow value."""
        return bool(self.slow.any())

    @cached_property
    def lengths(self) -> NDArray[np.int64]:
        """Length of each value; 0 where the value is slow."""
        return (self.heads >> np.uint64(32)).astype(np.int64)

    @cached_property
    def columns(self) -> Columns:
        """All values, for grading rows against them."""
        return self.choose(np.arange(len(self), dtype=np.uint32))

    def choose(self, codes: NDArray[np.uint32]) -> Columns:
        """Choose values, in any order, for grading rows against them."""
        return Columns.of(codes, self.heads, self.masks, self.dates)

    def text(self, code: int) -> str:
        """Return the text of one value."""
        value = self.values[code]
        return value if isinstance(value, str) else str(value.as_py() or "")


def _code_points(values: Sequence[str] | Any) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Return the code points of all values one after the other, and where each value starts."""
    if hasattr(values, "type") and hasattr(values, "null_count"):
        return _arrow_code_points(values)
    offsets = np.zeros(len(values) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, values), np.int64, len(values)), out=offsets[1:])
    text = "".join(values)
    if text.isascii():
        return np.frombuffer(text.encode("ascii"), np.uint8), offsets
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32), offsets


def _arrow_code_points(values: Any) -> tuple[NDArray[Any], NDArray[np.int64]]:
    import pyarrow as pa
    import pyarrow.compute as pc

    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    values = (values.fill_null("") if values.null_count else values).cast(pa.large_string())
    _, offset_buffer, data_buffer = values.buffers()
    starts = np.frombuffer(offset_buffer, np.int64)[values.offset : values.offset + len(values) + 1]
    data = np.frombuffer(data_buffer or b"", np.uint8)[starts[0] : starts[-1]]
    if not len(data) or data.max() < 128:
        return data, starts - starts[0]
    offsets = np.zeros(len(values) + 1, np.int64)
    np.cumsum(as_integers(pc.utf8_length(values)), out=offsets[1:])
    return np.frombuffer(data.tobytes().decode().encode("utf-32-le"), np.uint32), offsets


def _renumber(points: NDArray[Any], offsets: NDArray[np.int64]) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Number the characters by how often they occur, 0 for those beyond the alphabet, and find the slow values."""
    slow = np.diff(offsets) > LONGEST
    occurring = np.bincount(points) if len(points) else np.zeros(1, np.int64)
    alphabet = np.argsort(-occurring, kind="stable")[: min(_ALPHABET_SIZE, np.count_nonzero(occurring))]
    number = np.zeros(len(occurring), np.uint8)
    number[alphabet] = np.arange(1, len(alphabet) + 1)
    characters = number[points]
    outside = np.flatnonzero(characters == 0)
    slow[np.searchsorted(offsets, outside, side="right") - 1] = True
    return characters, slow


def _assign_bits(counts: NDArray[np.int64], value_count: int) -> NDArray[np.uint64]:
    """Give the features that tell values apart best a bit of their own; the others share the last few."""
    present = np.flatnonzero(counts)
    telling = np.minimum(counts[present], value_count - counts[present])
    ranked = present[np.argsort(-telling, kind="stable")]
    bits = np.arange(len(ranked))
    if len(ranked) > _OWN_BITS + _SHARED_BITS:
        bits[_OWN_BITS:] = _OWN_BITS + bits[_OWN_BITS:] % _SHARED_BITS
    bit_of = np.zeros(len(counts), np.uint64)
    bit_of[ranked] = np.uint64(1) << bits.astype(np.uint64)
    return bit_of


def _date_digits(points: NDArray[Any], offsets: NDArray[np.int64]) -> NDArray[np.uint32] | None:
    """Pack the digits of dates ``dddd-dd-dd``, if every value but the first is one."""
    value_count = len(offsets) - 1
    if value_count < 2 or (np.diff(offsets[1:]) != 10).any():
        return None
    texts = points[offsets[1] :].reshape(-1, 10)
    digits = texts[:, [0, 1, 2, 3, 5, 6, 8, 9]] - np.array(ord("0"), points.dtype)  # wraps below "0"
    if (texts[:, [4, 7]] != ord("-")).any() or (digits > 9).any():
        return None
    packed = np.zeros(value_count, np.uint32)
    for place in range(8):
        packed[1:] |= digits[:, place].astype(np.uint32) << np.uint32(4 * (7 - place))
    return packed
