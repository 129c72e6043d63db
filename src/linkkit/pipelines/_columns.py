"""Columns that a part of a pipeline names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkkit.errors import DataError, did_you_mean

if TYPE_CHECKING:
    import pyarrow as pa

    from linkkit.dataset import Dataset

__all__ = ["named_column"]


def named_column(dataset: Dataset, column: str, part: str) -> pa.ChunkedArray:
    """Return a column of a dataset, in the order of ids, that a part of a pipeline names.

    Raises
    ------
    DataError
        Where it is not there, with the part that names it, or blinded.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.dataset import Dataset
    >>> named_column(Dataset(pd.DataFrame({"id": [1], "end_date": ["2024-01-01"]})), "enddate", "end")
    Traceback (most recent call last):
    ...
    linkkit.errors.DataError: dataset: end names the column 'enddate', which is not there. Did you mean 'end_date'?
    """
    if column not in dataset.columns:
        hint = did_you_mean(column, dataset.columns) or f" It has: {', '.join(map(str, dataset.columns))}."
        raise DataError(f"{dataset.name}: {part} names the column {column!r}, which is not there.{hint}")
    return dataset.table_column(column)
