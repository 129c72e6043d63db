"""Signs that a person of a spine is two, or that two are one: counted and named by id, without any value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkkit.decide import Clusters
from linkkit.encoded import together

from ._persons import Numbers, person_numbers

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = ["HELD_APART", "conflict_fields", "conflicts_of", "held_apart"]

# What a person has one of: kinds of field, and of dates that of birth.
_KINDS = ("sex", "identifier")
_FIELDS = ("date_of_birth", "date_of_death")
HELD_APART = "kept apart"


def conflict_fields(clusters: Clusters) -> tuple[str, ...]:
    """Return the fields of which a person has one value only, of whichever source has them; sorted."""
    found = set()
    for dataset in clusters.records.datasets:
        for field in dataset.fields:
            is_single = field in _FIELDS or dataset.kind_of(field) in _KINDS
            if is_single and not dataset.holds_sets(field):
                found.add(field)
    return tuple(sorted(found))


def conflicts_of(clusters: Clusters) -> dict[str, Numbers]:
    """Return for each field how many different values each person has where they are two or more, else 0.

    Each array has shape (persons,). Missing is no value.
    """
    first, number = person_numbers(clusters)
    return {field: _differing(clusters, field, number, len(first)) for field in conflict_fields(clusters)}


def _differing(clusters: Clusters, field: str, number: Numbers, count: int) -> Numbers:
    records = clusters.records
    holding = [
        place
        for place, dataset in enumerate(records.datasets)
        if field in dataset.fields and not dataset.holds_sets(field)
    ]
    parts, values = together([records.datasets[place].encoded(field) for place in holding])
    codes = np.zeros(len(records), np.int64)
    for place, part in zip(holding, parts, strict=True):
        codes[records.starts[place] : records.starts[place + 1]] = part
    held = np.flatnonzero(codes)
    different = np.unique(number[held] * len(values) + codes[held]) // len(values)
    found = np.bincount(different, minlength=count)
    return np.where(found > 1, found, 0)


def held_apart(clusters: Clusters) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.float64]]:
    """Return pairs of persons whom links connect that were not merged: smallest rows of both, and the likeliest link.

    Some source that holds a person once has a record of each, or people judged them to be two, or the clusters did not
    fit on the whole.
    """
    scores = clusters.all_scores
    strong = scores.take(clusters.decision.reached(scores))
    one, other = clusters.label[strong.left], clusters.label[strong.right]
    apart = np.flatnonzero(one != other)
    low, high = np.minimum(one, other)[apart], np.maximum(one, other)[apart]
    packed = (low.astype(np.uint64) << np.uint64(32)) | high
    pairs, place = np.unique(packed, return_inverse=True)
    likely = np.zeros(len(pairs))
    np.maximum.at(likely, place.reshape(-1), strong.probability[apart])
    return (pairs >> np.uint64(32)).astype(np.uint32), pairs.astype(np.uint32), likely


def conflicts_table(clusters: Clusters, differing: dict[str, Numbers]) -> pd.DataFrame:
    """Return a row a conflict: spine_id, conflict, values, other_id, match_probability; no value of a person."""
    import pandas as pd
    import pyarrow as pa

    assert clusters.names is not None
    first, _ = person_numbers(clusters)
    low, high, likely = held_apart(clusters)
    what: list[str] = []
    rows: list[Numbers] = []
    values: list[Numbers] = []
    for field, counts in differing.items():
        here = np.flatnonzero(counts)
        what += [field] * len(here)
        rows.append(first[here])
        values.append(counts[here])
    size = len(what)
    ids: pa.Array = clusters.names.take(pa.array(np.concatenate([*rows, low.astype(np.int64)])))
    others = pa.concat_arrays([pa.nulls(size, pa.string()), clusters.names.take(pa.array(high.astype(np.int64)))])
    missing = pa.nulls(len(low), pa.int64())
    frame = pd.DataFrame({
        "spine_id": ids.to_pandas(),
        "conflict": [*what, *([HELD_APART] * len(low))],
        "values": pa.concat_arrays([pa.array(np.concatenate([*values, np.empty(0, np.int64)])), missing]).to_pandas(
            integer_object_nulls=False
        ),
        "other_id": others.to_pandas(),
        "match_probability": np.concatenate([np.full(size, np.nan), likely]),
    })  # fmt: skip
    frame["values"] = frame["values"].astype("Int64")
    return frame.sort_values(["conflict", "spine_id", "other_id"], ignore_index=True)
