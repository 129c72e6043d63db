"""Passes that score their candidates and take the best, once for each distinct pair of values."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from linkkit.block import candidate_pairs
from linkkit.records import Records
from linkkit.specs import On

__all__ = ["falls_behind", "leads", "most_joined", "pair_scores"]

Rows = NDArray[np.uint32]
# Scores are ratios times 100: what differs by less than this is the same.
_SAME = 1e-9


def pair_scores(
    records: Records,
    left: Rows,
    right: Rows,
    parts: Sequence[tuple[str, Callable[[str | None, str | None], float | None]]],
) -> NDArray[np.float64]:
    """Return the mean of the scores that are not None, for each pair; NaN where all are."""
    total, known = np.zeros(len(left)), np.zeros(len(left), np.int64)
    for column, function in parts:
        encoded = records.encoded(column)
        texts = encoded.texts()
        pairs = np.column_stack([encoded.codes[left], encoded.codes[right]])
        distinct, place = np.unique(pairs, axis=0, return_inverse=True)
        scores = [function(texts[one] or None, texts[other] or None) for one, other in distinct.tolist()]
        found = np.array([np.nan if score is None else score for score in scores], np.float64)[place.reshape(-1)]
        total += np.nan_to_num(found)
        known += ~np.isnan(found)
    mean: NDArray[np.float64] = np.divide(total, known, out=np.full(len(left), np.nan), where=known > 0)
    return mean


def leads(left: Rows, score: NDArray[np.float64], lead: float) -> NDArray[np.bool_]:
    """Tell which pair is its left record's best, ahead of the next by more than the lead.

    Examples
    --------
    >>> leads(np.array([0, 0, 1, 1], np.uint32), np.array([99.0, 92.0, 98.4, 94.4]), 5).tolist()
    [True, False, False, False]
    """
    order, is_first = _by_score(left, score)
    scores = score[order]
    next_score = np.full(len(order), -np.inf)
    follows = ~is_first[1:]
    next_score[:-1][follows] = scores[1:][follows]
    found = np.zeros(len(order), bool)
    found[order] = is_first & (scores - next_score > lead + _SAME)
    return found


def falls_behind(left: Rows, score: NDArray[np.float64], lead: float) -> NDArray[np.bool_]:
    """Tell which pair is behind its left record's best by more than the lead.

    Examples
    --------
    >>> falls_behind(np.array([0, 0, 1, 1, 1], np.uint32), np.array([99.0, 92.0, 98.4, 94.4, 60.0]), 5).tolist()
    [False, True, False, False, True]
    """
    order, is_first = _by_score(left, score)
    best = score[order][np.flatnonzero(is_first)][np.cumsum(is_first) - 1]
    found = np.zeros(len(order), bool)
    found[order] = best - score[order] > lead + _SAME
    return found


def _by_score(left: Rows, score: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the order of the pairs, by left record and best first, and where another left record begins."""
    order = np.lexsort((-score, left))
    rows = left[order]
    is_first = np.ones(len(order), bool)
    is_first[1:] = rows[1:] != rows[:-1]
    return order, is_first


def most_joined(records: Records, left: Rows, right: Rows, rules: Sequence[On], most: int) -> NDArray[np.bool_]:
    """Tell which pairs are among the so many of each left record that most rules make."""
    counts = np.bincount(left, minlength=len(records))
    crowded = np.flatnonzero(counts[left] > most)
    kept = np.ones(len(left), bool)
    if not len(crowded):
        return kept
    packed = (left[crowded].astype(np.uint64) << np.uint64(32)) | right[crowded]
    joins = np.zeros(len(crowded), np.int64)
    for rule in rules:
        for chunk in candidate_pairs(records, rule):
            made = (chunk.left.astype(np.uint64) << np.uint64(32)) | chunk.right
            joins += np.isin(packed, made)
    order = np.lexsort((-joins, left[crowded]))
    rows = left[crowded][order]
    starts = np.flatnonzero(np.r_[True, rows[1:] != rows[:-1]])
    last = joins[order][starts + most - 1]
    floor = np.repeat(last, np.diff(np.r_[starts, len(rows)]))
    kept[crowded[order]] = joins[order] >= floor
    return kept
