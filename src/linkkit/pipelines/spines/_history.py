"""What happened to a spine, update by update: a log that only grows."""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkkit._update import Moved
from linkkit.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Entry", "changes_table", "check_grows", "history_table", "read_history"]

_LISTS = ("added", "replaced", "taken_out")


@dataclass(frozen=True)
class Entry:
    """An update of a spine, or its beginning.

    Parameters
    ----------
    update
        Its number; 0 is the beginning.
    on
        The day.
    added, replaced, taken_out
        Names of sources that came, came again in a new extract, or left.
    withdrawn
        How many of the records that were there were withdrawn.
    compared
        How many records were new or changed.
    lost
        How many records are not there any more.
    new_persons, merged, split, retired
        How many persons were new (those that split off too), merged into others, parts split off, without a record.
    persons
        How many persons there are since.
    unknown
        How many of the ids to withdraw are no record's: mistyped, or of people who are not there (yet).
    """

    update: int
    on: datetime.date
    added: tuple[str, ...]
    replaced: tuple[str, ...]
    taken_out: tuple[str, ...]
    withdrawn: int
    compared: int
    lost: int
    new_persons: int
    merged: int
    split: int
    retired: int
    persons: int
    unknown: int = 0


def history_table(history: Sequence[Entry]) -> pd.DataFrame:
    """Return one row an update."""
    import pandas as pd

    rows = [_written(entry) for entry in history]
    return pd.DataFrame(rows, columns=[part.name for part in fields(Entry)])


def changes_table(log: Sequence[Moved], history: Sequence[Entry]) -> pd.DataFrame:
    """Return what became of ids: update, on, old_id, new_id, reason, records; with ``because``, what came or went."""
    import pyarrow as pa

    by_number = {entry.update: entry for entry in history}
    text, number = pa.string(), pa.int64()
    columns = {
        "update": pa.array([row.update for row in log], number),
        "on": pa.array([by_number[row.update].on.isoformat() for row in log], text),
        "old_id": pa.array([row.old_id for row in log], text),
        "new_id": pa.array([row.new_id for row in log], text),
        "reason": pa.array([row.reason for row in log], text),
        "records": pa.array([row.records for row in log], number),
        "because": pa.array([_because(by_number[row.update]) for row in log], text),
    }
    frame: pd.DataFrame = pa.table(columns).to_pandas()
    return frame


def _because(entry: Entry) -> str:
    """What came or went in an update, in words."""
    told = {
        "added": entry.added,
        "new extract of": entry.replaced,
        "taken out": entry.taken_out,
    }
    words = [f"{what} {', '.join(names)}" for what, names in told.items() if names]
    words += ["records withdrawn"] if entry.withdrawn else []
    return "; ".join(words) or "judgements"


def _written(entry: Entry) -> dict[str, Any]:
    """An entry as a row of a table: names as JSON."""
    lists = {name: json.dumps(getattr(entry, name), ensure_ascii=False) for name in _LISTS}
    return {**asdict(entry), **lists, "on": entry.on.isoformat()}


def _read(row: dict[str, Any]) -> Entry:
    lists = {name: tuple(json.loads(row[name])) for name in _LISTS}
    return Entry(**{**row, **lists, "on": datetime.date.fromisoformat(row["on"])})


def read_history(folder: Path) -> tuple[Entry, ...]:
    """Return the history of a saved spine."""
    import pyarrow.parquet as pq

    rows = pq.read_table(folder / "study_history.parquet").to_pylist()
    return tuple(map(_read, rows))


def check_grows(folder: Path, history: Sequence[Entry], log: Sequence[Moved]) -> None:
    """Refuse to save over a spine that is no earlier state of this one: its log would be lost.

    Raises
    ------
    DataError
        Where it is not, or its log is missing.
    """
    import pyarrow.parquet as pq

    if not (folder / "study_history.parquet").is_file():
        return
    if not (folder / "study_changes.parquet").is_file():
        raise DataError(
            f"{folder} holds a spine whose log, study_changes.parquet, is not there any more. Put it back, or save "
            "into another directory."
        )
    held = read_history(folder)
    moved = pq.read_table(folder / "study_changes.parquet").to_pylist()
    names = [part.name for part in fields(Moved)]
    before = [tuple(row[name] for name in names) for row in moved]
    now: list[Any] = [tuple(getattr(row, name) for name in names) for row in log[: len(before)]]
    if held != tuple(history[: len(held)]) or before != now:
        raise DataError(
            f"{folder} holds a spine that this one does not go on from: another one, or a later state. Save into "
            "another directory, or load that one and update it; its log of ids is not overwritten."
        )
