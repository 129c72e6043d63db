"""Judgements carried out: pairs taken out of and put into scores, clusters joined and taken apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from linkkit.tables import Scores
from linkkit.weights import probability

from ._graphs import connected_components, merged_kept_apart
from ._judgements import Judgements, packed_rows
from ._rivals import sorted_scores

__all__ = ["certain", "settled_clusters", "settled_scores"]

Rows = NDArray[np.uint32]
# The weight, in bits, of a pair that somebody is sure of.
_CERTAIN = 100.0


def settled_scores(scores: Scores, judged: Judgements | None, bits: float) -> Scores:
    """Return scores, sorted, without the pairs judged not to match and with all that were judged to.

    Parameters
    ----------
    scores
        Scored pairs.
    judged
        The judgements.
    bits
        The weight of positive pairs that were never scored: the threshold of the decision.
    """
    if judged is None or not len(judged):
        return sorted_scores(scores)
    is_ranked = len(scores) > 0 and bool(np.isnan(scores.probability).all())  # by rules that give no probabilities
    scores = scores.take(~judged.is_negative(scores.left, scores.right))
    left, right = judged.positive
    absent = ~np.isin(packed_rows(left, right), packed_rows(scores.left, scores.right))
    count = int(absent.sum())
    if count:
        weight = np.full(count, bits)
        share = np.full(count, np.nan) if is_ranked else probability(weight)
        new = Scores(
            scores.records, left[absent], right[absent], weight, share,
            np.zeros((count, len(scores.comparisons)), np.uint8), scores.comparisons, np.zeros(count, np.uint8),
        )  # fmt: skip
        scores = scores.joined(new)
    return sorted_scores(scores)


def settled_clusters(
    label: Rows,
    edges: tuple[Rows, Rows],
    held: NDArray[np.uint64],
    judged: Judgements | None,
    start: Rows | None = None,
) -> Rows:
    """Return clusters that hold to the judgements: joined by the positive ones, taken apart by the negative ones.

    Clusters that positive judgements connect are joined. A cluster that then holds a negative pair, or two records of a
    dataset that holds a person once, is taken apart and put together again along its links: the positive judgements
    first, then the strongest link first, and never two groups that must be apart.

    Parameters
    ----------
    label
        Shape (records,): the clusters that a method made.
    edges
        The links, strongest first.
    held
        Shape (records,), uint64: two records that share a bit must be apart.
    judged
        The judgements.
    start
        What a cluster that is taken apart falls into; by default single records.
    """
    if judged is None or not len(judged):
        return label
    rows = np.arange(len(label), dtype=np.uint32)
    start = rows if start is None else start
    positive, negative = judged.positive, judged.negative
    label = _joined(label, positive)
    broken = _broken(label, held, negative)
    # What is put together again may begin from groups that the judgements themselves break: those fall into records.
    begun = _joined(np.where(broken[label], start, label).astype(np.uint32), positive)
    begun = np.where(_broken(begun, held, negative)[begun], rows, begun).astype(np.uint32)
    begun = _joined(begun, positive)
    is_inside = broken[label[edges[0]]] & (label[edges[0]] == label[edges[1]])
    return merged_kept_apart(edges[0][is_inside], edges[1][is_inside], begun, held, *negative)


def _joined(label: Rows, pairs: tuple[Rows, Rows]) -> Rows:
    rows = np.arange(len(label), dtype=np.uint32)
    return connected_components(np.concatenate([label, pairs[0]]), np.concatenate([rows, pairs[1]]), len(label))


def _broken(label: Rows, held: NDArray[np.uint64], negative: tuple[Rows, Rows]) -> NDArray[np.bool_]:
    """Which clusters, by their label, hold a negative pair or two records of one bit."""
    broken = np.zeros(len(label), np.bool_)
    inside = label[negative[0]] == label[negative[1]]
    broken[label[negative[0][inside]]] = True
    rows = np.flatnonzero(held)
    bit = np.log2(held[rows].astype(np.float64)).astype(np.int64)  # a record has one bit at most
    keys, counts = np.unique((label[rows].astype(np.int64) << 6) | bit, return_counts=True)
    broken[keys[counts > 1] >> 6] = True
    return broken


def certain(scores: Scores, judged: Judgements | None) -> Scores:
    """Return scores in which what people judged to match is all but certain."""
    if judged is None or not len(judged):
        return scores
    is_sure = judged.is_positive(scores.left, scores.right)
    weight = np.where(is_sure, np.maximum(scores.weight, _CERTAIN), scores.weight)
    return replace(scores, weight=weight, probability=np.where(is_sure, 1.0, scores.probability))
