"""Values taken apart into tokens: q-grams, parts of dates, steps around a number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ._spec import BloomField

__all__ = ["Tokens", "tokens_of"]

_BEGIN, _END, _SHORT = "\x02", "\x03", "\x00"  # marks that stand in no text
_DATE = re.compile(r"(\d{4}|XXXX)-(0[1-9]|1[0-2]|XX)-(0[1-9]|[12]\d|3[01]|XX)")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_DENSE = 1 << 22  # keys below it are numbered by a table, others by sorting
_EXACT = float(1 << 52)  # whole numbers above it have neighbours that a float cannot tell apart


@dataclass(frozen=True, eq=False, repr=False)
class Tokens:
    """The tokens of values.

    Parameters
    ----------
    starts
        Shape (values + 1,), int64: value v holds ``members[starts[v]:starts[v + 1]]``.
    members
        Shape (total,), uint32: positions in ``texts``; a value may hold one twice.
    texts
        The distinct tokens, as bytes.
    unreadable
        Positions of values that are no number or date, though they should be; they hold no tokens.
    """

    starts: NDArray[np.int64]
    members: NDArray[np.uint32]
    texts: list[bytes]
    unreadable: tuple[int, ...] = ()


def tokens_of(values: Sequence[str], field: BloomField) -> Tokens:
    r"""Return the tokens of values, none of them missing.

    Examples
    --------
    >>> found = tokens_of(["ann"], BloomField("given_name"))
    >>> [found.texts[token] for token in found.members]
    [b'\x02a', b'an', b'nn', b'n\x03']
    >>> tokens_of(["1984-03-XX"], BloomField("date_of_birth", "date")).texts[:3]
    [b'year 1984', b'month 03', b'0:1']
    >>> tokens_of(["7.4"], BloomField("age", "number", neighbours=1)).texts
    [b'6', b'7', b'8']
    """
    if not values:
        return Tokens(np.zeros(1, np.int64), np.zeros(0, np.uint32), [])
    if field.kind == "text":
        return _grams(values, field.q, field.padded, field.positional)
    if field.kind == "exact":
        texts = [value.encode("utf-8", "surrogatepass") for value in values]
        return Tokens(np.arange(len(values) + 1), np.arange(len(values), dtype=np.uint32), texts)
    lists = [_date(value) if field.kind == "date" else _number(value, field) for value in values]
    return _listed(lists)


def _listed(lists: Sequence[list[str]]) -> Tokens:
    numbers: dict[str, int] = {}
    starts = np.zeros(len(lists) + 1, np.int64)
    np.cumsum([len(one) for one in lists], out=starts[1:])
    flat = (numbers.setdefault(token, len(numbers)) for one in lists for token in one)
    members = np.fromiter(flat, np.uint32, int(starts[-1]))
    unreadable = tuple(place for place, one in enumerate(lists) if not one)
    return Tokens(starts, members, [token.encode() for token in numbers], unreadable)


def _date(value: str) -> list[str]:
    """Year, month and day, and each digit in its place, as far as they are known."""
    match = _DATE.fullmatch(value)
    if match is None:
        return []
    parts = [f"{name} {part}" for name, part in zip(("year", "month", "day"), match.groups(), strict=True)]
    digits = "".join(match.groups())
    places = [f"{place}:{digit}" for place, digit in enumerate(digits) if digit != "X"]
    return [part for part in parts if "X" not in part] + places


def _number(value: str, field: BloomField) -> list[str]:
    """The nearest step, and those around it (Vatsalan and Christen 2016)."""
    if _NUMBER.fullmatch(value.strip()) is None:
        return []
    steps = np.floor(float(value) / field.step + 0.5)
    if not abs(steps) < _EXACT:
        return []
    return [str(int(steps) + offset) for offset in range(-field.neighbours, field.neighbours + 1)]


def _grams(values: Sequence[str], q: int, padded: bool, positional: bool) -> Tokens:
    """All q-grams of all values at once, as windows over one array of characters."""
    before, behind = (_BEGIN * (q - 1), _END * (q - 1)) if padded else ("", "")
    marked = [f"{before}{value}{behind}".ljust(q, _SHORT) for value in values]
    lengths = np.fromiter(map(len, marked), np.int64, len(marked))
    points = np.frombuffer("".join(marked).encode("utf-32-le", "surrogatepass"), np.uint32)
    counts = lengths - (q - 1)
    starts = np.zeros(len(values) + 1, np.int64)
    np.cumsum(counts, out=starts[1:])
    places = np.arange(starts[-1]) - np.repeat(starts[:-1], counts)
    windows = np.repeat(np.cumsum(lengths) - lengths, counts) + places
    letters, letter_count = _numbered(points, int(points.max(initial=0)) + 1)
    keys, bound = places if positional else np.zeros(len(windows), np.int64), int(lengths.max(initial=1))
    for offset in range(q):
        if bound > (1 << 62) // letter_count:
            keys, bound = _numbered(keys, bound)
        keys, bound = keys * letter_count + letters[windows + offset], bound * letter_count
    members, count = _numbered(keys, bound)
    example = np.zeros(count, np.int64)
    example[members] = np.arange(len(members))  # any window of a token shows it
    shown = points[(windows[example])[:, None] + np.arange(q)]
    texts = [row.tobytes().decode("utf-32-le", "surrogatepass").rstrip(_SHORT) for row in shown]
    if positional:
        texts = [f"{place} {text}" for place, text in zip(places[example].tolist(), texts, strict=True)]
    return Tokens(starts, members.astype(np.uint32), [text.encode("utf-8", "surrogatepass") for text in texts])


def _numbered(keys: NDArray[np.generic], bound: int) -> tuple[NDArray[np.int64], int]:
    """Number the distinct keys (all below the bound) in rising order; return the numbers and how many there are."""
    if bound > max(_DENSE, 4 * len(keys)):
        distinct, numbers = np.unique(keys, return_inverse=True)
        return numbers.astype(np.int64), max(len(distinct), 1)
    seen = np.zeros(bound, np.int64)
    seen[keys] = 1
    numbers = np.cumsum(seen) - 1
    return numbers[keys], max(int(numbers[-1]) + 1, 1)
