"""Compare encodings: every pair of bit filters that is similar enough, or the most similar ones of each.

A filter is a row of bits: a record-level CLK, or the Bloom filter of one field. With ``a`` and ``b`` the bits set in
two filters of ``n`` bits and ``c`` those set in both, the similarities are

=========  ==================================
dice       ``2 c / (a + b)``
jaccard    ``c / (a + b - c)``
overlap    ``c / min(a, b)``
hamming    ``(n - (a + b - 2 c)) / n``, one less the share of places that differ
Tversky    ``c / (c + alpha (a - c) + beta (b - c))``
=========  ==================================

all 0 where the divisor is: two empty filters have a Dice of 0, not of 1, since they say nothing of their records.
Numbers are doubles, and a pair whose similarity equals the floor is kept.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import DataError, SpecError, did_you_mean

from ._encoded_rows import EncodedRows
from ._encodings import similar_pairs

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SimilarPairs", "Tversky", "similar", "similar_chunks"]

METRICS = ("dice", "hamming", "jaccard", "overlap")


@dataclass(frozen=True)
class Tversky:
    r"""Tversky's index: how much of two filters is shared, with a weight for what only one of them holds.

    ``Tversky(0.5, 0.5)`` is Dice, ``Tversky(1, 1)`` Jaccard. With unlike weights the sides count differently; pairs of
    one set then have the earlier row on the left. A. Tversky, Features of similarity, Psychological Review 84 (1977).

    Parameters
    ----------
    alpha
        Weight of the bits that only the left filter has.
    beta
        Weight of the bits that only the right filter has.

    Examples
    --------
    >>> similar([b"\x0f"], [b"\x3f"], metric=Tversky(1, 0), at_least=1).similarity.tolist()
    [1.0]
    """

    alpha: float
    beta: float

    def __post_init__(self) -> None:
        for name, weight in (("alpha", self.alpha), ("beta", self.beta)):
            if not (isinstance(weight, int | float) and 0 <= weight < float("inf")):
                raise SpecError(f"Tversky.{name} must be a number from 0 on; got {weight!r}.")


@dataclass(frozen=True, eq=False)
class SimilarPairs:
    """Pairs of rows and their similarity, sorted by left row, then right row.

    Parameters
    ----------
    left, right
        Shape (pairs,), uint32: row numbers in what was given.
    similarity
        Shape (pairs,), float64.
    """

    left: NDArray[np.uint32] = field(repr=False)
    right: NDArray[np.uint32] = field(repr=False)
    similarity: NDArray[np.float64] = field(repr=False)

    def __len__(self) -> int:
        return len(self.left)

    def __repr__(self) -> str:
        return f"SimilarPairs({len(self):,} pairs)"

    def to_pandas(self) -> pd.DataFrame:
        """Return a frame of left, right, similarity."""
        import pandas as pd

        return pd.DataFrame({"left": self.left, "right": self.right, "similarity": self.similarity})

    @classmethod
    def joined(cls, parts: list[SimilarPairs]) -> SimilarPairs:
        """Return all pairs of some parts, sorted."""
        empty = cls(np.empty(0, np.uint32), np.empty(0, np.uint32), np.empty(0))
        left, right, similarity = (
            np.concatenate([getattr(part, name) for part in [empty, *parts]])
            for name in ("left", "right", "similarity")
        )
        order = np.lexsort((right, left))
        return cls(left[order], right[order], similarity[order])


def similar(
    left: Any,
    right: Any = None,
    *,
    metric: str | Tversky = "dice",
    at_least: float = 0.8,
    top: int | None = None,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> SimilarPairs:
    r"""Find every pair of encodings that is similar enough; nothing is left out by blocking.

    Parameters
    ----------
    left
        Encodings: a uint8 matrix of shape (rows, bytes), a list of bytes or of base64 text (as clkhash writes), or
        Arrow fixed-size binary. None and Arrow nulls are missing, and missing never pairs.
    right
        Others to pair with each; None: every two of `left`, once.
    metric
        ``"dice"``, ``"jaccard"``, ``"overlap"``, ``"hamming"`` or a :class:`Tversky`. At most ``d`` differing places of
        ``n`` are ``metric="hamming", at_least=(n - d) / n``.
    at_least
        The least similarity, from 0 to 1.
    top
        Keep only so many of each left row, the most similar; of equally similar ones those of the first rows. Within
        one set each row then has its own, and a pair may stand both ways round.
    workers
        Threads; None: one a processor. The result is the same with any number.
    progress
        Called with how many left rows are done, and how many there are.

    Returns
    -------
    The pairs, sorted by left row, then right row.

    Raises
    ------
    DataError
        Where a row is no encoding, or lengths differ.
    SpecError
        Where an argument cannot be.

    Notes
    -----
    Popcounts bound what a pair can reach (Swamidass and Baldi, Bounds and algorithms for fast exact searches of
    chemical fingerprints, J. Chem. Inf. Model. 47, 2007); the first words of two filters, and the fewer of the
    remaining bits, bound it again; then all words are counted.

    Examples
    --------
    >>> similar([b"\xff\x00", b"\x0f\x00", None], [b"\xfe\x00"], at_least=0.7).to_pandas()
       left  right  similarity
    0     0      0    0.933333
    """
    chunks = similar_chunks(
        left, right, metric=metric, at_least=at_least, top=top, workers=workers, progress=progress
    )  # fmt: skip
    return SimilarPairs.joined(list(chunks))


def similar_chunks(
    left: Any,
    right: Any = None,
    *,
    metric: str | Tversky = "dice",
    at_least: float = 0.8,
    top: int | None = None,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[SimilarPairs]:
    r"""Find what :func:`similar` finds, in chunks of bounded size, each sorted in itself.

    Parameters are those of :func:`similar`. Arguments are checked at once, before the first chunk is asked for. With
    `top`, all pairs of a left row stand in one chunk.

    Examples
    --------
    >>> sum(len(chunk) for chunk in similar_chunks([b"\x0f", b"\x0f", b"\x07"], at_least=0.8))
    3
    """
    spec = _metric(metric)
    check_bounds(at_least, top)
    threads = processors(workers)
    left_rows, right_rows = read_sides(left, right)
    found = similar_pairs(left_rows, right_rows, spec, float(at_least), top, threads, progress)
    return (SimilarPairs(chunk.left, chunk.right, chunk.similarity) for chunk in found)


def read_sides(left: Any, right: Any) -> tuple[EncodedRows, EncodedRows | None]:
    """Read one or two sets of encodings, of one length."""
    left_rows = EncodedRows.read(left, "left")
    right_rows = None if right is None else EncodedRows.read(right, "right")
    if right_rows is None or not len(left_rows.present) or not len(right_rows.present):
        return left_rows, right_rows
    if left_rows.bits != right_rows.bits:
        raise DataError(
            f"left has encodings of {left_rows.bits:,} bits, right of {right_rows.bits:,}; "
            "both must be made by the same schema."
        )
    return left_rows, right_rows


def check_bounds(at_least: Any, top: Any) -> None:
    """Check the least similarity and how many are kept."""
    if isinstance(at_least, bool) or not isinstance(at_least, int | float) or not 0 <= at_least <= 1:
        raise SpecError(f"at_least must be a similarity from 0 to 1; got {at_least!r}.")
    if top is not None and (isinstance(top, bool) or not isinstance(top, int) or top < 1):
        raise SpecError(f"top must be a whole number from 1 on, or None; got {top!r}.")


def processors(workers: Any) -> int:
    """Return how many threads to use: so many, or one a processor."""
    if workers is not None:
        if isinstance(workers, bool) or not isinstance(workers, int) or workers < 1:
            raise SpecError(f"workers must be a whole number from 1 on, or None; got {workers!r}.")
        return workers
    return int(os.environ.get("LINKKIT_WORKERS") or os.cpu_count() or 1)


def _metric(metric: Any) -> tuple[str, float, float]:
    if isinstance(metric, Tversky):
        return "tversky", float(metric.alpha), float(metric.beta)
    if metric not in METRICS:
        raise SpecError(
            f"metric must be one of {', '.join(METRICS)}, or a Tversky(alpha, beta); got {metric!r}."
            + (did_you_mean(metric, METRICS) if isinstance(metric, str) else "")
        )
    return metric, 0.5, 0.5
