"""Rows of texts to CLKs, bit for bit those of clkhash."""

from __future__ import annotations

import binascii
import os
import warnings
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import DataError, SpecError, numbered, row_list

from ._filters import Column, Layout, TokenLists, add_feature, distinct, token_lists
from ._hashing import derived_keys
from ._read_schema import read_schema
from ._schema import Feature, Schema
from ._weaknesses import InsecureEncodingWarning, secret_weaknesses, weaknesses

__all__ = ["columns_to_clks", "encode"]

SchemaLike = Schema | Mapping[str, Any] | str | os.PathLike[str]


def encode(rows: Iterable[Sequence[str]], schema: SchemaLike, secret: str | bytes) -> list[str]:
    """Encode rows as clkhash 0.18 does: the same rows, schema and secret give the same bits.

    It is for projects that have begun with clkhash. Its encodings are not those that linkkit recommends: see the guide
    on clkhash, and the warnings.

    Parameters
    ----------
    rows
        One sequence of texts a record, in the order of the schema's features, ignored ones too. An absent value is an
        empty text, as in a CSV file.
    schema
        A linkage schema of version 1, 2 or 3: its JSON as a dictionary or text, the path of a file, or what
        :func:`read_schema` returned.
    secret
        What the parties share; text is taken as UTF-8.

    Returns
    -------
    list of str
        For each row, in order, its CLK in base64.

    Raises
    ------
    SchemaError
        Where the schema cannot be used, with all its mistakes.
    DataError
        Where rows do not hold what the schema says; all such rows together, by their number, never with their values.
    SpecError
        Where the secret is neither text nor bytes.

    Warns
    -----
    InsecureEncodingWarning
        For each option that makes the encoding weaker than it need be, with what to do.

    References
    ----------
    R. Schnell, T. Bachteler, J. Reiher: A novel error-tolerant anonymous linking code (2011). The linkage schema and
    encoding of clkhash: https://clkhash.readthedocs.io.

    Examples
    --------
    >>> schema = {
    ...     "version": 3,
    ...     "clkConfig": {"l": 64, "kdf": {"type": "HKDF"}},
    ...     "features": [
    ...         {
    ...             "identifier": "surname",
    ...             "format": {"type": "string"},
    ...             "hashing": {
    ...                 "comparison": {"type": "ngram", "n": 2},
    ...                 "strategy": {"bitsPerFeature": 12},
    ...             },
    ...         }
    ...     ],
    ... }
    >>> encode([["smith"], ["smyth"]], schema, "a secret of at least sixteen bytes")
    ['gAIEEANQAA0=', 'gAgEFMJQAAU=']
    """
    read = read_schema(schema)
    width = len(read.features)
    gathered = _rows(rows, width)
    columns = [list(map(itemgetter(place), gathered)) for place in range(width)]
    return columns_to_clks(columns, len(gathered), read, secret)


def columns_to_clks(columns: Sequence[Sequence[Any]], size: int, schema: Schema, secret: str | bytes) -> list[str]:
    """Encode columns of texts, one for each feature of the schema; see :func:`encode`."""
    keys = derived_keys(_secret_bytes(secret), schema.derivation, len(schema.features))
    for weakness in (*weaknesses(schema), *secret_weaknesses(secret)):
        _warn(str(weakness))
    layout = Layout.of(schema)
    filters = np.zeros((size, layout.width), np.uint8)
    mistakes: list[str] = []
    for place, feature in enumerate(schema.features):
        if not isinstance(feature, Feature):
            continue
        named = f"features[{place}] {feature.identifier!r}"
        column, wrong = _column(columns[place])
        mistakes += [f"{named}, {text}" for text in wrong]
        if column is None:
            continue
        lists, wrong = token_lists(feature, column)
        mistakes += [f"{named}, {text}" for text in wrong]
        if not mistakes:
            _warn_of_cut_values(named, feature, column, lists)
            add_feature(filters, column, lists, feature.hashing, keys[place], layout)
    if mistakes:
        raise _invalid(mistakes)
    return _base64(layout.folded(filters))


def _rows(rows: Iterable[Sequence[str]], width: int) -> list[Sequence[str]]:
    if hasattr(rows, "columns"):
        raise DataError("rows is a table; expected one sequence of texts a record. Encode tables with encode_frame.")
    gathered = list(rows)
    wrong = [row for row, cells in enumerate(gathered, 1) if not _is_row(cells)]
    if wrong:
        raise DataError(f"rows: {row_list(wrong)}: expected a sequence of texts, one for each feature of the schema.")
    lengths = np.fromiter(map(len, gathered), np.int64, len(gathered))
    wrong = (np.flatnonzero(lengths != width) + 1).tolist()
    if wrong:
        raise DataError(
            f"rows: {row_list(wrong)}: expected {width} values, one for each feature of the schema (ignored ones too); "
            f"found {', '.join(map(str, np.unique(lengths[lengths != width])[:5]))}. Rows are counted from 1."
        )
    return gathered


def _is_row(cells: Any) -> bool:
    return isinstance(cells, list | tuple) or (isinstance(cells, Sequence) and not isinstance(cells, str | bytes))


def _column(texts: Sequence[Any]) -> tuple[Column | None, list[str]]:
    try:
        codes, values = distinct(texts)
    except TypeError:  # a list or dictionary in place of a text
        values = [None]
    if all(isinstance(value, str) for value in values):
        return Column(codes, cast("list[str]", values)), []
    wrong = [row for row, text in enumerate(texts, 1) if not isinstance(text, str)]
    return None, [f"{row_list(wrong)}: expected text (an empty text where a value is absent)."]


def _secret_bytes(secret: str | bytes) -> bytes:
    if not isinstance(secret, str | bytes):
        raise SpecError(f"secret must be text or bytes; got {type(secret).__name__}.")
    return secret.encode("utf-8") if isinstance(secret, str) else secret


def _warn_of_cut_values(named: str, feature: Feature, column: Column, lists: TokenLists) -> None:
    if feature.hashing.per != "feature":
        return
    cut = int((lists.counts > feature.hashing.bits)[column.codes].sum())
    if cut:
        _warn(
            f"{named}: {cut:,} of {len(column.codes):,} values have more tokens than the "
            f"{feature.hashing.bits} bits of the feature, so that their ends set no bit and count for nothing. "
            "In a new project, give bitsPerFeature at least the tokens of the longest value."
        )


def _warn(text: str) -> None:
    warnings.warn(text, InsecureEncodingWarning, stacklevel=4)


def _invalid(mistakes: Sequence[str]) -> DataError:
    return DataError(numbered("Values do not fit the linkage schema (rows are counted from 1):", mistakes))


def _base64(filters: NDArray[np.uint8]) -> list[str]:
    return [binascii.b2a_base64(row, newline=False).decode("ascii") for row in np.ascontiguousarray(filters)]
