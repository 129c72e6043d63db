"""Most of the near pairs of distinct bit filters, by tables of sampled bits (Hamming LSH)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkkit.engine import SampledBlocks
from linkkit.specs._sampled_bits import Tables, drawn_pairs, drawn_positions, least_work, seconds_of_keys

from ._filters import Counts, Metric, popcounts
from .encodings import Found
from .graders import BitsTable
from .sampled_bits import pairs_of_tables

__all__ = ["Sampling", "sampled_hits", "tables_of"]

U32 = NDArray[np.uint32]
Numbers = NDArray[np.float64]
# Nanoseconds on one core, of two filters compared where every two are: for the pair, and for each word of a filter.
_PAIR_COST, _WORD_COST = 0.25, 0.02
# Seconds that choosing tables takes, and for how many pairs one is drawn to see how alike they are.
_CHOICE, _A_DRAW = 0.03, 1000
_MOST_DRAWN_BYTES = 2**24
_QUANTILES = 1000


@dataclass(frozen=True)
class Sampling:
    """How complete a join must be at its bound, and from which seed bits are drawn."""

    completeness: float
    seed: int


def tables_of(
    table: BitsTable, one: Counts, other: Counts, metric: Metric, bound: float, completeness: float
) -> Tables | None:
    """Choose how many tables look at how many bits of some filters; None where comparing every two is less work.

    Parameters
    ----------
    table
        The filters.
    one, other
        Codes of either side; one object for the pairs within one side.
    metric, bound
        The similarity, and the least that is wanted.
    completeness
        The share of the pairs at the bound that is wanted.
    """
    within = one is other
    sides = [present_of(table, side, metric) for side in (one, other)]
    sizes = [len(side) for side in sides]
    pairs = sizes[0] * (sizes[0] - 1) / 2 if within else float(sizes[0] * sizes[1])
    keys = sizes[0] if within else sum(sizes)
    every = pairs * (_PAIR_COST + _WORD_COST * table.words.shape[1]) * 1e-9
    if not pairs or every <= _CHOICE + seconds_of_keys(keys):
        return None
    counts = [np.sort(table.popcounts[side]) for side in sides]
    wanted, times = np.unique(_distances(metric, bound, *(_quantiles(count) for count in counts)), return_counts=True)
    most = min(int(pairs / _A_DRAW), _MOST_DRAWN_BYTES // (8 * table.words.shape[1]))
    drawn = drawn_pairs(sizes[0], sizes[1], within, most)
    apart = popcounts(table.words[sides[0][drawn[0]]] ^ table.words[sides[1][drawn[1]]])
    found = least_work(table.bits, wanted, times / times.sum(), apart, keys, pairs, completeness)
    return found if found is not None and found.seconds + _CHOICE < every else None


def sampled_hits(
    table: BitsTable, one: Counts, other: Counts, metric: Metric, bound: float, tables: Tables, seed: int, workers: int
) -> tuple[U32, U32, SampledBlocks]:
    """Return the near pairs that agree on all bits of some table, each once, and what the tables brought together.

    Parameters
    ----------
    table, one, other, metric, bound
        As for :func:`tables_of`.
    tables
        How many tables look at how many bits.
    seed, workers
        From which the bits are drawn; threads.
    """
    within = one is other
    one = present_of(table, one, metric)
    other = one if within else present_of(table, other, metric)
    positions = drawn_positions(
        b"linkkit near" + seed.to_bytes(8, "big"), tables.tables, table.bits, tables.bits_per_key
    )
    left, right = [np.empty(0, np.uint32)], [np.empty(0, np.uint32)]
    made = SampledBlocks(tables=tables.tables, completeness=tables.completeness)
    for part in pairs_of_tables(
        table.words[one], None if within else table.words[other], metric, bound, positions,
        left_present=np.arange(len(one)), right_present=None if within else np.arange(len(other)), workers=workers,
    ):  # fmt: skip
        if isinstance(part, Found):
            left.append(one[part.left].astype(np.uint32))
            right.append(other[part.right].astype(np.uint32))
        else:
            made += SampledBlocks(blocks=part.blocks, candidates=part.candidates, largest=part.largest)
    return np.concatenate(left), np.concatenate(right), made


def present_of(table: BitsTable, codes: Counts, metric: Metric) -> Counts:
    """Return the filters that can be near another: any by the Hamming similarity, else those with a bit set."""
    return codes if metric.name == "hamming" else codes[table.popcounts[codes] > 0]


def _quantiles(counts: Counts) -> Numbers:
    """Return evenly chosen ones of sorted numbers; those of the two sides of a pair go together."""
    places = ((np.arange(_QUANTILES) + 0.5) * len(counts) / _QUANTILES).astype(np.int64)
    return counts[places].astype(np.float64)


def _distances(metric: Metric, bound: float, left: Numbers, right: Numbers) -> Numbers:
    """Return in how many places filters of these popcounts differ at the bound."""
    if metric.name == "hamming":
        return np.full(len(left), (1 - bound) * metric.bits)
    if metric.name == "jaccard":
        return (1 - bound) / (1 + bound) * (left + right)
    weighted = left + right if metric.name == "dice" else metric.alpha * left + metric.beta * right
    return np.maximum(left + right - bound * weighted, 0)
