"""People: when persons were born and died, as a frozen table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linkkit._days import UNKNOWN, read_days
from linkkit.errors import DataError, SpecError

from ._table import NamedColumns, number_ids, read_columns, refuse_unreadable

__all__ = ["People"]

Numbers = NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class People:
    """Dates of birth and death. A person may have several rows, and either date may be missing. Made by :meth:`of`.

    Parameters
    ----------
    name
        How messages call it.
    entity
        Shape (rows,), int64: who it is, as a position in ``entities``.
    entities
        The distinct ids, rising.
    birth, death
        Shape (rows,), int64: days from 1970-01-01, ``UNKNOWN`` where missing.
    rows
        Shape (rows,), int64: the row of the table each came from, counted from 0.
    changes
        What was left out when it was made, and how often.

    Examples
    --------
    >>> import pandas as pd
    >>> register = pd.DataFrame({"pupil_id": ["P1", "P2"], "born": ["2015-03-01", None]})
    >>> People.of(register, entity="pupil_id", birth="born")
    <People 'people': 2 rows of 2 persons, 1 with a birth, 0 with a death>
    """

    name: str
    entity: Numbers
    entities: pa.Array
    birth: Numbers
    death: Numbers
    rows: Numbers
    changes: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        table: Any,
        *,
        entity: str,
        birth: str | None = None,
        death: str | None = None,
        name: str | None = None,
        on_missing: Literal["refuse", "drop"] = "refuse",
        on_unreadable: Literal["refuse", "drop"] = "refuse",
    ) -> People:
        """Read births and deaths from a table, whose columns are named.

        Parameters
        ----------
        table
            As in :meth:`Spells.of`.
        entity
            The column of ids.
        birth, death
            The columns of dates, at least one.
        name
            How messages call it; by default the dataset's name, else ``"people"``.
        on_missing
            What to do with rows without an id.
        on_unreadable
            What to do with what is no date: ``"drop"`` takes the date for missing.

        Raises
        ------
        DataError
            Where a column is not there or blinded, an id is missing or a date cannot be read.
        SpecError
            Where neither birth nor death is named.
        """
        if birth is None and death is None:
            raise SpecError("Name the column of births, of deaths, or both: People.of(birth=..., death=...).")
        read = read_columns(table, name, "people", {"entity": entity, "birth": birth, "death": death})
        changes: dict[str, int] = {}
        days = {side: _days(read, side, on_unreadable, changes) for side in ("birth", "death")}
        numbers, entities = number_ids(read.table["entity"], read.where("entity"))
        keep = numbers >= 0
        if not keep.all():
            if on_missing == "refuse":
                raise DataError(
                    f"{read.where('entity')} is missing in {(~keep).sum():,} of {len(read):,} rows "
                    f"({read.row_list(~keep)}). Mend it, or leave the rows out with on_missing='drop', which counts "
                    "them."
                )
            changes["no entity, left out"] = int((~keep).sum())
        return cls(
            read.name, numbers[keep], entities, days["birth"][keep], days["death"][keep], read.rows[keep], changes
        )

    def __len__(self) -> int:
        return len(self.entity)

    def __repr__(self) -> str:
        births, deaths = (int((days != UNKNOWN).sum()) for days in (self.birth, self.death))
        return (
            f"<People {self.name!r}: {len(self):,} rows of {len(self.entities):,} persons, {births:,} with a birth, "
            f"{deaths:,} with a death>"
        )


def _days(read: NamedColumns, side: str, on_unreadable: str, changes: dict[str, int]) -> Numbers:
    if side not in read.sources:
        return np.full(len(read), UNKNOWN, np.int64)
    column = read_days(read.table[side], read.where(side))
    if on_unreadable == "refuse":
        refuse_unreadable(read, side, column, "take these dates for missing with on_unreadable='drop'")
    elif column.is_unreadable.any():
        changes[f"{side} is no date, missing"] = int(column.is_unreadable.sum())
    return column.days
