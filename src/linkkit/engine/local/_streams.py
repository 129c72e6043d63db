"""What pairs of any origin share: made in chunks on threads, graded, counted; and pairs that are held."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkkit.engine import GradedPairs, PairChunk, RuleCount, Sieve
from linkkit.records import Records
from linkkit.specs import Compiled

from ._makers import Given
from ._sieve import sifted
from ._tally import Kept, Tally
from ._threads import ordered_map

if TYPE_CHECKING:
    from ._engine import LocalEngine

__all__ = ["CHUNK", "GivenPairs", "Streamed", "Stretch"]

U32 = NDArray[np.uint32]
Stretch = tuple[int, int, int, int]
"""A piece of work: rule, first and last run, pairs at most."""
# Pairs a chunk: small enough that a chunk's codes and grades stay in the cache of a core.
CHUNK = 65_536


class Streamed(ABC):
    """What pairs of any origin share: grading in chunks, and counting."""

    engine: LocalEngine
    records: Records
    rule_count: int

    @abstractmethod
    def _stretches(self) -> Iterator[Stretch]:
        """Cut the work: rule, first and last run, pairs at most."""

    @abstractmethod
    def _pairs_of(self, stretch: Stretch) -> tuple[U32, U32]:
        """Make the pairs of a stretch."""

    def chunks(self) -> Iterator[PairChunk]:
        """Make the pairs, in chunks."""
        made = ordered_map(
            lambda stretch: (stretch[0], *self._pairs_of(stretch)), self._stretches(), self.engine.workers
        )
        for rule, left, right in made:
            if len(left):
                yield PairChunk(left, right, rule)

    def graded(self, compiled: Compiled, keep: NDArray[np.int64] | None = None) -> Iterator[GradedPairs]:
        """Grade the pairs, chunk by chunk."""
        grading = self.engine.grading(self.records, compiled)
        kept = None if keep is None else Kept(keep, compiled.size)

        def work(stretch: Stretch) -> GradedPairs:
            left, right = self._pairs_of(stretch)
            code = grading.codes(left, right)
            if kept is not None:
                chosen = kept.places(code)
                left, right, code = left[chosen], right[chosen], code[chosen]
            return GradedPairs(left, right, code, np.full(len(left), stretch[0], np.uint8))

        for chunk in ordered_map(work, self._stretches(), self.engine.workers):
            if len(chunk.left):
                yield chunk

    def grade_counts(self, compiled: Compiled) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the pattern codes that occur, and how many pairs have each by first rule."""
        grading = self.engine.grading(self.records, compiled)
        rules = max(self.rule_count, 1)
        tally = Tally(compiled.size, rules)

        def work(stretch: Stretch) -> None:
            tally.add(stretch[0], grading.codes(*self._pairs_of(stretch)))

        for _ in ordered_map(work, self._stretches(), self.engine.workers):
            pass
        return tally.result()


class GivenPairs(Streamed):
    """Pairs that are held: a random sample, or pairs that somebody asks about. They may repeat."""

    def __init__(self, engine: LocalEngine, records: Records, left: U32, right: U32) -> None:
        self.engine = engine
        self.records = records
        self.rule_count = 0
        self._left = np.ascontiguousarray(left, np.uint32)
        self._right = np.ascontiguousarray(right, np.uint32)

    def counts(self) -> tuple[RuleCount, ...]:
        """There is no rule to count."""
        return ()

    def makes(self, rule: int, left: U32, right: U32) -> NDArray[np.bool_]:
        """Return whether each pair is among them."""
        return Given(self.records, self._left, self._right).makes(left, right)

    def made_by(self, left: U32, right: U32) -> NDArray[np.bool_]:
        """Return whether each pair is among them, as the one column of a table."""
        return self.makes(0, left, right)[:, None]

    def reaching(self, compiled: Compiled, sieve: Sieve, first_rule: int = 0) -> Iterator[GradedPairs]:
        """Grade the pairs, and return those that a sieve lets through; they count as made by rule 0."""
        grading = self.engine.grading(self.records, compiled)

        def work(stretch: Stretch) -> GradedPairs:
            rule, made = stretch[0], self._pairs_of(stretch)
            left, right, code = sifted(grading, compiled, sieve, *made)
            return GradedPairs(left, right, code, np.full(len(left), rule, np.uint8), (rule, len(made[0])))

        wanted = (stretch for stretch in self._stretches() if stretch[0] >= first_rule)
        yield from ordered_map(work, wanted, self.engine.workers)

    def _stretches(self) -> Iterator[Stretch]:
        for first in range(0, len(self._left), CHUNK):
            last = min(first + CHUNK, len(self._left))
            yield 0, first, last, last - first

    def _pairs_of(self, stretch: Stretch) -> tuple[U32, U32]:
        return self._left[stretch[1] : stretch[2]], self._right[stretch[1] : stretch[2]]
