"""Pairs that a table names by ids, as rows of the records."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import LinkkitError, row_list
from linkkit.records import Records

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["pair_rows"]

Rows = NDArray[np.uint32]


def pair_rows(records: Records, table: pd.DataFrame, what: str, error: type[LinkkitError]) -> tuple[Rows, Rows]:
    """Return the rows of the pairs of a table, the lower first.

    Parameters
    ----------
    records
        The records.
    table
        left_id and right_id; left_dataset and right_dataset too where an id alone could be of several datasets.
    what
        What messages call the rows of the table, such as ``"labels"``.
    error
        What to raise.

    Raises
    ------
    LinkkitError
        Where columns are missing, or ids are not there; it counts them and names their rows, never the ids.
    """
    needed = ["left_id", "right_id"]
    if len(records.datasets) > 2 or (len(records.datasets) == 2 and records.link_type == "link_and_dedupe"):
        needed += ["left_dataset", "right_dataset"]
    missing = [name for name in needed if name not in table.columns]
    if missing:
        raise error(f"The {what} need the columns {', '.join(needed)}; {', '.join(missing)} is not there.")
    left, right = (_rows(records, table, side, what, error) for side in ("left", "right"))
    same = np.flatnonzero(left == right)
    if len(same):
        raise error(f"{len(same):,} {what} pair a record with itself ({row_list((same + 1).tolist())}).")
    return np.minimum(left, right).astype(np.uint32), np.maximum(left, right).astype(np.uint32)


def _rows(records: Records, table: pd.DataFrame, side: str, what: str, error: type[LinkkitError]) -> NDArray[np.int64]:
    ids = table[f"{side}_id"].tolist()
    names = [dataset.name for dataset in records.datasets]
    if f"{side}_dataset" in table.columns and len(names) > 1:
        asked = table[f"{side}_dataset"].to_numpy(object)
        unknown = [place for place, name in enumerate(asked.tolist(), 1) if name not in names]
        if unknown:
            raise error(
                f"{len(unknown):,} {what} name a {side}_dataset that is not there ({row_list(unknown)}); "
                f"there are: {', '.join(names)}."
            )
        found = np.full(len(ids), -1, np.int64)
        for number, name in enumerate(names):
            chosen = np.flatnonzero(asked == name)
            found[chosen] = records.rows_of([ids[place] for place in chosen.tolist()], number)
    else:
        found = records.rows_of(ids, 1 if side == "right" and len(names) > 1 else 0)
    if (found < 0).any():
        missing = np.flatnonzero(found < 0)
        raise error(
            f"{len(missing):,} of {len(ids):,} {what} have a {side}_id that is not among the records "
            f"({row_list((missing + 1).tolist())}). Leave them out, or give the dataset they are of."
        )
    return found
