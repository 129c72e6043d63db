"""Spells: who was where from which day to which, as a frozen table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linkkit._arrow import positions
from linkkit._days import OPEN, days_as_dates
from linkkit.encoded import encode
from linkkit.errors import SpecError, did_you_mean

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Spells", "require_spells"]

Numbers = NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class Spells:
    """Spells of persons: each with its first day, its last day, and what is said of it. Made by :meth:`of`.

    Days are whole, and both ends belong to a spell: one that starts and ends on one day is one day long. A spell
    without an end still goes on. Spells stand in the order of entity, start, end and id, whatever the order of rows.

    Parameters
    ----------
    name
        How messages call it.
    start, end
        Shape (spells,), int64: first and last day, counted from 1970-01-01; the end is ``OPEN`` where it goes on.
    entity
        Shape (spells,), int64: whose it is, as a position in ``entities``; zeros where there are none.
    entities
        The distinct ids of the entities, rising; None where spells belong to nobody.
    rows
        Shape (spells,), int64: the row of the table each came from, counted from 0.
    ids
        The id of each spell; None without.
    columns
        What else was named, under the names given to it: an Arrow table.
    changes
        What was left out or changed when it was made, and how many rows: ``{"no start, left out": 3}``.

    Examples
    --------
    >>> import pandas as pd
    >>> stays = pd.DataFrame({"child": ["b", "a", "a"], "from": ["2024-03-01", "2024-01-01", "2024-02-01"],
    ...                       "to": [None, "2024-01-31", "2024-02-01"], "home": ["Elm", "Oak", "Elm"]})
    >>> spells = Spells.of(stays, entity="child", start="from", end="to", place="home")
    >>> spells
    <Spells 'spells': 3 spells of 2 entities, 1 open, columns place>
    >>> spells.to_pandas()[["entity", "start", "days", "place"]]
      entity      start  days place
    0      a 2024-01-01    31   Oak
    1      a 2024-02-01     1   Elm
    2      b 2024-03-01  <NA>   Elm
    """

    name: str
    start: Numbers
    end: Numbers
    entity: Numbers
    entities: pa.Array | None
    rows: Numbers
    ids: pa.Array | None = None
    columns: pa.Table | None = None
    changes: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        sizes = {len(self.start), len(self.end), len(self.entity), len(self.rows)}
        if len(sizes) > 1:
            raise SpecError(f"start, end, entity and rows must be of one length; got {sorted(sizes)}.")
        if (self.end < self.start).any():
            raise SpecError("A spell must not end before it starts.")
        order = np.diff(self.entity), np.diff(self.start)
        if ((order[0] < 0) | ((order[0] == 0) & (order[1] < 0))).any():
            raise SpecError("Spells must stand in the order of entity and start.")

    @classmethod
    def of(
        cls,
        table: Any,
        *,
        entity: str | None,
        start: str = "start",
        end: str | None = "end",
        id: str | None = None,  # noqa: A002
        name: str | None = None,
        ends: Literal["included", "excluded"] = "included",
        on_missing: Literal["refuse", "drop"] = "refuse",
        on_reversed: Literal["refuse", "drop", "swap"] = "refuse",
        on_unreadable: Literal["refuse", "drop"] = "refuse",
        open_at: Sequence[str] = ("9999-12-31", "2999-12-31"),
        **columns: str,
    ) -> Spells:
        """Make spells of a table, whose columns are named.

        Dates are ISO texts, dates or timestamps, whose time of day is cut off. A missing end is open. Nothing is left
        out without a count in ``changes``.

        Parameters
        ----------
        table
            A DataFrame of pandas or polars, an Arrow table, a path, or a :class:`linkkit.Dataset`.
        entity
            The column of ids of whom the spells are; None where they belong to nobody.
        start, end
            The columns of dates. Without an end (None) each spell is the one day it starts: an event.
        id
            The column that tells spells apart, for results that do not depend on the order of rows.
        name
            How messages call it; by default the dataset's name, else ``"spells"``.
        ends
            Whether the end day belongs to the spell (``"included"``), or is the first day that no longer does
            (``"excluded"``, as with dates of discharge). A spell that starts and ends on one day is that day in both.
        on_missing
            What to do with rows that miss the start or the entity.
        on_reversed
            What to do with rows that end before they start.
        on_unreadable
            What to do with rows whose start or end is no date.
        open_at
            Dates that stand for an open end.
        **columns
            Further columns and the names they go by: ``place="centre"``.

        Raises
        ------
        DataError
            Where a column is not there or blinded, a date cannot be read, start or entity is missing, a spell ends
            before it starts, or an id stands twice; with the counts and row numbers, and how to mend it.

        Examples
        --------
        >>> import pandas as pd
        >>> visits = pd.DataFrame({"person": [7, 7], "start": ["2024-01-05"] * 2, "end": ["2024-01-03", None]})
        >>> Spells.of(visits, entity="person")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ...
        linkkit.errors.DataError: spells: 1 of 2 rows end before they start (row 1). Mend the dates, or say ...
        >>> Spells.of(visits, entity="person", on_reversed="swap").changes
        {'end before start, swapped': 1}
        """
        from ._reading import read_spells

        return read_spells(
            table, name, entity, start, end, id, columns, ends, on_missing, on_reversed, on_unreadable, open_at
        )

    def __len__(self) -> int:
        return len(self.start)

    def __repr__(self) -> str:
        of = "" if self.entities is None else f" of {len(self.entities):,} entities"
        columns = f", columns {', '.join(self.column_names)}" if self.column_names else ""
        return f"<Spells {self.name!r}: {len(self):,} spells{of}, {self.open_count:,} open{columns}>"

    @property
    def is_open(self) -> NDArray[np.bool_]:
        """Which spells still go on; shape (spells,)."""
        return np.asarray(self.end == OPEN)

    @property
    def open_count(self) -> int:
        """How many spells still go on."""
        return int(self.is_open.sum())

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names of the further columns."""
        return () if self.columns is None else tuple(self.columns.column_names)

    def codes(self, column: str) -> Numbers:
        """Return a further column as numbers, equal where its values are; 0 is missing.

        Raises
        ------
        SpecError
            Where there is no such column.
        """
        if self.columns is None or column not in self.column_names:
            known = did_you_mean(column, self.column_names) or f" It has: {', '.join(self.column_names) or 'none'}."
            raise SpecError(f"{self.name} has no column {column!r}; name it in Spells.of({column}=...).{known}")
        return encode(self.columns[column], where=f"{self.name}: {column!r}").codes.astype(np.int64)

    def select(self, chosen: NDArray[Any]) -> Spells:
        """Return some of the spells: a mask, or positions, rising."""
        places = np.flatnonzero(chosen) if chosen.dtype == np.bool_ else chosen.astype(np.int64)
        taken = positions(places)
        return Spells(
            self.name,
            self.start[places],
            self.end[places],
            self.entity[places],
            self.entities,
            self.rows[places],
            None if self.ids is None else self.ids.take(taken),
            None if self.columns is None else self.columns.take(taken),
            self.changes,
        )

    def to_pandas(self) -> pd.DataFrame:
        """Return the spells: ``row`` (of the table, from 0), ``id``, ``entity``, ``start``, ``end``, ``days``, columns.

        ``end`` and ``days`` are missing where a spell goes on.
        """
        import pandas as pd

        data: dict[str, Any] = {"row": self.rows}
        if self.ids is not None:
            data["id"] = self.ids.to_pandas()
        if self.entities is not None:
            data["entity"] = self.entity_ids(self.entity)
        data["start"], data["end"] = days_as_dates(self.start), days_as_dates(self.end)
        data["days"] = pd.array(self.end - self.start + 1, "Int64")
        data["days"][self.is_open] = pd.NA
        frame = pd.DataFrame(data)
        for column in self.column_names:
            assert self.columns is not None
            frame[column] = self.columns[column].to_pandas().array
        return frame

    def entity_ids(self, entity: Numbers) -> Any:
        """Return the ids of some entities, given as positions, as pandas holds them."""
        assert self.entities is not None
        return self.entities.take(positions(entity)).to_pandas().array


def require_spells(*given: object) -> None:
    """Raise a SpecError where something else than spells is given, such as the table of them."""
    for one in given:
        if not isinstance(one, Spells):
            raise SpecError(
                f"Spells are wanted; got {type(one).__name__}. Say which columns of a table are whose, and from when "
                "to when: Spells.of(table, entity=..., start=..., end=...)."
            )
