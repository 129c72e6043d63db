"""What a run states of itself: precision, recall over all true pairs, and how many matches there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkkit.decide import Clusters, Links, OneToOne, leftover_bits
from linkkit.score import Model
from linkkit.specs import Rule
from linkkit.tables import Patterns, Scores
from linkkit.weights import least_weight

from ._all_matches import AllMatches, all_matches
from ._belonging import cluster_pairs
from ._bootstrap import LEAST_MATCHES, REPEATS, LinkedPairs, drawn_shares, drawn_weights, interval
from ._counts import distinct_rows, pack
from ._expected import ExpectedQuality
from ._match_states import Spliced, found_matches
from ._matching import matching_probability

__all__ = ["Held", "held_probability", "stated_quality"]

Floats = NDArray[np.float64]
# Pairs below this are not taken for found matches: what is expected of them rests on the model alone.
SURE_WEIGHT = 0.0
_ASSUMES = (
    "These are the model's own figures. They hold if it fits: values err independently from field to field, but for "
    "how carefully a pair was written, which is estimated.",
    "The intervals hold what chance does to the counts that the model was learned from, and to the links, and no error "
    "of the model.",
)
_WITHIN = (
    "Pairs that clusters join through other records count; a chain of links is as sure as its links, as if these erred "
    "independently."
)
_SINGLE = "Records are taken to have one match at most, as the decision says."
_OPAQUE = (
    "Some blocking rules cannot be told from single fields: what they alone make is counted, what they lose is not."
)
_BLIND = "What blocking lost is not counted: its rules cannot be told from single fields."
_FEW = "There are too few sure pairs to tell what blocking and the threshold lost: recall is among the scored pairs."


@dataclass(frozen=True, eq=False)
class Held:
    """How probable a decision holds the pairs.

    Parameters
    ----------
    scores
        All pairs that were there to choose from.
    probability
        Shape (pairs,): of each of them, given the decision.
    linked
        Probabilities of all the linked pairs, also of those that were not scored.
    place
        Where each linked pair stands among the scores; -1 where it was not scored.
    independent
        How many links the linked pairs follow from: one fewer than each cluster has records.
    """

    scores: Scores
    probability: Floats
    linked: Floats
    place: NDArray[np.int64]
    independent: int


def held_probability(decision: Links | Clusters) -> Held:
    """Return how probable each pair is a match, given what the decision takes for granted and has put together."""
    if isinstance(decision, Clusters):
        scores = decision.all_scores
        left, right, linked = cluster_pairs(decision)
        place = _places(scores, left, right)
        probability = scores.probability.copy()
        probability[place[place >= 0]] = linked[place >= 0]
        return Held(scores, probability, linked, place, len(decision.label) - len(decision))
    scores, decided = decision.all_scores, decision.decided()
    is_one_to_one = isinstance(decision.decision, OneToOne)
    probability = _one_to_one(decision) if is_one_to_one else decision.shared_probability()
    place = _places(scores, decided.left, decided.right)
    return Held(scores, probability, probability[place], place, len(place))


def _one_to_one(links: Links) -> Floats:
    """Share the probability out among all matchings; of records left over, too, where the decision does so."""
    scores = links.all_scores
    found = matching_probability(scores.left, scores.right, scores.weight)
    if isinstance(links.decision, OneToOne) and links.decision.leftovers:
        bits = leftover_bits(scores.records, float(found.sum()))
        found = matching_probability(scores.left, scores.right, scores.weight + bits)
    return found


def stated_quality(
    decision: Links | Clusters,
    model: Model,
    patterns: Patterns,
    rules: tuple[Rule, ...],
    *,
    keep: float = 0.01,
    repeats: int = REPEATS,
    seed: int = 1,
) -> ExpectedQuality:
    """State precision, recall over all true pairs and the number of matches, with intervals, from the model alone.

    Parameters
    ----------
    decision
        Links (those for review do not count), or clusters: every pair within one is a link.
    model
        A Fellegi-Sunter model.
    patterns
        Of all candidate pairs.
    rules
        The blocking rules.
    keep
        The least probability of the scored pairs.
    repeats, seed
        How often pattern counts are drawn for the intervals.
    """
    held = held_probability(decision)
    floor = max(SURE_WEIGHT, least_weight(keep, None))
    spliced = found_matches(held.scores, held.probability, rules, model, floor, seed=seed)
    fitted = None if spliced is None else all_matches(spliced.found)
    links, true = len(held.linked), float(held.linked.sum())
    total = max(_total(held, spliced, fitted, floor), true)
    drawn = _repeats(held, model, patterns, spliced, fitted, floor, repeats, seed)
    precision, recall = _over(true, links), _over(true, total)
    spread = 1.96 * float(np.std(drawn[:, 1])) if len(drawn) else 0.0
    return ExpectedQuality(
        links,
        precision,
        recall,
        interval(precision, drawn[:, 0] / max(links, 1), links),
        interval(recall, drawn[:, 0] / np.maximum(drawn[:, 1], 1e-9), total),
        true,
        total,
        _limits(decision, rules, spliced),
        "all pairs",
        _made_share(spliced, fitted),
        (max(total - spread, true), total + spread),
    )


def _total(held: Held, spliced: Spliced | None, fitted: AllMatches | None, floor: float) -> float:
    """All matches: the sure ones found, over the share of matches that is sure and found."""
    sure = held.scores.weight >= floor
    if fitted is None or spliced is None:
        return float(held.probability.sum())
    # Pairs that only opaque rules made are found besides.
    besides = max(float(held.probability[sure].sum()) - fitted.found, 0.0)
    return max(fitted.total, fitted.found + besides)


def _made_share(spliced: Spliced | None, fitted: AllMatches | None) -> float | None:
    if spliced is None or fitted is None or spliced.is_partial or not spliced.knows_blocking:
        return None
    return fitted.made_share


def _repeats(
    held: Held,
    model: Model,
    patterns: Patterns,
    spliced: Spliced | None,
    fitted: AllMatches | None,
    floor: float,
    repeats: int,
    seed: int,
) -> Floats:
    """True links and matches in all, from pattern counts drawn anew; shape (repeats, 2)."""
    random = np.random.default_rng(seed)
    sure = np.flatnonzero(held.scores.weight >= floor)
    levels, counts, pattern = _used(patterns, held, sure, model)
    weight = model.pattern_weights(levels)
    links = LinkedPairs.of(np.where(held.place >= 0, pattern[held.place], -1), held.linked)
    found = LinkedPairs.of(pattern[sure], held.probability[sure])
    shares = (
        np.ones(repeats)
        if fitted is None or spliced is None
        else drawn_shares(spliced.found, fitted, repeats, seed, _clump(held))
    )
    clump = _clump(held)
    rows = np.empty((repeats, 2))
    for repeat, share in enumerate(shares.tolist()):
        shift = drawn_weights(levels, counts, weight, random, clump)
        # The same chance for links and found matches, most of which are the same pairs.
        chance = int(random.integers(2**32))
        true = links.true(shift, np.random.default_rng(chance), clump)
        sure_matches = found.true(shift, np.random.default_rng(chance), clump)
        missed = sure_matches * (1 - share) / share
        missed = max(missed + np.sqrt(missed / share) * random.standard_normal(), 0.0)
        rows[repeat] = true, max(sure_matches + missed, true)
    return rows


def _clump(held: Held) -> float:
    """How many pairs come and go together: a person of n records has n (n - 1) / 2 pairs, but n - 1 links by chance."""
    return max(len(held.linked) / held.independent, 1.0) if held.independent else 1.0


def _used(
    patterns: Patterns, held: Held, sure: NDArray[np.int64], model: Model
) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]]:
    """Return the patterns that teach m or that links are of, their counts, and which of them each scored pair has."""
    size = len(patterns.counts)
    _, place = distinct_rows(np.concatenate([patterns.levels, held.scores.levels]))
    at = np.zeros(int(place.max(initial=0)) + 1, np.int64)
    at[place[:size]] = np.arange(size)
    pattern = at[place[size:]]
    is_used = patterns.counts * model.pattern_probabilities(patterns.levels) > LEAST_MATCHES
    is_used[pattern[sure]] = True
    is_used[pattern[held.place[held.place >= 0]]] = True
    return patterns.levels[is_used], patterns.counts[is_used], (np.cumsum(is_used) - 1)[pattern]


def _places(scores: Scores, left: NDArray[Any], right: NDArray[Any]) -> NDArray[np.int64]:
    """Where pairs stand among the scores; -1 where they do not."""
    keys, asked = pack(scores.left, scores.right), pack(left, right)
    if not len(keys):
        return np.full(len(asked), -1, np.int64)
    order = np.argsort(keys, kind="stable")
    place = np.minimum(np.searchsorted(keys[order], asked), len(keys) - 1)
    return np.where(keys[order][place] == asked, order[place], -1)


def _limits(decision: Links | Clusters, rules: tuple[Rule, ...], spliced: Spliced | None) -> tuple[str, ...]:
    said = list(_ASSUMES)
    if isinstance(decision, Clusters):
        said.append(_WITHIN)
    elif decision.decision.single != "none":
        said.append(_SINGLE)
    if spliced is None:
        said.append(_FEW)
    else:
        said += [_BLIND] if not spliced.knows_blocking else [_OPAQUE] if spliced.is_partial else []
        if spliced.always:
            asked = ", ".join(spliced.always)
            said.append(f"Every blocking rule asks for {asked}: matches that differ there are not counted.")
    return tuple(said)


def _over(part: float, whole: float) -> float:
    return part / whole if whole > 0 else float("nan")
