"""Bit filters as they come (a matrix of bytes, bytes, base64, Arrow) as one matrix, with the rows that are present."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import DataError, row_list

__all__ = ["EncodedRows"]


@dataclass(frozen=True, eq=False)
class EncodedRows:
    """Filters of one length.

    Parameters
    ----------
    filters
        Shape (rows, bytes), uint8.
    present
        Which rows are not missing, rising.
    """

    filters: NDArray[np.uint8] = field(repr=False)
    present: NDArray[np.int64] = field(repr=False)

    def __len__(self) -> int:
        return len(self.filters)

    @property
    def bits(self) -> int:
        """Bits of a filter."""
        return 8 * int(self.filters.shape[1])

    @classmethod
    def read(cls, given: Any, name: str) -> EncodedRows:
        """Read filters given in any form; `name` is what messages call them.

        Raises
        ------
        DataError
            Where a row is no filter, or lengths differ.
        """
        if isinstance(given, np.ndarray) and given.ndim == 2:
            if given.dtype != np.uint8:
                raise DataError(
                    f"{name}: a matrix of filters must be uint8, one row a filter, eight bits a byte; got "
                    f"{given.dtype}. Use np.packbits on a matrix of bits."
                )
            if len(given) and not given.shape[1]:
                raise DataError(f"{name}: the filters have no bits; a matrix of filters has a column for every eight.")
            return cls(np.ascontiguousarray(given), np.arange(len(given)))
        if isinstance(given, str | bytes):
            raise DataError(f"{name} must be a list of filters, one a row; got a single {type(given).__name__}.")
        if hasattr(given, "to_pylist"):
            return cls._of_arrow(given, name)
        if not isinstance(given, Iterable):
            raise DataError(
                f"{name} must be a uint8 matrix, a list of bytes or base64, or Arrow binary; got "
                f"{type(given).__name__}."
            )
        return cls._of_list(list(given), name)

    @classmethod
    def _of_arrow(cls, given: Any, name: str) -> EncodedRows:
        import pyarrow as pa

        array = given.combine_chunks() if isinstance(given, pa.ChunkedArray) else given
        if not pa.types.is_fixed_size_binary(array.type) or not array.type.byte_width:
            return cls._of_list(array.to_pylist(), name)
        width, present = array.type.byte_width, np.flatnonzero(array.is_valid().to_numpy(zero_copy_only=False))
        if not len(array):
            return cls(np.zeros((0, width), np.uint8), present)
        data = np.frombuffer(array.buffers()[1], np.uint8)[array.offset * width : (array.offset + len(array)) * width]
        return cls(data.reshape(len(array), width), present)

    @classmethod
    def _of_list(cls, given: list[Any], name: str) -> EncodedRows:
        unread, read = [], []
        for row, value in enumerate(given):
            found = _bytes_of(value)
            read.append(found)
            if found is None and not _is_missing(value):
                unread.append(row)
        if unread:
            raise DataError(f"{name}: {row_list(unread)} hold no filter; each must be bytes, base64 text or None.")
        present = np.array([row for row, value in enumerate(read) if value is not None], np.int64)
        sizes = np.array([len(value) for value in read if value is not None], np.int64)
        if not len(sizes):
            return cls(np.zeros((len(read), 0), np.uint8), present)
        counts = np.bincount(sizes)
        usual = int(counts.argmax())
        if not usual or (sizes != usual).any():
            other = (present[sizes != usual] if usual else present).tolist()
            raise DataError(
                f"{name}: the filters differ in length: {row_list(other)} not {8 * usual:,} bits as the "
                f"others ({counts[usual]:,} rows). Encode all rows by one schema, and check that the file is whole."
                if usual
                else f"{name}: {row_list(other)} hold an empty filter. Give None where a record has none."
            )
        filters = np.zeros((len(read), usual), np.uint8)
        filters[present] = np.frombuffer(b"".join(value for value in read if value is not None), np.uint8).reshape(
            -1, usual
        )
        return cls(filters, present)


def _bytes_of(value: Any) -> bytes | None:
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    if isinstance(value, np.ndarray) and value.dtype == np.uint8 and value.ndim == 1:
        return value.tobytes()
    if isinstance(value, str):
        try:
            return base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            return None
    return None


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and value != value) or type(value).__name__ == "NAType"
