"""The scores and rules of the NHS England MPS trace, value by value."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from linkkit.prepare import Sex
from linkkit.prepare._column import Column

from ._keys import every_postcode, letters

__all__ = [
    "agrees_where_stated", "agrees_with_one", "date_part", "date_score", "gender", "gender_score", "genders",
    "is_stated", "known_date", "name", "name_score", "names", "partial_date", "partial_date_of_year",
    "postcode_score", "postcode_words", "postcodes", "scored_name", "scored_names", "share_beginnings",
    "share_outcode", "sounds", "stated",
]  # fmt: skip

_DATE = re.compile(r"(\d{4}|XXXX)-(\d\d|XX)-(\d\d|XX)")
_YEAR, _MONTH = "XXXX", "XX"
_FIRST_BIRTH = "1895"
# What is known of a person one behind the other, what is now first; no name or postcode holds it.
_BETWEEN = ";"
_INVALID = re.compile(r"[!$%&()\[\]{}=:;~@|<>.?/_\\£]")
_NOT_STATED = "-"
_NUMBER = re.compile(r"0*(\d)(?:\.0+)?")
# NHS Data Dictionary: 1 male, 2 female, 0 not known, 9 not specified. All else that says a sex is read as by Sex.
_GENDERS = {
    "0": "0", "not known": "0", "unknown": "0", "u": "0", "not recorded": "0", "9": "9", "not specified": "9",
    "unspecified": "9",
}  # fmt: skip
_OF_SEX = {"m": "1", "f": "2", "x": "9", "": None}
_AMBIGUOUS = "0 or 1"


def name(text: str | None) -> str | None:
    """Return a name in capitals, without the characters that MPS takes as invalid.

    Examples
    --------
    >>> name(" Smith-Jones (Ann) ")
    'SMITH-JONES ANN'
    """
    return " ".join(_INVALID.sub("", (text or "").upper()).split()) or None


def scored_name(text: str | None) -> str | None:
    """Return a name as it is scored: characters beyond ASCII are ``@``.

    Examples
    --------
    >>> scored_name("Zoë")
    'ZO@'
    """
    return "".join(c if c.isascii() else "@" for c in name(text) or "") or None


def names(now: str | None, before: str | None) -> str | None:
    """Return names of now and before (these apart by semicolons), each as :func:`name` writes it.

    Examples
    --------
    >>> names("Smith-Jones", "smith; Poe")
    'SMITH-JONES;SMITH;POE'
    """
    found = map(name, (now, *(before or "").split(_BETWEEN)))
    return _BETWEEN.join(dict.fromkeys(filter(None, found))) or None


def scored_names(now: str | None, before: str | None) -> str | None:
    """Return the same as they are scored."""
    return "".join(c if c.isascii() else "@" for c in names(now, before) or "") or None


def sounds(names: str | None) -> str | None:
    """Return the Soundex of each of some names, without blanks and signs, as words.

    Examples
    --------
    >>> sounds("SMITH-JONES;SMITH")
    'S532 S530'
    """
    import jellyfish

    found = map(letters, (names or "").split(_BETWEEN))
    return " ".join(dict.fromkeys(jellyfish.soundex(name) for name in found if name)) or None


def share_beginnings(left: str, right: str) -> float:
    """Tell whether a name of the one begins with the three characters of a name of the other: 1 or 0.

    Examples
    --------
    >>> share_beginnings("SMITHERS", "POE;SMITH"), share_beginnings("SMITHERS", "POE")
    (1.0, 0.0)
    """
    return float(not {one[:3] for one in _known(left)}.isdisjoint(one[:3] for one in _known(right)))


def postcodes(now: str | None, before: str | None) -> str | None:
    """Return the postcode of now (which may be empty), and those of before.

    Examples
    --------
    >>> postcodes("LS1 4AP", "m11aa; LS1 4AP"), postcodes(None, "M1 1AA"), postcodes(None, "M1")
    ('LS1 4AP;M1 1AA', ';M1 1AA', None)
    """
    found = [f"{code[:-3]} {code[-3:]}" for code in (every_postcode(before) or "").split()]
    kept = [now or "", *(code for code in found if code != now)]
    return _BETWEEN.join(kept) if any(kept) else None


def postcode_words(postcodes: str | None) -> str | None:
    """Return postcodes without their blanks, as words.

    Examples
    --------
    >>> postcode_words("LS1 4AP;M1 1AA")
    'LS14AP M11AA'
    """
    return " ".join(code.replace(" ", "") for code in _known(postcodes or "")) or None


def share_outcode(left: str, right: str) -> float:
    """Tell whether postcodes, of now or before, share an outward part: 1 or 0.

    Examples
    --------
    >>> share_outcode("LS1 4AP", "M1 1AA;LS1 9ZZ"), share_outcode("LS1 4AP", "LS2 9JT")
    (1.0, 0.0)
    """
    return float(not {one.split()[0] for one in _known(left)}.isdisjoint(one.split()[0] for one in _known(right)))


def agrees_with_one(left: str, right: str) -> float:
    """Tell whether a value that the query states is one of the candidate's, if it states any: 1 or 0.

    Examples
    --------
    >>> agrees_with_one("M1 1AA", "LS1 4AP;M1 1AA"), agrees_with_one("-", "LS1 4AP"), agrees_with_one("M1 1AA", "-")
    (1.0, 1.0, 0.0)
    """
    return float(left == _NOT_STATED or not set(_known(left)).isdisjoint(_known(right)))


def gender(text: str | None) -> str | None:
    """Return the NHS code of a gender: 1 male, 2 female, 0 not known, 9 not specified or another.

    It is read as :class:`linkkit.prepare.Sex` reads it; None where it is not stated, and an empty text where it cannot
    be read, which is counted.

    Examples
    --------
    >>> [gender(text) for text in ("Boy", "2.0", "01", "u", "X", "n/a", "true")]
    ['1', '2', '1', '0', '9', None, '']
    """
    lower = " ".join((text or "").lower().split())
    if number := _NUMBER.fullmatch(lower):
        lower = number[1]
    if lower in _GENDERS or not lower:
        return _GENDERS.get(lower)
    column = Column("", "sex", "sex", pa.array([lower], pa.string()), np.ones(1, np.int64))
    return _OF_SEX.get(Sex(("sex",)).clean(column).values[0].as_py(), "")


def genders(texts: Sequence[str]) -> list[str]:
    """Return the NHS codes of the distinct values of a column; what cannot be read stays, to be counted.

    A column of 0 and 1 without 2 does not say which of them is male.

    Examples
    --------
    >>> genders(["1.0", "2.0", "?"]), genders(["0", "1"])
    (['1', '2', '?'], ['0 or 1', '0 or 1'])
    """
    numbers = {match[1] for text in texts if (match := _NUMBER.fullmatch(text.strip()))}
    if {"0", "1"} <= numbers and "2" not in numbers:
        return [_AMBIGUOUS if _NUMBER.fullmatch(text.strip()) else text for text in texts]
    return [gender(text) or text for text in texts]


def stated(text: str | None) -> str:
    """Return a value, or a sign that there is none, so that what is missing can be compared."""
    return text or _NOT_STATED


def is_stated(left: str, right: str) -> float:
    """Tell whether the query states a value: 1 or 0."""
    return float(left != _NOT_STATED)


def agrees_where_stated(left: str, right: str) -> float:
    """Tell whether the candidate has the value that the query states, if it states any: 1 or 0."""
    return float(left in (_NOT_STATED, right))


def known_date(text: str | None) -> str | None:
    """Return a date of birth of which two parts are known at least, from 1895 on; else None.

    Examples
    --------
    >>> known_date("1990-03-XX"), known_date("1990-XX-XX"), known_date("1894-12-31")
    ('1990-03-XX', None, None)
    """
    parts = _DATE.fullmatch(text or "")
    if parts is None or parts.groups().count(_MONTH) + (parts[1] == _YEAR) > 1:
        return None
    return parts[0] if parts[1] == _YEAR or parts[0] >= _FIRST_BIRTH else None


def partial_date(left: str, right: str) -> float:
    """Tell whether two of day, month and year agree, swaps allowed: day and month, day digits, last digits of the year.

    A part that is not known (``XX``) agrees with none.

    Examples
    --------
    >>> partial_date("1945-03-12", "1954-03-21"), partial_date("2001-02-03", "2001-03-02")
    (1.0, 1.0)
    >>> partial_date("2001-02-03", "2002-02-04"), partial_date("1990-03-XX", "1990-03-12")
    (0.0, 1.0)
    """
    first, second = _DATE.fullmatch(left), _DATE.fullmatch(right)
    if first is None or second is None:
        return 0.0
    (year, month, day), (other_year, other_month, other_day) = first.groups(), second.groups()
    days = day != _MONTH and other_day in (day, day[::-1])
    months = month != _MONTH and other_month == month
    years = year != _YEAR and other_year in (year, year[:2] + year[:1:-1])
    swapped = _MONTH not in (day, month) and day == other_month and month == other_day
    return float(days + months + years >= 2 or swapped)


def partial_date_of_year(left: str, right: str) -> float:
    """Tell the same of a query whose year is known; of another 0.

    Examples
    --------
    >>> partial_date_of_year("1990-03-XX", "1990-03-12"), partial_date_of_year("XXXX-03-12", "1990-03-12")
    (1.0, 0.0)
    """
    return 0.0 if left.startswith(_YEAR) else partial_date(left, right)


def date_part(date: str | None, part: str) -> str | None:
    """Return a part of a date, such that dates that agree in part share two of day, month and year, or the swap.

    Parameters
    ----------
    date
        A date, ``XX`` for a part that is not known.
    part
        ``day`` and ``year`` with the digits that may be swapped in order; ``month``; ``swap``, day and month in order.

    Returns
    -------
    str or None
        The part; None where it is not known.

    Examples
    --------
    >>> [date_part(date, "year") for date in ("1945-03-12", "1954-03-12")], date_part("1945-03-12", "swap")
    (['1945', '1945'], '03 12')
    """
    match = _DATE.fullmatch(date or "")
    if match is None:
        return None
    year, month, day = match.groups()
    found = {
        "day": "".join(sorted(day)),
        "month": month,
        "year": year[:2] + "".join(sorted(year[2:])),
        "swap": " ".join(sorted((day, month))),
    }[part]
    return None if _MONTH in found else found


def date_score(left: str | None, right: str | None) -> float | None:
    """Score a date of birth: 100 the same, 66 two parts or the year with day and month swapped, 33 the year, else 0.

    Examples
    --------
    >>> [date_score("2001-02-03", other) for other in ("2001-02-03", "2001-03-02", "2001-05-06", "1990-05-06")]
    [100.0, 66.0, 33.0, 0.0]
    """
    if left is None or right is None:
        return None
    if left == right:
        return 100.0
    first, second = _DATE.fullmatch(left), _DATE.fullmatch(right)
    if first is None or second is None:
        return 0.0
    (year, month, day), (other_year, other_month, other_day) = first.groups(), second.groups()
    same = (year == other_year, month == other_month, day == other_day)
    if sum(same) == 2 or (same[0] and month == other_day and day == other_month):
        return 66.0
    return 33.0 if same[0] else 0.0


def gender_score(left: str | None, right: str | None) -> float | None:
    """Score a gender: 100 equal, 0 male and female, 50 any other combination.

    Examples
    --------
    >>> gender_score("1", "1"), gender_score("1", "2"), gender_score("0", "9")
    (100.0, 0.0, 50.0)
    """
    if left is None or right is None:
        return None
    if left == right:
        return 100.0
    return 0.0 if {left, right} == {"1", "2"} else 50.0


def postcode_score(left: str | None, right: str | None) -> float | None:
    """Score postcodes: 100 the same; where the query begins the candidate's, the share of its length; else 0.

    Its length is counted with the blank, as the handbook does: LS1 is 3 of the 7 characters of LS1 4AP. Postcodes of
    before count where those of now do not score.

    Examples
    --------
    >>> round(postcode_score("LS1", "LS1 4AP")), postcode_score("LS1 4AP", "LS2 9JT")
    (43, 0.0)
    >>> postcode_score("M1 1AA", "LS1 4AP;M1 1AA"), round(postcode_score("LS1", "LS1 4AP;LS1"))
    (100.0, 43)
    """
    if left is None or right is None:
        return None
    now, other = left.split(_BETWEEN)[0], right.split(_BETWEEN)[0]
    if now and other.startswith(now):
        return 100.0 * len(now) / len(other)
    pairs = itertools.product(_known(left), _known(right))
    return max(100.0 * len(one) / len(two) if two.startswith(one) else 0.0 for one, two in pairs)


def name_score(left: str | None, right: str | None) -> float | None:
    """Score names: Jaro-Winkler, in hundredths; the best of names of now and before.

    Examples
    --------
    >>> round(name_score("JOHN", "JON")), round(name_score("Z@E", "ZOE")), name_score("POE", "LEE;POE")
    (93, 80, 100.0)
    """
    import jellyfish

    if left is None or right is None:
        return None
    pairs = itertools.product(_known(left), _known(right))
    return 100.0 * max(jellyfish.jaro_winkler_similarity(one, two) for one, two in pairs)


def _known(texts: str) -> list[str]:
    return [text for text in texts.split(_BETWEEN) if text]
