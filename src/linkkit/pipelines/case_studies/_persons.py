"""Link the persons of a case study: by a bridge, a key, a published algorithm, or weights that need no learning."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkkit.block import candidate_pairs, every_pair, listed
from linkkit.compare import compare_pairs
from linkkit.errors import DataError, SpecError, did_you_mean
from linkkit.fields import kind_of
from linkkit.pipelines.algorithms import algorithm
from linkkit.pipelines.algorithms._settle import LINK
from linkkit.plan import check_plan, recommend
from linkkit.records import Records
from linkkit.score import Model, load_model
from linkkit.specs import Comparison
from linkkit.weights import log2_odds

from ._attach import persons_of
from ._fixed import fixed_model
from ._linked import LINKED, NO_UNIT, NOT_FOUND, UNSURE, LinkedCases

if TYPE_CHECKING:
    from linkkit.tables import Scores

    from ._files import BridgeRows
    from ._spec import CaseStudy

__all__ = ["link_persons", "posteriors"]

KEYS = ("study_key", "nhs_number", "upn", "national_id")
# Up to here every pair is compared, so that none is lost in blocking: seconds of work.
_ALL_PAIRS = 5_000_000
# A case is never surely in the register, or surely not, before anything is compared.
_LEAST_DOUBT = 0.01
_TELLING = ("given_name", "full_name", "date")


def link_persons(spec: CaseStudy, records: Records, bridge: BridgeRows | None = None) -> LinkedCases:
    """Link each case to a record of the other dataset, or say that it is unsure or not found."""
    found = _nothing(records)
    if bridge is not None:
        sure = np.ones(len(bridge.left), bool)
        found = found.where_open(_made(records, bridge.left, bridge.right, sure, "bridge"))
    key = _key(spec, records)
    if key is not None:
        found = found.where_open(_by_key(records, key))
    if (found.state >= NOT_FOUND).any():
        if spec.algorithm is not None:
            found = found.where_open(_by_algorithm(records, spec.algorithm))
        elif any(kind_of(field) in _TELLING for field in records.fields):
            found = found.where_open(_by_weights(spec, records))
    return found.single(persons_of(records.datasets[1]))


def _cases(records: Records) -> int:
    return int(records.starts[1])


def _nothing(records: Records) -> LinkedCases:
    cases = _cases(records)
    return LinkedCases(
        np.full(cases, -1), np.full(cases, NO_UNIT), np.full(cases, "nothing to link by", object)
    )  # fmt: skip


def _key(spec: CaseStudy, records: Records) -> str | None:
    if spec.key is None:
        return next((key for key in KEYS if key in records.fields), None)
    if spec.key not in records.fields:
        raise DataError(
            f"key: {spec.key!r} is not a field of both datasets; they share {', '.join(records.fields)}."
            f"{did_you_mean(spec.key, records.fields)} Say which columns hold it with Dataset(..., fields=)."
        )
    return spec.key


def _by_key(records: Records, key: str) -> LinkedCases:
    """Link equal keys; unsure where several records have it, or name and date of birth both contradict it."""
    codes, cases = records.encoded(key).codes.astype(np.int64), _cases(records)
    theirs = codes[cases:]
    order = np.argsort(theirs, kind="stable")
    low = np.searchsorted(theirs[order], codes[:cases], side="left")
    high = np.searchsorted(theirs[order], codes[:cases], side="right")
    left = np.flatnonzero((codes[:cases] > 0) & (high > low))
    right = order[low[left]] + cases
    persons = persons_of(records.datasets[1])[order]
    several = [len(np.unique(persons[low[case] : high[case]])) > 1 for case in left.tolist()]  # a few cases
    sure = ~np.array(several, bool) & ~_contradicted(records, left, right)
    found = _made(records, left, right, sure, f"key {key}")
    state = np.where(codes[:cases] == 0, NO_UNIT, found.state)
    return LinkedCases(found.row, state, found.way)


def _contradicted(records: Records, left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell the pairs whose given names and dates of birth have nothing in common: one key was mistyped."""
    fields = [field for field in ("given_name", "date_of_birth") if field in records.fields]
    if len(fields) < 2 or not len(left):
        return np.zeros(len(left), bool)
    from linkkit.compare import recommended

    cases = _cases(records)
    ids = records.ids(left, 0).to_pylist(), records.ids(right, 1).to_pylist()
    comparisons = [recommended(field) for field in fields]
    levels = compare_pairs(candidate_pairs(records, [listed(*ids)]), comparisons)
    wrong = np.zeros(cases, bool)
    for ours, _, level in levels:
        others = [level[:, place] > len(one.levels) for place, one in enumerate(comparisons)]
        wrong[ours[np.all(others, axis=0)]] = True
    return np.asarray(wrong[left])


def _by_algorithm(records: Records, name: str) -> LinkedCases:
    made = algorithm(name).link(*records.datasets, prepared=True)
    # Links last, so that they win over pairs for review.
    order = np.argsort(made.status == LINK, kind="stable")
    left, right = made.left[order].astype(np.int64), made.right[order].astype(np.int64)
    return _made(records, left, right, (made.status == LINK)[order], name)


def _made(
    records: Records, left: NDArray[np.int64], right: NDArray[np.int64], sure: NDArray[np.bool_], way: str
) -> LinkedCases:
    """Return the cases with the given pairs; a pair that is not sure makes a case unsure."""
    cases = _cases(records)
    state, row = np.full(cases, NOT_FOUND), np.full(cases, -1)
    there = (left >= 0) & (right >= 0)
    state[left[there]] = np.where(sure[there], LINKED, UNSURE)
    row[left[there]] = np.where(sure[there], right[there] - cases, -1)
    return LinkedCases(row, state, np.full(cases, way, object))


def _by_weights(spec: CaseStudy, records: Records) -> LinkedCases:
    saved = None if spec.plan.model is None else _saved(spec.plan.model)
    plan = spec.plan if saved is None or spec.plan.compare else spec.plan.change(compare=saved.comparisons)
    is_small = records.pair_count <= _ALL_PAIRS and not plan.block
    plan = recommend(records, plan.change(block=(every_pair(),)) if is_small else plan)
    check_plan(plan, records)
    levels = compare_pairs(candidate_pairs(records, plan.block), plan.compare)
    cards = [dataset.card for dataset in records.datasets]
    expected = cards[0].expected_in(cards[1])
    overlap = 0.5 if expected is None else sum(expected.bounds) / 2
    overlap = min(max(overlap, _LEAST_DOUBT), 1 - _LEAST_DOUBT)
    prior = overlap / len(records.datasets[1])
    model = fixed_model(levels, prior, seed=spec.seed) if saved is None else replace(saved, prior=prior)
    scores = model.score(levels, at_least=1e-6)
    cases = _cases(records)
    bits = scores.weight - log2_odds(prior) + np.log2(prior / (1 - overlap))
    probability = posteriors(scores.left.astype(np.int64), bits, cases)
    # Several candidates share a probability: together they may be likely where none is.
    together = np.bincount(scores.left, weights=probability, minlength=cases)
    probability = _of_persons(scores, probability, persons_of(records.datasets[1])[scores.right - cases])
    contradicts = _is_contradiction(scores)
    best, row = np.zeros(cases), np.full(cases, -1)
    # The best of a case comes last, and stays: of several records of a person that which fits best.
    order = np.lexsort((-scores.right.astype(np.int64), scores.weight, probability))
    left, right = scores.left[order].astype(np.int64), scores.right[order].astype(np.int64)
    best[left], row[left] = probability[order], right - cases
    doubtful = np.zeros(cases, bool)
    doubtful[left] = contradicts[order]
    linked = (best >= spec.link_from) & ~doubtful
    unsure = ~linked & (together >= spec.review_from)
    state = np.where(linked, LINKED, np.where(unsure, UNSURE, NOT_FOUND))
    way = "weights with fixed m" if saved is None else "weights of the plan's model"
    return LinkedCases(np.where(linked, row, -1), state, np.full(cases, way, object))


def _saved(path: str) -> Model:
    model = load_model(path)
    if not isinstance(model, Model):
        raise SpecError("A case study takes a Fellegi-Sunter model, in plan.model; this is a model of a mixture.")
    return model


def posteriors(left: NDArray[np.int64], bits: NDArray[np.float64], cases: int) -> NDArray[np.float64]:
    """Return how likely each candidate is the person of its case, who has one record at most or none.

    Parameters
    ----------
    left
        Shape (pairs,): the case of each candidate.
    bits
        Shape (pairs,): log2 of how much likelier it is to be the person than that the person is not there.
    cases
        How many cases there are.

    Examples
    --------
    >>> posteriors(np.array([0, 0, 1]), np.array([0.0, 0.0, 1.0]), 2).round(3).tolist()
    [0.333, 0.333, 0.667]
    """
    highest = np.zeros(cases)  # of nobody: 0 bits
    np.maximum.at(highest, left, bits)
    odds = np.exp2(bits - highest[left])
    total = np.bincount(left, weights=odds, minlength=cases) + np.exp2(-highest)
    return np.asarray(odds / total[left])


def _of_persons(scores: Scores, probability: NDArray[np.float64], person: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return for each candidate record how likely its person is the case: the records of a person stand together."""
    pairs = np.stack([scores.left.astype(np.int64), person], axis=1)
    _, place = np.unique(pairs, axis=0, return_inverse=True)
    place = place.reshape(-1)
    return np.asarray(np.bincount(place, weights=probability)[place]) if len(place) else probability


def _is_contradiction(scores: Scores) -> NDArray[np.bool_]:
    """Tell the pairs that a link must not be made of, whatever their weight: a twin or sibling may be the person.

    They share surname, home, perhaps the day of birth. What tells them apart is missing, other, or barely alike.
    """
    found = np.zeros(len(scores), bool)
    for place, comparison in enumerate(scores.comparisons):
        if _tells_persons_apart(comparison):
            loosest = len(comparison.levels) if len(comparison.levels) > 2 else len(comparison.levels) + 1
            found |= (scores.levels[:, place] == 0) | (scores.levels[:, place] >= loosest)
    return found


def _tells_persons_apart(comparison: Comparison) -> bool:
    fields = comparison.every_field
    return bool(fields) and fields[0] != "middle_name" and kind_of(fields[0]) in _TELLING
