"""Columns that repeat others: words contained in other columns, or values told by another column; found from values.

A full name beside its parts, an address beside its lines, a town beside its postcode: agreement on both counts twice,
and expectation-maximisation may take all who share a forename for one person. Names of columns are not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from linkkit.encoded import Encoded
from linkkit.records import Records

__all__ = ["Contained", "contained_fields"]

# So many records of each dataset are looked at, spread evenly; with fewer that hold both columns nothing is said.
MOST_RECORDS, LEAST_RECORDS = 500, 50
# Errors and second names keep words apart here and there; four in five is no accident where chance gives half less.
SHARE, ABOVE_CHANCE = 0.8, 0.5
# A part's words stand in the whole for most records that have both.
PART = 0.6
# Pairs of different people that agree on one column and so, nearly always, on the other; looked for in the records of
# a share of the values, about so many.
TOLD, LEAST_PAIRS, MOST_RECORDS_TOLD = 0.95, 200, 50_000
# Who somebody is: pairs that differ in all of these are different people, and of different families.
WHO = ("given_name", "surname", "full_name", "date_of_birth")


@dataclass(frozen=True)
class Contained:
    """A field that repeats others.

    Parameters
    ----------
    field, by
        The field, and those that it repeats.
    share
        Share of its words that they hold, or of pairs that agree on them and so on it.
    how
        ``"words"``: its words stand in theirs. ``"told"``: their value tells its value.
    """

    field: str
    by: tuple[str, ...]
    share: float
    how: Literal["words", "told"] = "words"


def contained_fields(records: Records, fields: Sequence[str] | None = None) -> tuple[Contained, ...]:
    """Find the fields that repeat others, so that leaving them out loses next to nothing.

    Parameters
    ----------
    records
        The records.
    fields
        Which to look at; by default all that the datasets share.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.dataset import Dataset
    >>> first, last = ["Ann", "Bob", "Cleo", "Dan"] * 50, ["Lee", "Moss", "Nash", "Oak", "Pye"] * 40
    >>> label = [f"{a} {b}" for a, b in zip(first, last)]
    >>> people = pd.DataFrame({"id": range(200), "first": first, "last": last, "label": label})
    >>> fields = {"first": "first", "last": "last", "label": "label"}
    >>> contained_fields(Records([Dataset(people, id="id", fields=fields)]))
    (Contained(field='label', by=('first', 'last'), share=1.0, how='words'),)
    """
    columns = {
        field: column
        for field in (records.fields if fields is None else fields)
        if isinstance(column := records.column(field), Encoded) and len(column.values) > 2
    }
    rows = _rows(records)
    words = {field: _words(column, rows) for field, column in columns.items()}
    found = {whole.field: whole for field in columns if (whole := _of_parts(field, words)) is not None}
    for field in columns:
        if field not in found and (inner := _within(field, words, set(found))) is not None:
            found[field] = inner
    for told in _told(columns, set(found)):
        found.setdefault(told.field, told)
    return tuple(found.values())


Words = list[frozenset[str]]


def _rows(records: Records) -> NDArray[np.int64]:
    parts = [
        np.unique(np.linspace(start, stop - 1, min(stop - start, MOST_RECORDS)).astype(np.int64))
        for start, stop in zip(records.starts[:-1].tolist(), records.starts[1:].tolist(), strict=True)
        if stop > start
    ]
    return np.concatenate(parts) if parts else np.empty(0, np.int64)


def _words(column: Encoded, rows: NDArray[np.int64]) -> Words:
    """Return the words of each sampled record, worked out once a value; none where it is missing."""
    codes, place = np.unique(column.codes[rows], return_inverse=True)
    texts = ["" if code == 0 else str(column.values[code].as_py()) for code in codes.tolist()]
    of_value = [frozenset(re.findall(r"\w+", text.casefold())) for text in texts]
    return [of_value[at] for at in place.reshape(-1).tolist()]


def _held(inner: Words, outers: Sequence[Words]) -> float:
    """Return the mean share of words that the others hold together; NaN where too few records have both."""
    shares = [
        len(one & frozenset().union(*others)) / len(one)
        for one, *others in zip(inner, *outers, strict=True)
        if one and any(others)
    ]
    return float(np.mean(shares)) if len(shares) >= LEAST_RECORDS else float("nan")


def _of_parts(field: str, words: dict[str, Words]) -> Contained | None:
    """Whether a field is a whole beside its parts: two or more that stand in it, and hold its words together."""
    own = words[field]
    parts = [
        other
        for other in words
        if other != field and _held(words[other], [own]) >= PART and not _held(own, [words[other]]) >= SHARE
        and not _held(words[other], [_shifted(own)]) > SHARE - ABOVE_CHANCE
    ]  # fmt: skip
    if len(parts) < 2:
        return None
    share = _held(own, [words[part] for part in parts])
    return Contained(field, tuple(parts), share) if share >= SHARE else None


def _within(field: str, words: dict[str, Words], gone: set[str]) -> Contained | None:
    """Whether a field's words stand in one other field; of two that hold each other the later is left out.

    Names and dates of birth that stand in a longer text, such as an address of electronic mail, are kept.
    """
    order = list(words)
    for other in order:
        if other == field or other in gone:
            continue
        share = _held(words[field], [words[other]])
        if not share >= SHARE or not share - _held(words[field], [_shifted(words[other])]) >= ABOVE_CHANCE:
            continue
        is_mutual = _held(words[other], [words[field]]) >= SHARE
        if order.index(other) < order.index(field) if is_mutual else field not in WHO or other == "full_name":
            return Contained(field, (other,), share)
    return None


def _shifted(words: Words) -> Words:
    """The same words with other records: what stands in them by chance."""
    start = int(0.618 * len(words))  # no simple fraction, since lists may go round
    return [*words[start:], *words[:start]]


def _told(columns: dict[str, Encoded], gone: set[str]) -> list[Contained]:
    """Find fields that another tells: different people who agree on it agree on this one too, nearly always."""
    who = [columns[name].codes for name in WHO if name in columns]
    others = [name for name in columns if name not in WHO and name not in gone]
    found: dict[str, Contained] = {}
    for teller in others if who else ():
        coarser = [name for name in others if columns[name].size < columns[teller].size and name not in found]
        if teller in found or not coarser:
            continue
        one, two = _strangers_agreeing(columns[teller].codes, who)
        for name in coarser:
            codes = columns[name].codes
            first, second = codes[one], codes[two]
            both = (first > 0) & (second > 0)
            if both.sum() < LEAST_PAIRS or _by_chance(codes) > 1 - ABOVE_CHANCE:
                continue
            share = float((first == second)[both].mean())
            if share >= TOLD:
                found[name] = Contained(name, (teller,), share, "told")
    return list(found.values())


def _by_chance(codes: NDArray[np.uint32]) -> float:
    """Return how often two random records agree."""
    counts = np.bincount(codes)[1:].astype(np.float64)
    return float((counts**2).sum() / max(counts.sum(), 1.0) ** 2)


def _strangers_agreeing(
    codes: NDArray[np.uint32], who: Sequence[NDArray[np.uint32]]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return rows of neighbours by a column's value that agree on it and on nothing that says who somebody is."""
    step = max(len(codes) // MOST_RECORDS_TOLD, 1)
    rows = np.flatnonzero((codes > 0) & (codes % step == 0))
    rows = rows[np.argsort(codes[rows], kind="stable")]
    one, two = rows[:-1], rows[1:]
    differs = codes[one] == codes[two]
    for column in who:
        differs &= (column[one] != column[two]) & (column[one] > 0) & (column[two] > 0)
    return one[differs], two[differs]
