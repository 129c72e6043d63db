"""Whole columns of an identifier: each distinct value once, whatever library holds the column."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from linkkit.encoded import Encoded, encode
from linkkit.errors import SpecError
from linkkit.prepare._column import Mask

from ._judge import Judged, text_of

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
    if isinstance(values, pa.Array | pa.ChunkedArray):
        return encode(values)
    if type(values).__module__.split(".")[0] == "polars":
        return encode(values.to_arrow())
    held = values if hasattr(values, "dtype") else list(values)
    try:
        return encode(pa.array(held, from_pandas=True))
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):  # values of several types
        return encode(pa.array([text_of(value) for value in held], pa.string()))
