"""How many values a column can take, as far as the field says, and how long it takes to try them all."""

from __future__ import annotations

import math

from linkkit.fields import kind_of
from linkkit.values import Expression, fields_of, parse

__all__ = ["GUESSES_A_SECOND", "in_words", "log2_values", "seconds_to_try", "values_in_words"]

GUESSES_A_SECOND = 1e9
"""What one graphics card does with a fast hash; a farm of them does a thousand times more."""

# Orders of magnitude of the values that an attacker would try, not counts of any data.
_OF_FIELD: dict[str, float] = {
    "age": 120,
    "nhs_number": 1e10 / 11,  # ten digits, the last a check digit modulo 11
    "chi_number": 120 * 365.25 * 100,  # a date of birth, two digits; the last is a check digit, and one tells the sex
    "upn": 5e8,  # schools, years and serial numbers that occur; the letter is a check
    "former_upn": 5e8,
    "uprn": 4e7,
    "urn": 5e4,
    "laestab": 5e4,
    "ods_code": 1e5,
    "gp_practice": 1e4,
    "provider": 1e3,
    "national_id": 1e9,
}
_OF_KIND: dict[str, float] = {
    "address": 3e7,
    "category": 20,
    "date": 120 * 365.25,
    "full_name": 1e5 * 2e5,
    "given_name": 1e5,
    "house_number": 1e4,
    "phone": 1e9,
    "place": 5e4,
    "postcode": 2e6,
    "sex": 3,
    "surname": 2e5,
}
_OF_FUNCTION: dict[str, float] = {
    "area": 124,
    "day": 31,
    "month": 12,
    "outward": 3_000,
    "sector": 11_000,
    "soundex": 26 * 7**3,
    "year": 120,
}
_LETTERS, _DIGITS, _BOTH = 26, 10, 36
_OF_LETTERS = ("given_name", "surname", "full_name", "place")
_OF_DIGITS = ("date", "identifier", "phone", "number")


def log2_values(column: str) -> float | None:
    """Return the binary logarithm of how many values a column can take; None where nothing is known of it.

    Several columns that go into one expression multiply, as if they had nothing to do with each other.

    Parameters
    ----------
    column
        A field or a column expression.

    Examples
    --------
    >>> round(log2_values("date_of_birth"), 1), round(log2_values("year(date_of_birth)"), 1)
    (15.4, 6.9)
    >>> log2_values("shoe_size") is None
    True
    """
    return _log2(parse(column))


def _log2(expression: Expression) -> float | None:
    if not expression.function:
        field = str(expression.arguments[0])
        size = _OF_FIELD.get(field) or _OF_KIND.get(kind_of(field))
        return None if size is None else math.log2(size)
    bounds = [math.log2(_OF_FUNCTION[expression.function])] if expression.function in _OF_FUNCTION else []
    if expression.function in ("first", "last"):
        bounds += [
            count * math.log2(_characters(expression)) for count in expression.constants if isinstance(count, int)
        ]
    inner = [_log2(part) for part in expression.inner]
    known = [bits for bits in inner if bits is not None]
    if inner and len(known) == len(inner):
        bounds.append(sum(known))
    return min(bounds, default=None)


def _characters(expression: Expression) -> int:
    """How many characters the values of an expression are made of."""
    kinds = {kind_of(field) for field in fields_of(str(expression))}
    return _LETTERS if kinds <= {*_OF_LETTERS} else _DIGITS if kinds <= {*_OF_DIGITS} else _BOTH


def seconds_to_try(log2: float) -> float:
    """Return the seconds in which so many values are tried at a thousand million guesses a second.

    Examples
    --------
    >>> seconds_to_try(30)
    1.073741824
    """
    return float(2.0 ** min(log2, 1000.0) / GUESSES_A_SECOND)


def values_in_words(log2: float) -> str:
    """Return how many values there are, of their binary logarithm.

    Examples
    --------
    >>> values_in_words(log2_values("date_of_birth")), values_in_words(60)
    ('43,830', '2**60')
    """
    return f"{2**log2:,.0f}" if log2 < 40 else f"2**{log2:.0f}"


def in_words(seconds: float) -> str:
    """Return a time as people say it.

    Examples
    --------
    >>> in_words(4.4e-5), in_words(0.9), in_words(5400), in_words(1e20)
    ('less than a millisecond', 'less than a second', '2 hours', 'more than a million years')
    """
    if seconds < 1:
        return "less than a millisecond" if seconds < 1e-3 else "less than a second"
    units = (("second", 1.0), ("minute", 60.0), ("hour", 3600.0), ("day", 86400.0), ("year", 86400 * 365.25))
    if seconds > 1e6 * units[-1][1]:
        return "more than a million years"
    name, size = next(unit for unit in reversed(units) if seconds >= unit[1])
    count = round(seconds / size)
    return f"{count:,} {name}{'' if count == 1 else 's'}"
