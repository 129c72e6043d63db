"""Read the columns of a table that were named, of a frame, a file or a Dataset; ids as numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from linkkit._arrow import as_integers, as_mask, positions
from linkkit._days import DayColumn
from linkkit._reading import open_table
from linkkit.dataset import Dataset
from linkkit.encoded import encode, without_views
from linkkit.errors import DataError, did_you_mean, row_list

__all__ = ["NamedColumns", "number_ids", "read_columns", "refuse_repeated", "refuse_unreadable"]

Numbers = NDArray[np.int64]


class NamedColumns:
    """The columns that a table of spells or people is made of.

    Parameters
    ----------
    name
        How messages call the table.
    table
        The columns under the names that they go by here.
    sources
        For each the name it has in the table.
    rows
        The row of the table each row came from, counted from 0.
    """

    def __init__(self, name: str, table: pa.Table, sources: Mapping[str, str], rows: Numbers) -> None:
        self.name, self.table, self.sources, self.rows = name, table, sources, rows

    def __len__(self) -> int:
        return len(self.rows)

    def where(self, column: str) -> str:
        """Return table and column for a message."""
        return f"{self.name}: {column} (column {self.sources[column]!r})"

    def row_list(self, is_hit: NDArray[np.bool_]) -> str:
        """Return the numbers of some rows for a message, counted from 1."""
        return row_list(np.sort(self.rows[is_hit] + 1).tolist())


def read_columns(table: Any, name: str | None, usual: str, wanted: Mapping[str, str | None]) -> NamedColumns:
    """Read columns by the names that they shall go by here; those named None are left out.

    Raises
    ------
    DataError
        Where it is no table, holds no rows, or a column is not there or blinded.
    """
    sources = {here: column for here, column in wanted.items() if column is not None}
    if isinstance(table, NamedColumns):  # read already
        return NamedColumns(name or table.name, table.table.select(list(sources)), table.sources, table.rows)
    if isinstance(table, Dataset):
        name = name or table.name
        _require(name, table.columns, sources)
        _refuse_blinded(name, table.blinded, sources)
        columns = {here: table.table_column(column) for here, column in sources.items()}
        return NamedColumns(name, pa.table({here: _plain(c) for here, c in columns.items()}), sources, table.order)
    name = name or usual
    source = open_table(table, name)
    _require(name, source.columns, sources)
    read = source.read(list(dict.fromkeys(sources.values())))
    columns = {here: _plain(read[column]) for here, column in sources.items()}
    return NamedColumns(name, pa.table(columns), sources, np.arange(len(read)))


def number_ids(column: pa.ChunkedArray, where: str | None = None) -> tuple[Numbers, pa.Array]:
    """Return for each row the place of its id among the distinct ids, -1 where missing; and these, rising.

    Parameters
    ----------
    where
        Table and column, for the message where it holds lists or structs.

    Examples
    --------
    >>> numbers, ids = number_ids(pa.chunked_array([["b", None, "a", "b"]]))
    >>> numbers.tolist(), ids.to_pylist()
    ([1, -1, 0, 1], ['a', 'b'])
    """
    if pa.types.is_integer(column.type):
        whole = column.cast(pa.int64())
        known = as_mask(_one(whole.is_valid()))
        distinct, place = np.unique(as_integers(_one(whole))[known], return_inverse=True)
        numbers = np.full(len(known), -1, np.int64)
        numbers[known] = place
        return numbers, positions(distinct)
    texts = encode(column, where=where)
    values = texts.values.slice(1).cast(pa.large_string())
    order = as_integers(pc.sort_indices(values)).astype(np.int64)
    rank = np.empty(len(order) + 1, np.int64)
    rank[0] = -1
    rank[order + 1] = np.arange(len(order))
    used = np.zeros(len(order) + 1, np.bool_)
    numbers = rank[texts.codes]
    used[numbers[numbers >= 0]] = True  # a dictionary may hold values that no row has
    below = np.cumsum(used) - 1
    kept = values.take(positions(order[used[: len(order)]]))
    return np.where(numbers >= 0, below[numbers], -1), kept


def refuse_unreadable(columns: NamedColumns, column: str, days: DayColumn, instead: str) -> None:
    """Raise DataError where something stands that is no date, with the rows and how to mend it."""
    if days.is_unreadable.any():
        raise DataError(
            f"{columns.where(column)} is no date in ISO form (2024-09-01) in {days.is_unreadable.sum():,} of "
            f"{len(columns):,} rows ({columns.row_list(days.is_unreadable)}). Convert it first, for example with "
            f"pandas.to_datetime(..., format='%d/%m/%Y'), or {instead}, which counts them."
        )


def refuse_repeated(columns: NamedColumns, column: str, numbers: Numbers) -> None:
    """Raise DataError where an id is missing or stands twice."""
    missing = numbers < 0
    if missing.any():
        raise DataError(f"{columns.where(column)} is missing in {missing.sum():,} rows ({columns.row_list(missing)}).")
    repeated = np.bincount(numbers)[numbers] > 1 if len(numbers) else missing
    if repeated.any():
        raise DataError(
            f"{columns.where(column)} stands more than once in {repeated.sum():,} rows ({columns.row_list(repeated)}). "
            "Name a column that tells the rows apart, or leave it out."
        )


def _require(name: str, there: Iterable[str], sources: Mapping[str, str]) -> None:
    there = list(there)
    for here, column in sources.items():
        if column not in there:
            hint = did_you_mean(str(column), there) or f" It has: {', '.join(map(str, there))}."
            raise DataError(f"{name}: {here} names the column {column!r}, which is not there.{hint}")


def _refuse_blinded(name: str, blinded: Iterable[str], sources: Mapping[str, str]) -> None:
    for here, column in sources.items():
        if column in blinded:
            raise DataError(f"{name}: {here} names the column {column!r}, which is blinded.")


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return without_views(column if isinstance(column, pa.ChunkedArray) else pa.chunked_array([column]))


def _one(column: pa.ChunkedArray) -> pa.Array:
    """Return a column as one array; pyarrow keeps chunks for none and for very many."""
    combined = column.combine_chunks()
    if isinstance(combined, pa.ChunkedArray):
        return pa.concat_arrays(combined.chunks) if combined.num_chunks else pa.array([], combined.type)
    return combined
