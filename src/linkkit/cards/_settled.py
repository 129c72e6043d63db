"""What the parts of a card are made of: texts, days, numbers, lists; said in Python as freely as is unambiguous."""

from __future__ import annotations

import datetime
import numbers
import os
import re
import typing
from collections.abc import Iterable, Mapping
from typing import Any

from linkkit._toml import form_of, item_type, members_of, without_none
from linkkit.errors import SpecError

__all__ = ["day_of", "settle"]

# Floats below are exact where they are whole.
_EXACT = 2.0**53
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_WORDS = {str: "a text", int: "a whole number", float: "a number", datetime.date: "a day", dict: "a table"}


def settle(spec: Any, place: str = "") -> None:
    """Put the parts of a frozen dataclass into their types: a day for ``"2021-02-03"``, a tuple for a list.

    Parameters
    ----------
    spec
        The dataclass, as it was made.
    place
        What it is called in a card, for messages.

    Raises
    ------
    SpecError
        With every part that is of another type; no value is shown.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Visit:
    ...     day: datetime.date
    ...     rooms: tuple[str, ...] = ()
    >>> visit = Visit("2021-02-03", "hall")
    >>> settle(visit)
    >>> visit
    Visit(day=datetime.date(2021, 2, 3), rooms=('hall',))
    """
    mistakes: list[str] = []
    kind: Any = type(spec)
    for name, key in form_of(kind).keys.items():
        value = getattr(spec, name)
        if value is None and without_none(key.type) != key.type:
            continue
        where = f"{place}.{name}" if place else name
        object.__setattr__(spec, name, _settled(without_none(key.type), value, where, mistakes))
    if mistakes:
        raise SpecError(" ".join(mistakes))


def day_of(value: Any, place: str) -> datetime.date:
    """Return a day that is said in Python: a date, a time stamp at midnight, or ISO text.

    Parameters
    ----------
    value
        The day.
    place
        What messages call it.

    Raises
    ------
    SpecError
        Where it is none.

    Examples
    --------
    >>> day_of("2027-01-01", "on")
    datetime.date(2027, 1, 1)
    """
    mistakes: list[str] = []
    found: datetime.date = _day(value, place, mistakes)
    if mistakes:
        raise SpecError(mistakes[0])
    return found


def _settled(hint: Any, value: Any, place: str, mistakes: list[str]) -> Any:
    item, members = item_type(hint), members_of(hint)
    if item is not None:
        return _list(item, value, place, mistakes)
    if members:
        return value if isinstance(value, members) else _wrong(members[0].__name__, value, place, mistakes)
    if hint is str or typing.get_origin(hint) is typing.Literal:
        value = os.fspath(value) if isinstance(value, os.PathLike) else value
        return value if isinstance(value, str) else _wrong(_WORDS[str], value, place, mistakes)
    if hint is datetime.date:
        return _day(value, place, mistakes)
    if hint in (int, float):
        kind = numbers.Integral if hint is int else numbers.Real
        if isinstance(value, bool) or not isinstance(value, kind) or value != value:  # a float may be no number
            return _wrong(_WORDS[hint], value, place, mistakes)
        if isinstance(value, numbers.Integral):
            return int(value)
        # A whole number is one however it is written, so that a card which is read and saved again stays as it is.
        number = float(value)
        return int(number) if number.is_integer() and abs(number) < _EXACT else number
    if typing.get_origin(hint) is dict:
        if not isinstance(value, Mapping):
            return _wrong(_WORDS[dict], value, place, mistakes)
        of = typing.get_args(hint)[1]
        parts = value.items()
        return {name: one if of is Any else _settled(of, one, f"{place}.{name}", mistakes) for name, one in parts}
    return value


def _list(item: Any, value: Any, place: str, mistakes: list[str]) -> Any:
    is_single = isinstance(value, (str, numbers.Number, *members_of(item)))
    if not is_single and (isinstance(value, Mapping) or not isinstance(value, Iterable)):
        return _wrong("a list", value, place, mistakes)
    items = [value] if is_single else sorted(value, key=str) if isinstance(value, set | frozenset) else list(value)
    return tuple(
        _settled(item, one, place if is_single else f"{place}[{number}]", mistakes) for number, one in enumerate(items)
    )


def _day(value: Any, place: str, mistakes: list[str]) -> Any:
    if type(value).__name__ == "datetime64":
        value = value.astype("datetime64[us]").item()
    if isinstance(value, datetime.datetime):
        if value == value and value.time() == datetime.time():  # a missing time stamp equals nothing
            return value.date()
        return _wrong("a day without a time of day", value, place, mistakes)
    if isinstance(value, str) and _DAY.fullmatch(value.strip()):
        try:
            return datetime.date.fromisoformat(value.strip())
        except ValueError:
            mistakes.append(f"{place} is a day that no calendar has.")
            return None
    if isinstance(value, datetime.date):
        return value
    return _wrong("a day, datetime.date(2026, 1, 31) or '2026-01-31'", value, place, mistakes)


def _wrong(wanted: str, value: Any, place: str, mistakes: list[str]) -> Any:
    got = "nothing" if value is None else "a text" if isinstance(value, str) else type(value).__name__
    mistakes.append(f"{place} must be {wanted}; got {got}.")
    return value
