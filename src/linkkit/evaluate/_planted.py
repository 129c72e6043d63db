"""Which drawn matches blocking rules would make, found by planting them among the records: for any rule there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from linkkit.encoded import Encoded, EncodedSets
from linkkit.records import Records
from linkkit.specs import Rule

__all__ = ["can_plant", "planted_made"]

Rows = NDArray[np.int64]


def can_plant(records: Records) -> bool:
    """Whether records can be planted: where every field holds single values."""
    return not any(one.holds_sets(field) for one in records.datasets for field in one.fields)


def planted_made(
    records: Records,
    rules: Sequence[Rule],
    left: NDArray[np.uint32],
    right: NDArray[np.uint32],
    source: Rows,
    owner: Mapping[str, int],
) -> NDArray[np.bool_]:
    """Tell which drawn pairs some rule makes, once both records of each are in the datasets.

    Parameters
    ----------
    records, rules
        The records, none of whose fields holds sets, and the rules.
    left, right
        Rows of the found pairs.
    source
        Shape (draws, groups): which found pair lends each group of fields its values.
    owner
        The group of each field; a field of none is lent with the first.
    """
    last = len(records.datasets) - 1
    datasets = list(records.datasets)
    for dataset, rows in ((0, left), (last, right)):
        columns: dict[str, Encoded | EncodedSets] = {}
        for field in records.datasets[dataset].fields:
            if field in records.fields:
                column = records.encoded(field)
                columns[field] = column.reordered(rows[source[:, owner.get(field, 0)]].astype(np.int64))
            else:
                nothing = records.datasets[dataset].encoded(field)
                columns[field] = Encoded(np.zeros(len(source), np.uint32), nothing.values)
        datasets[dataset] = datasets[dataset].with_records(columns)
    together = Records(datasets, records.link_type)
    # The left ones stand behind the first dataset's own records, the right ones at the end.
    first, end, size = len(records.datasets[0]), len(together), len(source)
    ours, theirs = np.arange(first, first + size, dtype=np.uint32), np.arange(end - size, end, dtype=np.uint32)
    return np.asarray(together.engine.pairs(together, tuple(rules)).made_by(ours, theirs).any(axis=1))
