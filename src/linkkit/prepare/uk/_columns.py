"""Whole columns of an identifier: each distinct value once, whatever library holds the column."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from linkkit._bytes import is_bytes, require_texts
from linkkit.encoded import Encoded, encode
from linkkit.errors import SpecError
from linkkit.prepare._column import Mask

from ._judge import Judged
from ._one_text import text_of

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = ["parsed", "valid", "written"]

Judge = Callable[["pa.StringArray"], Judged]


def valid(values: Any, judge: Judge) -> Mask:
    """Return which values of a column have no fault; shape (values,). What is missing is not valid."""
    column = _encoded(values)
    return np.concatenate([[False], ~judge(column.values[1:]).wrong()])[column.codes]


def written(values: Any, form: Callable[[pa.StringArray], pa.StringArray]) -> pd.Series:
    """Return a column in the form that a function gives its distinct texts; None where nothing is left."""
    import pandas as pd

    column = _encoded(values)
    texts = np.array([None, *(text or None for text in form(column.values[1:]).to_pylist())], object)
    return pd.Series(texts[column.codes], index=_index(values), name=getattr(values, "name", None), dtype=object)


def parsed(
    values: Any, judge: Judge, read: Callable[[str], Mapping[str, object]], parts: Sequence[str]
) -> pd.DataFrame:
    """Return what the values of a column say, a column for each part; None where a value is none or missing."""
    import pandas as pd

    column = _encoded(values)
    judged = judge(column.values[1:])
    texts, wrong = judged.values.to_pylist(), judged.wrong().tolist()
    rows = [None, *(None if bad else read(text) for text, bad in zip(texts, wrong, strict=True))]
    held = {part: _objects([None if row is None else row[part] for row in rows])[column.codes] for part in parts}
    index = _index(values)
    return pd.DataFrame({part: pd.Series(said, index=index, dtype=object) for part, said in held.items()})


def _objects(values: list[object]) -> np.ndarray:
    """Return values as an array of objects: of tuples, too, one each."""
    held = np.empty(len(values), object)
    held[:] = values
    return held


def _index(values: Any) -> Any:
    """Return the index of a pandas Series."""
    return values.index if type(values).__module__.split(".")[0] == "pandas" and hasattr(values, "index") else None


def _encoded(values: Any) -> Encoded:
    """Return a column of any library as distinct texts."""
    import pyarrow as pa

    is_text = isinstance(values, str | bytes | Mapping)
    is_table = hasattr(values, "column_names") or hasattr(values, "columns") or getattr(values, "ndim", 1) != 1
    if is_text or is_table or not hasattr(values, "__iter__"):
        raise SpecError(
            f"A column is wanted, a Series, an Arrow array or a list of values; got a {type(values).__name__}. For one "
            "value there are is_valid, normalise and parse."
        )
    if type(values).__module__.split(".")[0] == "polars":
        values = values.to_arrow()
    if isinstance(values, pa.Array | pa.ChunkedArray):
        return _of_arrow(values)
    held = values if hasattr(values, "dtype") else list(values)
    try:
        column = pa.array(held, from_pandas=True)
    except (pa.ArrowException, OverflowError, TypeError):  # several types, or one that Arrow has not
        return encode(pa.array([text_of(value) for value in held], pa.string()))
    return _of_arrow(column)


def _of_arrow(column: pa.Array | pa.ChunkedArray) -> Encoded:
    """Return an Arrow column as distinct texts, those that its values have alone."""
    import pyarrow as pa

    if pa.types.is_nested(column.type):
        raise SpecError(f"A column of single values is wanted; got {column.type}. Take its values apart first.")
    if is_bytes(column.type):
        whole = pa.chunked_array([column]) if isinstance(column, pa.Array) else column
        return encode(require_texts(whole, np.arange(len(whole)), "values", "bytes"))
    if pa.types.is_timestamp(column.type) or str(column.type).startswith("extension"):
        return encode(pa.array([text_of(value) for value in column.to_pylist()], pa.string()))
    return encode(column)
