"""Split a file by what each party may see: identifiers, payload, and the index that stays with the provider."""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkkit._reading import open_table
from linkkit.errors import did_you_mean, numbered, row_list

from ._files import write_file
from ._manifest import HandoverError, Manifest

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["RECORD_KEY", "Split", "split"]

RECORD_KEY = "record_key"
_KEY_BYTES = 16


@dataclass(frozen=True, eq=False, repr=False)
class Split:
    """The three files of a provider, as tables; records stand in the order of their random keys, which tells nothing.

    Parameters
    ----------
    identifiers
        Record keys and what people can be known by: to be encoded, or handed to a linkage unit that is trusted.
    payload
        Record keys and what research needs: for the researcher alone.
    index
        The provider's own ids and the record keys: stays with the provider.
    """

    identifiers: pa.Table
    payload: pa.Table
    index: pa.Table

    def __repr__(self) -> str:
        return (
            f"<Split: {len(self.index):,} records, {len(self.identifiers.column_names) - 1} identifiers, "
            f"{len(self.payload.column_names) - 1} payload columns>"
        )

    def write(self, folder: str | os.PathLike[str]) -> dict[str, Manifest]:
        """Write the three files with their manifests, each into a folder of its own, since each goes another way."""
        found = {}
        for kind in ("identifiers", "payload", "index"):
            path = Path(folder) / kind / f"{kind}.parquet"
            found[kind] = write_file(getattr(self, kind), path, kind, record_key=RECORD_KEY)
        return found


def split(
    table: Any,
    *,
    id: str,  # noqa: A002
    identifiers: Sequence[str],
    payload: Sequence[str],
    random: Callable[[int], bytes] = secrets.token_bytes,
) -> Split:
    """Split a table into identifiers, payload and index, under new random record keys.

    No column goes to both sides, and none is left out in silence.

    Parameters
    ----------
    table
        A pandas or polars DataFrame, an Arrow table, anything with an Arrow stream, or the path of a CSV or Parquet
        file.
    id
        The provider's own id of each record; it goes into the index alone.
    identifiers, payload
        The columns of each side: together with the id all that the table has.
    random
        A source of so many random bytes; the system's unless a test wants another.

    Raises
    ------
    DataError
        Where the table is none, two of its columns have one name, or a column mixes types.
    HandoverError
        Where a column is on no side, on both, or not there, or ids are missing or repeat.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"id": [1, 2], "surname": ["Ash", "Birch"], "score": [3.5, 4.0]})
    >>> parts = split(people, id="id", identifiers=["surname"], payload=["score"])
    >>> parts
    <Split: 2 records, 1 identifiers, 1 payload columns>
    >>> parts.payload.column_names
    ['record_key', 'score']
    """
    import numpy as np
    import pyarrow as pa

    source = open_table(table, "The table to split")
    columns = list(source.columns)
    identifiers, payload = ((given,) if isinstance(given, str) else tuple(given) for given in (identifiers, payload))
    _check_sides(columns, id, identifiers, payload)
    held = source.read(columns).replace_schema_metadata(None)
    ids = held[id].combine_chunks()
    if pa.types.is_nested(ids.type):
        raise HandoverError(f"The id {id!r} holds {ids.type}; an id is one text or number.")
    if ids.null_count:
        rows = np.flatnonzero(ids.is_null().to_numpy(zero_copy_only=False)).tolist()
        raise HandoverError(f"The id {id!r} is missing in {ids.null_count:,} records ({row_list(rows)}).")
    if len(ids.unique()) < len(ids):
        raise HandoverError(
            f"The id {id!r} repeats: {len(ids) - len(ids.unique()):,} records more than ids. Split one record an id."
        )
    noise = np.frombuffer(random(_KEY_BYTES * len(held)), np.uint8)
    if len(noise) != _KEY_BYTES * len(held):
        raise HandoverError(f"random= must give as many bytes as it is asked for, {_KEY_BYTES} a record.")
    noise = noise.reshape(-1, _KEY_BYTES)
    keys = [
        base64.b32encode(row).decode().rstrip("=") for row in (noise[place].tobytes() for place in range(len(held)))
    ]
    if len(set(keys)) < len(keys):
        raise HandoverError("The random source repeats itself: record keys must be new and each its own.")
    order = np.argsort(np.array(keys))
    held = held.take(order)
    column = pa.array(np.array(keys)[order].tolist(), pa.string())

    def side(columns: Sequence[str]) -> pa.Table:
        return pa.table({RECORD_KEY: column, **{name: held[name] for name in columns}})

    return Split(side(identifiers), side(payload), side([id]))


def _check_sides(columns: Sequence[str], own: str, identifiers: Sequence[str], payload: Sequence[str]) -> None:
    mistakes = []
    for column in (own, *identifiers, *payload):
        if column not in columns:
            mistakes.append(f"there is no column {column!r}.{did_you_mean(str(column), columns)}")
    named = [own, *identifiers, *payload]
    mistakes += [
        f"{column!r} is named {named.count(column)} times."
        for column in dict.fromkeys(named)
        if named.count(column) > 1
    ]
    left_out = [column for column in columns if column not in named]
    if left_out:
        mistakes.append(
            f"{', '.join(map(repr, left_out))} would go to neither side: name it on one, or drop it before."
        )
    if RECORD_KEY in columns:
        mistakes.append(f"{RECORD_KEY!r} is the name of the new key: rename the column that has it.")
    if mistakes:
        raise HandoverError(numbered("The split has mistakes:", mistakes))
