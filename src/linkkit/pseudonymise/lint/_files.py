"""Files as what is to be judged: encodings, schemas, manifests and folders of them, CLKs, tables."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from linkkit._reading import open_table
from linkkit.errors import DataError
from linkkit.pseudonymise.clkhash import Schema, SchemaError, filter_bytes, read_schema
from linkkit.pseudonymise.encode import read_encoded
from linkkit.pseudonymise.encoding import Encoding
from linkkit.pseudonymise.handover import HandoverError, Manifest, read_file

from ._columns import Column, Role, read_column
from ._finding import Finding
from ._subject import Subject, of_manifest, roles_of

__all__ = ["of_files", "of_json"]

_MANIFEST = ".manifest.json"
_MOST_JSON_BYTES = 1 << 32
# A text of so many letters, at least one digit and no word break is no name of a column.
_ENCODED_HEADER = re.compile(r"(?=.*\d)[A-Za-z0-9+/=]{22,}")
_NAMES_OF_IDS = ("id", "recordid", "recordkey", "rowid", "row")


def of_files(path: Path, role: Role | None) -> Iterator[Subject]:
    """Give what is to be judged of a file, or of every manifest in a folder."""
    if path.is_dir():
        manifests = sorted(path.rglob(f"*{_MANIFEST}"))
        if not manifests:
            raise DataError(f"{path.name}: there is no manifest (*{_MANIFEST}) in this folder.")
        for manifest in manifests:
            yield _read_manifest(manifest)
    elif not path.is_file():
        raise DataError(f"There is no file {os.fspath(path)!r}.")
    elif path.name.endswith(_MANIFEST):
        yield _read_manifest(path)
    elif path.suffix.lower() == ".json":
        yield of_json(_json(path), path.name, role)
    elif path.with_name(path.name + _MANIFEST).is_file():
        yield _of_handed(path, role)
    else:
        yield _of_table(path, role)


def _json(path: Path) -> Any:
    if path.stat().st_size > _MOST_JSON_BYTES:
        raise DataError(f"{path.name}: the file is too large to be JSON that linkkit reads.")
    try:
        return json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        raise DataError(f"{path.name}: not a JSON file, or cut off. Ask for it again.") from None


def _read_manifest(path: Path) -> Subject:
    manifest = Manifest.from_dict(_json(path), path.name)
    return of_manifest(manifest, path.name.removesuffix(_MANIFEST), path.stat().st_mtime)


def of_json(data: Any, name: str, role: Role | None) -> Subject:
    """Return what JSON holds: an encoding, a manifest, a linkage schema or CLKs."""
    if isinstance(data, Mapping):
        if "linkkit_encoding" in data:
            return Subject(name, Encoding.from_dict(data, name or "The encoding"))
        if "linkkit_handover" in data:
            return of_manifest(Manifest.from_dict(data, name or "The manifest"), name)
        if "clkConfig" in data:
            return Subject(name, schema=_schema(data, name))
        if isinstance(data.get("clks"), list):
            return _of_clks(data["clks"], name, role)
    raise DataError(
        f"{name or 'The JSON'}: expected an encoding or a manifest of linkkit, a linkage schema of clkhash (with "
        '"clkConfig"), or CLKs ("clks").'
    )


def _schema(data: Mapping[str, Any], name: str) -> Schema:
    try:
        return read_schema(data)
    except SchemaError as error:
        raise DataError(f"{name or 'The schema'}: {error}") from None


def _of_clks(clks: list[Any], name: str, role: Role | None) -> Subject:
    import pyarrow as pa

    filters = filter_bytes(clks, name or "clks")
    values = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(filters.shape[1]), len(filters), [None, pa.py_buffer(filters.tobytes())]
    )
    order = Finding("row_order", "warning", "", "CLKs stand in the order of the rows that they were made of.")
    column = read_column("clk", values, role or "clk")
    return Subject(name, columns=(column,), findings=(order,) if len(filters) else ())


def _of_handed(path: Path, role: Role | None) -> Subject:
    beside = _read_manifest(path.with_name(path.name + _MANIFEST))
    manifest = beside.manifest
    assert manifest is not None
    if manifest.kind != "encoded":
        raise HandoverError(f"{path.name} is a file of kind {manifest.kind}: it holds no encodings to be judged.")
    if beside.encoding is not None:
        read_encoded(path)  # refuses what is not as its encoding says
    table, _ = read_file(path, "encoded")
    roles = roles_of(beside.encoding)
    own = manifest.record_key
    columns = tuple(read_column(name, table[name], roles.get(name, role)) for name in table.column_names if name != own)
    found = (*beside.findings, *_of_record_keys(table[own], own))
    return Subject(path.name, beside.encoding, None, columns, manifest, manifest.key, beside.written, found)


def _of_record_keys(keys: Any, name: str) -> Iterator[Finding]:
    """Give the finding of record keys that are numbers, or too short to be random."""
    import pyarrow as pa
    import pyarrow.compute as pc

    is_text = pa.types.is_string(keys.type) or pa.types.is_large_string(keys.type)
    shortest = pc.min(pc.utf8_length(keys)).as_py() if is_text and len(keys) else None
    if not is_text or (shortest is not None and shortest < 16):
        text = "record keys are short texts." if is_text else "record keys are no random texts."
        yield Finding("readable_record_keys", "warning", name, text, of_data=True)


def _of_table(path: Path, role: Role | None) -> Subject:
    """A table of which no manifest tells anything: columns are judged by their look."""
    table = open_table(path, path.name)
    names = list(table.columns)
    if any(_ENCODED_HEADER.fullmatch(name) for name in names):
        raise DataError(f"{path.name}: the first line holds no names of columns. Put a line with names above.")
    held = table.read(names)
    if not len(held):
        raise DataError(f"{path.name}: the table has no records.")
    columns = [read_column(name, held[name]) for name in names]
    ids = _id_columns(columns)
    said = [
        read_column(one.name, held[one.name], role) if role and one.role in ("filter", "clk", "token") else one
        for one in columns
        if one.name not in ids
    ]
    found = Finding("no_manifest", "warning", "", "there is no manifest beside it.")
    return Subject(path.name, columns=tuple(said), findings=(found,))


def _id_columns(columns: Sequence[Column]) -> set[str]:
    """Return the columns that name records: by their name, or the first, if it can be read and is another for each."""
    if len(columns) < 2:
        return set()
    named = {one.name for one in columns if re.sub("[^a-z]", "", one.name.lower()) in _NAMES_OF_IDS}
    first = columns[0]
    is_own = first.role == "clear" and len(set(first.codes.tolist())) == len(first.codes)
    return named | ({first.name} if is_own else set())
