"""Pseudonyms of persons: another for each project, so that no two projects' data can be joined by them."""

from __future__ import annotations

import base64
import hmac
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from linkkit.errors import DataError, SpecError, row_list

from ._contract import SubKeys, check_keys

__all__ = ["Pseudonyms", "check_character", "is_valid"]

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_VALUE = {letter: value for value, letter in enumerate(_ALPHABET)}
# 130 bits: two persons of a thousand million share a pseudonym with a chance of 1 in 10^21.
LENGTH = 26
# Half of a character of UTF-16, which is no text: UTF-8 has no bytes for it.
_LONE = re.compile("[\ud800-\udfff]")
# Weights of the check character repeat after so many places.
_PLACES = 31


@dataclass(frozen=True)
class Pseudonyms:
    """How the persons of one project are named.

    The same person has the same pseudonym in every release of a project, and another in every other project: the key of
    a project is derived from the linkage unit's, and nothing of one project's tells of another's. A last character
    checks the others, so that a mistyped pseudonym is found.

    Parameters
    ----------
    project
        The name of the project.
    reversible
        Whether the holder of the key can get the ids back (AES-SIV, RFC 5297), such as an escrow that has to reach a
        person who is found to be ill. Otherwise nobody can without trying every id (HMAC-SHA256, RFC 2104). A
        reversible pseudonym is longer, and as long as its id asks.

    Examples
    --------
    >>> from linkkit.pseudonymise import Key
    >>> unit = Key.generate(project="linkage-unit")
    >>> one, other = (Pseudonyms(project).of(["943 476 5919", None], unit) for project in ("asthma", "schools"))
    >>> one[0] != other[0], one[1] is None, is_valid(one[0])
    (True, True, True)
    """

    project: str
    reversible: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.project, str) or not self.project.strip():
            raise SpecError("Pseudonyms need the name of a project: one project's must not be joined to another's.")

    def of(self, ids: Sequence[str | None], keys: SubKeys) -> list[str | None]:
        """Return the pseudonym of each id; missing stays missing.

        Parameters
        ----------
        ids
            Ids of persons, as text.
        keys
            The linkage unit's key.

        Raises
        ------
        DataError
            Where an id is no text, no whole characters of Unicode, or is empty.
        SpecError
            Where the key is none.
        """
        check_keys(keys)
        strange = [row for row, one in enumerate(ids) if one is not None and not _is_id(one)]
        if strange:
            raise DataError(f"{len(strange):,} ids are empty or no text ({row_list(strange)}); give texts, or None.")
        distinct = [one for one in dict.fromkeys(ids) if one is not None]
        made = self._sealed(distinct, keys) if self.reversible else self._hashed(distinct, keys)
        found: dict[str | None, str | None] = dict(zip(distinct, made, strict=True))
        return [found.get(one) for one in ids]

    def ids(self, pseudonyms: Sequence[str | None], keys: SubKeys) -> list[str | None]:
        """Return the ids behind reversible pseudonyms.

        Raises
        ------
        DataError
            Where pseudonyms were not made by this key and project, or were mistyped: the rows, never the pseudonyms.
        SpecError
            Where the pseudonyms are not reversible.
        """
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESSIV

        if not self.reversible:
            raise SpecError("These pseudonyms cannot be turned back. Make them with Pseudonyms(..., reversible=True).")
        check_keys(keys)
        cipher = AESSIV(keys.subkey("escrow", self.project, 64))
        found: list[str | None] = []
        wrong = []
        for row, pseudonym in enumerate(pseudonyms):
            try:
                found.append(None if pseudonym is None else cipher.decrypt(_unwritten(pseudonym), None).decode())
            except (InvalidTag, ValueError):
                wrong.append(row)
        if wrong:
            raise DataError(
                f"{len(wrong):,} pseudonyms ({row_list(wrong)}) were not made by this key for {self.project!r}, or "
                "were mistyped."
            )
        return found

    def _hashed(self, ids: Sequence[str], keys: SubKeys) -> list[str]:
        import numpy as np

        key = keys.subkey("pseudonym", self.project)
        digests = b"".join(hmac.digest(key, one.encode(), "sha256") for one in ids)
        bits = np.unpackbits(np.frombuffer(digests, np.uint8).reshape(-1, 32), axis=1)[:, : 5 * LENGTH]
        values = np.packbits(bits.reshape(-1, LENGTH, 5), axis=2)[:, :, 0] >> 3
        checks = np.zeros(len(values), np.uint8)
        for place, weighted in zip(range(LENGTH), itertools.cycle(_weighted()), strict=False):
            checks ^= np.array([weighted[letter] for letter in _ALPHABET], np.uint8)[values[:, place]]
        letters = np.frombuffer(_ALPHABET.encode(), np.uint8)[np.column_stack([values, checks])]
        return [text.decode() for text in np.ascontiguousarray(letters).view(f"S{LENGTH + 1}")[:, 0].tolist()]

    def _sealed(self, ids: Sequence[str], keys: SubKeys) -> list[str]:
        from cryptography.hazmat.primitives.ciphers.aead import AESSIV

        cipher = AESSIV(keys.subkey("escrow", self.project, 64))
        texts = [base64.b32encode(cipher.encrypt(one.encode(), None)).decode().rstrip("=") for one in ids]
        return [text + check_character(text) for text in texts]


def check_character(text: str) -> str:
    """Return the character that checks a text of letters A to Z and digits 2 to 7.

    A weighted sum over the field of 32 elements: any one wrong character is found, and any two of the first 30 that are
    exchanged, the check itself included.

    Examples
    --------
    >>> check_character("LINKKIT"), check_character("LINKIKT")
    ('G', 'Y')
    """
    total = 0
    for letter, weighted in zip(text, itertools.cycle(_weighted()), strict=False):
        total ^= weighted[letter]
    return _ALPHABET[total]


def is_valid(pseudonym: str) -> bool:
    """Tell whether a pseudonym is written as it was made: its last character checks the others.

    Examples
    --------
    >>> is_valid("LINKKITG"), is_valid("LINKIKTG"), is_valid("linkkit s")
    (True, False, False)
    """
    is_written = len(pseudonym) > 1 and all(letter in _VALUE for letter in pseudonym)
    return is_written and check_character(pseudonym[:-1]) == pseudonym[-1]


def _is_id(one: object) -> bool:
    return isinstance(one, str) and bool(one) and _LONE.search(one) is None


def _unwritten(pseudonym: str) -> bytes:
    if not isinstance(pseudonym, str) or not is_valid(pseudonym):
        raise ValueError
    text = pseudonym[:-1]
    return base64.b32decode(text + "=" * (-len(text) % 8))


@cache
def _weighted() -> list[dict[str, int]]:
    """Each letter times the weight of its place: powers of a generator of the field, from the first to the 31st."""
    weights = list(itertools.accumulate(range(_PLACES - 1), lambda weight, _: _product(2, weight), initial=2))
    return [{letter: _product(weight, value) for letter, value in _VALUE.items()} for weight in weights]


def _product(one: int, other: int) -> int:
    """Multiply in the field of 32 elements, modulo x^5 + x^2 + 1."""
    found = 0
    while other:
        if other & 1:
            found ^= one
        one <<= 1
        if one & 32:
            one ^= 0b100101
        other >>= 1
    return found
