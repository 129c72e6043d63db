"""Grading that stops where a pair can no longer reach a floor: comparison by comparison, the cheapest first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from linkkit.engine import Sieve
from linkkit.specs import Compiled, Equal, Gauge, SetOverlap, Swapped, TextSimilarity

from ._grading import Grading

__all__ = ["sifted"]

U32 = NDArray[np.uint32]
# What a gauge costs, as a multiple of comparing two codes.
_COSTS: dict[type, int] = {Equal: 1, TextSimilarity: 5, SetOverlap: 8, Swapped: 12}
_OTHER_COST = 20
# Pairs are gathered anew where no more than this share of them is left.
_FEW = 0.7


def sifted(
    grading: Grading, compiled: Compiled, sieve: Sieve, left: U32, right: U32
) -> tuple[U32, U32, NDArray[np.int64]]:
    """Return the pairs whose levels add up to the floor at the most, and their pattern codes."""
    if not len(left):
        return left, right, np.empty(0, np.int64)
    order = _order(compiled)
    best = [float(most.max()) for most in sieve.most]
    left_codes, right_codes = grading.gathered(left), grading.gathered(right)
    alive = np.arange(len(left))
    graded: dict[int, NDArray[np.uint8]] = {}
    total = np.full(len(left), sum(best))
    code = np.zeros(len(left), np.int64)
    for place in order:
        for gauge in compiled.tables[place].gauges:
            if gauge not in graded:
                graded[gauge] = grading.graded_gauge(gauge, left_codes, right_codes)
        levels = grading.levels_of(place, graded, len(code))
        total += _most(sieve, place, levels, left, right, alive) - best[place]
        code += compiled.strides[place] * levels.astype(np.int64)
        kept = np.flatnonzero(total >= sieve.floor)
        if len(kept) <= _FEW * len(code) or place == order[-1]:
            alive = alive[kept]
            total, code = total[kept], code[kept]
            graded = {gauge: grades[kept] for gauge, grades in graded.items()}
            left_codes, right_codes = left_codes.take(kept, axis=1), right_codes.take(kept, axis=1)
            if not len(kept):
                break
    return left[alive], right[alive], code


def _most(
    sieve: Sieve, place: int, levels: NDArray[np.uint8], left: U32, right: U32, alive: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the most that one comparison adds to some pairs."""
    rarity = sieve.rarity_of(place)
    if rarity is None:
        return sieve.most[place][levels]
    lower = np.minimum(rarity.classes[left[alive]], rarity.classes[right[alive]])
    return rarity.most[levels, lower]


def _order(compiled: Compiled) -> Sequence[int]:
    """The comparisons, those that cost least first."""
    costs = [sum(_cost(compiled.gauges[gauge]) for gauge in table.gauges) for table in compiled.tables]
    return sorted(range(len(costs)), key=lambda place: (costs[place], place))


def _cost(gauge: Gauge) -> int:
    return _COSTS.get(type(gauge.measure), _OTHER_COST)
