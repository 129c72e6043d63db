"""All that is looked for after a model was learned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from . import _levels, _overlap, _training
from ._dependence import dependence_findings, inflation_findings, measure_dependence
from ._diagnosis import Diagnosis, Mode
from ._modes import mode_findings

if TYPE_CHECKING:
    from linkkit.records import Records
    from linkkit.score._model import Model
    from linkkit.tables import Patterns

__all__ = ["diagnose"]


def diagnose(model: Model, records: Records, patterns: Patterns, modes: Sequence[Mode] = ()) -> Diagnosis:
    """Return every finding about a model that was trained on these records.

    Parameters
    ----------
    model
        The model.
    records, patterns
        What it was trained on.
    modes
        Where other starts of its training ended.
    """
    dependence = measure_dependence(model, records, patterns)
    findings = (
        *_levels.out_of_order(model),
        *_levels.speaks_against(model, records),
        *_levels.disagreeing_matches(model, records),
        *_levels.at_the_edge(model),
        *_levels.borrowed_levels(model),
        *_overlap.overlap(model, records),
        *_overlap.tiny_share(model, patterns),
        *_training.stopped(model),
        *_training.chosen_by_their_field(model),
        *_training.disagreeing_passes(model),
        *_levels.missing_everywhere(model, patterns),
        *mode_findings(modes, int(patterns.counts.sum())),
        *dependence_findings(dependence),
        *inflation_findings(model, patterns, dependence),
    )
    return Diagnosis(findings, dependence, tuple(modes))
