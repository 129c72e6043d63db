"""Read the truth from tables of ids: a person for each record, or packed pairs. Messages hold counts, never ids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkkit.dataset import Dataset
from linkkit.encoded import encode, together
from linkkit.errors import DataError, did_you_mean
from linkkit.records import Records

from ._counts import pack

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["column_persons", "listed_pairs", "persons_by_dataset"]

_PERSON_NAMES = ("person", "person_id", "cluster", "cluster_id", "entity", "entity_id")
Persons = tuple[NDArray[np.int64], None, int]


def column_persons(records: Records, column: str) -> Persons:
    """Take the person of each record from a column that every dataset has."""
    columns = []
    for dataset in records.datasets:
        if column not in dataset.columns:
            hint = did_you_mean(column, map(str, dataset.columns))
            raise DataError(f"{dataset.name}: the truth names the column {column!r}, which is not there.{hint}")
        columns.append(encode(dataset.truth_column(column)))
    codes, _ = together(columns)
    return np.concatenate(codes).astype(np.int64) - 1, None, 0


def persons_by_dataset(records: Records, known: Mapping[str, Any]) -> Persons:
    """Take the person of each record from one table of id and person a dataset."""
    names = [dataset.name for dataset in records.datasets]
    strange = [name for name in known if name not in names]
    if strange or not known:
        raise DataError(
            f"The truth of several datasets is given by name, such as {{{names[0]!r}: ..., {names[-1]!r}: ...}}, or as "
            "pairs: a DataFrame with the columns left_id and right_id."
        )
    tables = [(names.index(name), *_id_and_person(records, names.index(name), table)) for name, table in known.items()]
    columns, _ = together([encode(persons) for _, _, persons in tables])
    person = np.full(len(records), -1, np.int64)
    unused = 0
    for (number, ids, _), codes in zip(tables, columns, strict=True):
        rows = _rows_of(records, ids, number)
        unused += int((rows < 0).sum())
        rows, found = rows[rows >= 0], codes[rows >= 0].astype(np.int64) - 1
        person[rows] = found
        twice = int((person[rows] != found).sum())
        if twice:
            raise DataError(f"{names[number]}: the truth gives {twice:,} ids more than one person; an id has one.")
    if (person < 0).all():
        raise DataError(_no_id(sum(len(ids) for _, ids, _ in tables)))
    return person, None, unused


def listed_pairs(records: Records, frame: pd.DataFrame) -> tuple[NDArray[np.uint64], int]:
    """Return the true pairs of a table, packed, rising and distinct, and how many entries were left out."""
    left = _rows_by_name(records, frame, "left", 0)
    right = _rows_by_name(records, frame, "right", len(records.datasets) - 1)
    good = (left >= 0) & (right >= 0) & (left != right)
    if records.link_type == "link_only":
        good &= records.dataset_of(left.clip(0)) != records.dataset_of(right.clip(0))
    if len(frame) and not good.any():
        raise DataError(_no_id(len(frame)))
    return np.unique(pack(left[good], right[good])), int((~good).sum())


def _rows_by_name(records: Records, frame: pd.DataFrame, side: str, number: int) -> NDArray[np.int64]:
    """The rows of one side's ids: of the named datasets, else of this dataset."""
    if f"{side}_dataset" not in frame.columns:
        if len(records.datasets) > 2 or records.link_type == "link_and_dedupe":
            raise DataError(
                "True pairs of several datasets need the columns left_dataset and right_dataset beside the ids."
            )
        return _rows_of(records, frame[f"{side}_id"], number)
    rows = np.full(len(frame), -1, np.int64)
    named = frame[f"{side}_dataset"].to_numpy(dtype=object)
    for place, dataset in enumerate(records.datasets):
        chosen = named == dataset.name
        rows[chosen] = _rows_of(records, frame.loc[chosen, f"{side}_id"], place)
    return rows


def _rows_of(records: Records, ids: Any, number: int) -> NDArray[np.int64]:
    import pyarrow as pa

    try:
        return records.rows_of(ids, number)
    except pa.ArrowInvalid:  # texts that are no number, where ids are numbers
        return np.full(len(ids), -1, np.int64)


def _id_and_person(records: Records, number: int, table: Any) -> tuple[Any, Any]:
    """The ids of a table, and the persons as an Arrow array."""
    import pandas as pd
    import pyarrow as pa

    dataset = records.datasets[number]
    if isinstance(table, Mapping):
        table = pd.Series(table)
    if isinstance(table, pd.DataFrame):
        first, second = _columns(table, dataset)
        table = pd.Series(table[second].to_numpy(), index=table[first])
    if not isinstance(table, pd.Series):
        raise DataError(f"{dataset.name}: the truth is a mapping, a Series or a DataFrame; got {type(table).__name__}.")
    return table.index, pa.Array.from_pandas(table)


def _columns(table: pd.DataFrame, dataset: Dataset) -> tuple[Any, Any]:
    """The columns of id and person: by name, else the first and the other one."""
    first = dataset.id if dataset.id in table.columns else table.columns[0]
    others = [column for column in table.columns if column != first]
    named = [column for column in others if column in _PERSON_NAMES]
    if len(named) == 1 or len(others) == 1:
        return first, (named or others)[0]
    raise DataError(
        f"{dataset.name}: the truth is a table of two columns, id and person, or names one {', '.join(_PERSON_NAMES)}; "
        f"it has {len(table.columns)} columns."
    )


def _no_id(entries: int) -> str:
    return (
        f"None of the {entries:,} entries of the truth names ids of these datasets with a person. "
        "Are the ids written the same way on both sides?"
    )
