"""Write a file with its manifest beside it, and read it again only if it is what the manifest says."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkkit.errors import row_list
from linkkit.files import atomic_write, sha256, write_json

from ._manifest import ColumnCount, HandoverError, KeyFacts, Manifest

if TYPE_CHECKING:
    import pyarrow as pa

    from linkkit.pseudonymise._terms import Terms

__all__ = ["HandoverError", "manifest_path", "read_file", "write_file"]

# Texts that can be encodings: base32, base64 or hexadecimal of 16 bytes or more.
_ENCODED = r"^[A-Za-z0-9+/_=-]{22,}$"
_PARQUET = b"PAR1"
# Fewer bytes could be like those of a text by chance; so many values are looked at.
_FEWEST_BYTES, _MOST_VALUES = 64, 2_000


def manifest_path(path: str | os.PathLike[str]) -> Path:
    """Return where the manifest of a file stands: beside it.

    Examples
    --------
    >>> manifest_path("out/encoded.parquet").name
    'encoded.parquet.manifest.json'
    """
    return Path(path).with_name(Path(path).name + ".manifest.json")


def write_file(
    table: pa.Table,
    path: str | os.PathLike[str],
    kind: str,
    *,
    record_key: str = "record_key",
    made_by: Mapping[str, Any] | None = None,
    key: KeyFacts | None = None,
    invalid: Mapping[str, int] | None = None,
    terms: Terms | None = None,
) -> Manifest:
    """Write a table as Parquet, and its manifest beside it; both are renamed into place, the manifest last.

    Parameters
    ----------
    table
        An Arrow table; of kind ``encoded`` it may hold the record key and encodings alone.
    path
        Where to write, ending in ``.parquet``.
    kind
        What it is (:data:`KINDS`).
    record_key, made_by, key
        As in :class:`Manifest`.
    invalid
        How many records held something that could not be encoded, by column.
    terms
        What a linkage of it must hold to, from the data card.

    Raises
    ------
    HandoverError
        Where record keys are missing or repeat, or an encoded file would hold clear values.
    """
    import pyarrow.parquet as pq

    from linkkit import __version__

    name = Path(path).name
    if Path(path).suffix != ".parquet":
        raise HandoverError(f"{name}: files that are handed over are Parquet; name it with the ending .parquet.")
    columns = tuple(
        ColumnCount(column, table[column].null_count, int((invalid or {}).get(column, 0)))
        for column in table.column_names
    )
    manifest = Manifest(
        kind, len(table), columns, record_key, dict(made_by or {}), key, linkkit=__version__, terms=terms
    )
    _check_keys(table, manifest, name)
    _check_encoded(table, manifest, name)
    with atomic_write(path) as beside:
        pq.write_table(table, beside, compression="zstd", store_schema=False)
        manifest = replace(manifest, sha256=sha256(beside))
    write_json(manifest_path(path), manifest.to_dict())
    return manifest


def read_file(path: str | os.PathLike[str], kind: str | None = None) -> tuple[pa.Table, Manifest]:
    """Read a file that was handed over, if it is what its manifest says.

    Parameters
    ----------
    path
        The Parquet file; its manifest stands beside it.
    kind
        What it must be.

    Raises
    ------
    HandoverError
        Where the manifest or the file is not there, is cut short, edited, of another kind, or holds clear values where
        it should hold encodings. What differs and how to mend it is said; no value is.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    name, beside = Path(path).name, manifest_path(path)
    if not Path(path).is_file():
        raise HandoverError(f"{name}: there is no such file.")
    if not beside.is_file():
        raise HandoverError(
            f"{name}: its manifest {beside.name} is not beside it. Have both sent, and keep them together."
        )
    try:
        data = json.loads(beside.read_text("utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError):
        raise HandoverError(f"{beside.name} is not JSON: it was cut short or edited. Have it sent again.") from None
    manifest = Manifest.from_dict(data, beside.name)
    if kind is not None and manifest.kind != kind:
        raise HandoverError(f"{name} is a file of kind {manifest.kind}; one of kind {kind} is needed here.")
    with open(path, "rb") as file:
        if file.read(4) != _PARQUET:
            raise HandoverError(f"{name} is no Parquet file; nothing else is opened, and no pickle ever.")
    if sha256(path) != manifest.sha256:
        raise HandoverError(
            f"{name} is not the file that its manifest was written for: it was edited, cut short, or belongs to "
            "another release. Have both sent again."
        )
    try:
        table = pq.read_table(path)
    except pa.ArrowException as error:
        raise HandoverError(f"{name} cannot be read as Parquet ({type(error).__name__}).") from None
    told = [column.name for column in manifest.columns]
    if table.column_names != told or len(table) != manifest.rows:
        raise HandoverError(
            f"{name} holds {len(table):,} records and {len(table.column_names)} columns; its manifest tells of "
            f"{manifest.rows:,} and {len(told)}."
        )
    _check_keys(table, manifest, name)
    _check_encoded(table, manifest, name)
    return table, manifest


def _check_keys(table: pa.Table, manifest: Manifest, name: str) -> None:
    """Refuse record keys that are absent, missing or repeated; in research a person may have several records."""
    import numpy as np

    if manifest.record_key not in table.column_names:
        raise HandoverError(f"{name} has no column {manifest.record_key!r} that names its records.")
    keys = table[manifest.record_key].combine_chunks()
    if keys.null_count:
        rows = np.flatnonzero(keys.is_null().to_numpy(zero_copy_only=False)).tolist()
        raise HandoverError(f"{name}: the record key is missing in {keys.null_count:,} records ({row_list(rows)}).")
    if manifest.kind == "research":
        return
    codes = keys.dictionary_encode().indices.to_numpy()
    counts = np.bincount(codes, minlength=1)
    repeated = np.flatnonzero(counts[codes] > 1) if len(codes) else codes
    if len(repeated):
        raise HandoverError(
            f"{name}: {len(repeated):,} records share a record key with another ({row_list(repeated.tolist())}). Each "
            "record needs one of its own: have the file made again from records that are each there once."
        )


def _check_encoded(table: pa.Table, manifest: Manifest, name: str) -> None:
    """Refuse an encoded file with a column that can be read."""
    if manifest.kind != "encoded":
        return
    clear = [
        column for column in table.column_names if column != manifest.record_key and not _is_encoded(table[column])
    ]
    if clear:
        raise HandoverError(
            f"{name} is to hold encodings alone, but {len(clear)} of its columns hold values that can be read: "
            f"{', '.join(map(repr, clear))}. Leave them out where the file is made, or encode them."
        )


def _is_encoded(column: pa.ChunkedArray) -> bool:
    """Whether a column can hold encodings: bytes of one length, or texts of one length that are no words."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_null(kind):
        return True
    if pa.types.is_fixed_size_binary(kind):
        return not _is_text(column)
    if pa.types.is_unsigned_integer(kind):
        return True  # which fields a record holds, as bits
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_binary(kind)):
        return False
    lengths = pc.min_max(pc.binary_length(column)).as_py()
    if lengths["min"] is None:
        return True
    if lengths["min"] != lengths["max"] or lengths["min"] < 16:
        return False
    if pa.types.is_binary(kind):
        return not _is_text(column)
    return bool(pc.all(pc.match_substring_regex(column, _ENCODED)).as_py())


def _is_text(column: pa.ChunkedArray) -> bool:
    """Whether most bytes are such as of texts, padded or not: of filters, some six in ten values of a byte at most."""
    import numpy as np

    looked_at = column.drop_null().slice(0, _MOST_VALUES).unique()
    values = [np.frombuffer(value, np.uint8) for value in looked_at.to_pylist()]
    if sum(map(len, values)) < _FEWEST_BYTES:
        return False
    printed = [bool(((value == 0) | ((value >= 32) & (value < 127))).all()) for value in values]
    return sum(printed) > len(printed) / 2
