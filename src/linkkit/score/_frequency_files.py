"""Tables of value frequencies as Parquet, marked as values of people."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from linkkit.errors import ModelError
from linkkit.files import atomic_write

from ._frequencies import Frequencies, TermFrequency, value_frequencies

if TYPE_CHECKING:
    from linkkit.records import Records
    from linkkit.specs import Comparison

__all__ = ["load_frequencies", "save_frequencies"]

_MARK = {b"linkkit_frequencies": b"1", b"holds": b"values of people: do not release with a model or a report"}


def save_frequencies(
    adjustments: Sequence[TermFrequency], comparisons: Sequence[Comparison], records: Records, path: str | Path
) -> Path:
    """Save column, value and share of records for every column that adjustments use, and the bits of values at looser
    levels; the file says what it holds.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns: list[str] = []
    values: list[pa.Array] = []
    shares: list[np.ndarray[tuple[int], np.dtype[np.float64]]] = []
    for column, shrink in {adjustment.column: adjustment.shrink for adjustment in adjustments}.items():
        encoded = records.encoded(column)
        order = np.argsort(np.array(encoded.texts()[1:], object), kind="stable")
        columns += [column] * len(order)
        values.append(encoded.values.slice(1).take(pa.array(order)))
        shares.append(value_frequencies(encoded.counts(), shrink)[1:][order])
    by_name = {comparison.name: comparison for comparison in comparisons}
    for step in adjustments:
        encoded = records.encoded(step.column)
        for label, codes, bits in step.near_bits(records, by_name[step.comparison], encoded):
            columns += [step.key(label)] * len(codes)
            values.append(encoded.values.take(pa.array(codes)))
            shares.append(bits)
    table = pa.table(
        {
            "column": pa.array(columns, pa.string()),
            "value": pa.concat_arrays(values) if values else pa.array([], pa.string()),
            "share": np.concatenate(shares) if shares else np.empty(0),
        }
    ).replace_schema_metadata(_MARK)
    with atomic_write(path) as beside:
        pq.write_table(table, beside)
    return Path(path)


def load_frequencies(path: str | Path) -> Frequencies:
    """Load a table saved by :meth:`Model.save_frequencies`, to score with: column to value to share.

    Raises
    ------
    ModelError
        Where the file is no such table.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except pa.ArrowInvalid:
        raise ModelError(f"{Path(path).name} is not a Parquet file.") from None
    if b"linkkit_frequencies" not in (table.schema.metadata or {}):
        raise ModelError(f"{Path(path).name} is no table of frequencies saved by linkkit.")
    found: dict[str, dict[str, float]] = {}
    for column, value, share in zip(*(table[name].to_pylist() for name in ("column", "value", "share")), strict=True):
        found.setdefault(column, {})[value] = share
    return found
