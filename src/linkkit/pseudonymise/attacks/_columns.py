"""Columns of encodings or values as codes in an order of their own, so that ties never depend on the order of rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import DataError
from linkkit.pseudonymise._encoded_rows import EncodedRows

__all__ = ["Coded", "coded", "filter_bytes", "matched", "most_frequent"]

Codes = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Coded:
    """One value a record, numbered in rising order from 1; 0 is missing.

    Parameters
    ----------
    codes
        Shape (records,).
    values
        The distinct values, rising: texts or bytes.
    """

    codes: Codes = field(repr=False)
    values: list[Any] = field(repr=False)

    def counts(self) -> Codes:
        """How many records have each value; shape (values,)."""
        return np.bincount(self.codes, minlength=len(self.values) + 1)[1:]

    @property
    def present(self) -> int:
        """How many records are not missing."""
        return int((self.codes > 0).sum())


def coded(given: Any, name: str) -> Coded:
    """Read a column: filters in any form (see ``EncodedRows``), texts or numbers, None for missing.

    Raises
    ------
    DataError
        Where it is no column, or mixes types.

    Examples
    --------
    >>> coded(["b", None, "a", "b"], "names").codes.tolist()
    [2, 0, 1, 2]
    """
    import pyarrow as pa

    if isinstance(given, np.ndarray) and given.ndim == 2:
        rows = EncodedRows.read(given, name)
        array = pa.FixedSizeBinaryArray.from_buffers(
            pa.binary(max(rows.filters.shape[1], 1)), len(rows), [None, pa.py_buffer(rows.filters)]
        )
    elif isinstance(given, str | bytes):
        raise DataError(f"{name} must be a column, one value a record; got a single {type(given).__name__}.")
    else:
        array = _arrow(given, name)
    if not pa.types.is_dictionary(array.type):
        array = array.dictionary_encode()
    held = [_plain(value) for value in array.dictionary.to_pylist()]
    distinct = sorted({value for value in held if value is not None})
    number = {value: code for code, value in enumerate(distinct, 1)}
    table = np.array([*(number.get(value, 0) for value in held), 0], np.int64)
    places = array.indices.fill_null(len(held)).to_numpy(zero_copy_only=False).astype(np.int64)
    codes = table[places]
    used = np.unique(codes[codes > 0])  # a dictionary may hold values that no record has
    renumbered = np.zeros(len(distinct) + 1, np.int64)
    renumbered[used] = np.arange(1, len(used) + 1)
    return Coded(renumbered[codes], [distinct[code - 1] for code in used.tolist()])


def matched(values: Sequence[Any], others: Sequence[Any]) -> Codes:
    """Return for each value its place among others, -1 where it is not among them."""
    place = {value: number for number, value in enumerate(others)}
    return np.array([place.get(value, -1) for value in values], np.int64)


def most_frequent(column: Coded, top: int) -> Codes:
    """Return the places of the most frequent values, the most frequent first; ties in the order of values."""
    return np.argsort(-column.counts(), kind="stable")[:top]


def filter_bytes(given: Any, name: str) -> EncodedRows:
    """Read filters, refusing where none is present."""
    rows = EncodedRows.read(given, name)
    if not len(rows.present):
        raise DataError(f"{name}: no record has an encoding.")
    return rows


def _arrow(given: Any, name: str) -> Any:
    import pyarrow as pa

    try:
        array = given if isinstance(given, pa.Array | pa.ChunkedArray) else pa.array(given, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, TypeError):
        raise DataError(f"{name} must be a column of one type, one value a record, None where it is missing.") from None
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def _plain(value: Any) -> Any:
    """A blank text is missing, as everywhere."""
    return None if isinstance(value, str) and not value.strip() else value
