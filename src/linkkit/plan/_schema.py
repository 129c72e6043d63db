"""The JSON schema of plan files, for editors that complete and check TOML; made from the same forms that read them."""

from __future__ import annotations

from typing import Any

from linkkit._toml import NEEDED, Form, adapter, form_of, item_type, members_of, without_none
from linkkit.fields import FieldKind
from linkkit.specs import Condition, Measure, Rule

from ._datasets import DatasetFile
from ._file import VERSION
from ._forms import CLASSES, COMPARISONS, form_of_function
from ._plan import LEAVES, Plan

__all__ = ["plan_schema"]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
# Unions that stand in several places, by the name of their definition.
_SHARED = {"rule": Rule, "condition": Condition, "measure": Measure}


def plan_schema() -> dict[str, Any]:
    """Return the JSON schema of plan files.

    Examples
    --------
    >>> plan_schema()["properties"]["linkkit_plan"]["const"]
    1
    """
    own = form_of(Plan).keys
    parts = {name: {**_leaf(own[name].type), "description": own[name].meaning} for name in LEAVES}
    lists = {
        "prepare": _described(_union(CLASSES["prepare"]), own["prepare"].meaning),
        "block": _described(_ref("rule"), own["block"].meaning),
        "compare": _described(_ref("comparison"), own["compare"].meaning),
        "datasets": _described(_dataset(), "The files that the plan is for, relative to the plan file."),
    }
    specs = {
        "score": {**_union(CLASSES["score"], usual="fellegi_sunter"), "description": own["score"].meaning},
        "decide": {**_union(CLASSES["decide"]), "description": own["decide"].meaning},
    }
    version = {"const": VERSION, "description": "The version of the format."}
    algorithm = {
        "type": "string",
        "description": "A published algorithm to be carried out in place of a plan: datasets are all that it takes.",
    }
    return {
        "$schema": _DIALECT,
        "title": "linkkit plan",
        "type": "object",
        "properties": {"linkkit_plan": version, "algorithm": algorithm, **parts, **lists, **specs},
        "required": ["linkkit_plan"],
        "additionalProperties": False,
        "$defs": {
            "rule": _rule(),
            "condition": {"anyOf": [_form(form_of(member)) for member in members_of(Condition)]},
            "measure": _union(Measure),
            "comparison": _comparison(),
        },
    }


def _described(items: dict[str, Any], meaning: str) -> dict[str, Any]:
    return {"type": "array", "items": items, "description": meaning}


def _union(hint: Any, usual: str = "") -> dict[str, Any]:
    """Tables told apart by their kind; the usual one need not say it."""
    forms = [form_of(member) for member in members_of(hint)]
    return {"anyOf": [_form(form, {"kind": form.name}, form.name != usual) for form in forms]}


def _form(form: Form, tags: dict[str, str] | None = None, is_tag_needed: bool = True) -> dict[str, Any]:
    tags = tags or {}
    keys = {name: {**_type(key.type), "description": key.meaning or name} for name, key in form.keys.items()}
    needed = [name for name, key in form.keys.items() if key.default is NEEDED]
    return {
        "type": "object",
        "description": form.meaning,
        "properties": {**{tag: {"const": value} for tag, value in tags.items()}, **keys},
        "required": [*(tags if is_tag_needed else ()), *needed],
        "additionalProperties": False,
    }


def _type(hint: Any) -> dict[str, Any]:
    item = item_type(hint)
    if item is not None and members_of(item):
        return {"type": "array", "items": _type(item)}
    for name, shared in _SHARED.items():
        if without_none(hint) == shared:
            return _ref(name)
    members = members_of(hint)
    return _form(form_of(members[0])) if len(members) == 1 else _union(hint) if members else _leaf(hint)


def _leaf(hint: Any) -> dict[str, Any]:
    schema: dict[str, Any] = adapter(without_none(hint)).json_schema()
    if schema.get("additionalProperties") is True:  # newer versions of pydantic say what goes without saying
        del schema["additionalProperties"]
    item = item_type(hint)
    # Of a list with one item the brackets may be left out.
    return schema if item is None else {"anyOf": [schema, _leaf(item)]}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}"}


def _rule() -> dict[str, Any]:
    on = form_of(next(member for member in members_of(Rule) if form_of(member).name == "on"))
    short = Form("on", on.make, {"on": on.keys["columns"], "cap": on.keys["cap"]}, on.meaning)
    texts = {"type": "array", "items": {"type": "string"}, "description": on.meaning}
    return {"anyOf": [_form(short), texts, {"type": "string", "description": on.meaning}, *_union(Rule)["anyOf"]]}


def _comparison() -> dict[str, Any]:
    calls = [_form(form_of_function(name), {"function": name}) for name in COMPARISONS]
    for call in calls:
        call["properties"]["rename"] = {"type": "string", "description": "What tables call it; by default the column."}
    full = next(item_type(key.type) for name, key in form_of(Plan).keys.items() if name == "compare")
    return {"anyOf": [*calls, _form(form_of(full))]}


def _dataset() -> dict[str, Any]:
    schema = _form(form_of(DatasetFile))
    columns = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
    parts = {"columns": columns, "kind": _leaf(FieldKind)}
    whole = {"type": "object", "properties": parts, "required": ["columns"], "additionalProperties": False}
    field = {"anyOf": [*columns["anyOf"], whole, {"const": False}]}
    schema["properties"]["fields"] = {
        "type": "object",
        "additionalProperties": field,
        "description": "Field to its column, its columns, a table of columns and kind, or false to leave a guess out.",
    }
    return schema
