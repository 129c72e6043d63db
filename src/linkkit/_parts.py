"""A field that stands in several columns: a date in day, month and year; a name in its parts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .encoded import Encoded

__all__ = ["join_parts"]


def join_parts(parts: Sequence[Encoded], kind: str) -> Encoded:
    """Return one column from its parts: dates as ISO text (XX: not known), other kinds joined by a blank."""
    if len(parts) == 1:
        return parts[0]
    key = np.zeros(len(parts[0].codes), np.int64)
    for part in parts:
        key = key * len(part.values) + part.codes
    distinct, codes = np.unique(key, return_inverse=True)
    pieces: list[list[str]] = []
    for part in reversed(parts):
        texts = part.texts()
        pieces.append([texts[position] for position in (distinct % len(part.values)).tolist()])
        distinct //= len(part.values)
    join = _iso_date if kind == "date" and len(parts) == 3 else _text
    joined = [join(piece) for piece in zip(*reversed(pieces), strict=True)]
    return Encoded((codes + 1).astype(np.uint32), _placeholder(len(joined))).mapped(joined)


def _iso_date(parts: Sequence[str]) -> str:
    day, month, year = parts
    if not (day or month or year):
        return ""
    return f"{year.zfill(4) if year else 'XXXX'}-{month.zfill(2) if month else 'XX'}-{day.zfill(2) if day else 'XX'}"


def _text(parts: Sequence[str]) -> str:
    return " ".join(part for part in parts if part)


def _placeholder(size: int):  # type: ignore[no-untyped-def]
    import pyarrow as pa

    return pa.nulls(size + 1, pa.string())
