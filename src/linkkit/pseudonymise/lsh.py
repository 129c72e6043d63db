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

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from linkkit.errors import DataError

from ._contract import SubKeys
from ._encodings import tables_of_pairs
from ._lsh_plan import LshPlan, check_completeness
from .similarity import SimilarPairs, processors, read_sides

if TYPE_CHECKING:
    from ._encoded_rows import EncodedRows

__all__ = ["LshPairs", "LshPlan", "lsh_pairs"]


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
    >>> import numpy as np
    >>> from linkkit.pseudonymise import Key
    >>> filters = np.packbits(np.random.default_rng(0).random((1000, 256)) < 0.3, axis=1)
    >>> changed = filters.copy()
    >>> changed[:, 0] = 0
    >>> key = Key.generate(project="example")
    >>> found = lsh_pairs(filters, changed, keys=key, at_least=0.9, completeness=0.99)
    >>> len(found.pairs) >= 980
    True
    """
    if plan is None:
        check_completeness(completeness)
    left_rows, right_rows = read_sides(left, right)
    if not len(left_rows.present) or (right_rows is not None and not len(right_rows.present)):
        empty = plan or LshPlan(max(left_rows.bits, 8), 1, 1, metric, at_least)
        return LshPairs(SimilarPairs.joined([]), empty, (0,) * empty.tables, (0,) * empty.tables, (0, 0))
    plan = plan or LshPlan.chosen_for(left_rows, right_rows, metric, at_least, completeness)
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
