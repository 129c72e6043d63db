"""What a run scored by a mixture states of itself: precision, recall among candidates, and how many matches."""

from __future__ import annotations

import numpy as np

from linkkit.decide import Clusters, Links
from linkkit.score import MixtureModel

from ._expected import ExpectedQuality
from ._stated import held_probability

__all__ = ["mixture_quality"]

_Z = 1.959963984540054
_ASSUMES = (
    "These are the mixture's own figures. They hold if matches and others follow two smooth curves whose ratio rises "
    "with the similarity.",
    "The intervals hold the chance of each link being a match, and what chance does to the number of matches; they "
    "hold no error of the curves.",
    "True pairs that blocking never made are left out of the expected recall: the recall over all true pairs is lower.",
)
_ALONE = (
    "Pairs did not compete for records when the mixture was learned: relatives who are as alike as matches with errors "
    "are counted as matches."
)
_SINGLE = "Records are taken to have one match at most, as the decision says."


def mixture_quality(decision: Links | Clusters, model: MixtureModel) -> ExpectedQuality:
    """State what a mixture expects of links or clusters.

    Parameters
    ----------
    decision
        Links (those for review do not count), or clusters: every pair within one is a link.
    model
        The mixture that scored the pairs.
    """
    linked = held_probability(decision).linked
    links, true = len(linked), float(linked.sum())
    spread = _Z * float(np.sqrt((linked * (1 - linked)).sum()))
    low, high = max(true - spread, 0.0), min(true + spread, float(links))
    total = max(model.expected_matches, true)
    least, most = model.expected_matches_interval or (total, total)
    interval = None if model.expected_matches_interval is None else (min(least, total), max(most, total))
    limits = [*_ASSUMES]
    if not model.unique:
        limits.append(_ALONE)
    if isinstance(decision, Links) and decision.decision.single != "none":
        limits.append(_SINGLE)
    return ExpectedQuality(
        links,
        _over(true, links),
        _over(true, total),
        (_over(low, links), _over(high, links)),
        (_over(low, max(most, low)), min(_over(high, max(least, true)), 1.0)),
        true,
        total,
        tuple(limits),
        expected_matches_interval=interval,
    )


def _over(part: float, whole: float) -> float:
    return part / whole if whole > 0 else float("nan")
