"""Small tables that a study brings: a bridge, postcodes with their areas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkkit._reading import open_table
from linkkit.errors import DataError

if TYPE_CHECKING:
    from linkkit.dataset import Dataset
    from linkkit.records import Records

__all__ = ["BridgeRows", "read_bridge", "two_columns"]


@dataclass(frozen=True, eq=False, repr=False)
class BridgeRows:
    """The rows of a bridge: which link, and how many say nothing here.

    Parameters
    ----------
    left, right
        Shape (rows,): rows of cases and of records of rows that link, in one numbering.
    unknown_cases
        How many rows name a case that is not in the linkage: mistyped, or left out.
    unknown_records
        How many others name a record that is not.
    incomplete
        How many rows name one of the two only, or neither.
    """

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    unknown_cases: int
    unknown_records: int
    incomplete: int

    def __repr__(self) -> str:
        return f"<BridgeRows: {len(self.left):,} that link>"


def read_bridge(records: Records, path: str) -> BridgeRows:
    """Return the rows of a table of case and record.

    Raises
    ------
    DataError
        Where a case has several rows, or not one row names a case and a record of the linkage.
    """
    case_ids, other_ids, incomplete = two_columns(path, "bridge")
    twice = len(case_ids) - len(set(case_ids))
    if twice:
        raise DataError(f"bridge: {twice:,} rows name a case again; a case has one row.")
    left, right = _rows_of(records.datasets[0], case_ids), _rows_of(records.datasets[1], other_ids)
    links = (left >= 0) & (right >= 0)
    no_case, no_record = int((left < 0).sum()), int((right < 0).sum())
    if not links.any():
        names = [dataset.name for dataset in records.datasets]
        raise DataError(
            f"bridge: none of its {len(left):,} rows names a case of {names[0]} and a record of {names[1]}: "
            f"{no_case:,} name no case, {no_record:,} no record that is linked here. Its first column must hold ids of "
            "cases, its second ids of records; who may not be linked is not among them."
        )
    return BridgeRows(
        left[links], right[links] + int(records.starts[1]), no_case, int(((left >= 0) & (right < 0)).sum()), incomplete
    )


def _rows_of(dataset: Dataset, ids: Sequence[str]) -> NDArray[np.int64]:
    """Return the rows of ids as a table writes them, -1 of those that are not there."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found = pc.index_in(pa.array(ids, pa.string()), value_set=dataset.ids.cast(pa.string()))
    return np.asarray(found.cast("int64").fill_null(-1))


def two_columns(path: str, part: str) -> tuple[list[str], list[str], int]:
    """Return the first two columns of a table as texts, without rows where either is missing, and how many these are.

    Raises
    ------
    DataError
        Where it has fewer columns, or no rows.
    """
    from linkkit.encoded import encode

    source = open_table(path, part, "utf-8")
    if len(source.columns) < 2:
        raise DataError(f"{part}: the table needs two columns; it has {', '.join(source.columns)}.")
    names = list(source.columns[:2])
    table = source.read(names)
    columns = []
    for name in names:
        found = encode(table[name])
        texts = found.texts()
        columns.append([texts[code] for code in found.codes.tolist()])
    kept = [(one, other) for one, other in zip(*columns, strict=True) if one and other]
    if not kept:
        raise DataError(f"{part}: the table has no row with both {names[0]!r} and {names[1]!r}.")
    return [one for one, _ in kept], [other for _, other in kept], len(columns[0]) - len(kept)
