"""Tokens: keyed digests of a value or of several together, equal exactly where the values are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from linkkit.dataset import Dataset
from linkkit.errors import DataError, SpecError
from linkkit.fields import Field
from linkkit.records import Records
from linkkit.values import TRANSFORMATIONS, Expression, canonical, fields_of, parse

from ._combinations import combinations, revived, whole_column
from ._contract import SubKeys, check_keys
from ._digests import ALPHABETS, Alphabet, joined_parts, keyed_digests, spelled
from ._ids import given_ids, kept_ids
from ._terms import Terms, allowed, dataset_under

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Token", "tokens"]

_NAME = re.compile(r"[a-z]\w*", re.ASCII)
_FEWEST_BITS, _MOST_BITS = 128, 256


@dataclass(frozen=True)
class Token:
    """What a token is made of: one column, or several that must agree together (a match key).

    Parameters
    ----------
    name
        How the column of tokens is called: small letters, digits and underscores. It is bound into the key, so that the
        same value has another token under another name.
    columns
        A field, a column expression such as ``"soundex(surname)"``, or several. A record that misses any of them has no
        token.
    bits
        How many bits of the digest are kept, 128 to 256. With 128, two of a thousand million different values share
        a token with a chance of 1 in 10**21.
    alphabet
        ``"base32"`` (26 characters for 128 bits) or ``"hex"`` (32).

    Raises
    ------
    SpecError
        Where the name, a column, the size or the alphabet is none.

    Examples
    --------
    >>> Token("name_and_year", ["soundex(surname)", "first(given_name, 1)", "year(date_of_birth)"])
    Token('name_and_year', ('soundex(surname)', 'first(given_name, 1)', 'year(date_of_birth)'))
    """

    name: str
    columns: Sequence[str]
    bits: int = _FEWEST_BITS
    alphabet: Alphabet = "base32"
    kind: Literal["token"] = field(default="token", repr=False, kw_only=True)

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not _NAME.fullmatch(self.name):
            raise SpecError(
                "Token(name=) must be small letters, digits and underscores, such as 'name_and_year'; "
                f"got {self.name!r}."
            )
        given = (self.columns,) if isinstance(self.columns, str) else tuple(self.columns)
        columns = tuple(canonical(column) for column in given)
        if not columns or len(set(columns)) < len(columns):
            raise SpecError(f"Token {self.name!r} needs one column or more, each once; got {given!r}.")
        for column in columns:
            if _makes_sets(parse(column)):
                raise SpecError(f"Token {self.name!r}: {column!r} gives a set of values, and a token is of one value.")
        object.__setattr__(self, "columns", columns)
        if isinstance(self.bits, bool) or self.bits not in range(_FEWEST_BITS, _MOST_BITS + 1, 8):
            raise SpecError(
                f"Token(bits=) must be a multiple of 8 from {_FEWEST_BITS} to {_MOST_BITS}; got {self.bits!r}. Fewer "
                "bits would give different values the same token."
            )
        if self.alphabet not in ALPHABETS:
            raise SpecError(f"Token(alphabet=) must be {' or '.join(ALPHABETS)}; got {self.alphabet!r}.")

    def __repr__(self) -> str:
        assert isinstance(self.columns, tuple)
        columns = self.columns[0] if len(self.columns) == 1 else self.columns
        bits = "" if self.bits == _FEWEST_BITS else f", bits={self.bits}"
        alphabet = "" if self.alphabet == "base32" else f", alphabet={self.alphabet!r}"
        return f"Token({self.name!r}, {columns!r}{bits}{alphabet})"


def tokens(
    dataset: Dataset,
    key: SubKeys,
    tokens: Token | Sequence[Token],
    *,
    ids: Sequence[Any] | pa.Array | None = None,
    as_it_stands: bool = False,
) -> Dataset:
    """Return a dataset of ids and tokens, and nothing else: fields, their texts and other columns stay behind.

    Each token is HMAC-SHA256 of the values, each with its length in front, under a key of its own:
    ``key.subkey("token", ...)`` of the token's name, columns and bits. Datasets that were prepared alike and have the
    same key and tokens link by them as by any column, by :func:`linkkit.block.on` and :func:`linkkit.compare.exact`.

    Parameters
    ----------
    dataset
        A prepared dataset: values that are written differently give different tokens, and nothing shows it later.
    key
        A :class:`~linkkit.pseudonymise.keys.Key`, the same for all parties.
    tokens
        What to make, one or several. A value that is missing, or a date of which a part is unknown, gives no token, nor
        does a combination that holds one.
    ids
        Shape (records,): other ids, in the order of ``dataset.ids``, those of people who may not be linked included; by
        default the ids stay as they are.
    as_it_stands
        Whether values are taken as they stand, where they were written alike by other means than
        :func:`linkkit.prepare.prepare`.

    Raises
    ------
    DataError
        Where a field was not prepared, the column of ids itself tells who somebody is (such as an NHS number), or ids
        are too few.
    PlanError
        Where the dataset lacks a field.
    SpecError
        Where two tokens have one name, one is no :class:`Token`, there is none, or the key is none.

    Notes
    -----
    A token hides its value from who does not have the key. It does not hide how often the value occurs, and whoever has
    the key can try all values of a field; see the concepts page on keys and tokens.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.prepare import prepare
    >>> from linkkit.pseudonymise.keys import Key
    >>> people = pd.DataFrame({"id": [1, 2, 3], "surname": ["O'Neil", "ONEIL ", None]})
    >>> key = Key.generate(project="example")
    >>> made = tokens(prepare(Dataset(people)), key, [Token("name", "surname")])
    >>> made.encoded("name").codes.tolist()
    [1, 1, 0]
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    chosen = (tokens,) if isinstance(tokens, Token) else tuple(tokens)
    _check(dataset, chosen, as_it_stands)
    check_keys(key)
    ids_beside = kept_ids(dataset) if ids is None else given_ids(dataset, ids)
    whole, dataset = dataset.ids, allowed(dataset)
    if len(dataset) < len(whole):
        ids_beside = ids_beside.filter(pc.is_in(whole, value_set=dataset.ids))
    records = Records([dataset], "dedupe")
    columns = {dataset.id: ids_beside, **{token.name: token_column(records, key, token) for token in chosen}}
    return dataset_under(
        Terms.of(dataset),
        pa.table(columns),
        dataset.name,
        kind=dataset.kind,
        id=dataset.id,
        fields={token.name: Field((token.name,), "token") for token in chosen},
        engine=dataset.engine,
    )


def token_column(records: Records, key: SubKeys, token: Token, purpose: str = "token") -> pa.DictionaryArray:
    """Return the token of each record under the key of a purpose; missing where a part of it is."""
    size = token.bits // 8
    codes, held = combinations([whole_column(records, column) for column in token.columns])
    secret = key.subkey(purpose, _binding(token))
    digests = keyed_digests(secret, map(joined_parts, held), size)
    return revived(codes, spelled(digests, size, token.alphabet))


def _binding(token: Token) -> str:
    """What of a token its key is bound to; the alphabet is only another way to write it."""
    return joined_parts([token.name, str(token.bits), *token.columns]).decode("utf-8")


def _makes_sets(expression: Expression) -> bool:
    made = bool(expression.function) and TRANSFORMATIONS[expression.function].many
    return made or any(_makes_sets(inner) for inner in expression.inner)


def _check(dataset: Dataset, chosen: Sequence[Token], as_it_stands: bool) -> None:
    for place, token in enumerate(chosen):
        if not isinstance(token, Token):
            raise SpecError(f"tokens[{place}] must be a Token; got {type(token).__name__}.")
    names = [token.name for token in chosen]
    if not names or len(set(names)) < len(names) or dataset.id in names:
        raise SpecError(
            f"tokens= needs at least one token, each with a name of its own and none called {dataset.id!r}, as the ids "
            f"are; got {', '.join(names) or 'none'}."
        )
    fields = dict.fromkeys(found for token in chosen for column in token.columns for found in fields_of(column))
    require_prepared(dataset, tuple(fields), as_it_stands)


def require_prepared(dataset: Dataset, fields: Sequence[str], as_it_stands: bool) -> None:
    """Raise where fields were not prepared, unless they are to be taken as they stand."""
    prepared = {getattr(change, "field", None) for change in dataset.preparation}
    raw = [found for found in fields if found in dataset.fields and found not in prepared]
    if raw and not as_it_stands:
        raise DataError(
            f"{dataset.name}: {', '.join(map(repr, raw))} {'was' if len(raw) == 1 else 'were'} not prepared, and "
            "values that are written differently are encoded differently. Give the dataset that "
            "prepare.prepare(dataset) returns, or say as_it_stands=True if all parties write them alike already."
        )
