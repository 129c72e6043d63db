"""Comparisons of any field: exact, text, edits, numbers, places, sets, functions of yours."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any, Literal, get_args

from linkkit.errors import SpecError
from linkkit.specs import Comparison, Level, number_text
from linkkit.values import fields_of

from ._conditions import calls, equal, share_members, similar, within, within_edits, within_km

__all__ = ["distance_km", "edits", "exact", "filters", "function", "number", "record_filter", "sets", "text"]

BitMetric = Literal["dice", "jaccard", "overlap", "hamming"]
_MOST_STEPS = 250


def exact(column: str, *, term_frequency: bool = False) -> Comparison:
    """Equal or not.

    Parameters
    ----------
    column
        Field or column expression.
    term_frequency
        Whether agreement on a rare value weighs more.

    Examples
    --------
    >>> exact("sex").labels
    ('missing', 'exact', 'other')
    """
    return Comparison(column, (Level("exact", equal(column)),), fields_of(column), column if term_frequency else None)


def text(
    column: str, at_least: Sequence[float] = (0.92, 0.8), *, metric: str = "jaro_winkler", term_frequency: bool = False
) -> Comparison:
    """Equal, then at or above each similarity, from strict to loose.

    Examples
    --------
    >>> text("surname", (0.92, 0.8)).labels
    ('missing', 'exact', '>= 0.92', '>= 0.8', 'other')
    """
    _check_order("text", "at_least", at_least, falling=True)
    levels = [Level(f">= {number_text(bound)}", similar(column, bound, metric)) for bound in at_least]
    return _graded(column, levels, term_frequency)


def edits(
    column: str, at_most: Sequence[int] = (1, 2), *, metric: str = "osa", term_frequency: bool = False
) -> Comparison:
    """Equal, then within so many edits, from strict to loose (``osa``: two neighbours exchanged are one edit).

    Examples
    --------
    >>> edits("phone").labels
    ('missing', 'exact', '<= 1 edit', '<= 2 edits', 'other')
    """
    _check_order("edits", "at_most", at_most, falling=False)
    levels = [
        Level(f"<= {bound} edit{'s' if bound > 1 else ''}", within_edits(column, bound, metric)) for bound in at_most
    ]
    return _graded(column, levels, term_frequency)


def number(column: str, at_most: Sequence[float] = (1.0, 2.0), *, relative: bool = False) -> Comparison:
    """Equal, then within so much, absolute or as a share of the larger.

    Examples
    --------
    >>> number("age", (1, 2)).labels
    ('missing', 'exact', 'within 1', 'within 2', 'other')
    """
    _check_order("number", "at_most", at_most, falling=False)
    said = [f"{number_text(round(100 * bound, 12))}%" if relative else number_text(bound) for bound in at_most]
    levels = [
        Level(f"within {text}", within(column, bound, relative=relative))
        for text, bound in zip(said, at_most, strict=True)
    ]
    return Comparison(column, (Level("exact", within(column, 0.0, relative=relative)), *levels), fields_of(column))


def distance_km(
    at_most: Sequence[float] = (0.1, 1.0, 10.0), *, latitude: str = "latitude", longitude: str = "longitude"
) -> Comparison:
    """Places within so many kilometres of each other (great circle).

    Examples
    --------
    >>> distance_km((1, 5)).labels
    ('missing', 'within 1 km', 'within 5 km', 'other')
    """
    _check_order("distance_km", "at_most", at_most, falling=False)
    levels = tuple(Level(f"within {number_text(bound)} km", within_km(bound, latitude, longitude)) for bound in at_most)
    return Comparison("distance", levels)


def sets(
    column: str, at_least: Sequence[float] = (3, 2, 1), *, metric: Literal["shared", "overlap", "jaccard"] = "shared"
) -> Comparison:
    """Sets that share so many members, or that share of the smaller (``overlap``) or of both (``jaccard``).

    Examples
    --------
    >>> sets("languages", (2, 1)).labels
    ('missing', 'shared >= 2', 'shared >= 1', 'other')
    """
    _check_order("sets", "at_least", at_least, falling=True)
    levels = tuple(
        Level(f"{metric} >= {number_text(bound)}", share_members(column, bound, metric)) for bound in at_least
    )
    return Comparison(column, levels, fields_of(column))


def filters(
    column: str,
    at_least: Sequence[float] = (0.8, 0.65, 0.5),
    *,
    metric: BitMetric = "dice",
    term_frequency: bool = True,
) -> Comparison:
    """Bloom filters of a field: equal, then as alike as the filters of values with typing errors.

    How alike that is depends on the encoding: :func:`linkkit.pseudonymise.bloom.levels_for` works it out, and a plan
    for encoded datasets uses it. The default suits names as :class:`~linkkit.pseudonymise.bloom.BloomField` encodes
    them without hardening.

    Parameters
    ----------
    column
        Field of filters: base64 or bytes of one length.
    at_least
        Similarities from strict to loose.
    metric
        ``"dice"``, ``"jaccard"``, ``"overlap"`` or ``"hamming"``; see :mod:`linkkit.pseudonymise.similarity`.
    term_frequency
        Whether agreement on a rare value counts for more. Filters that are salted or have noise do not show it.

    Examples
    --------
    >>> filters("surname", (0.8, 0.6)).labels
    ('missing', 'exact', 'dice >= 0.8', 'dice >= 0.6', 'other')
    """
    _check_order("filters", "at_least", at_least, falling=True)
    return _graded(column, _similar_filters(column, at_least, metric), term_frequency)


def record_filter(
    column: str = "clk", least: float = 0.5, step: float = 0.01, *, metric: BitMetric = "dice"
) -> Comparison:
    """Bloom filters of whole records (CLKs): a level for each step of similarity, which is all that can be told.

    Its many levels are for :class:`linkkit.score.Mixture`, which learns what each means.

    Parameters
    ----------
    column
        Field of record-level filters.
    least
        The least similarity that has a level of its own.
    step
        How far apart levels are, so that there are 250 at the most.
    metric
        As in :func:`filters`; Dice leaves fields out that either record misses, where that is known.

    Examples
    --------
    >>> record_filter("clk", 0.7, 0.1).labels
    ('missing', 'dice >= 1', 'dice >= 0.9', 'dice >= 0.8', 'dice >= 0.7', 'other')
    """
    if not 0 < least < 1 or not 0 < step <= 1 - least or (1 - least) / step > _MOST_STEPS:
        raise SpecError(
            f"record_filter() takes 0 < least < 1 and steps that make {_MOST_STEPS} levels at the most; got "
            f"least={least!r}, step={step!r}."
        )
    count = math.floor((1 - least) / step + 1e-9)
    bounds = [round(1 - place * step, 9) for place in range(count + 1)]
    return Comparison(column, tuple(_similar_filters(column, bounds, metric)), fields_of(column))


def _similar_filters(column: str, at_least: Sequence[float], metric: BitMetric) -> list[Level]:
    if metric not in get_args(BitMetric):
        raise SpecError(f"Filters have no metric {metric!r}: it is one of {', '.join(get_args(BitMetric))}.")
    return [Level(f"{metric} >= {number_text(bound)}", similar(column, bound, f"{metric}_bits")) for bound in at_least]


def function(
    path: str | Callable[..., Any],
    column: str,
    *,
    at_least: Sequence[float] = (),
    at_most: Sequence[float] = (),
    vectorised: bool = False,
) -> Comparison:
    """Equal, then at each bound of a function of yours.

    Parameters
    ----------
    path
        ``"package.module:function"``, or the function itself (which a plan file cannot hold): takes two texts and
        returns a number; NaN is missing.
    column
        Field or column expression.
    at_least, at_most
        Bounds from strict to loose: one of the two.
    vectorised
        Whether it takes two pandas Series and returns as many numbers.

    Examples
    --------
    >>> function("difflib:context_diff", "town", at_least=(0.8,)).labels
    ('missing', 'exact', '>= 0.8', 'other')
    """
    if bool(at_least) == bool(at_most):
        raise SpecError("function() takes one of at_least= (more is nearer) and at_most= (less is nearer).")
    _check_order("function", "at_least" if at_least else "at_most", at_least or at_most, falling=bool(at_least))
    levels = [Level(f">= {number_text(b)}", calls(path, column, at_least=b, vectorised=vectorised)) for b in at_least]
    levels += [Level(f"<= {number_text(b)}", calls(path, column, at_most=b, vectorised=vectorised)) for b in at_most]
    return _graded(column, levels, term_frequency=False)


def _graded(column: str, levels: Sequence[Level], term_frequency: bool) -> Comparison:
    return Comparison(
        column, (Level("exact", equal(column)), *levels), fields_of(column), column if term_frequency else None
    )


def _check_order(where: str, name: str, bounds: Sequence[float], *, falling: bool) -> None:
    steps = list(itertools.pairwise(bounds))
    if not bounds or any((a <= b) if falling else (a >= b) for a, b in steps):
        direction = "fall" if falling else "rise"
        raise SpecError(f"{where}({name}=) must {direction} from strict to loose; got {tuple(bounds)}.")
