"""From a plan to the plain data of its file."""

from __future__ import annotations

import dataclasses
from typing import Any

from linkkit._toml import form_of, kind_name
from linkkit.errors import PlanError
from linkkit.fields import kind_of
from linkkit.prepare import Replace, Step
from linkkit.specs import Comparison, Equal, Level, Listed, On, Threshold
from linkkit.specs._comparison import thresholds

from ._plan import LEAVES, Plan
from ._shorten import as_call

__all__ = ["data_of"]

# Kinds of field whose values are codes, shared by so many people that a plan may hold them.
_CODES = ("sex", "category")


def data_of(plan: Plan) -> dict[str, Any]:
    """Return a plan as plain data, ready for TOML; what is None is left out.

    Raises
    ------
    PlanError
        Where it holds what a plan file must not: listed pairs, values of people. All of it at once.

    Examples
    --------
    >>> from linkkit.block import on
    >>> data_of(Plan(block=[on("surname", "postcode")], keep=0.01))
    {'keep': 0.01, 'block': [{'on': ['surname', 'postcode']}]}
    """
    mistakes: list[str] = []
    plain = {name: getattr(plan, name) for name in LEAVES}
    data: dict[str, Any] = {name: value for name, value in plain.items() if value not in (None, ())}
    if plan.prepare is not None:
        data["prepare"] = [_spec(step, f"prepare[{place}]", mistakes) for place, step in enumerate(plan.prepare)]
    if plan.block:
        data["block"] = [_spec(rule, f"block[{place}]", mistakes) for place, rule in enumerate(plan.block)]
    if plan.compare:
        data["compare"] = [_spec(one, f"compare[{place}]", mistakes) for place, one in enumerate(plan.compare)]
    for name in ("score", "decide"):
        if getattr(plan, name) is not None:
            data[name] = _spec(getattr(plan, name), name, mistakes)
    if mistakes:
        raise PlanError(mistakes)
    return data


def _spec(spec: Any, place: str, mistakes: list[str]) -> dict[str, Any]:
    if isinstance(spec, Listed):
        mistakes.append(f"{place}: listed pairs are ids of people, which a plan file never holds; give other rules.")
        return {}
    if isinstance(spec, Replace) and any(kind_of(field) not in _CODES for field in spec.fields):
        mistakes.append(
            f"{place}: the values that replace() exchanges may be values of people, which linkkit writes into no plan "
            "file. Name a function of yours with using(), or write them into the file by hand."
        )
        return {}
    if isinstance(spec, Comparison) and not _holds_function(spec) and (call := as_call(spec)) is not None:
        return call
    if isinstance(spec, On):
        return {"on": list(spec.columns), **({} if spec.cap is None else {"cap": spec.cap})}
    return {**_kind(spec), **_keys(spec, place, mistakes)}


def _holds_function(comparison: Comparison) -> bool:
    measures = [threshold.measure for level in comparison.levels for threshold in thresholds(level.condition)]
    return any(callable(getattr(measure, name, None)) for measure in measures for name in ("path", "function"))


def _kind(spec: Any) -> dict[str, str]:
    """The kind, where a reader needs it; a condition shows what it is by its keys."""
    is_plain = isinstance(spec, Comparison | Level | Threshold) or "conditions" in form_of(_type(spec)).keys
    return {"kind": kind_name(type(spec))} if not is_plain and hasattr(spec, "kind") else {}


def _keys(spec: Any, place: str, mistakes: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, key in form_of(_type(spec)).keys.items():
        value, where = getattr(spec, name), f"{place}.{name}"
        is_default = not isinstance(value, bool) and value == key.default and value in ((), {}, None)
        if value is None and key.default is not None:
            mistakes.append(f"{where} is None, which a plan file cannot say.")
        elif not is_default and not _is_implied(spec, name, value, key.default):
            value = dict(value) if isinstance(spec, Replace) and name == "values" else value
            found[name] = _value(value, where, mistakes)
    return found


def _is_implied(spec: Any, name: str, value: Any, default: Any) -> bool:
    """Whether a value goes without saying: the bound of an equality, the fields of a first level, a usual step."""
    if isinstance(spec, Step):
        return bool(value == default)
    if isinstance(spec, Threshold) and name == "bound":
        return isinstance(spec.measure, Equal) and value == 1.0
    return isinstance(spec, Comparison) and name == "fields" and value == Comparison(spec.name, spec.levels).fields


def _value(value: Any, place: str, mistakes: list[str]) -> Any:
    if dataclasses.is_dataclass(value):
        return _spec(value, place, mistakes)
    if isinstance(value, dict):
        return {str(key): _value(one, f"{place}.{key}", mistakes) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [_value(one, f"{place}[{number}]", mistakes) for number, one in enumerate(value)]
    if not isinstance(value, str | int | float | bool):
        mistakes.append(
            f"{place} is a {type(value).__name__}, which a plan file cannot hold; name a function by its import path."
        )
    return value


def _type(spec: Any) -> Any:
    return type(spec)
