"""Parts of a plan that read values, where the datasets hold encodings: a sound or an edit of those means nothing."""

from __future__ import annotations

from collections.abc import Iterator

from linkkit.specs import Comparison, MinHash, Near, Neighbourhood, On, Rule, SharedEvidence, flatten
from linkkit.specs._comparison import thresholds
from linkkit.specs._measures import Equal, Function, Measure, SeriesFunction, TextSimilarity
from linkkit.values import fields_of

from ._plan import Plan

__all__ = ["clear_parts"]

_REMEDY = "Give plan.encoded(encoding), or leave it out: what suits the encoding is recommended."


def clear_parts(plan: Plan) -> list[str]:
    """Return in words each comparison and rule of a plan that reads values, and so none of encodings.

    Examples
    --------
    >>> from linkkit import compare
    >>> clear_parts(Plan(compare=[compare.filters("surname"), compare.name("given_name")]))[0].split(".")[0]
    "compare[1] ('given_name') reads values, and the datasets hold encodings"
    """
    found = [
        f"compare[{place}] ({one.name!r}) reads values, and the datasets hold encodings. {_REMEDY}"
        for place, one in enumerate(plan.compare)
        if not all(map(_can_read, _measures(one)))
    ]
    return found + [
        f"block[{place}]: {rule!r} reads values, and the datasets hold encodings. {_REMEDY}"
        for place, rule in enumerate(plan.block)
        if not all(map(_can_follow, flatten([rule])))
    ]


def _measures(comparison: Comparison) -> Iterator[Measure]:
    for level in comparison.levels:
        for threshold in thresholds(level.condition):
            yield threshold.measure


def _can_read(measure: Measure) -> bool:
    """Whether a measure can read encodings; functions of one's own may."""
    if isinstance(measure, TextSimilarity):
        return measure.metric.endswith("_bits")
    if isinstance(measure, Equal):
        return _is_plain(measure.column)
    return isinstance(measure, Function | SeriesFunction)


def _can_follow(rule: Rule) -> bool:
    if isinstance(rule, On):
        return all(map(_is_plain, rule.columns))
    if isinstance(rule, Near):
        return rule.metric.endswith("_bits") and all(map(_is_plain, rule.on))
    if isinstance(rule, SharedEvidence):
        return all(one.form == "value" and all(map(_is_plain, one.columns)) for one in rule.evidence)
    return not isinstance(rule, MinHash | Neighbourhood)


def _is_plain(column: str) -> bool:
    return fields_of(column) == (column,)
