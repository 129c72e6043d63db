"""Columns of encodings as they come: which kind they are, and their distinct encodings as bits."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import DataError

from ._measures import bit_counts, popcounts
from ._texts import alphabet_of, bytes_of

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Column", "Role", "read_column"]

Role = Literal["token", "filter", "clk", "block", "presence", "clear"]
_LEAST_CHARACTERS, _LEAST_SAID = 16, 4
"""Shorter texts are believed to be encodings only where it is said."""
_SURE_CHARACTERS = 40
"""Names and codes of so many characters, all of one length, do not occur."""
_LEAST_RANDOM = 64
_DEVIATIONS = 6.0
_HASH_BYTES = (16, 20, 28, 32, 48, 64)
_USUAL_SHARE = 0.7


@dataclass(frozen=True, eq=False)
class Column:
    """One column of encodings.

    Parameters
    ----------
    name
        Its name.
    role
        What it holds: tokens, filters of a field, filters of records, block tokens, which fields are present, or
        something that can be read.
    codes
        Shape (records,), int64: which of the distinct encodings a record has; -1 where it has none.
    filters
        Shape (distinct, bytes), uint8: the distinct encodings of the usual length; empty where it holds none.
    alphabet
        How texts are written: ``"hex"``, ``"HEX"``, ``"base32"``, ``"base64"``, ``"base64url"``, or ``"bytes"``.
    of_other_length
        How many records have an encoding of another length; their code is -2.
    blank
        How many records have a token of one repeated character; they count as missing.
    """

    name: str
    role: Role
    codes: NDArray[np.int64] = field(repr=False)
    filters: NDArray[np.uint8] = field(repr=False)
    alphabet: str = "bytes"
    of_other_length: int = 0
    blank: int = 0


def read_column(name: str, values: Any, role: Role | None = None) -> Column:
    """Read one column, and find out what it holds where nothing says it.

    Parameters
    ----------
    name
        Its name.
    values
        An Arrow column of texts, bytes or numbers.
    role
        What it is said to hold.

    Examples
    --------
    >>> import pyarrow as pa
    >>> read_column("clk", pa.array(["AAAAAAAAAAAAAAA1", None, "AAAAAAAAAAAAAAA1"])).codes.tolist()
    [0, -1, 0]
    """
    import pyarrow as pa

    kind = values.type.value_type if pa.types.is_dictionary(values.type) else values.type
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return _of_bytes(name, values, role)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_null(kind):
        return _of_texts(name, values, role)
    if role == "presence" or (pa.types.is_integer(kind) and name.endswith("_present")):
        codes, _ = _codes(values)
        return Column(name, "presence", codes, np.zeros((0, 0), np.uint8))
    return _clear(name, values)


def _codes(values: Any) -> tuple[NDArray[np.int64], pa.Array]:
    """Return a code for each record (-1: missing), and the distinct values."""
    import pyarrow as pa

    whole = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    coded = whole if pa.types.is_dictionary(whole.type) else whole.dictionary_encode()
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    indices = coded.indices.cast(pa.int64()).fill_null(-1).to_numpy(zero_copy_only=False)
    return indices.astype(np.int64), coded.dictionary


def _clear(name: str, values: Any) -> Column:
    codes, _ = _codes(values)
    return Column(name, "clear", codes, np.zeros((0, 0), np.uint8))


def _of_bytes(name: str, values: Any, role: Role | None) -> Column:
    import pyarrow as pa

    codes, distinct = _codes(values)
    if pa.types.is_fixed_size_binary(distinct.type) and distinct.type.byte_width:
        width = distinct.type.byte_width
        data = np.frombuffer(distinct.buffers()[1], np.uint8)
        filters = data[distinct.offset * width : (distinct.offset + len(distinct)) * width].reshape(-1, width)
        return Column(name, role or _filter_role(name), codes, filters)
    codes, held, others = _of_usual_length(codes, distinct.to_pylist())
    if held and not held[0]:
        raise DataError(f"{name}: the encodings are empty. Give no value where a record has none.")
    filters = np.frombuffer(b"".join(held), np.uint8).reshape(len(held), -1) if held else np.zeros((0, 0), np.uint8)
    return Column(name, role or _filter_role(name), codes, filters, of_other_length=others)


def _of_texts(name: str, values: Any, role: Role | None) -> Column:
    codes, distinct = _codes(values)
    texts: list[str] = distinct.to_pylist()
    blank = [place for place, text in enumerate(texts) if not text]
    codes[np.isin(codes, blank)] = -1
    if role == "presence" or (name.endswith("_present") and all(text.isdigit() for text in texts if text)):
        return Column(name, "presence", codes, np.zeros((0, 0), np.uint8))
    plain = codes
    codes, held, others = _of_usual_length(codes, texts)
    alphabet = alphabet_of(held) if _can_be_encoded(held, said=role is not None) else None
    if not held:
        return Column(name, role or _filter_role(name), codes, np.zeros((0, 0), np.uint8), "base64", others)
    if alphabet is None or others > (1 - _USUAL_SHARE) * (codes != -1).sum():
        return Column(name, "clear", plain, np.zeros((0, 0), np.uint8))
    filters = bytes_of(held, alphabet)
    column = Column(name, role or _role(name, alphabet, filters), codes, filters, alphabet, others)
    return _without_blank(column, plain, texts) if column.role in ("token", "block") else column


def _without_blank(column: Column, plain: NDArray[np.int64], texts: list[str]) -> Column:
    """Take out tokens of one repeated character, which stand for missing values, of whatever length."""
    blank = [place for place, text in enumerate(texts) if text and len(set(text.rstrip("="))) == 1]
    is_blank = np.isin(plain, blank)
    others = column.of_other_length - int((is_blank & (column.codes == -2)).sum())
    codes = np.where(is_blank, -1, column.codes)
    return replace(column, codes=codes, of_other_length=others, blank=int(is_blank.sum()))


def _can_be_encoded(texts: list[str], *, said: bool) -> bool:
    """Whether texts may be encodings: names hold no digits, and numbers no letters."""
    if not texts or len(texts[0]) < (_LEAST_SAID if said else _LEAST_CHARACTERS):
        return False
    is_mixed = any(any(map(str.isdigit, one)) for one in texts) and any(any(map(str.isalpha, one)) for one in texts)
    return said or len(texts[0]) >= _SURE_CHARACTERS or is_mixed


def _of_usual_length(codes: NDArray[np.int64], held: list[Any]) -> tuple[NDArray[np.int64], list[Any], int]:
    """Keep the encodings of the commonest length; return codes into them (-2: of another), and how many others."""
    lengths = np.array([len(one or "") for one in held], np.int64)
    used = codes[codes >= 0]
    if not len(used):
        return codes, [], 0
    usual = int(np.bincount(lengths[used]).argmax())
    kept = lengths == usual
    places = np.where(kept, np.cumsum(kept) - 1, -2)
    new = np.where(codes >= 0, places[np.maximum(codes, 0)], codes).astype(np.int64)
    return new, [one for one, keep in zip(held, kept.tolist(), strict=True) if keep], int((new == -2).sum())


def _role(name: str, alphabet: str, filters: NDArray[np.uint8]) -> Role:
    """What a column of texts holds: digests are of known lengths and every second bit of them is set."""
    if alphabet in ("hex", "HEX", "base32"):
        return "token"
    if filters.shape[1] in _HASH_BYTES and len(filters) >= _LEAST_RANDOM and _is_random(filters):
        return "token"
    return _filter_role(name)


def _is_random(filters: NDArray[np.uint8]) -> bool:
    """Whether filters look like digests: as many ones as coins have, in each place, in all, and in each row."""
    rows, bits = len(filters), 8 * filters.shape[1]
    counts, ones = bit_counts(filters), popcounts(filters)
    in_each = np.abs(counts - rows / 2).max() < _DEVIATIONS * np.sqrt(rows) / 2
    in_all = abs(ones.sum() - rows * bits / 2) < _DEVIATIONS * np.sqrt(rows * bits) / 2
    # The variance of a row's ones is bits / 4; balanced filters have none, and those of names far more.
    return bool(in_each and in_all and 0.4 < 4 * ones.var() / bits < 1.8)


def _filter_role(name: str) -> Role:
    return "clk" if re.search(r"(?<![a-z])clks?(?![a-z])", name.lower()) else "filter"
