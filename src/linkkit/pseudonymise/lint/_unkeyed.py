"""Whether digests have no key: some that anyone can make are looked for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from functools import cache

from ._columns import Column
from ._finding import Finding, Severity

__all__ = ["of_blank", "of_digests"]

_HASHES = {16: ("md5",), 20: ("sha1",), 28: ("sha224", "sha3_224"), 32: ("sha256", "sha3_256", "blake2s"),
           48: ("sha384",), 64: ("sha512", "blake2b")}  # fmt: skip
_FIRST, _LAST = date(1900, 1, 1), date(2035, 12, 31)
_DATES = ("{y}-{m}-{d}", "{d}/{m}/{y}", "{d}.{m}.{y}", "{y}{m}{d}", "{d}{m}{y}", "{m}/{d}/{y}")
_WORDS = (b"f", b"m", b"F", b"M", b"female", b"male", b"FEMALE", b"MALE", b"Female", b"Male", b"", b"null", b"NA")
_OPEN_PSEUDONYMISER = "digest"  # what it calls its column


def of_blank(column: Column) -> Iterator[Finding]:
    """Give the finding of tokens that stand for missing values."""
    if column.blank:
        text = f"{column.blank:,} records have a token of one repeated character."
        yield Finding("blank_tokens", "serious", column.name, text, column.blank, of_data=True)


def of_digests(column: Column, destination: str) -> Iterator[Finding]:
    """Give the findings of a column of digests of which no manifest tells a key.

    Sexes, numbers up to 9,999 and all dates since 1900 are hashed without a key, in usual spellings, and looked for.
    How many records were read so is told, and no more.
    """
    size = column.filters.shape[1]
    if column.role not in ("token", "block") or size not in _HASHES:
        return
    digests = {row.tobytes(): place for place, row in enumerate(column.filters)}
    read = {digests[guess] for guess in _guesses(size) if guess in digests}
    if read:
        count = int(sum((column.codes == place).sum() for place in read))
        text = f"{count:,} records were read by hashing usual values without a key."
        yield Finding("unkeyed_hash", "serious", column.name, text, count, of_data=True)
    elif column.name.lower() == _OPEN_PSEUDONYMISER and column.alphabet == "HEX" and size == 32:
        text = "by name and look these are digests of OpenPseudonymiser."
        severity: Severity = "warning" if destination == "trusted_unit" else "serious"
        yield Finding("salted_hash", severity, column.name, text, of_data=True)
    elif column.alphabet in ("hex", "HEX"):
        text = f"digests of {8 * size} bits, and no manifest tells of a key."
        yield Finding("maybe_unkeyed", "warning", column.name, text, of_data=True)


def _guesses(size: int) -> Iterator[bytes]:
    for name in _HASHES[size]:
        hashed = getattr(hashlib, name)
        yield from (hashed(value, usedforsecurity=False).digest() for value in _values())


@cache
def _values() -> tuple[bytes, ...]:
    return (*_WORDS, *(str(number).encode() for number in range(10_000)), *_dates())


def _dates() -> Iterator[bytes]:
    for ordinal in range(_FIRST.toordinal(), _LAST.toordinal() + 1):
        day = date.fromordinal(ordinal)
        names = {"y": f"{day.year:04}", "m": f"{day.month:02}", "d": f"{day.day:02}"}
        yield from (pattern.format(**names).encode() for pattern in _DATES)
