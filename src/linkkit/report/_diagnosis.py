"""The diagnosis of a run in its report: findings, dependence of fields, and other starts."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from linkkit.score._diagnosis._data import finding_data

from ._facts import Facts

__all__ = ["diagnosis"]


def diagnosis(facts: Facts) -> dict[str, Any]:
    """Return every finding, the dependence of every two fields, and where other starts of the training ended."""
    found = facts.run.diagnosis
    return {
        "findings": [finding_data(finding) for finding in found],
        "comparisons": [] if found.dependence is None else list(found.dependence.comparisons),
        "dependence": [] if found.dependence is None else [_in_pairs(row) for row in found.dependence.rows()],
        "modes": [asdict(mode) for mode in found.modes],
    }


def _in_pairs(row: dict[str, Any]) -> dict[str, Any]:
    """A row with its counts of pairs as whole numbers."""
    pairs = {name: None if row[name] is None else round(row[name]) for name in ("observed", "expected")}
    shares = {name: row[name] for name in ("first", "second", "among_matches", "among_others")}
    return {**shares, "observed_pairs": pairs["observed"], "expected_pairs": pairs["expected"]}
