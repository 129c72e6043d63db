"""SpellPairs: pairs of spells that a join found; counted first, made in chunks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkkit._arrow import positions
from linkkit._days import OPEN
from linkkit.errors import DataError, SpecError

from ._allen import RELATIONS, allen
from ._ranges import Stretches
from ._spells import Spells

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SpellPairs"]

Numbers = NDArray[np.int64]
MOST_PAIRS = 50_000_000


@dataclass(frozen=True, eq=False, repr=False)
class SpellPairs:
    """Pairs of spells that are known how to be made; holds none. Made by :func:`overlapping` and its like.

    Parameters
    ----------
    left, right
        The spells; the same where a table was joined with itself.
    stretches
        Where the pairs are found.
    keeps
        Which of the pairs found so are an answer, given positions on the left and on the right; None: all.
    of_entity
        Whether both spells of a pair are of one entity.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.spells import overlapping
    >>> stays = Spells.of(pd.DataFrame({"who": [1, 1, 1], "start": ["2024-01-01", "2024-01-09", "2024-02-01"],
    ...                                 "end": ["2024-01-10", "2024-01-20", None]}), entity="who")
    >>> pairs = overlapping(stays)
    >>> pairs
    <SpellPairs: 1 pair of 'spells' and itself>
    >>> pairs.to_pandas()
       entity  left_row  right_row  shared_days  days_apart  relation
    0       1         0          1            2           0  overlaps
    """

    left: Spells
    right: Spells
    stretches: tuple[Stretches, ...]
    keeps: Callable[[Numbers, Numbers], NDArray[np.bool_]] | None = None
    of_entity: bool = True

    def __len__(self) -> int:
        return self.count

    def __repr__(self) -> str:
        other = "itself" if self.right is self.left else repr(self.right.name)
        pairs = "1 pair" if self.count == 1 else f"{self.count:,} pairs"
        return f"<SpellPairs: {pairs} of {self.left.name!r} and {other}>"

    @cached_property
    def count(self) -> int:
        """How many pairs there are. None is made for it, unless the ends must be compared pair by pair."""
        if self.keeps is None:
            return sum(part.total for part in self.stretches)
        return sum(len(left) for left, _ in self.chunks())

    def chunks(self, size: int = 1 << 20) -> Iterator[tuple[Numbers, Numbers]]:
        """Yield positions of the left and of the right spells, at most so many pairs at a time, in a stable order."""
        if size < 1:
            raise SpecError(f"size must be at least 1; got {size}.")
        for part in self.stretches:
            for left, right in part.chunks(size):
                if self.keeps is None:
                    yield left, right
                    continue
                kept = self.keeps(left, right)
                yield left[kept], right[kept]

    def positions(self, *, most: int = MOST_PAIRS) -> tuple[Numbers, Numbers]:
        """Return all pairs as positions of the left and of the right spells, in the order of these.

        Raises
        ------
        DataError
            Where there are more pairs than ``most``: narrow the join, or go through ``chunks()``.
        """
        if self.count > most:
            raise DataError(
                f"There are {self.count:,} pairs of spells, more than most={most:,}. Narrow the join (a lower "
                "tolerance, more least_days, fewer spells), go through pairs.chunks(), or raise most."
            )
        found = list(self.chunks())
        left = np.concatenate([np.empty(0, np.int64), *(one for one, _ in found)])
        right = np.concatenate([np.empty(0, np.int64), *(other for _, other in found)])
        order = np.argsort(left * max(len(self.right), 1) + right, kind="stable")
        return left[order], right[order]

    def to_pandas(self, *, most: int = MOST_PAIRS) -> pd.DataFrame:
        """Return the pairs, in the order of the spells.

        Parameters
        ----------
        most
            More pairs than this are refused.

        Returns
        -------
        pandas.DataFrame
            ``entity`` where the pairs are of one; ``left_row, right_row``: rows of the tables, from 0; ``left_id,
            right_id`` where the spells have ids; ``shared_days``: days of both, missing where both still go on;
            ``days_apart``: from the last day of the earlier to the first of the later, 0 where they share a day;
            ``relation``: Allen's, of the left to the right.
        """
        import pandas as pd

        left, right = self.positions(most=most)
        data: dict[str, Any] = {}
        if self.of_entity:
            data["entity"] = self.left.entity_ids(self.left.entity[left])
        data |= {"left_row": self.left.rows[left], "right_row": self.right.rows[right]}
        for side, spells, place in (("left_id", self.left, left), ("right_id", self.right, right)):
            if spells.ids is not None:
                data[side] = spells.ids.take(positions(place)).to_pandas().array
        starts, ends = self._days(left, right)
        first, last = np.maximum(*starts), np.minimum(*ends)
        shared = pd.array(np.maximum(last - first + 1, 0), "Int64")
        shared[last == OPEN] = pd.NA
        data["shared_days"] = shared
        data["days_apart"] = np.maximum(first - last, 0)
        codes = allen(starts[0], ends[0], starts[1], ends[1])
        data["relation"] = pd.Categorical.from_codes(codes, dtype=pd.CategoricalDtype(list(RELATIONS)))
        return pd.DataFrame(data)

    def _days(self, left: Numbers, right: Numbers) -> tuple[tuple[Numbers, Numbers], tuple[Numbers, Numbers]]:
        return (self.left.start[left], self.right.start[right]), (self.left.end[left], self.right.end[right])
