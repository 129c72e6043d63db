"""What looks wrong with a model, in words. Numbers are counts and probabilities; no value of a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from linkkit.records import Records
    from linkkit.tables import Patterns

    from ._model import Model

__all__ = ["find"]

# Weights of neighbouring levels may be out of order by this many bits before it is worth a word.
ORDER_SLACK = 1.0
# Levels that fewer matches than this are at are not worth a word.
LEAST_M = 0.001
# More duplicates of a record than this are implausible for records of people.
MOST_DUPLICATES = 20


def find(model: Model, records: Records, patterns: Patterns) -> tuple[str, ...]:
    """Return every finding about a model that was trained on these records."""
    return (*_order(model), *_overlap(model, records), *_training(model), *_never_seen(model, patterns))


def _order(model: Model) -> list[str]:
    found = []
    for comparison, weights, m in zip(model.comparisons, model.weights, model.m_probability, strict=True):
        labels = comparison.labels
        for number in range(1, len(weights) - 1):
            matters = max(m[number - 1], m[number]) >= LEAST_M
            if not all(level.in_order for level in comparison.levels[number - 1 : number + 1]):
                continue
            if matters and weights[number] < weights[number + 1] - ORDER_SLACK:
                found.append(
                    f"{comparison.name}: the level {labels[number]!r} weighs {weights[number]:+.2f} bits, less than "
                    f"the looser {labels[number + 1]!r} ({weights[number + 1]:+.2f}). Look at sample pairs of both, "
                    "or merge them."
                )
        if weights[1] <= 0:
            found.append(
                f"{comparison.name}: agreement ({labels[1]!r}) speaks against a match ({weights[1]:+.2f} bits). The "
                "passes may have taken other pairs for matches; give other passes, or fix its m."
            )
    return found


def _overlap(model: Model, records: Records) -> list[str]:
    expected = model.expected_matches or 0.0
    sizes = np.diff(records.starts)
    if expected < 1 and model.prior_source != "given":
        return [
            "Fewer than one match is expected among all pairs: the records may have nobody in common, or the "
            "comparisons say little."
        ]
    if records.link_type == "link_only" and len(sizes) == 2 and expected > sizes.min() * 1.02:
        return [
            f"{expected:,.0f} matches are expected, more than the {int(sizes.min()):,} records of the smaller dataset: "
            "either datasets repeat people, or other pairs (relatives, say) were taken for matches."
        ]
    if expected > MOST_DUPLICATES * int(sizes.sum()):
        return [f"{expected:,.0f} matches are expected among {int(sizes.sum()):,} records, which is implausibly many."]
    return []


def _training(model: Model) -> list[str]:
    found = []
    for step in model.passes:
        if step.status != "converged":
            found.append(
                f"The pass {step.name} stopped at its limit of {len(step.trace)} iterations; raise max_iterations."
            )
        share = step.expected_matches / max(step.pairs, 1)
        if share < 0.01:
            found.append(
                f"The pass {step.name} holds {share:.2%} of its pairs for matches; m learned from so few is unsure."
            )
    for comparison, sources in zip(model.comparisons, model.m_source, strict=True):
        if sources[0] == "all candidate pairs" and len(model.passes) > 1:
            found.append(
                f"{comparison.name}: every rule asks for it or for a field it reads, so its m was learned from "
                "pairs that were chosen by it, and agreement looks commoner among matches than it is. Add a pass on "
                "other fields."
            )
    return found


def _never_seen(model: Model, patterns: Patterns) -> list[str]:
    return [
        f"{name}: missing in every candidate pair; it says nothing."
        for name, column in zip(model.names, patterns.levels.T, strict=True)
        if not column.any()
    ]
