"""Carry out a decision: from scores to links or clusters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, overload

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import SpecError
from linkkit.records import Records
from linkkit.tables import Scores
from linkkit.weights import probability

from ._assignment import assign
from ._clusters import cluster
from ._expected_f1 import most_expected_f1
from ._judgements import Judgements
from ._rivals import best_of_each, gap, keys_of, shared_probability
from ._settled import certain, settled_scores
from ._specs import BestEach, Cluster, ClusterMethod, Decision, OneToMany, OneToOne, Side, Threshold
from ._tables import Clusters, Links

if TYPE_CHECKING:
    import pandas as pd

    Judged = pd.DataFrame | Judgements | None

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
def decide(scores: Scores, decision: Cluster, *, model: Any = None, judgements: Judged = None) -> Clusters: ...
@overload
def decide(scores: Scores, decision: LinkDecision, *, model: Any = None, judgements: Judged = None) -> Links: ...
@overload
def decide(scores: Scores, decision: Decision, *, model: Any = None, judgements: Judged = None) -> Links | Clusters: ...
def decide(scores: Scores, decision: Decision, *, model: Any = None, judgements: Judged = None) -> Links | Clusters:
    """Decide which pairs are links, as a spec says.

    Parameters
    ----------
    scores
        Scored pairs, in any order: the result is the same.
    decision
        A :class:`Threshold`, :class:`BestEach`, :class:`OneToOne`, :class:`OneToMany` or :class:`Cluster`.
    model
        The Fellegi-Sunter model behind the scores; ``Cluster(method="profile")`` asks it about values, no other does.
    judgements
        What people decided, as a table (see :meth:`Judgements.of`): a pair judged to match is always linked, one judged
        not to is never, and never in one cluster. A pair that was never scored stands at the threshold's weight.

    Returns
    -------
    Links, or Clusters for a :class:`Cluster`

    Raises
    ------
    SpecError
        Where the decision does not fit the datasets; see :func:`check_decision`.
    DataError
        Where judgements contradict each other, or the decision.

    Examples
    --------
    >>> from linkkit.decide import OneToOne
    >>> OneToOne(at_least=0.9).bits.__round__(2)
    3.17
    """
    check_decision(scores.records, decision)
    judged = judgements_of(scores.records, judgements)
    if judged is not None:
        judged.check(decision)
    if isinstance(decision, Cluster):
        return cluster(scores, decision, model, judged)
    return _links(settled_scores(scores, judged, decision.bits), decision, judged)


def _links(scores: Scores, decision: LinkDecision, judged: Judgements | None) -> Links:
    """Choose the links: those that people judged, those above the threshold, left-over records, the review band."""
    keys = keys_of(scores, decision.single)
    sure = np.zeros(len(scores), np.bool_) if judged is None else judged.is_positive(scores.left, scores.right)
    is_strong, in_band = decision.reached(scores) & ~sure, decision.is_review(scores) & ~sure
    fixed = np.flatnonzero(sure)
    free = np.flatnonzero(is_strong & _is_free(keys, fixed, len(scores)))
    believed = certain(scores, judged)
    chosen = np.sort(np.concatenate([fixed, _choose(believed, keys, free, decision, decision.bits)]))
    late, bits = _leftovers(believed, keys, chosen, decision)
    optional = in_band & ~is_strong
    if optional.any() and not (isinstance(decision, OneToOne) and decision.leftovers):
        free = np.flatnonzero(optional & _is_free(keys, chosen, len(scores)))
        chosen = np.concatenate([chosen, _choose(scores, keys, free, decision, decision.review_bits)])
    everything = np.sort(np.concatenate([chosen, late]))
    is_late = np.isin(everything, late)
    gaps = gap(keys or keys_of(scores, "both"), scores.weight)[everything]
    is_review = in_band[everything] & ~is_late
    near = _too_near(gaps, decision) & ~sure[everything] & ~is_review
    notes = _notes(len(late), bits, int(near.sum()), decision)
    taken = _raised(scores.take(everything), np.where(is_late, bits, 0.0)) if len(late) else scores.take(everything)
    return Links(taken, gaps, is_review | near, decision, scores, notes, judged)


def _too_near(gaps: NDArray[np.float64], decision: LinkDecision) -> Mask:
    """Which links have a rival that is too near, or as good, or better and only in the way of more."""
    if decision.least_gap is None:
        return np.zeros(len(gaps), np.bool_)
    return (gaps < decision.least_gap) | (gaps <= 0)


def _notes(late: int, bits: float, near: int, decision: LinkDecision) -> tuple[str, ...]:
    found = []
    if late:
        found.append(f"{late:,} links are of records left over, whose prior for each other is {bits:.1f} bits better.")
    if near:
        found.append(
            f"For review, and no links: {near:,} with a rival nearer than {decision.least_gap:g} bits, or equal."
        )
    return tuple(found)


def judgements_of(records: Records, given: pd.DataFrame | Judgements | None) -> Judgements | None:
    """Return judgements as rows of the records."""
    return given if given is None or isinstance(given, Judgements) else Judgements.of(records, given)


def _leftovers(scores: Scores, keys: list[Keys], chosen: Keys, decision: LinkDecision) -> tuple[Keys, float]:
    """Choose among the records left over where the better prior that they have for each other is enough."""
    if not (isinstance(decision, OneToOne) and decision.leftovers):
        return np.empty(0, np.int64), 0.0
    bits = leftover_bits(scores.records, float(scores.probability[chosen].sum()))
    gained = scores.weight + bits
    free = np.flatnonzero(_is_free(keys, chosen, len(scores)) & (gained >= decision.bits))
    return free[assign(scores.left[free], scores.right[free], gained[free] - decision.bits)], bits


def _raised(scores: Scores, raised: NDArray[np.float64]) -> Scores:
    """Return scores with the bits that the prior of left-over records rises by."""
    weight = scores.weight + raised
    extra = {**scores.extra, "left over": raised}
    return replace(scores, weight=weight, probability=probability(weight), extra=extra)


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
    if isinstance(decision, OneToOne) and decision.by_expected_f1:
        shared = shared_probability(keys, scores.weight)
        return pairs[most_expected_f1(scores.left[pairs], scores.right[pairs], shared[pairs], float(shared.sum()))]
    if isinstance(decision, OneToOne):
        floor = min(bits, float(scores.weight[pairs].min(initial=np.inf)))
        return pairs[assign(scores.left[pairs], scores.right[pairs], scores.weight[pairs] - floor)]
    if not keys:
        return pairs
    return pairs[best_of_each([key[pairs] for key in keys], scores.weight[pairs])]


def _is_free(keys: list[Keys], chosen: Keys, size: int) -> NDArray[np.bool_]:
    """Which of so many pairs compete for no record that a chosen pair has."""
    is_used = np.zeros(max((int(key.max(initial=-1)) + 1 for key in keys), default=0), np.bool_)
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
    least_gap: float | None = None,
) -> Links:
    """Link each record to its best partner only; the parameters are those of :class:`BestEach`."""
    return decide(scores, BestEach(side, at_least, weight, review, least_gap))


def one_to_one(
    scores: Scores,
    *,
    at_least: float = 0.5,
    weight: float | None = None,
    review: tuple[float, float] | None = None,
    least_gap: float | None = None,
) -> Links:
    """Link each record to one other at most, the best way overall; the parameters are those of :class:`OneToOne`."""
    return decide(scores, OneToOne(at_least, weight, review, least_gap=least_gap))


def one_to_many(
    scores: Scores,
    one: Literal["left", "right"] = "left",
    *,
    at_least: float = 0.5,
    weight: float | None = None,
    review: tuple[float, float] | None = None,
    least_gap: float | None = None,
) -> Links:
    """Link one record to many, each of which has one link only; the parameters are those of :class:`OneToMany`."""
    return decide(scores, OneToMany(one, at_least, weight, review, least_gap))


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
