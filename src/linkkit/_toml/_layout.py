"""Write plain data as TOML that reads well: short tables on one line, long lists an item a line, whole tables last."""

from __future__ import annotations

import re
from typing import Any

__all__ = ["toml_text"]

LONGEST_LINE = 118
_BARE = re.compile(r"[A-Za-z0-9_-]+")


def toml_text(data: dict[str, Any], prefix: str = "") -> str:
    """Return data as TOML.

    Examples
    --------
    >>> print(toml_text({"keep": 0.01, "block": [["surname", "year(dob)"]], "decide": {"kind": "one_to_one"}}))
    keep = 0.01
    block = [
      ["surname", "year(dob)"],
    ]
    <BLANKLINE>
    [decide]
    kind = "one_to_one"
    <BLANKLINE>
    """
    lines, tables = [], []
    for key, value in data.items():
        name = f"{prefix}{_key(key)}"
        if isinstance(value, dict):
            tables.append(f"[{name}]\n{toml_text(value, name + '.')}")
        elif not prefix and _is_long(value):
            tables += [f"[[{name}]]\n{toml_text(item, name + '.')}" for item in value]
        else:
            lines.append(f"{_key(key)} = {_value(value)}")
    return "\n".join(["".join(line + "\n" for line in lines), *tables]) if lines else "\n".join(tables)


def _is_long(value: Any) -> bool:
    """Whether a list of tables is written as tables of their own, since one of them would not fit a line."""
    is_tables = isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)
    return is_tables and any(_has_sub_tables(item) or len(_inline(item)) > LONGEST_LINE for item in value)


def _has_sub_tables(item: dict[str, Any]) -> bool:
    return any(
        isinstance(value, dict) or (isinstance(value, list) and any(isinstance(one, dict) for one in value))
        for value in item.values()
    )


def _value(value: Any) -> str:
    if not isinstance(value, list) or not value:
        return _inline(value)
    is_nested = any(isinstance(item, list | dict) for item in value)
    whole = _inline(value)
    if not is_nested and len(whole) < LONGEST_LINE:
        return whole
    return "[\n" + "".join(f"  {_inline(item)},\n" for item in value) + "]"


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(key)} = {_inline(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_inline, value)) + "]"
    import tomli_w

    return tomli_w.dumps({"_": value})[4:-1]


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _inline(key)
