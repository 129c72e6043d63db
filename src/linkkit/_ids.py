"""The ids of a table: none missing, none twice, in a fixed order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ._arrow import as_integers, as_mask, is_blank, positions
from ._bytes import require_texts
from .encoded import without_views
from .errors import DataError, row_list

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

__all__ = ["following_ids", "found_id", "positions_behind", "sorted_ids"]

_ID_NAMES = (
    "id",
    "unique_id",
    "record_id",
    "rec_id",
    "row_id",
    "person_id",
    "patient_id",
    "pupil_id",
    "participant_id",
)


def found_id(named: str | None, columns: Sequence[str], name: str, hidden: Sequence[str] = ()) -> str:
    """Return the column of ids: the one that is named, else one of a usual name that is not blinded.

    Raises
    ------
    DataError
        Where there is none.

    Examples
    --------
    >>> found_id(None, ["id", "pupil_id"], "pupils", hidden=["id"])
    'pupil_id'
    """
    if named is not None:
        return named
    open_columns = [column for column in columns if column not in hidden]
    by_name = {str(column).lower().replace(" ", "_"): column for column in open_columns}
    for usual in _ID_NAMES:
        if usual in by_name:
            return by_name[usual]
    seen = [column for column in columns if column in hidden and str(column).lower().replace(" ", "_") in _ID_NAMES]
    why = f"the column {seen[0]!r} is blinded, and ids stand in the links; " if seen else ""
    raise DataError(
        f"{name}: {why}say which column identifies records, id=...; it has: {', '.join(map(str, open_columns))}."
    )


def sorted_ids(column: pa.ChunkedArray, name: str, label: str) -> tuple[pa.Array, NDArray[np.int64]]:
    """Return ids in rising order, and the row of each.

    Parameters
    ----------
    column
        The column of ids.
    name, label
        What messages call the dataset and the column.

    Raises
    ------
    DataError
        Where an id is missing, or there twice, or ids are bytes that are no text.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    ids = require_texts(column, np.arange(len(column)), name, label).combine_chunks()
    if isinstance(ids, pa.ChunkedArray):
        ids = pa.concat_arrays(ids.chunks)
    if pa.types.is_dictionary(ids.type):
        values = without_views(pa.chunked_array([ids.dictionary]))  # views can be sorted by no pyarrow
        ids = pa.concat_arrays(values.chunks).take(ids.indices)
    missing = np.flatnonzero(_is_missing(ids))
    if len(missing):
        raise DataError(
            f"{name}: the id column {label!r} is missing in {len(missing):,} of {len(ids):,} records "
            f"({row_list((missing + 1).tolist())}). Every record needs an id; add one, or name another "
            "column with id=."
        )
    keys = as_integers(ids) if pa.types.is_integer(ids.type) else None
    if keys is not None and (len(keys) < 2 or bool(np.all(keys[1:] > keys[:-1]))):
        return ids, np.arange(len(ids))
    order = np.argsort(keys, kind="stable") if keys is not None else as_integers(pc.sort_indices(ids)).astype(np.int64)
    rising = ids.take(positions(order))
    same = as_mask(pc.equal(rising.slice(1), rising.slice(0, len(rising) - 1)))
    if same.any():
        repeated = np.sort(order[1:][same]) + 1
        raise DataError(
            f"{name}: the id column {label!r} repeats ids in {len(repeated):,} records "
            f"({row_list(repeated.tolist())}). Every record needs its own id; for several records of "
            "a person add a record number."
        )
    return rising, order


def _is_missing(ids: pa.Array) -> NDArray[np.bool_]:
    """Tell which ids are missing or blank."""
    import numpy as np
    import pyarrow as pa

    if pa.types.is_string(ids.type) or pa.types.is_large_string(ids.type):
        return is_blank(ids)
    if pa.types.is_floating(ids.type):
        return as_mask(ids.is_null(nan_is_null=True))
    return as_mask(ids.is_null()) if ids.null_count else np.zeros(len(ids), bool)


def following_ids(ids: pa.Array, size: int) -> pa.Array:
    """Return ids, rising, with so many new ones behind the last.

    Examples
    --------
    >>> import pyarrow as pa
    >>> following_ids(pa.array(["a", "b"]), 2).to_pylist()
    ['a', 'b', 'b~0', 'b~1']
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_integer(ids.type):
        last = pc.max(ids).as_py() or 0
        new = pa.array(np.arange(1, size + 1) + last, pa.int64()).cast(ids.type)
    else:
        width = len(str(max(size - 1, 0)))
        numbers = pc.utf8_lpad(pa.array(np.arange(size)).cast(pa.string()), width, "0")
        texts = ids.cast(pa.string())
        new = pc.binary_join_element_wise(texts[len(texts) - 1].as_py(), numbers, "~")
        ids = texts
    return pa.concat_arrays([ids, new.cast(ids.type)])


def positions_behind(order: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Return positions with so many further ones behind them."""
    import numpy as np

    return np.concatenate([order, np.arange(len(order), len(order) + size)])
