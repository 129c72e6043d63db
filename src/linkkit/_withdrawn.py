"""Records that were withdrawn from a linkage: people who opted out later. They stay out of every later extract."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._arrow import as_mask
from .dataset import Dataset
from .errors import DataError, did_you_mean

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["WITHDRAWN", "joined_withdrawals", "read_withdrawn", "without_withdrawn", "write_withdrawn"]

WITHDRAWN = "withdrawn"
FILE = "withdrawn.parquet"
Withdrawn = Mapping[str, Any]


def joined_withdrawals(
    before: Withdrawn, withdrawn: Mapping[str, Sequence[Any]] | None, names: Sequence[str]
) -> dict[str, pa.Array]:
    """Return for each dataset the ids, as text, of all its records that were ever withdrawn.

    Raises
    ------
    DataError
        Where a dataset is named that is not there, ids are missing, or something else is given than ids by dataset.

    Examples
    --------
    >>> joined_withdrawals({}, {"register": [7, 3, 7]}, ["register"])["register"].to_pylist()
    ['3', '7']
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if withdrawn is not None and not isinstance(withdrawn, Mapping):
        raise DataError(
            "withdrawn must say the ids of records by the name of their dataset, {'register': [...]}; got a "
            f"{type(withdrawn).__name__}."
        )
    found = dict(before)
    for name, ids in (withdrawn or {}).items():
        if name not in names and name not in before:
            hint = did_you_mean(name, names) or f" There are: {', '.join(names)}."
            raise DataError(f"withdrawn names the dataset {name!r}, which is not there.{hint}")
        told = _texts(ids, f"withdrawn[{name!r}]")
        if told.null_count:
            raise DataError(f"withdrawn[{name!r}]: {told.null_count:,} ids are missing; leave those rows out.")
        both = pc.unique(pa.concat_arrays([found.get(name, pa.array([], pa.string())), told]))
        found[name] = both.take(pc.sort_indices(both))
    return found


def _texts(ids: Any, where: str) -> pa.Array:
    import pyarrow as pa

    is_table = hasattr(ids, "columns") or getattr(ids, "ndim", 1) != 1
    if isinstance(ids, str | bytes | Mapping) or is_table or not isinstance(ids, Iterable):
        got = "a text" if isinstance(ids, str) else f"a {type(ids).__name__}"
        raise DataError(f"{where} must be the ids of records, a list or a column of a table; got {got}.")
    try:
        if isinstance(ids, pa.Array | pa.ChunkedArray):
            column = ids
        else:
            column = pa.Array.from_pandas(ids) if hasattr(ids, "to_numpy") else pa.array(list(ids))
        flat = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        return flat.cast(pa.string())
    except (pa.ArrowException, OverflowError, TypeError):
        pass
    # Raised here, so that the error of Arrow, which shows the id, is no part of it.
    raise DataError(f"{where} must hold ids of one type, texts or numbers.")


def without_withdrawn(datasets: Sequence[Dataset], withdrawn: Withdrawn) -> list[Dataset]:
    """Return the datasets without the withdrawn records; one of which all were withdrawn is left out."""
    found = []
    for dataset in datasets:
        ids = withdrawn.get(dataset.name)
        if ids is None:
            found.append(dataset)
            continue
        keep = ~is_among(dataset, ids)
        if keep.any():
            found.append(dataset.restricted(keep, WITHDRAWN))
    return found


def is_among(dataset: Dataset, ids: pa.Array) -> Any:
    """Tell which records have one of some ids (texts); shape (records,), bool."""
    import pyarrow as pa
    import pyarrow.compute as pc

    return as_mask(pc.is_in(dataset.ids.cast(pa.string()), value_set=ids))


def write_withdrawn(withdrawn: Withdrawn, folder: Path) -> None:
    """Write the withdrawn records as a table of dataset and id; nothing where there are none."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    held = {name: ids for name, ids in sorted(withdrawn.items()) if len(ids)}
    if not held:
        return
    names = [pa.array([name]).take(pa.array([0] * len(ids))) for name, ids in held.items()]
    table = pa.table({"dataset": pa.concat_arrays(names), "id": pa.concat_arrays(list(held.values()))})
    pq.write_table(table, folder / FILE, compression="zstd", store_schema=False)


def read_withdrawn(folder: Path) -> dict[str, pa.Array]:
    """Return the withdrawn records of a saved run; empty where there are none."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    if not (folder / FILE).is_file():
        return {}
    table = pq.read_table(folder / FILE)
    names = pc.unique(table["dataset"]).to_pylist()
    return {name: table.filter(pc.equal(table["dataset"], name))["id"].combine_chunks() for name in names}
