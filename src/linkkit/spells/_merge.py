"""Merge spells that overlap, or follow one another within a tolerance, into one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkkit._arrow import positions
from linkkit._days import OPEN, require_days
from linkkit.errors import SpecError

from ._spells import Spells, require_spells

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Merged", "merge", "runs"]

Numbers = NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class Merged:
    """Merged spells, and which spells made each.

    Parameters
    ----------
    spells
        The merged spells. Row and id of each are those of its first spell; of the columns those it was merged by stay.
    source
        The spells before.
    member_of
        Shape (source,), int64: which merged spell each became part of.
    filled_days
        Shape (merged,), int64: days of a merged spell that no spell of it covers: gaps within the tolerance.

    Examples
    --------
    >>> import pandas as pd
    >>> stays = Spells.of(pd.DataFrame({"who": ["a"] * 3, "start": ["2024-01-01", "2024-01-08", "2024-03-01"],
    ...                                 "end": ["2024-01-05", "2024-01-10", None]}), entity="who")
    >>> print(merge(stays, tolerance=3))
    3 spells of 'spells' became 2: 2 spells were merged into 1, and 2 days between them were filled.
    """

    spells: Spells
    source: Spells
    member_of: Numbers
    filled_days: Numbers

    def __repr__(self) -> str:
        return f"<Merged: {len(self.source):,} spells of {self.source.name!r} became {len(self.spells):,}>"

    def __str__(self) -> str:
        made_of = self.spell_count
        several = made_of > 1
        return (
            f"{len(self.source):,} spells of {self.source.name!r} became {len(self.spells):,}: "
            f"{made_of[several].sum():,} spells were merged into {several.sum():,}, and {self.filled_days.sum():,} "
            "days between them were filled."
        )

    @property
    def spell_count(self) -> Numbers:
        """How many spells made each merged spell; shape (merged,)."""
        return np.bincount(self.member_of, minlength=len(self.spells))

    def to_pandas(self) -> pd.DataFrame:
        """Return the merged spells as :meth:`Spells.to_pandas` does, with ``spells`` and ``filled_days`` of each."""
        frame = self.spells.to_pandas()
        return frame.assign(spells=self.spell_count, filled_days=self.filled_days)

    def members(self) -> pd.DataFrame:
        """Return which rows made each merged spell: ``spell`` (its place in ``to_pandas()``), ``row`` and ``id``."""
        import pandas as pd

        order = np.argsort(self.member_of, kind="stable")
        frame = pd.DataFrame({"spell": self.member_of[order], "row": self.source.rows[order]})
        if self.source.ids is not None:
            frame["id"] = self.source.ids.take(positions(order)).to_pandas()
        return frame


def merge(spells: Spells, *, tolerance: int = 1, same: Sequence[str] = ()) -> Merged:
    """Merge spells of one entity that overlap, or follow one another within a tolerance.

    Nothing depends on the order of rows, and merging again changes nothing.

    Parameters
    ----------
    spells
        The spells.
    tolerance
        The most days from the last day of one to the first day of the next: 0 merges spells that share a day, 1 (the
        default) also those that follow on the next day, 8 those with up to a week between them. Days between are filled
        and counted.
    same
        Columns that must be equal, such as the place; missing is a value of its own.

    Raises
    ------
    SpecError
        Where the tolerance is below 0, or a column is not there.

    Examples
    --------
    >>> import pandas as pd
    >>> stays = pd.DataFrame({"who": ["a"] * 3, "start": ["2024-01-01", "2024-01-03", "2024-01-06"],
    ...                       "end": ["2024-01-05", "2024-01-04", "2024-01-09"], "home": ["Oak", "Oak", "Elm"]})
    >>> spells = Spells.of(stays, entity="who", home="home")
    >>> merge(spells).to_pandas()["days"].tolist(), merge(spells, same=["home"]).to_pandas()["days"].tolist()
    ([9], [5, 4])
    """
    require_spells(spells)
    require_days("tolerance", tolerance, least=0)
    if isinstance(same, str):
        raise SpecError(f"same must be several names of columns, such as [{same!r}]; got a text.")
    group = spells.entity
    for column in same:
        codes = spells.codes(column)
        group = np.unique(group * (int(codes.max(initial=0)) + 1) + codes, return_inverse=True)[1]
    # Without columns they stand in this order already.
    order = np.lexsort((spells.start, group)) if same else np.arange(len(spells))
    begins, reached = runs(group[order], spells.start[order], spells.end[order], tolerance)
    return _merged(spells, order, begins, reached, tuple(same))


def runs(group: Numbers, start: Numbers, end: Numbers, tolerance: int) -> tuple[NDArray[np.bool_], Numbers]:
    """Return which spells begin a new run, and the last day reached before each spell in its group.

    Parameters
    ----------
    group, start, end
        Shape (spells,), in the order of group and start.
    tolerance
        The most days from the last day reached to a start that goes on with the run.

    Returns
    -------
    two arrays of shape (spells,)
        The second is below every start where a spell is the first of its group.

    Examples
    --------
    >>> begins, _ = runs(np.array([0, 0, 0, 1]), np.array([1, 2, 8, 8]), np.array([6, 3, 9, 9]), 1)
    >>> begins.tolist()
    [True, False, True, True]
    """
    if not len(start):
        return np.zeros(0, np.bool_), start
    low = int(start.min()) - 1
    span = int(end.max()) - low + 1
    number = np.concatenate([[0], np.cumsum(group[1:] != group[:-1])])
    # A running maximum over all groups at once: each group's days lie above all days of the one before.
    furthest = np.maximum.accumulate(number * span + (end - low))
    reached = np.concatenate([[0], furthest[:-1]]) - number * span + low
    is_first = np.concatenate([[True], group[1:] != group[:-1]])
    reached = np.where(is_first, low - tolerance - 1, reached)
    return start > reached + tolerance, reached


def _merged(
    spells: Spells, order: Numbers, begins: NDArray[np.bool_], reached: Numbers, same: tuple[str, ...]
) -> Merged:
    firsts = np.flatnonzero(begins)
    run = np.cumsum(begins) - 1
    start, end = spells.start[order], spells.end[order]
    gap = np.where(begins, 0, np.maximum(start - reached - 1, 0))
    filled = np.bincount(run, gap, len(firsts)).astype(np.int64)
    last = np.maximum.reduceat(end, firsts) if len(firsts) else end
    # Back into the order that spells stand in, by entity, start, end and then the first spell.
    leading = order[firsts]
    placed = np.lexsort((leading, last, start[firsts], spells.entity[leading]))
    place = np.empty_like(placed)
    place[placed] = np.arange(len(placed))
    member_of = np.empty(len(order), np.int64)
    member_of[order] = place[run]
    kept = leading[placed]
    chosen = positions(kept)
    merged = Spells(
        spells.name,
        spells.start[kept],
        last[placed],
        spells.entity[kept],
        spells.entities,
        spells.rows[kept],
        None if spells.ids is None else spells.ids.take(chosen),
        spells.columns.select(list(same)).take(chosen) if same and spells.columns is not None else None,
        spells.changes,
    )
    return Merged(merged, spells, member_of, filled[placed])


def union(spells: Spells) -> tuple[Numbers, Numbers, Numbers]:
    """Return entity, start and end of the runs of days that spells cover, without an overlap, in their order."""
    begins, _ = runs(spells.entity, spells.start, spells.end, 1)
    firsts = np.flatnonzero(begins)
    last = np.maximum.reduceat(spells.end, firsts) if len(firsts) else spells.end
    return spells.entity[firsts], spells.start[firsts], np.minimum(last, OPEN)
