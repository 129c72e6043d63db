"""Columns without the values that no record holds any more: they would weigh in frequencies."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ._arrow import positions
from .encoded import Encoded, EncodedSets

__all__ = ["in_use"]


def in_use(column: Encoded | EncodedSets) -> Encoded | EncodedSets:
    """Return a column with those of its values that some record holds; itself where all are held.

    Examples
    --------
    >>> import numpy as np
    >>> from linkkit.encoded import encode
    >>> import pyarrow as pa
    >>> in_use(encode(pa.array(["Lee", "Hay"])).reordered(np.array([1]))).texts()
    ['', 'Hay']
    """
    if isinstance(column, EncodedSets):
        return _sets_in_use(column)
    is_held = _held(column.codes, len(column.values))
    if is_held.all():
        return column
    return Encoded(_numbered(is_held)[column.codes], column.values.take(positions(np.flatnonzero(is_held))))


def _sets_in_use(column: EncodedSets) -> EncodedSets:
    is_held = _held(column.codes, len(column.starts) - 1)
    if is_held.all():
        return column
    sizes = np.diff(column.starts)
    members = column.members[np.repeat(is_held, sizes)]
    is_member = _held(members, len(column.values))
    starts = np.concatenate([[0], np.cumsum(sizes[is_held])]).astype(np.int64)
    values = column.values.take(positions(np.flatnonzero(is_member)))
    return EncodedSets(_numbered(is_held)[column.codes], starts, _numbered(is_member)[members], values)


def _held(codes: NDArray[np.uint32], size: int) -> NDArray[np.bool_]:
    """Tell which of so many codes are there; missing, code 0, always is."""
    found = np.zeros(size, np.bool_)
    found[codes] = True
    found[0] = True
    return found


def _numbered(is_held: NDArray[np.bool_]) -> NDArray[np.uint32]:
    """Return for each code its new one."""
    return (np.cumsum(is_held) - 1).astype(np.uint32)
