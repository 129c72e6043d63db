"""CSV files of people, read as the commands of clkhash read them."""

from __future__ import annotations

import codecs
import csv
import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

from linkkit.errors import DataError

from ._encode import SchemaLike
from ._read_schema import read_schema
from ._schema import Schema

__all__ = ["read_rows"]

_MARK = "\ufeff"  # the byte order mark, with which some programs begin a text


def read_rows(
    path: str | os.PathLike[str],
    schema: SchemaLike,
    *,
    header: bool = True,
    check_header: bool = True,
    strip: bool = False,
    encoding: str = "utf-8",
) -> list[tuple[str, ...]]:
    r"""Read a CSV file as clkhash 0.18.3 does: columns by their order, values as they stand.

    Parameters
    ----------
    path
        The file: values between commas, one for each feature of the schema in its order, ignored ones too.
    schema
        As for :func:`encode`.
    header
        Whether the first row holds names of columns.
    check_header
        Whether these names must be the identifiers of the schema, letter for letter.
    strip
        Whether blanks around values are taken away, as clkhash did up to 0.18.1, and 0.18.2 and later do not. It
        decides bits: all parties must do the same.
    encoding
        Its character encoding.

    Returns
    -------
    list of tuple of str
        A tuple for each row, for :func:`encode`.

    Raises
    ------
    DataError
        Where it is not there, is no CSV file in this encoding, or has another header.
    SchemaError
        Where the schema cannot be used.

    Examples
    --------
    >>> import tempfile
    >>> from linkkit.pseudonymise.clkhash import IgnoredFeature, Schema
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "people.csv"
    ...     _ = path.write_text("row,town\n1,  Leeds\n2,\n")
    ...     schema = Schema((IgnoredFeature("row"), IgnoredFeature("town")), 64)
    ...     read_rows(path, schema), read_rows(path, schema, strip=True)
    ([('1', '  Leeds'), ('2', '')], [('1', 'Leeds'), ('2', '')])
    """
    read, name = read_schema(schema), Path(path).name
    rows = _cells(Path(path), encoding)
    first = next(rows, None)
    if first is None:
        if header:
            raise DataError(f"{name}: the file is empty; expected a header. Say that there is none (header=False).")
        return []
    if header:
        if check_header:
            _check_header([first[0].removeprefix(_MARK), *first[1:]] if first else first, read, name)
        return _as_tuples(rows, strip)
    if first and first[0].startswith(_MARK):
        raise DataError(
            f"{name}: the file begins with a byte order mark, which clkhash encodes as a part of the first value. "
            "Save it without, or read it as utf-8-sig, which differs from clkhash in the first row."
        )
    return _as_tuples(chain([first], rows), strip)


def _cells(path: Path, encoding: str) -> Iterator[list[str]]:
    """The rows of a file; line ends within values are read as clkhash reads them, by the default of ``open``."""
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise DataError(f"There is no character encoding {encoding!r}; such as utf-8, cp1252 or latin-1.") from None
    try:
        with path.open(encoding=encoding) as file:
            yield from csv.reader(file)
    except FileNotFoundError:
        raise DataError(f"There is no file {os.fspath(path)!r}.") from None
    except UnicodeError:
        raise DataError(
            f"{path.name}: the file is not CSV in {encoding}. Name its encoding; all parties need the same text."
        ) from None
    except csv.Error as error:
        raise DataError(f"{path.name}: the file is not CSV: {error}.") from None


def _as_tuples(rows: Iterable[Sequence[str]], strip: bool) -> list[tuple[str, ...]]:
    return [tuple(map(str.strip, cells)) if strip else tuple(cells) for cells in rows]


def _check_header(found: Sequence[str], schema: Schema, name: str) -> None:
    """Refuse another header. Its cells are not shown: without a header they are the values of a person."""
    wanted = [feature.identifier for feature in schema.features]
    how = "Rename or reorder the columns; or say that there is no header (--no-header), or not to check it."
    if len(found) != len(wanted):
        raise DataError(
            f"{name}: the header has {len(found)} columns, and the linkage schema {len(wanted)} features (ignored ones "
            f"too): {', '.join(wanted)}. {how}"
        )
    wrong = [f"column {place} should be {want!r}" for place, want in enumerate(wanted, 1) if found[place - 1] != want]
    if wrong:
        raise DataError(f"{name}: the header is not that of the linkage schema: {', '.join(wrong)}. {how}")
