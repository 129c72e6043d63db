"""From a column to the part that its feature has in every record's filter. All work is done once a distinct value."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import row_list

from ._hashing import token_positions
from ._schema import Feature, Hashing, Schema
from ._tokens import Refused, tokeniser

__all__ = ["Column", "Layout", "TokenLists", "add_feature", "distinct", "token_lists"]

_BLOCK_BYTES = 1 << 28
"""Filters of distinct values that are held at once."""
Codes = NDArray[np.uint32]


@dataclass(frozen=True)
class Layout:
    """Where bits lie while a filter is not folded yet: each part that folds onto the others in words of its own."""

    length: int
    parts: int

    @classmethod
    def of(cls, schema: Schema) -> Layout:
        """Return the layout of a schema's filters."""
        return cls(schema.length, 1 << schema.xor_folds)

    @property
    def part_bytes(self) -> int:
        """Bytes of a part, whole words of eight."""
        return -(-self.length // 64) * 8

    @property
    def width(self) -> int:
        """Bytes of all parts."""
        return self.part_bytes * self.parts

    def places(self, positions: NDArray[np.int64]) -> NDArray[np.uint32]:
        """Return where the bits of an unfolded filter lie."""
        return (positions // self.length * (self.part_bytes * 8) + positions % self.length).astype(np.uint32)

    def folded(self, filters: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return filters folded: halving again and again joins bit j of every part; shape (records, CLK bytes)."""
        words = filters.view(np.uint64).reshape(len(filters), self.parts, self.part_bytes // 8)
        folded = words[:, 0] if self.parts == 1 else np.bitwise_xor.reduce(words, axis=1)
        return np.ascontiguousarray(folded).view(np.uint8)[:, : -(-self.length // 8)]


@dataclass(frozen=True)
class Column:
    """A column as clkhash sees it: no text is missing, and texts are equal only if all their characters are."""

    codes: Codes
    values: list[str]


@dataclass(frozen=True)
class TokenLists:
    """The tokens of each distinct value, in order."""

    starts: NDArray[np.int64]
    members: Codes
    tokens: list[bytes]

    @property
    def counts(self) -> NDArray[np.int64]:
        """How many tokens each value has."""
        return np.diff(self.starts)


class _Numbered(dict[str, int]):
    """Numbers texts as they first come."""

    def __missing__(self, text: str) -> int:
        self[text] = number = len(self)
        return number


def distinct(texts: Sequence[Hashable]) -> tuple[Codes, list[Hashable]]:
    """Return a code for each text, and the distinct texts."""
    index = {text: code for code, text in enumerate(dict.fromkeys(texts))}
    return np.fromiter(map(index.__getitem__, texts), np.uint32, len(texts)), list(index)


def token_lists(feature: Feature, column: Column) -> tuple[TokenLists, list[str]]:
    """Return the tokens of a column's values, and what is wrong with the values that have none to give."""
    tokenise, index, members = tokeniser(feature), _Numbered(), list[int]()
    counts = np.zeros(len(column.values), np.int64)
    refused: dict[str, list[int]] = {}
    for code, value in enumerate(column.values):
        try:
            tokens = tokenise(value)
        except Refused as expected:
            refused.setdefault(str(expected), []).append(code)
            continue
        counts[code] = len(tokens)
        members.extend(map(index.__getitem__, tokens))
    starts = np.concatenate([[0], np.cumsum(counts)])
    encoded = [token.encode(feature.format.encoding) for token in index]
    mistakes = [f"{_rows(column, codes)}: expected {expected}." for expected, codes in refused.items()]
    return TokenLists(starts, np.array(members, np.uint32), encoded), mistakes


def add_feature(
    filters: NDArray[np.uint8],
    column: Column,
    lists: TokenLists,
    hashing: Hashing,
    keys: tuple[bytes, bytes],
    layout: Layout,
) -> None:
    """Set the bits of one feature in the filters of all records.

    Parameters
    ----------
    filters
        Shape (records, layout.width), changed in place.
    column, lists
        The feature's values and their tokens.
    hashing, keys
        How tokens become bits.
    layout
        Where bits lie.
    """
    from linkkit.engine.local.scatter import scattered, spread

    counts, bits = lists.counts, hashing.bits
    each, one_more = spread(counts, *((bits, 0) if hashing.per == "token" else (0, bits)))
    positions, token_starts = token_positions(
        lists.tokens, _needed(lists, each, one_more), hashing, keys, layout.length * layout.parts
    )
    places = layout.places(positions)
    words = filters.view(np.uint64)
    block = max(1, _BLOCK_BYTES // layout.width)
    for start in range(0, len(column.values), block):
        stop = min(start + block, len(column.values))
        made = scattered(
            lists.starts[start:stop], counts[start:stop], lists.members, each[start:stop], one_more[start:stop],
            token_starts, places, layout.width,
        ).view(np.uint64)  # fmt: skip
        _or_into(words, made, column.codes, start, stop, len(column.values))


def _or_into(
    words: NDArray[np.uint64], made: NDArray[np.uint64], codes: Codes, start: int, stop: int, size: int
) -> None:
    """Add the filters of values ``start`` to ``stop`` to those of the records that hold them."""
    if stop - start < size:
        rows = np.flatnonzero((codes >= start) & (codes < stop))
        words[rows] |= made[codes[rows] - np.uint32(start)]
        return
    step = max(1, _BLOCK_BYTES // 16 // words.shape[1] // 8)
    for first in range(0, len(words), step):
        words[first : first + step] |= made[codes[first : first + step]]


def _needed(lists: TokenLists, each: NDArray[np.int64], one_more: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each token the most positions that any value asks of it."""
    needed = np.zeros(len(lists.tokens), np.int64)
    place = np.arange(len(lists.members)) - np.repeat(lists.starts[:-1], lists.counts)
    asked = np.repeat(each, lists.counts) + (place < np.repeat(one_more, lists.counts))
    np.maximum.at(needed, lists.members, asked)
    return needed


def _rows(column: Column, codes: Sequence[int]) -> str:
    rows = np.flatnonzero(np.isin(column.codes, np.array(codes, np.uint32))) + 1
    return row_list(rows.tolist())
