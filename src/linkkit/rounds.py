"""Clusters and the model behind them, by turns: what clusters show of matches makes a better model, and so on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from .completion import Completed
from .decide import Clusters, Judgements, Links, decide
from .judging import judged_scores
from .plan import Plan
from .score import FellegiSunter, Model, fit_from_clusters
from .tables import Levels

__all__ = ["Decided", "decide_in_rounds"]


@dataclass(frozen=True, eq=False)
class Decided:
    """A decision, and the model and scored pairs that it was made by."""

    model: Any
    completed: Completed
    decision: Links | Clusters


def decide_in_rounds(
    plan: Plan,
    levels: Levels,
    model: Any,
    completed: Completed,
    score: Callable[[Model], Completed],
    *,
    judged: Judgements | None = None,
    is_labelled: bool = False,
) -> Decided:
    """Decide; then learn the model again from the clusters, score and decide again, as often as the plan says.

    A model that clusters speak for is taken only where nothing speaks against it (see
    :func:`linkkit.score.fit_from_clusters`); else the decision before stands, and its notes say why. A model learned
    from labels is never learned again: they know better.
    """
    found = Decided(model, completed, _decided(plan, model, completed, judged))
    rounds = plan.score.cluster_rounds if isinstance(plan.score, FellegiSunter) and not is_labelled else 0
    for number in range(1, rounds + 1):
        decision = found.decision
        if not isinstance(decision, Clusters) or not isinstance(found.model, Model) or not (decision.sizes() > 1).any():
            return found
        again = fit_from_clusters(levels, found.model, decision.label)
        if again.objection is not None:
            return _noted(found, f"The model was not learned again from the clusters: {again.objection}.")
        completed = score(again.model)
        notes = (
            *decision.notes,
            f"Round {number}: the model was learned again from {again.pairs:,} pairs in clusters.",
        )
        decision = _decided(plan, again.model, completed, judged)
        assert isinstance(decision, Clusters)
        found = Decided(again.model, completed, replace(decision, notes=notes))
    return found


def _decided(plan: Plan, model: Any, completed: Completed, judged: Judgements | None) -> Links | Clusters:
    """Decide, with the pairs that people judged among the scored ones."""
    assert plan.decide is not None
    every = completed.scores
    if judged is not None:
        every = judged_scores(every, completed.levels, model, judged)
    return decide(every, plan.decide, model=model, judgements=judged)


def _noted(found: Decided, note: str) -> Decided:
    assert isinstance(found.decision, Clusters)
    return replace(found, decision=replace(found.decision, notes=(*found.decision.notes, note)))
