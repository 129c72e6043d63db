"""The trust boundary: what may be handed to whom."""

from __future__ import annotations

from typing import Literal

from linkkit.errors import SpecError, did_you_mean

__all__ = ["DESTINATIONS", "LEVELS", "Destination", "Level", "checked_destination", "highest", "may_go", "reached_by"]

Destination = Literal["trusted_unit", "semi_trusted_unit", "researcher", "public"]
Level = Literal["tokens", "filters", "records"]

DESTINATIONS: dict[str, str] = {
    "trusted_unit": "a trusted linkage unit",
    "semi_trusted_unit": "a semi-trusted linkage unit",
    "researcher": "a researcher",
    "public": "the public",
}
"""Where an encoding may be said to go, in words. A trusted unit might be shown the names, and is shown less out of
care; a semi-trusted one does its work as agreed, and may look at all that it gets."""

LEVELS: dict[str, str] = {
    "records": "similarities of records",
    "tokens": "which values are equal, and how often each occurs",
    "filters": "similarities and frequencies of the values of each field",
}
"""What each level of leakage shows to who holds the encoding without its key, from little to much."""

_MAY_MEET: dict[str, tuple[str, ...]] = {
    "trusted_unit": ("records", "tokens", "filters"),
    "semi_trusted_unit": ("records",),
    "researcher": (),
    "public": (),
}


def checked_destination(destination: str) -> Destination:
    """Return a destination if it is one.

    Raises
    ------
    SpecError
        Where it is none.

    Examples
    --------
    >>> checked_destination("public")
    'public'
    """
    if destination not in DESTINATIONS:
        hint = did_you_mean(destination, DESTINATIONS) if isinstance(destination, str) else ""
        raise SpecError(f"destination must be one of {', '.join(DESTINATIONS)}; got {destination!r}.{hint}")
    return destination  # type: ignore[return-value, unused-ignore]


def may_go(level: str, destination: str) -> bool:
    """Return whether an encoding of a level may be handed to a destination.

    Examples
    --------
    >>> may_go("records", "semi_trusted_unit"), may_go("filters", "semi_trusted_unit")
    (True, False)
    """
    return level in _MAY_MEET[destination]


def reached_by(level: str) -> list[str]:
    """Return the destinations that an encoding of a level may be handed to, in words.

    Examples
    --------
    >>> reached_by("tokens")
    ['a trusted linkage unit']
    """
    return [words for name, words in DESTINATIONS.items() if may_go(level, name)]


def highest(levels: list[str]) -> str | None:
    """Return the level that leaks most; None of none.

    Examples
    --------
    >>> highest(["records", "filters", "tokens"])
    'filters'
    """
    return max(levels, key=list(LEVELS).index, default=None)
