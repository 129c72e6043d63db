"""How a table becomes spells: what is refused, what is left out and counted, and the order they stand in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linkkit._arrow import positions
from linkkit._days import OPEN, UNKNOWN, DayColumn, day_number, read_days
from linkkit.errors import DataError, SpecError

from ._spells import Spells
from ._table import NamedColumns, number_ids, read_columns, refuse_repeated, refuse_unreadable

__all__ = ["read_spells"]

Numbers = NDArray[np.int64]
Mask = NDArray[np.bool_]
_OWN = ("row", "id", "entity", "start", "end", "days")


def read_spells(
    table: Any,
    name: str | None,
    entity: str | None,
    start: str,
    end: str | None,
    spell_id: str | None,
    columns: Mapping[str, str],
    ends: str,
    on_missing: str,
    on_reversed: str,
    on_unreadable: str,
    open_at: Sequence[str],
) -> Spells:
    """See :meth:`linkkit.spells.Spells.of`."""
    _check("ends", ends, ("included", "excluded"))
    _check("on_missing", on_missing, ("refuse", "drop"))
    _check("on_reversed", on_reversed, ("refuse", "drop", "swap"))
    _check("on_unreadable", on_unreadable, ("refuse", "drop"))
    for column in columns:
        if column in _OWN:
            raise SpecError(f"A column cannot go by the name {column!r}, which every table of spells has.")
    read = read_columns(
        table, name, "spells", {"entity": entity, "start": start, "end": end, "id": spell_id, **columns}
    )
    first = read_days(read.table["start"], read.where("start"))
    last = _ends(read, first, open_at)
    owner, entities = _entities(read)
    keep = np.ones(len(read), np.bool_)
    changes: dict[str, int] = {}
    for what, days in {"start": first, "end": last}.items():
        if on_unreadable == "refuse":
            refuse_unreadable(read, what, days, "leave the rows out with on_unreadable='drop'")
        _leave_out(keep, days.is_unreadable, f"{what} is no date, left out", changes)
    for what, is_missing in {"start": first.is_missing, "entity": owner < 0}.items():
        if on_missing == "refuse":
            _refuse_missing(read, what, is_missing & keep)
        _leave_out(keep, is_missing, f"no {what}, left out", changes)
    start_day, end_day = _put_in_order(read, first.days, last.days, keep, on_reversed, changes)
    if ends == "excluded":  # one that starts and ends on one day is that day
        end_day = np.where((end_day > start_day) & (end_day != OPEN), end_day - 1, end_day)
    numbers, ids = (None, None) if spell_id is None else number_ids(read.table["id"], read.where("id"))
    if numbers is not None:
        refuse_repeated(read, "id", numbers)
    places = np.flatnonzero(keep)
    tie = read.rows if numbers is None else numbers
    places = places[np.lexsort((tie[places], end_day[places], start_day[places], owner[places]))]
    return Spells(
        read.name,
        start_day[places],
        end_day[places],
        owner[places],
        entities,
        read.rows[places],
        None if numbers is None or ids is None else ids.take(positions(numbers[places])),
        read.table.select(list(columns)).take(positions(places)) if columns else None,
        changes,
    )


def _check(argument: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise SpecError(f"{argument} must be one of {', '.join(map(repr, known))}; got {value!r}.")


def _entities(read: NamedColumns) -> tuple[Numbers, pa.Array | None]:
    if "entity" not in read.sources:
        return np.zeros(len(read), np.int64), None
    return number_ids(read.table["entity"], read.where("entity"))


def _ends(read: NamedColumns, first: DayColumn, open_at: Sequence[str]) -> DayColumn:
    """Return the last days: open where nothing stands."""
    if "end" not in read.sources:
        return DayColumn(first.days, np.zeros(len(read), np.bool_))
    column = read_days(read.table["end"], read.where("end"))
    is_open = column.is_missing | np.isin(column.days, [day_number(day, "open_at") for day in open_at])
    return DayColumn(np.where(is_open, OPEN, column.days), column.is_unreadable)


def _leave_out(keep: Mask, is_hit: Mask, what: str, changes: dict[str, int]) -> None:
    count = int((keep & is_hit).sum())
    if count:
        changes[what] = count
        keep &= ~is_hit


def _refuse_missing(read: NamedColumns, what: str, is_missing: Mask) -> None:
    if is_missing.any():
        raise DataError(
            f"{read.where(what)} is missing in {is_missing.sum():,} of {len(read):,} rows ({read.row_list(is_missing)}"
            "). Mend it, or leave the rows out with on_missing='drop', which counts them."
        )


def _put_in_order(
    read: NamedColumns, start: Numbers, end: Numbers, keep: Mask, on_reversed: str, changes: dict[str, int]
) -> tuple[Numbers, Numbers]:
    """See to the spells that end before they start."""
    is_reversed = keep & (end < start) & (end != UNKNOWN)
    if not is_reversed.any():
        return start, end
    if on_reversed == "refuse":
        raise DataError(
            f"{read.name}: {is_reversed.sum():,} of {len(read):,} rows end before they start "
            f"({read.row_list(is_reversed)}). Mend the dates, or say on_reversed='swap' to swap start and end, or "
            "on_reversed='drop' to leave the rows out; both are counted."
        )
    if on_reversed == "drop":
        _leave_out(keep, is_reversed, "end before start, left out", changes)
        return start, end
    changes["end before start, swapped"] = int(is_reversed.sum())
    return np.where(is_reversed, end, start), np.where(is_reversed, start, end)
