"""Between Arrow and numpy without pandas, which pyarrow's own conversions load: 0.15 s and 35 MB to do without."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

__all__ = ["as_integers", "as_mask", "as_texts", "is_blank", "positions", "returning_memory"]


def as_integers(array: pa.Array, *, missing: int = 0) -> NDArray[Any]:
    """Return an Arrow array of integers as numpy.

    Examples
    --------
    >>> import pyarrow as pa
    >>> as_integers(pa.array([3, None], pa.int32()), missing=-1).tolist()
    [3, -1]
    """
    kind = array.type
    name = f"{'int' if pa.types.is_signed_integer(kind) else 'uint'}{kind.bit_width}"
    data = array.buffers()[1]
    if data is None:
        return np.full(len(array), missing, name)
    values = np.frombuffer(data, name)[array.offset : array.offset + len(array)]
    if not array.null_count:
        return values
    return np.where(as_mask(array.is_valid()), values, np.array(missing, name))


def as_mask(array: pa.Array) -> NDArray[np.bool_]:
    """Return an Arrow array of truth values as numpy; null is False.

    Examples
    --------
    >>> import pyarrow as pa
    >>> as_mask(pa.array([True, None, False])).tolist()
    [True, False, False]
    """

    def bits(buffer: Any) -> NDArray[np.bool_]:
        found = np.unpackbits(np.frombuffer(buffer, np.uint8), bitorder="little")
        return found[array.offset : array.offset + len(array)].astype(bool)

    validity, data = array.buffers()
    if data is None or not len(array):
        return np.zeros(len(array), bool)
    return bits(data) & bits(validity) if validity is not None and array.null_count else bits(data)


def as_texts(texts: Sequence[str]) -> pa.StringArray:
    """Return texts as an Arrow array.

    Examples
    --------
    >>> as_texts(["a", "", "é"]).to_pylist()
    ['a', '', 'é']
    """
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    ends = np.zeros(len(encoded) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, encoded), np.int64, len(encoded)), out=ends[1:])
    if ends[-1] >= 2**31:
        return pa.array(texts, pa.large_string())
    return pa.StringArray.from_buffers(
        len(encoded), pa.py_buffer(ends.astype(np.int32)), pa.py_buffer(b"".join(encoded))
    )


def positions(numbers: NDArray[Any]) -> pa.Array:
    """Return positions as an Arrow array, for ``take``.

    Examples
    --------
    >>> positions(np.array([2, 0])).to_pylist()
    [2, 0]
    """
    whole = np.ascontiguousarray(numbers, np.int64)
    return pa.Array.from_buffers(pa.int64(), len(whole), [None, pa.py_buffer(whole)])


def is_blank(texts: pa.Array) -> NDArray[np.bool_]:
    """Tell which texts are missing, empty or blanks only.

    Examples
    --------
    >>> is_blank(as_texts(["a", " ", ""])).tolist()
    [False, True, True]
    """
    # Not utf8_trim_whitespace: it builds tables of all Unicode, 40 MB; other blanks are for prepare.
    found: NDArray[np.bool_] = as_integers(pc.binary_length(pc.ascii_trim_whitespace(texts))) == 0
    return found


@contextmanager
def returning_memory() -> Iterator[None]:
    """Take memory from the system for a while: Arrow's usual pool keeps several times what is read."""
    usual = pa.default_memory_pool()
    pa.set_memory_pool(pa.system_memory_pool())
    try:
        yield
    finally:
        pa.set_memory_pool(usual)
