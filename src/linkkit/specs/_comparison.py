"""A comparison: levels of agreement from strict to loose, each a condition on measures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from linkkit.errors import SpecError
from linkkit.values import optional_fields_of

from ._measures import Equal, Measure

__all__ = ["Comparison", "Condition", "Level", "Threshold", "all_of", "either", "negated", "number_text"]

MISSING, OTHER = "missing", "other"


def number_text(number: float) -> str:
    """Write a number as short as it reads back the same, so that two bounds never share a label.

    Examples
    --------
    >>> number_text(0.92), number_text(3.0), number_text(0.99999999)
    ('0.92', '3', '0.99999999')
    """
    short = f"{number:g}"
    return short if float(short) == number else repr(number)


class _Combinable:
    """Conditions combine by ``&``, ``|`` and ``~``, in three-valued logic."""

    def __and__(self, other: Condition) -> Combined:
        return all_of(self, other)  # type: ignore[arg-type]

    def __or__(self, other: Condition) -> Combined:
        return either(self, other)  # type: ignore[arg-type]

    def __invert__(self) -> Combined:
        return negated(self)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Threshold(_Combinable):
    """A measure that reaches a bound: at least it where more is nearer, at most it where less is.

    Examples
    --------
    >>> from linkkit.specs import TextSimilarity
    >>> str(Threshold(TextSimilarity("surname"), 0.92))
    'jaro_winkler of surname >= 0.92'
    """

    measure: Measure
    bound: float = 1.0
    kind: Literal["threshold"] = field(default="threshold", repr=False, kw_only=True)

    def __str__(self) -> str:
        if isinstance(self.measure, Equal):
            return f"{self.measure.column} equal"
        name = getattr(self.measure, "metric", self.measure.kind)
        column = getattr(self.measure, "column", " and ".join(self.measure.fields))
        return f"{name} of {column} {'<=' if self.measure.is_distance else '>='} {self.bound:g}"


@dataclass(frozen=True)
class Combined(_Combinable):
    """Conditions joined by and, or, not, unknown; not known where a missing value decides (Kleene's logic)."""

    operator: Literal["and", "or", "not", "unknown"]
    conditions: tuple[Condition, ...]
    kind: Literal["combined"] = field(default="combined", repr=False, kw_only=True)

    def __str__(self) -> str:
        if self.operator in ("not", "unknown"):
            return f"{self.operator} ({self.conditions[0]})"
        return f" {self.operator} ".join(f"({condition})" for condition in self.conditions)


Condition = Threshold | Combined


def all_of(*conditions: Condition) -> Combined:
    """Every one of the conditions holds."""
    return Combined("and", conditions)


def either(*conditions: Condition) -> Combined:
    """At least one of the conditions holds."""
    return Combined("or", conditions)


def negated(condition: Condition) -> Combined:
    """The condition does not hold."""
    return Combined("not", (condition,))


def unknown(condition: Condition) -> Combined:
    """The condition is neither true nor false, because a value it needs is missing; this is always known."""
    return Combined("unknown", (condition,))


@dataclass(frozen=True)
class Level:
    """One level of a comparison.

    Parameters
    ----------
    label
        What tables and charts call it.
    condition
        When a pair is at this level (and at none before it).
    in_order
        Whether it says no more for a match than the levels before it do. False for a level of another nature, such as
        names exchanged, which may stand anywhere.
    """

    label: str
    condition: Condition
    in_order: bool = True


@dataclass(frozen=True)
class Comparison:
    """How well two records agree on something, as levels from strict to loose.

    A pair is at the first level whose condition holds; at level 0, *missing*, where it misses what the comparison is
    about; else at the last, *other*.

    Parameters
    ----------
    name
        What tables call it; usually the field.
    levels
        From strict to loose, without *missing* and *other*.
    fields
        What must be present on both sides, else the comparison is missing; by default the fields of the first level.
    term_frequency
        The column whose value frequencies adjust the first level's weight, or None.

    Examples
    --------
    >>> from linkkit.specs import Equal
    >>> Comparison("sex", (Level("exact", Threshold(Equal("sex"))),)).labels
    ('missing', 'exact', 'other')
    """

    name: str
    levels: tuple[Level, ...]
    fields: tuple[str, ...] = ()
    term_frequency: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "levels", tuple(self.levels))
        if not self.levels:
            raise SpecError(f"The comparison {self.name!r} needs at least one level.")
        labels = self.labels
        if len(set(labels)) < len(labels):
            raise SpecError(f"The comparison {self.name!r} has two levels of the same label: {', '.join(labels)}.")
        if len(labels) > 255:
            raise SpecError(f"The comparison {self.name!r} has {len(labels)} levels; it can have 255.")
        object.__setattr__(self, "fields", tuple(self.fields) or _fields(self.levels[0].condition))

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of its levels: missing, the levels from strict to loose, other."""
        return (MISSING, *(level.label for level in self.levels), OTHER)

    @property
    def every_field(self) -> tuple[str, ...]:
        """Every field that any of its levels reads."""
        read = [field for level in self.levels for field in _fields(level.condition)]
        return tuple(dict.fromkeys([*self.fields, *read]))

    @property
    def optional_fields(self) -> tuple[str, ...]:
        """Fields that some datasets may lack, since they are only pooled with others."""
        measures = [threshold.measure for level in self.levels for threshold in thresholds(level.condition)]
        optional = [optional_fields_of(getattr(measure, "column", None) or measure.fields[0]) for measure in measures]
        needed = {*self.fields}
        for measure, lacking in zip(measures, optional, strict=True):
            needed |= {*measure.fields} - {*lacking}
        return tuple(dict.fromkeys(field for lacking in optional for field in lacking if field not in needed))


def thresholds(condition: Condition) -> Iterable[Threshold]:
    """Every threshold inside a condition."""
    if isinstance(condition, Threshold):
        yield condition
    else:
        for inner in condition.conditions:
            yield from thresholds(inner)


def _fields(condition: Condition) -> tuple[str, ...]:
    return tuple(dict.fromkeys(field for threshold in thresholds(condition) for field in threshold.measure.fields))
