"""Rows of pairs as data frames: their ids, and their values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkkit.encoded import Encoded
from linkkit.records import Records

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["id_frame", "values_of"]

Rows = NDArray[np.uint32]


def id_frame(records: Records, left: Rows, right: Rows) -> pd.DataFrame:
    """Return the ids of pairs: left_id, right_id; with more than two datasets their names too."""
    import pandas as pd

    if len(records.datasets) == 1:
        return pd.DataFrame({"left_id": records.ids(left).to_pandas(), "right_id": records.ids(right).to_pandas()})
    if len(records.datasets) == 2 and records.link_type == "link_only":
        return pd.DataFrame(
            {"left_id": records.ids(left, 0).to_pandas(), "right_id": records.ids(right, 1).to_pandas()}
        )
    names = np.array([dataset.name for dataset in records.datasets], object)
    return pd.DataFrame(
        {
            "left_dataset": names[records.dataset_of(left)],
            "left_id": records.ids_as_objects(left),
            "right_dataset": names[records.dataset_of(right)],
            "right_id": records.ids_as_objects(right),
        }
    )


def values_of(records: Records, name: str, rows: Rows) -> NDArray[Any]:
    if any(name in dataset.fields and dataset.holds_sets(name) for dataset in records.datasets):
        sets = records.encoded_sets(name)
        texts = sets.values.to_pylist()
        listed = [
            tuple(texts[m] for m in sets.members[sets.starts[c] : sets.starts[c + 1]].tolist())
            for c in sets.codes[rows].tolist()
        ]
        found = np.empty(len(listed), object)
        found[:] = [members or None for members in listed]
        return found
    column = records.column_or_missing(name)
    assert isinstance(column, Encoded)
    shown = np.array(column.texts(), object)
    shown[0] = None
    return shown[column.codes[rows]]
