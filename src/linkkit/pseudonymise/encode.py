"""Encode a dataset as an encoding says, hand it over as a file, and open such a file as a dataset again."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from linkkit.dataset import Dataset, DatasetKind
from linkkit.encoded import Encoded
from linkkit.encoded import encode as dictionary_encode
from linkkit.errors import DataError, SpecError
from linkkit.fields import Field
from linkkit.records import Records

from ._encoded_columns import check_columns
from ._ids import given_ids, kept_ids
from ._left_behind import tell_histories
from ._terms import Terms, allowed, dataset_under
from .bloom import Blip, Clk
from .bloom import encode as filter_columns
from .encoding import Encoding
from .handover import NORMALISER, HandoverError, KeyFacts, Manifest, read_file, require_agreement, write_file
from .keys import Key
from .tokens import Token, require_prepared, token_column

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["encode", "read_encoded", "require_one_encoding", "write_encoded"]

# Weights of fields in a record-level filter, in units of which the heaviest has so many.
_UNITS = 8


def encode(
    dataset: Dataset,
    key: Key,
    encoding: Encoding,
    *,
    ids: Sequence[Any] | pa.Array | None = None,
    as_it_stands: bool = False,
) -> Dataset:
    """Return a dataset of ids and encoded columns, and nothing else, ready to be linked like any other.

    People who did not agree to be linked, or who opted out, are left out. Of the data card the result keeps name, kind
    and consent, by which linkages are refused as in clear text; no column of answers is in it.

    Parameters
    ----------
    dataset
        The dataset, prepared: values that are written differently are encoded differently.
    key
        The key that all parties share.
    encoding
        What to encode; the same for all parties.
    ids
        Shape (records,): other ids, in the order of ``dataset.ids``, those of people who are left out included; by
        default the ids stay as they are.
    as_it_stands
        Whether values are taken as they stand, where they were written alike by other means than
        :func:`linkkit.prepare.prepare`.

    Returns
    -------
    Dataset
        Its fields are of the kinds ``"token"``, ``"filter"`` and ``"clk"``; ``encoded_by`` is the encoding, and
        ``encoded_with`` what may be told of the key.

    Raises
    ------
    CardError
        Where the consent on its card is over.
    DataError
        Where it is encoded already, a field is absent or was not prepared, a date or number cannot be read, nobody may
        be linked, or the column of ids tells who somebody is.
    SpecError
        Where it is no dataset or no encoding.

    Warns
    -----
    UserWarning
        Where its card names a history of a field that is encoded: earlier values do not go along.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.prepare import prepare
    >>> from linkkit.pseudonymise.bloom import BloomField
    >>> people = Dataset(pd.DataFrame({"id": [1, 2, 3], "surname": ["O'Neil", "ONEIL ", None]}), name="trial")
    >>> made = encode(prepare(people), Key.generate(project="example"), Encoding([BloomField("surname")]))
    >>> made.kind_of("surname"), made.encoded("surname").codes.tolist()
    ('filter', [1, 1, 0])
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if not isinstance(encoding, Encoding) or not isinstance(dataset, Dataset):
        raise SpecError(
            f"encode() takes a Dataset, a Key and an Encoding; got {type(dataset).__name__} and "
            f"{type(encoding).__name__} for the first and the last."
        )
    if dataset.encoded_by is not None:
        raise DataError(f"{dataset.name} is encoded already: encode the dataset that it was made from.")
    absent = [field for field in encoding.fields if field not in dataset.fields]
    if absent:
        raise DataError(
            f"{dataset.name} lacks {', '.join(map(repr, absent))}, which the encoding reads. Name their columns with "
            "fields=, or agree on an encoding without them."
        )
    require_prepared(dataset, encoding.fields, as_it_stands)
    if dataset.id in encoding.forms:
        raise DataError(f"{dataset.name}: the id {dataset.id!r} goes by the name of an encoded column; rename it.")
    tell_histories(dataset.card, dataset.name, "the encoding", encoding.fields, stacklevel=2)
    beside = kept_ids(dataset) if ids is None else given_ids(dataset, ids)
    whole, dataset = dataset.ids, allowed(dataset)
    if len(dataset) < len(whole):
        beside = beside.filter(pc.is_in(whole, value_set=dataset.ids))
    records = Records([dataset], "dedupe")
    made: dict[str, Any] = {dataset.id: beside}
    filters = [column for column in encoding.columns if not isinstance(column, Token)]
    if filters:
        held = filter_columns(dataset, key, filters)
        made |= {name: held.table_column(name) for name in held.columns if name != held.id}
    for purpose, tokens in (("token", encoding.columns), ("block", encoding.blocks)):
        made |= {token.name: token_column(records, key, token, purpose) for token in tokens if isinstance(token, Token)}
    opened = _opened(
        pa.table(made), dataset.id, dataset.name, dataset.kind, encoding, dataset.engine, Terms.of(dataset)
    )
    return opened.with_encoding(encoding, KeyFacts.of(key), NORMALISER)


def write_encoded(
    encoded: Dataset, path: str | os.PathLike[str], *, invalid: Mapping[str, int] | None = None
) -> Manifest:
    """Write an encoded dataset as a file to be handed over, with its manifest beside it.

    The ids are handed over as they stand: give :func:`encode` random ``ids=``, as
    :func:`linkkit.pseudonymise.handover.split` makes them, where they mean something to anyone.

    Parameters
    ----------
    encoded
        What :func:`encode` returned.
    path
        Where to write, ending in ``.parquet``.
    invalid
        How many records held something that could not be encoded, by column.

    Raises
    ------
    HandoverError
        Where the dataset is not encoded, or holds what can be read.
    """
    import pyarrow as pa

    if encoded.encoded_by is None:
        raise HandoverError(f"{encoded.name} is not encoded: use encode(...) first. Nothing was written.")
    names = [encoded.id, *(name for name in encoded.columns if name != encoded.id)]
    table = pa.table({name: _column(encoded, name) for name in names})
    return write_file(
        table, path, "encoded", record_key=encoded.id, made_by=encoded.encoded_by.to_dict(), key=encoded.encoded_with,
        invalid=invalid, terms=Terms.of(encoded),
    )  # fmt: skip


def read_encoded(
    path: str | os.PathLike[str], *, name: str | None = None, kind: DatasetKind = "other", engine: str = "local"
) -> Dataset:
    """Open an encoded file that was handed over, if it is what its manifest says.

    Parameters
    ----------
    path
        The Parquet file; its manifest stands beside it.
    name
        How messages call the dataset; by default the name of the file.
    kind, engine
        As for :class:`~linkkit.Dataset`. A kind that the manifest says need not be given.

    Returns
    -------
    Dataset
        Its card says of the provider's what the manifest tells: name, kind, consent by scope. ``left_out`` counts whom
        the provider left out.

    Raises
    ------
    HandoverError
        Where the file was edited or cut short, is of another kind, holds clear values or no such columns as it says.
    """
    table, manifest = read_file(path, "encoded")
    file = Path(path).name
    try:
        encoding = Encoding.from_dict(dict(manifest.made_by), f"{file}: its specification")
    except SpecError as error:
        raise HandoverError(f"{error} Have it encoded anew by a linkkit of this version.") from None
    check_columns(table, manifest, encoding, file)
    own, named = manifest.record_key, name or file.split(".")[0]
    opened = _opened(table, own, named, kind, encoding, engine, manifest.terms)
    opened.path = os.fspath(path)
    return opened.with_encoding(encoding, manifest.key, manifest.normaliser)


def require_one_encoding(datasets: Sequence[Dataset]) -> None:
    """Raise where datasets are not encoded alike, so that nothing of them could be linked.

    Raises
    ------
    HandoverError
        With all that differs, and how to mend each.
    """
    clear = [dataset.name for dataset in datasets if dataset.encoded_by is None]
    if len(clear) == len(datasets):
        return
    if clear:
        encoded = [dataset.name for dataset in datasets if dataset.encoded_by is not None]
        raise HandoverError(
            f"{', '.join(encoded)} {'is' if len(encoded) == 1 else 'are'} encoded and {', '.join(clear)} "
            f"{'is' if len(clear) == 1 else 'are'} clear text: they cannot be linked. Encode all by one encoding and "
            "key, each where its names may be seen."
        )
    first, *others = datasets
    for other in others:
        require_agreement(_manifest(first), _manifest(other), (first.name, other.name))


def _manifest(dataset: Dataset) -> Manifest:
    """Return what a manifest of an encoded dataset says of how it was made."""
    made_by, normaliser = dataset.encoded_by.to_dict(), dataset.normaliser or NORMALISER
    return Manifest("encoded", len(dataset), (), made_by=made_by, key=dataset.encoded_with, normaliser=normaliser)


def _opened(
    table: pa.Table, own: str, name: str, kind: DatasetKind, encoding: Encoding, engine: str, terms: Terms | None
) -> Dataset:
    fields = {column: Field(column, form) for column, form in encoding.forms.items()}
    others = {column: None for column in table.column_names if column not in fields and column != own}
    opened = dataset_under(terms, table, name, kind=kind, id=own, fields={**fields, **others}, engine=engine)
    masked = {
        column.name: _with_masks(opened, column)
        for column in encoding.columns
        if isinstance(column, Clk) and all(isinstance(step, Blip) for step in column.hardening)
    }
    return opened.with_encoded(masked)


def _with_masks(opened: Dataset, clk: Clk) -> Encoded:
    """Return record-level filters as texts behind the fields that they hold, a bit for each unit of weight.

    Not where they are folded or diffused: then no share of their bits is that of a field.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    filters = opened.encoded(clk.name)
    held = np.asarray(opened.table_column(f"{clk.name}_present")).astype(np.int64)
    masks, places = np.unique(held, return_inverse=True)
    units = _units(clk)
    bits = np.concatenate(
        [np.repeat((masks[:, None] >> place) & 1, count, axis=1) for place, count in enumerate(units)], axis=1
    ).astype(np.uint8)
    spelled = dictionary_encode(pa.array([row.tobytes() for row in np.packbits(bits, axis=1)], pa.binary()))
    texts = spelled.values.take(spelled.codes.astype(np.int64)).take(pa.array(places))
    joined = pc.binary_join_element_wise(texts, filters.values.take(filters.codes.astype(np.int64)), ".")
    return dictionary_encode(pc.if_else(pa.array(filters.codes > 0), joined, pa.scalar(None, pa.string())))


def _units(clk: Clk) -> list[int]:
    """Return the weight of each field in whole units: 1 each where all weigh the same."""
    weights = [budget or field.bits for budget, field in zip(clk.budgets, clk.fields, strict=True)]
    if len(set(weights)) == 1:
        return [1] * len(weights)
    return [max(1, round(_UNITS * weight / max(weights))) for weight in weights]


def _column(encoded: Dataset, name: str) -> pa.Array:
    import pyarrow as pa

    if name == encoded.id:
        return encoded.ids
    column = encoded.table_column(name).combine_chunks()
    return column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
