"""Columns of bytes: texts without the mark of a text, as some Parquet writers leave them, or what is no text at all."""

from __future__ import annotations

import binascii
from typing import TYPE_CHECKING

from .errors import DataError, row_list
from .fields import ENCODED_KINDS, Field

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

__all__ = ["field_columns", "is_bytes", "require_texts", "spelled_bytes", "text_of_bytes", "texts_of_bytes"]


def is_bytes(kind: pa.DataType) -> bool:
    """Whether an Arrow type is of bytes, as they stand or as a dictionary."""
    import pyarrow as pa

    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(
        pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_fixed_size_binary(kind)
        or str(kind) == "binary_view"
    )


def text_of_bytes(column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    r"""Return bytes as text in UTF-8, the zeros that pad bytes of one length left out; None where some are no text.

    Examples
    --------
    >>> import pyarrow as pa
    >>> text_of_bytes(pa.chunked_array([pa.array([b"Zo\xc3\xab", None])])).to_pylist()
    ['Zoë', None]
    >>> text_of_bytes(pa.chunked_array([pa.array([b"\xff\xfe"])])) is None
    True
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    plain = _plain(column)
    is_padded = pa.types.is_fixed_size_binary(plain.type)
    try:
        texts = (plain.cast(pa.binary()) if is_padded else plain).cast(pa.string())
    except pa.ArrowInvalid:
        return None
    return pc.utf8_rtrim(texts, "\x00") if is_padded else texts


def texts_of_bytes(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column as text where it is bytes of any length that are text in UTF-8, else as it stands."""
    import pyarrow as pa

    if not is_bytes(column.type) or pa.types.is_fixed_size_binary(column.type):
        return column
    texts = text_of_bytes(column)
    return column if texts is None else texts


def spelled_bytes(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return bytes in base64; no bytes at all are an empty text."""
    import pyarrow as pa

    held = _plain(column).to_pylist()
    spelled = (None if one is None else binascii.b2a_base64(one, newline=False) for one in held)
    return pa.chunked_array([pa.array(spelled, pa.binary()).cast(pa.string())])


def field_columns(
    table: pa.Table, field: Field, name: str, order: NDArray[np.int64], taken: NDArray[np.int64]
) -> list[pa.ChunkedArray]:
    """Return the columns of a field, bytes as text where it holds no encodings.

    Parameters
    ----------
    table, field
        A table, and a field that stands in some of its columns.
    name
        What messages call the dataset.
    order, taken
        Shape (records,): the row of the source, and that of the table, of each record.

    Raises
    ------
    DataError
        Where bytes are no text, by dataset, column and rows.
    """
    import numpy as np

    columns = [table[column] for column in field.columns]
    if field.kind in ENCODED_KINDS or not any(is_bytes(column.type) for column in columns):
        return columns
    rows = np.arange(len(table))
    rows[taken] = order
    return [
        require_texts(held, rows, name, label, f', or say that it holds encodings: linkkit.Field({label!r}, "filter")')
        for held, label in zip(columns, field.columns, strict=True)
    ]


def require_texts(
    column: pa.ChunkedArray, rows: NDArray[np.int64], name: str, label: str, mend: str = ""
) -> pa.ChunkedArray:
    """Return a column as text where it is bytes.

    Parameters
    ----------
    column
        The column.
    rows
        For each of its values, the row of the table it came from, counted from 0.
    name, label
        What messages call the dataset and the column.
    mend
        What else to do about bytes that are no text.

    Raises
    ------
    DataError
        Where some bytes are no text in UTF-8.
    """
    import numpy as np

    if not is_bytes(column.type):
        return column
    texts = text_of_bytes(column)
    if texts is not None:
        return texts
    wrong = np.sort(rows[[not _is_text(held) for held in _plain(column).to_pylist()]]) + 1
    raise DataError(
        f"{name}: the column {label!r} holds bytes, and in {len(wrong):,} of {len(column):,} records "
        f"({row_list(wrong.tolist())}) they are no text in UTF-8. Make them text, for example with "
        f"frame[{label!r}].str.decode('latin-1'){mend}."
    )


def _is_text(held: bytes | None) -> bool:
    try:
        (held or b"").decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column of bytes without a dictionary, and not as views, with which older pyarrow does nothing."""
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if str(column.type) != "binary_view":
        return column
    return pa.chunked_array([pa.array(chunk.to_pylist(), pa.binary()) for chunk in column.chunks], pa.binary())
