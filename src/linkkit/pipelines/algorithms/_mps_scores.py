"""The scores and rules of the NHS England MPS trace, value by value."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from linkkit.prepare import Sex
from linkkit.prepare._column import Column

__all__ = [
    "agrees_where_stated", "date_part", "date_score", "gender", "gender_score", "genders", "is_stated", "name",
    "name_score", "partial_date", "postcode_score", "scored_name", "stated",
]  # fmt: skip

_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
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


def partial_date(left: str, right: str) -> float:
    """Tell whether two of day, month and year agree, swaps allowed: day and month, day digits, last digits of the year.

    Examples
    --------
    >>> partial_date("1945-03-12", "1954-03-21"), partial_date("2001-02-03", "2001-03-02")
    (1.0, 1.0)
    >>> partial_date("2001-02-03", "2002-02-04")
    0.0
    """
    first, second = _DATE.fullmatch(left), _DATE.fullmatch(right)
    if first is None or second is None:
        return 0.0
    (year, month, day), (other_year, other_month, other_day) = first.groups(), second.groups()
    agree = other_day in (day, day[::-1]), other_month == month
    years = other_year in (year, year[:2] + year[:1:-1])
    return float(sum(agree) + years >= 2 or (day == other_month and month == other_day))


def date_part(date: str | None, part: str) -> str | None:
    """Return a part of a date, such that dates that agree in part share two of day, month and year, or the swap.

    Parameters
    ----------
    date
        A whole date.
    part
        ``day`` and ``year`` with the digits that may be swapped in order; ``month``; ``swap``, day and month in order.

    Examples
    --------
    >>> [date_part(date, "year") for date in ("1945-03-12", "1954-03-12")], date_part("1945-03-12", "swap")
    (['1945', '1945'], '03 12')
    """
    match = _DATE.fullmatch(date or "")
    if match is None:
        return None
    year, month, day = match.groups()
    return {
        "day": "".join(sorted(day)),
        "month": month,
        "year": year[:2] + "".join(sorted(year[2:])),
        "swap": " ".join(sorted((day, month))),
    }[part]


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
    """Score a postcode: 100 the same; where the query begins the candidate's, the share of its length; else 0.

    Its length is counted with the blank, as the handbook does: LS1 is 3 of the 7 characters of LS1 4AP.

    Examples
    --------
    >>> round(postcode_score("LS1", "LS1 4AP")), postcode_score("LS1 4AP", "LS2 9JT")
    (43, 0.0)
    """
    if left is None or right is None:
        return None
    return 100.0 * len(left) / len(right) if right.startswith(left) else 0.0


def name_score(left: str | None, right: str | None) -> float | None:
    """Score a name: Jaro-Winkler, in hundredths.

    Examples
    --------
    >>> round(name_score("JOHN", "JON")), round(name_score("Z@E", "ZOE"))
    (93, 80)
    """
    import jellyfish

    return None if left is None or right is None else 100.0 * jellyfish.jaro_winkler_similarity(left, right)
