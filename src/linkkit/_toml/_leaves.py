"""Plain values of a file, checked against their types by pydantic; its findings in words, each with its place."""

from __future__ import annotations

import datetime
import json
from functools import cache
from typing import Any

from linkkit.errors import did_you_mean

from ._forms import item_type, without_none

__all__ = ["adapter", "read_leaf"]

_WORDS = {
    "float": "a number", "int": "a whole number", "string": "a text", "bool": "true or false", "tuple": "a list",
    "list": "a list", "dict": "a table", "too_long": "a shorter list", "too_short": "a longer list",
}  # fmt: skip


def read_leaf(hint: Any, value: Any, place: str, mistakes: list[str]) -> Any:
    """Return a value in the form that a spec takes; where it is of another type, add that to the mistakes.

    Of a list with one item the brackets may be left out.

    Examples
    --------
    >>> mistakes = []
    >>> read_leaf(tuple[float, ...], [0.9, "0.8"], "compare[2].at_least", mistakes)
    >>> mistakes
    ['compare[2].at_least[1] must be a number; got a text.']
    """
    from pydantic import ValidationError

    if item_type(hint) is not None and not isinstance(value, list | dict):
        value = [value]
    try:
        read = adapter(without_none(hint)).validate_json(json.dumps(value, default=_date_text), strict=True)
    except ValidationError as error:
        mistakes += [_in_words(one, place) for one in error.errors(include_url=False)]
        return None
    return tuple(read) if isinstance(read, list) else read


@cache
def adapter(hint: Any) -> Any:
    """Return pydantic's adapter of a type."""
    from pydantic import TypeAdapter

    return TypeAdapter(hint)


def _in_words(error: Any, place: str) -> str:
    where = place + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error["loc"])
    found = error["input"]
    if error["type"] == "literal_error":
        known = [part.strip(" '") for part in error["ctx"]["expected"].replace(" or ", ",").split(",")]
        hint = did_you_mean(found, known) if isinstance(found, str) else ""
        return f"{where} must be {error['ctx']['expected']}; got {found!r}.{hint}"
    for start, words in _WORDS.items():
        if error["type"].startswith(start):
            return f"{where} must be {words}; got {_said(found)}."
    return f"{where}: {error['msg']}."


def _said(value: Any) -> str:
    for kind, words in ((bool, "true or false"), (str, "a text"), (int, "the number"), (float, "the number")):
        if isinstance(value, kind):
            return f"{words} {value!r}" if words == "the number" else words
    return "a list" if isinstance(value, list) else "a table"


def _date_text(value: Any) -> str:
    """TOML has dates of its own; specs take them as ISO text."""
    if isinstance(value, datetime.date | datetime.datetime | datetime.time):
        return value.isoformat()
    raise TypeError(type(value).__name__)
