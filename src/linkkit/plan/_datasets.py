"""The datasets of a plan file: where they are, and how they are to be read."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from linkkit.cards import rebased
from linkkit.dataset import DATASET_KINDS, Dataset, DatasetKind
from linkkit.errors import SpecError, did_you_mean
from linkkit.fields import recognise

__all__ = ["DatasetFile"]


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
    card
        Its data card, where that does not stand beside the file; in a plan file relative to it.

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
    card: str | None = None

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
        guesses = (*recognise(free), *dataset.card.fields)
        left_out = {name: None for name in guesses if name not in dataset.fields}
        named = {name: described for name, described in dataset.fields.items() if described.columns}
        fields = {**named, **left_out}
        return cls(dataset.path, dataset.name, dataset.kind, dataset.id, dataset.blinded, dataset.encoding, fields)

    def open(self) -> Dataset:
        """Read the dataset; a file that was handed over is proven by its manifest, and under its terms."""
        from linkkit.pseudonymise.encode import read_encoded
        from linkkit.pseudonymise.opening import proven_kind, read_identifiers

        held = proven_kind([self.path])
        if held == "encoded":
            return read_encoded(self.path, name=self.name, kind=self.kind)
        if held == "identifiers":
            return read_identifiers(self.path, name=self.name, kind=self.kind, fields=self.fields, blinded=self.blinded)
        return Dataset(
            self.path, name=self.name, kind=self.kind, id=self.id, fields=self.fields, blinded=self.blinded,
            encoding=self.encoding, card=self.card,
        )  # fmt: skip

    def moved(self, base: Path, *, into: bool) -> DatasetFile:
        """Return it with its paths made relative to a folder (``into``), or taken as relative to it."""
        card = None if self.card is None else rebased(self.card, base, into=into)
        return replace(self, path=rebased(self.path, base, into=into), card=card)
