"""Findings about how a model was trained."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from ._finding import Finding

if TYPE_CHECKING:
    from linkkit.score._model import Model

__all__ = ["assumed_matches", "chosen_by_their_field", "disagreeing_passes", "stopped"]

# Rules choose their pairs, so that passes differ by some points; a fifth is another population of pairs.
MOST_DISAGREEMENT = 0.2
# An m learned from this many expected matches has a standard error of at most a tenth.
LEAST_MATCHES = 30


def stopped(model: Model) -> Iterator[Finding]:
    """Passes that did not converge."""
    for step in model.passes:
        if step.status != "converged":
            yield Finding(
                "stopped_at_limit", "warning",
                f"The pass {step.name} stopped at its limit of {len(step.trace)} iterations.",
                "Raise max_iterations.", float(len(step.trace)), float(len(step.trace)),
            )  # fmt: skip


def chosen_by_their_field(model: Model) -> Iterator[Finding]:
    """Comparisons that were learned from pairs chosen by the same field."""
    for comparison, sources in zip(model.comparisons, model.m_source, strict=True):
        if sources[0] == "all candidate pairs" and len(model.passes) > 1:
            yield Finding(
                "chosen_by_its_field", "warning",
                f"{comparison.name}: every rule asks for it or for a field it reads, so its m was learned from "
                "pairs that were chosen by it, and agreement looks commoner among matches than it is.",
                "Add a pass on other fields.", comparisons=(comparison.name,),
            )  # fmt: skip


def assumed_matches(model: Model, assumed: float) -> Iterator[Finding]:
    """Fewer matches to learn from than were taken as seen before the data."""
    expected = model.expected_matches or 0.0
    if expected < assumed:
        yield Finding(
            "rests_on_assumptions", "warning",
            f"{expected:,.0f} matches are expected, fewer than the {assumed:,.0f}, most in exact agreement, that were "
            "taken as seen of given names, surnames, dates and sex. How matches differ on these is assumed more than "
            "learned: where records are worse than usual, matches are missed and the stated recall is too high.",
            "Learn m from labels or from an identifier, or lower m_prior_share and look at the links.",
            expected, assumed,
        )  # fmt: skip


def disagreeing_passes(model: Model) -> Iterator[Finding]:
    """Comparisons of which one pass learned another m than the others: the result depends on the training block."""
    for name in model.names:
        told = [
            (step.name, step.m_probability[step.comparisons.index(name)])
            for step in model.passes
            if step.m_probability and name in step.comparisons and step.expected_matches >= LEAST_MATCHES
        ]
        if len(told) < 2:
            continue
        table = np.array([m for _, m in told])
        gaps = [float(np.abs(row - np.median(np.delete(table, at, 0), axis=0)).max()) for at, row in enumerate(table)]
        worst = int(np.argmax(gaps))
        if gaps[worst] > MOST_DISAGREEMENT:
            yield Finding(
                "passes_disagree", "warning",
                f"{name}: the pass {told[worst][0]} learned an m that is {gaps[worst]:.2f} off that of the other "
                "passes; the result depends on which pairs it is learned from.",
                "Look at sample pairs of that pass, and leave it out of passes if other pairs are taken for matches "
                "there.",
                gaps[worst], MOST_DISAGREEMENT, (name,),
            )  # fmt: skip


def usual_m(refused_for: str) -> Finding:
    """Say that m is not what the pairs told, since that could not be right."""
    return Finding(
        "usual_m", "warning",
        f"What the pairs alone told was refused ({refused_for}). The model was learned once more with m all but held "
        "at what is usual for names, dates and sex: links are sound where records are no worse than usual, but what "
        "the model states of precision and recall is assumed.",
        "Say which datasets hold each person once, give further fields, or learn m from an identifier or from labels. "
        "if_refused='stop' refuses instead.",
    )  # fmt: skip
