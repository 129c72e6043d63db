"""Check a plan whole against its records: every mistake at once, before any work."""

from __future__ import annotations

from linkkit.block._candidates import check_rules
from linkkit.compare._compare import check_comparisons
from linkkit.decide import Cluster, check_decision
from linkkit.errors import LinkkitError, PlanError
from linkkit.records import Records
from linkkit.score import Classifier, FellegiSunter, Mixture, RuleList

from ._clear_parts import clear_parts
from ._plan import Plan
from ._time_gaps import time_gap_mistakes

__all__ = ["check_plan"]


def check_plan(plan: Plan, records: Records) -> None:
    """Check a plan against the records.

    Raises
    ------
    PlanError
        With every mistake and its place.
    """
    mistakes = check_rules(records, plan.block) + check_comparisons(records, plan.compare)
    if records.datasets[0].encoded_by is not None:
        mistakes += clear_parts(plan)
    if isinstance(plan.score, FellegiSunter):
        for part in ("passes", "prior_rules"):
            mistakes += [
                text.replace("block[", f"score.{part}[", 1) for text in check_rules(records, getattr(plan.score, part))
            ]
        mistakes += time_gap_mistakes(records, plan.compare, plan.score.time_gaps)
    if plan.decide is not None:
        try:
            check_decision(records, plan.decide)
        except LinkkitError as error:
            mistakes.append(f"decide: {error}")
        is_profile = isinstance(plan.decide, Cluster) and plan.decide.ways == "profile"
        if is_profile and isinstance(plan.score, Classifier | RuleList | Mixture):
            mistakes.append(
                "decide: Cluster(method='profile') asks a Fellegi-Sunter model about values; with a "
                f"{type(plan.score).__name__} use method='average'."
            )
    if mistakes:
        raise PlanError(mistakes)
