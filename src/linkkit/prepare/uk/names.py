"""Conventions of names in the UK: double-barrelled in either order, particles, single names, spellings, changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from linkkit.errors import SpecError
from linkkit.prepare._column import Cleaned, Column, step_fields
from linkkit.prepare._names import Name
from linkkit.values._nicknames import groups_of, spelling_of

from ._judge import one_text

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "UkName",
    "is_valid",
    "normalise",
    "parse",
    "same_given_name",
    "single_name",
    "spelling",
    "surname_relation",
]

Kind = Literal["given_name", "surname"]
Relation = Literal["missing", "same", "other order", "shared part", "different"]
_ORDERS = ("keep", "sorted")


def normalise(name: object, kind: Kind = "surname") -> str:
    """Return a name in small letters, its parts as words: O', Mc and particles belong to their part.

    A name that is none (``Baby``, ``Twin 1``, ``not known``) is empty.

    Examples
    --------
    >>> normalise("O'Neill"), normalise("van der Berg-Smith"), normalise("Mc Donald"), normalise("Baby", "given_name")
    ('oneill', 'vanderberg smith', 'mcdonald', '')
    """
    column = Column("", kind, kind, one_text(name), np.ones(1, np.int64))
    return str(Name((kind,), particles="join").clean(column).values[0])


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
    >>> surname_relation("McDonald", "Mc Donald"), surname_relation("Ali", "Khan"), surname_relation("Ali", "")
    ('same', 'different', 'missing')
    """
    left, right = parse(one), parse(other)
    if not left or not right:
        return "missing"
    if left == right or "".join(left) == "".join(right):
        return "same"
    if sorted(left) == sorted(right):
        return "other order"
    return "shared part" if set(left) & set(right) else "different"


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
        done = Name(self.fields, particles="join").clean(column)
        return Cleaned(self._one_form(done.values, column.kind), done.reasons, done.notes)

    def _one_form(self, values: pa.StringArray, kind: str) -> pa.StringArray:
        import pyarrow as pa

        texts: list[str] = values.to_pylist()
        if self.spellings and kind == "given_name":
            texts = [" ".join(spelling_of(word) for word in text.split()) for text in texts]
        if self.parts == "sorted" and kind == "surname":
            texts = [" ".join(sorted(text.split())) for text in texts]
        return pa.array(texts, pa.string())
