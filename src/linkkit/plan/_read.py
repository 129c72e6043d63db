"""From the plain data of a plan file to a plan: every mistake at once, each with its place."""

from __future__ import annotations

import dataclasses
import typing
from typing import Any

from linkkit._toml import Form, form_of, kind_name, made, members_of, read_leaf, read_table, said
from linkkit.errors import did_you_mean
from linkkit.specs import Comparison, Condition, Rule

from ._forms import CLASSES, COMPARISONS, form_of_function
from ._plan import LEAVES, Plan

__all__ = ["plan_of", "read_form"]

Mistakes = list[str]
# What a table is that does not say its kind.
_USUAL_KINDS = {"score": "fellegi_sunter"}


def plan_of(data: dict[str, Any], mistakes: Mistakes) -> Plan:
    """Return the plan that plain data describe, as far as it can be read; mistakes are added to the list."""
    leaves = {key.name: key for key in dataclasses.fields(Plan) if key.name in LEAVES}
    hints = typing.get_type_hints(Plan)
    parts: dict[str, Any] = {}
    for name in leaves.keys() & data.keys():
        parts[name] = read_leaf(hints[name], data[name], name, mistakes)
    if "prepare" in data:
        parts["prepare"] = _listed("prepare", data["prepare"], mistakes, _step)
    if "block" in data:
        rules = [data["block"]] if isinstance(data["block"], str | dict) else data["block"]
        parts["block"] = _listed("block", rules, mistakes, _rule)
    if "compare" in data:
        parts["compare"] = _listed("compare", data["compare"], mistakes, _comparison)
    for name in ("score", "decide"):
        if name in data:
            parts[name] = _one_of(members_of(CLASSES[name]), data[name], name, mistakes)
    if mistakes:
        return Plan()
    return made(Plan, parts, "", mistakes) or Plan()


def read_form(form: Form, data: Any, place: str, mistakes: Mistakes, also: tuple[str, ...] = ()) -> Any:
    """Return what a table of a plan describes; see :func:`linkkit._toml.read_table`."""
    return read_table(form, data, place, mistakes, also, spec=_spec)


def _spec(hint: Any, data: Any, place: str, mistakes: Mistakes) -> Any:
    if hint == Rule:
        return _rule(data, place, mistakes)
    if hint == Condition:
        threshold, combined = members_of(hint)
        is_combined = isinstance(data, dict) and ("conditions" in data or "operator" in data)
        chosen = combined if is_combined else threshold
        return _one_of((chosen,), data, place, mistakes)
    return _one_of(members_of(hint), data, place, mistakes)


def _one_of(members: tuple[type, ...], data: Any, place: str, mistakes: Mistakes) -> Any:
    """Read a table that is one of several specs, told apart by its ``kind``."""
    if not isinstance(data, dict):
        mistakes.append(f"{place} must be a table; got {said(data)}.")
        return None
    by_kind = {kind_name(member): member for member in members}
    kind = data.get("kind", next(iter(by_kind)) if len(by_kind) == 1 else _USUAL_KINDS.get(place))
    if kind is None:
        mistakes.append(f"{place}.kind is needed: one of {', '.join(by_kind)}.")
        return None
    if not isinstance(kind, str) or kind not in by_kind:
        hint = (did_you_mean(kind, by_kind) if isinstance(kind, str) else "") or f" Known: {', '.join(by_kind)}."
        mistakes.append(f"{place}.kind: there is no {kind!r}.{hint}")
        return None
    return read_form(form_of(by_kind[kind]), data, place, mistakes, ("kind",))


def _step(data: Any, place: str, mistakes: Mistakes) -> Any:
    return _one_of(members_of(CLASSES["prepare"]), data, place, mistakes)


def _rule(data: Any, place: str, mistakes: Mistakes) -> Any:
    """Read a rule; ``"postcode"``, ``["surname", "sex"]`` and ``{on = [...]}`` are short for its kind ``on``."""
    if isinstance(data, str | list):
        data = {"on": data}
    if isinstance(data, dict) and "on" in data and "kind" not in data:
        before = len(mistakes)
        data = {"kind": "on", "columns": data["on"], **{key: value for key, value in data.items() if key != "on"}}
        read = _one_of(members_of(Rule), data, place, mistakes)
        mistakes[before:] = [text.replace(f"{place}.columns", f"{place}.on", 1) for text in mistakes[before:]]
        return read
    return _one_of(members_of(Rule), data, place, mistakes)


def _comparison(data: Any, place: str, mistakes: Mistakes) -> Any:
    """Read a comparison: the call of a function of linkkit.compare, renamed if need be; or its name and levels."""
    if isinstance(data, dict) and "function" not in data and "levels" in data:
        return read_form(form_of(Comparison), data, place, mistakes)
    if not isinstance(data, dict):
        mistakes.append(f"{place} must be a table; got {said(data)}.")
        return None
    function = data.get("function")
    if function is None:
        mistakes.append(f"{place} needs function (one of {', '.join(COMPARISONS)}), or name and levels.")
        return None
    if not isinstance(function, str) or function not in COMPARISONS:
        hint = did_you_mean(str(function), COMPARISONS) or f" Known: {', '.join(COMPARISONS)}."
        mistakes.append(f"{place}.function: there is no {function!r} in linkkit.compare.{hint}")
        return None
    form = form_of_function(function)
    own = () if "rename" not in data else (read_leaf(str, data["rename"], f"{place}.rename", mistakes),)
    comparison = read_form(form, data, place, mistakes, ("function", "rename"))
    return dataclasses.replace(comparison, name=own[0]) if comparison is not None and own and own[0] else comparison


def _listed(name: str, data: Any, mistakes: Mistakes, read: Any) -> tuple[Any, ...] | None:
    if not isinstance(data, list):
        mistakes.append(f"{name} must be a list; got {said(data)}.")
        return None
    return tuple(read(item, f"{name}[{number}]", mistakes) for number, item in enumerate(data))
