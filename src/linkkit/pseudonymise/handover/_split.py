"""Split a file by what each party may see: identifiers, payload, and the index that stays with the provider."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkkit._reading import open_table
from linkkit.cards import Card
from linkkit.cards._opening import card_of_table
from linkkit.dataset import Dataset
from linkkit.errors import did_you_mean, numbered, row_list
from linkkit.pseudonymise._left_behind import tell_histories
from linkkit.pseudonymise._terms import Terms, allowed

from ._files import write_file
from ._identifiers import naming_columns
from ._manifest import HandoverError, Manifest

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["RECORD_KEY", "Split", "record_keys", "split"]

RECORD_KEY = "record_key"
_KEY_BYTES = 16
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


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
    terms
        What the data card says that a linkage must hold to, and how many records it left out of all three; the
        manifests carry it. None without a card.
    """

    identifiers: pa.Table
    payload: pa.Table
    index: pa.Table
    terms: Terms | None = None

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
            found[kind] = write_file(getattr(self, kind), path, kind, record_key=RECORD_KEY, terms=self.terms)
        return found


def split(
    table: Any,
    *,
    id: str,  # noqa: A002
    identifiers: Sequence[str],
    payload: Sequence[str],
    card: Card | str | os.PathLike[str] | bool | None = None,
    encoding: str | None = None,
    random: Callable[[int], bytes] = secrets.token_bytes,
) -> Split:
    """Split a table into identifiers, payload and index, under new random record keys.

    No column goes to both sides, and none is left out in silence. What the data card of the table says is held to:
    people who did not agree to be linked, or who opted out, are in none of the three, and a blinded column is no
    identifier.

    Parameters
    ----------
    table
        A pandas or polars DataFrame, an Arrow table, anything with an Arrow stream, or the path of a CSV or Parquet
        file, or of a data card that names one.
    id
        The provider's own id of each record; it goes into the index alone.
    identifiers, payload
        The columns of each side: together with the id all that the table has.
    card
        Its :class:`~linkkit.cards.Card`, or the path of one; by default the card that stands beside the file, if there
        is one. False leaves that out.
    encoding
        Character encoding of a CSV file; by default that of the card, else UTF-8.
    random
        A source of so many random bytes; the system's unless a test wants another.

    Raises
    ------
    CardError
        Where the consent on the card is over, or card and data disagree.
    DataError
        Where the table is none, two of its columns have one name, a column mixes types, or nobody may be linked.
    HandoverError
        Where a column is on no side, on both, or not there, the payload would name people, an identifier is blinded, or
        ids are missing or repeat.

    Warns
    -----
    UserWarning
        Where the card names a history: earlier values do not go along.

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

    table, card = card_of_table(table, card)
    name = os.path.basename(table) if isinstance(table, str | os.PathLike) else "The table to split"
    encoding = encoding or (card.encoding if card is not None else "utf-8")
    source = open_table(table, name, encoding)
    columns = list(source.columns)
    identifiers, payload = ((given,) if isinstance(given, str) else tuple(given) for given in (identifiers, payload))
    _check_sides(columns, id, identifiers, payload, card)
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
    terms = None
    if card is not None:
        kept = allowed(Dataset(table, card=card, id=id, encoding=encoding))
        held, terms = held.take(pa.array(np.sort(kept.order))), Terms.of(kept)
        tell_histories(card, card.name, "what is split", stacklevel=2)
    keys = record_keys(len(held), random)
    order = np.argsort(np.array(keys))
    held = held.take(order)
    column = pa.array(np.array(keys)[order].tolist(), pa.string())

    def side(columns: Sequence[str]) -> pa.Table:
        return pa.table({RECORD_KEY: column, **{name: held[name] for name in columns}})

    return Split(side(identifiers), side(payload), side([id]), terms)


def record_keys(count: int, random: Callable[[int], bytes] = secrets.token_bytes) -> list[str]:
    """Return so many new record keys: 128 random bits each, as 26 letters and digits.

    Raises
    ------
    HandoverError
        Where the random source repeats itself, or gives other than as many bytes as it is asked for.
    """
    import numpy as np

    noise = np.frombuffer(random(_KEY_BYTES * count), np.uint8)
    if len(noise) != _KEY_BYTES * count:
        raise HandoverError(f"random= must give as many bytes as it is asked for, {_KEY_BYTES} a record.")
    bits = np.unpackbits(noise.reshape(count, _KEY_BYTES), axis=1)
    padded = np.pad(bits, ((0, 0), (0, -bits.shape[1] % 5)))
    letters = np.frombuffer(_LETTERS, np.uint8)[np.packbits(padded.reshape(count, -1, 5), axis=2)[:, :, 0] >> 3]
    keys = [key.decode() for key in letters.view(f"S{letters.shape[1]}")[:, 0].tolist()]
    if len(set(keys)) < count:
        raise HandoverError("The random source repeats itself: record keys must be new and each its own.")
    return keys


def _check_sides(
    columns: Sequence[str], own: str, identifiers: Sequence[str], payload: Sequence[str], card: Card | None
) -> None:
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
    mistakes += [
        f"{column} would be payload, and names people: put it among the identifiers; where it holds something else, "
        "give it another name."
        for column in naming_columns(payload)
    ]
    mistakes += [
        f"{column!r} would be an identifier, and the card says that linkage must not see it (blinded, allocation or "
        "outcomes): put it into the payload."
        for column in identifiers
        if card is not None and column in card.hidden
    ]
    if RECORD_KEY in columns:
        mistakes.append(f"{RECORD_KEY!r} is the name of the new key: rename the column that has it.")
    if mistakes:
        raise HandoverError(numbered("The split has mistakes:", mistakes))
