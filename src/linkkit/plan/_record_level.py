"""What is recommended where records have one filter each: which pairs are worth a look, and in which steps."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from linkkit import compare
from linkkit.block import near
from linkkit.records import Records
from linkkit.specs import Comparison, Near, Rule, TextSimilarity

__all__ = ["near_filters", "record_filters_of", "recommended_for_records"]

BitMetric = Literal["dice", "jaccard"]
# Pairs that are at least so similar are about so many a record: enough to see how strangers fall off.
PAIRS_PER_RECORD = 20.0
# The similarity that so few pairs reach is found from this many random ones.
SAMPLED = 400_000
STEP = 0.01
# Every two of so many pairs of filters are compared in about a minute; of more, those that sampled bits bring together.
EVERY_PAIR, COMPLETENESS = 2 * 10**10, 0.95
LEAST, MOST = 0.3, 0.9
# Of whole filters, missing fields and all; it orders pairs as their Dice does. Dice of the fields that both records
# hold is as high for strangers who share few fields as for matches, and a mixture of one number cannot see how many.
_METRIC: BitMetric = "jaccard"


def record_filters_of(records: Records) -> tuple[str, ...]:
    """Return the record-level filters that all datasets have."""
    kinds = records.datasets[0].fields
    return tuple(field for field in records.fields if kinds[field].kind == "clk")


def recommended_for_records(records: Records, column: str) -> tuple[Rule, Comparison]:
    """Return the rule that finds similar enough pairs, and the comparison with a level for each step of similarity.

    Parameters
    ----------
    records
        The records, encoded.
    column
        Their record-level filter.
    """
    floor = min(_floor(records, column, _METRIC), MOST)
    return _near(records, column, _METRIC, floor), compare.record_filter(column, floor, STEP, metric=_METRIC)


def near_filters(records: Records, column: str, metric: BitMetric) -> Near | None:
    """Return the rule that finds the most similar filters, about so many a record; None where too many are alike."""
    floor = _floor(records, column, metric)
    return None if floor > MOST else _near(records, column, metric, floor)


def _near(records: Records, column: str, metric: BitMetric, floor: float) -> Near:
    completeness = COMPLETENESS if records.pair_count > EVERY_PAIR else None
    return near(column, f"{metric}_bits", floor, completeness=completeness)


def _floor(records: Records, column: str, metric: BitMetric) -> float:
    """Return the similarity that about so many pairs a record reach, from random pairs of a fixed seed."""
    wanted = PAIRS_PER_RECORD * len(records) / max(records.pair_count, 1)
    if wanted >= 1:
        return LEAST
    source = records.engine.random_pairs(records, SAMPLED, seed=1)
    measure = TextSimilarity(column, f"{metric}_bits")
    parts = [records.engine.similarities(records, measure, chunk.left, chunk.right) for chunk in source.chunks()]
    found = np.concatenate([np.empty(0), *parts])
    found = found[~np.isnan(found)]
    if not len(found):
        return LEAST
    reached = float(np.quantile(found, max(1 - wanted, 0.0)))
    return max(math.floor(reached / STEP) * STEP, LEAST)
