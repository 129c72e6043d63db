"""The second stage of a linkage: every pair that scores above the threshold, whether or not a blocking rule made it.

Ordinary candidates are what a model learns from. What they missed is then made by the rules that
:func:`linkkit.block.complete` derives from the model, where that costs no more than a bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .block import CompleteRules, candidate_pairs, complete
from .decide import OneToOne, leftover_bits
from .errors import SpecError
from .plan import Plan
from .records import Records
from .score import Model, score_reaching
from .specs import EveryPair
from .tables import Levels, Pairs, Scores, scores_together

__all__ = ["Completed", "complete_scores", "floor_of", "most_seconds"]

# Complete blocking is chosen by itself where it is estimated to take so many seconds of one core at the most: a few
# for small work, and for large work as long as reading, ordinary blocking and grading take together.
_SECONDS, _SECONDS_A_RECORD = 10.0, 60e-6
# Pairs are graded once more where a report asks for their patterns, if there are no more than this.
_GRADED_AGAIN = 2_000_000
# Looking at so many pairs takes no longer than choosing rules would.
_FEW_PAIRS = 1_000_000
# Rules are numbered in 8 bits.
_MOST_RULES = 250


@dataclass(frozen=True, eq=False)
class Completed:
    """The pairs and scores of both stages.

    Parameters
    ----------
    levels
        The same pairs, graded; where they are many, those of complete rules that cannot reach the threshold are not
        counted, since they would have to be graded once more.
    pairs
        The pairs of the plan's rules, then of the complete ones.
    scores
        The scores of the plan's candidates, and of the pairs above the threshold that they missed.
    notes
        What was chosen, and why, in words.
    made
        How many pairs of each complete rule were looked at that the levels do not count, since they were never scored;
        a pair of several rules by each of them.
    """

    levels: Levels
    pairs: Pairs
    scores: Scores
    notes: tuple[str, ...] = ()
    made: tuple[int, ...] = ()


def complete_scores(plan: Plan, records: Records, model: Any, levels: Levels, scores: Scores) -> Completed:
    """Add the pairs above the decision's threshold that the plan's rules did not make.

    Parameters
    ----------
    plan
        The plan, without gaps; its ``linking`` says whether.
    records, model, levels, scores
        What the first stage worked with and made.
    """
    first = Completed(levels, levels.pairs, scores)
    if plan.linking == "candidates" or plan.decide is None:
        return first
    if any(isinstance(rule, EveryPair) for rule in plan.block):
        return Completed(levels, levels.pairs, scores, ("Every pair was compared: blocking lost none.",))
    if not isinstance(model, Model):
        if plan.linking == "complete":
            raise SpecError('linking="complete" needs a Fellegi-Sunter model: only its weights add up.')
        return first
    floor = floor_of(plan.decide, records, model)
    rules = _rules(model, records, floor)
    why_not = _objection(plan, records, rules)
    if why_not is not None:
        return Completed(levels, levels.pairs, scores, (why_not,))
    pairs = candidate_pairs(records, [*plan.block, *rules])
    first_rule = len(plan.block)
    every = Levels(pairs, levels.compiled)
    found, made = score_reaching(model, every, floor, first_rule=first_rule)
    new = tuple(made[first_rule:].tolist())
    told, together = (_told(rules, found, sum(new)),), scores_together(scores, found)
    if int(levels.code_counts()[1].sum()) + sum(new) <= _GRADED_AGAIN:
        return Completed(every, pairs, together, told)
    lost = np.array(new) - np.bincount(found.rule, minlength=len(pairs.rules))[first_rule:]
    return Completed(every.counted_with(levels, found), pairs, together, told, tuple(lost.tolist()))


def _rules(model: Model, records: Records, floor: float) -> CompleteRules:
    """Return the rules that make every pair above a floor; where pairs are few, all of them without a choice."""
    count = records.pair_count
    if count > _FEW_PAIRS:
        return complete(model, records, at_least=None, weight=floor)
    return CompleteRules((EveryPair(),), floor, (float(count),), 0.0, count)


def floor_of(decision: Any, records: Records, model: Model) -> float:
    """Return the weight from which a decision can use a pair.

    That is its threshold, or the lower end of its review band. Records left over by a one-to-one decision get a better
    prior for each other, so their pairs count from as many bits below. Clusters weigh pairs below the threshold too,
    as evidence against; such pairs of no candidate weigh what the decision gives to pairs never scored.
    """
    floor = float(min(decision.bits, decision.review_bits))
    if isinstance(decision, OneToOne) and decision.leftovers:
        sizes = np.diff(records.starts)
        floor -= leftover_bits(records, min(model.prior * records.pair_count, float(sizes.min())))
    return floor


def most_seconds(records: Records) -> float:
    """Return how many seconds of one core complete blocking may be estimated to take, to be chosen by itself."""
    return _SECONDS + _SECONDS_A_RECORD * len(records)


def _objection(plan: Plan, records: Records, rules: CompleteRules) -> str | None:
    """Say why complete blocking is not used; None where it is."""
    if len(plan.block) + len(rules) > _MOST_RULES:
        return (
            f"Complete blocking takes {len(rules)} rules, more than the engine numbers; ordinary candidates are linked."
        )
    bound = most_seconds(records)
    if plan.linking == "automatic" and rules.seconds > bound:
        more = f" {rules.findings[0]}" if rules.findings else ""
        return (
            f"Complete blocking would make about {rules.pair_count:,.0f} pairs in {rules.seconds:,.0f} s of one core, "
            f"more than the {bound:,.0f} s that it is chosen for; the pairs of the blocking rules alone were linked, "
            f'and pairs that no rule makes were missed.{more} linking="complete" makes them all the same.'
        )
    return None


def _told(rules: CompleteRules, found: Scores, made: int) -> str:
    return (
        f"Complete blocking: {rules.guarantee} {made:,} pairs of theirs were looked at (a pair of several rules by "
        f"each), and {len(found):,} found at this weight or above that the blocking rules had not made."
    )
