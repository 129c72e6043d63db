"""recordlinkage's compare features as comparisons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Literal

from linkkit.errors import SpecError, did_you_mean
from linkkit.fields import recognise
from linkkit.specs import Comparison, Level, SeriesFunction, Threshold, number_text
from linkkit.values import import_function

__all__ = ["comparisons", "feature"]

# What recordlinkage's features take, by their name; all others take texts.
Values = Literal["text", "number", "date"]
_VALUES: dict[str, Values] = {"numeric": "number", "geographic": "number", "date": "date"}


def feature(
    compared: Any,
    at_least: Sequence[float] | None = None,
    *,
    at_most: Sequence[float] | None = None,
    name: str | None = None,
    values: Values | None = None,
    fields: Mapping[str, str] | None = None,
) -> Comparison:
    """Use a recordlinkage compare feature as a comparison.

    It is called once for each distinct pair of values. A missing value stays missing: the feature never sees it, so
    that its ``missing_value=0`` does not become disagreement.

    Parameters
    ----------
    compared
        A feature of ``recordlinkage.compare``, an object of a class of yours with ``labels_left``, ``labels_right`` and
        ``_compute_vectorized``, or its import path, ``"mypackage.features:zip_code"``, which a plan file can hold.
    at_least
        Values of the feature that open each level, from strict to loose; by default 1, 0.92 and 0.8, or 1 alone where
        it says only yes or no.
    at_most
        The same for a feature where less is nearer.
    name
        What tables call the comparison; by default the feature's label, else its field.
    values
        What its Series hold: ``"text"``, ``"number"`` or ``"date"``; known for recordlinkage's own features.
    fields
        Column labels of the feature to fields; labels that it leaves out are recognised as column names are.

    Raises
    ------
    SpecError
        Where the feature does not compare values of two records, or counts frequencies.

    Examples
    --------
    >>> class SameStart:
    ...     labels_left = labels_right = "surname"
    ...     label = None
    ...     def _compute_vectorized(self, left, right):
    ...         return (left.str[:3] == right.str[:3]).astype(float)
    >>> feature(SameStart(), at_least=(1,)).labels
    ('missing', '>= 1', 'other')
    """
    path = f"{compared}._compute_vectorized"
    found: Any = getattr(import_function(path), "__self__", None) if isinstance(compared, str) else compared
    _check(found)
    columns = [
        tuple(_field(label, fields or {}) for label in _listed(side))
        for side in (found.labels_left, found.labels_right)
    ]
    function = path if isinstance(compared, str) else found._compute_vectorized
    if at_least is not None and at_most is not None:
        raise SpecError("feature() takes one of at_least= (more is nearer) and at_most= (less is nearer).")
    is_distance = at_most is not None
    bounds = tuple(at_most if at_most is not None else at_least or _bounds_of(found))
    _check_order(bounds, is_distance)
    kind: Values = values or _VALUES.get(str(getattr(found, "name", "")), "text")
    measure = SeriesFunction(columns[0], columns[1], function, kind, is_distance)
    levels = tuple(
        Level(f"{'<=' if is_distance else '>='} {number_text(bound)}", Threshold(measure, float(bound)))
        for bound in bounds
    )
    return Comparison(name or _name_of(found, measure.fields), levels)


def comparisons(
    compared: Any, at_least: Mapping[str, Sequence[float]] | None = None, *, fields: Mapping[str, str] | None = None
) -> tuple[Comparison, ...]:
    """Use every feature of a ``recordlinkage.Compare`` as a comparison.

    Parameters
    ----------
    compared
        The ``Compare`` object, or a list of features.
    at_least
        Name of a comparison (its feature's label or field) to its bounds; the others take those of :func:`feature`.
    fields
        Column labels to fields.

    Examples
    --------
    >>> class SameStart:
    ...     labels_left = labels_right = "surname"
    ...     label = "start"
    ...     def _compute_vectorized(self, left, right):
    ...         return (left.str[:3] == right.str[:3]).astype(float)
    >>> [comparison.name for comparison in comparisons([SameStart()])]
    ['start']
    """
    made, bounds = [], dict(at_least or {})
    for found in getattr(compared, "features", compared):
        _check(found)
        labels = [*_listed(found.labels_left), *_listed(found.labels_right)]
        name = _name_of(found, dict.fromkeys(_field(label, fields or {}) for label in labels))
        made.append(feature(found, bounds.pop(name, None), name=name, fields=fields))
    if bounds:
        names = [comparison.name for comparison in made]
        hint = did_you_mean(next(iter(bounds)), names) or f" There are: {', '.join(names)}."
        raise SpecError(f"at_least names the comparison {next(iter(bounds))!r}, which is not there.{hint}")
    return tuple(made)


def _check(found: Any) -> None:
    kind = type(found).__name__
    lacking = [name for name in ("labels_left", "labels_right", "_compute_vectorized") if not hasattr(found, name)]
    if lacking:
        raise SpecError(f"A compare feature has {', '.join(lacking)}; {kind} has not.")
    if getattr(found, "name", None) == "frequency":
        raise SpecError(
            f"{kind} counts values among pairs, and compares none; use term frequencies (term_frequency=True)."
        )
    if not _listed(found.labels_left) or not _listed(found.labels_right):
        raise SpecError(f"{kind} reads one record only; a comparison is of two.")


def _listed(labels: Any) -> list[Any]:
    if labels is None:
        return []
    return list(labels) if isinstance(labels, list | tuple) else [labels]


def _field(label: Any, fields: Mapping[str, str]) -> str:
    if label in fields:
        return fields[label]
    if not isinstance(label, str):
        raise SpecError(
            f"A feature reads the column {label!r}; say which field that is with fields={{{label!r}: ...}}."
        )
    return next(iter(recognise([label])), label)


def _bounds_of(found: Any) -> tuple[float, ...]:
    says_yes_or_no = getattr(found, "name", None) == "exact" or getattr(found, "threshold", None) is not None
    return (1.0,) if says_yes_or_no else (1.0, 0.92, 0.8)


def _name_of(found: Any, fields: Any) -> str:
    label = getattr(found, "label", None)
    return str(label) if label is not None else " and ".join(fields)


def _check_order(bounds: tuple[float, ...], is_distance: bool) -> None:
    steps = pairwise(bounds)
    if not bounds or any((one >= other) if is_distance else (one <= other) for one, other in steps):
        name, direction = ("at_most", "rise") if is_distance else ("at_least", "fall")
        raise SpecError(f"feature({name}=) must {direction} from strict to loose; got {bounds}.")
