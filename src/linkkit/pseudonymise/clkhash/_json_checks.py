"""Read what a JSON document must hold, and gather every mistake with its place."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from linkkit.errors import did_you_mean

__all__ = ["Checked"]


class Checked:
    """An object of a JSON document, at a place; mistakes are gathered, and a read that fails gives None.

    Parameters
    ----------
    entries
        The object; anything else is a mistake, and read as an empty object.
    place
        Where it stands, such as ``features[2].hashing``.
    mistakes
        The list that mistakes are added to.

    Examples
    --------
    >>> mistakes = []
    >>> Checked({"n": 0}, "hashing.comparison", mistakes).integer("n", least=1)
    >>> mistakes
    ['hashing.comparison.n must be a whole number of at least 1; got 0.']
    """

    def __init__(self, entries: Any, place: str, mistakes: list[str]) -> None:
        self.place, self.mistakes = place, mistakes
        self.is_object = isinstance(entries, Mapping)
        self.entries: Mapping[str, Any] = entries if self.is_object else {}
        if not self.is_object:
            mistakes.append(f"{place or 'The schema'} must be a JSON object; got {_kind(entries)}.")

    def __contains__(self, key: str) -> bool:
        return key in self.entries

    def wrong(self, key: str, expected: str) -> None:
        """Note that an entry is not what is expected."""
        self.mistakes.append(f"{self.at(key)} {expected}")

    def at(self, key: str) -> str:
        """Return the place of an entry."""
        return f"{self.place}.{key}" if self.place else key

    def inner(self, key: str) -> Checked | None:
        """Return an object inside, or None where it is absent (a mistake, as everywhere in this class)."""
        if not self._has(key, "an object"):
            return None
        found = Checked(self.entries[key], self.at(key), self.mistakes)
        return found if found.is_object else None

    def integer(self, key: str, *, least: int | None = None, default: int | None = None, needed: bool = True) -> Any:
        """Return a whole number; 20.0 is one, as in JSON Schema."""
        expected = "a whole number" + (f" of at least {least}" if least is not None else "")
        value = self._value(key, expected, needed=needed and default is None)
        if value is None:
            return default
        whole = isinstance(value, int | float) and not isinstance(value, bool) and value == value // 1
        if not whole or (least is not None and value < least):
            self.wrong(key, f"must be {expected}; got {_shown(value)}.")
            return None
        return int(value)

    def number(self, key: str, *, above: float) -> Any:
        """Return a number above a bound."""
        value = self._value(key, f"a number above {above:g}")
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not above < value < float("inf"):
            self.wrong(key, f"must be a number above {above:g}; got {_shown(value)}.")
            return None
        return value

    def text(self, key: str, *, needed: bool = True) -> Any:
        """Return a text."""
        return self._typed(key, str, "text", needed=needed)

    def boolean(self, key: str, *, default: bool | None = None) -> Any:
        """Return true or false."""
        value = self._typed(key, bool, "true or false", needed=False)
        return default if value is None else value

    def choice(self, key: str, known: Sequence[str], *, default: str | None = None, needed: bool = True) -> Any:
        """Return one of some texts."""
        value = self._value(key, f"one of {', '.join(known)}", needed=needed and default is None)
        if value is None:
            return default
        if value not in known:
            hint = did_you_mean(value, known) if isinstance(value, str) else ""
            self.wrong(key, f"must be one of {', '.join(known)}; got {_shown(value)}.{hint}")
            return None
        return value

    def only(self, known: Iterable[str]) -> None:
        """Note every entry that is not known here."""
        known = list(known)
        for key in self.entries:
            if key not in known:
                self.wrong(key, f"is not known here; known are {', '.join(known)}.{did_you_mean(key, known)}")

    def _typed(self, key: str, kind: type, expected: str, *, needed: bool) -> Any:
        value = self._value(key, expected, needed=needed)
        if value is not None and not isinstance(value, kind):
            self.wrong(key, f"must be {expected}; got {_shown(value)}.")
            return None
        return value

    def _value(self, key: str, expected: str, *, needed: bool = True) -> Any:
        if key not in self.entries:
            if needed:
                self._has(key, expected)
            return None
        if self.entries[key] is None:
            self.wrong(key, f"must be {expected}; got null.")
        return self.entries[key]

    def _has(self, key: str, expected: str) -> bool:
        if key not in self.entries:
            self.wrong(key, f"is absent; it must be {expected}.{did_you_mean(key, self.entries)}")
        return key in self.entries


def _shown(value: Any) -> str:
    text = json.dumps(value, default=lambda other: type(other).__name__)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _kind(value: Any) -> str:
    if isinstance(value, str):
        return "text"
    return "a list" if isinstance(value, list) else _shown(value)
