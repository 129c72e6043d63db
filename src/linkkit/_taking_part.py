"""Which records of a file took part in a run: the others were refused, withdrawn or not sent, and are not linked again.

What is kept is the numbers of their rows in the file, and nothing that says who they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .dataset import Dataset
from .errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["PART_FILE", "only_part", "read_part", "write_part"]

PART_FILE = "taking_part.parquet"


def write_part(datasets: Sequence[Dataset], folder: Path) -> None:
    """Write the rows (from 0) of the files of which some records were left out; nothing where none were."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    held = [dataset for dataset in datasets if dataset.left_out and dataset.path is not None]
    if not held:
        return
    names = [pa.array([dataset.name]).take(pa.array(np.zeros(len(dataset), np.int64))) for dataset in held]
    rows = [pa.array(np.sort(dataset.order).astype(np.uint32)) for dataset in held]
    table = pa.table({"dataset": pa.concat_arrays(names), "row": pa.concat_arrays(rows)})
    pq.write_table(table, folder / PART_FILE, compression="zstd", store_schema=False)


def read_part(folder: Path, record: dict[str, Any]) -> dict[str, NDArray[np.int64]]:
    """Return the rows of each dataset of which a saved run left out some, by its name.

    Raises
    ------
    DataError
        Where the run says that it has the file, and it is not there.
    """
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    if PART_FILE not in record["files"]:
        return {}
    if not (folder / PART_FILE).is_file():
        raise DataError(
            f"{folder}: {PART_FILE} is not there any more. It says who took part, so that nobody else can be linked; "
            "run it again."
        )
    table = pq.read_table(folder / PART_FILE)
    names = pc.unique(table["dataset"]).to_pylist()
    return {
        name: np.asarray(table.filter(pc.equal(table["dataset"], name))["row"].combine_chunks()).astype(np.int64)
        for name in names
    }


def only_part(dataset: Dataset, rows: NDArray[np.int64] | None, left_out: Sequence[dict[str, Any]]) -> Dataset:
    """Return a dataset, as it was read, with the records that took part in a run.

    Parameters
    ----------
    dataset
        The dataset.
    rows
        The rows of its file that took part; None for all.
    left_out
        What the record of the run says of the others: reason and number.
    """
    if rows is None:
        return dataset
    kept = dataset.restricted(np.isin(dataset.order, rows), "left out of the run")
    if kept is not dataset:  # by the reasons of then, so that consent is not asked again
        kept.left_out = tuple((one["reason"], one["records"]) for one in left_out)
    return kept
