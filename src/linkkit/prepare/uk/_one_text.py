"""One value of any library as the text that it is read as: the same alone and in a column."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np

from linkkit.errors import DataError, SpecError

__all__ = ["text_of"]

_MISSING = ("NAType", "NaTType")
_MIDNIGHT = datetime.time()
# Floats from here on are no integers of 64 bits, and written as floats.
_WHOLE = 2.0**63


def text_of(value: Any) -> str:
    """Return one value as a text; an empty text where it is missing, in whatever form libraries have for that.

    Whole floats are written as integers, times at midnight as days, bytes as text in UTF-8.

    Raises
    ------
    SpecError
        Where there are several values.
    DataError
        Where it is bytes that are no text in UTF-8.

    Examples
    --------
    >>> text_of(-0.0), text_of(b"LS1"), text_of(datetime.datetime(2001, 2, 3)), text_of(float("nan"))
    ('0', 'LS1', '2001-02-03', '')
    """
    if isinstance(value, str):
        return value
    value = value.as_py() if hasattr(value, "as_py") else value
    if isinstance(value, bytes | bytearray | memoryview):
        return _decoded(bytes(value))
    if isinstance(value, np.datetime64):
        value = value.astype("datetime64[us]").item()
    if (hasattr(value, "__len__") and not isinstance(value, str)) or hasattr(value, "__arrow_c_stream__"):
        raise SpecError(
            f"One value is wanted; got a {type(value).__name__}. For columns there are is_valid_column, "
            "normalise_column and parse_column."
        )
    if value is None or type(value).__name__ in _MISSING or value != value:
        return ""
    if isinstance(value, float | np.floating) and abs(float(value)) < _WHOLE and value == int(value):
        return str(int(value))
    if isinstance(value, datetime.datetime) and value.time() == _MIDNIGHT:
        return value.date().isoformat()
    return str(value)


def _decoded(held: bytes) -> str:
    try:
        return held.decode("utf-8")
    except UnicodeDecodeError:
        pass
    # Raised here, so that the error of the codec, which holds the bytes, is no part of it.
    raise DataError("The value is bytes that are no text in UTF-8; decode it first, for example as latin-1.")
