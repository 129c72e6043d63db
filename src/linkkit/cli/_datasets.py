"""From the arguments of a command to datasets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from linkkit.errors import DataError, SpecError, did_you_mean

if TYPE_CHECKING:
    from linkkit.dataset import Dataset

__all__ = ["Asked", "has_card", "named_fields", "names_of", "open_datasets"]

RECORD_KEY = "record_key"


@dataclass(frozen=True)
class Asked:
    """A dataset as the command line describes it."""

    path: Path
    name: str
    kind: str
    id: str | None


def open_datasets(
    asked: Sequence[Asked], fields: Sequence[str], blinded: Sequence[str], encoding: str
) -> tuple[Dataset, ...]:
    """Open datasets; ``fields`` and ``blinded`` hold for each that has the columns, and at least one must have them."""
    from linkkit.dataset import DATASET_KINDS, Dataset
    from linkkit.pseudonymise.opening import proven_kind

    for one in asked:
        if one.kind not in DATASET_KINDS:
            hint = did_you_mean(one.kind, DATASET_KINDS)
            raise SpecError(f"--kind must be one of {', '.join(DATASET_KINDS)}; got {one.kind!r}.{hint}")
    held = proven_kind([one.path for one in asked])
    if held == "encoded":
        return _open_encoded(asked, fields, blinded)
    given = dict(_field(text) for text in fields)
    columns = [_columns(one, encoding) if given or blinded else () for one in asked]
    _check_columns(given, blinded, columns, asked)
    if held == "identifiers":
        return _open_identifiers(asked, given, blinded, columns)
    return tuple(
        Dataset(
            str(one.path), name=None if has_card(one.path) else one.name, id=one.id,
            kind=one.kind, encoding=None if has_card(one.path) else encoding,  # type: ignore[arg-type]
            fields={field: list(parts) or None for field, parts in given.items() if set(parts) <= set(held)},
            blinded=[column for column in blinded if column in held],
        )
        for one, held in zip(asked, columns, strict=True)
    )  # fmt: skip


def _open_encoded(asked: Sequence[Asked], fields: Sequence[str], blinded: Sequence[str]) -> tuple[Dataset, ...]:
    """Encoded files of parties that agree; their columns are what their manifests say."""
    from linkkit.pseudonymise import read_encoded

    wrong = [option for option, given in (("--field", fields), ("--blinded", blinded)) if given]
    wrong += ["--id"] if any(one.id not in (None, RECORD_KEY) for one in asked) else []
    if wrong:
        raise SpecError(f"{' and '.join(wrong)} cannot be given for encoded files: their manifests say what they hold.")
    return tuple(read_encoded(one.path, name=one.name, kind=one.kind) for one in asked)  # type: ignore[arg-type]


def _open_identifiers(
    asked: Sequence[Asked], given: dict[str, tuple[str, ...]], blinded: Sequence[str], columns: Sequence[Sequence[str]]
) -> tuple[Dataset, ...]:
    """Files of clear identifiers that were handed over, under what their manifests say of consent."""
    from linkkit.pseudonymise.opening import read_identifiers

    if any(one.id not in (None, RECORD_KEY) for one in asked):
        raise SpecError(f"--id cannot be given for files of identifiers: their records go by {RECORD_KEY!r}.")
    return tuple(
        read_identifiers(
            one.path, name=one.name, kind=one.kind,  # type: ignore[arg-type]
            fields={field: list(parts) or None for field, parts in given.items() if set(parts) <= set(held)},
            blinded=[column for column in blinded if column in held],
        )
        for one, held in zip(asked, columns, strict=True)
    )  # fmt: skip


def named_fields(fields: Sequence[str]) -> dict[str, list[str] | None]:
    """Return the fields that ``--field FIELD=COLUMN`` names, as a dataset takes them.

    For example:
    --------
    >>> named_fields(["surname=famname", "dob=d+m+y", "sex="])
    {'surname': ['famname'], 'dob': ['d', 'm', 'y'], 'sex': None}
    """
    return {field: list(columns) or None for field, columns in map(_field, fields)}


def names_of(paths: Sequence[Path]) -> list[str]:
    """Name datasets by their files; files of one name are numbered.

    For example:
    --------
    >>> names_of([Path("a/people.csv"), Path("b/people.csv")])
    ['people 1', 'people 2']
    """
    stems = [path.name.split(".")[0] for path in paths]
    return [stem if stems.count(stem) == 1 else f"{stem} {number}" for number, stem in enumerate(stems, 1)]


def _field(text: str) -> tuple[str, tuple[str, ...]]:
    field, equals, columns = text.partition("=")
    if not equals or not field.strip():
        raise SpecError(f"--field takes FIELD=COLUMN, such as --field surname=family_name; got {text!r}.")
    return field.strip(), tuple(column for column in columns.split("+") if column)


def has_card(path: Path) -> bool:
    """Whether a card is given or beside the file: it says the name, and how the file is to be read."""
    from linkkit.cards import card_beside

    return path.suffix == ".toml" or card_beside(path) is not None


def _columns(asked: Asked, encoding: str) -> tuple[str, ...]:
    from linkkit._reading import open_table
    from linkkit.cards import load_card

    data = load_card(asked.path).path or "" if asked.path.suffix == ".toml" else str(asked.path)
    return tuple(open_table(data, asked.name, encoding).columns)


def _check_columns(
    given: dict[str, tuple[str, ...]], blinded: Sequence[str], columns: Sequence[Sequence[str]], asked: Sequence[Asked]
) -> None:
    every = [column for held in columns for column in held]
    names = " nor ".join(one.name for one in asked)
    for option, wanted in (*((f"--field {field}", parts) for field, parts in given.items()), ("--blinded", blinded)):
        for column in wanted:
            if column not in every:
                raise DataError(f"{option}: no column {column!r} in {names}.{did_you_mean(column, every)}")
