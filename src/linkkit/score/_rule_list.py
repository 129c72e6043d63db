"""Deterministic rules carried out: a pair takes the rank of the first rule that holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import SpecError, did_you_mean
from linkkit.specs import Comparison
from linkkit.weights import least_weight, log2_odds

from ._scoring import CodeTable, check_comparisons, score_codes
from ._spec import RuleList

if TYPE_CHECKING:
    from linkkit.tables import Levels, Scores

__all__ = ["RuleModel", "pattern_ranks"]

_OR_MISSING = " or missing"


@dataclass(frozen=True, eq=False)
class RuleModel:
    """A list of deterministic rules, ready to score.

    Parameters
    ----------
    comparisons
        The comparisons whose levels the rules speak of.
    spec
        The rules.
    """

    comparisons: tuple[Comparison, ...]
    spec: RuleList

    def __post_init__(self) -> None:
        pattern_ranks(np.zeros((0, len(self.comparisons)), np.uint8), self.comparisons, self.spec)

    def score(self, levels: Levels, *, at_least: float | None = None, weight: float | None = None) -> Scores:
        """Return the pairs that some rule takes, with the rank of the first that does as the column ``rank``.

        Parameters
        ----------
        levels
            The pairs, graded by the same comparisons.
        at_least, weight
            Keep only pairs of at least this probability (where the rules have one) or weight.
        """
        check_comparisons(self.comparisons, levels)
        if at_least and not self.spec.probabilities:
            raise SpecError("These rules have no probabilities; give RuleList(probabilities=), or a floor by weight=.")
        codes, _ = levels.code_counts()
        patterns = levels.compiled.levels(codes)
        rank = pattern_ranks(patterns, self.comparisons, self.spec)
        weights, probabilities = _by_rank(self.spec)
        table = CodeTable(codes, patterns, weights[rank], probabilities[rank], {"rank": rank})
        return score_codes(levels, table, least_weight(at_least, weight))


def pattern_ranks(levels: NDArray[np.uint8], comparisons: Sequence[Comparison], spec: RuleList) -> NDArray[np.int64]:
    """Return the rank (from 1) of the first rule that holds for each pattern; 0 where none does.

    Raises
    ------
    SpecError
        Where a rule names a comparison or a level that is not there; all such mistakes at once.
    """
    mistakes: list[str] = []
    tables = [_tables(number, rule, comparisons, mistakes) for number, rule in enumerate(spec.rules)]
    if mistakes:
        raise SpecError(" ".join(mistakes))
    rank = np.zeros(len(levels), np.int64)
    for number, table in enumerate(tables, 1):
        holds = rank == 0
        for place, allowed in table.items():
            holds &= allowed[levels[:, place]]
        rank[holds] = number
    return rank


def _tables(
    number: int, rule: dict[str, str], comparisons: Sequence[Comparison], mistakes: list[str]
) -> dict[int, NDArray[np.bool_]]:
    names = [comparison.name for comparison in comparisons]
    found = {}
    for name, asked in rule.items():
        if name not in names:
            hint = did_you_mean(name, names) or f" There are: {', '.join(names)}."
            mistakes.append(f"rules[{number}] names the comparison {name!r}, which is not there.{hint}")
            continue
        labels = comparisons[names.index(name)].labels
        label = asked if asked in labels else asked.removesuffix(_OR_MISSING)
        if label not in labels:
            hint = did_you_mean(label, labels) or f" It has: {', '.join(labels)}."
            mistakes.append(f"rules[{number}] names the level {label!r} of {name}, which is not there.{hint}")
            continue
        allowed = np.arange(len(labels)) <= labels.index(label)
        allowed[0] = label == labels[0] or label != asked
        found[names.index(name)] = allowed
    return found


def _by_rank(spec: RuleList) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return weight and probability of each rank; rank 0, no rule, is never kept."""
    size = len(spec.rules)
    if spec.probabilities:
        given = [log2_odds(value) for value in spec.probabilities]
        return np.array([-np.inf, *given]), np.array([0.0, *spec.probabilities])
    return np.array([-np.inf, *range(size, 0, -1)], np.float64), np.array([0.0, *[np.nan] * size])
