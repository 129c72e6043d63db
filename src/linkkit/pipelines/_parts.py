"""Parts of a pipeline as a plan file would say them, or as they are: read by their types, with all mistakes at once."""

from __future__ import annotations

import dataclasses
import os
import typing
from collections.abc import Iterable
from typing import Any

from linkkit._toml import form_of, item_type, members_of, read_leaf, read_table, said, without_none
from linkkit.errors import SpecError
from linkkit.plan import Plan

__all__ = ["read_parts"]

Mistakes = list[str]


def read_parts(spec: Any, place: str = "") -> None:
    """Read the parts of a spec that is being made, each by its type: a table becomes the spec that it describes.

    Parameters
    ----------
    spec
        A frozen dataclass; its parts are set anew.
    place
        Where it stands, for messages.

    Raises
    ------
    SpecError
        Where parts are of another type; all of them at once.

    Examples
    --------
    >>> from linkkit.pipelines.trials import TrialToAdmin
    >>> TrialToAdmin(follow_up={"index": "consent_date", "until": "2020-12-31"}).follow_up.until
    datetime.date(2020, 12, 31)
    """
    mistakes: Mistakes = []
    inside = f"{place}." if place else ""
    made: Any = type(spec)
    for name, key in form_of(made).keys.items():
        value = getattr(spec, name)
        if value is None and without_none(key.type) is not key.type:
            continue
        object.__setattr__(spec, name, _part(key.type, value, f"{inside}{name}", mistakes))
    if mistakes:
        raise SpecError("\n".join(mistakes))


def _part(hint: Any, value: Any, place: str, mistakes: Mistakes) -> Any:
    if without_none(hint) is Plan:
        if not isinstance(value, Plan):
            mistakes.append(
                f"{place} must be a linkkit.Plan; got {said(value)}. A plan file with a table [pipeline] has both."
            )
        return value
    item = item_type(hint)
    if item is not None and _specs(item):
        return tuple(_one(item, one, f"{place}[{n}]", mistakes) for n, one in enumerate(_listed(value)))
    if _specs(hint):
        return _one(hint, value, place, mistakes)
    if typing.get_origin(without_none(hint)) is typing.Literal and isinstance(value, str):
        return value  # the spec says which there are
    try:
        return read_leaf(hint, _listed(value) if item is not None else _plain(value), place, mistakes)
    except TypeError:
        mistakes.append(f"{place} cannot be {said(value)}.")
        return None


def _one(hint: Any, value: Any, place: str, mistakes: Mistakes) -> Any:
    """Return a spec: itself, or what a table describes; a text where one may stand for it."""
    specs = _specs(hint)
    if isinstance(value, specs) or (isinstance(value, str) and str in typing.get_args(hint)):
        return value
    if isinstance(value, dict) and len(specs) == 1:
        return read_table(form_of(specs[0]), value, place, mistakes)
    keys = ", ".join(form_of(specs[0]).keys)
    mistakes.append(f"{place} must be {specs[0].__name__}(...), or a table with its parts ({keys}); got {said(value)}.")
    return None


def _specs(hint: Any) -> tuple[type, ...]:
    """The dataclasses that a type stands for, perhaps beside other types."""
    found = members_of(hint)
    parts = typing.get_args(without_none(hint))
    return found or tuple(part for part in parts if isinstance(part, type) and dataclasses.is_dataclass(part))


def _listed(value: Any) -> Any:
    """One stands for a list of one; a table is left for the reader to refuse."""
    if isinstance(value, dict) or dataclasses.is_dataclass(value) or isinstance(value, str | os.PathLike):
        return [_plain(value)]
    return [_plain(one) for one in value] if isinstance(value, Iterable) else [_plain(value)]


def _plain(value: Any) -> Any:
    """Paths as texts, numbers of numpy as those of Python."""
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    return value.item() if type(value).__module__ == "numpy" and hasattr(value, "item") else value
