"""OpenPseudonymiser: its digests made, written and read, for projects that have them.

Use :func:`linkkit.pseudonymise.tokens.tokens` for a new project: the salt here stands behind the value and is often a
word, and whoever has it can try all NHS numbers in minutes.
"""

from __future__ import annotations

import csv
import hashlib
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from linkkit.dataset import Dataset
from linkkit.encoded import Encoded
from linkkit.errors import DataError, SpecError, row_list
from linkkit.fields import Field
from linkkit.files import atomic_write
from linkkit.records import Records

from ._combinations import combinations, revived, whole_column
from ._ids import kept_ids
from ._rows import read_rows
from ._secrets import secret_bytes
from ._terms import Terms, allowed, dataset_under

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["COLUMN", "digest", "digests", "read", "write"]

COLUMN = "Digest"  # of its files; the field is called digest
_FIELD = "digest"
_BLANKS = str.maketrans("", "", "\r\n\t ")
_FORM = re.compile(r"[0-9A-F]{64}")
_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def digest(fields: Mapping[str, str | None], salt: str | bytes) -> str | None:
    """Return OpenPseudonymiser's digest of some fields of a person; None where any of them is missing.

    SHA-256, in capital hexadecimal digits, of the values in the order of their fields' names (whatever their case),
    without blanks, tabs and line ends, and the salt behind them; texts in UTF-8. OpenPseudonymiser itself gives all who
    lack every value one digest, and joins what is left where one is lacking; such digests link strangers.

    Parameters
    ----------
    fields
        Name to value.
    salt
        The salt that the project has.

    Raises
    ------
    DataError
        Where a value is no text.
    SecretError
        Where the salt is empty.

    Warns
    -----
    UserWarning
        Where the salt can be guessed.

    Examples
    --------
    >>> salt = bytes.fromhex("8f3c11d29a705be604c7e81b62fa3d95ae50f2197c46bd08e3a1d45976cb20af")
    >>> len(digest({"NHSNumber": "943 476 5919", "DOB": "29.11.1973"}, salt))
    64
    """
    held = secret_bytes(salt, "OpenPseudonymiser")
    values = [fields[name] for name in _in_order(fields)]
    wrong = [name for name in fields if not _is_text_or_none(fields[name])]
    if wrong:
        raise DataError(f"The fields {', '.join(map(repr, wrong))} must be texts, of whole characters, or None.")
    return next(iter(_hashed([values], held)))


def _is_text_or_none(value: object) -> bool:
    return value is None or (isinstance(value, str) and not any("\ud800" <= letter <= "\udfff" for letter in value))


def digests(
    dataset: Dataset, salt: str | bytes, columns: Mapping[str, str], *, date_format: str = "%d.%m.%Y"
) -> Dataset:
    """Return a dataset of ids and OpenPseudonymiser's digests, in the field ``digest``, and nothing else.

    Parameters
    ----------
    dataset
        Values are taken as they stand, so write them as the other party does.
    salt
        The salt that the project has.
    columns
        OpenPseudonymiser's name of each field, which decides on the order, to a field or column expression of the
        dataset: ``{"NHSNumber": "nhs_number", "DOB": "date_of_birth"}``.
    date_format
        How dates are written, as in :meth:`datetime.date.strftime`; ISO dates of the dataset are rewritten so.

    Raises
    ------
    DataError
        Where the ids themselves tell who somebody is.
    PlanError
        Where the dataset lacks a field.
    SecretError
        Where the salt is empty.

    Warns
    -----
    UserWarning
        Where the salt can be guessed.

    Examples
    --------
    >>> import pandas as pd
    >>> salt = bytes.fromhex("8f3c11d29a705be604c7e81b62fa3d95ae50f2197c46bd08e3a1d45976cb20af")
    >>> people = Dataset(pd.DataFrame({"id": [1, 2], "nhs_number": ["943 476 5919", None]}))
    >>> made = digests(people, salt, {"NHSNumber": "nhs_number"})
    >>> made.to_pandas()["digest"].fillna("").str.len().tolist()
    [64, 0]
    """
    import pyarrow as pa

    held = secret_bytes(salt, "OpenPseudonymiser")
    dataset = allowed(dataset)
    records = Records([dataset], "dedupe")
    chosen = [_with_dates(whole_column(records, columns[name]), date_format) for name in _in_order(columns)]
    codes, combined = combinations([column.mapped(_without_blanks(column)) for column in chosen])
    made = revived(codes, pa.array(_hashed(combined, held), pa.string()))
    return _dataset(
        pa.table({dataset.id: kept_ids(dataset), _FIELD: made}), dataset.id, dataset.name, Terms.of(dataset)
    )


def write(dataset: Dataset, path: str | os.PathLike[str]) -> int:
    """Write digests as OpenPseudonymiser's CSV, ``Digest`` and the id, and return how many; who has none has no row.

    Parameters
    ----------
    dataset
        What :func:`digests` or :func:`read` returned.
    path
        Where to.
    """
    if _FIELD not in dataset.fields:
        raise DataError(f"{dataset.name}: there is no field {_FIELD!r} to write.")
    frame = dataset.to_pandas().dropna(subset=[_FIELD])
    with atomic_write(path) as beside, open(beside, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")  # as the tool, which is of Windows
        writer.writerow([COLUMN, dataset.id])
        writer.writerows(zip(frame[_FIELD], frame[dataset.id], strict=True))
    return len(frame)


def read(
    path: str | os.PathLike[str],
    *,
    id: str,  # noqa: A002
    salt: str | bytes | None = None,
    name: str | None = None,
) -> Dataset:
    """Read OpenPseudonymiser's CSV as a dataset of ids and the field ``digest``; its other columns are left out.

    Parameters
    ----------
    path
        The file.
    id
        Its column of ids.
    salt
        The salt: by it the digest of no value at all is known, which OpenPseudonymiser gives those who lack all values;
        it becomes missing. None: such digests stay, and link strangers.
    name
        What to call the dataset; by default the name of the file.

    Raises
    ------
    DataError
        Where ``Digest`` or the id is lacking, or a digest has another form.

    Warns
    -----
    UserWarning
        Where the salt can be guessed.
    """
    import pyarrow as pa

    where = name or os.path.basename(path).split(".")[0]
    rows = [(record, text.strip()) for record, text in read_rows(path, (id, COLUMN), where)]
    wrong = [number for number, (_, text) in enumerate(rows, 1) if text and not _FORM.fullmatch(text)]
    if wrong:
        raise DataError(
            f"{where}: {row_list(wrong)} hold no digest of 64 capital hexadecimal digits; the file is cut short, "
            "edited, or not of OpenPseudonymiser."
        )
    empty = None
    if salt is not None:
        empty = hashlib.sha256(secret_bytes(salt, "OpenPseudonymiser")).hexdigest().upper()
    texts = [None if text in ("", empty) else text for _, text in rows]
    ids = pa.array([record for record, _ in rows], pa.string())
    return _dataset(pa.table({id: ids, _FIELD: pa.array(texts, pa.string())}), id, where)


def _in_order(names: Iterable[str]) -> list[str]:
    """Names as its sorted list has them: whatever their case, small letters before capitals where only case differs."""
    found = sorted(names, key=lambda name: (name.casefold(), name.swapcase()))
    if not found:
        raise SpecError("A digest needs one field or more.")
    return found


def _hashed(rows: Iterable[Sequence[str | None]], salt: bytes) -> list[str | None]:
    made: list[str | None] = []
    for values in rows:
        texts = [(value or "").translate(_BLANKS) for value in values]
        whole = all(texts)
        made.append(hashlib.sha256("".join(texts).encode("utf-8") + salt).hexdigest().upper() if whole else None)
    return made


def _with_dates(column: Encoded, date_format: str) -> Encoded:
    import datetime

    def written(text: str) -> str:
        if not _ISO_DATE.fullmatch(text):
            return text
        try:
            return datetime.date.fromisoformat(text).strftime(date_format)
        except ValueError:
            return text

    return column.mapped([written(text) for text in column.texts()[1:]])


def _without_blanks(column: Encoded) -> list[str]:
    return [text.translate(_BLANKS) for text in column.texts()[1:]]


def _dataset(table: pa.Table, id: str, name: str, terms: Terms | None = None) -> Dataset:  # noqa: A002
    return dataset_under(terms, table, name, id=id, fields={_FIELD: Field((_FIELD,), "category")})
