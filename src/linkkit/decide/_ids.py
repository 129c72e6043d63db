"""Names of clusters: the smallest id of each, the same whatever the order of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkkit.records import Records

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["as_ids", "cluster_ids", "dataset_names", "record_ids", "record_names"]


def record_ids(records: Records) -> Any:
    """Return the ids of all records, as a pandas Series (objects where the datasets' ids are of different types)."""
    import pandas as pd
    import pyarrow as pa

    parts = [dataset.ids for dataset in records.datasets]
    if len({part.type for part in parts}) == 1:
        return pa.concat_arrays(parts).to_pandas()
    return pd.Series([each for part in parts for each in part.to_pylist()], dtype=object)


def dataset_names(records: Records) -> Any:
    """Return the name of each record's dataset, as a pandas Categorical in the order of the datasets."""
    import pandas as pd

    numbers = np.repeat(np.arange(len(records.datasets)), np.diff(records.starts))
    return pd.Categorical.from_codes(numbers, dtype=pd.CategoricalDtype([dataset.name for dataset in records.datasets]))


def cluster_ids(records: Records, label: NDArray[np.uint32]) -> Any:
    """Return the name of each record's cluster, as a pandas Series.

    With several datasets it is ``dataset:id``. A colon within a dataset's name is written ``%3A``: no two clash.
    """
    if len(records.datasets) == 1:
        return records.datasets[0].ids.take(label.astype(np.int64)).to_pandas()
    return record_names(records).take(label.astype(np.int64)).to_pandas()


def record_names(records: Records) -> pa.Array:
    """Return a name for each record, as text: its id, with several datasets ``dataset:id``."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if len(records.datasets) == 1:
        return records.datasets[0].ids.cast(pa.string())
    parts = []
    for dataset in records.datasets:
        name = dataset.name.replace("%", "%25").replace(":", "%3A")
        ids = dataset.ids.cast(pa.string())
        parts.append(pc.binary_join_element_wise(f"{name}:", ids, ""))
    return pa.concat_arrays(parts)


def as_ids(records: Records, names: pa.Array) -> pa.Array:
    """Return names of clusters as ids of the one dataset there is, where they all are such ids; else as they are."""
    import pyarrow as pa

    kind = records.datasets[0].ids.type
    if len(records.datasets) > 1 or kind == names.type:
        return names
    try:
        found = names.cast(kind)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return names
    return found if found.cast(pa.string()).equals(names) else names
