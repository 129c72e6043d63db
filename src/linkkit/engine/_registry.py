"""Engines by name."""

from __future__ import annotations

import importlib

from linkkit.errors import SpecError, did_you_mean

from ._contract import Engine

__all__ = ["ENGINES", "load_engine"]

# name: where its Engine stands
ENGINES = {"local": "linkkit.engine.local:LocalEngine"}


def load_engine(name: str) -> Engine:
    """Return the engine of that name.

    Raises
    ------
    SpecError
        Where there is no engine of that name.
    """
    if name not in ENGINES:
        raise SpecError(f"There is no engine {name!r}.{did_you_mean(name, ENGINES) or ' Known: ' + ', '.join(ENGINES)}")
    module, _, attribute = ENGINES[name].partition(":")
    return getattr(importlib.import_module(module), attribute)()  # type: ignore[no-any-return]
