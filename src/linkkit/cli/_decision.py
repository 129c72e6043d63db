"""From the options of a command to the plan's decision and seed."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from linkkit.errors import SpecError

if TYPE_CHECKING:
    from linkkit.plan import Plan

__all__ = ["at_threshold", "decided", "with_linking", "with_seed"]


def decided(plan: Plan, chosen: list[str], at_least: float | None) -> Plan:
    """Return a plan with the decision that options ask for: one of the ways to link, and a threshold."""
    from linkkit.decide import OneToMany, OneToOne, Threshold

    ways: dict[str, Any] = {
        "--one-to-one": OneToOne(),
        "--one-to-many": OneToMany("left"),
        "--many-to-one": OneToMany("right"),
        "--many-to-many": Threshold(at_least=0.9),
    }
    if len(chosen) > 1:
        raise SpecError(f"{' and '.join(chosen)} contradict each other; give one.")
    if chosen:
        plan = plan.change(decide=ways[chosen[0]])
    return plan if at_least is None else at_threshold(plan, at_least)


def at_threshold(plan: Plan, at_least: float) -> Plan:
    """Return a plan with another threshold; where the decision is still open, with scores kept down to it."""
    decision = None if plan.decide is None else dataclasses.replace(plan.decide, at_least=at_least, weight=None)
    return plan.change(decide=decision, keep=min(plan.keep, at_least))


def with_linking(plan: Plan, linking: Any) -> Plan:
    """Return a plan that links the pairs an option names."""
    return plan if linking is None else plan.change(linking=linking)


def with_seed(plan: Plan, seed: int | None) -> Plan:
    """Return a plan whose random pairs are drawn by a seed."""
    from linkkit.plan import RECOMMENDED_SCORE
    from linkkit.score import FellegiSunter

    if seed is None:
        return plan
    score = plan.score or (RECOMMENDED_SCORE if plan.model is None else None)
    if not isinstance(score, FellegiSunter):
        raise SpecError("--seed is for a model that is learned; this plan draws no random pairs.")
    return plan.change(score=dataclasses.replace(score, seed=seed))
