"""Conventions of names in the UK: double-barrelled in either order, particles, single names, spellings, changes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from linkkit.errors import SpecError
from linkkit.prepare._column import Cleaned, Column, Mask, step_fields
from linkkit.prepare._names import Name
from linkkit.values._nicknames import groups_of, spelling_of

from ._columns import parsed, valid, written
from ._judge import Judged, one_text
from ._one_text import text_of

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = [
    "UkName",
    "is_valid",
    "is_valid_column",
    "normalise",
    "normalise_column",
    "parse",
    "parse_column",
    "same_given_name",
    "single_name",
    "spelling",
    "surname_relation",
]

Kind = Literal["given_name", "surname"]
Relation = Literal["missing", "same", "other order", "shared part", "different"]
# What stood before a marriage, behind the name or in brackets; a plain "Nee" alone is a name.
_OF_BIRTH = re.compile(r"(?<=\S)\s*[(\[,]?\s*\bn[eé]e[.:]?\s+(?P<name>[^)\]]+)[)\]]?\s*$", re.IGNORECASE)
# Mac before three letters at least is Mc: Mack and Macy are names of their own.
_MAC = re.compile(r"^mac(?=[a-z]{3})")
_ORDERS = ("keep", "sorted")


def normalise(name: object, kind: Kind = "surname") -> str:
    """Return a name in small letters, its parts as words: O', Mc and particles belong to their part.

    A name that is none (``Baby``, ``Twin 1``, ``not known``) is empty. A name of birth behind a surname goes: ``Smith
    (nee Jones)`` is ``smith``.

    Examples
    --------
    >>> normalise("O'Neill"), normalise("van der Berg-Smith"), normalise("Mc Donald"), normalise("Baby", "given_name")
    ('oneill', 'vanderberg smith', 'mcdonald', '')
    """
    return str(_written(one_text(name), kind)[0])


def is_valid(name: object, kind: Kind = "surname") -> bool:
    """Return whether a text can be a name of a person.

    Examples
    --------
    >>> is_valid("Ng"), is_valid("unknown"), is_valid("Baby of", "given_name"), is_valid("Infant", "given_name")
    (True, False, False, False)
    """
    return bool(normalise(name, kind))


def parse(name: object, kind: Kind = "surname") -> tuple[str, ...]:
    """Return the parts of a name, in their order.

    Examples
    --------
    >>> parse("Smith-Jones"), parse("de la Cruz"), parse("LNU")
    (('smith', 'jones'), ('delacruz',), ())
    """
    return tuple(normalise(name, kind).split())


def is_valid_column(values: Any, kind: Kind = "surname") -> Mask:
    """Return which values of a column are valid, as :func:`is_valid` says of one; shape (values,).

    Parameters
    ----------
    values
        A Series of pandas or polars, an Arrow array or a list. Each distinct value is looked at once; what is missing
        is not valid.
    kind
        Whether they are given names or surnames.

    Examples
    --------
    >>> is_valid_column(["O'Neill", "unknown", None]).tolist()
    [True, False, False]
    """
    return valid(values, lambda texts: _judged(texts, kind))


def normalise_column(values: Any, kind: Kind = "surname") -> pd.Series:
    """Return a column written as :func:`normalise` writes one value; None where nothing is left.

    Parameters
    ----------
    values
        A Series of pandas or polars, an Arrow array or a list; the index of a pandas Series stays.
    kind
        Whether they are given names or surnames.

    Examples
    --------
    >>> normalise_column(["O'Neill", "unknown", None]).tolist()
    ['oneill', None, None]
    """
    return written(values, lambda texts: _written(texts, kind))


def parse_column(values: Any, kind: Kind = "surname") -> pd.DataFrame:
    """Return the parts of a column as :func:`parse` does of one value; None for what is no name, or missing.

    Parameters
    ----------
    values
        A Series of pandas or polars, an Arrow array or a list; the index of a pandas Series stays.
    kind
        Whether they are given names or surnames.

    Examples
    --------
    >>> parse_column(["Smith-Jones", None])["parts"].tolist()
    [('smith', 'jones'), None]
    """
    return parsed(
        values,
        lambda texts: _judged(texts, kind),
        lambda name: {"name": name, "parts": tuple(name.split())},
        ("name", "parts"),
    )


def surname_relation(one: object, other: object) -> Relation:
    """Return how two surnames stand to each other.

    Children take a part of a double-barrelled name, the parts in the other order, or another name altogether when
    parents marry, part or adopt.

    Returns
    -------
    str
        ``"same"``, ``"other order"`` of the same parts, ``"shared part"``, ``"different"``; ``"missing"`` where either
        is none.

    Examples
    --------
    >>> surname_relation("Smith-Jones", "JONES SMITH"), surname_relation("Smith-Jones", "Jones")
    ('other order', 'shared part')
    >>> surname_relation("McDonald", "Mac Donald"), surname_relation("Ali", "Khan"), surname_relation("Ali", "")
    ('same', 'different', 'missing')
    >>> surname_relation("Smith (nee Jones)", "Smith"), surname_relation("Smith (nee Jones)", "Jones")
    ('same', 'shared part')
    """
    left, right = _one_mac(parse(one)), _one_mac(parse(other))
    if not left or not right:
        return "missing"
    if left == right or "".join(left) == "".join(right):
        return "same"
    if sorted(left) == sorted(right):
        return "other order"
    every = [{*now, *_one_mac(_of_birth(name))} for now, name in ((left, one), (right, other))]
    return "shared part" if every[0] & every[1] else "different"


def _one_mac(parts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_MAC.sub("mc", part) for part in parts)


def _of_birth(name: object) -> tuple[str, ...]:
    """Return the parts of the name of birth that stands behind a surname."""
    found = _OF_BIRTH.search(text_of(name))
    return parse(found["name"]) if found else ()


def single_name(given_name: object, surname: object) -> str:
    """Return the one name of a person who has one; an empty text for a person of two names, or none.

    Systems that need two names write it in one column with a rest in the other (``FNU``, ``-``), or in both.

    Examples
    --------
    >>> single_name("Suresh", "LNU"), single_name("Suresh", "Suresh"), single_name("Ann", "Smith")
    ('suresh', 'suresh', '')
    """
    given, family = normalise(given_name, "given_name"), normalise(surname)
    return "" if given and family and given != family else given or family


def spelling(name: object) -> str:
    """Return a given name with each word in one spelling: the many of Muhammad, Ahmed, Hussain and others.

    Examples
    --------
    >>> spelling("Mohammed Ahmad"), spelling("Mohd"), spelling("Ann")
    ('muhammad ahmed', 'muhammad', 'ann')
    """
    return " ".join(spelling_of(word) for word in parse(name, "given_name"))


def same_given_name(one: object, other: object) -> bool:
    """Return whether two given names may be one: equal, spellings of one name, or a name and its short form.

    Examples
    --------
    >>> same_given_name("Mohammed", "Muhammad"), same_given_name("Kate", "Katherine"), same_given_name("Ann", "Mary")
    (True, True, False)
    """
    left, right = normalise(one, "given_name"), normalise(other, "given_name")
    return bool(left and right) and bool(groups_of(left) & groups_of(right))


def _written(values: pa.StringArray, kind: str) -> pa.StringArray:
    """Return distinct names written alike; what is none is empty."""
    import pyarrow as pa

    # A value says the same alone and in a column: NA is missing in both.
    texts = ["" if text.strip() == "NA" else text for text in _without_birth(values, kind).to_pylist()]
    column = Column("", kind, kind, pa.array(texts, pa.string()), np.ones(len(texts), np.int64))
    return Name((kind,), particles="join").clean(column).values


def _without_birth(values: pa.StringArray, kind: str) -> pa.StringArray:
    """Return surnames without the name of birth that stands behind some: ``Smith (nee Jones)`` is ``Smith``."""
    import pyarrow as pa

    if kind != "surname":
        return values
    return pa.array([_OF_BIRTH.sub("", text) for text in values.to_pylist()], pa.string())


def _judged(values: pa.StringArray, kind: str) -> Judged:
    names = _written(values, kind)
    return Judged(names, {"no name": np.array([not text for text in names.to_pylist()], np.bool_)})


@dataclass(frozen=True)
class UkName:
    """Write names as :class:`Name` does, particles joined, spellings of one name as one, parts in one order.

    It makes names that are written in many ways equal, for blocking and for exact rules. What it takes away (the order
    of the parts, the spelling) is evidence too: compare names that :class:`Name` cleaned, where they are scored.

    Parameters
    ----------
    fields
        Fields of given names or surnames.
    parts
        ``"sorted"``: the parts of a surname in the order of the alphabet, so that ``Smith-Jones`` and ``Jones-Smith``
        are one; or ``"keep"`` their order. Given names keep theirs.
    spellings
        Whether spellings of one given name (Mohammed, Muhammad, Mohd) become one.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.dataset import Dataset
    >>> from linkkit.prepare import prepare
    >>> names = {"id": [1, 2], "forename": ["Mohd", "Baby"], "surname": ["Smith-Jones", "Jones Smith"]}
    >>> people = Dataset(pd.DataFrame(names))
    >>> prepare(people, [UkName(["given_name", "surname"])]).to_pandas().fillna("").values.tolist()
    [[1, 'muhammad', 'jones smith'], [2, '', 'jones smith']]
    """

    fields: Sequence[str]
    parts: Literal["keep", "sorted"] = "sorted"
    spellings: bool = True
    kind: Literal["uk_name"] = field(default="uk_name", repr=False, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", step_fields("uk_name", self.fields))
        if self.parts not in _ORDERS:
            raise SpecError(f"uk_name(parts=) must be one of {', '.join(_ORDERS)}; got {self.parts!r}.")

    def clean(self, column: Column) -> Cleaned:
        """Return the names written alike."""
        named = replace(column, values=_without_birth(column.values, column.kind))
        done = Name(self.fields, particles="join").clean(named)
        return Cleaned(self._one_form(done.values, column.kind), done.reasons, done.notes)

    def _one_form(self, values: pa.StringArray, kind: str) -> pa.StringArray:
        import pyarrow as pa

        texts: list[str] = values.to_pylist()
        if self.spellings and kind == "given_name":
            texts = [" ".join(spelling_of(word) for word in text.split()) for text in texts]
        if self.parts == "sorted" and kind == "surname":
            texts = [" ".join(sorted(text.split())) for text in texts]
        return pa.array(texts, pa.string())
