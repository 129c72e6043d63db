"""What the linter is given, in any form, as one thing: specifications, columns of encodings, a manifest."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from linkkit._reading import open_table
from linkkit.dataset import Dataset
from linkkit.errors import DataError, SpecError
from linkkit.pseudonymise.bloom import BloomField, Clk
from linkkit.pseudonymise.clkhash import Schema, SchemaError, filter_bytes, read_schema
from linkkit.pseudonymise.encode import read_encoded
from linkkit.pseudonymise.encoding import Encoding
from linkkit.pseudonymise.handover import HandoverError, KeyFacts, Manifest, read_file
from linkkit.pseudonymise.tokens import Token

from ._columns import Column, Role, read_column
from ._finding import Finding

__all__ = ["Subject", "of_files", "subject_of"]

_MANIFEST = ".manifest.json"
_MOST_JSON_BYTES = 1 << 32
_ENCODED_HEADER = 22
_HANDLED = (
    "an Encoding, BloomField, Clk or Token, a list of them, a linkage schema of clkhash, a Dataset, a list of CLKs, a "
    "Manifest, or the path of a file or of a folder of manifests"
)


@dataclass(frozen=True, eq=False)
class Subject:
    """One thing to be judged.

    Parameters
    ----------
    name
        The file, where it is one.
    encoding
        How columns are made, where it is known.
    schema
        The linkage schema, where it is one.
    columns
        Encodings; empty where only specifications were given.
    manifest, key, written
        The manifest, what may be told of the key, and when the manifest was written, in seconds since 1970.
    findings
        What was found in reading it.
    """

    name: str = ""
    encoding: Encoding | None = None
    schema: Schema | None = None
    columns: tuple[Column, ...] = field(default=(), repr=False)
    manifest: Manifest | None = None
    key: KeyFacts | None = None
    written: float | None = None
    findings: tuple[Finding, ...] = ()


def subject_of(given: Any, role: Role | None) -> list[Subject]:
    """Return what is to be judged.

    Raises
    ------
    DataError
        Where a file is absent, damaged or holds nothing that can be judged.
    SpecError
        Where it is something else.
    """
    if isinstance(given, Encoding):
        return [Subject(encoding=given)]
    if isinstance(given, BloomField | Clk | Token):
        return [Subject(encoding=Encoding((given,)))]
    if isinstance(given, Schema):
        return [Subject(schema=given)]
    if isinstance(given, Dataset):
        return [_of_dataset(given, role)]
    if isinstance(given, Manifest):
        return [_of_manifest(given)]
    if isinstance(given, str | os.PathLike):
        return list(of_files(Path(given), role))
    if isinstance(given, Mapping):
        return [_of_json(given, "", role)]
    if isinstance(given, Sequence) and not isinstance(given, bytes) and len(given):
        return _of_list(given, role)
    if hasattr(given, "to_pylist") or hasattr(given, "tolist"):
        return [_of_values(given, role)]
    raise SpecError(f"lint takes {_HANDLED}; got {type(given).__name__}.")


def _of_list(given: Sequence[Any], role: Role | None) -> list[Subject]:
    if all(isinstance(one, BloomField | Clk | Token) for one in given):
        return [Subject(encoding=Encoding(tuple(given)))]
    if all(isinstance(one, Manifest | Encoding | Schema | Dataset | Mapping | os.PathLike) for one in given) or all(
        isinstance(one, str) and os.path.exists(one) for one in given
    ):
        return [subject for one in given for subject in subject_of(one, role)]
    return [_of_values(given, role)]


def _of_values(given: Any, role: Role | None) -> Subject:
    """A single column of encodings."""
    import pyarrow as pa

    values = given
    if not isinstance(given, pa.Array | pa.ChunkedArray):
        listed = given.tolist() if hasattr(given, "tolist") else list(given)
        missing = [one is None or one != one for one in listed]
        held = [None if gone else one for one, gone in zip(listed, missing, strict=True)]
        kinds = {type(one) for one in held if one is not None}
        if not kinds <= {str} and not kinds <= {bytes}:
            raise DataError(f"A list of encodings must hold texts alone, or bytes alone; else give lint {_HANDLED}.")
        values = pa.array(held)
    return Subject(columns=(read_column("encodings", values, role),))


def _of_dataset(dataset: Dataset, role: Role | None) -> Subject:
    encoding: Encoding | None = dataset.encoded_by
    names = [name for name in dataset.columns if name != dataset.id and name not in dataset.blinded]
    roles = _roles(encoding) if encoding is not None else dict.fromkeys(names, role)
    columns = tuple(read_column(name, dataset.table_column(name), roles.get(name)) for name in names)
    return Subject(dataset.name, encoding, columns=columns, key=dataset.encoded_with)


def _roles(encoding: Encoding | None) -> dict[str, Role | None]:
    """What each column of an encoded file holds, as its encoding says."""
    if encoding is None:
        return {}
    roles: dict[str, Role | None] = dict(encoding.forms)
    roles |= {block.name: "block" for block in encoding.blocks}
    return roles | {f"{one.name}_present": "presence" for one in encoding.columns if isinstance(one, Clk)}


def _of_manifest(manifest: Manifest, name: str = "", written: float | None = None) -> Subject:
    encoding = None
    if "linkkit_encoding" in manifest.made_by:
        encoding = Encoding.from_dict(dict(manifest.made_by), f"{name or 'The manifest'}: its specification")
    findings = []
    if manifest.kind == "encoded" and manifest.key is None:
        findings.append(Finding("no_key", "serious", "", "the manifest tells of no key."))
    return Subject(name, encoding, manifest=manifest, key=manifest.key, written=written, findings=tuple(findings))


# --- files ------------------------------------------------------------------------------------------------------


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
        yield _of_json(_json(path), path.name, role)
    elif path.with_name(path.name + _MANIFEST).is_file():
        yield _of_handed(path, role)
    else:
        yield _of_table(path, role)


def _json(path: Path) -> Any:
    if path.stat().st_size > _MOST_JSON_BYTES:
        raise DataError(f"{path.name}: the file is too large to be JSON that linkkit reads.")
    try:
        return json.loads(path.read_bytes())
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise DataError(f"{path.name}: not a JSON file, or cut off. Ask for it again.") from None


def _read_manifest(path: Path) -> Subject:
    manifest = Manifest.from_dict(_json(path), path.name)
    return _of_manifest(manifest, path.name.removesuffix(_MANIFEST), path.stat().st_mtime)


def _of_json(data: Any, name: str, role: Role | None) -> Subject:
    if isinstance(data, Mapping):
        if "linkkit_encoding" in data:
            return Subject(name, Encoding.from_dict(data, name or "The encoding"))
        if "linkkit_handover" in data:
            return _of_manifest(Manifest.from_dict(data, name or "The manifest"), name)
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
    roles = _roles(beside.encoding)
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
    if any(len(name) >= _ENCODED_HEADER and " " not in name and name.isalnum() for name in names):
        raise DataError(f"{path.name}: the first line holds no names of columns. Put a line with names above.")
    held = table.read(names)
    if not len(held):
        raise DataError(f"{path.name}: the table has no records.")
    columns = [read_column(name, held[name]) for name in names]
    ids = _id_column(columns)
    said = [
        read_column(one.name, held[one.name], role) if role and one.role in ("filter", "clk", "token") else one
        for one in columns
        if one.name != ids
    ]
    found = Finding("no_manifest", "warning", "", "there is no manifest beside it.")
    return Subject(path.name, columns=tuple(said), findings=(found,))


def _id_column(columns: Sequence[Column]) -> str | None:
    """The column that names records: the first that can be read, if no two records share a value of it."""
    if len(columns) < 2:
        return None
    first = columns[0]
    is_own = first.role == "clear" and len(set(first.codes.tolist())) == len(first.codes)
    return first.name if is_own else None
