"""Score the pairs of rules without counting their patterns first: what cannot reach the floor is dropped early."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkkit.engine import Rarity, Sieve
from linkkit.tables import Levels, Scores

from ._frequencies import Frequencies
from ._layout import Floats
from ._scoring import check_comparisons, prepared_frequencies

if TYPE_CHECKING:
    from linkkit.records import Records

    from ._model import Model

__all__ = ["score_reaching"]


def score_reaching(
    model: Model, levels: Levels, weight: float, *, first_rule: int = 0, frequencies: Frequencies | None = None
) -> tuple[Scores, NDArray[np.int64]]:
    """Score the pairs that the rules from one on make, and keep those that reach a floor.

    Parameters
    ----------
    model
        A Fellegi-Sunter model.
    levels
        The pairs, to be graded by the same comparisons as the model's.
    weight
        The floor in bits, the prior included.
    first_rule
        The number of the first rule whose pairs are wanted; pairs that an earlier rule makes are not.
    frequencies
        As in :meth:`Model.score`.

    Returns
    -------
    scores
        Sorted by left and right row.
    made
        Shape (rules,), int64: how many pairs of each rule were looked at; a pair of several rules by each of them.
    """
    check_comparisons(model.comparisons, levels)
    chunks = list(levels.reaching(_sieve(model, levels.records, weight, frequencies), first_rule))
    none = np.empty(0, np.uint32)
    left = np.concatenate([none, *(chunk.left for chunk in chunks)])
    right = np.concatenate([none, *(chunk.right for chunk in chunks)])
    rule = np.concatenate([np.empty(0, np.uint8), *(chunk.rule for chunk in chunks)])
    order = np.lexsort((right, left))
    left, right, rule = left[order], right[order], rule[order]
    scores = model.score(levels.of_pairs(left, right), weight=weight, frequencies=frequencies)
    packed = (left.astype(np.uint64) << np.uint64(32)) | right
    kept = np.searchsorted(packed, (scores.left.astype(np.uint64) << np.uint64(32)) | scores.right)
    made = np.zeros(max(len(levels.pairs.rules), 1), np.int64)
    for chunk in chunks:
        number, pairs = chunk.made or (0, 0)
        made[number] += pairs
    return replace(scores, rule=rule[kept]), made


def _sieve(model: Model, records: Records, weight: float, frequencies: Frequencies | None) -> Sieve:
    """Return the most that each level adds: its weight, and the most of its term frequency and of time; relatives only
    take away.

    Of a model's steps each adds to one comparison, and nothing where that is missing.
    """
    steps, gaps = prepared_frequencies(model, records, frequencies), model.prepared_gaps(records)
    most: list[Floats] = []
    rarity: list[Rarity | None] = []
    for comparison, own in zip(model.comparisons, model.weights, strict=True):
        step = steps.get(comparison.name)
        gap = gaps.by_comparison.get(comparison.name)
        weights = own if gap is None else own + gap.most
        if step is None:
            most.append(np.asarray(weights))
            rarity.append(None)
            continue
        classes, gains = step.by_rarity()
        by_class = np.asarray(weights)[:, None] + gains
        rarity.append(Rarity(classes, by_class))
        most.append(by_class.max(axis=1))
    # A hair lower than the floor: sums of bits differ in their last digits.
    return Sieve(tuple(most), weight - model.prior_weight - gaps.most_of_gap - 1e-9, tuple(rarity))
