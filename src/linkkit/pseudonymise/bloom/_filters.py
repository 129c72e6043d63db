"""The filters of distinct values: tokens, keyed hashes, bits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import DataError, row_list
from linkkit.pseudonymise._contract import SubKeys, check_keys

from ._hashing import TokenHashes, salted
from ._spec import BloomField
from ._tokens import Tokens, tokens_of

__all__ = ["Filters", "field_filters", "filters_of_tokens"]

Filters = NDArray[np.uint8]


def field_filters(
    values: Sequence[str], field: BloomField, keys: SubKeys, salts: Sequence[str] | None = None
) -> Filters:
    """Return the filters of values before any hardening: what :func:`encode` does for each distinct value.

    Parameters
    ----------
    values
        Texts, none of them missing.
    field
        How they are encoded.
    keys
        The key, of which the sub-key of the purpose ``"bloom"`` and the field's name is used.
    salts
        For a field with a salt, the salt of each value; None leaves it out, where only the likeness within a salt
        matters.

    Returns
    -------
    array of uint8, shape (values, length // 8)
        Bit i is in byte i // 8, the highest first. A value that is no number or date of that kind sets none.

    Raises
    ------
    DataError
        Where a value or a salt is no text, or there is not one salt a value.

    Examples
    --------
    >>> from linkkit.pseudonymise import Key
    >>> given_name = BloomField("given_name", hashes=20, length=512)
    >>> filters = field_filters(["ann", "anna", "zoe"], given_name, Key.generate(project="example"))
    >>> bits = np.unpackbits(filters, axis=1)
    >>> bits @ bits.T > 40
    array([[ True,  True, False],
           [ True,  True, False],
           [False, False,  True]])
    """
    check_keys(keys)
    texts = _texts(values, "values")
    tokens = tokens_of(texts, field)
    key = keys.subkey("bloom", field.name)
    if salts is None:
        return filters_of_tokens(tokens, [key], field, field.filter_length)
    listed = _texts(salts, "salts")
    if len(listed) != len(texts):
        raise DataError(f"salts must be one a value, {len(texts):,}; got {len(listed):,}.")
    tokens, token_keys = salted_tokens(tokens, np.arange(len(texts)), listed, key)
    return filters_of_tokens(tokens, token_keys, field, field.filter_length)


def _texts(values: Any, name: str) -> list[str]:
    """Return values as a list; a value that is missing would be encoded as if it were a word."""
    listed = values.to_pylist() if hasattr(values, "to_pylist") else list(values)
    wrong = [row for row, value in enumerate(listed) if not isinstance(value, str)]
    if isinstance(values, str) or wrong:
        where = f"{row_list(wrong)} hold none" if wrong else "got a single one"
        raise DataError(f"{name} must be a list of texts; {where}. Leave out what is missing.")
    return listed


def filters_of_tokens(
    tokens: Tokens, token_keys: Sequence[bytes], field: BloomField, length: int, budget: int | None = None
) -> Filters:
    """Return the filters of tokens: ``field.hashes`` bits a token, or the field's (or the given) bits a value."""
    from linkkit.engine.local.scatter import arranged, scattered, spread

    hashes = field.hashes or 0
    bits = 0 if hashes else (budget or field.bits)
    drawn = TokenHashes(tokens.texts, token_keys)
    order = drawn.order()
    # Numbered by rank, a value's tokens come in the same order wherever they stand in it.
    ranked = order[tokens.members]
    members, sizes, needed = arranged(tokens.starts, ranked, len(order), hashes, bits)
    position_starts, positions = drawn.positions(needed[order], length)
    by_rank = np.empty_like(position_starts)
    by_rank[order] = position_starts
    each, one_more = spread(sizes, hashes, bits)
    return scattered(tokens.starts, sizes, members, each, one_more, by_rank, positions, length // 8)


def salted_tokens(
    tokens: Tokens, values: NDArray[np.int64], salts: Sequence[str], key: bytes
) -> tuple[Tokens, list[bytes]]:
    """Return the tokens of pairs of a value and a salt, each token once for each salt that it meets, and their keys.

    Parameters
    ----------
    tokens
        The tokens of values.
    values, salts
        The value and the salt of each pair.
    key
        The key of the field.
    """
    distinct, salt_of = np.unique(np.array(salts, object).astype(str), return_inverse=True)
    sizes = np.diff(tokens.starts)[values]
    starts = np.zeros(len(values) + 1, np.int64)
    np.cumsum(sizes, out=starts[1:])
    places = np.arange(starts[-1]) + np.repeat(tokens.starts[values] - starts[:-1], sizes)
    pairs = np.repeat(salt_of.astype(np.int64), sizes) * len(tokens.texts) + tokens.members[places]
    found, members = np.unique(pairs, return_inverse=True)
    salt_keys = [salted(key, salt) for salt in distinct.tolist()]
    texts = [tokens.texts[token] for token in (found % max(len(tokens.texts), 1)).tolist()]
    token_keys = [salt_keys[salt] for salt in (found // max(len(tokens.texts), 1)).tolist()]
    return Tokens(starts, members.astype(np.uint32), texts), token_keys
