"""What a data provider does in one go: prepare a file, encode it, and write what may be handed to the linkage unit."""

from __future__ import annotations

import dataclasses
import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._reading import open_table
from .dataset import Dataset
from .fields import Field
from .prepare import prepare, recommended
from .pseudonymise._left_behind import tell_histories
from .pseudonymise._terms import Terms, allowed, dataset_under
from .pseudonymise.encode import encode, write_encoded
from .pseudonymise.encoding import Encoding, columns_of
from .pseudonymise.handover import HandoverError, Manifest, read_file, write_file
from .pseudonymise.handover._files import manifest_path
from .pseudonymise.handover._split import RECORD_KEY, record_keys
from .pseudonymise.opening import read_identifiers
from .values import fields_of

if TYPE_CHECKING:
    import pyarrow as pa

    from .cards import Card
    from .pseudonymise.keys import Key

__all__ = ["Provided", "encode_file", "prepared_for"]


@dataclass(frozen=True)
class Provided:
    """What :func:`encode_file` wrote.

    Parameters
    ----------
    path
        The encoded file; its manifest is beside it, and both are handed over.
    manifest
        What the manifest says.
    index
        The file that leads from new record keys to the provider's ids; None where the input had record keys already.
    """

    path: Path
    manifest: Manifest
    index: Path | None = None


def encode_file(
    source: Any,
    folder: str | os.PathLike[str],
    *,
    key: Key,
    encoding: Encoding,
    name: str | None = None,
    id: str | None = None,  # noqa: A002
    fields: Mapping[str, str | Sequence[str] | Field | None] | None = None,
    index: str | os.PathLike[str] | None = None,
    card: Card | str | os.PathLike[str] | bool | None = None,
    text_encoding: str | None = None,
    random: Callable[[int], bytes] = secrets.token_bytes,
) -> Provided:
    """Prepare a provider's file by the recommended steps, encode it, and write it with its manifest.

    The ids of what is written are record keys, never the provider's. A file of identifiers that
    :func:`linkkit.pseudonymise.handover.split` wrote has them; for any other input they are drawn anew, records stand
    in their order, and an index that leads back is written apart, to stay with the provider.

    People who did not agree to be linked, or who opted out, are left out, and counted in the manifest. It also
    says what the data card does of consent, so that whoever links is held to it.

    Parameters
    ----------
    source
        The path of a file, a data frame, or an Arrow table.
    folder
        Where ``NAME.parquet`` and its manifest go.
    key
        The key that all providers share and the linkage unit has not.
    encoding
        What to encode, the same for all providers.
    name
        The name of the file, which the linkage unit calls the dataset by; by default that of the source, or
        ``"encoded"`` where it has none of its own (a table, or identifiers that were split off).
    id, fields, card, text_encoding
        As of a :class:`~linkkit.Dataset`: the column of ids, columns of fields, the data card (by default that beside
        the file), encoding of CSV. A file of identifiers that was split brings all of them along.
    index
        The folder of the index, which is called ``NAME.parquet`` too; by default beside ``folder``, called
        ``FOLDER-index``. An index that is there is not overwritten.
    random
        A source of so many random bytes; the system's unless a test wants another.

    Raises
    ------
    HandoverError
        Where the input was handed over and is no file of identifiers, or not what its manifest says; where the index
        would be handed over, or is there already.
    CardError
        Where the consent on its card is over, or card and data disagree.
    DataError
        Where it cannot be read, lacks a field of the encoding, or nobody may be linked.

    Warns
    -----
    UserWarning
        As :func:`linkkit.pseudonymise.encode.encode`.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> from linkkit.pseudonymise import Key
    >>> from linkkit.pseudonymise.bloom import BloomField
    >>> people = pd.DataFrame({"id": [1, 2, 3], "surname": ["Ash", "n/a", None]})
    >>> key = Key.generate(project="cohort")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     made = encode_file(people, f"{folder}/out", key=key, encoding=Encoding([BloomField("surname")]))
    >>> [(column.name, column.missing, column.invalid) for column in made.manifest.columns]
    [('record_key', 0, 0), ('surname', 2, 1)]
    """
    name = _checked_name(_name_of(source) if name is None else name)
    path = Path(folder) / f"{name}.parquet"
    if isinstance(source, str | os.PathLike) and manifest_path(source).is_file():
        raw, kept = _of_split(source, name), None
    else:
        kept = _index_path(Path(folder), index, name)
        raw, ids, said = _under_new_keys(source, name, id, fields, card, text_encoding, random)
        tell_histories(said, name, "the encoding", encoding.fields, stacklevel=2)
    held = prepared_for(encoding, raw)
    made = encode(held, key, encoding)
    if kept is not None:
        # First: an encoded file whose index is lost leads nobody back.
        write_file(ids, kept, "index")
    return Provided(path, write_encoded(made, path, invalid=_invalid(raw, held, encoding)), kept)


def _of_split(source: str | os.PathLike[str], name: str) -> Dataset:
    _, manifest = read_file(source)
    if manifest.kind != "identifiers":
        raise HandoverError(
            f"{Path(source).name} is a file of kind {manifest.kind}; what is encoded is a file of identifiers, as "
            "`linkkit split` writes it."
        )
    return read_identifiers(source, name=name)


def prepared_for(encoding: Encoding, raw: Dataset) -> Dataset:
    """Return a dataset with those fields prepared, as recommended, that an encoding reads: what is encoded.

    Parameters
    ----------
    encoding
        The encoding.
    raw
        A dataset as it is read.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.pseudonymise.bloom import BloomField
    >>> people = Dataset(pd.DataFrame({"id": [1, 2], "surname": ["ASH ", "n/a"]}))
    >>> prepared_for(Encoding([BloomField("surname")]), people).encoded("surname").values.to_pylist()
    ['', 'ash']
    """
    steps = []
    for step in recommended(raw):
        read = tuple(field for field in step.fields if field in encoding.fields)
        if read:
            steps.append(dataclasses.replace(step, fields=read))
    return prepare(raw, steps)


def _under_new_keys(
    source: Any,
    name: str,
    own: str | None,
    fields: Mapping[str, str | Sequence[str] | Field | None] | None,
    card: Card | str | os.PathLike[str] | bool | None,
    text_encoding: str | None,
    random: Callable[[int], bytes],
) -> tuple[Dataset, pa.Table, Card]:
    """A dataset under new record keys, the table that leads from them to the provider's ids, and the card it had."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    asked = Dataset(
        source, name=name, id=own, fields=fields, encoding=text_encoding, card=card
    )  # ids are checked by it
    kept = allowed(asked)
    own = kept.id
    opened = open_table(source if asked.path is None else asked.path, name, asked.encoding)
    table = opened.read(list(opened.columns)).take(np.sort(kept.order))
    if RECORD_KEY in table.column_names and own != RECORD_KEY:
        raise HandoverError(f"{name}: {RECORD_KEY!r} is the name of the new key: rename the column that has it.")
    keys = pa.array(record_keys(len(table), random), pa.string())
    index = pa.table({RECORD_KEY: keys, f"own_{own}" if own == RECORD_KEY else own: table[own]})
    keyed = table.drop_columns([own]).add_column(0, RECORD_KEY, keys)
    fields = {**asked.card.fields, **(fields or {})}
    raw = dataset_under(Terms.of(kept), keyed, name, id=RECORD_KEY, fields=fields, blinded=asked.blinded)
    return raw, index.take(pc.sort_indices(keys)), asked.card


def _index_path(folder: Path, index: str | os.PathLike[str] | None, name: str) -> Path:
    """Where the index goes: never into what is handed over, never over another."""
    if index is None:
        named = folder if folder.name not in ("", "..") else folder.resolve()
        index = named.with_name(f"{named.name}-index")
    kept = Path(index) / f"{name}.parquet"
    if kept.resolve().is_relative_to(folder.resolve()):
        raise HandoverError(
            f"The index would stand in {folder}, which is handed over: with it, encodings lead to your ids. Choose "
            "another folder for it."
        )
    if kept.exists():
        raise HandoverError(
            f"{kept}: there is an index already, and without it nobody finds the records of what was encoded before. "
            "Choose another folder, or delete it if that file was never used."
        )
    return kept


def _invalid(raw: Dataset, held: Dataset, encoding: Encoding) -> dict[str, int]:
    """How many records held something in a field of each encoded column that preparation could make nothing of."""
    import numpy as np

    lost: dict[str, Any] = {}
    for field in encoding.fields:
        if not raw.holds_sets(field) and not held.holds_sets(field):
            lost[field] = (raw.encoded(field).codes > 0) & (held.encoded(field).codes == 0)
    found = {}
    for column in (*encoding.columns, *encoding.blocks):
        read = {field for text in columns_of(column) for field in fields_of(text)} & set(lost)
        found[column.name] = int(np.any([lost[field] for field in read], axis=0).sum()) if read else 0
    return found


def _name_of(source: Any) -> str:
    stem = Path(source).name.split(".")[0] if isinstance(source, str | os.PathLike) else ""
    return stem if stem not in ("", "identifiers") else "encoded"


def _checked_name(name: str) -> str:
    if not name.strip() or name != name.strip() or name.startswith(".") or set(name) & set('/\\:*?"<>|\0'):
        raise HandoverError(f"name={name!r} names a file and a dataset: use letters, digits, blanks, - and _.")
    return name
