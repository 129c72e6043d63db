"""From a spec to the plain data of a file: the parts that are not as usual."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import MISSING, fields, is_dataclass
from typing import Any

__all__ = ["data_of_spec"]


def data_of_spec(spec: Any, leave: Collection[str] = ()) -> dict[str, Any]:
    """Return the parts of a dataclass that differ from their defaults, and those of the dataclasses in it.

    Parameters
    ----------
    spec
        The dataclass.
    leave
        Parts to leave out.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass
    ... class Window:
    ...     start: str
    ...     days: int = 30
    >>> data_of_spec(Window("2020-01-02"))
    {'start': '2020-01-02'}
    """
    found = {}
    for part in fields(spec):
        value = getattr(spec, part.name)
        default = part.default_factory() if part.default_factory is not MISSING else part.default
        if part.name not in leave and value != default:
            found[part.name] = _plain(value)
    return found


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return data_of_spec(value)
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, tuple | list) else value
