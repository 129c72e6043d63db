"""From two ids to two rows of the records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from linkkit.errors import DataError, did_you_mean
from linkkit.records import Records

__all__ = ["Pair", "find_pair"]


@dataclass(frozen=True)
class Pair:
    """Two records: their rows, the smaller first, and their ids as they were asked for."""

    first: int
    second: int
    left_row: int
    right_row: int
    left_id: Any
    right_id: Any
    left_dataset: str
    right_dataset: str


def find_pair(records: Records, left: Any, right: Any) -> Pair:
    """Find two records by their ids; errors tell which side is not there, and name no id.

    Raises
    ------
    DataError
        Where an id is not there, is in several datasets, or both are one record.
    """
    is_simple = len(records.datasets) == 2 and records.link_type == "link_only"
    sides = [
        _find(records, given, side, (number,) if is_simple else range(len(records.datasets)))
        for number, (side, given) in enumerate((("left", left), ("right", right)))
    ]
    if is_simple and any(row < 0 for _, row, _ in sides):
        swapped = _plain(records, right, 0) >= 0 and _plain(records, left, 1) >= 0
        hint = " The other way round both are there: explain(right, left)." if swapped else ""
        raise DataError(" ".join(message for message, row, _ in sides if row < 0) + hint)
    mistakes = [message for message, row, _ in sides if row < 0]
    if mistakes:
        raise DataError(" ".join(mistakes))
    (_, left_row, left_number), (_, right_row, right_number) = sides
    if left_row == right_row:
        raise DataError("left and right are the same record; a pair is of two.")
    return Pair(
        min(left_row, right_row),
        max(left_row, right_row),
        left_row,
        right_row,
        _bare(left),
        _bare(right),
        records.datasets[left_number].name,
        records.datasets[right_number].name,
    )


def _bare(given: Any) -> Any:
    return given[1] if isinstance(given, tuple) else given


def _find(records: Records, given: Any, side: str, numbers: Any) -> tuple[str, int, int]:
    """Return a message, or an empty one; the row, -1 where there is none; and the number of the dataset."""
    names = [dataset.name for dataset in records.datasets]
    if isinstance(given, tuple):
        if len(given) != 2 or given[0] not in names:
            hint = did_you_mean(str(given[0]), names) if given else ""
            return f"{side}: (dataset, id) must name one of {', '.join(names)}.{hint}", -1, 0
        numbers = (names.index(given[0]),)
    found = [(row, number) for number in numbers if (row := _plain(records, _bare(given), number)) >= 0]
    if not found:
        where = " or ".join(names[number] for number in numbers)
        return f"{side}: there is no record with this id in {where}.", -1, 0
    if len(found) > 1:
        held = ", ".join(names[number] for _, number in found)
        return f"{side}: several datasets hold this id ({held}); give ({names[found[0][1]]!r}, id).", -1, 0
    return "", *found[0]


def _plain(records: Records, given: Any, number: int) -> int:
    if isinstance(given, tuple):
        return -1
    try:
        return int(records.rows_of([given], number)[0])
    except (
        pa.ArrowInvalid,
        pa.ArrowTypeError,
        pa.ArrowNotImplementedError,
    ):  # a text that is no number, where ids are numbers
        return -1
