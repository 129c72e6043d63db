"""Join spells by their days: overlapping, during, following, events in windows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from linkkit._arrow import as_integers
from linkkit._days import OPEN, require_days
from linkkit.errors import SpecError

from ._pairs import SpellPairs
from ._ranges import DayIndex, Stretches, sharing, sharing_within
from ._spells import Spells, require_spells

__all__ = ["by_groups", "during", "events_within", "following", "overlapping", "places"]

Numbers = NDArray[np.int64]
By = Literal["entity"] | None


def overlapping(
    left: Spells, right: Spells | None = None, *, by: By = "entity", tolerance: int = 0, least_days: int = 1
) -> SpellPairs:
    """Return the pairs of spells that share a day, or lie within a tolerance of each other. Exact.

    Parameters
    ----------
    left, right
        The spells. Without a right, pairs within the left: each once, and none of a spell with itself.
    by
        ``"entity"``: spells of one entity only; None: whosever they are.
    tolerance
        The most days from the last day of the earlier to the first day of the later: 0 asks for a shared day, 1 takes
        the next day too.
    least_days
        The fewest days that they must share.

    Raises
    ------
    SpecError
        Where a number is out of range, or spells without entities are to be joined by entity.

    Examples
    --------
    >>> import pandas as pd
    >>> stays = Spells.of(pd.DataFrame({"who": ["a", "a"], "start": ["2024-01-01", "2024-01-13"],
    ...                                 "end": ["2024-01-10", None]}), entity="who")
    >>> overlapping(stays).count, overlapping(stays, tolerance=3).count
    (0, 1)
    """
    require_days("tolerance", tolerance)
    require_days("least_days", least_days)
    if tolerance < 0 or least_days < 1 or (tolerance and least_days > 1):
        raise SpecError(
            "tolerance must be at least 0 and least_days at least 1, and not both be set: spells that share days are "
            f"not apart; got tolerance={tolerance}, least_days={least_days}."
        )
    reach = tolerance or 1 - least_days
    other = left if right is None else right
    group, other_group = by_groups(left, other, by)
    group, other_group = _long_enough(left, group, least_days), _long_enough(other, other_group, least_days)
    if right is None:
        return SpellPairs(left, left, (sharing_within(group, left.start, left.end, reach),), None, by is not None)
    sides = (group, left.start, left.end), (other_group, other.start, other.end)
    return SpellPairs(left, other, sharing(*sides, reach), None, by is not None)


def during(left: Spells, right: Spells | None = None, *, by: By = "entity", tolerance: int = 0) -> SpellPairs:
    """Return the pairs where the left spell lies within the right: starts no sooner and ends no later. Exact.

    A spell that still goes on lies only within one that does. Candidates are the pairs where the left starts within the
    right; counting goes through them.

    Parameters
    ----------
    left, right
        The spells; without a right, the left with itself.
    by
        ``"entity"``: spells of one entity only; None: whosever they are.
    tolerance
        By how many days the left may stand out at either end.

    Examples
    --------
    >>> import pandas as pd
    >>> enrolled = Spells.of(pd.DataFrame({"who": [1], "start": ["2024-01-01"], "end": ["2024-12-31"]}), entity="who")
    >>> visits = Spells.of(pd.DataFrame({"who": [1, 1], "start": ["2024-03-01", "2025-03-01"]}), entity="who", end=None)
    >>> during(visits, enrolled).to_pandas()["relation"].tolist()
    ['during']
    """
    require_days("tolerance", tolerance, least=0)
    other = left if right is None else right
    group, other_group = by_groups(left, other, by)
    index = DayIndex(group, left.start)
    found = index.between(other_group, other.start - tolerance, other.end + tolerance)

    def keeps(one: Numbers, two: Numbers) -> NDArray[np.bool_]:
        kept: NDArray[np.bool_] = left.end[one] <= other.end[two] + tolerance
        if tolerance:
            kept &= (left.end[one] != OPEN) | (other.end[two] == OPEN)
        return kept & (one != two) if other is left else kept

    return SpellPairs(left, other, (Stretches(*found, index.order, is_of_right=True),), keeps, by is not None)


def following(
    left: Spells, right: Spells | None = None, *, by: By = "entity", within: tuple[int, int] = (1, 1)
) -> SpellPairs:
    """Return the pairs where the right spell starts so many days after the last day of the left. Exact.

    Parameters
    ----------
    left, right
        The spells; without a right, the left with itself. A left spell that still goes on is followed by none.
    by
        ``"entity"``: spells of one entity only; None: whosever they are.
    within
        The least and the most days from the last day of the left to the first day of the right, both at least 1.
        ``(1, 1)``: the right starts the next day (Allen's *meets*).

    Examples
    --------
    >>> import pandas as pd
    >>> stays = Spells.of(pd.DataFrame({"who": [1, 1], "start": ["2024-01-01", "2024-02-15"],
    ...                                 "end": ["2024-01-31", None]}), entity="who")
    >>> following(stays, within=(1, 30)).to_pandas()["days_apart"].tolist()
    [15]
    """
    least, most = _two("within", within)
    require_days("within[0]", least)
    require_days("within[1]", most)
    if least < 1 or most < least:
        raise SpecError(f"within must be two rising numbers of days, at least 1; got {within}.")
    other = left if right is None else right
    group, other_group = by_groups(left, other, by)
    index = DayIndex(other_group, other.start)
    found = index.between(np.where(left.is_open, -1, group), left.end + least, left.end + most)
    return SpellPairs(left, other, (Stretches(*found, index.order),), None, by is not None)


def events_within(
    events: Spells,
    around: Spells,
    *,
    by: By = "entity",
    window: tuple[int | None, int | None] = (0, 0),
    anchor: Literal["start", "end", "spell"] = "start",
) -> SpellPairs:
    """Return the pairs of an event and a spell in whose window the event's day lies. Exact.

    Parameters
    ----------
    events
        Spells of which the first day counts; ``Spells.of(..., end=None)`` makes them of one date column.
    around
        What the windows are counted from, such as dates of randomisation.
    by
        ``"entity"``: of one entity only; None: whosever they are.
    window
        First and last day of the window, in days from the anchor, both of the window; below 0 lies before; None is
        without limit.
    anchor
        ``"start"`` or ``"end"`` of the spell; ``"spell"``: from the start to the end, so that ``(0, 0)`` is the spell
        itself and ``(-30, 90)`` begins 30 days before it starts and ends 90 days after it ends. A spell without an end
        has no window from its end, and one without limit around it.

    Examples
    --------
    >>> import pandas as pd
    >>> joined = Spells.of(pd.DataFrame({"who": [1], "start": ["2024-01-01"]}), entity="who", end=None)
    >>> seen = Spells.of(pd.DataFrame({"who": [1, 1, 2], "start": ["2023-12-31", "2024-06-30", "2024-02-01"]}),
    ...                  entity="who", end=None)
    >>> events_within(seen, joined, window=(1, 365)).to_pandas()["left_row"].tolist()
    [1]
    """
    if anchor not in ("start", "end", "spell"):
        raise SpecError(f"anchor must be 'start', 'end' or 'spell'; got {anchor!r}.")
    low, high = _two("window", window)
    for name, days in (("window[0]", low), ("window[1]", high)):
        if days is not None:
            require_days(name, days)
    if anchor != "spell" and low is not None and high is not None and high < low:
        raise SpecError(f"window must be two rising numbers of days; got {window}.")
    group, around_group = by_groups(events, around, by)
    first = around.end if anchor == "end" else around.start
    last = around.start if anchor == "start" else around.end
    if anchor == "end":
        around_group = np.where(around.is_open, -1, around_group)
    index = DayIndex(group, events.start)
    found = index.between(
        around_group,
        np.full(len(around), -OPEN) if low is None else first + low,
        np.full(len(around), OPEN) if high is None else np.where(last == OPEN, OPEN, last + high),
    )
    return SpellPairs(events, around, (Stretches(*found, index.order, is_of_right=True),), None, by is not None)


def by_groups(left: Spells, right: Spells, by: By) -> tuple[Numbers, Numbers]:
    """Return a number for the entity of each spell, equal on both sides; -1 where the other side has none of it."""
    require_spells(left, right)
    if by is None:
        return np.zeros(len(left), np.int64), np.zeros(len(right), np.int64)
    if by != "entity":
        raise SpecError(f"by must be 'entity' or None; got {by!r}.")
    for spells in (left, right):
        if spells.entities is None:
            raise SpecError(f"{spells.name} has no entities: name them in Spells.of(entity=...), or join with by=None.")
    if right is left or right.entities is left.entities:
        return left.entity, right.entity
    return left.entity, places(left.entities, right.entities)[right.entity]


def places(known: pa.Array, asked: pa.Array) -> Numbers:
    """Return where each id stands among the known ones, -1 where not; numbers and texts are compared as texts."""
    if known.type != asked.type:
        known, asked = known.cast(pa.large_string()), asked.cast(pa.large_string())
    found = pc.index_in(asked, value_set=known)
    return as_integers(found, missing=-1).astype(np.int64)


def _long_enough(spells: Spells, group: Numbers, least_days: int) -> Numbers:
    return group if least_days == 1 else np.where(spells.end - spells.start + 1 >= least_days, group, -1)


def _two(name: str, given: Any) -> tuple[Any, Any]:
    if isinstance(given, str) or not isinstance(given, Sequence) or len(given) != 2:
        raise SpecError(f"{name} must be two numbers of days, the first and the last; got {given!r}.")
    return given[0], given[1]
