"""What a plan file may hold beyond its specs: functions of linkkit.compare, and the unions of a plan's parts."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from linkkit import compare, prepare
from linkkit._toml import Form, form_of_callable
from linkkit.specs import Comparison

from ._plan import Decision, Scoring

__all__ = ["CLASSES", "COMPARISONS", "form_of_function"]

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


@cache
def form_of_function(name: str) -> Form:
    """Return the form of a function of linkkit.compare.

    Examples
    --------
    >>> list(form_of_function("text").keys)
    ['column', 'at_least', 'metric', 'term_frequency']
    """
    return form_of_callable(name, COMPARISONS[name])
