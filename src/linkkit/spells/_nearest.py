"""The nearest event of each spell's entity: an as-of join."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from linkkit._arrow import positions
from linkkit._days import OPEN, require_days
from linkkit.errors import SpecError

from ._joins import by_groups
from ._ranges import DayIndex
from ._spells import Spells

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["nearest"]

Numbers = NDArray[np.int64]
# Further than any two days lie apart.
_NONE = 4 * OPEN


def nearest(
    spells: Spells,
    events: Spells,
    *,
    direction: Literal["before", "after", "either"] = "before",
    most_days: int | None = None,
) -> pd.DataFrame:
    """Find for each spell the event of its entity that is nearest to its start. Exact.

    Parameters
    ----------
    spells
        What events are looked for, by the first day of each.
    events
        Spells of which the first day counts.
    direction
        ``"before"``: the last event up to the start, that day included (as of that day); ``"after"``: the first from
        the start on; ``"either"``: the nearest, the earlier of two as near. Of several events on a day the first as
        they stand.
    most_days
        The most days that it may lie away; None is without limit.

    Returns
    -------
    pandas.DataFrame
        One row a spell: ``row``, ``entity``, ``event_row`` (rows of the tables, from 0; missing where there is none),
        ``event_id`` where events have ids, and ``days`` from the start to the event, below 0 where it is earlier.

    Examples
    --------
    >>> import pandas as pd
    >>> joined = pd.DataFrame({"who": ["a", "b"], "start": ["2024-02-01", "2024-02-01"]})
    >>> weighed = pd.DataFrame({"who": ["a", "a", "a"], "start": ["2023-12-24", "2024-01-31", "2024-02-09"]})
    >>> joined, weighed = (Spells.of(frame, entity="who", end=None) for frame in (joined, weighed))
    >>> nearest(joined, weighed)[["event_row", "days"]].values.tolist()
    [[1, -1], [<NA>, <NA>]]
    """
    import pandas as pd

    if direction not in ("before", "after", "either"):
        raise SpecError(f"direction must be 'before', 'after' or 'either'; got {direction!r}.")
    if most_days is not None:
        require_days("most_days", most_days, least=0)
    place, days = _nearest(spells, events, direction)
    found = np.abs(days) <= (OPEN * 2 if most_days is None else most_days)
    data: dict[str, Any] = {"row": spells.rows, "entity": spells.entity_ids(spells.entity)}
    data["event_row"] = pd.array(events.rows[place] if len(events) else place, "Int64")
    if events.ids is not None and len(events):
        ids = events.ids.take(positions(place)).to_pandas().astype(object)
        data["event_id"] = ids.where(found, None)
    data["days"] = pd.array(days, "Int64")
    frame = pd.DataFrame(data)
    frame.loc[~found, ["event_row", "days"]] = pd.NA
    return frame


def _nearest(spells: Spells, events: Spells, direction: str) -> tuple[Numbers, Numbers]:
    """Return the position of the nearest event and its distance in days, beyond all days where there is none."""
    group, event_group = by_groups(spells, events, "entity")
    index = DayIndex(event_group, events.start)
    begin, count = index.between(group, np.full(len(spells), -OPEN), spells.start)
    # The last day up to the start, and the first event of that day.
    has_earlier = count > 0
    last_place = np.where(has_earlier, begin + count - 1, 0)
    if not len(events):
        return np.zeros(len(spells), np.int64), np.full(len(spells), _NONE)
    last_day = events.start[index.order[last_place]]
    first_of_day, _ = index.between(group, last_day, last_day)
    earlier = index.order[np.where(has_earlier, first_of_day, 0)]
    first_later, later_count = index.between(group, spells.start, np.full(len(spells), OPEN))
    has_later = later_count > 0
    later = index.order[np.where(has_later, first_later, 0)]
    back = np.where(has_earlier, spells.start - events.start[earlier], _NONE)
    ahead = np.where(has_later, events.start[later] - spells.start, _NONE)
    takes_earlier = np.full(len(spells), direction == "before") if direction != "either" else back <= ahead
    return np.where(takes_earlier, earlier, later), np.where(takes_earlier, -back, ahead)
