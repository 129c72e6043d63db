"""Rows of bounds as whole numbers, worked out for each left value when it is first needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ._bounds import Bounds

__all__ = ["BoundRows", "bound_rows"]

U16 = NDArray[np.uint16]


@dataclass(frozen=True, eq=False)
class BoundRows:
    """One bound of every pair of values, as a whole number above the lowest.

    Parameters
    ----------
    bounds
        What the numbers stand for.
    steps
        The number of each case, rounded up.
    known
        For each left value its row, once it is known; None where rows are not kept.
    """

    bounds: Bounds
    steps: U16
    known: dict[int, U16] | None

    @property
    def width(self) -> int:
        """How many right values there are."""
        return self.bounds.width

    @property
    def right(self) -> NDArray[np.intp]:
        """The number of each right record's value."""
        return self.bounds.right

    def fill(self, first: int, last: int, table: U16) -> None:
        """Write the rows of some left records, a lane of the table each."""
        values, which = np.unique(self.bounds.left[first:last], return_inverse=True)
        rows = np.stack([self._row(int(value)) for value in values])
        table[:, : last - first] = rows.T[:, which]

    def _row(self, value: int) -> U16:
        row = None if self.known is None else self.known.get(value)
        if row is None:
            row = self.steps[self.bounds.cases(value)]
            if self.known is not None:  # threads that find a row unknown work it out twice, and keep the same
                self.known[value] = row
        return row


def bound_rows(bounds: Sequence[Bounds], scale: float, room: int) -> tuple[BoundRows, ...]:
    """Turn bounds into whole numbers of so many to a bit, and keep the rows of those that fit in so many bytes."""
    kept: set[int] = set()
    for place in sorted(range(len(bounds)), key=lambda place: bounds[place].cells):
        room -= 2 * bounds[place].cells
        if room < 0:
            break
        kept.add(place)
    return tuple(
        BoundRows(one, np.ceil((one.bits - one.bits.min()) * scale).astype(np.uint16), {} if place in kept else None)
        for place, one in enumerate(bounds)
    )
