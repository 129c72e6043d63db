"""Rules without those whose pairs another one makes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from linkkit.specs import Near, On, Rule

__all__ = ["merged_rules"]


def merged_rules(found: Sequence[tuple[Rule, float]]) -> list[tuple[Rule, float]]:
    """Each rule once, and none whose pairs another one makes too; fewest pairs first."""
    largest: dict[Rule, float] = {}
    for rule, pairs in found:
        largest[rule] = max(pairs, largest.get(rule, 0.0))
    kept = [
        (rule, pairs)
        for rule, pairs in largest.items()
        if not any(other != rule and _is_within(rule, other) for other in largest)
    ]
    return sorted(kept, key=lambda one: (one[1], repr(one[0])))


def _is_within(rule: Rule, other: Rule) -> bool:
    """Whether another rule of equality makes every pair of a rule."""
    if not isinstance(other, On):
        return False
    own = rule.columns if isinstance(rule, On) else rule.on if isinstance(rule, Near) else ()
    no_cap = other.cap is None or (
        isinstance(rule, On) and set(rule.columns) == set(other.columns) and (rule.cap or np.inf) <= other.cap
    )
    return bool(no_cap and set(other.columns) <= set(own))
