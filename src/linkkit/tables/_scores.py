"""Scored pairs above a floor."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkkit.records import Records
from linkkit.specs import Comparison

from ._frames import id_frame

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Scores", "scores_together"]

Rows = NDArray[np.uint32]


@dataclass(frozen=True, eq=False)
class Scores:
    """Scored pairs above a floor.

    Parameters
    ----------
    records
        What the rows are of.
    left, right
        Shape (pairs,), uint32: rows, sorted by left, then right.
    weight
        Shape (pairs,), float64: match weight in bits, the prior included: log2 of the odds that the pair is a match.
    probability
        Shape (pairs,), float64. Weights order pairs where probabilities are all but 1.
    levels
        Shape (pairs, comparisons), uint8.
    comparisons
        The comparisons behind ``levels``.
    rule
        Shape (pairs,), uint8: the first rule that made each pair.
    extra
        Further columns, by name, such as the adjustment by term frequencies.
    """

    records: Records
    left: Rows
    right: Rows
    weight: NDArray[np.float64]
    probability: NDArray[np.float64]
    levels: NDArray[np.uint8]
    comparisons: tuple[Comparison, ...]
    rule: NDArray[np.uint8]
    extra: dict[str, NDArray[Any]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.left)

    def __repr__(self) -> str:
        return f"<Scores of {len(self):,} pairs>"

    def take(self, chosen: NDArray[Any]) -> Scores:
        """Return some of the pairs, by positions or a mask."""
        return Scores(
            self.records, self.left[chosen], self.right[chosen], self.weight[chosen], self.probability[chosen],
            self.levels[chosen], self.comparisons, self.rule[chosen],
            {name: values[chosen] for name, values in self.extra.items()},
        )  # fmt: skip

    def joined(self, other: Scores) -> Scores:
        """Return these pairs and those of another table, which holds none of them, one after the other.

        A further column that one of them lacks is 0 there.
        """
        count, more = len(self), len(other)
        extra = {
            name: np.concatenate([self.extra.get(name, np.zeros(count)), other.extra.get(name, np.zeros(more))])
            for name in dict.fromkeys([*self.extra, *other.extra])
        }
        names = ("left", "right", "weight", "probability", "levels", "rule")
        columns = {name: np.concatenate([getattr(self, name), getattr(other, name)]) for name in names}
        return Scores(self.records, **columns, comparisons=self.comparisons, extra=extra)

    def at_least(self, *, weight: float | None = None, probability: float | None = None) -> Scores:
        """Return the pairs that reach a weight, a probability, or both."""
        chosen = np.ones(len(self), bool)
        if weight is not None:
            chosen &= self.weight >= weight
        if probability is not None:
            chosen &= self.probability >= probability
        return self.take(chosen)

    def to_pandas(self) -> pd.DataFrame:
        """Return the pairs as a DataFrame: ids, match_weight, match_probability, a level for each comparison."""
        frame = id_frame(self.records, self.left, self.right)
        frame["match_weight"] = self.weight
        frame["match_probability"] = self.probability
        for place, comparison in enumerate(self.comparisons):
            frame[comparison.name] = np.array(comparison.labels, object)[self.levels[:, place]]
        return frame.assign(**self.extra)


def scores_together(one: Scores, other: Scores) -> Scores:
    """Return the pairs of two tables of the same records and comparisons, which share no pair, in order of rows."""
    if not len(other):
        return one
    left, right = np.concatenate([one.left, other.left]), np.concatenate([one.right, other.right])
    joined = Scores(
        one.records, left, right, np.concatenate([one.weight, other.weight]),
        np.concatenate([one.probability, other.probability]), np.concatenate([one.levels, other.levels]),
        one.comparisons, np.concatenate([one.rule, other.rule]),
        {name: np.concatenate([values, other.extra[name]]) for name, values in one.extra.items()},
    )  # fmt: skip
    return joined.take(np.lexsort((right, left)))
