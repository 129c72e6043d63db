"""The ids that stand beside encodings: they must not tell by themselves who somebody is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from linkkit.errors import DataError
from linkkit.fields import recognise

if TYPE_CHECKING:
    import pyarrow as pa

    from linkkit.dataset import Dataset

__all__ = ["given_ids", "kept_ids"]

_REVEALING_KINDS = ("identifier", "email", "phone", "full_name", "given_name", "surname", "date")


def kept_ids(dataset: Dataset) -> pa.Array:
    """Return the ids of a dataset, unless their column goes by the name of an identifier such as an NHS number.

    Raises
    ------
    DataError
        Where it does.
    """
    if any(found.kind in _REVEALING_KINDS for found in recognise([dataset.id]).values()):
        raise DataError(
            f"{dataset.name}: the ids, column {dataset.id!r}, tell who somebody is, and would stand beside the tokens. "
            "Give others (ids= of tokens(), or another column of the table), and keep the list of both."
        )
    return dataset.ids


def given_ids(dataset: Dataset, ids: Sequence[Any] | pa.Array) -> pa.Array:
    """Return other ids for the records of a dataset, checked for their number.

    Raises
    ------
    DataError
        Where there are more or fewer than records.
    """
    import pyarrow as pa

    if len(ids) != len(dataset):
        raise DataError(f"{dataset.name}: ids= must be one a record, {len(dataset):,}; got {len(ids):,}.")
    return ids if isinstance(ids, pa.Array | pa.ChunkedArray) else pa.array(ids)
