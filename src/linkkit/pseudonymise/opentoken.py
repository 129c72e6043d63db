"""OpenToken: the tokens T1 to T5 of Truveta's OpenToken 1.12, made, written and read, for projects that have them.

Use :func:`linkkit.pseudonymise.tokens.tokens` for a new project: OpenToken writes values alike for US records only, its
secret may be a word, and one secret serves every token.
"""

from __future__ import annotations

import base64
import csv
import datetime
import hashlib
import os
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from linkkit.dataset import Dataset
from linkkit.encoded import Encoded
from linkkit.errors import DataError, SecretError, SpecError, did_you_mean, row_list
from linkkit.fields import Field
from linkkit.files import atomic_write
from linkkit.records import Records

from . import _opentoken_rules as rules
from ._combinations import combinations, revived
from ._digests import keyed_digests
from ._ids import kept_ids
from ._rows import read_rows
from ._secrets import secret_bytes
from ._terms import Terms, allowed, dataset_under

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["BLANK", "RULES", "read", "tokens", "write"]

# Rule: the parts of its signature, and how many letters of a part count.
RULES: dict[str, tuple[tuple[str, int | None], ...]] = {
    "T1": (("surname", None), ("given_name", 1), ("sex", None), ("date_of_birth", None)),
    "T2": (("surname", None), ("given_name", None), ("date_of_birth", None), ("postcode", None)),
    "T3": (("surname", None), ("given_name", None), ("sex", None), ("date_of_birth", None)),
    "T4": (("national_id", None), ("sex", None), ("date_of_birth", None)),
    "T5": (("surname", None), ("given_name", 3), ("sex", None)),
}
BLANK = "0" * 64  # what OpenToken writes where it has no token: it would link all who lack one
_HASHED = re.compile(r"[A-Za-z0-9+/]{43}=")
_ENCRYPTED = re.compile(r"[A-Za-z0-9+/]{96}")
_NONCE_SIZE = 12


def tokens(
    dataset: Dataset,
    secret: str | bytes,
    *,
    fields: Mapping[str, str] | None = None,
    not_after: datetime.date | None = None,
) -> Dataset:
    """Return a dataset of ids and the tokens T1 to T5, as OpenToken makes them with ``--hash-only``.

    A token is the base64 of HMAC-SHA256 of the hexadecimal digits of the SHA-256 of a signature, such as
    ``LEE|ANN|FEMALE|2001-02-03``. Values are written alike by OpenToken's rules, so give the dataset as it stands, not
    prepared.

    Parameters
    ----------
    dataset
        Fields ``surname``, ``given_name``, ``sex``, ``date_of_birth``, ``postcode`` (US or Canadian) and
        ``national_id`` (US social security number). A rule whose fields are not all there gives no tokens.
    secret
        The hashing secret that the project has.
    fields
        The dataset's name of a field, where it is another: ``{"national_id": "ssn"}``.
    not_after
        The latest date of birth that can be; by default today, as in OpenToken, so that results may differ by day.

    Raises
    ------
    DataError
        Where the dataset has the fields of no rule, or not those that are named, or its ids themselves tell who
        somebody is.
    SpecError
        Where ``fields`` names what no rule has.
    SecretError
        Where the secret is empty.

    Warns
    -----
    UserWarning
        Where the secret can be guessed.

    Examples
    --------
    >>> import pandas as pd
    >>> people = {"id": [1, 2], "surname": ["O'Neil", "Lee"], "given_name": ["Ann", "Test"], "sex": ["F", "M"]}
    >>> secret = bytes.fromhex("8f3c11d29a705be604c7e81b62fa3d95ae50f2197c46bd08e3a1d45976cb20af")
    >>> made = tokens(Dataset(pd.DataFrame(people)), secret)
    >>> made.to_pandas()["T5"].fillna("").str.len().tolist()
    [44, 0]
    """
    import pyarrow as pa

    key = secret_bytes(secret, "OpenToken")
    dataset = allowed(dataset)
    records = Records([dataset], "dedupe")
    columns: dict[str, Encoded] = {}
    names = _field_names(dataset, fields or {})
    latest = not_after or datetime.date.today()
    for part, field in names.items():
        if field in dataset.fields:
            columns[part] = _written_alike(records.encoded(field), _clean(part, latest))
    possible = [rule for rule, parts in RULES.items() if all(part in columns for part, _ in parts)]
    if not possible:
        raise DataError(
            f"{dataset.name}: OpenToken needs surname, given_name and sex at least, and the dataset has "
            f"{', '.join(dataset.fields) or 'no fields'}. Name others with fields=."
        )
    table: dict[str, Any] = {dataset.id: kept_ids(dataset)}
    for rule in RULES:
        table[rule] = _tokens_of(columns, rule, key) if rule in possible else pa.nulls(len(dataset), pa.string())
    return _dataset(pa.table(table), dataset.id, dataset.name, dataset.kind, Terms.of(dataset))


def _field_names(dataset: Dataset, fields: Mapping[str, str]) -> dict[str, str]:
    """Return the dataset's name of each field that a rule has; what is named must be there."""
    known = dict.fromkeys(part for rule in RULES.values() for part, _ in rule)
    for part, field in fields.items():
        if part not in known:
            raise SpecError(f"fields= names {part!r}, which no rule of OpenToken has.{did_you_mean(part, known)}")
        if field not in dataset.fields:
            raise DataError(f"{dataset.name}: there is no field {field!r}.{did_you_mean(field, dataset.fields)}")
    return {part: fields.get(part, part) for part in known}


def write(dataset: Dataset, path: str | os.PathLike[str], *, encryption_key: bytes | None = None) -> int:
    """Write tokens as OpenToken's CSV of ``RuleId,Token,RecordId``, and return how many; a missing token has no row.

    Parameters
    ----------
    dataset
        What :func:`tokens` or :func:`read` returned.
    path
        Where to.
    encryption_key
        32 bytes: tokens are encrypted by AES-256-GCM with a random nonce each, as in OpenToken. The file
        differs each time, then. None: tokens as they are, which link.
    """
    cipher = None if encryption_key is None else _cipher(encryption_key)
    held = [rule for rule in RULES if rule in dataset.fields]
    if not held:
        raise DataError(f"{dataset.name}: there are no fields {', '.join(RULES)} to write.")
    frame = dataset.to_pandas()
    texts = frame[held].to_numpy(object)
    rows, columns = np.nonzero(frame[held].notna().to_numpy() & (texts != BLANK))
    chosen = texts[rows, columns].tolist()
    written = chosen if cipher is None else [_encrypted(token, cipher) for token in chosen]
    ids, rule_ids = frame[dataset.id].to_numpy(object), np.array(held, object)
    with atomic_write(path) as beside, open(beside, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["RuleId", "Token", "RecordId"])
        writer.writerows(zip(rule_ids[columns], written, ids[rows], strict=True))
    return len(chosen)


def read(
    path: str | os.PathLike[str],
    *,
    encryption_key: bytes | None = None,
    name: str | None = None,
    id: str = "record_id",  # noqa: A002
) -> Dataset:
    """Read OpenToken's CSV of ``RuleId,Token,RecordId`` as a dataset of ids and a field for each rule.

    Blank tokens, 64 zeros, are missing; as tokens they would link all who have them.

    Parameters
    ----------
    path
        The file.
    encryption_key
        The 32 bytes that its tokens are encrypted with, where they are: encrypted ones are different for equal persons.
    name, id
        What to call the dataset, and its column of ids.

    Raises
    ------
    DataError
        Where columns are lacking, a token has another form, a record has two tokens of one rule, or tokens are
        encrypted and there is no key.
    SecretError
        Where the key is not 32 bytes, or is not the one.
    """
    import pyarrow as pa

    cipher = None if encryption_key is None else _cipher(encryption_key)
    where = name or os.path.basename(path).split(".")[0]
    held, wrong, doubled, kinds = _records(read_rows(path, ("RuleId", "Token", "RecordId"), where))
    if wrong:
        raise DataError(
            f"{where}: {row_list(wrong)} hold no token of OpenToken 1 in base64, or lack a rule or an id; the file is "
            "cut short, edited, or of another version."
        )
    if doubled:
        raise DataError(f"{where}: {row_list(doubled)} give a record a second token of a rule.")
    if len(kinds) > 1 or ("encrypted" in kinds) != (cipher is not None and bool(kinds)):
        raise DataError(
            f"{where}: the tokens are {' and '.join(sorted(kinds)) or 'all blank'}; "
            "give encryption_key= if, and only if, all are encrypted."
        )
    rule_ids = sorted({rule for tokens_held in held.values() for rule in tokens_held})
    table: dict[str, Any] = {id: pa.array(list(held), pa.string())}
    for rule in rule_ids:
        found = [tokens_held.get(rule) for tokens_held in held.values()]
        table[rule] = pa.array([text and _decrypted(text, cipher, where) for text in found], pa.string())
    return _dataset(pa.table(table), id, where, "other")


_Held = dict[str, dict[str, str | None]]


def _records(rows: Iterable[tuple[str, ...]]) -> tuple[_Held, list[int], list[int], set[str]]:
    """The tokens of each record by rule; the rows that hold none, and that double one; what forms there are."""
    held: _Held = {}
    wrong, doubled, kinds = [], [], set()
    for number, (rule, token, record) in enumerate(rows, 1):
        kind = _kind(token)
        if not rule or not record or kind is None:
            wrong.append(number)
            continue
        mine = held.setdefault(record, {})
        if rule in mine:
            doubled.append(number)
        mine[rule] = None if kind == "blank" else token
        kinds |= {kind} - {"blank"}
    return held, wrong, doubled, kinds


def _kind(token: str) -> str | None:
    if token in ("", BLANK):
        return "blank"
    return "hashed" if _HASHED.fullmatch(token) else "encrypted" if _ENCRYPTED.fullmatch(token) else None


def _clean(part: str, latest: datetime.date) -> Callable[[str], str | None]:
    if part == "date_of_birth":
        return lambda text: rules.birth_date(text, latest)
    by_part: dict[str, Callable[[str], str | None]] = {
        "surname": rules.last_name, "given_name": rules.first_name, "sex": rules.sex,
        "postcode": rules.postal_area, "national_id": rules.social_security_number,
    }  # fmt: skip
    return by_part[part]


def _written_alike(column: Encoded, clean: Callable[[str], str | None]) -> Encoded:
    return column.mapped([clean(text) for text in column.texts()[1:]])


def _tokens_of(columns: Mapping[str, Encoded], rule: str, key: bytes) -> pa.DictionaryArray:
    import pyarrow as pa

    parts = RULES[rule]
    cut = [
        columns[part] if size is None else columns[part].mapped([text[:size] for text in columns[part].texts()[1:]])
        for part, size in parts
    ]
    codes, held = combinations(cut)
    # Its HMAC takes the digits of the digest, not the digest.
    messages = (hashlib.sha256("|".join(texts).encode("utf-8")).hexdigest().encode("ascii") for texts in held)
    digests = keyed_digests(key, messages)
    texts = [base64.b64encode(digests[at : at + 32]).decode("ascii") for at in range(0, len(digests), 32)]
    return revived(codes, pa.array(texts, pa.string()))


def _dataset(table: pa.Table, id: str, name: str, kind: Any, terms: Terms | None = None) -> Dataset:  # noqa: A002
    fields = {column: Field((column,), "category") for column in table.column_names if column != id}
    return dataset_under(terms, table, name, kind=kind, id=id, fields=fields)


def _cipher(key: bytes) -> Any:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if not isinstance(key, bytes) or len(key) != 32:
        size = f"{len(key)} bytes" if isinstance(key, bytes) else f"a {type(key).__name__}"
        raise SecretError(f"The encryption key of OpenToken is 32 bytes; got {size}.")
    return AESGCM(key)


def _encrypted(token: str, cipher: Any) -> str:
    nonce = secrets.token_bytes(_NONCE_SIZE)
    return base64.b64encode(nonce + cipher.encrypt(nonce, token.encode("ascii"), None)).decode("ascii")


def _decrypted(token: str, cipher: Any, where: str) -> str:
    if cipher is None:
        return token
    from cryptography.exceptions import InvalidTag

    raw = base64.b64decode(token)
    try:
        found: str = cipher.decrypt(raw[:_NONCE_SIZE], raw[_NONCE_SIZE:], None).decode("ascii")
    except (InvalidTag, UnicodeDecodeError):
        found = ""
    if not _HASHED.fullmatch(found):
        raise SecretError(f"{where}: the tokens were encrypted with another key, or the file was edited.")
    return found
