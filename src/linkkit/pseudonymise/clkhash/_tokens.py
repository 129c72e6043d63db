"""From a value to its tokens, as clkhash does it, and what a value must be."""

from __future__ import annotations

import datetime
import operator
import re
from collections.abc import Callable

from ._schema import DateFormat, EnumFormat, Exact, Feature, Format, IntegerFormat, NGrams, Numeric, TextFormat

__all__ = ["Refused", "tokeniser"]


class Refused(Exception):  # noqa: N818  never leaves this package
    """A value is not what the schema says; the text says what is expected, and never what was found."""


def tokeniser(feature: Feature) -> Callable[[str], list[str]]:
    """Return a function from a value of the feature to its tokens; it raises Refused.

    Examples
    --------
    >>> from linkkit.pseudonymise.clkhash import Feature, Hashing, NGrams, TextFormat
    >>> tokeniser(Feature("name", TextFormat(), Hashing(NGrams(2), 10)))("Ann")
    [' A', 'An', 'nn', 'n ']
    """
    formatted, tokens = _formatter(feature.format), _tokens(feature.hashing.comparison)
    hashing, encoding = feature.hashing, feature.format.encoding
    replacement = (hashing.sentinel or "") if hashing.replacement is None else hashing.replacement

    def run(value: str) -> list[str]:
        # A missing value is not checked, and what replaces it is hashed as it stands.
        text = replacement if value == hashing.sentinel else formatted(_encodable(value, encoding))
        return tokens(_encodable(text, encoding)) if text else []

    return run


def _encodable(value: str, encoding: str) -> str:
    if value.isascii():  # most are, and every encoding has those
        return value
    try:
        value.encode(encoding)
    except UnicodeEncodeError:
        raise Refused(f"characters of {encoding}") from None
    return value


# --- what a value must be, and what of it is hashed ---------------------------------------------------------------


def _formatter(described: Format) -> Callable[[str], str]:
    if isinstance(described, TextFormat):
        return _text_formatter(described)
    if isinstance(described, IntegerFormat):
        return _integer_formatter(described)
    if isinstance(described, DateFormat):
        return _date_formatter(described)
    return _enum_formatter(described)


def _text_formatter(described: TextFormat) -> Callable[[str], str]:
    if described.pattern is not None:
        pattern = re.compile(described.pattern)

        def matching(value: str) -> str:
            if pattern.fullmatch(value) is None:
                raise Refused(f"text that matches {described.pattern!r}")
            return value

        return matching
    least, most, case = described.min_length or 0, described.max_length, described.case

    def checked(value: str) -> str:
        if len(value) < least:
            raise Refused(f"at least {least} characters")
        if most is not None and len(value) > most:
            raise Refused(f"at most {most} characters")
        if (case == "upper" and value.upper() != value) or (case == "lower" and value.lower() != value):
            raise Refused(f"{case} case")
        return value

    return checked


def _integer_formatter(described: IntegerFormat) -> Callable[[str], str]:
    def checked(value: str) -> str:
        try:
            number = int(value, base=10)
        except ValueError:
            raise Refused("a whole number") from None
        if described.minimum is not None and number < described.minimum:
            raise Refused(f"a whole number of at least {described.minimum}")
        if described.maximum is not None and number > described.maximum:
            raise Refused(f"a whole number of at most {described.maximum}")
        return str(number)

    return checked


def _date_formatter(described: DateFormat) -> Callable[[str], str]:
    quick = _digits_of_date(described.format)

    def checked(value: str) -> str:
        digits = quick(value)
        if digits is not None:
            return digits
        try:
            day = datetime.datetime.strptime(value, described.format)
        except ValueError:
            raise Refused(f"a date written as {described.format!r}") from None
        # Years before 1000 have no leading zeros: so did strftime on Linux, where existing CLKs were made.
        return f"{day.year}{day.month:02}{day.day:02}"

    return checked


def _digits_of_date(written: str) -> Callable[[str], str | None]:
    """Return a function that reads what is plainly a date, since strptime takes ten times as long; else None."""
    directives = re.findall("%.", written)
    if sorted(directives) != ["%Y", "%d", "%m"] or not re.fullmatch(r"(?:%[Ymd]|[-/.])*", written):
        return lambda value: None
    digits = {"%Y": "(?P<year>[1-9][0-9]{3})", "%m": "(?P<month>[0-9]{2})", "%d": "(?P<day>[0-9]{2})"}
    parts = re.split("(%[Ymd])", written)
    pattern = re.compile("".join(digits.get(part) or re.escape(part) for part in parts))

    def read(value: str) -> str | None:
        found = pattern.fullmatch(value)
        if found is None:
            return None
        year, month, day = found["year"], found["month"], found["day"]
        try:
            datetime.date(int(year), int(month), int(day))
        except ValueError:
            return None
        return year + month + day

    return read


def _enum_formatter(described: EnumFormat) -> Callable[[str], str]:
    known = frozenset(described.values)
    shown = ", ".join(map(repr, described.values[:10])) + (", ..." if len(described.values) > 10 else "")

    def checked(value: str) -> str:
        if value not in known:
            raise Refused(f"one of {shown}")
        return value

    return checked


# --- tokens -------------------------------------------------------------------------------------------------------


def _tokens(comparison: NGrams | Exact | Numeric) -> Callable[[str], list[str]]:
    if isinstance(comparison, NGrams):
        return _ngrams(comparison)
    return _whole if isinstance(comparison, Exact) else _neighbours(comparison)


def _whole(text: str) -> list[str]:
    return [text]


def _ngrams(comparison: NGrams) -> Callable[[str], list[str]]:
    n, padding, places = comparison.n, " " * (comparison.n - 1), list[str]()

    def plain(text: str) -> list[str]:
        padded = f"{padding}{text}{padding}"
        if n == 2:  # the usual case, in half the time of slices
            return list(map(operator.add, padded, padded[1:]))
        return [padded[start : start + n] for start in range(len(padded) - n + 1)]

    def positional(text: str) -> list[str]:
        grams = plain(text)
        places.extend(f"{place} " for place in range(len(places) + 1, len(grams) + 1))
        return list(map(operator.add, places, grams))

    return positional if comparison.positional else plain


def _neighbours(comparison: Numeric) -> Callable[[str], list[str]]:
    step, reach, scale = comparison.step, comparison.resolution, int(10**comparison.fractional_precision)

    def tokens(text: str) -> list[str]:
        try:
            number = _scaled(text, scale) * 2 * reach
            below = number % step
            nearest = number - below if below < step / 2 else number + (step - below if below else 0)
            return [str(nearest + place * step) for place in range(-reach, reach + 1)]
        except (ValueError, OverflowError):
            raise Refused("a number (so must be what replaces a missing value)") from None

    return tokens


def _scaled(text: str, scale: int) -> int:
    try:
        return int(text, base=10) * scale
    except ValueError:
        number = float(text)
    # Without digits behind the point clkhash cuts off, with them it rounds half to even.
    return round(number * scale) if scale > 1 else int(number)
