"""The quality of a report: what the model expects, what does not trust it, and what the truth says."""

from __future__ import annotations

from typing import Any

from linkkit.evaluate import calibration, cluster_quality, estimates_of_run, pair_quality

from ._facts import Facts

__all__ = ["quality"]


def quality(facts: Facts) -> dict[str, Any]:
    """Return the expected quality, all estimates side by side, and the measured one where the truth is known."""
    if not facts.has_probabilities:
        return {"expected": None, "estimates": None, "measured": _measured(facts)}
    expected = facts.run.expected
    estimates = estimates_of_run(facts.run, facts.truth, decoys=facts.decoys, expected=expected)
    return {"expected": expected.to_dict(), "estimates": estimates.to_dict(), "measured": _measured(facts)}


def _measured(facts: Facts) -> dict[str, Any] | None:
    if facts.truth is None:
        return None
    clusters = cluster_quality(facts.run.clustered, facts.truth).to_dict()
    clusters.pop("pairs")
    return {
        "pairs": pair_quality(facts.decision, facts.truth, candidates=facts.run.pairs).to_dict(),
        "clusters": clusters,
        "calibration": calibration(facts.decision, facts.truth).to_dict() if facts.has_probabilities else None,
        "truth_entries_left_out": facts.truth.left_out,
    }
