"""The pairs that rules make, each once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkkit.engine import GradedPairs, RuleCount, Sieve
from linkkit.records import Records
from linkkit.specs import Compiled, EveryPair, Near, Rule

from . import _every_pair
from ._evidence import SharedPairs
from ._grading import Grading, side_by_side
from ._makers import Groups, Maker
from ._near import NearValues
from ._reaching import reaching
from ._runs import units
from ._screen import RuleScreen, Screen
from ._sieve import sifted
from ._streams import CHUNK, Streamed, Stretch
from ._threads import ordered_map
from .kernels.pairs import drop_shared

if TYPE_CHECKING:
    from ._engine import LocalEngine

__all__ = ["RuledPairs"]

U32 = NDArray[np.uint32]
# Pairs screened at once: few of them are left to be graded.
SCREENED = 262_144
# Pairs of a rule from which its screen is chosen: stretches, and pairs of each.
_SAMPLED, _OF_EACH = 16, 256


class RuledPairs(Streamed):
    """The pairs that rules make, each once, by the first rule that makes it."""

    def __init__(self, engine: LocalEngine, records: Records, rules: Sequence[Rule]) -> None:
        self.engine = engine
        self.records = records
        self.rules = tuple(rules)
        self.rule_count = len(rules)
        self._makers: list[Maker] | None = None
        self._group_table: U32 | None = None

    @property
    def makers(self) -> list[Maker]:
        """The rules bound to the records, on first use."""
        if self._makers is None:
            # Loose bounds first: what is near by a tighter one is found among what is near by a looser one.
            order = sorted(range(len(self.rules)), key=lambda place: _tightness(self.rules[place]))
            bound = ordered_map(
                self.engine.maker(self.records), [self.rules[place] for place in order], self.engine.workers
            )
            makers = dict(zip(order, bound, strict=True))
            self._makers = [makers[place] for place in range(len(self.rules))]
        return self._makers

    def counts(self) -> tuple[RuleCount, ...]:
        """Count each rule's pairs and largest blocks."""
        found = []
        for rule, maker in zip(self.rules, self.makers, strict=True):
            grouped, groups, pairs, skipped, skipped_pairs = maker.runs.tally
            floor = maker.floor if isinstance(maker, SharedPairs) else None
            sampled = maker.sampled if isinstance(maker, NearValues) else None
            largest = maker.runs.largest
            found.append(RuleCount(rule, pairs, grouped, groups, largest, skipped, skipped_pairs, floor, sampled))
        return tuple(found)

    def makes(self, rule: int, left: U32, right: U32) -> NDArray[np.bool_]:
        """Return whether one of the rules makes each of these pairs."""
        return self.makers[rule].makes(left, right)

    def made_by(self, left: U32, right: U32) -> NDArray[np.bool_]:
        """Return which rules make each of these pairs."""
        return (
            np.column_stack([maker.makes(left, right) for maker in self.makers])
            if self.makers
            else np.zeros((len(left), 0), bool)
        )

    def graded(self, compiled: Compiled, keep: NDArray[np.int64] | None = None) -> Iterator[GradedPairs]:
        """Grade the pairs, chunk by chunk."""
        if keep is not None and self._is_every_pair(compiled):
            return _every_pair.graded(self.engine.grading(self.records, compiled), compiled, keep, self.engine.workers)
        return super().graded(compiled, keep)

    def grade_counts(self, compiled: Compiled) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the pattern codes that occur, and how many pairs have each by first rule."""
        if self._is_every_pair(compiled):
            return _every_pair.counts(self.engine.grading(self.records, compiled), compiled, self.engine.workers)
        return super().grade_counts(compiled)

    def reaching(self, compiled: Compiled, sieve: Sieve, first_rule: int = 0) -> Iterator[GradedPairs]:
        """Grade the pairs of the rules from one on, and return those that a sieve lets through."""
        grading = self.engine.grading(self.records, compiled)
        last = len(self.rules) - 1
        found = None
        if 0 <= first_rule == last and isinstance(self.rules[last], EveryPair):
            found = reaching(grading, compiled, sieve, self.engine.workers, last)
        if found is not None:
            yield from (self._only_new(chunk, last) for chunk in found)
        else:
            yield from self._screened(range(first_rule, len(self.rules)), grading, compiled, sieve)

    def _screened(
        self, rules: Iterable[int], grading: Grading, compiled: Compiled, sieve: Sieve
    ) -> Iterator[GradedPairs]:
        """Return what a sieve lets through of the pairs of some rules that no earlier rule makes, screened first."""
        _ = self.makers  # bound by this thread, before others ask for them
        screen = Screen(grading, compiled, sieve) if Screen.fits(sieve) else None

        def ready(rule: int) -> tuple[list[Stretch], RuleScreen | None]:
            stretches = list(self._cut(rule, SCREENED))
            if screen is None or not stretches:
                return stretches, None
            return stretches, screen.of_rule(self.rules[rule], self.rules[:rule], *self._sample(stretches))

        def work(stretch: Stretch, of_rule: RuleScreen | None) -> GradedPairs:
            rule, (left, right) = stretch[0], self._emitted(stretch)
            made = (rule, len(left))
            if of_rule is not None:
                kept = of_rule.kept(left, right)
                left, right = left[kept], right[kept]
            found = sifted(grading, compiled, sieve, left, right)
            return self._only_new(GradedPairs(*found, np.full(len(found[0]), rule, np.uint8), made), rule)

        for stretches, of_rule in ordered_map(ready, rules, self.engine.workers):
            yield from ordered_map(partial(work, of_rule=of_rule), stretches, self.engine.workers)

    def _only_new(self, chunk: GradedPairs, rule: int) -> GradedPairs:
        """Leave out the pairs that an earlier rule makes, and those without a fresh record."""
        if not len(chunk.left):
            return chunk
        left, right, fresh = chunk.left, chunk.right, self.records.fresh
        kept = np.ones(len(left), np.bool_) if fresh is None else fresh[left] | fresh[right]
        for earlier in self.makers[:rule]:
            kept &= ~earlier.makes(left, right)
        return replace(chunk, left=left[kept], right=right[kept], code=chunk.code[kept], rule=chunk.rule[kept])

    def _sample(self, stretches: Sequence[Stretch]) -> tuple[U32, U32]:
        """Return a few pairs of some stretches."""
        chosen = [stretches[place] for place in np.unique(np.linspace(0, len(stretches) - 1, _SAMPLED).astype(int))]
        made = [self._emitted(stretch) for stretch in chosen]
        steps = [max(1, len(left) // _OF_EACH) for left, _ in made]
        left, right = (
            np.concatenate([pairs[side][::step] for pairs, step in zip(made, steps, strict=True)]) for side in (0, 1)
        )
        return left, right

    def _is_every_pair(self, compiled: Compiled) -> bool:
        if self.records.fresh is not None:
            return False
        grading = self.engine.grading(self.records, compiled)
        return len(self.rules) == 1 and isinstance(self.rules[0], EveryPair) and _every_pair.fits(grading)

    def _stretches(self) -> Iterator[Stretch]:
        self._groups()
        for number in range(len(self.rules)):
            yield from self._cut(number)

    def _cut(self, rule: int, size: int = CHUNK) -> Iterator[Stretch]:
        """Cut the work of one rule."""
        maker = self.makers[rule]
        cut = maker.units(size) if isinstance(maker, NearValues) else units(maker.runs, size)
        for first, last, pairs in cut:
            yield rule, first, last, pairs

    def _groups(self) -> U32:
        """Each record's group under each rule that has groups, side by side."""
        if self._group_table is None:
            columns = [maker.groups for maker in self.makers if isinstance(maker, Groups)]
            self._group_table = side_by_side(columns) if columns else np.zeros((1, 1), np.uint32)
        return self._group_table

    def _pairs_of(self, stretch: Stretch) -> tuple[U32, U32]:
        rule, first, last, pairs = stretch
        maker = self.makers[rule]
        if not isinstance(maker, Groups):
            return self._new(rule, *self._emitted(stretch))
        left, right = np.empty(pairs + 1, np.uint32), np.empty(pairs + 1, np.uint32)
        grouped = sum(isinstance(earlier, Groups) for earlier in self.makers[:rule])
        count = maker.emit_new(first, last, self._groups(), grouped, left, right)
        return self._ungrouped(rule, left[:count], right[:count])

    def _emitted(self, stretch: Stretch) -> tuple[U32, U32]:
        """Make the pairs of a stretch, those of earlier rules among them."""
        rule, first, last, pairs = stretch
        left, right = np.empty(pairs + 1, np.uint32), np.empty(pairs + 1, np.uint32)
        count = self.makers[rule].emit(first, last, left, right)
        return left[:count], right[:count]

    def _new(self, rule: int, left: U32, right: U32) -> tuple[U32, U32]:
        """Leave out the pairs that an earlier rule makes, in place."""
        grouped = sum(isinstance(earlier, Groups) for earlier in self.makers[:rule])
        if grouped:
            count = int(drop_shared(left, right, self._groups(), grouped))
            left, right = left[:count], right[:count]
        return self._ungrouped(rule, left, right)

    def _ungrouped(self, rule: int, left: U32, right: U32) -> tuple[U32, U32]:
        """Leave out the pairs that an earlier rule without groups makes, and those without a fresh record."""
        for earlier in self.makers[:rule]:
            if isinstance(earlier, Groups):
                continue
            new = ~earlier.makes(left, right)
            left, right = left[new], right[new]
        if self.records.fresh is not None:  # whatever a rule makes, records that are not fresh are never compared again
            new = self.records.fresh[left] | self.records.fresh[right]
            left, right = left[new], right[new]
        return left, right


def _tightness(rule: Rule) -> float:
    if not isinstance(rule, Near):
        return np.inf
    return -rule.bound if rule.is_distance else rule.bound
