"""Conditions that levels are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from linkkit.errors import SpecError
from linkkit.specs import (
    Comparison,
    Condition,
    DateGap,
    DistanceKm,
    Equal,
    Function,
    Initial,
    Level,
    NumberGap,
    SetOverlap,
    Swapped,
    TextSimilarity,
    Threshold,
)
from linkkit.values import nicknames

__all__ = [
    "calls", "comparison", "equal", "is_initial", "level", "same_nickname", "share_members", "similar", "swapped",
    "within",
    "within_days", "within_edits", "within_km", "within_months", "within_years",
]  # fmt: skip

DAYS_A_YEAR = 365.25


def comparison(
    name: str, *levels: Level, term_frequency: str | None = None, fields: tuple[str, ...] = ()
) -> Comparison:
    """A comparison of your own: levels from strict to loose; *missing* and *other* come by themselves.

    Parameters
    ----------
    name
        What tables call it.
    *levels
        Made by :func:`level`.
    term_frequency
        The column whose value frequencies adjust the first level's weight.
    fields
        What must be present on both sides; by default the fields of the first level.

    Examples
    --------
    >>> comparison("town", level("exact", equal("town")), level("near", similar("town", 0.9))).labels
    ('missing', 'exact', 'near', 'other')
    """
    return Comparison(name, levels, fields, term_frequency)


def level(label: str, condition: Condition, *, in_order: bool = True) -> Level:
    """A level: a label, when a pair is at it, and whether it says no more for a match than the levels before it."""
    return Level(label, condition, in_order)


def equal(column: str) -> Threshold:
    """The values of a column are the same."""
    return Threshold(Equal(column), 1.0)


def similar(column: str, at_least: float, metric: str = "jaro_winkler") -> Threshold:
    """The texts of a column reach a similarity in (0, 1]."""
    measure = TextSimilarity(column, metric)
    if measure.is_distance:
        raise SpecError(f"{metric!r} is a distance in edits: use within_edits({column!r}, at_most, metric={metric!r}).")
    if not 0 < at_least <= 1:
        raise SpecError(f"similar(at_least=) must be above 0 and at most 1; got {at_least}.")
    return Threshold(measure, float(at_least))


def within_edits(column: str, at_most: int, metric: str = "osa") -> Threshold:
    """The texts of a column are at most so many edits apart (``osa``: swapped neighbours are one edit)."""
    measure = TextSimilarity(column, metric)
    if not measure.is_distance:
        raise SpecError(f"{metric!r} is a similarity: use similar({column!r}, at_least, metric={metric!r}).")
    if at_most < 0:
        raise SpecError(f"within_edits(at_most=) must be 0 or more; got {at_most}.")
    return Threshold(measure, float(at_most))


def within_days(column: str, at_most: float) -> Threshold:
    """Two dates are at most so many days apart."""
    return Threshold(DateGap(column), _not_negative("within_days", at_most))


def within_months(column: str, at_most: float) -> Threshold:
    """Two dates are at most so many months of 30.4375 days apart."""
    return within_days(column, at_most * DAYS_A_YEAR / 12)


def within_years(column: str, at_most: float) -> Threshold:
    """Two dates are at most so many years of 365.25 days apart."""
    return within_days(column, at_most * DAYS_A_YEAR)


def within(column: str, at_most: float, *, relative: bool = False) -> Threshold:
    """Two numbers differ by at most so much; ``relative``: by at most that share of the larger."""
    return Threshold(NumberGap(column, relative), _not_negative("within", at_most))


def within_km(at_most: float, latitude: str = "latitude", longitude: str = "longitude") -> Threshold:
    """Two places are at most so many kilometres apart."""
    return Threshold(DistanceKm(latitude, longitude), _not_negative("within_km", at_most))


def share_members(
    column: str, at_least: float = 1, metric: Literal["shared", "overlap", "jaccard"] = "shared"
) -> Threshold:
    """Two sets share so many members, or so large a part of the smaller (``overlap``) or of both (``jaccard``)."""
    return Threshold(SetOverlap(column, metric), float(at_least))


def swapped(first: str = "given_name", second: str = "surname", at_least: float = 1.0) -> Threshold:
    """The first field of each record is like the second of the other: given name and surname exchanged."""
    return Threshold(Swapped(first, second), float(at_least))


def is_initial(column: str) -> Threshold:
    """One value is the initial of the other, or both are the same."""
    return Threshold(Initial(column), 1.0)


def same_nickname(column: str) -> Threshold:
    """Two given names may stand for one: Bill and William, Mohammed and Muhammad."""
    return share_members(nicknames(column))


def calls(
    path: str | Callable[..., Any],
    column: str,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    vectorised: bool = False,
) -> Threshold:
    """A function of yours reaches a bound: ``calls("mypackage.compare:alike", "town", at_least=0.8)``.

    It takes two texts and returns a number; with ``vectorised``, two pandas Series of texts and returns as many
    numbers.
    """
    if (at_least is None) == (at_most is None):
        raise SpecError("calls() takes one of at_least= (more is nearer) and at_most= (less is nearer).")
    bound = at_least if at_least is not None else at_most
    assert bound is not None
    return Threshold(Function(column, path, at_least is None, vectorised), float(bound))


def _not_negative(where: str, bound: float) -> float:
    if bound < 0:
        raise SpecError(f"{where}(at_most=) must be 0 or more; got {bound}.")
    return float(bound)
