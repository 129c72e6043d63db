"""The links and clusters of a report: how many, how ambiguous, how large, how weakly held."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkkit.decide import Clusters

from ._facts import Facts

__all__ = ["clusters", "links"]

_GAPS = (
    ("a better pair gave way", -np.inf, 0.0),
    ("0 to 1 bits", 0.0, 1.0),
    ("1 to 3 bits", 1.0, 3.0),
    ("3 to 6 bits", 3.0, 6.0),
    ("6 to 10 bits", 6.0, 10.0),
    ("10 bits or more", 10.0, np.inf),
)
_SHARES = ((0.0, 0.5), (0.5, 0.9), (0.9, 0.99), (0.99, 0.999), (0.999, 0.9999), (0.9999, 1.1))
_LARGEST_SHOWN = 10


def links(facts: Facts) -> dict[str, Any]:
    """Count links by dataset, by probability and by the gap to the next best pair."""
    linked, every = facts.linked, facts.run.linked
    decision = every.decision
    held = np.zeros(len(facts.records), np.int64)
    strong = decision.reached(facts.scores)
    for side in (facts.scores.left, facts.scores.right):
        np.add.at(held, side[strong], 1)
    is_linked = np.zeros(len(facts.records), np.bool_)
    is_linked[linked.left] = is_linked[linked.right] = True
    starts = facts.records.starts.tolist()
    return {
        "decision": repr(decision),
        "threshold": decision.threshold_text(),
        "links": len(linked),
        "review": every.review_count,
        "judged": every.judged_count,
        "judged_apart": 0 if every.judged is None else len(every.judged.negative[0]),
        "notes": list(every.notes),
        "by_dataset": [
            {
                "dataset": dataset.name,
                "records": len(dataset),
                "linked": int(is_linked[start:stop].sum()),
                "linked_share": float(is_linked[start:stop].mean()),
                "several_at_threshold": int((held[start:stop] > 1).sum()),
            }
            for dataset, start, stop in zip(facts.records.datasets, starts[:-1], starts[1:], strict=True)
        ],
        "probabilities": _probabilities(linked.probability) if facts.has_probabilities else [],
        "gaps": _gaps(linked.gap),
    }


def _probabilities(share: NDArray[np.float64]) -> list[dict[str, Any]]:
    return [
        {
            "range": f"{low:g} or more" if high > 1 else f"{low:g} to {high:g}",
            "links": int(((share >= low) & (share < high)).sum()),
        }
        for low, high in _SHARES
        if low > 0 or bool((share < high).any())
    ]


def _gaps(gap: NDArray[np.float64]) -> list[dict[str, Any]]:
    rows = [
        {"range": name, "links": int(((gap >= low) & (gap < high) & np.isfinite(gap)).sum())}
        for name, low, high in _GAPS
    ]
    return [*rows, {"range": "no other pair", "links": int(np.isposinf(gap).sum())}]


def clusters(facts: Facts) -> dict[str, Any]:
    """Count clusters by size, and say how weak the weakest link in each is."""
    found = facts.run.clustered
    sizes = found.sizes()
    counted = [
        {"size": str(size), "clusters": int((sizes == size).sum()), "records": int(sizes[sizes == size].sum())}
        for size in range(1, _LARGEST_SHOWN + 1)
        if bool((sizes == size).any())
    ]
    large = sizes[sizes > _LARGEST_SHOWN]
    if len(large):
        counted.append({"size": f"{_LARGEST_SHOWN + 1} or more", "clusters": len(large), "records": int(large.sum())})
    return {
        "are_decided": isinstance(facts.decision, Clusters),
        "clusters": len(found),
        "records": len(found.label),
        "of_several": int((sizes > 1).sum()),
        "largest": int(sizes.max(initial=0)),
        "refused_pairs": found.refused,
        "sizes": counted,
        "weakest": _weakest(facts, found),
    }


def _weakest(facts: Facts, found: Clusters) -> list[dict[str, Any]]:
    """Clusters of several records, by the probability of their weakest link."""
    pairs = facts.linked
    if not facts.has_probabilities or not len(pairs):
        return []
    least = np.full(len(found.label), np.inf)
    np.minimum.at(least, found.label[pairs.left], pairs.probability)
    return [{"range": row["range"], "clusters": row["links"]} for row in _probabilities(least[np.isfinite(least)])]
