r"""Figures of bit filters: how full they are, how even their bits, and how often the same one occurs.

Bits are judged by the number of filters that set each position, as the Leipzig group does (Franke, Sehili, Rohde and
Rahm, *Evaluation of hardening techniques for privacy-preserving record linkage*, EDBT 2021, and their open code): with
``n_i`` filters that set position ``i`` of ``m``, and ``p_i = n_i / sum(n)``,

========================  ==========================================================================
Gini coefficient          ``sum_ij |n_i - n_j| / (2 m sum(n))``
normalised entropy        ``1 - H(p) / log2(m)``, with ``H(p) = -sum p_i log2(p_i)``
Jensen-Shannon distance   the root of ``KL(p || h) / 2 + KL(u || h) / 2``, ``u_i = 1 / m``, ``h = (p + u) / 2``
========================  ==========================================================================

all 0 where every position is set equally often. None of them sees what graph matching uses.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["bit_counts", "gini", "group_sizes", "jensen_shannon_distance", "normalised_entropy", "popcounts"]

Filters = NDArray[np.uint8]
_ONES = np.array([bin(byte).count("1") for byte in range(256)], np.uint8)
_BITS = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).astype(np.int64)
_CHUNK_BYTES = 1 << 23


def popcounts(filters: Filters) -> NDArray[np.int64]:
    """Return how many bits each filter has set.

    Parameters
    ----------
    filters
        Shape (filters, bytes), uint8.

    Examples
    --------
    >>> popcounts(np.array([[0b1011, 0], [0, 0]], np.uint8)).tolist()
    [3, 0]
    """
    found = np.zeros(len(filters), np.int64)
    for start, stop in _chunks(filters):
        found[start:stop] = _ONES[filters[start:stop]].sum(axis=1, dtype=np.int64)
    return found


def bit_counts(filters: Filters, times: NDArray[np.int64] | None = None) -> NDArray[np.int64]:
    """Return how many filters set each position; the first position is the highest bit of the first byte.

    Parameters
    ----------
    filters
        Shape (filters, bytes), uint8.
    times
        Shape (filters,): how often each occurs; once, where it is not said.

    Examples
    --------
    >>> bit_counts(np.array([[0b11000000], [0b10000000]], np.uint8)).tolist()
    [2, 1, 0, 0, 0, 0, 0, 0]
    """
    found = np.zeros((filters.shape[1], 8), np.int64)
    for start, stop in _chunks(filters):
        weights = None if times is None else times[start:stop]
        for place, bytes_there in enumerate(np.ascontiguousarray(filters[start:stop].T)):
            # How often each byte stands there says how often each of its bits does; sums below 2**53 are exact.
            found[place] += np.bincount(bytes_there, weights, 256).astype(np.int64) @ _BITS
    return found.ravel()


def _chunks(filters: Filters) -> list[tuple[int, int]]:
    rows = max(1, _CHUNK_BYTES // max(1, filters.shape[1]))
    return [(start, min(start + rows, len(filters))) for start in range(0, len(filters), rows)]


def gini(counts: NDArray[np.int64]) -> float:
    """Return the Gini coefficient: 0 where all counts are equal, near 1 where one position has them all; NaN of none.

    With counts in rising order, the sum over all two is ``2 sum((2 i - m - 1) n_i)``, so that sorting is enough.

    Parameters
    ----------
    counts
        Shape (positions,): how many filters set each.

    Examples
    --------
    >>> gini(np.array([1, 1, 1, 5])), gini(np.array([3, 3]))
    (0.375, 0.0)
    """
    total, size = int(counts.sum()), len(counts)
    if not total:
        return math.nan
    ranks = 2.0 * np.arange(1, size + 1) - size - 1
    return float(ranks @ np.sort(counts).astype(np.float64) / (size * total))


def normalised_entropy(counts: NDArray[np.int64]) -> float:
    """Return 1 less the share that the entropy of the counts has of the greatest: 0 where all are equal; NaN of none.

    Examples
    --------
    >>> normalised_entropy(np.array([1, 1, 0, 0]))
    0.5
    """
    total, size = int(counts.sum()), len(counts)
    if not total or size < 2:
        return math.nan
    shares = counts[counts > 0] / total
    return float(1 + shares @ np.log2(shares) / math.log2(size))


def jensen_shannon_distance(counts: NDArray[np.int64]) -> float:
    """Return the root of the Jensen-Shannon divergence, in bits, of the counts' shares from equal ones; NaN of none.

    Positions that no filter sets count in full (``KL(u || h)`` has ``1 / m`` for each); the Leipzig code leaves them
    out, so that it gives less where there are any.

    Examples
    --------
    >>> round(jensen_shannon_distance(np.array([1, 0])) ** 2, 4)  # (log2(4/3) + log2(2/3)/2 + log2(2)/2) / 2
    0.3113
    """
    total, size = int(counts.sum()), len(counts)
    if not total:
        return math.nan
    shares, even = counts / total, 1 / size
    middle = (shares + even) / 2
    held = shares > 0
    divergence = (shares[held] @ np.log2(shares[held] / middle[held]) + even * np.log2(even / middle).sum()) / 2
    return math.sqrt(max(0.0, float(divergence)))


def group_sizes(codes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many records hold each encoding, the largest group first.

    Parameters
    ----------
    codes
        Shape (records,): equal numbers for equal encodings; those below 0 are missing.

    Examples
    --------
    >>> group_sizes(np.array([4, 0, 4, -1])).tolist()
    [2, 1]
    """
    counts = np.bincount(codes[codes >= 0]) if (codes >= 0).any() else np.zeros(0, np.int64)
    found: NDArray[np.int64] = np.sort(counts[counts > 0])[::-1].astype(np.int64)
    return found
