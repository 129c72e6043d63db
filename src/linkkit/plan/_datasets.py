"""The datasets of a plan file: where they are, and how they are to be read."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from linkkit.dataset import DATASET_KINDS, Dataset, DatasetKind
from linkkit.errors import SpecError, did_you_mean
from linkkit.fields import Field, FieldKind, kind_of, recognise

from ._leaves import read_leaf

__all__ = ["DatasetFile", "fields_data", "read_fields"]


@dataclass(frozen=True)
class DatasetFile:
    """A dataset of a plan file.

    Parameters
    ----------
    path
        A CSV or Parquet file; in a plan file relative to it.
    name
        What messages and results call the dataset; by default the name of the file.
    kind
        ``"trial"``, ``"intervention"``, ``"administrative"``, ``"case_study"`` or ``"other"``.
    id
        The column that identifies records.
    blinded
        Columns that linkage must never see.
    encoding
        Character encoding of a CSV file.
    fields
        Field to its column, its columns, its :class:`~linkkit.fields.Field`, or None to leave a guess out.

    Examples
    --------
    >>> DatasetFile("trial.csv", kind="trial", fields={"given_name": "first"}).id is None
    True
    """

    path: str
    name: str | None = None
    kind: DatasetKind = "other"
    id: str | None = None
    blinded: tuple[str, ...] = ()
    encoding: str = "utf-8"
    fields: dict[str, Any] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "blinded", tuple(self.blinded))
        if self.kind not in DATASET_KINDS:
            hint = did_you_mean(self.kind, DATASET_KINDS)
            raise SpecError(f"kind must be one of {', '.join(DATASET_KINDS)}; got {self.kind!r}.{hint}")

    @classmethod
    def of(cls, dataset: Dataset) -> DatasetFile:
        """Return how a dataset was read from its file, every field spelled out.

        Raises
        ------
        SpecError
            Where it was not read from a file.
        """
        if dataset.path is None:
            raise SpecError(f"{dataset.name} was not read from a file, so a plan file cannot name it.")
        used = {column for described in dataset.fields.values() for column in described.columns}
        free = [c for c in dataset.columns if c != dataset.id and c not in dataset.blinded and c not in used]
        left_out = {name: None for name in recognise(free) if name not in dataset.fields}
        named = {name: described for name, described in dataset.fields.items() if described.columns}
        fields = {**named, **left_out}
        return cls(dataset.path, dataset.name, dataset.kind, dataset.id, dataset.blinded, dataset.encoding, fields)

    def open(self) -> Dataset:
        """Read the dataset; a file that was handed over encoded is proven by its manifest."""
        from linkkit.pseudonymise.opening import open_encoded

        encoded = open_encoded(self.path, self.name, self.kind)
        if encoded is not None:
            return encoded
        return Dataset(
            self.path, name=self.name, kind=self.kind, id=self.id, fields=self.fields, blinded=self.blinded,
            encoding=self.encoding,
        )  # fmt: skip

    def moved(self, base: Path, *, into: bool) -> DatasetFile:
        """Return it with its path made relative to a folder (``into``), or taken as relative to it."""
        return replace(self, path=rebased(self.path, base, into=into))


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
