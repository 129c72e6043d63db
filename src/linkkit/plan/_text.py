"""A plan as text: every step, one a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._plan import Plan

__all__ = ["plan_text"]


def plan_text(plan: Plan) -> str:
    """Return the plan as text, a step a line."""
    lines = [f"Plan ({plan.link_type or 'link type by the datasets'})"]
    lines += _part("prepare", None if plan.prepare is None else [repr(step) for step in plan.prepare])
    lines += _part("block", [repr(rule) for rule in plan.block] or None)
    lines += _part("compare", [f"{c.name}: {', '.join(c.labels[1:])}" for c in plan.compare] or None)
    lines += _part("score", [f"model {plan.model!r}"] if plan.model else [repr(plan.score)] if plan.score else None)
    lines += _part("decide", [repr(plan.decide)] if plan.decide else None)
    lines += _part("linking", [plan.linking]) if plan.linking is not None else []
    return "\n".join(lines)


def _part(name: str, steps: list[str] | None) -> list[str]:
    if steps is None:
        return [f"  {name:<8} recommended"]
    if not steps:
        return [f"  {name:<8} nothing"]
    return [f"  {name if number == 0 else '':<8} {step}" for number, step in enumerate(steps)]
