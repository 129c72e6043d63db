"""Fields that an algorithm makes of others, once for each distinct combination of values."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace

import numpy as np

from linkkit.cards import columns_of
from linkkit.dataset import Dataset
from linkkit.encoded import Encoded, distinct_texts, encode, encode_sets, is_list
from linkkit.errors import DataError
from linkkit.fields import KNOWN_FIELDS, Field, FieldKind, kind_of
from linkkit.values import fields_of

from ._spec import Algorithm, Derived

__all__ = ["fields_read", "with_derived", "with_named"]


def with_named(dataset: Dataset, algorithm: Algorithm) -> Dataset:
    """Return a dataset with the columns as fields that are called as a field of the algorithm, and are no field yet.

    Names that linkkit knows for any use (``surname``) were looked for when the dataset was read.
    """
    used = {dataset.id, *dataset.blinded, *columns_of(dataset.card).values()}
    used |= {column for field in dataset.fields.values() for column in field.columns}
    free = {_words(column): column for column in reversed(dataset.columns) if column not in used}
    wanted = [field for field in fields_read(algorithm) if field not in dataset.fields and field not in KNOWN_FIELDS]
    found = {field: dataset.table_column(free[field]) for field in wanted if field in free}
    kinds = {} if algorithm.rest is None else algorithm.rest.fields
    named = dataset.with_encoded(
        {field: encode_sets(column) if is_list(column.type) else encode(column) for field, column in found.items()}
    )
    named.fields |= {field: Field((free[field],), kinds.get(field, _kind(field))) for field in found}
    said_as_text = [field for field in kinds if field in named.fields and named.fields[field].kind == "text"]
    named.fields |= {field: replace(named.fields[field], kind=kinds[field]) for field in said_as_text}
    return named


def fields_read(algorithm: Algorithm) -> list[str]:
    """Return the fields that an algorithm reads and does not make, each once."""
    made = {one.field for one in algorithm.derived}
    joined = [column for step in algorithm.passes for rule in step.joins for column in rule.columns]
    read = [*algorithm.optional, *(field for one in algorithm.derived for field in one.of)]
    read += [field for column in joined for field in fields_of(column)]
    read += [] if algorithm.rest is None else algorithm.rest.fields
    return [field for field in dict.fromkeys(read) if field not in made]


def _kind(field: str) -> FieldKind:
    """Return the kind of a field by its name, of ``alternative_postcode`` that of a postcode."""
    kind = kind_of(field)
    return kind_of(field.split("_", 1)[-1]) if kind == "text" else kind


def _words(column: str) -> str:
    return "_".join(re.findall(r"[a-z0-9]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", str(column)).lower()))


def with_derived(dataset: Dataset, algorithm: Algorithm) -> tuple[Dataset, list[str]]:
    """Return a dataset with the optional fields that it lacks (as missing) and the derived fields that it can have.

    Besides what could not be read of them, in counts.

    Raises
    ------
    DataError
        Where the dataset has fields of its own by the names of derived ones.
    """
    import pyarrow as pa

    clashes = [one.field for one in algorithm.derived if one.field in dataset.fields]
    if clashes:
        names = ", ".join(map(repr, clashes))
        raise DataError(
            f"{dataset.name}: {algorithm.name} makes the fields {names} itself, and the dataset has fields of these "
            f"names. Give the columns other field names, or leave them out: fields={{{clashes[0]!r}: None}}."
        )
    absent = Encoded(np.zeros(len(dataset), np.uint32), pa.array([""]))
    dataset = dataset.with_encoded({field: absent for field in algorithm.optional if field not in dataset.fields})
    notes: list[str] = []
    for one in algorithm.derived:
        if all(field in dataset.fields for field in one.of):
            made, unread = _made(dataset, one)
            dataset = dataset.with_encoded({one.field: made})
            if unread:
                notes.append(
                    f"{dataset.name}: {' and '.join(one.of)} of {unread:,} records cannot be read as {one.meaning}, "
                    "and counts as missing"
                )
    return dataset, notes


def _made(dataset: Dataset, derived: Derived) -> tuple[Encoded, int]:
    """Return a derived field, and in how many records its function returned an empty text: it could not read them."""
    columns = [_column(dataset, field) for field in derived.of]
    combinations, place = np.unique(np.column_stack([column.codes for column in columns]), axis=0, return_inverse=True)
    place = place.reshape(-1)
    texts = [column.texts() for column in columns]
    made = [
        derived.function(*(held[code] or None for held, code in zip(texts, codes, strict=True)))
        for codes in combinations.tolist()
    ]
    is_unread = np.array([text == "" for text in made], bool)
    codes, values = distinct_texts(["", *made])
    return Encoded(codes[1:][place], values), int(is_unread[place].sum())


def _column(dataset: Dataset, field: str) -> Encoded:
    """Return a field; of one that holds lists (names and postcodes of before) the texts apart by semicolons."""
    if not dataset.holds_sets(field):
        return dataset.encoded(field)
    sets = dataset.encoded_sets(field)
    texts, members, starts = sets.values.to_pylist(), sets.members.tolist(), sets.starts.tolist()
    joined = ["; ".join(texts[code] for code in members[start:end]) for start, end in itertools.pairwise(starts)]
    codes, values = distinct_texts(joined)
    return Encoded(codes[sets.codes], values)
