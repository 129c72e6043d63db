"""What a Fellegi-Sunter model says field by field, ready for some records."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from linkkit.tables import FieldEvidence
from linkkit.tables._field_evidence import PairBits

from ._frequencies import Frequencies

if TYPE_CHECKING:
    from linkkit.records import Records

    from ._model import Model

__all__ = ["field_evidence"]


def field_evidence(model: Model, records: Records, frequencies: Frequencies | None) -> FieldEvidence:
    """Split what a model says of pairs of some records into its comparisons.

    Frequencies that go together (``model.shared``) and the time between records itself are not of one comparison, and
    are left as they are.
    """
    names = model.names
    prepared: list[tuple[str, PairBits]] = [
        *((step.comparison, step.prepare(records, model.comparisons, frequencies)) for step in model.adjustments),
        *model.prepared_gaps(records).by_comparison.items(),
    ]
    steps = [tuple(step for of, step in prepared if of == name) for name in names]
    ties, shifts = np.zeros(len(names)), np.zeros(len(names))
    if model.family is not None:
        for place, (_, tie), weights in zip(
            model.family.places(model.comparisons), model.family.ties, model.family.weights, strict=True
        ):
            # The alternative counts levels alone; a learned share of missing values moves all of a match's by as much.
            ties[place], shifts[place] = tie, float(model.weights[place][1] - weights[1])
    family = -np.inf if model.family is None else float(np.log2(model.family.prior))
    return FieldEvidence(
        model.comparisons, model.prior_weight, model.weights, tuple(steps), family, tuple(ties), tuple(shifts)
    )
