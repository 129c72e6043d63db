"""The weights of a report: their distribution, the commonest patterns, and what other thresholds would give."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkkit.decide import Clusters, Links, decide
from linkkit.evaluate import expected_quality, pair_quality

from ._facts import Facts

__all__ = ["histogram", "patterns", "thresholds"]

_MOST_BINS = 48
_THRESHOLDS = (0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9999)
# Deciding at every threshold is quick up to so many scored pairs; beyond them at fewer thresholds.
_MANY_PAIRS = 1_000_000
_STATUS = ("not linked", "review", "link")


def histogram(facts: Facts) -> dict[str, Any]:
    """Count candidate pairs by weight and by what became of them.

    Pairs below the floor of the scores are counted at the weight of their pattern, without adjustments.
    """
    kept = np.bincount(facts.pattern_place, minlength=len(facts.patterns.counts))
    below = facts.patterns.counts - kept
    series: list[tuple[str, NDArray[np.float64], NDArray[np.int64]]] = [
        (name, facts.scores.weight[facts.status == number], np.ones(int((facts.status == number).sum()), np.int64))
        for number, name in enumerate(_STATUS)
    ]
    if facts.pattern_weights is not None:
        series.append(("below the floor", facts.pattern_weights, below))
    edges = _edges(np.concatenate([weight[count > 0] for _, weight, count in series]))
    bins = [{"low": low, "high": high} for low, high in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)]
    counts = {}
    for name, weight, count in series:
        place = np.clip(np.searchsorted(edges, weight, side="right") - 1, 0, len(bins) - 1)
        counts[name] = np.bincount(place, count, minlength=len(bins)).astype(np.int64).tolist()
    return {
        "bins": bins,
        "counts": counts,
        "threshold": facts.run.linked.decision.bits,
        "below_floor": int(below.sum()),
    }


def _edges(weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Edges of whole bits, as wide as keeps the bins few."""
    if not len(weight):
        return np.array([0.0, 1.0])
    low, high = math.floor(float(weight.min())), math.floor(float(weight.max())) + 1
    width = max(math.ceil((high - low) / _MOST_BINS), 1)
    return np.arange(math.floor(low / width) * width, high + width, width, dtype=np.float64)


def patterns(facts: Facts, most: int = 15) -> dict[str, Any]:
    """Return the commonest patterns among the links, and the commonest among the other candidates."""
    table = facts.patterns
    links = np.bincount(facts.pattern_place[facts.status == 2], minlength=len(table.counts))
    weight = facts.pattern_weights
    labels = [comparison.labels for comparison in table.comparisons]

    def row(place: int) -> dict[str, Any]:
        return {
            "levels": [names[level] for names, level in zip(labels, table.levels[place].tolist(), strict=True)],
            "pairs": int(table.counts[place]),
            "links": int(links[place]),
            "weight": None if weight is None else float(weight[place]),
        }

    by_links = [place for place in np.argsort(-links, kind="stable")[:most].tolist() if links[place]]
    rest = np.where(links > 0, 0, table.counts)
    by_rest = [place for place in np.argsort(-rest, kind="stable")[:most].tolist() if rest[place]]
    return {
        "comparisons": list(table.names),
        "occurring": len(table.counts),
        "of_links": [row(place) for place in by_links],
        "of_others": [row(place) for place in by_rest],
    }


def thresholds(facts: Facts) -> list[dict[str, Any]]:
    """Decide again at a row of thresholds, the run's own among them: links, expected and measured quality."""
    return [_at(facts, *each) for each in _decisions(facts)]


def _decisions(facts: Facts) -> Iterator[tuple[float | None, float, bool, Links | Clusters]]:
    """Return probability, weight, whether it is the run's own, and the decision at each threshold."""
    own = facts.run.linked.decision
    floor = facts.run.plan.keep
    if facts.has_probabilities and own.weight is None:
        values = sorted({value for value in _THRESHOLDS if value >= floor} | {own.at_least})
        if len(facts.scores) > _MANY_PAIRS:
            values = sorted({value for value in (0.5, 0.9, 0.99) if value >= floor} | {own.at_least})
        for value in values:
            at = replace(own, at_least=value, review=None)
            is_own = value == own.at_least
            yield value, at.bits, is_own, facts.decision if is_own else decide(facts.scores, at, model=facts.run.model)
    else:
        for weight in _weights(facts, own.bits):
            at = replace(own, weight=weight, review=None)
            is_own = weight == own.bits
            yield None, weight, is_own, facts.decision if is_own else decide(facts.scores, at, model=facts.run.model)


def _weights(facts: Facts, own: float) -> list[float]:
    weight = facts.scores.weight
    if not len(weight):
        return [own]
    spread = np.unique(np.round(np.quantile(weight, np.linspace(0, 1, 10))))
    return sorted({*spread.tolist(), own})


def _at(
    facts: Facts, probability: float | None, weight: float, is_own: bool, decision: Links | Clusters
) -> dict[str, Any]:
    links = (decision.links if isinstance(decision, Clusters) else decision).decided()
    row: dict[str, Any] = {
        "probability": probability,
        "weight": weight,
        "is_own": is_own,
        "links": len(links),
        "clusters": len(decision) if isinstance(decision, Clusters) else None,
    }
    if facts.has_probabilities:
        model = facts.run.model if hasattr(facts.run.model, "pattern_probabilities") else None
        expected = expected_quality(decision, patterns=facts.patterns if model else None, model=model)
        row |= {"expected_precision": expected.precision, "expected_recall": expected.recall}
    if facts.truth is not None:
        measured = pair_quality(decision, facts.truth)
        row |= {"precision": measured.precision, "recall": measured.recall, "f1": measured.f1}
    return row
