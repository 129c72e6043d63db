"""Matchkeys of your own, written in words: "surname soundex + dob + postcode district"."""

from __future__ import annotations

import re
from collections.abc import Callable

from linkkit.block import area, day, first, metaphone, month, nysiis, on, outward, sector, soundex, year
from linkkit.errors import SpecError
from linkkit.fields import KINDS, kind_of, recognise
from linkkit.specs import On

from ._spec import Algorithm, Pass, Ties, Unique

__all__ = ["matchkey", "matchkeys"]

_WAYS: dict[str, Callable[[str], str]] = {
    "soundex": soundex, "metaphone": metaphone, "nysiis": nysiis, "year": year, "month": month, "day": day,
    "district": outward, "outward": outward, "outcode": outward, "sector": sector, "area": area,
    "initial": lambda column: first(column, 1),
}  # fmt: skip
_NAMES = ("given_name", "surname", "full_name", "address", "place", "text")
_POSTCODES = ("district", "outward", "outcode", "sector", "area")
# Which kinds of field a way can read; one that is not here reads any.
_READS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("soundex", "metaphone", "nysiis"), _NAMES),
    **dict.fromkeys(("year", "month", "day"), ("date",)),
    **dict.fromkeys(_POSTCODES, ("postcode",)),
}
_BELOW_ONE = re.compile(r"\bfirst\s+(?:[-−–]\s*\d+|0+\b)")
_FIRST = re.compile(r"\bfirst (\d+)(?: (?:letters|characters))?\b")


def matchkey(text: str) -> On:
    """Read a matchkey written in words, parts joined by ``+``.

    Parameters
    ----------
    text
        Each part is a field in any usual spelling (``dob``, ``forename``, ``post code``), with a way to read it before
        or behind: ``soundex``, ``metaphone``, ``nysiis``; ``initial``, ``first 3``; of dates ``year``, ``month``,
        ``day``; of postcodes ``district``, ``sector``, ``area``. A column expression stands for itself.

    Raises
    ------
    SpecError
        Where a part is not understood, or a field cannot be read that way: no date has a sound.

    Examples
    --------
    >>> matchkey("surname soundex + dob + postcode district")
    on('soundex(surname)', 'date_of_birth', 'outward(postcode)')
    >>> matchkey("first 3 of surname + forename initial + year of dob")
    on('first(surname, 3)', 'first(given_name, 1)', 'year(date_of_birth)')
    """
    if not isinstance(text, str) or not text.strip(" +"):
        raise SpecError(f"A matchkey is written as 'surname soundex + dob'; got {text!r}.")
    return on(*(_column(part.strip(), text) for part in text.split("+")))


def matchkeys(*keys: str, name: str = "matchkeys", unique: Unique = "one_to_one", ties: Ties = "hold") -> Algorithm:
    """Return matchkeys as an algorithm: a pass each, from strict to loose.

    Parameters
    ----------
    *keys
        What :func:`matchkey` reads.
    name, unique, ties
        As of :class:`Algorithm`.

    Examples
    --------
    >>> print(matchkeys("nhs number + dob", "surname soundex + dob + postcode"))
    Matchkeys (matchkeys, version 1, )
      one_to_one; ties: hold
      1: nhs number + dob
      2: surname soundex + dob + postcode
    """
    passes = tuple(Pass(str(number), key, (matchkey(key),)) for number, key in enumerate(keys, 1))
    return Algorithm(name, "Matchkeys", "1", "", passes, unique, ties)


def _column(part: str, whole: str) -> str:
    if "(" in part:
        return part
    if _BELOW_ONE.search(part.lower()):
        raise SpecError(f"The matchkey {whole!r}: the part {part!r} must take the first 1 or more characters.")
    words = _words(part)
    taken = _FIRST.search(words)
    words = re.sub(r"\b(of|the)\b", " ", _FIRST.sub(" ", words))
    kept = words.split()
    for leave in [(), *([(word,) for word in kept if word in _WAYS])]:
        field = _field(" ".join(word for word in kept if word not in leave))
        if field is not None:
            _require_kind(field, leave, whole)
            column = _WAYS[leave[0]](field) if leave else field
            return first(column, int(taken[1])) if taken else column
    raise SpecError(
        f"The matchkey {whole!r}: the part {part!r} is not a field that linkkit knows, with one of "
        f"{', '.join(_WAYS)}, first 3."
    )


def _require_kind(field: str, ways: tuple[str, ...], whole: str) -> None:
    """Raise a SpecError where a field is of a kind that a way cannot read: all its values would be missing."""
    wrong = [way for way in ways if kind_of(field) not in _READS.get(way, KINDS)]
    if wrong:
        fitting = [way for way in _WAYS if kind_of(field) in _READS.get(way, KINDS)]
        raise SpecError(
            f"The matchkey {whole!r}: {wrong[0]} cannot be read of {field}, which is of kind {kind_of(field)}. Of that "
            f"kind are {', '.join(fitting)}, first 3."
        )


def _words(part: str) -> str:
    return " ".join(re.split(r"[^a-z0-9]+", part.lower())).strip()


def _field(words: str) -> str | None:
    return next(iter(recognise([words])), None) if words else None
