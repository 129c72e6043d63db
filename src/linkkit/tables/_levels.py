"""How well pairs agree: a level for each comparison, and the counts of each pattern of levels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkkit.encoded import Encoded
from linkkit.engine import GradedPairs, Sieve
from linkkit.specs import Comparison, Compiled, Rule

from ._codes import agree, chunk_counts, count_codes, covers, hash_pairs, is_same, joined_counts, member_test
from ._frames import id_frame, values_of
from ._pairs import Pairs
from ._scores import Scores

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Levels", "Patterns"]

Rows = NDArray[np.uint32]
# Graded pairs are kept between passes where they are no more than this (13 bytes each); beyond it they are made again.
HELD_PAIRS = 60_000_000


@dataclass(frozen=True, eq=False)
class Patterns:
    """How many pairs have each pattern of levels.

    Parameters
    ----------
    comparisons
        The comparisons, one a column of ``levels``.
    levels
        Shape (patterns, comparisons), uint8: 0 missing, 1 the strictest level ... the last *other*. Sorted, each once.
    counts
        Shape (patterns,), int64: pairs of each.
    pair_count
        How many pairs there are in the whole product of the records (not only among the candidates).
    rule_counts
        Shape (patterns, rules), int64, by the first rule that made the pair; or None.
    """

    comparisons: tuple[Comparison, ...]
    levels: NDArray[np.uint8]
    counts: NDArray[np.int64]
    pair_count: int
    rule_counts: NDArray[np.int64] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the comparisons."""
        return tuple(comparison.name for comparison in self.comparisons)

    def to_pandas(self) -> pd.DataFrame:
        """Return the patterns as a DataFrame of labels and counts, commonest first."""
        import pandas as pd

        columns: dict[str, Any] = {
            comparison.name: np.array(comparison.labels, object)[self.levels[:, place]]
            for place, comparison in enumerate(self.comparisons)
        }
        frame = pd.DataFrame({**columns, "pairs": self.counts})
        return frame.sort_values("pairs", ascending=False, kind="stable", ignore_index=True)


class Levels:
    """How well the pairs agree: a level for each comparison. Lazy, as pairs are; pattern counts are kept.

    Iterating gives chunks of rows and levels; ``patterns()`` counts; ``sample()`` shows pairs with their values side
    by side.
    """

    def __init__(self, pairs: Pairs, compiled: Compiled) -> None:
        self.pairs = pairs
        self._is_main = bool(pairs.rules)
        self.records = pairs.records
        self.compiled = compiled
        self.comparisons = compiled.comparisons
        self._counted: tuple[NDArray[np.int64], NDArray[np.int64]] | None = None
        self._held: list[GradedPairs] | None = None

    def __repr__(self) -> str:
        return f"<Levels of {len(self.comparisons)} comparisons on {self.pairs!r}>"

    def __iter__(self) -> Iterator[tuple[Rows, Rows, NDArray[np.uint8]]]:
        for chunk in self.graded():
            yield chunk.left, chunk.right, self.compiled.levels(chunk.code)

    @property
    def is_held(self) -> bool:
        """Whether the graded pairs are kept, and need not be made again."""
        return self._held is not None

    def graded(self, keep: NDArray[np.int64] | None = None) -> Iterator[GradedPairs]:
        """Iterate over the pairs with their pattern codes; with ``keep`` (rising codes) only pairs of these."""
        if self._held is None:
            yield from self.pairs.source.graded(self.compiled, keep)
            return
        is_kept = None if keep is None else member_test(keep, self.compiled.size)
        for chunk in self._held:
            if is_kept is None:
                yield GradedPairs(chunk.left, chunk.right, chunk.code.astype(np.int64), chunk.rule)
                continue
            chosen = np.flatnonzero(is_kept(chunk.code))
            code = chunk.code[chosen].astype(np.int64)
            yield GradedPairs(chunk.left[chosen], chunk.right[chosen], code, chunk.rule[chosen])

    def reaching(self, sieve: Sieve, first_rule: int = 0) -> Iterator[GradedPairs]:
        """Iterate over the pairs of the rules from one on that a sieve lets through; the others are not all graded."""
        yield from self.pairs.source.reaching(self.compiled, sieve, first_rule)

    def code_counts(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the pattern codes that occur, rising, and how many pairs have each by first rule; counted once."""
        if self._counted is None:
            rules = max(len(self.pairs.rules), 1)
            if self._is_main and sum(count.pairs for count in self.pairs.counts()) <= HELD_PAIRS:
                kind = np.uint32 if self.compiled.size <= 2**32 else np.int64
                self._held, counted = [], []
                for chunk in self.pairs.source.graded(self.compiled):
                    counted.append(chunk_counts(chunk, rules))
                    self._held.append(replace(chunk, code=chunk.code.astype(kind)))
                self._counted = joined_counts(counted, rules)
            else:
                self._counted = self.pairs.source.grade_counts(self.compiled)
        return self._counted

    def counted_with(self, known: Levels, scores: Scores) -> Levels:
        """Return these levels with the counts of others, of the first rules, and of scored pairs that these lack.

        For pairs that are too many to be graded once more: those that no score is kept of are not counted.
        """
        codes, counts = known.code_counts()
        new = self.compiled.codes(scores.levels)
        every, place = np.unique(np.concatenate([codes, new]), return_inverse=True)
        total = np.zeros((len(every), len(self.pairs.rules)), np.int64)
        total[place[: len(codes)], : counts.shape[1]] += counts
        np.add.at(total, (place[len(codes) :], scores.rule), 1)
        self._counted = every, total
        return self

    def patterns(self) -> Patterns:
        """Count the pairs of each pattern of levels."""
        codes, counts = self.code_counts()
        levels, place = np.unique(self.compiled.levels(codes), axis=0, return_inverse=True)
        by_rule = np.zeros((len(levels), counts.shape[1]), np.int64)
        np.add.at(by_rule, place.reshape(-1), counts)
        return Patterns(self.comparisons, levels, by_rule.sum(axis=1), self.records.pair_count, by_rule)

    def of_rule(self, rule: Rule) -> Levels:
        """Return the levels of all the pairs that one rule makes, whatever other rules make them too."""
        source = self.records.engine.pairs(self.records, [rule])
        found = Levels(Pairs(self.records, [rule], source), self.compiled)
        found._is_main = False  # counted, never scored: nothing is worth keeping
        found._counted = self._counted_of(rule)
        return found

    def count_of_rule(self, rule: Rule) -> int:
        """Count the pairs that one rule makes: among the held pairs, where a looser rule of theirs makes them all."""
        numbers = [number for number, own in enumerate(self.pairs.rules) if covers(own, rule)]
        columns = [self.records.column(column) for column in rule.columns]
        if self._held is None or not numbers or not all(isinstance(column, Encoded) for column in columns):
            return self.records.engine.pairs(self.records, [rule]).counts()[0].pairs
        known = self.pairs.rules[numbers[0]].columns
        asked = [codes.codes for name, codes in zip(rule.columns, columns, strict=True) if name not in known]
        return sum(
            int(
                np.logical_and.reduce([np.ones(len(left), bool), *(agree(codes, left, right) for codes in asked)]).sum()
            )
            for left, right, _ in self._held_of(numbers[0])
        )

    def _counted_of(self, rule: Rule) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
        """Count the pattern codes of a rule from the pairs that are held, where it is one of theirs."""
        numbers = [number for number, own in enumerate(self.pairs.rules) if is_same(own, rule)]
        if self._held is None or not numbers:
            return None
        chunks = [
            GradedPairs(left, right, code, np.zeros(len(code), np.uint8))
            for left, right, code in self._held_of(numbers[0])
        ]
        return count_codes(chunks, 1)

    def _held_of(self, number: int) -> Iterator[tuple[Rows, Rows, NDArray[np.int64]]]:
        """Iterate over the held pairs that a rule makes, whichever rule came first."""
        for chunk in self._held or ():
            first = int(chunk.rule[0]) if len(chunk.rule) else number + 1
            if first < number:
                made = self.pairs.source.makes(number, chunk.left, chunk.right)
                yield chunk.left[made], chunk.right[made], chunk.code[made].astype(np.int64)
            elif first == number:  # and a pair of a later rule is made by no earlier one
                yield chunk.left, chunk.right, chunk.code.astype(np.int64)

    def of_random_pairs(self, size: int, seed: int) -> Levels:
        """Return the levels of about so many pairs drawn evenly from the whole product."""
        source = self.records.engine.random_pairs(self.records, size, seed)
        return Levels(Pairs(self.records, (), source), self.compiled)

    def of_pairs(self, left: Rows, right: Rows) -> Levels:
        """Return the levels of these very pairs (rows of the records)."""
        source = self.records.engine.given_pairs(self.records, left, right)
        return Levels(Pairs(self.records, (), source), self.compiled)

    def sample(self, size: int = 20, seed: int = 1) -> pd.DataFrame:
        """Return some pairs with their levels and the values compared side by side.

        Parameters
        ----------
        size
            How many pairs.
        seed
            The pairs are those of the smallest seeded hash of their rows, so the same whatever the order of rows.
        """
        best: list[tuple[NDArray[np.uint64], Rows, Rows]] = []
        for chunk in self.pairs:
            hashed = hash_pairs(chunk.left, chunk.right, seed)
            nearest = (
                np.argpartition(hashed, min(size, len(hashed) - 1))[:size]
                if len(hashed) > size
                else np.arange(len(hashed))
            )
            best.append((hashed[nearest], chunk.left[nearest], chunk.right[nearest]))
        if not best:
            return self.show(np.empty(0, np.uint32), np.empty(0, np.uint32))
        hashed, left, right = (np.concatenate(parts) for parts in zip(*best, strict=True))
        first = np.argsort(hashed, kind="stable")[:size]
        order = first[np.lexsort((right[first], left[first]))]
        return self.show(left[order], right[order])

    def show(self, left: Rows, right: Rows) -> pd.DataFrame:
        """Return these pairs (rows of the records) with their levels and values side by side."""
        frame = id_frame(self.records, left, right)
        codes = self.records.engine.grade(self.records, self.compiled, left, right)
        levels = self.compiled.levels(codes)
        fields = dict.fromkeys(field for comparison in self.comparisons for field in comparison.every_field)
        for place, comparison in enumerate(self.comparisons):
            frame[f"{comparison.name} level"] = np.array(comparison.labels, object)[levels[:, place]]
        for name in fields:
            for side, rows in (("left", left), ("right", right)):
                frame[f"{name} {side}"] = values_of(self.records, name, rows)
        return frame
