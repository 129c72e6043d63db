"""Columns of fields and paths of files, as a card or a plan file says them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from linkkit._toml import read_leaf
from linkkit.fields import Field, FieldKind, kind_of

__all__ = ["fields_data", "read_fields", "rebased"]


def rebased(path: str, base: Path, *, into: bool) -> str:
    """Return a path made relative to a folder (``into``), or taken as relative to it; absolute paths stay.

    Examples
    --------
    >>> rebased("data/trial.csv", Path("data"), into=True), rebased("trial.csv", Path("data"), into=False)
    ('trial.csv', 'data/trial.csv')
    """
    if os.path.isabs(path):
        return path
    try:
        moved = os.path.relpath(path, base) if into else os.path.normpath(os.path.join(base, path))
    except ValueError:  # on another drive
        moved = os.path.abspath(path)
    return moved.replace(os.sep, "/")


def read_fields(data: Any, place: str, mistakes: list[str]) -> dict[str, Any]:
    """Read the fields of a dataset: each a column, a list of columns, a table of both and a kind, or false for none."""
    if not isinstance(data, dict):
        mistakes.append(f"{place} must be a table: a field and its column.")
        return {}
    return {name: _field(name, value, f"{place}.{name}", mistakes) for name, value in data.items()}


def _field(name: str, value: Any, place: str, mistakes: list[str]) -> Any:
    if value is False:
        return None
    if not isinstance(value, dict):
        columns = read_leaf(tuple[str, ...], value, place, mistakes)
        return Field(columns, kind_of(name)) if columns else None
    unknown = [key for key in value if key not in ("columns", "kind")]
    if unknown or "columns" not in value:
        mistakes.append(f"{place} takes columns and kind; got {', '.join(value) or 'nothing'}.")
        return None
    columns = read_leaf(tuple[str, ...], value["columns"], f"{place}.columns", mistakes)
    kind = read_leaf(FieldKind, value.get("kind", kind_of(name)), f"{place}.kind", mistakes)
    return Field(columns, kind) if columns and kind else None


def fields_data(fields: dict[str, Any]) -> dict[str, Any]:
    """Return fields as plain data: the inverse of :func:`read_fields`."""
    found: dict[str, Any] = {}
    for name, described in fields.items():
        columns = described.columns if isinstance(described, Field) else described
        if columns is None:
            found[name] = False
            continue
        columns = [columns] if isinstance(columns, str) else list(columns)
        short = columns[0] if len(columns) == 1 else columns
        kind = described.kind if isinstance(described, Field) else kind_of(name)
        found[name] = short if kind == kind_of(name) else {"columns": short, "kind": kind}
    return found
