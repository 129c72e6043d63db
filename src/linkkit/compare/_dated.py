"""Comparison of identifiers that have a history: names and addresses, each with the days on which it held."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from linkkit.errors import SpecError
from linkkit.specs import Comparison, DatedVersions, Level, Threshold, number_text
from linkkit.values import fields_of

__all__ = ["dated"]


def dated(
    column: str, at_least: Sequence[float] = (0.92,), *, metric: str = "jaro_winkler", tolerance_days: int = 0
) -> Comparison:
    """Versions of a value: equal on a common day, equal at another time, alike on a common day.

    The levels are from strict to loose: any version of the one record equals any of the other, and both held on a
    common day; equals it, and they held at different times; is as like as asked, on a common day. A record that holds
    no version is missing.

    Parameters
    ----------
    column
        A field of dated versions, which :func:`linkkit.prepare.with_history` and
        :func:`linkkit.prepare.with_versions` make.
    at_least
        Similarities from strict to loose; none leaves these levels out.
    metric
        A similarity of texts.
    tolerance_days
        Versions that lie no further apart than this count as of a common day: registers hear late of a move.

    Examples
    --------
    >>> dated("postcode_history", (), tolerance_days=31).labels
    ('missing', 'exact then', 'exact at another time', 'other')
    """
    if any(one <= other for one, other in itertools.pairwise(at_least)):
        raise SpecError(f"dated(at_least=) must fall from strict to loose; got {tuple(at_least)}.")
    if any(not 0 < bound <= 1 for bound in at_least):
        raise SpecError(f"dated(at_least=) must be above 0 and at most 1; got {tuple(at_least)}.")
    levels = [
        Level("exact then", Threshold(DatedVersions(column, "equal", True, tolerance_days), 1.0)),
        Level("exact at another time", Threshold(DatedVersions(column, "equal", False), 1.0)),
    ]
    alike = DatedVersions(column, metric, True, tolerance_days)
    levels += [
        Level(f"{metric} >= {number_text(bound)} then", Threshold(alike, float(bound)), in_order=False)
        for bound in at_least
    ]
    return Comparison(column, tuple(levels), fields_of(column))
