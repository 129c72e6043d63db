"""A hash of what a dataset in memory holds, so that the same one is given when a saved run is read again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from .cards import read_fields
from .encoded import distinct_texts, encode, encode_sets, is_list
from .errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

    from .dataset import Dataset
    from .fields import Field

__all__ = ["content_sha256", "require_content"]

# Of a handful of records somebody could guess every value, and know by the hash that the guess is right.
FEWEST = 20


def content_sha256(dataset: Dataset, fields: Mapping[str, Field | None] | None = None) -> str | None:
    """Return a hash of the ids and of the columns of the fields, whatever the order of rows; None of few records.

    ``fields`` are those of the saved run, by default the dataset's own: a pipeline may have added some.
    """
    if len(dataset) < FEWEST:
        return None
    found = hashlib.sha256()
    found.update(_bytes(dataset.ids))
    held = (dataset.fields if fields is None else fields).values()
    for column in sorted({column for field in held if field is not None for column in field.columns}):
        found.update(column.encode())
        found.update(_bytes(dataset.table_column(column)))
    return found.hexdigest()


def require_content(dataset: Dataset, known: Mapping[str, Any]) -> None:
    """Raise a DataError where a dataset is not the one of a record, as far as the record has a hash."""
    sha256 = known.get("content_sha256")
    if sha256 is not None and content_sha256(dataset, read_fields(known["fields"], "fields", [])) != sha256:
        raise DataError(
            f"{dataset.name} is not the dataset of the saved run: it has as many records, but other ids or values in "
            "the columns of its fields. Give it as it was; new extracts come by an update."
        )


def _bytes(column: pa.Array | pa.ChunkedArray) -> bytes:
    """Return a column as bytes that depend on its values only: its distinct values in order, and each row's place."""
    import pyarrow.compute as pc

    if is_list(column.type):
        sets = encode_sets(column)
        lists = sets.lists(np.arange(len(sets.codes)))
        codes, values = distinct_texts([None if one is None else "\x1f".join(one) for one in lists])
    else:
        coded = encode(column)
        codes, values = coded.codes, coded.values
    order = pc.sort_indices(values)
    place = np.empty(len(values), np.uint32)
    place[np.asarray(order)] = np.arange(len(values), dtype=np.uint32)
    texts = "\x1f".join(values.take(order).to_pylist())
    return place[codes].tobytes() + texts.encode()
