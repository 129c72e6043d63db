"""From the plain data of a file to specs: every mistake at once, each with its place."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from linkkit.errors import CardError, LinkkitError, PlanError, did_you_mean

from ._forms import NEEDED, Form, form_of, item_type, members_of
from ._leaves import read_leaf

__all__ = ["made", "parsed", "read_table", "said"]

Mistakes = list[str]
ReadSpec = Callable[[Any, Any, str, Mistakes], Any]


def parsed(path: Path, refused: type[PlanError] | type[CardError] = PlanError) -> dict[str, Any]:
    """Return the plain data of a TOML file; an error, by default a PlanError, where there is none."""
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise refused([f"{path.name}: the file cannot be read ({error.strerror or type(error).__name__})."]) from None
    except UnicodeDecodeError:
        raise refused([f"{path.name} is no text in UTF-8; save it as UTF-8."]) from None
    except tomllib.TOMLDecodeError as error:
        raise refused([f"{path.name} is no TOML: {error}."]) from None


def read_table(
    form: Form, data: Any, place: str, mistakes: Mistakes, also: tuple[str, ...] = (), spec: ReadSpec | None = None
) -> Any:
    """Return what a table describes; None where it has mistakes, which are added to the list.

    Parameters
    ----------
    form
        What the table may hold.
    data
        The table.
    place
        Where it stands in the file, for messages; empty for the whole file.
    mistakes
        The list that mistakes are added to.
    also
        Keys that are read elsewhere.
    spec
        How a table within it is read, which a type calls for; by default as the one dataclass of the type.
    """
    values = _values(form, data, place, mistakes, also, spec or _only_spec)
    return None if values is None else made(form.make, values, place, mistakes)


def _only_spec(hint: Any, data: Any, place: str, mistakes: Mistakes) -> Any:
    if not isinstance(data, dict):
        mistakes.append(f"{place} must be a table; got {said(data)}.")
        return None
    (member,) = members_of(hint)
    return read_table(form_of(member), data, place, mistakes)


def _values(
    form: Form, data: Any, place: str, mistakes: Mistakes, also: tuple[str, ...], spec: ReadSpec
) -> dict[str, Any] | None:
    before = len(mistakes)
    known = [*also, *form.keys]
    inside = f"{place}." if place else ""
    for name in data:
        if name not in known:
            hint = did_you_mean(name, known) or f" Known: {', '.join(known)}."
            mistakes.append(f"{place} ({form.name}) has no key {name!r}.{hint}".lstrip())
    for name, key in form.keys.items():
        if key.default is NEEDED and name not in data:
            mistakes.append(f"{inside}{name} is needed{': ' + key.meaning if key.meaning else '.'}")
    values = {
        name: _value(key.type, data[name], f"{inside}{name}", mistakes, spec)
        for name, key in form.keys.items()
        if name in data
    }
    return values if len(mistakes) == before else None


def _value(hint: Any, data: Any, place: str, mistakes: Mistakes, spec: ReadSpec) -> Any:
    item = item_type(hint)
    if item is not None and members_of(item):
        items = data if isinstance(data, list) else [data]
        return tuple(spec(item, one, f"{place}[{number}]", mistakes) for number, one in enumerate(items))
    if members_of(hint):
        return spec(hint, data, place, mistakes)
    return read_leaf(hint, data, place, mistakes)


def made(make: Any, values: dict[str, Any], place: str, mistakes: Mistakes) -> Any:
    """Make a spec; where it refuses its values, add that to the mistakes and return None."""
    try:
        return make(**values)
    except LinkkitError as error:
        mistakes.append(f"{place}: {error}" if place else str(error))
    except TypeError as error:  # a value of a type that the spec cannot even look at
        mistakes.append(f"{place}: {error}.")
    return None


def said(data: Any) -> str:
    """Return what a value is, without showing it."""
    return "a text" if isinstance(data, str) else "a list" if isinstance(data, list) else f"{type(data).__name__}"
