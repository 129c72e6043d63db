"""What a plan file may hold: for each spec and each function of linkkit.compare, its keys, their types and meanings.

All of it is read from the dataclasses and functions themselves: a new spec, or a new argument, is known here at once.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
import types
import typing
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from linkkit import compare, prepare
from linkkit.score import RuleList
from linkkit.specs import Comparison, Function, Listed, Made, SeriesFunction

from ._plan import Decision, Scoring

__all__ = [
    "CLASSES", "COMPARISONS", "NEEDED", "Form", "Key", "form_of", "form_of_function", "item_type", "kind_name",
    "members_of", "without_none",
]  # fmt: skip

NEEDED = inspect.Parameter.empty
# Functions of linkkit.compare that make a comparison, as a plan file names them.
COMPARISONS: dict[str, Callable[..., Comparison]] = {
    name: getattr(compare, name)
    for name in (
        "address", "date", "dated", "distance_km", "edits", "email", "exact", "filters", "full_name", "function",
        "house_number", "identifier", "name", "number", "phone", "postcode", "record_filter", "sets", "surname", "text",
    )
}  # fmt: skip
# The unions of a plan's parts, for messages and the schema.
CLASSES: dict[str, Any] = {"prepare": prepare.Step, "score": Scoring, "decide": Decision}
# Types that are wider in Python than in a plan file.
_NARROWED: dict[tuple[type, str], Any] = {
    (prepare.Replace, "values"): dict[str, str],
    (RuleList, "rules"): list[dict[str, str]],
    (Function, "path"): str,
    (SeriesFunction, "function"): str,
}


@dataclass(frozen=True)
class Key:
    """One key of a table: its type, its default (:data:`NEEDED` for none) and what it means."""

    type: Any
    default: Any
    meaning: str


@dataclass(frozen=True)
class Form:
    """A table of a plan file: what it makes, and its keys.

    Parameters
    ----------
    name
        What messages call it.
    make
        Makes the spec of the values of the keys.
    keys
        The keys.
    meaning
        Its first line of documentation.
    """

    name: str
    make: Callable[..., Any]
    keys: dict[str, Key]
    meaning: str


@cache
def form_of(spec: Any) -> Form:
    """Return the form of a dataclass; the ``kind`` that tells specs apart is no key.

    Examples
    --------
    >>> list(form_of(prepare.Name).keys)
    ['fields', 'accents', 'titles', 'particles', 'placeholders']
    """
    hints = typing.get_type_hints(spec)
    meanings = _meanings(spec.__doc__)
    keys = {}
    for field in dataclasses.fields(spec):
        if field.name == "kind" and field.kw_only:  # the tag of a spec
            continue
        default = field.default
        if field.default_factory is not dataclasses.MISSING:
            default = field.default_factory()
        hint = _NARROWED.get((spec, field.name), hints[field.name])
        keys[field.name] = Key(
            hint, NEEDED if default is dataclasses.MISSING else default, meanings.get(field.name, "")
        )
    return Form(kind_name(spec), spec, keys, _first_line(spec.__doc__))


@cache
def form_of_function(name: str) -> Form:
    """Return the form of a function of linkkit.compare.

    Examples
    --------
    >>> list(form_of_function("text").keys)
    ['column', 'at_least', 'metric', 'term_frequency']
    """
    function = COMPARISONS[name]
    hints = typing.get_type_hints(function)
    meanings = _meanings(function.__doc__)
    keys = {
        parameter.name: Key(_in_a_file(hints[parameter.name]), parameter.default, meanings.get(parameter.name, ""))
        for parameter in inspect.signature(function).parameters.values()
    }
    return Form(name, function, keys, _first_line(function.__doc__))


def _in_a_file(hint: Any) -> Any:
    """Return what a type comes down to in a plan file: a function is named by its path."""
    return str if Callable in {typing.get_origin(part) for part in typing.get_args(hint)} else hint


def kind_name(spec: Any) -> str:
    """Return the ``kind`` of a spec; of one without, its name in small letters."""
    tags = [field.default for field in dataclasses.fields(spec) if field.name == "kind" and field.kw_only]
    return str(tags[0]) if tags else spec.__name__.lower()


def without_none(hint: Any) -> Any:
    """Return a type without None: in a plan file a key that is None is left out."""
    if not _is_union(hint):
        return hint
    rest = [part for part in typing.get_args(hint) if part is not type(None)]
    return rest[0] if len(rest) == 1 else typing.Union[tuple(rest)]  # noqa: UP007


def members_of(hint: Any) -> tuple[type, ...]:
    """Return the specs that a type stands for, one or several; none where it stands for plain values."""
    hint = without_none(hint)
    parts = typing.get_args(hint) if _is_union(hint) else (hint,)
    if not all(isinstance(part, type) and dataclasses.is_dataclass(part) for part in parts):
        return ()
    return tuple(part for part in parts if part not in (Listed, Made))


def item_type(hint: Any) -> Any:
    """Return the type of the items of a list or tuple of any length; None where the type is no such."""
    hint = without_none(hint)
    arguments = typing.get_args(hint)
    if typing.get_origin(hint) is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        return arguments[0]
    return arguments[0] if inspect.isclass(origin := typing.get_origin(hint)) and _is_list(origin) else None


def _is_list(origin: type) -> bool:
    import collections.abc

    return origin is list or origin is collections.abc.Sequence


def _is_union(hint: Any) -> bool:
    return typing.get_origin(hint) in (typing.Union, types.UnionType)


def _first_line(doc: str | None) -> str:
    return (inspect.cleandoc(doc or "").splitlines() or [""])[0].replace("``", "`")


def _meanings(doc: str | None) -> dict[str, str]:
    """What each parameter means, from the Parameters section of a numpydoc docstring."""
    text = inspect.cleandoc(doc or "")
    found = re.search(r"^Parameters\n-+\n(.*?)(?=\n\n\S|\n\S[^\n]*\n---|\Z)", text, re.DOTALL | re.MULTILINE)
    if found is None:
        return {}
    meanings: dict[str, str] = {}
    for names, body in re.findall(r"^(\S[^\n]*)\n((?:[ ]+[^\n]*(?:\n|\Z)|\n)+)", found[1] + "\n", re.MULTILINE):
        for name in names.split(","):
            meanings[name.strip()] = " ".join(body.split()).replace("``", "`")
    return meanings
