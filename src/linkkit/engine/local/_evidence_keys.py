"""The keys of every record: its values, the keys of each value, and what sharing a key is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkkit._arrow import as_integers
from linkkit.encoded import Encoded, EncodedSets, distinct_texts
from linkkit.records import Records
from linkkit.specs import Evidence
from linkkit.values import Expression, parse, transform

from .kernels.evidence import count_keys, fill_keys

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["BIT", "Keys", "keys_of"]

U32 = NDArray[np.uint32]
U16 = NDArray[np.uint16]
I64 = NDArray[np.int64]
# Bits are whole numbers of this many parts, so that sums do not depend on their order.
BIT = 64
# A key that most records have says nothing: less than a quarter of a bit.
LEAST_WEIGHT = 0.25


@dataclass(frozen=True, eq=False)
class Keys:
    """The keys of all records.

    Parameters
    ----------
    starts
        Shape (records + 1,): where each record's entries start.
    keys, units
        Shape (entries,): the key, from 1, and the number of the record's value that it is a key of.
    counts
        Shape (keys + 1,): how many records have each key; place 0 is none.
    bits
        Shape (keys + 1,): what sharing it is worth, in parts of a bit (:data:`BIT`); 0 for keys that are left out.
    looser
        Shape (keys + 1,): the looser key of the same value that it implies; 0 for none.
    records
        How many records have any value.
    """

    starts: I64
    keys: U32
    units: U16
    counts: I64
    bits: U16
    looser: U32
    records: int


@dataclass(frozen=True, eq=False)
class _Values:
    """One kind of evidence: the values of each record, and the keys of each distinct value, shape (values, forms)."""

    starts: I64
    values: U32
    keys: U32


def keys_of(records: Records, evidence: Sequence[Evidence]) -> Keys:
    """Return the keys of all records."""
    kinds, looser, size = [], [np.zeros(1, np.uint32)], 1
    for one in evidence:
        starts, values, texts = _values(records, one)
        keys = np.zeros((len(texts), len(one.keys)), np.uint32)
        first = size
        for form, key in enumerate(one.keys):
            codes, count = _codes(parse(key.expression), texts)
            keys[:, form] = np.where(codes > 0, codes + np.uint32(size - 1), 0)
            size += count
        implied = np.zeros(size - first, np.uint32)
        for form, key in enumerate(one.keys):
            if key.implies is not None:
                has = keys[:, form] > 0
                implied[keys[has, form] - np.uint32(first)] = keys[has, key.implies]
        looser.append(implied)
        kinds.append(_Values(starts, values, keys))
    counts = np.zeros(size, np.int64)
    for kind in kinds:
        count_keys(kind.starts, kind.values, kind.keys, counts)
    bits = _bits(counts, len(records))
    has_value = np.zeros(len(records), bool)
    for kind in kinds:
        has_value |= np.diff(kind.starts) > 0
    starts, keys_, units = _entries(kinds, bits, len(records))
    return Keys(starts, keys_, units, counts, bits, np.concatenate(looser), int(has_value.sum()))


def _bits(counts: I64, size: int) -> U16:
    """What sharing each key is worth: log2(n / c); nothing where one record has it, or nearly all have."""
    weight = np.zeros(len(counts))
    several = counts > 1
    weight[several] = np.log2(size / counts[several])
    weight[weight < LEAST_WEIGHT] = 0.0
    return np.round(weight * BIT).astype(np.uint16)


def _entries(kinds: Sequence[_Values], bits: U16, size: int) -> tuple[I64, U32, U16]:
    cursor, units = np.zeros(size, np.int64), np.zeros(size, np.uint16)
    none, no_units = np.empty(0, np.uint32), np.empty(0, np.uint16)
    for kind in kinds:
        fill_keys(kind.starts, kind.values, kind.keys, bits, cursor, units, none, no_units)
    starts = np.zeros(size + 1, np.int64)
    np.cumsum(cursor, out=starts[1:])
    cursor, units = starts[:-1].copy(), np.zeros(size, np.uint16)
    keys, out_units = np.empty(int(starts[-1]), np.uint32), np.empty(int(starts[-1]), np.uint16)
    for kind in kinds:
        fill_keys(kind.starts, kind.values, kind.keys, bits, cursor, units, keys, out_units)
    return starts, keys, out_units


def _values(records: Records, evidence: Evidence) -> tuple[I64, U32, pa.StringArray]:
    """Return each record's distinct values over some columns, rising, and the texts of the values (the first empty)."""
    import pyarrow as pa

    columns = [records.column(column) for column in evidence.columns]
    parts = [_members(column, evidence.is_of_words) for column in columns]
    is_several = len(columns) > 1 or isinstance(columns[0], EncodedSets) or evidence.is_of_words
    codes, texts = distinct_texts(pa.concat_arrays([part[2] for part in parts]))
    if is_several:
        codes, texts = _in_order(codes, texts)
    rows, values, offset = [], [], 0
    for column, (starts, members, own) in zip(columns, parts, strict=True):
        joint = codes[offset : offset + len(own)]
        offset += len(own)
        counts = np.diff(starts)[column.codes]
        within = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
        rows.append(np.repeat(np.arange(len(column.codes), dtype=np.uint64), counts))
        values.append(joint[members[np.repeat(starts[column.codes], counts) + within]])
    row, value = np.concatenate(rows), np.concatenate(values)
    if is_several:
        packed = (row << np.uint64(32)) | value
        packed.sort()
        packed = packed[np.concatenate([[True], packed[1:] != packed[:-1]])] if len(packed) else packed
        row, value = packed >> np.uint64(32), (packed & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    starts = np.zeros(len(records) + 1, np.int64)
    np.cumsum(np.bincount(row.astype(np.int64), minlength=len(records)), out=starts[1:])
    return starts, np.ascontiguousarray(value), texts


def _in_order(codes: U32, texts: pa.StringArray) -> tuple[U32, pa.StringArray]:
    """Number texts in their own order: which of a record's values has a key first does not depend on other records."""
    import pyarrow.compute as pc

    order = as_integers(pc.sort_indices(texts))
    ranks = np.empty(len(texts), np.uint32)
    ranks[order] = np.arange(len(texts), dtype=np.uint32)
    return ranks[codes], texts.take(order)


def _members(column: Encoded | EncodedSets, is_of_words: bool) -> tuple[I64, U32, pa.StringArray]:
    """Return the values behind each code: where they start, their positions among texts, and the texts."""
    if isinstance(column, EncodedSets):
        return column.starts, column.members, column.values
    if not is_of_words:
        size = len(column.values)
        return (
            np.concatenate([[0], np.arange(size)]).astype(np.int64),
            np.arange(1, size, dtype=np.uint32),
            column.values,
        )
    return _words(column.values)


def _words(values: pa.StringArray) -> tuple[I64, U32, pa.StringArray]:
    """Cut texts into words: runs of letters and digits, in small letters."""
    import pyarrow as pa
    import pyarrow.compute as pc

    plain = pc.utf8_trim_whitespace(pc.replace_substring_regex(pc.utf8_lower(values), r"[^\pL\pN\pM]+", " "))
    words = pc.split_pattern(plain, " ")
    starts = np.zeros(len(values) + 1, np.int64)
    np.cumsum(as_integers(pc.list_value_length(words)), out=starts[1:])
    codes, texts = distinct_texts(pa.concat_arrays([pa.array([""]), words.flatten()]))
    members = codes[1:]
    kept = members > 0  # a text without letters has one empty word
    places = np.concatenate([[0], np.cumsum(kept)])
    return places[starts], members[kept], texts


def _codes(expression: Expression, texts: pa.StringArray) -> tuple[U32, int]:
    """Return the code from 1 of each text's key, 0 where it has none, and how many keys there are."""
    if not expression.function:
        return np.arange(len(texts), dtype=np.uint32), len(texts) - 1
    listed: list[str] = texts.to_pylist()
    results = _apply(expression, listed[1:])
    codes, distinct = distinct_texts(["", *results])
    return codes, len(distinct) - 1


def _apply(expression: Expression, texts: list[str]) -> list[str | None]:
    """Carry out an expression in ``value`` on texts."""
    if not expression.function:
        return list(texts)
    inner = [_apply(one, texts) for one in expression.inner]
    if expression.function == "joined":
        return [None if None in parts else " ".join(parts) for parts in zip(*inner, strict=True)]
    present = [text for text in inner[0] if text is not None]
    results = iter(transform(expression.function, present, expression.constants))
    return [None if text is None else next(results) for text in inner[0]]
