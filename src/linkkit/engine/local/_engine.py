"""LocalEngine: binds rules and comparisons to records."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from linkkit.records import Records
from linkkit.specs import Compiled, Gauge, Rule

from ._grading import Grading
from ._makers import Maker, make
from ._random import draw
from ._ruled_pairs import RuledPairs
from ._streams import GivenPairs

__all__ = ["LocalEngine"]

U32 = NDArray[np.uint32]


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
