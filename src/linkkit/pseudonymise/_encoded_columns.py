"""Whether the columns of an encoded file are what its encoding makes: their names, types, lengths and letters."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .bloom import Clk, length_after
from .encoding import Encoding
from .handover import HandoverError, Manifest
from .tokens import Token

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["check_columns"]

_LETTERS = {"base32": "[A-Z2-7]", "hex": "[0-9a-fA-F]"}


def check_columns(table: pa.Table, manifest: Manifest, encoding: Encoding, file: str) -> None:
    """Refuse a file whose columns are not those of its encoding, or that hold what the encoding does not make.

    Raises
    ------
    HandoverError
        With every mistake; no value is told.
    """
    expected = dict(_expected(encoding))
    there = [column for column in table.column_names if column != manifest.record_key]
    mistakes = [f"{column!r} is not there" for column in expected if column not in there]
    mistakes += [f"{column!r} is no part of its encoding" for column in there if column not in expected]
    for column, wanted in expected.items():
        if column in there and (mistake := wanted.mistake(table[column])):
            mistakes.append(f"{column!r} {mistake}")
    if mistakes:
        raise HandoverError(f"{file} is not what its manifest says: {'; '.join(mistakes)}. Have it encoded anew.")


def _expected(encoding: Encoding) -> Iterator[tuple[str, Any]]:
    for column in (*encoding.columns, *encoding.blocks):
        if isinstance(column, Token):
            yield column.name, _Tokens(column)
            continue
        before = column.length if isinstance(column, Clk) else column.filter_length
        yield column.name, _Filters(length_after(int(before or 0), column.hardening) // 8)
        if isinstance(column, Clk):
            yield f"{column.name}_present", _Present(len(column.fields))


class _Filters:
    """Filters of so many bytes each."""

    def __init__(self, size: int) -> None:
        self.size = size

    def mistake(self, column: pa.ChunkedArray) -> str:
        import pyarrow as pa

        found = column.type.byte_width if pa.types.is_fixed_size_binary(column.type) else None
        if found == self.size or (pa.types.is_null(column.type)):
            return ""
        said = "no filters" if found is None else f"filters of {8 * found:,} bits"
        return f"holds {said} where its encoding says {8 * self.size:,}"


class _Tokens:
    """Tokens, which are texts of one length in the letters of their alphabet."""

    def __init__(self, token: Token) -> None:
        count = math.ceil(token.bits / (5 if token.alphabet == "base32" else 4))
        self.pattern = f"^{_LETTERS[token.alphabet]}{{{count}}}$"

    def mistake(self, column: pa.ChunkedArray) -> str:
        import pyarrow as pa
        import pyarrow.compute as pc

        if pa.types.is_null(column.type):
            return ""
        is_text = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
        if is_text and pc.all(pc.match_substring_regex(column, self.pattern), min_count=0).as_py():
            return ""
        return "holds other than the tokens that its encoding makes"


class _Present:
    """Which of so many fields a record holds, a bit each."""

    def __init__(self, fields: int) -> None:
        self.fields = fields

    def mistake(self, column: pa.ChunkedArray) -> str:
        import pyarrow as pa
        import pyarrow.compute as pc

        is_bits = pa.types.is_unsigned_integer(column.type) and not column.null_count
        if is_bits and (not len(column) or pc.max(column).as_py() < 2**self.fields):
            return ""
        return f"does not say which of {self.fields} fields each record holds"
