"""What is told beside a file: what it holds, how it was made and by which key; nothing of the key or of a person."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from linkkit.errors import DataError
from linkkit.pseudonymise._terms import Terms

__all__ = ["KINDS", "NORMALISER", "ColumnCount", "HandoverError", "KeyFacts", "Manifest", "fingerprint", "folded"]

KINDS = ("identifiers", "payload", "index", "encoded", "release", "research")
"""What a file may be: clear identifiers, what research needs, the provider's key to both, encodings, pseudonyms of
record keys, and what research needs under pseudonyms."""
NORMALISER = "linkkit-1"
"""The version of how values are made alike before they are encoded; it changes whenever an encoding would."""
FORMAT = 1


class HandoverError(DataError):
    """A file is not what its manifest says, or two files do not belong together."""


@dataclass(frozen=True)
class ColumnCount:
    """A column of a file: its name, and how many records miss it or held something that could not be encoded."""

    name: str
    missing: int = 0
    invalid: int = 0


@dataclass(frozen=True)
class KeyFacts:
    """What may be told of a key: project, epoch, its id, and a check value by which two parties see theirs differ."""

    project: str
    epoch: str
    id: str
    check_value: str

    @classmethod
    def of(cls, key: Any) -> KeyFacts:
        """Return what may be told of a :class:`~linkkit.pseudonymise.Key`.

        Examples
        --------
        >>> from linkkit.pseudonymise import Key
        >>> secret = bytes.fromhex("8f3c11d29a705be604c7e81b62fa3d95ae50f2197c46bd08e3a1d45976cb20af")
        >>> KeyFacts.of(Key.from_bytes(secret, project="cohort-2026"))
        KeyFacts(project='cohort-2026', epoch='1', id='574d3763f70719e1', check_value='a3a116209b3a7655')
        """
        return cls(key.project, key.epoch, key.id, key.check_value)


@dataclass(frozen=True)
class Manifest:
    """The manifest of one file.

    Parameters
    ----------
    kind
        One of :data:`KINDS`.
    rows
        How many records the file holds.
    columns
        Its columns, with counts.
    record_key
        The column that names a record; no two records share one, but in ``research``, where a person may have several.
    made_by
        How its columns were made: a specification as plain data, such as a plan of encodings. Two parties' files link
        only where these agree.
    key
        What may be told of the key; None where none was used.
    normaliser
        How values were made alike before.
    sha256
        Of the file's bytes.
    linkkit
        The version that wrote it.
    terms
        What a linkage must hold to, from the data card: name, kind, consent by scope, and how many it left out.

    Examples
    --------
    >>> one = Manifest("encoded", 2, (ColumnCount("record_key"), ColumnCount("surname", missing=1)))
    >>> one.schema_hash == Manifest("encoded", 9, ()).schema_hash  # how columns were made, not what they hold
    True
    """

    kind: str
    rows: int
    columns: tuple[ColumnCount, ...]
    record_key: str = "record_key"
    made_by: Mapping[str, Any] = field(default_factory=dict)
    key: KeyFacts | None = None
    normaliser: str = NORMALISER
    sha256: str = ""
    linkkit: str = ""
    terms: Terms | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise HandoverError(f"kind must be one of {', '.join(KINDS)}; got {self.kind!r}.")

    @property
    def schema_hash(self) -> str:
        """The fingerprint of how the file's columns were made, the normaliser included."""
        return fingerprint({"made_by": dict(self.made_by), "normaliser": self.normaliser})

    def to_dict(self) -> dict[str, Any]:
        """Return the manifest as plain data."""
        told = {"linkkit_handover": FORMAT, **asdict(replace(self, terms=None)), "schema_hash": self.schema_hash}
        told.pop("terms")
        if self.terms is None:
            return told
        terms = self.terms.to_dict()
        return {**told, "terms": terms, "terms_hash": fingerprint(terms)}

    @classmethod
    def from_dict(cls, data: Any, file: str) -> Manifest:
        """Read a manifest from plain data.

        Raises
        ------
        HandoverError
            Where it is no manifest, of a newer version, or its fingerprint is not that of what it says.
        """
        if not isinstance(data, dict) or "linkkit_handover" not in data:
            raise HandoverError(f"{file} is no manifest of linkkit.")
        if data["linkkit_handover"] != FORMAT:
            raise HandoverError(
                f"{file} is a manifest of format {data['linkkit_handover']!r}; this linkkit reads format {FORMAT}. "
                "Install the linkkit that wrote it, or have it written anew."
            )
        try:
            told = {
                key: data[key] for key in ("kind", "rows", "record_key", "made_by", "normaliser", "sha256", "linkkit")
            }
            columns = tuple(ColumnCount(**column) for column in data["columns"])
            key = None if data["key"] is None else KeyFacts(**data["key"])
            terms = Terms.from_dict(data["terms"]) if "terms" in data else None
            manifest = cls(columns=columns, key=key, terms=terms, **told)
        except HandoverError:
            raise
        except (KeyError, TypeError, ValueError) as error:
            raise HandoverError(f"{file} is a damaged manifest ({type(error).__name__}); have it sent again.") from None
        is_whole = terms is None or fingerprint(data["terms"]) == data.get("terms_hash")
        if manifest.schema_hash != data.get("schema_hash") or not is_whole:
            raise HandoverError(f"{file} was edited: its fingerprint is not that of what it says. Have it sent again.")
        return manifest


def fingerprint(data: Any) -> str:
    """Return the SHA-256 of plain data in its one canonical form: JSON, keys sorted, no space.

    Examples
    --------
    >>> fingerprint({"b": 1, "a": [2]}) == fingerprint({"a": [2], "b": 1})
    True
    """
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def folded(name: str) -> str:
    """Return a name without what people write now so, now otherwise: capitals, blanks, marks between words.

    Examples
    --------
    >>> folded("Cohort-2026") == folded("cohort 2026")
    True
    """
    return "".join(letter for letter in unicodedata.normalize("NFKC", name).casefold() if letter.isalnum())
