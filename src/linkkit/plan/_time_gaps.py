"""Whether the records say when they were written, so that fields which people change can fade with time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from linkkit.encoded import Encoded
from linkkit.errors import SpecError, did_you_mean
from linkkit.records import Records
from linkkit.score import TimeGaps
from linkkit.score._learn_gaps import faded_comparisons
from linkkit.specs import Comparison

__all__ = ["recommended_time_gaps", "time_gap_mistakes"]

# A tenth of the records on every side shows how fields fade; with fewer dates most pairs are weighed without.
LEAST_HELD = 0.1


def recommended_time_gaps(records: Records, comparisons: Sequence[Comparison]) -> TimeGaps | None:
    """Return the adjustment by the time between records where the records have dates to learn it from.

    Parameters
    ----------
    records
        The records, prepared.
    comparisons
        What is compared.

    Returns
    -------
    TimeGaps or None
        Where every dataset holds ``observed_on`` for a tenth of its records at least, not all of one day, and a field
        that people change is compared.
    """
    spec = TimeGaps()
    if spec.on not in records.fields or records.datasets[0].encoded_by is not None:
        return None
    column = records.column(spec.on)
    if not isinstance(column, Encoded) or column.size < 2:
        return None
    held = [float(part.mean()) if len(part) else 0.0 for part in np.split(column.codes > 0, records.starts[1:-1])]
    if min(held) < LEAST_HELD or any(spec.on in comparison.every_field for comparison in comparisons):
        return None
    return spec if faded_comparisons(records, comparisons, spec) else None


def time_gap_mistakes(records: Records, comparisons: Sequence[Comparison], spec: TimeGaps | None) -> list[str]:
    """Return what is wrong with an adjustment by time for some records, each with its place."""
    if spec is None:
        return []
    found = []
    for dataset in records.datasets:
        if spec.on not in dataset.fields:
            hint = did_you_mean(spec.on, tuple(dataset.fields)) or (
                f" Say which column it is with fields={{{spec.on!r}: ...}}."
            )
            found.append(f"score.time_gaps.on: {dataset.name} has no field {spec.on!r}.{hint}")
        elif dataset.kind_of(spec.on) != "date":
            found.append(
                f"score.time_gaps.on: {spec.on!r} of {dataset.name} is of the kind {dataset.kind_of(spec.on)}; a date "
                "is needed."
            )
        elif dataset.holds_sets(spec.on):
            found.append(f"score.time_gaps.on: {spec.on!r} of {dataset.name} holds sets; one date a record is needed.")
    if comparisons:  # a plan with a saved model has none of its own
        try:
            faded_comparisons(records, comparisons, spec)
        except SpecError as error:
            found.append(f"score.{error}")
    return found
