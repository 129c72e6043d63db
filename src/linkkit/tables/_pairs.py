"""Candidate pairs: which they are is known, none is held."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from linkkit.engine import PairChunk, PairSource, RuleCount
from linkkit.records import Records
from linkkit.specs import Rule

from ._frames import id_frame

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Pairs"]


class Pairs:
    """Candidate pairs: which they are is known, none is held.

    Iterating gives :class:`~linkkit.engine.PairChunk`. Each pair comes once, and belongs to the first rule that makes
    it.
    """

    def __init__(self, records: Records, rules: Sequence[Rule], source: PairSource) -> None:
        self.records = records
        self.rules = tuple(rules)
        self.source = source
        self._counts: tuple[RuleCount, ...] | None = None

    def __iter__(self) -> Iterator[PairChunk]:
        return self.source.chunks()

    def __repr__(self) -> str:
        return f"<Pairs of {self.records!r} by {len(self.rules)} rule{'s' if len(self.rules) != 1 else ''}>"

    def counts(self) -> tuple[RuleCount, ...]:
        """Count what each rule makes, before making pairs (a pair of two rules counts for both)."""
        if self._counts is None:
            self._counts = self.source.counts()
        return self._counts

    def count(self) -> int:
        """Count the pairs, each once, by making them."""
        return sum(len(chunk.left) for chunk in self)

    def to_pandas(self, most: int | None = 1_000_000) -> pd.DataFrame:
        """Return the pairs as a DataFrame: left_id, right_id, rule (with many datasets left_dataset, right_dataset
        too).

        Parameters
        ----------
        most
            Raise where there are more pairs than this; None for no limit.
        """
        chunks: list[PairChunk] = []
        total = 0
        for chunk in self:
            chunks.append(chunk)
            total += len(chunk.left)
            if most is not None and total > most:
                raise ValueError(
                    f"There are more than {most:,} pairs; raise the limit with most=, or iterate over the chunks."
                )
        left = np.concatenate([chunk.left for chunk in chunks]) if chunks else np.empty(0, np.uint32)
        right = np.concatenate([chunk.right for chunk in chunks]) if chunks else np.empty(0, np.uint32)
        rule = np.repeat([chunk.rule for chunk in chunks], [len(chunk.left) for chunk in chunks])
        frame = id_frame(self.records, left, right)
        frame["rule"] = [repr(self.rules[number]) for number in rule.tolist()]
        return frame.sort_values(list(frame.columns[:-1]), ignore_index=True)
