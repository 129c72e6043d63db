"""Fields that an algorithm makes of others, once for each distinct combination of values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from linkkit.dataset import Dataset
from linkkit.encoded import Encoded, distinct_texts

from ._spec import Derived

__all__ = ["with_derived"]


def with_derived(dataset: Dataset, derived: Sequence[Derived], optional: Sequence[str]) -> Dataset:
    """Return a dataset with optional fields that it lacks (as missing) and the derived fields that it can have."""
    import pyarrow as pa

    absent = Encoded(np.zeros(len(dataset), np.uint32), pa.array([""]))
    dataset = dataset.with_encoded({field: absent for field in optional if field not in dataset.fields})
    for one in derived:
        if one.field not in dataset.fields and all(field in dataset.fields for field in one.of):
            dataset = dataset.with_encoded({one.field: _made(dataset, one)})
    return dataset


def _made(dataset: Dataset, derived: Derived) -> Encoded:
    columns = [dataset.encoded(field) for field in derived.of]
    combinations, place = np.unique(np.column_stack([column.codes for column in columns]), axis=0, return_inverse=True)
    texts = [column.texts() for column in columns]
    made = [
        derived.function(*(held[code] or None for held, code in zip(texts, codes, strict=True)))
        for codes in combinations.tolist()
    ]
    codes, values = distinct_texts(["", *made])
    return Encoded(codes[1:][place.reshape(-1)], values)
