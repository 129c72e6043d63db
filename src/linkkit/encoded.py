"""A column, dictionary-encoded: a code for each record, and the distinct values.

Cleaning, phonetics and similarity run on the distinct values; equal codes are equal values; code 0 is missing.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ._arrow import as_integers, as_mask, as_texts, is_blank, positions, returning_memory
from ._bytes import is_bytes, spelled_bytes, text_of_bytes
from .errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "Codes",
    "Encoded",
    "EncodedSets",
    "behind",
    "encode",
    "encode_sets",
    "is_list",
    "is_text_view",
    "together",
    "without_views",
]

Codes = NDArray[np.uint32]
# Floats from here on, the infinities among them, are no integers of 64 bits.
_WHOLE = 2.0**63


@dataclass(frozen=True, eq=False, repr=False)
class Encoded:
    """One value a record.

    Parameters
    ----------
    codes
        Shape (records,), uint32: the position of each record's value in ``values``; 0 is missing.
    values
        Shape (distinct + 1,), Arrow string array: the distinct values behind an empty text at position 0.
    """

    codes: Codes
    values: pa.StringArray

    @property
    def size(self) -> int:
        """How many distinct values there are, missing not counted."""
        return len(self.values) - 1

    def __repr__(self) -> str:
        return f"<Encoded: {len(self.codes):,} records, {self.size:,} distinct values>"

    def texts(self) -> list[str]:
        """The distinct values, missing (an empty text) first."""
        return self.values.to_pylist()  # type: ignore[no-any-return]

    def counts(self) -> NDArray[np.int64]:
        """How many records hold each value, missing first; shape (distinct + 1,)."""
        return self._counts

    @cached_property
    def _counts(self) -> NDArray[np.int64]:
        found = np.bincount(self.codes, minlength=len(self.values))
        found.flags.writeable = False
        return found

    def reordered(self, rows: NDArray[np.int64]) -> Encoded:
        """Return the column with its records in another order, or some of them."""
        return Encoded(self.codes[rows], self.values)

    def used(self) -> Encoded:
        """Return the column without values that no record holds: how many there are weighs agreement on the others."""
        is_used = self.counts() > 0
        is_used[0] = True
        if is_used.all():
            return self
        new_codes = (np.cumsum(is_used) - 1).astype(np.uint32)
        return Encoded(new_codes[self.codes], self.values.take(positions(np.flatnonzero(is_used))))

    def mapped(self, values: Sequence[str | None] | pa.StringArray) -> Encoded:
        """Return the column with each distinct value replaced; None and empty texts are missing.

        Parameters
        ----------
        values
            As many as there are distinct values: the new text of each, missing itself left out.
        """
        new_codes, new_values = distinct_texts(_behind_missing(values))
        return Encoded(new_codes[self.codes], new_values)


@dataclass(frozen=True, eq=False, repr=False)
class EncodedSets:
    """Several values a record: a set of values behind each code.

    Parameters
    ----------
    codes
        Shape (records,), uint32: which set each record holds; 0 is missing.
    starts
        Shape (sets + 2,), int64: set k holds the members ``starts[k]`` to ``starts[k + 1]``; set 0 holds none.
    members
        Shape (total members,), uint32: positions in ``values``, rising and distinct within a set.
    values
        The distinct members behind an empty text at position 0.
    """

    codes: Codes
    starts: NDArray[np.int64]
    members: Codes
    values: pa.StringArray

    def __repr__(self) -> str:
        return f"<EncodedSets: {len(self.codes):,} records, {len(self.starts) - 2:,} sets>"

    def counts(self) -> NDArray[np.int64]:
        """How many records hold each member, missing (which none does) first; shape (distinct + 1,)."""
        records = np.repeat(np.bincount(self.codes, minlength=len(self.starts) - 1), np.diff(self.starts))
        return np.bincount(self.members, weights=records, minlength=len(self.values)).astype(np.int64)

    def reordered(self, rows: NDArray[np.int64]) -> EncodedSets:
        """Return the column with its records in another order, or some of them."""
        return EncodedSets(self.codes[rows], self.starts, self.members, self.values)

    def used(self) -> EncodedSets:
        """Return the column without sets and members that no record holds."""
        is_used = np.bincount(self.codes, minlength=len(self.starts) - 1) > 0
        is_used[0] = True
        if is_used.all():
            return self
        sizes = np.diff(self.starts)
        members = Encoded(self.members[np.repeat(is_used, sizes)], self.values).used()
        new_codes = (np.cumsum(is_used) - 1).astype(np.uint32)
        starts = set_starts(sizes[is_used].tolist())
        return EncodedSets(new_codes[self.codes], starts, members.codes, members.values)

    def lists(self, rows: NDArray[np.int64]) -> list[list[str] | None]:
        """The members of some records' sets, in order; None where it is missing."""
        texts = self.values.to_pylist()
        codes = self.codes[rows].tolist()
        distinct = {code: self.members[self.starts[code] : self.starts[code + 1]].tolist() for code in set(codes)}
        return [sorted(texts[member] for member in distinct[code]) if code else None for code in codes]

    def mapped(self, values: Sequence[str | None] | pa.StringArray) -> EncodedSets:
        """Return the column with each distinct member replaced; None and empty texts leave their sets."""
        import pyarrow as pa

        new_codes, new_values = distinct_texts(_behind_missing(values))
        texts = new_values.to_pylist()
        members = new_codes[self.members].tolist()
        bounds = self.starts.tolist()
        pairs = itertools.pairwise(bounds)
        sets = [sorted({texts[code] for code in members[start:end] if code}) for start, end in pairs]
        column = pa.array(sets, pa.list_(pa.string()))
        changed = encode_sets(column)
        return EncodedSets(changed.codes[self.codes], changed.starts, changed.members, changed.values)

    def renamed(self, values: Sequence[str | None] | pa.StringArray) -> EncodedSets:
        """Return the column with each distinct member replaced, sets of the same records staying apart.

        Parameters
        ----------
        values
            The new text of each distinct member behind that of missing, which is empty; None and empty texts leave
            their sets.
        """
        new_codes, new_values = distinct_texts(values)
        owner = np.repeat(np.arange(len(self.starts) - 1, dtype=np.int64), np.diff(self.starts))
        code = new_codes[self.members].astype(np.int64)
        key = np.unique((owner * len(new_values) + code)[code > 0])
        sizes = np.bincount(key // len(new_values), minlength=len(self.starts) - 1)
        is_left = sizes[self.codes] > 0
        starts = set_starts(sizes.tolist())
        members = (key % len(new_values)).astype(np.uint32)
        return EncodedSets(np.where(is_left, self.codes, 0).astype(np.uint32), starts, members, new_values)


def encode(column: pa.ChunkedArray | pa.Array, *, is_opaque: bool = False, where: str | None = None) -> Encoded:
    """Dictionary-encode an Arrow column of any simple type as texts; blank texts are missing.

    Bytes are read as text in UTF-8; where they are none, or ``is_opaque`` says that they are encodings, as base64.

    Parameters
    ----------
    where
        Dataset and column: what holds lists or structs raises a DataError that names them, and else Arrow's own error.

    Examples
    --------
    >>> import pyarrow as pa
    >>> encode(pa.array(["ann", None, " ", "ann"])).codes.tolist()
    [1, 0, 0, 1]
    """
    import pyarrow as pa

    try:
        with returning_memory():
            return _encode(column, is_opaque)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError):
        if where is None:
            raise
        raise DataError(f"{where} holds {column.type}; give one text, number or date a row.") from None


def _encode(column: pa.ChunkedArray | pa.Array, is_opaque: bool) -> Encoded:
    import pyarrow as pa
    import pyarrow.compute as pc

    chunked = column if isinstance(column, pa.ChunkedArray) else pa.chunked_array([column])
    if pa.types.is_fixed_size_binary(chunked.type):
        chunked = chunked.dictionary_encode()  # so that each distinct value is spelled once
    is_given = pa.types.is_dictionary(chunked.type)  # which may say more than the rows hold, as of some rows of many
    if not pa.types.is_dictionary(chunked.type):
        chunked = _as_text(chunked, is_opaque).dictionary_encode()
    combined = chunked.unify_dictionaries().combine_chunks()
    if isinstance(combined, pa.ChunkedArray):  # an empty column, or a very long one
        combined = combined.chunk(0) if combined.num_chunks else pa.array([], pa.dictionary(pa.int32(), pa.string()))
    dictionary = _as_text(pa.chunked_array([combined.dictionary]), is_opaque).combine_chunks()
    raw_codes = _codes(combined.indices)
    blank = is_blank(dictionary)
    if blank.any() or pc.count_distinct(dictionary, mode="all").as_py() < len(dictionary):
        texts = [None if empty else text for text, empty in zip(dictionary.to_pylist(), blank.tolist(), strict=True)]
        new_codes, values = distinct_texts(["", *texts])
        found = Encoded(new_codes[raw_codes], values)
    else:
        found = Encoded(raw_codes, pa.concat_arrays([as_texts([""]), dictionary]))
    return found.used() if is_given else found


def encode_sets(column: pa.ChunkedArray | pa.Array) -> EncodedSets:
    """Dictionary-encode an Arrow list column: equal sets get equal codes; empty and missing lists are missing."""
    import pyarrow as pa

    if is_bytes(column.type.value_type):
        column = column.cast(pa.list_(pa.string()))
    rows: list[Any] = column.to_pylist()
    texts = [
        tuple(sorted({str(item) for item in row if item is not None and str(item).strip()})) if row else ()
        for row in rows
    ]
    positions: dict[tuple[str, ...], int] = {(): 0}
    codes = np.fromiter((positions.setdefault(text, len(positions)) for text in texts), np.uint32, len(texts))
    sets = list(positions)
    member_codes, values = distinct_texts(["", *(item for members in sets for item in members)])
    sizes = [len(members) for members in sets]
    rising = np.lexsort((member_codes[1:], np.repeat(np.arange(len(sets)), sizes)))
    return EncodedSets(codes, set_starts(sizes), member_codes[1:][rising], pa.array(values))


def set_starts(lengths: Sequence[int]) -> NDArray[np.int64]:
    """Return where each set starts, with the end of the last behind."""
    starts = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=starts[1:])
    return starts


def together(columns: Sequence[Encoded]) -> tuple[list[Codes], pa.StringArray]:
    """Give several columns one dictionary, so that equal codes are equal values across them.

    Returns
    -------
    list of arrays, and the shared distinct values
    """
    import pyarrow as pa

    if len(columns) == 1 or all(column.values is columns[0].values for column in columns):
        return [column.codes for column in columns], columns[0].values
    everything = pa.concat_arrays([column.values for column in columns])
    encoded = everything.dictionary_encode()
    position, codes = 0, []
    mapping = _codes(encoded.indices) - np.uint32(1)  # the first value is "", so it keeps 0
    for column in columns:
        codes.append(mapping[position : position + len(column.values)][column.codes])
        position += len(column.values)
    return codes, encoded.dictionary


def distinct_texts(texts: Sequence[str | None] | pa.StringArray) -> tuple[Codes, pa.StringArray]:
    """Return a code for each text, and the distinct texts; the first must be empty and gets code 0, as None does."""
    import pyarrow as pa

    array = texts if isinstance(texts, pa.Array) else as_texts([text or "" for text in texts])
    encoded = array.dictionary_encode()
    return _codes(encoded.indices) - np.uint32(1), encoded.dictionary


def _behind_missing(values: Sequence[str | None] | pa.StringArray) -> Sequence[str | None] | pa.StringArray:
    """Put the empty text of missing before the new values."""
    import pyarrow as pa

    if isinstance(values, pa.Array):
        return pa.concat_arrays([as_texts([""]), values.fill_null("") if values.null_count else values])
    return ["", *values]


def _codes(indices: pa.Array) -> Codes:
    """Arrow indices as codes: one more, and 0 for null."""
    codes = np.empty(len(indices), np.uint32)
    np.add(as_integers(indices), 1, out=codes, casting="unsafe")
    if indices.null_count:
        codes[~as_mask(indices.is_valid())] = 0
    return codes


def _as_text(column: pa.ChunkedArray, is_opaque: bool) -> pa.ChunkedArray:
    """Any simple Arrow column as text: dates in ISO form, whole floats without '.0'."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_timestamp(kind):
        days = column.cast(pa.date32(), safe=False)
        if (
            pc.all(pc.equal(days.cast(pa.timestamp("us")), column.cast(pa.timestamp("us"), safe=False))).as_py()
            is not False
        ):
            column = days
    elif pa.types.is_floating(kind):
        column = pc.if_else(pc.is_nan(column), pa.scalar(None, kind), column)
        fits = pc.less(pc.abs(column), _WHOLE)
        if pc.all(pc.or_(pc.equal(pc.round(column), column), pc.invert(fits))).as_py() is not False:
            whole = column.cast(pa.int64(), safe=False)
            if pc.all(fits).as_py() is False:
                return pc.if_else(fits, whole.cast(pa.string()), column.cast(pa.string()))
            column = whole
    elif is_bytes(kind):
        texts = None if is_opaque else text_of_bytes(column)
        return spelled_bytes(column) if texts is None else texts
    elif pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
    elif is_text_view(kind):
        return without_views(column)
    return column.cast(pa.string())


def is_text_view(kind: pa.DataType) -> bool:
    """Whether an Arrow type is polars' own form of text, which older pyarrow can read and do nothing else with."""
    return str(kind) == "string_view"


def is_list(kind: pa.DataType) -> bool:
    """Whether an Arrow type is of lists of any length."""
    import pyarrow as pa

    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind))


def without_views(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column of text views, or of lists of them, as plain text."""
    import pyarrow as pa

    if is_list(column.type):
        if not is_text_view(column.type.value_type):
            return column
        kind = pa.list_(pa.string())
        return pa.chunked_array([pa.array(chunk.to_pylist(), kind) for chunk in column.chunks], kind)
    if not is_text_view(column.type):
        return column
    try:
        return column.cast(pa.string())
    except pa.ArrowNotImplementedError:  # pyarrow before 18
        return pa.chunked_array([pa.array(chunk.to_pylist(), pa.string()) for chunk in column.chunks], pa.string())


def behind(column: Encoded | EncodedSets, more: Encoded | EncodedSets) -> Encoded | EncodedSets:
    """Return a column with the records of another behind its own; sets must be under one dictionary."""
    if isinstance(column, EncodedSets) or isinstance(more, EncodedSets):
        assert isinstance(column, EncodedSets)
        return EncodedSets(np.concatenate([column.codes, more.codes]), column.starts, column.members, column.values)
    codes, values = together([column, more])
    return Encoded(np.concatenate(codes), values)
