"""Write a comparison as the call of linkkit.compare that makes it, where there is one."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from linkkit._toml import NEEDED
from linkkit.errors import LinkkitError
from linkkit.specs import Comparison, DatedVersions, Function, Swapped, TextSimilarity, Threshold
from linkkit.specs._comparison import thresholds
from linkkit.specs._measures import BIT_SIMILARITIES
from linkkit.values import optional_fields_of

from ._forms import COMPARISONS, form_of_function

__all__ = ["as_call"]


def as_call(comparison: Comparison) -> dict[str, Any] | None:
    """Return the function and the arguments that make a comparison; None where no function of the library does.

    Examples
    --------
    >>> from linkkit.compare import text
    >>> as_call(text("town", (0.95, 0.9)))
    {'function': 'text', 'column': 'town', 'at_least': [0.95, 0.9]}
    """
    for function, arguments in _guesses(comparison):
        known = form_of_function(function).keys
        arguments = {name: value for name, value in arguments.items() if name in known}
        if any(key.default is NEEDED and name not in arguments for name, key in known.items()):
            continue
        try:
            made = COMPARISONS[function](**arguments)
        except (LinkkitError, TypeError):
            continue
        if dataclasses.replace(made, name=comparison.name) == comparison:
            return _call(function, arguments, {} if made.name == comparison.name else {"rename": comparison.name})
    return None


def _call(function: str, arguments: dict[str, Any], rename: dict[str, str]) -> dict[str, Any]:
    keys = form_of_function(function).keys
    kept = {
        name: list(value) if isinstance(value := arguments[name], tuple) else value
        for name in keys
        if name in arguments and (name == "column" or arguments[name] != keys[name].default)
    }
    return {"function": function, **kept, **rename}


def _guesses(comparison: Comparison) -> Iterator[tuple[str, dict[str, Any]]]:
    """Functions and arguments that might have made it, the most telling first."""
    found = [threshold for level in comparison.levels for threshold in thresholds(level.condition)]
    yield from _of_versions(found)
    for column in _columns(comparison, found):
        plain = {"column": column, "term_frequency": comparison.term_frequency is not None}
        swapped = dict([("swapped_with", m.second) for t in found if isinstance(m := t.measure, Swapped)])
        previous = dict([("previous", field) for t in found for field in _pooled_with(t, column)])
        for function in COMPARISONS:
            yield function, {**plain, **swapped, **previous}
        for levels in (comparison.levels[1:], comparison.levels):
            conditions = [level.condition for level in levels]
            if conditions and all(isinstance(condition, Threshold) for condition in conditions):
                yield from _graded(conditions, plain)  # type: ignore[arg-type]


def _of_versions(found: list[Threshold]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The guess for a comparison of dated versions."""
    measures = [one.measure for one in found if isinstance(one.measure, DatedVersions)]
    if measures:
        bounds = tuple(one.bound for one in found if getattr(one.measure, "metric", "equal") != "equal")
        metric = {"metric": measures[-1].metric} if bounds else {}
        told = {"column": measures[0].column, "tolerance_days": measures[0].tolerance_days}
        yield "dated", {**told, **metric, "at_least": bounds}


def _graded(conditions: list[Threshold], plain: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Guesses for comparisons whose levels are bounds on one measure."""
    measure = conditions[0].measure
    bounds = tuple(condition.bound for condition in conditions)
    told = {
        name: value
        for name in ("metric", "relative", "path", "vectorised", "latitude", "longitude")
        if (value := getattr(measure, name, None)) is not None
    }
    if isinstance(measure, TextSimilarity) and measure.is_distance:
        bounds = tuple(int(bound) for bound in bounds)
    if isinstance(measure, TextSimilarity) and measure.metric in BIT_SIMILARITIES:
        plain = {**plain, "least": bounds[-1], "step": round(1 - (bounds[1] if len(bounds) > 1 else bounds[0]), 9)}
        for function in ("filters", "record_filter"):
            yield function, {**plain, "at_least": bounds, "metric": measure.metric.removesuffix("_bits")}
    way = "at_most" if measure.is_distance else "at_least"
    for function in ("function",) if isinstance(measure, Function) else COMPARISONS:
        yield function, {**plain, **told, way: bounds}


def _pooled_with(threshold: Threshold, column: str) -> tuple[str, ...]:
    """The fields that a threshold pools with a column."""
    read = getattr(threshold.measure, "column", "")
    return optional_fields_of(read) if read.startswith(f"words(pooled({column}, ") else ()


def _columns(comparison: Comparison, found: list[Threshold]) -> list[str]:
    measured = [column for threshold in found if (column := getattr(threshold.measure, "column", None))]
    return list(dict.fromkeys([*measured, comparison.name, *comparison.fields]))
