"""What became of each case: linked to a row, unsure, not found, or without what it would be linked by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["LINKED", "NOT_FOUND", "NO_UNIT", "STATES", "UNSURE", "LinkedCases"]

LINKED, UNSURE, NOT_FOUND, NO_UNIT = range(4)
STATES = ("linked", "unsure", "not found", "nothing to link by")


@dataclass(frozen=True, eq=False, repr=False)
class LinkedCases:
    """What became of each case.

    Parameters
    ----------
    row
        Shape (cases,), int64: the row of the other dataset, or of its units, that a case is linked to; else -1.
    state
        Shape (cases,), int64: 0 linked, 1 unsure, 2 not found, 3 nothing to link by.
    way
        Shape (cases,), texts: what decided it.
    """

    row: NDArray[np.int64]
    state: NDArray[np.int64]
    way: NDArray[np.object_]

    def __repr__(self) -> str:
        return f"<LinkedCases: {len(self.row):,} cases>"

    def where_open(self, other: LinkedCases) -> LinkedCases:
        """Return these, and for cases that were not found what another way made of them."""
        is_open = self.state >= NOT_FOUND
        return LinkedCases(*(
            np.where(is_open, getattr(other, name), getattr(self, name)) for name in ("row", "state", "way")
        ))  # fmt: skip

    def single(self, persons: NDArray[np.int64]) -> LinkedCases:
        """Return these, unsure where two cases are linked to one person; of each row its person, shape (rows,)."""
        person = np.where(self.row >= 0, persons[self.row], -1)
        found, counts = np.unique(person[person >= 0], return_counts=True)
        twice = np.isin(person, found[counts > 1])
        return LinkedCases(np.where(twice, -1, self.row), np.where(twice, UNSURE, self.state), self.way)
