"""Open what users have: data frames of any library, and CSV and Parquet files."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from .errors import DataError, row_list

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Source", "open_table"]


class Source(Protocol):
    """A table that can be read column by column."""

    @property
    def columns(self) -> Sequence[str]:
        """The names of its columns."""
        ...

    def read(self, columns: list[str]) -> pa.Table:
        """Read some columns."""
        ...

    def text_columns(self, columns: Sequence[str]) -> list[str]:
        """Those of the columns that hold text."""
        ...

    def sample(self, column: str, size: int) -> list[str]:
        """Some values of a text column that are not missing."""
        ...


def open_table(table: Any, name: str, encoding: str = "utf-8") -> Source:
    """Open a data frame or file for reading.

    Raises
    ------
    DataError
        Where it is not a table, or a file is not what its ending says.
    """
    if isinstance(table, str | os.PathLike):
        return _open_path(os.fspath(table), name, encoding)
    if type(table).__module__.split(".")[0] == "pandas":
        return _PandasSource(table, name)
    if hasattr(table, "__arrow_c_stream__"):
        import pyarrow as pa

        return _ArrowSource(pa.table(table), name)
    raise DataError(
        f"{name}: expected a pandas or polars DataFrame, an Arrow table, a DuckDB relation or the path of a CSV or Parquet "
        f"file; got {type(table).__name__}."
    )


def _open_path(path: str, name: str, encoding: str) -> Source:
    if not os.path.isfile(path):
        raise DataError(f"{name}: there is no file {path!r}.")
    if os.path.getsize(path) == 0:
        raise DataError(f"{name}: the file {path!r} is empty.")
    lower = path.lower()
    with open(path, "rb") as file:
        head = file.read(4)
    is_parquet = head == b"PAR1"
    if lower.endswith((".parquet", ".pq")):
        if not is_parquet:
            raise DataError(f"{name}: {path!r} ends like a Parquet file and is not one (it does not begin with PAR1).")
        return _ParquetSource(path, name)
    if lower.endswith((".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz")):
        if is_parquet or head[:2] == b"PK" or b"\x00" in head[:4]:
            kind = "Parquet" if is_parquet else "Excel or zip" if head[:2] == b"PK" else "binary"
            raise DataError(f"{name}: {path!r} ends like a text table and is a {kind} file; give it its right ending.")
        return _ArrowSource(_read_csv(path, name, encoding, "\t" if ".tsv" in lower else ","), name)
    raise DataError(f"{name}: {path!r} must end in .csv, .csv.gz, .tsv or .parquet.")


def _read_csv(path: str, name: str, encoding: str, delimiter: str) -> pa.Table:
    import pyarrow as pa
    from pyarrow import csv

    try:
        with csv.open_csv(
            path,
            csv.ReadOptions(encoding=encoding, block_size=1 << 24),
            csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
        ) as reader:
            columns = reader.schema.names
        return csv.read_csv(
            path,
            csv.ReadOptions(encoding=encoding),
            csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            csv.ConvertOptions(
                column_types=dict.fromkeys(columns, pa.string()), strings_can_be_null=True, null_values=[""]
            ),
        )
    except (pa.ArrowInvalid, UnicodeDecodeError, LookupError) as error:
        raise DataError(f"{name}: {path!r} cannot be read as text in {encoding}. {_csv_hint(error)}") from None


def _csv_hint(error: Exception) -> str:
    text = str(error)
    if "UTF8" in text or "utf-8" in text or isinstance(error, UnicodeDecodeError):
        return "Its bytes are in another encoding: try encoding='cp1252' (Windows) or 'latin-1', or save it as UTF-8."
    if "Expected" in text and "columns" in text:
        return (
            "Its rows do not all have the same number of columns: "
            + text.split("Row", 1)[-1].split(":")[0].strip()
            + "."
        )
    if "Empty CSV" in text:
        return "It has no header."
    return "Check the separator, the quotes and the encoding."


class _ArrowSource:
    """An Arrow table in memory."""

    def __init__(self, table: pa.Table, name: str) -> None:
        self._table = table
        self._name = name

    @property
    def columns(self) -> Sequence[str]:
        return self._table.column_names  # type: ignore[no-any-return]

    def read(self, columns: list[str]) -> pa.Table:
        return self._table.select(columns)

    def text_columns(self, columns: Sequence[str]) -> list[str]:
        return _text_columns(self._table.schema, columns)

    def sample(self, column: str, size: int) -> list[str]:
        return _sample(self._table[column], size)


class _PandasSource:
    """A pandas DataFrame; only the columns asked for are converted."""

    def __init__(self, frame: Any, name: str) -> None:
        self._frame = frame
        self._name = name
        self.columns = [str(column) for column in frame.columns]
        if len(set(self.columns)) < len(self.columns):
            repeated = sorted({column for column in self.columns if self.columns.count(column) > 1})
            raise DataError(f"{name}: the columns {', '.join(map(repr, repeated))} stand more than once.")

    def read(self, columns: list[str]) -> pa.Table:
        import pyarrow as pa

        return pa.table({column: self._convert(column) for column in columns})

    def text_columns(self, columns: Sequence[str]) -> list[str]:
        dtypes = {str(column): str(self._frame.dtypes.iloc[place]) for place, column in enumerate(self._frame.columns)}
        return [column for column in columns if dtypes[column] in ("object", "str", "string", "category")]

    def sample(self, column: str, size: int) -> list[str]:
        series = self._frame.iloc[:, self.columns.index(column)].dropna().head(size)
        return [value for value in series if isinstance(value, str)]

    def _convert(self, column: str) -> pa.Array:
        import pyarrow as pa

        series = self._frame.iloc[:, self.columns.index(column)]
        try:
            return (
                pa.chunked_array([pa.Array.from_pandas(series)])
                if len(series)
                else pa.chunked_array([pa.array([], pa.string())])
            )
        except (pa.ArrowInvalid, pa.ArrowTypeError, TypeError):
            raise DataError(self._mixed_types(column, series)) from None
        except ValueError:
            raise DataError(f"{self._name}: the column {column!r} cannot be read.") from None

    def _mixed_types(self, column: str, series: Any) -> str:
        kinds = series[series.notna()].map(lambda value: type(value).__name__)
        counts = kinds.value_counts()
        usual = counts.index[0]
        others = [
            row + 1
            for row, kind in enumerate(series.map(lambda value: type(value).__name__))
            if kind in set(counts.index[1:])
        ]
        found = ", ".join(f"{kind} in {count:,}" for kind, count in counts.items())
        return (
            f"{self._name}: the column {column!r} mixes types: {found} records ({row_list(others)} not {usual}). "
            f"Make it one type, for example with frame[{column!r}].astype('string')."
        )


class _ParquetSource:
    """A Parquet file; text columns are read as dictionaries, which is much faster."""

    def __init__(self, path: str, name: str) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._path = path
        self._name = name
        try:
            self._schema = pq.read_schema(path)
        except (pa.ArrowInvalid, OSError):
            raise DataError(f"{name}: {path!r} is damaged or cut short; it cannot be read as Parquet.") from None
        self.columns = self._schema.names

    def read(self, columns: list[str]) -> pa.Table:
        import pyarrow as pa
        import pyarrow.parquet as pq

        texts = _text_columns(self._schema, columns)
        try:
            return pq.read_table(self._path, columns=columns, read_dictionary=texts)
        except (pa.ArrowInvalid, OSError):
            raise DataError(f"{self._name}: {self._path!r} is damaged; its columns cannot be read.") from None

    def text_columns(self, columns: Sequence[str]) -> list[str]:
        return _text_columns(self._schema, columns)

    def sample(self, column: str, size: int) -> list[str]:
        import pyarrow.parquet as pq

        batches = pq.ParquetFile(self._path).iter_batches(batch_size=size, columns=[column])
        return _sample(next(batches).column(0), size)


def _text_columns(schema: pa.Schema, columns: Sequence[str]) -> list[str]:
    import pyarrow as pa

    def is_text(kind: pa.DataType) -> bool:
        if pa.types.is_dictionary(kind):
            kind = kind.value_type
        return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))

    return [column for column in columns if is_text(schema.field(column).type)]


def _sample(column: Any, size: int) -> list[str]:
    return [str(value) for value in column.slice(0, size * 4).drop_null().slice(0, size).to_pylist()]
