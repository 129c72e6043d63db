"""What to encode, and how: a Bloom filter for each field, or one for each record."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from linkkit.errors import SpecError
from linkkit.values import canonical

from ._hardening import Hardening, length_after

__all__ = ["FILL", "BloomField", "Clk", "budget_for", "length_for"]

FILL = 0.4  # the middle of the .3 to .5 in which filters tell most apart
_TOKEN_BITS = 20  # for each token of a usual value
_USUAL_TOKENS = {"text": 8, "date": 11, "exact": 1}
_MOST_BITS = 65_536  # positions are drawn as 16 bits
_MOST_FIELDS = 32


def budget_for(length: int, fill: float = FILL) -> int:
    """Return how many bits, drawn with replacement, set a share of a filter: ``-length * ln(1 - fill)``.

    Examples
    --------
    >>> budget_for(1024, 0.5)
    710
    """
    return max(1, round(-length * math.log1p(-fill)))


def length_for(bits: float, fill: float = FILL) -> int:
    """Return the length, a multiple of 64, at which so many drawn bits set a share of a filter.

    Examples
    --------
    >>> length_for(160)
    320
    """
    return max(64, 64 * math.ceil(bits / -math.log1p(-fill) / 64 - 0.01))


@dataclass(frozen=True)
class BloomField:
    """How the values of one column become Bloom filters (Schnell, Bachteler and Reiher 2009).

    A value is taken apart into tokens, and a token sets bits chosen by a keyed hash. Values that share tokens share
    bits.

    Parameters
    ----------
    column
        The column: a field or an expression, such as ``"surname"`` or ``"digits(phone)"``. A column of sets has the
        tokens of all its members.
    kind
        ``"text"``: q-grams. ``"date"``: year, month, day and each digit in its place, as far as known.
        ``"number"``: the steps around it, so that near numbers share tokens. ``"exact"``: the value as one token.
    q
        Characters of a q-gram.
    padded
        Whether a text gets marks before its beginning and behind its end, so that first and last characters count as
        much as others.
    positional
        Whether a q-gram counts only in the same place: for postcodes and codes, not for names.
    hashes
        Bits that each token sets: the Dice coefficient of two filters then follows that of the tokens, but how
        many bits are set tells the length of the value.
    bits_per_value
        Bits that each value sets, however long it is, spread evenly over its tokens. With neither, 20 bits for each
        token of a usual value.
    length
        Bits of a filter; a multiple of 8. By default as many as keep a usual value at 40 percent. A field of a
        record-level filter has none of its own.
    step
        For numbers: how far apart two tokens are.
    neighbours
        For numbers: how many tokens on either side. Numbers that differ by more than ``2 * neighbours`` steps
        share none.
    salt
        A column whose value joins the key of the field, such as ``"year(date_of_birth)"``: filters are alike only
        where it is the same, and missing where it is. It must be stable: an error in it costs the pair.
    name
        What the column of filters is called, and part of its key; by default the column.
    hardening
        What is done to the filters afterwards, in order. Only for filters that stand alone; a record-level filter has
        its own.

    Raises
    ------
    SpecError
        Where a number is out of its range, or both ``hashes`` and ``bits_per_value`` are given.

    Examples
    --------
    >>> BloomField("surname")
    BloomField(column='surname', kind='text')
    >>> BloomField("surname").bits, BloomField("surname").filter_length
    (160, 320)
    """

    column: str
    kind: Literal["text", "number", "date", "exact"] = "text"
    q: int = 2
    padded: bool = True
    positional: bool = False
    hashes: int | None = None
    bits_per_value: int | None = None
    length: int | None = None
    step: float = 1.0
    neighbours: int = 5
    salt: str | None = None
    name: str = ""
    hardening: tuple[Hardening, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "column", canonical(self.column))
        object.__setattr__(self, "name", self.name or self.column)
        object.__setattr__(self, "hardening", _several(self.hardening))
        _check_name("BloomField.name", self.name)
        if self.salt is not None:
            object.__setattr__(self, "salt", canonical(self.salt))
        if self.kind not in ("text", "number", "date", "exact"):
            raise SpecError(f"BloomField.kind must be text, number, date or exact; got {self.kind!r}.")
        if self.hashes is not None and self.bits_per_value is not None:
            raise SpecError("BloomField takes hashes (bits a token) or bits_per_value, not both.")
        _whole("BloomField.q", self.q, 1, 8)
        _whole("BloomField.neighbours", self.neighbours, 0, 1_000)
        for name in ("hashes", "bits_per_value"):
            if getattr(self, name) is not None:
                _whole(f"BloomField.{name}", getattr(self, name), 1, _MOST_BITS)
        if self.length is not None:
            _check_length("BloomField.length", self.length)
        if not (isinstance(self.step, int | float) and math.isfinite(self.step) and self.step > 0):
            raise SpecError(f"BloomField.step must be above 0; got {self.step!r}.")
        length_after(self.filter_length, self.hardening)

    def __repr__(self) -> str:
        given = ", ".join(f"{name}={value!r}" for name, value in self._given().items())
        return f"BloomField({given})"

    def _given(self) -> dict[str, object]:
        """What differs from the default; the kind always."""
        default = type(self).__dataclass_fields__
        said = {
            name: getattr(self, name)
            for name in default
            if name not in ("column", "kind", "name") and getattr(self, name) != default[name].default
        }
        named = {"name": self.name} if self.name != self.column else {}
        return {"column": self.column, "kind": self.kind, **said, **named}

    @property
    def usual_tokens(self) -> int:
        """How many tokens a usual value of this kind has."""
        return 2 * self.neighbours + 1 if self.kind == "number" else _USUAL_TOKENS[self.kind]

    @property
    def bits(self) -> int:
        """Bits that a value sets, drawn with replacement: exactly, or of a usual value where ``hashes`` is given."""
        if self.bits_per_value is not None:
            return self.bits_per_value
        return (self.hashes or _TOKEN_BITS) * self.usual_tokens

    @property
    def filter_length(self) -> int:
        """Bits of a filter before hardening."""
        return self.length if self.length is not None else length_for(self.bits)


@dataclass(frozen=True)
class Clk:
    """One Bloom filter for a whole record, a cryptographic long-term key (Schnell, Bachteler and Reiher 2011).

    All fields set their bits in one filter, each the same number whatever the length of its value unless it says
    otherwise. A missing field sets none; which fields are present is kept beside the filter.

    Parameters
    ----------
    fields
        The fields, 1 to 32, each with a name of its own. Those without ``hashes`` or ``bits_per_value`` share equally
        what fills the filter to 40 percent.
    length
        Bits of the filter; a multiple of 8.
    hardening
        What is done to the filters afterwards, in order.
    name
        What the column of filters is called; the column of fields present is called ``{name}_present``.

    Raises
    ------
    SpecError
        Where there are no fields or too many, two have the same name, or one has a length or a hardening of its own.

    Examples
    --------
    >>> Clk([BloomField("surname"), BloomField("date_of_birth", "date")]).budgets
    (261, 261)
    """

    fields: tuple[BloomField, ...]
    length: int = 1024
    hardening: tuple[Hardening, ...] = ()
    name: str = "clk"

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", _several(self.fields))
        object.__setattr__(self, "hardening", _several(self.hardening))
        _check_name("Clk.name", self.name)
        if not 1 <= len(self.fields) <= _MOST_FIELDS:
            raise SpecError(f"Clk.fields must hold 1 to {_MOST_FIELDS} fields; got {len(self.fields)}.")
        for place, field in enumerate(self.fields):
            if not isinstance(field, BloomField):
                raise SpecError(f"Clk.fields[{place}] must be a BloomField; got {type(field).__name__}.")
        _check_length("Clk.length", self.length)
        names = [field.name for field in self.fields]
        for place, field in enumerate(self.fields):
            if field.name in names[:place]:
                raise SpecError(f"Clk.fields[{place}] has the name {field.name!r} of an earlier one; give it another.")
            if field.length is not None or field.hardening:
                raise SpecError(
                    f"Clk.fields[{place}] has a length or a hardening of its own; say them of the Clk, whose filter "
                    "holds all fields."
                )
        length_after(self.length, self.hardening)

    @property
    def budgets(self) -> tuple[int, ...]:
        """Bits that a value of each field sets; 0 where the field says how many bits a token sets."""
        share = max(1, budget_for(self.length) // len(self.fields))
        return tuple(0 if field.hashes else field.bits_per_value or share for field in self.fields)


def _several(given: Any) -> tuple[Any, ...]:
    """One spec or several, as a tuple; what they are is checked by who asks."""
    return tuple(given) if isinstance(given, Iterable) and not isinstance(given, str) else (given,)


def _check_name(where: str, name: object) -> None:
    if not isinstance(name, str) or not name:
        raise SpecError(f"{where} must be a text, the name of a column; got {name!r}.")


def _whole(name: str, value: object, least: int, most: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise SpecError(f"{name} must be a whole number from {least} to {most:,}; got {value!r}.")


def _check_length(name: str, length: object) -> None:
    _whole(name, length, 8, _MOST_BITS)
    if isinstance(length, int) and length % 8:
        raise SpecError(f"{name} must be a multiple of 8; got {length}.")
