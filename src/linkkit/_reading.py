"""Open what users have: data frames of any library, and CSV and Parquet files."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from ._arrow import returning_memory
from .encoded import is_text_view, without_views
from .errors import DataError, row_list

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
        return _ArrowSource(pa.table(table), name)
    raise DataError(
        f"{name}: expected a pandas or polars DataFrame, an Arrow table, a DuckDB relation or the path of a CSV or "
        f"Parquet file; got {type(table).__name__}."
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
        _check_text(path, name, head, encoding)
        return _ArrowSource(_read_csv(path, name, encoding), name)
    raise DataError(f"{name}: {path!r} must end in .csv, .csv.gz, .tsv or .parquet.")


def _check_text(path: str, name: str, head: bytes, encoding: str) -> None:
    """Raise DataError where a file that ends like a text table does not begin like one."""
    if path.lower().endswith(".gz"):
        if head[:2] != b"\x1f\x8b":
            raise DataError(f"{name}: {path!r} ends like a compressed table and is not one; take .gz off its name.")
        return
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") and not encoding.lower().startswith("utf-16"):
        raise DataError(f"{name}: {path!r} is text in UTF-16: give encoding='utf-16', or save it as UTF-8.")
    found = {b"PAR1": "a Parquet", b"PK\x03\x04": "an Excel or zip", b"\xd0\xcf\x11\xe0": "an old Excel"}.get(head)
    if head[:2] == b"\x1f\x8b":
        found = "a compressed"
    if found is None and b"\x00" in head and not encoding.lower().startswith(("utf-16", "utf-32")):
        found = "a binary"
    if found:
        raise DataError(f"{name}: {path!r} ends like a text table and is {found} file; give it its right ending.")


def _read_csv(path: str, name: str, encoding: str) -> pa.Table:
    from pyarrow import csv

    try:
        columns, delimiter = _header(path, encoding)
        return csv.read_csv(
            path,
            csv.ReadOptions(encoding=encoding),
            csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            csv.ConvertOptions(
                column_types=dict.fromkeys(columns, pa.string()), strings_can_be_null=True, null_values=[""]
            ),
        )
    except (pa.ArrowInvalid, UnicodeError, LookupError, OSError, EOFError) as error:
        hint = _csv_hint(error, path, encoding)
    # Raised here, so that the error of the reader, which quotes the row, is no part of it.
    raise DataError(f"{name}: {path!r} cannot be read as text in {encoding}. {hint}")


def _header(path: str, encoding: str) -> tuple[list[str], str]:
    """Return the names of a text table's columns, and what separates them: comma, semicolon, tab or bar."""
    import csv
    import gzip
    import io

    with gzip.open(path, "rb") if path.lower().endswith(".gz") else open(path, "rb") as file:
        text = io.TextIOWrapper(
            file, encoding="utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding, newline=""
        )
        line = text.readline()
        delimiter = max(",;\t|", key=lambda separator: (line.count(separator), separator == ","))
        return next(csv.reader([line], delimiter=delimiter), []), delimiter


def _csv_hint(error: Exception, path: str, encoding: str) -> str:
    text = str(error)
    if isinstance(error, LookupError):
        return "There is no such encoding; utf-8, utf-16, cp1252 and latin-1 are usual."
    if "UTF8" in text or "utf-8" in text or isinstance(error, UnicodeError):
        return "Its bytes are in another encoding: try encoding='cp1252' (Windows) or 'latin-1', or save it as UTF-8."
    if "Expected" in text and "columns" in text:
        return _uneven_rows(path, encoding)
    if isinstance(error, OSError | EOFError):
        return "It is damaged or cut short."
    return "Check the separator, the quotes and the encoding."


def _uneven_rows(path: str, encoding: str) -> str:
    """Name the rows that have more or fewer columns than the header."""
    from pyarrow import csv

    rows: list[int] = []

    def skip(row: Any) -> str:
        rows.append(row.number)
        return "skip"

    columns, delimiter = _header(path, encoding)
    with contextlib.suppress(pa.ArrowInvalid):
        csv.read_csv(
            path,
            csv.ReadOptions(encoding=encoding, use_threads=False),
            csv.ParseOptions(delimiter=delimiter, newlines_in_values=True, invalid_row_handler=skip),
            csv.ConvertOptions(column_types=dict.fromkeys(columns, pa.string())),
        )
    return (
        f"Its rows do not all have the same number of columns: the header has {len(columns)}, and {len(rows):,} rows "
        f"have another number ({row_list(rows)}, the header being row 1). Look for separators or quotes inside values."
    )


def _check_columns(columns: Sequence[str], name: str) -> None:
    if not columns:
        raise DataError(f"{name}: the table has no columns.")
    if len(set(columns)) < len(columns):
        repeated = sorted({column for column in columns if list(columns).count(column) > 1})
        raise DataError(f"{name}: the columns {', '.join(map(repr, repeated))} stand more than once.")


class _ArrowSource:
    """An Arrow table in memory."""

    def __init__(self, table: pa.Table, name: str) -> None:
        self._table = table
        self._name = name
        _check_columns(table.column_names, name)

    @property
    def columns(self) -> Sequence[str]:
        return self._table.column_names  # type: ignore[no-any-return]

    def read(self, columns: list[str]) -> pa.Table:
        table = self._table.select(columns)
        for place, column in enumerate(columns):
            table = table.set_column(place, column, without_views(table[column]))
        return table

    def text_columns(self, columns: Sequence[str]) -> list[str]:
        return _text_columns(self._table.schema, columns)

    def sample(self, column: str, size: int) -> list[str]:
        start = _ArrowSource(self._table.slice(0, size * 4), self._name)
        return _sample(start.read([column])[column], size)


class _PandasSource:
    """A pandas DataFrame; only the columns asked for are converted."""

    def __init__(self, frame: Any, name: str) -> None:
        self._frame = frame
        self._name = name
        self.columns = [str(column) for column in frame.columns]
        _check_columns(self.columns, name)

    def read(self, columns: list[str]) -> pa.Table:
        return pa.table({column: self._convert(column) for column in columns})

    def text_columns(self, columns: Sequence[str]) -> list[str]:
        dtypes = {str(column): str(self._frame.dtypes.iloc[place]) for place, column in enumerate(self._frame.columns)}
        return [column for column in columns if dtypes[column] in ("object", "str", "string", "category")]

    def sample(self, column: str, size: int) -> list[str]:
        series = self._frame.iloc[:, self.columns.index(column)].dropna().head(size)
        return [value for value in series if isinstance(value, str)]

    def _convert(self, column: str) -> pa.Array:
        series = self._frame.iloc[:, self.columns.index(column)]
        try:
            return (
                pa.chunked_array([pa.Array.from_pandas(series)])
                if len(series)
                else pa.chunked_array([pa.array([], pa.string())])
            )
        except OverflowError:
            raise DataError(
                f"{self._name}: the column {column!r} holds whole numbers of more than 64 bits. Make them text, for "
                f"example with frame[{column!r}].astype('string')."
            ) from None
        except (pa.ArrowInvalid, pa.ArrowTypeError, TypeError):
            raise DataError(self._mixed_types(column, series)) from None
        except ValueError:
            raise DataError(f"{self._name}: the column {column!r} cannot be read.") from None

    def _mixed_types(self, column: str, series: Any) -> str:
        kinds = series[series.notna()].map(lambda value: type(value).__name__)
        counts = kinds.value_counts()
        usual = counts.index[0]
        if len(counts) == 1:
            dates = f"pandas.to_datetime(frame[{column!r}]) or with " if usual == "datetime64" else ""
            return (
                f"{self._name}: the column {column!r} holds objects of the type {usual}, which linkkit cannot read. "
                f"Make them text, a number or a date, for example with {dates}frame[{column!r}].astype('string')."
            )
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
        self._path = path
        self._name = name
        try:
            self._schema = pq.read_schema(path)
        except (pa.ArrowInvalid, OSError):
            raise DataError(f"{name}: {path!r} is damaged or cut short; it cannot be read as Parquet.") from None
        self.columns = self._schema.names
        _check_columns(self.columns, name)

    def read(self, columns: list[str]) -> pa.Table:
        texts = _text_columns(self._schema, columns)
        try:
            # Not pq.read_table: it loads pyarrow.dataset, and pandas with it.
            with returning_memory(), pq.ParquetFile(self._path, read_dictionary=texts) as file:
                return file.read(columns=columns)
        except (pa.ArrowInvalid, OSError):
            raise DataError(f"{self._name}: {self._path!r} is damaged; its columns cannot be read.") from None

    def text_columns(self, columns: Sequence[str]) -> list[str]:
        return _text_columns(self._schema, columns)

    def sample(self, column: str, size: int) -> list[str]:
        batches = pq.ParquetFile(self._path).iter_batches(batch_size=size, columns=[column])
        return _sample(next(batches).column(0), size)


def _text_columns(schema: pa.Schema, columns: Sequence[str]) -> list[str]:
    def is_text(kind: pa.DataType) -> bool:
        if pa.types.is_dictionary(kind):
            kind = kind.value_type
        return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or is_text_view(kind))

    return [column for column in columns if is_text(schema.field(column).type)]


def _sample(column: Any, size: int) -> list[str]:
    return [str(value) for value in column.slice(0, size * 4).drop_null().slice(0, size).to_pylist()]
