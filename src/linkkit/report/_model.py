"""The comparisons and the scorer of a report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from linkkit.score import ClassifierModel, MixtureModel, Model, RuleModel, TimeFading, TrainingPass
from linkkit.score._family import FamilyAlternative
from linkkit.specs import Comparison

from ._facts import Facts, rows_of
from ._siblings import evidence

__all__ = ["comparisons", "model"]


def comparisons(facts: Facts) -> list[dict[str, Any]]:
    """Return each comparison with its levels: their meaning, and how many candidates and links are at each."""
    patterns, links = facts.patterns, facts.linked.scores
    return [
        {
            "name": comparison.name,
            "fields": list(comparison.every_field),
            "levels": [
                {
                    "label": label,
                    "condition": _condition(comparison, number),
                    "candidates": int(patterns.counts[patterns.levels[:, place] == number].sum()),
                    "links": int((links.levels[:, place] == number).sum()),
                }
                for number, label in enumerate(comparison.labels)
            ],
        }
        for place, comparison in enumerate(patterns.comparisons)
    ]


def model(facts: Facts) -> dict[str, Any]:
    """Describe the scorer: what it learned, how, and what looks wrong."""
    found = facts.run.model
    if isinstance(found, Model):
        return _fellegi_sunter(found)
    if isinstance(found, RuleModel):
        return _rules(facts, found)
    if isinstance(found, MixtureModel):
        return _mixture(found)
    if isinstance(found, ClassifierModel):
        return {
            "kind": "classifier",
            "path": found.spec.path,
            "options": {name: str(value) for name, value in found.spec.options.items()},
            "coding": found.spec.coding,
            "labelled_pairs": found.labelled_pairs,
            "labelled_matches": found.labelled_matches,
            "findings": [],
        }
    return {"kind": type(found).__name__, "findings": []}


def _fellegi_sunter(found: Model) -> dict[str, Any]:
    table = found.to_pandas()
    return {
        "kind": "fellegi_sunter",
        "prior": found.prior,
        "prior_weight": found.prior_weight,
        "prior_source": found.prior_source,
        "expected_matches": found.expected_matches,
        "status": found.status,
        "levels": rows_of(table[table["m_probability"].notna()]),
        "passes": _passes(found.passes),
        "adjustments": [
            {
                "name": one.name,
                "comparison": one.comparison,
                "column": one.column,
                "reference": one.reference,
                "most": one.most,
            }
            for one in found.adjustments
        ],
        "family": None if found.family is None else _family(found.family),
        "family_evidence": None if found.family_evidence is None else evidence(found.family_evidence),
        "missing": _missing(found),
        "time_gaps": None if found.time_gaps is None else _time_gaps(found, found.time_gaps),
        "findings": list(found.findings),
    }


def _time_gaps(found: Model, fading: TimeFading) -> dict[str, Any]:
    """How fast fields change, and m of each of their levels by the years between two records."""
    rates = [
        {
            "comparison": one.comparison,
            "rate": one.rate,
            "standard_error": None if np.isnan(one.standard_error) else one.standard_error,
            "matches": one.matches,
            "source": one.source,
        }
        for one in fading.rates
    ]
    return {"on": fading.on, "rates": rates, "levels": rows_of(found.m_by_gap()), "notes": list(fading.notes)}


def _family(family: FamilyAlternative) -> dict[str, Any]:
    return {"prior": family.prior, "ties": [{"comparison": name, "tie": tie} for name, tie in family.ties]}


def _missing(found: Model) -> list[dict[str, Any]]:
    """What a missing value says, for the comparisons where that was learned."""
    return [
        {"comparison": name, "among_matches": shares[0], "among_others": shares[1], "weight": float(weights[0])}
        for name, shares, weights in zip(found.names, found.missing_shares, found.weights, strict=False)
        if any(shares)
    ]


def _mixture(found: MixtureModel) -> dict[str, Any]:
    interval = found.expected_matches_interval
    return {
        "kind": "mixture",
        "comparison": found.comparisons[0].name,
        "unique": list(found.unique),
        "prior": found.prior,
        "prior_weight": found.prior_weight,
        "expected_matches": found.expected_matches,
        "expected_matches_interval": None if interval is None else list(interval),
        "missed_matches": found.missed_matches,
        "status": found.status,
        "components": [
            {name: value for name, value in row.items() if name != "comparison"} for row in rows_of(found.to_pandas())
        ],
        "passes": _passes(found.passes),
        "findings": list(found.findings),
    }


def _passes(passes: Sequence[TrainingPass]) -> list[dict[str, Any]]:
    return [
        {
            "name": step.name,
            "comparisons": list(step.comparisons),
            "pairs": step.pairs,
            "expected_matches": step.expected_matches,
            "iterations": len(step.trace),
            "status": step.status,
            "trace": list(step.trace),
        }
        for step in passes
    ]


def _rules(facts: Facts, found: RuleModel) -> dict[str, Any]:
    rank = np.asarray(facts.scores.extra.get("rank", np.zeros(len(facts.scores), np.int64)), np.int64)
    linked = np.asarray(facts.linked.scores.extra.get("rank", np.zeros(len(facts.linked), np.int64)), np.int64)
    probabilities = found.spec.probabilities or (None,) * len(found.spec.rules)
    return {
        "kind": "rule_list",
        "rules": [
            {
                "rank": number,
                "rule": dict(rule),
                "probability": probability,
                "pairs": int((rank == number).sum()),
                "links": int((linked == number).sum()),
            }
            for number, (rule, probability) in enumerate(zip(found.spec.rules, probabilities, strict=True), 1)
        ],
        "findings": [],
    }


def _condition(comparison: Comparison, number: int) -> str:
    if number == 0:
        return f"{' or '.join(comparison.fields)} missing on a side"
    if number > len(comparison.levels):
        return "none of the above"
    return str(comparison.levels[number - 1].condition)
