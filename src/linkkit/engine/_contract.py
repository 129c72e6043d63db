"""What an engine must be able to do: make pairs, grade them, count their pattern codes, keep those worth keeping."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from linkkit.records import Records
    from linkkit.specs import Compiled, Rule

__all__ = ["Engine", "GradedPairs", "PairChunk", "PairSource", "Rarity", "RuleCount", "SampledBlocks", "Sieve"]

Rows = NDArray[np.uint32]


@dataclass(frozen=True, eq=False)
class PairChunk:
    """Some pairs: rows of :class:`~linkkit.records.Records`, left below right, and the first rule that made each.

    Parameters
    ----------
    left, right
        Shape (pairs,), uint32.
    rule
        Which rule made them: one number for the chunk.
    """

    left: Rows
    right: Rows
    rule: int


@dataclass(frozen=True)
class SampledBlocks:
    """What tables of sampled bits brought together, for a rule that finds most of its pairs by them.

    Parameters
    ----------
    tables
        How many there are; 0 where every two filters were less work. Filters that hold different fields have tables of
        their own, and those of all are counted.
    completeness
        The share of the pairs at exactly the bound expected to share a block, the least of any tables; 1 where there
        are none.
    blocks, candidates
        Blocks with at least one pair of different filters, and these pairs, counted in every table.
    largest
        Different filters on the left and on the right in the block with the most pairs.
    """

    tables: int = 0
    completeness: float = 1.0
    blocks: int = 0
    candidates: int = 0
    largest: tuple[int, int] = (0, 0)

    def __add__(self, other: SampledBlocks) -> SampledBlocks:
        """Count the tables of both."""
        return SampledBlocks(
            self.tables + other.tables,
            min(self.completeness, other.completeness),
            self.blocks + other.blocks,
            self.candidates + other.candidates,
            max(self.largest, other.largest, key=lambda sizes: (sizes[0] * sizes[1], sizes)),
        )


@dataclass(frozen=True)
class RuleCount:
    """What a rule makes, counted before any pair is made.

    Parameters
    ----------
    rule
        The rule.
    pairs
        How many pairs agree on it: exact for single-valued columns; for columns of sets pairs are counted once a
        shared member.
    records
        How many records have what it asks for.
    blocks
        How many blocks hold at least one pair.
    largest
        Sizes of its largest blocks, in records, falling.
    skipped_blocks, skipped_pairs
        What its cap left out.
    least_bits
        The bits that its pairs share at the least, where the rule chooses them by counting.
    sampled
        What its tables of sampled bits brought together, where it asks for a completeness.
    """

    rule: Rule
    pairs: int
    records: int
    blocks: int
    largest: tuple[int, ...]
    skipped_blocks: int = 0
    skipped_pairs: int = 0
    least_bits: float | None = None
    sampled: SampledBlocks | None = None


@dataclass(frozen=True, eq=False)
class GradedPairs:
    """Pairs with their pattern codes (see :class:`~linkkit.specs.Compiled`).

    Parameters
    ----------
    left, right
        Shape (pairs,), uint32.
    code
        Shape (pairs,), int64.
    rule
        Shape (pairs,), uint8: the first rule that made each.
    made
        What a sieve was given: the number of the rule, and how many pairs it made, those of earlier rules among them;
        None where there was no sieve.
    """

    left: Rows
    right: Rows
    code: NDArray[np.int64]
    rule: NDArray[np.uint8]
    made: tuple[int, int] | None = None


@dataclass(frozen=True, eq=False)
class Rarity:
    """How the bits of a comparison depend on how rare a pair's values are.

    Parameters
    ----------
    classes
        Shape (records,), uint8: the class of each record's value, the rarer the higher; 0 where it is not known.
    most
        Shape (levels, classes): the most that each level adds to a pair, by the lower of its two classes.
    """

    classes: NDArray[np.uint8]
    most: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Sieve:
    """What lets a pair be dropped before all of its comparisons are graded.

    Parameters
    ----------
    most
        For each comparison the most that each of its levels can add, missing first.
    floor
        Pairs whose sum of these lies below it are dropped.
    rarity
        For each comparison the same by the values of a pair, where these count; None where they do not. A pair is
        dropped by the lesser of the two.
    """

    most: tuple[NDArray[np.float64], ...]
    floor: float
    rarity: tuple[Rarity | None, ...] = ()

    @property
    def slack(self) -> float:
        """What the best of all levels has above the floor."""
        return sum(float(most.max()) for most in self.most) - self.floor

    def rarity_of(self, comparison: int) -> Rarity | None:
        """Return how the bits of one comparison depend on the values."""
        return self.rarity[comparison] if self.rarity else None


class PairSource(Protocol):
    """Pairs that can be made, again and again; holds none. Each pair comes once."""

    def counts(self) -> tuple[RuleCount, ...]:
        """Count each rule's pairs and largest blocks without making pairs."""
        ...

    def chunks(self) -> Iterator[PairChunk]:
        """Make the pairs, in chunks, in a stable order."""
        ...

    def made_by(self, left: Rows, right: Rows) -> NDArray[np.bool_]:
        """Return which rules make each of these pairs: shape (pairs, rules)."""
        ...

    def makes(self, rule: int, left: Rows, right: Rows) -> NDArray[np.bool_]:
        """Return whether one of the rules makes each of these pairs."""
        ...

    def grade_counts(self, compiled: Compiled) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the pattern codes that occur, rising, and how many pairs have each by first rule: (codes, rules)."""
        ...

    def graded(self, compiled: Compiled, keep: NDArray[np.int64] | None = None) -> Iterator[GradedPairs]:
        """Grade the pairs, chunk by chunk; with ``keep`` (rising pattern codes), only pairs of these codes."""
        ...

    def reaching(self, compiled: Compiled, sieve: Sieve, first_rule: int = 0) -> Iterator[GradedPairs]:
        """Grade the pairs of the rules from one on, and return of each chunk those that a sieve lets through."""
        ...


class Engine(Protocol):
    """An engine."""

    name: str

    def pairs(self, records: Records, rules: Sequence[Rule]) -> PairSource:
        """Return the pairs that the rules make; each pair belongs to the first rule that makes it."""
        ...

    def random_pairs(self, records: Records, size: int, seed: int) -> PairSource:
        """Return about so many pairs drawn evenly from the whole product (all of them where there are no more)."""
        ...

    def given_pairs(self, records: Records, left: Rows, right: Rows) -> PairSource:
        """Return these very pairs, in this order."""
        ...

    def grade(self, records: Records, compiled: Compiled, left: Rows, right: Rows) -> NDArray[np.int64]:
        """Return the pattern codes of these pairs, in this order."""
        ...

    def similarities(self, records: Records, measure: object, left: Rows, right: Rows) -> NDArray[np.float64]:
        """Return a measure's value for these pairs, NaN where missing."""
        ...
