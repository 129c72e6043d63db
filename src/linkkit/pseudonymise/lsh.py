"""Block encodings on a few of their bits (Hamming LSH), with the numbers chosen for a completeness that is wanted.

Two filters of ``n`` bits that differ in ``d`` places agree on ``K`` places drawn without replacement with probability
``q = C(n - d, K) / C(n, K)``, and on all the places of at least one of ``T`` independent tables with probability
``1 - (1 - q)^T``. At a Dice of ``t`` filters of ``a`` and ``b`` bits set differ in ``d = (1 - t) (a + b)`` places, at a
Jaccard of ``t`` in ``(1 - t) / (1 + t) (a + b)``, at a Hamming similarity of ``t`` in ``(1 - t) n``. More similar pairs
differ in fewer places, so that the completeness at the floor is the least of any pair kept.

Worked example: 1,024 bits, 300 set in each filter, Dice at least .8. Then d = .2 * 600 = 120. With K = 20 places,
q = C(904, 20) / C(1024, 20) = .0806, and 95 % of such pairs need T = log(.05) / log(1 - q) = 35.6, so 36 tables.

P. Indyk and R. Motwani, Approximate nearest neighbors, STOC 1998; E. Durham, A framework for accurate, efficient
private record linkage, 2012, uses it for Bloom filters.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import DataError, SpecError

from ._contract import SubKeys
from ._encodings import bit_counts, tables_of_pairs
from ._sampled_bits import MOST_TABLES, agreeing, completeness_of, sampled_distances, tables_for
from .similarity import SimilarPairs, processors, read_sides

if TYPE_CHECKING:
    from ._encoded_rows import EncodedRows

__all__ = ["LshPairs", "LshPlan", "lsh_pairs"]

METRICS = ("dice", "hamming", "jaccard")
_KEY_BITS = range(4, 65)
# Nanoseconds on one core, of a key made and sorted and of a candidate pair looked at: only their ratio matters.
_KEY_COST, _PAIR_COST = 150.0, 20.0


@dataclass(frozen=True)
class LshPlan:
    """How many tables look at how many bits; print it to see the numbers. Make it by :meth:`choose`.

    Parameters
    ----------
    bits
        Bits of a filter.
    tables
        How many times filters are put into blocks.
    bits_per_key
        On how many bits the filters of a block agree.
    metric
        ``"dice"``, ``"jaccard"`` or ``"hamming"``.
    at_least
        The least similarity of the pairs that are wanted.
    completeness
        The share of the pairs at exactly that similarity that is expected to share a block; the share of more similar
        pairs is higher. An expectation over keys.
    candidates
        The pairs of rows expected to share a block, counted in every table; None where no data were looked at.

    Examples
    --------
    >>> plan = LshPlan.of_popcount(1024, 300, at_least=0.8, completeness=0.95, bits_per_key=20)
    >>> plan.tables, round(plan.completeness, 3)
    (36, 0.952)
    """

    bits: int
    tables: int
    bits_per_key: int
    metric: str = "dice"
    at_least: float = 0.8
    completeness: float | None = None
    candidates: int | None = None

    def __post_init__(self) -> None:
        if self.metric not in METRICS:
            raise SpecError(
                f"LshPlan.metric must be one of {', '.join(METRICS)}; got {self.metric!r}. Other similarities bound no "
                "number of differing bits: use similar()."
            )
        if not 0 < self.at_least <= 1:
            raise SpecError(f"LshPlan.at_least must be above 0 and at most 1; got {self.at_least!r}.")
        if not 1 <= self.tables <= MOST_TABLES:
            raise SpecError(f"LshPlan.tables must be from 1 to {MOST_TABLES:,}; got {self.tables!r}.")
        if not 1 <= self.bits_per_key <= min(64, self.bits):
            raise SpecError(
                f"LshPlan.bits_per_key must be from 1 to {min(64, self.bits)}, the bits of a filter or 64; "
                f"got {self.bits_per_key!r}."
            )

    @classmethod
    def of_popcount(
        cls,
        bits: int,
        popcount: float,
        *,
        bits_per_key: int,
        metric: str = "dice",
        at_least: float = 0.8,
        completeness: float = 0.95,
    ) -> LshPlan:
        """Choose the number of tables for filters of about so many bits set, before there are any data."""
        _check_completeness(completeness)
        chances = agreeing(bits, cls(bits, 1, bits_per_key, metric, at_least)._distances(np.array([popcount])))
        tables = tables_for(chances[bits_per_key], np.ones(1), completeness)
        if tables is None:
            raise SpecError(_too_many(at_least, completeness))
        expected = completeness_of(chances[bits_per_key], np.ones(1), tables)
        return cls(bits, tables, bits_per_key, metric, at_least, expected)

    @classmethod
    def choose(
        cls,
        left: Any,
        right: Any = None,
        *,
        metric: str = "dice",
        at_least: float = 0.8,
        completeness: float = 0.95,
    ) -> LshPlan:
        """Choose both numbers for these encodings: the completeness wanted, with the least work expected.

        More bits a key leave fewer candidates and need more tables. The work is estimated from the bits in which
        evenly drawn pairs of rows differ; the completeness from the bits set in the left rows.

        Raises
        ------
        SpecError
            Where no number of tables up to 1,000 is enough.
        """
        _check_completeness(completeness)
        left_rows, right_rows = read_sides(left, right)
        return cls._chosen(left_rows, right_rows, metric, at_least, completeness)

    @classmethod
    def _chosen(
        cls, left: EncodedRows, right: EncodedRows | None, metric: str, at_least: float, completeness: float
    ) -> LshPlan:
        if not left.bits or not len(left.present):
            raise DataError("left holds no encoding to choose a plan for.")
        other = left if right is None or not len(right.present) else right
        bare = cls(left.bits, 1, 1, metric, at_least)
        popcounts, shares = np.unique(bit_counts(left.filters[left.present]), return_counts=True)
        some = popcounts > 0
        if not some.any():
            raise DataError("left: no encoding has a bit set.")
        shares = shares[some] / shares[some].sum()
        wanted = agreeing(left.bits, bare._distances(popcounts[some].astype(np.float64)))
        apart, times = np.unique(sampled_distances(left, other), return_counts=True)
        others = agreeing(left.bits, apart.astype(np.float64))
        keys = len(left.present) + (0 if other is left else len(other.present))
        pairs = (
            len(left.present) * (len(left.present) - 1) / 2 if other is left else len(left.present) * len(other.present)
        )
        found: list[tuple[float, LshPlan]] = []
        for key_bits in _KEY_BITS:
            if key_bits > left.bits:
                break
            tables = tables_for(wanted[key_bits], shares, completeness)
            if tables is None:
                break
            candidates = tables * pairs * float(np.average(others[key_bits], weights=times))
            expected = completeness_of(wanted[key_bits], shares, tables)
            plan = cls(left.bits, tables, key_bits, metric, at_least, expected, round(candidates))
            found.append((tables * keys * _KEY_COST + candidates * _PAIR_COST, plan))
        if not found:
            raise SpecError(_too_many(at_least, completeness))
        return min(found, key=lambda each: each[0])[1]

    def positions(self, keys: SubKeys) -> NDArray[np.uint64]:
        """Return the bits that each table looks at, shape (tables, bits per key), from the key for blocking.

        Whoever has not the key cannot know which bits they are. SHAKE-256 of the key and the number of the table gives
        every bit a number of 64 bits; those with the least are the table's.
        """
        secret = keys.subkey("blocking", field="lsh")
        rows = []
        for table in range(self.tables):
            stream = hashlib.shake_256(secret + table.to_bytes(4, "big")).digest(8 * self.bits)
            rows.append(np.sort(np.argsort(np.frombuffer(stream, ">u8"), kind="stable")[: self.bits_per_key]))
        return np.array(rows, np.uint64)

    def _distances(self, popcounts: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return in how many places two filters of these popcounts may differ."""
        if self.metric == "hamming":
            return np.full(len(popcounts), (1 - self.at_least) * self.bits)
        share = 1 - self.at_least if self.metric == "dice" else (1 - self.at_least) / (1 + self.at_least)
        return share * 2 * popcounts


@dataclass(frozen=True, eq=False)
class LshPairs:
    """Similar pairs found by blocking on sampled bits, and what the blocking made.

    Parameters
    ----------
    pairs
        The pairs, sorted by left row, then right row; every one has the similarity said.
    plan
        How they were found, with the completeness expected.
    blocks, candidates
        For each table the blocks with at least one pair, and their pairs.
    largest
        Rows on the left and on the right in the block with the most pairs, of all tables. A large block says that many
        records look alike: it costs time, and shows who sees the blocks how common a value is.
    """

    pairs: SimilarPairs = field(repr=False)
    plan: LshPlan
    blocks: tuple[int, ...] = field(repr=False)
    candidates: tuple[int, ...] = field(repr=False)
    largest: tuple[int, int]

    def __str__(self) -> str:
        expected = "" if self.plan.completeness is None else f"{self.plan.completeness:.1%} at the least expected; "
        return (
            f"{len(self.pairs):,} pairs of a {self.plan.metric} of {self.plan.at_least:g} or more; {expected}"
            f"{self.plan.tables} tables of {self.plan.bits_per_key} bits; {sum(self.candidates):,} candidates in "
            f"{sum(self.blocks):,} blocks, the largest of {self.largest[0]:,} by {self.largest[1]:,} rows"
        )


def lsh_pairs(
    left: Any,
    right: Any = None,
    *,
    keys: SubKeys,
    plan: LshPlan | None = None,
    metric: str = "dice",
    at_least: float = 0.8,
    completeness: float = 0.95,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> LshPairs:
    """Find most of the pairs that :func:`~linkkit.pseudonymise.similarity.similar` finds, in far less time.

    Candidates are streamed and compared as they come; none is held. Below some 100,000 rows compare every pair instead.

    Parameters
    ----------
    left, right
        Encodings, as for :func:`~linkkit.pseudonymise.similarity.similar`. None is missing; an encoding without any bit
        set is in no block.
    keys
        The key from which the bits of the tables are drawn. The same key gives the same pairs.
    plan
        How many tables and bits; None: chosen by :meth:`LshPlan.choose` for the next three arguments, which a plan
        already holds.
    metric, at_least
        The similarity, and the least that is kept.
    completeness
        The share wanted of the pairs at exactly that similarity.
    workers
        Threads; None: one a processor. The result is the same with any number.
    progress
        Called with how many tables are done, and how many there are.

    Raises
    ------
    DataError
        Where a row is no encoding, or lengths differ.
    SpecError
        Where an argument cannot be.

    Examples
    --------
    >>> class Key:
    ...     def subkey(self, purpose, field="", size=32):
    ...         return hashlib.sha256(f"an example{purpose}{field}".encode()).digest()[:size]
    >>> filters = np.packbits(np.random.default_rng(0).random((1000, 256)) < 0.3, axis=1)
    >>> changed = filters.copy()
    >>> changed[:, 0] = 0
    >>> found = lsh_pairs(filters, changed, keys=Key(), at_least=0.9, completeness=0.99)
    >>> len(found.pairs) >= 980
    True
    """
    if plan is None:
        _check_completeness(completeness)
    left_rows, right_rows = read_sides(left, right)
    if not len(left_rows.present) or (right_rows is not None and not len(right_rows.present)):
        empty = plan or LshPlan(max(left_rows.bits, 8), 1, 1, metric, at_least)
        return LshPairs(SimilarPairs.joined([]), empty, (0,) * empty.tables, (0,) * empty.tables, (0, 0))
    plan = plan or LshPlan._chosen(left_rows, right_rows, metric, at_least, completeness)
    if plan.bits != left_rows.bits:
        raise DataError(f"the plan is for encodings of {plan.bits:,} bits; these have {left_rows.bits:,}.")
    found, counts = [], []
    for part in _parts(left_rows, right_rows, plan, keys, processors(workers), progress):
        if hasattr(part, "candidates"):
            counts.append(part)
        else:
            found.append(SimilarPairs(part.left, part.right, part.similarity))
    return LshPairs(
        SimilarPairs.joined(found),
        plan,
        tuple(count.blocks for count in counts),
        tuple(count.candidates for count in counts),
        max((count.largest for count in counts), key=lambda sizes: (sizes[0] * sizes[1], sizes)),
    )


def _parts(
    left: EncodedRows,
    right: EncodedRows | None,
    plan: LshPlan,
    keys: SubKeys,
    workers: int,
    progress: Callable[[int, int], None] | None,
) -> Iterator[Any]:
    positions = plan.positions(keys)
    return tables_of_pairs(left, right, (plan.metric, 0.5, 0.5), plan.at_least, positions, workers, progress)


def _check_completeness(completeness: Any) -> None:
    if not isinstance(completeness, int | float) or not 0 < completeness < 1:
        raise SpecError(f"completeness must be above 0 and below 1; got {completeness!r}.")


def _too_many(at_least: float, completeness: float) -> str:
    return (
        f"a completeness of {completeness:g} at a similarity of {at_least:g} needs more than {MOST_TABLES:,} tables. "
        "Ask for less of either, or compare every pair by similar()."
    )
