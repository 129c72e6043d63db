"""Person-time: how many days of a window the spells of an entity cover."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkkit._days import OPEN, day_number, days_as_dates
from linkkit.errors import DataError, SpecError, row_list

from ._joins import by_groups
from ._merge import union
from ._ranges import DayIndex
from ._spells import Spells, require_spells

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["coverage"]

Numbers = NDArray[np.int64]


def coverage(spells: Spells, window: tuple[Any, Any] | Spells) -> pd.DataFrame:
    """Count the days of a window that each entity's spells cover; a day of several spells counts once. Exact.

    Parameters
    ----------
    spells
        The spells; one that still goes on covers every later day.
    window
        First and last day (dates or ISO texts), both of the window, for all entities of the spells; or spells that are
        the windows: one row of the result each, of entities without any spell too.

    Returns
    -------
    pandas.DataFrame
        ``row`` of the window's table where windows are spells; ``entity``; ``start``, ``end`` and ``days`` of the
        window; ``covered``: days of it within spells; ``share``: of the window's days.

    Raises
    ------
    DataError
        Where a window has no end.
    SpecError
        Where a window is no two days, ends before it starts, or spells have no entities.

    Examples
    --------
    >>> import pandas as pd
    >>> stays = Spells.of(pd.DataFrame({"who": ["a", "a", "b"], "start": ["2024-01-01", "2024-01-05", "2024-01-31"],
    ...                                 "end": ["2024-01-10", "2024-01-12", None]}), entity="who")
    >>> coverage(stays, ("2024-01-01", "2024-01-31"))[["entity", "days", "covered"]].values.tolist()
    [['a', 31, 12], ['b', 31, 1]]
    """
    import pandas as pd

    require_spells(spells)
    if isinstance(window, Spells):
        _refuse_open(window)
        group, first, last = by_groups(spells, window, "entity")[1], window.start, window.end
        data: dict[str, Any] = {"row": window.rows, "entity": window.entity_ids(window.entity)}
    else:
        group, first, last = _one_window(spells, window)
        data = {"entity": spells.entity_ids(group)}
    covered = _covered(spells, group, first, last)
    length = last - first + 1
    return pd.DataFrame(
        data
        | {
            "start": days_as_dates(first),
            "end": days_as_dates(last),
            "days": length,
            "covered": covered,
            "share": covered / length,
        }
    )


def _refuse_open(windows: Spells) -> None:
    if windows.open_count:
        rows = np.sort(windows.rows[windows.is_open] + 1).tolist()
        raise DataError(
            f"{windows.name}: {len(rows):,} of {len(windows):,} windows have no end ({row_list(rows)}). Days of a "
            "window that does not end cannot be counted: give the day up to which the data reach."
        )


def _one_window(spells: Spells, window: tuple[Any, Any]) -> tuple[Numbers, Numbers, Numbers]:
    if not isinstance(window, tuple | list) or len(window) != 2:
        raise SpecError("window must be its first and its last day, or spells that are the windows.")
    first, last = day_number(window[0], "window[0]"), day_number(window[1], "window[1]")
    if last < first:
        raise SpecError("window ends before it starts.")
    if spells.entities is None:
        raise SpecError(f"{spells.name} has no entities: name them in Spells.of(entity=...).")
    group = np.unique(spells.entity)
    return group, np.full(len(group), first), np.full(len(group), last)


def _covered(spells: Spells, group: Numbers, first: Numbers, last: Numbers) -> Numbers:
    entity, start, end = union(spells)
    index = DayIndex(entity, start)
    # A run that goes on is the last of its entity, so its length is in no difference of two sums within one.
    length = np.where(end == OPEN, 0, end - start + 1)
    before = np.concatenate([[0], np.cumsum(length)])

    def up_to(day: Numbers) -> Numbers:
        """Days that runs cover up to a day, those of earlier entities among them."""
        begin, count = index.between(group, np.full(len(group), -OPEN), day)
        run = np.maximum(begin + count - 1, 0)
        within = np.where(count > 0, np.minimum(day, end[run]) - start[run] + 1, 0) if len(start) else 0 * day
        whole: Numbers = before[np.where(count > 0, run, begin)] + within
        return whole

    days: Numbers = np.where(group >= 0, up_to(last) - up_to(first - 1), 0)
    return days
