"""How much a missing value says: how often a comparison is missing among matches, against all pairs."""

from __future__ import annotations

import numpy as np

from linkkit.records import Records
from linkkit.specs import Comparison
from linkkit.tables import Patterns

from ._model import Model

__all__ = ["learn_missing"]


def learn_missing(model: Model, records: Records, patterns: Patterns) -> tuple[tuple[float, float], ...]:
    """Return for each comparison how often it is missing among expected matches and among all pairs; (0, 0) where
    never.

    Matches are those the model expects among the candidate pairs, so matches that no rule finds because of the gap
    are not counted: what a gap says for a match is, if anything, understated.
    """
    matches = patterns.counts * model.pattern_probabilities(patterns.levels)
    found = []
    for place, comparison in enumerate(model.comparisons):
        among_matches = float(matches[patterns.levels[:, place] == 0].sum() / max(matches.sum(), 1e-300))
        among_all = _missing_share(records, comparison)
        is_learned = 0 < among_matches < 1 and 0 < among_all < 1
        found.append((among_matches, among_all) if is_learned else (0.0, 0.0))
    return tuple(found)


def _missing_share(records: Records, comparison: Comparison) -> float:
    """Share of all pairs where a side misses a field of the comparison, from counts of records that hold them all."""
    present = np.logical_and.reduce([records.column(field).codes > 0 for field in comparison.fields])
    counts = np.add.reduceat(present.astype(np.int64), records.starts[:-1])
    within = float((counts * (counts - 1) / 2).sum())
    everything = float(counts.sum()) * float(counts.sum() - 1) / 2
    pairs = {"dedupe": within, "link_only": everything - within, "link_and_dedupe": everything}[records.link_type]
    return 1.0 - pairs / max(records.pair_count, 1)
