"""The quality of a report: what the model expects, and what the truth says."""

from __future__ import annotations

from typing import Any

from linkkit.evaluate import cluster_quality, expected_of_run, pair_quality

from ._facts import Facts

__all__ = ["quality"]


def quality(facts: Facts) -> dict[str, Any]:
    """Return the expected quality, and the measured one where the truth is known."""
    return {"expected": _expected(facts), "measured": _measured(facts)}


def _expected(facts: Facts) -> dict[str, Any] | None:
    return expected_of_run(facts.run).to_dict() if facts.has_probabilities else None


def _measured(facts: Facts) -> dict[str, Any] | None:
    if facts.truth is None:
        return None
    clusters = cluster_quality(facts.run.clustered, facts.truth).to_dict()
    clusters.pop("pairs")
    return {
        "pairs": pair_quality(facts.decision, facts.truth, candidates=facts.run.pairs).to_dict(),
        "clusters": clusters,
        "truth_entries_left_out": facts.truth.left_out,
    }
