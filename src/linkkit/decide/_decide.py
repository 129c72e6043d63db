"""Carry out a decision: from scores to links or clusters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal, overload

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import SpecError
from linkkit.records import Records
from linkkit.tables import Scores
from linkkit.weights import probability

from ._assignment import assign
from ._clusters import cluster
from ._rivals import best_of_each, gap, keys_of, sorted_scores
from ._specs import BestEach, Cluster, ClusterMethod, Decision, OneToMany, OneToOne, Side, Threshold
from ._tables import Clusters, Links

__all__ = [
    "best_each",
    "check_decision",
    "clusters",
    "decide",
    "leftover_bits",
    "one_to_many",
    "one_to_one",
    "threshold",
]

Keys = NDArray[np.int64]
Mask = NDArray[np.bool_]
# Share of a dataset's records that is always taken to be left over.
LEAST_LEFT = 0.01
LinkDecision = Threshold | BestEach | OneToOne | OneToMany


@overload
def decide(scores: Scores, decision: Cluster, *, model: Any = None) -> Clusters: ...
@overload
def decide(scores: Scores, decision: LinkDecision, *, model: Any = None) -> Links: ...
@overload
def decide(scores: Scores, decision: Decision, *, model: Any = None) -> Links | Clusters: ...
def decide(scores: Scores, decision: Decision, *, model: Any = None) -> Links | Clusters:
    """Decide which pairs are links, as a spec says.

    Parameters
    ----------
    scores
        Scored pairs, in any order: the result is the same.
    decision
        A :class:`Threshold`, :class:`BestEach`, :class:`OneToOne`, :class:`OneToMany` or :class:`Cluster`.
    model
        The Fellegi-Sunter model behind the scores; ``Cluster(method="profile")`` asks it about values, no other does.

    Returns
    -------
    Links, or Clusters for a :class:`Cluster`

    Raises
    ------
    SpecError
        Where the decision does not fit the datasets; see :func:`check_decision`.

    Examples
    --------
    >>> from linkkit.decide import OneToOne
    >>> OneToOne(at_least=0.9)
    OneToOne(at_least=0.9, weight=None, review=None, leftovers=False)
    """
    check_decision(scores.records, decision)
    if isinstance(decision, Cluster):
        return cluster(scores, decision, model)
    scores = sorted_scores(scores)
    is_strong, in_band = decision.reached(scores), decision.is_review(scores)
    keys = keys_of(scores, decision.single)
    chosen = _choose(scores, keys, np.flatnonzero(is_strong), decision, decision.bits)
    if isinstance(decision, OneToOne) and decision.leftovers:
        return _with_leftovers(scores, keys, chosen, decision, in_band)
    optional = in_band & ~is_strong
    if optional.any():
        free = np.flatnonzero(optional & _is_free(keys, chosen, len(scores)))
        chosen = np.sort(np.concatenate([chosen, _choose(scores, keys, free, decision, decision.review_bits)]))
    gaps = gap(keys or keys_of(scores, "both"), scores.weight)[chosen]
    return Links(scores.take(chosen), gaps, in_band[chosen], decision, scores)


def _with_leftovers(scores: Scores, keys: list[Keys], chosen: Keys, decision: OneToOne, in_band: Mask) -> Links:
    """Link the records that are left over, too, where the better prior that they have for each other is enough."""
    bits = leftover_bits(scores.records, float(scores.probability[chosen].sum()))
    gained = scores.weight + bits
    free = np.flatnonzero(_is_free(keys, chosen, len(scores)) & (gained >= decision.bits))
    late = free[assign(scores.left[free], scores.right[free], gained[free] - decision.bits)]
    everything = np.sort(np.concatenate([chosen, late]))
    raised = np.where(np.isin(everything, late), bits, 0.0)
    gaps = gap(keys, scores.weight)[everything]
    weight = scores.weight[everything] + raised
    taken = scores.take(everything)
    raised_scores = replace(
        taken, weight=weight, probability=probability(weight), extra={**taken.extra, "left over": raised}
    )
    notes = (f"{len(late):,} links are of records left over, whose prior for each other is {bits:.1f} bits better.",)
    is_review = in_band[everything] & (raised == 0)
    return Links(raised_scores, gaps, is_review, decision, scores, notes if len(late) else ())


def leftover_bits(records: Records, matches: float) -> float:
    """Return how many bits the prior of two records rises once all others that match are taken out.

    Among ``a`` and ``b`` records of two files in which a person stands once, ``matches`` of them matched, a match of
    what is left is ``a b / ((a - matches) (b - matches))`` times as likely as of two records picked at first. No
    fewer than one in a hundred records is taken to be left, since the number of matches is an estimate.
    """
    sizes = np.diff(records.starts)
    left = np.maximum(sizes - matches, LEAST_LEFT * sizes)
    return float(np.log2(sizes / left).sum())


def check_decision(records: Records, decision: Decision) -> None:
    """Raise a SpecError where a decision does not fit the datasets: ask before the work."""
    if isinstance(decision, Cluster):
        from ._clusters import held_bits

        held_bits(records, decision.unique)
        return
    names = tuple(dataset.name for dataset in records.datasets)
    if isinstance(decision, OneToOne | OneToMany) and (len(names) != 2 or records.link_type != "link_only"):
        listed = f"{len(names)} datasets" if len(names) > 1 else "one dataset"
        within = ", also within each" if records.link_type == "link_and_dedupe" else ""
        raise SpecError(
            f"{type(decision).__name__} pairs the records of two datasets; here pairs are made of {listed}{within}. "
            f"Use clusters(..., unique={names!r}), which keeps records of a dataset that holds a person once apart."
        )
    if isinstance(decision, BestEach) and decision.side != "both" and records.link_type != "link_only":
        raise SpecError(
            f"BestEach(side={decision.side!r}) needs pairs of different datasets: within one, left and right mean "
            "nothing. Use side='both'."
        )


def _choose(scores: Scores, keys: list[Keys], pairs: Keys, decision: LinkDecision, bits: float) -> Keys:
    """Choose among some pairs (rising positions); a pair of so many bits is worth nothing."""
    if isinstance(decision, OneToOne):
        floor = min(bits, float(scores.weight[pairs].min(initial=np.inf)))
        return pairs[assign(scores.left[pairs], scores.right[pairs], scores.weight[pairs] - floor)]
    if not keys:
        return pairs
    return pairs[best_of_each([key[pairs] for key in keys], scores.weight[pairs])]


def _is_free(keys: list[Keys], chosen: Keys, size: int) -> NDArray[np.bool_]:
    """Which of so many pairs compete for no record that a chosen pair has."""
    is_used = np.zeros(max((int(key.max()) + 1 for key in keys), default=0), np.bool_)
    for key in keys:
        is_used[key[chosen]] = True
    is_free = np.ones(size, np.bool_)
    for key in keys:
        is_free &= ~is_used[key]
    return is_free


def threshold(
    scores: Scores, *, at_least: float = 0.95, weight: float | None = None, review: tuple[float, float] | None = None
) -> Links:
    """Link every pair that reaches a threshold; the parameters are those of :class:`Threshold`."""
    return decide(scores, Threshold(at_least, weight, review))


def best_each(
    scores: Scores,
    side: Side = "left",
    *,
    at_least: float = 0.5,
    weight: float | None = None,
    review: tuple[float, float] | None = None,
) -> Links:
    """Link each record to its best partner only; the parameters are those of :class:`BestEach`."""
    return decide(scores, BestEach(side, at_least, weight, review))


def one_to_one(
    scores: Scores, *, at_least: float = 0.5, weight: float | None = None, review: tuple[float, float] | None = None
) -> Links:
    """Link each record to one other at most, the best way overall; the parameters are those of :class:`OneToOne`."""
    return decide(scores, OneToOne(at_least, weight, review))


def one_to_many(
    scores: Scores,
    one: Literal["left", "right"] = "left",
    *,
    at_least: float = 0.5,
    weight: float | None = None,
    review: tuple[float, float] | None = None,
) -> Links:
    """Link one record to many, each of which has one link only; the parameters are those of :class:`OneToMany`."""
    return decide(scores, OneToMany(one, at_least, weight, review))


def clusters(
    scores: Scores,
    *,
    at_least: float = 0.95,
    weight: float | None = None,
    review: tuple[float, float] | None = None,
    method: ClusterMethod | None = None,
    unique: Sequence[str] = (),
    unscored: float = -6.0,
    model: Any = None,
) -> Clusters:
    """Put all records of a person into one cluster; the parameters are those of :class:`Cluster`.

    ``method="profile"`` needs the ``model`` that scored the pairs, too.
    """
    names = (unique,) if isinstance(unique, str) else tuple(unique)
    return decide(scores, Cluster(at_least, weight, review, method, names, unscored), model=model)
