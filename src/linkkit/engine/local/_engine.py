"""LocalEngine: binds rules and comparisons to records, and streams pairs through kernels on threads."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from linkkit.engine import GradedPairs, PairChunk, RuleCount, Sieve
from linkkit.records import Records
from linkkit.specs import Compiled, EveryPair, Gauge, Rule

from . import _every_pair
from ._evidence import SharedPairs
from ._grading import Grading, side_by_side
from ._makers import Given, Groups, Maker, make
from ._near import NearValues
from ._random import draw
from ._reaching import of_later_rule, reaching
from ._runs import units
from ._screen import Screen
from ._sieve import sifted
from ._threads import ordered_map
from .kernels.pairs import drop_shared

__all__ = ["LocalEngine"]

U32 = NDArray[np.uint32]
# Pairs a chunk: small enough that a chunk's codes and grades stay in the cache of a core.
CHUNK = 65_536
# Pattern codes are counted in a table where it has no more cells than this, else by sorting.
DENSE_CELLS = 2**21
# Pairs of a rule from which its screen is chosen: stretches, and pairs of each.
_SAMPLED, _OF_EACH = 16, 256


class LocalEngine:
    """The engine of one machine: compiled kernels on a thread for each core (or ``LINKKIT_WORKERS`` of them)."""

    name = "local"

    def __init__(self) -> None:
        self.workers = int(os.environ.get("LINKKIT_WORKERS") or os.cpu_count() or 1)
        self._gradings: dict[int, tuple[Records, Compiled, Grading]] = {}
        self._makers: WeakValueDictionary[tuple[int, Rule], Maker] = WeakValueDictionary()

    def pairs(self, records: Records, rules: Sequence[Rule]) -> RuledPairs:
        """Return the pairs that the rules make."""
        return RuledPairs(self, records, rules)

    def random_pairs(self, records: Records, size: int, seed: int) -> GivenPairs:
        """Return about so many pairs drawn evenly from the whole product."""
        return GivenPairs(self, records, *draw(records, size, seed))

    def given_pairs(self, records: Records, left: U32, right: U32) -> GivenPairs:
        """Return these very pairs."""
        return GivenPairs(self, records, left, right)

    def grade(self, records: Records, compiled: Compiled, left: U32, right: U32) -> NDArray[np.int64]:
        """Return the pattern codes of these pairs."""
        parts = [chunk.code for chunk in self.given_pairs(records, left, right).graded(compiled)]
        return np.concatenate(parts) if parts else np.empty(0, np.int64)

    def similarities(self, records: Records, measure: Any, left: U32, right: U32) -> NDArray[np.float64]:
        """Return a measure's value for these pairs."""
        return Grading(records, [Gauge(measure, ())]).measure(left, right)

    def maker(self, records: Records) -> Callable[[Rule], Maker]:
        """Return what binds a rule to records: once, as long as some pairs are in use."""

        def bound(rule: Rule) -> Maker:
            known = self._makers.get((id(records), rule))
            if known is None:
                known = self._makers[id(records), rule] = make(records, rule, self.workers)
            return known

        return bound

    def grading(self, records: Records, compiled: Compiled) -> Grading:
        """Return the kernels bound to records, once for each linkage."""
        kept = self._gradings.get(id(compiled))
        if kept is None or kept[0] is not records:
            kept = (records, compiled, Grading.of(records, compiled))
            self._gradings[id(compiled)] = kept
        return kept[2]


class _Streamed(ABC):
    """What pairs of any origin share: grading in chunks, and counting."""

    engine: LocalEngine
    records: Records
    rule_count: int

    @abstractmethod
    def _stretches(self) -> Iterator[tuple[int, int, int, int]]:
        """Cut the work: rule, first and last run, pairs at most."""

    @abstractmethod
    def _pairs_of(self, stretch: tuple[int, int, int, int]) -> tuple[U32, U32]:
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
        kept = None if keep is None else _Kept(keep, compiled.size)

        def work(stretch: tuple[int, int, int, int]) -> GradedPairs:
            left, right = self._pairs_of(stretch)
            code = grading.codes(left, right)
            if kept is not None:
                chosen = kept.places(code)
                left, right, code = left[chosen], right[chosen], code[chosen]
            return GradedPairs(left, right, code, np.full(len(left), stretch[0], np.uint8))

        for chunk in ordered_map(work, self._stretches(), self.engine.workers):
            if len(chunk.left):
                yield chunk

    def reaching(self, compiled: Compiled, sieve: Sieve, first_rule: int = 0) -> Iterator[GradedPairs]:
        """Grade the pairs of the rules from one on, and return those that a sieve lets through."""
        grading = self.engine.grading(self.records, compiled)

        def work(stretch: tuple[int, int, int, int]) -> GradedPairs:
            rule, made = stretch[0], self._pairs_of(stretch)
            left, right, code = sifted(grading, compiled, sieve, *made)
            return GradedPairs(left, right, code, np.full(len(left), rule, np.uint8), (rule, len(made[0])))

        wanted = (stretch for stretch in self._stretches() if stretch[0] >= first_rule)
        yield from ordered_map(work, wanted, self.engine.workers)

    def grade_counts(self, compiled: Compiled) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the pattern codes that occur, and how many pairs have each by first rule."""
        grading = self.engine.grading(self.records, compiled)
        rules = max(self.rule_count, 1)
        tally = _Tally(compiled.size, rules)

        def work(stretch: tuple[int, int, int, int]) -> None:
            tally.add(stretch[0], grading.codes(*self._pairs_of(stretch)))

        for _ in ordered_map(work, self._stretches(), self.engine.workers):
            pass
        return tally.result()


class RuledPairs(_Streamed):
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
            self._makers = list(ordered_map(self.engine.maker(self.records), self.rules, self.engine.workers))
        return self._makers

    def counts(self) -> tuple[RuleCount, ...]:
        """Count each rule's pairs and largest blocks."""
        found = []
        for rule, maker in zip(self.rules, self.makers, strict=True):
            grouped, groups, pairs, skipped, skipped_pairs = maker.runs.tally
            floor = maker.floor if isinstance(maker, SharedPairs) else None
            found.append(RuleCount(rule, pairs, grouped, groups, maker.runs.largest, skipped, skipped_pairs, floor))
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
            found = reaching(grading, compiled, sieve, self.engine.workers)
        if found is not None:
            yield from of_later_rule(found, last, self.makers[:last])
        elif Screen.fits(sieve):
            screen = Screen(grading, compiled, sieve)
            for rule in range(first_rule, len(self.rules)):
                yield from self._screened(rule, screen, grading, compiled, sieve)
        else:
            yield from super().reaching(compiled, sieve, first_rule)

    def _screened(
        self, rule: int, screen: Screen, grading: Grading, compiled: Compiled, sieve: Sieve
    ) -> Iterator[GradedPairs]:
        """Return what a sieve lets through of the pairs of one rule that no earlier rule makes, screened first."""
        stretches = list(self._cut(rule))
        if not stretches:
            return
        of_rule = screen.of_rule(self.rules[rule], self.rules[:rule], *self._sample(stretches))

        def work(stretch: tuple[int, int, int, int]) -> GradedPairs:
            left, right = self._emitted(stretch)
            kept = of_rule.kept(left, right)
            made = (rule, len(left))
            left, right = self._new(rule, left[kept], right[kept])
            left, right, code = sifted(grading, compiled, sieve, left, right)
            return GradedPairs(left, right, code, np.full(len(left), rule, np.uint8), made)

        yield from ordered_map(work, stretches, self.engine.workers)

    def _sample(self, stretches: Sequence[tuple[int, int, int, int]]) -> tuple[U32, U32]:
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

    def _stretches(self) -> Iterator[tuple[int, int, int, int]]:
        self._groups()
        for number in range(len(self.rules)):
            yield from self._cut(number)

    def _cut(self, rule: int) -> Iterator[tuple[int, int, int, int]]:
        """Cut the work of one rule."""
        maker = self.makers[rule]
        cut = maker.units(CHUNK) if isinstance(maker, NearValues) else units(maker.runs, CHUNK)
        for first, last, pairs in cut:
            yield rule, first, last, pairs

    def _groups(self) -> U32:
        """Each record's group under each rule that has groups, side by side."""
        if self._group_table is None:
            columns = [maker.groups for maker in self.makers if isinstance(maker, Groups)]
            self._group_table = side_by_side(columns) if columns else np.zeros((1, 1), np.uint32)
        return self._group_table

    def _pairs_of(self, stretch: tuple[int, int, int, int]) -> tuple[U32, U32]:
        rule, first, last, pairs = stretch
        maker = self.makers[rule]
        if not isinstance(maker, Groups):
            return self._new(rule, *self._emitted(stretch))
        left, right = np.empty(pairs + 1, np.uint32), np.empty(pairs + 1, np.uint32)
        grouped = sum(isinstance(earlier, Groups) for earlier in self.makers[:rule])
        count = maker.emit_new(first, last, self._groups(), grouped, left, right)
        return self._ungrouped(rule, left[:count], right[:count])

    def _emitted(self, stretch: tuple[int, int, int, int]) -> tuple[U32, U32]:
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


class GivenPairs(_Streamed):
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

    def _stretches(self) -> Iterator[tuple[int, int, int, int]]:
        for first in range(0, len(self._left), CHUNK):
            last = min(first + CHUNK, len(self._left))
            yield 0, first, last, last - first

    def _pairs_of(self, stretch: tuple[int, int, int, int]) -> tuple[U32, U32]:
        return self._left[stretch[1] : stretch[2]], self._right[stretch[1] : stretch[2]]


class _Kept:
    """Which pairs of a chunk to keep, by pattern code."""

    def __init__(self, keep: NDArray[np.int64], size: int) -> None:
        self._keep = keep
        self._table = np.zeros(size, bool) if size <= DENSE_CELLS else None
        if self._table is not None:
            self._table[keep] = True

    def places(self, code: NDArray[np.int64]) -> NDArray[np.int64]:
        if self._table is not None:
            return np.flatnonzero(self._table[code])
        place = np.searchsorted(self._keep, code)
        place[place == len(self._keep)] = 0
        return np.flatnonzero(self._keep[place] == code) if len(self._keep) else np.empty(0, np.int64)


class _Tally:
    """Counts of pattern codes by rule, added to from several threads."""

    def __init__(self, size: int, rules: int) -> None:
        import threading

        self._size, self._rules = size, rules
        self._is_dense = size * rules <= DENSE_CELLS
        self._local = threading.local()
        self._lock = threading.Lock()
        self._tables: list[NDArray[np.int64]] = []
        self._sparse: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []

    def add(self, rule: int, codes: NDArray[np.int64]) -> None:
        if self._is_dense:
            from .kernels.pairs import count_codes

            count_codes(codes, self._table()[rule])
        else:
            counted = np.unique(codes * self._rules + rule, return_counts=True)
            with self._lock:
                self._sparse.append(counted)
                if len(self._sparse) > 256:
                    self._sparse = [_merge(self._sparse)]

    def result(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        if self._is_dense:
            table = sum(self._tables, np.zeros((self._rules, self._size), np.int64))
            codes = np.flatnonzero(table.any(axis=0))
            return codes, np.ascontiguousarray(table[:, codes].T)
        keys, counts = _merge(self._sparse) if self._sparse else (np.empty(0, np.int64), np.empty(0, np.int64))
        codes, place = np.unique(keys // self._rules, return_inverse=True)
        found = np.zeros((len(codes), self._rules), np.int64)
        found[place, keys % self._rules] = counts
        return codes, found

    def _table(self) -> NDArray[np.int64]:
        if not hasattr(self._local, "table"):
            self._local.table = np.zeros((self._rules, self._size), np.int64)
            with self._lock:
                self._tables.append(self._local.table)
        table: NDArray[np.int64] = self._local.table
        return table


def _merge(counted: list[tuple[NDArray[np.int64], NDArray[np.int64]]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    keys, place = np.unique(np.concatenate([keys for keys, _ in counted]), return_inverse=True)
    totals = np.zeros(len(keys), np.int64)
    np.add.at(totals, place, np.concatenate([counts for _, counts in counted]))
    return keys, totals
