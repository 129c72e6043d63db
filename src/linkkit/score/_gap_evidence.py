"""What the time between two records says by itself: the records of one person may lie nearer than those of strangers.

Where dates have nothing to do with people, the gaps of matches are those of any two records, and this says nothing.
Where they have (a programme records a child for two years, a register spans twenty), a pair far apart is hardly ever a
match; to forgive it its changed home without saying so would make false links of strangers.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ._layout import Floats

__all__ = ["GAP_BANDS", "band_days", "gap_weights", "stranger_gaps"]

GAP_BANDS = 16
# The gaps of matches are taken for those of strangers until seen otherwise, as if so many matches had been seen.
MATCHES_SEEN = 100.0
# Relatives are recorded together, too: that two records are near in time speaks for a match by no more than this.
MOST_BITS = 1.0
NO_DATE = -1


def stranger_gaps(days: NDArray[np.int32], starts: NDArray[np.int64], link_type: str) -> Floats:
    """Count the pairs of the whole product by the days between their records; pairs that lack a date are left out.

    Parameters
    ----------
    days
        Shape (records,): the day of each record, -1 where it is not known.
    starts
        Where the records of each dataset start, and behind them how many there are.
    link_type
        Which pairs there are.

    Returns
    -------
    array
        Shape (widest gap + 1,).

    Examples
    --------
    >>> stranger_gaps(np.array([5, 5, 7, -1]), np.array([0, 2, 4]), "link_only").tolist()
    [0.0, 0.0, 2.0]
    """
    known = days[days != NO_DATE]
    if not len(known):
        return np.zeros(1)
    first, size = int(known.min()), int(known.max() - known.min()) + 1
    parts = []
    for start, stop in pairwise(starts.tolist()):
        own = days[start:stop]
        parts.append(np.bincount(own[own != NO_DATE] - first, minlength=size).astype(np.float64))
    within = np.sum([_distances(part) for part in parts], axis=0)
    if link_type == "dedupe":
        return np.asarray(within)
    every = _distances(np.sum(parts, axis=0))
    return np.asarray(every - within if link_type == "link_only" else every)


def _distances(counts: Floats) -> Floats:
    """Return how many pairs of points lie at each distance, from the counts of points on a line."""
    size = len(counts)
    wave = np.fft.rfft(counts, 2 * size)
    found = np.rint(np.fft.irfft(wave * np.conj(wave), 2 * size)[:size])
    found[0] = (found[0] - counts.sum()) / 2  # no point is a pair with itself
    return np.asarray(found)


def band_days(widest: int) -> int:
    """Return how many days a band has, so that all gaps fall into the bands."""
    return widest // GAP_BANDS + 1


def gap_weights(matches: Floats, strangers: Floats) -> Floats:
    """Return the bits by which each band of gaps speaks for a match, from expected matches and pairs of strangers.

    Parameters
    ----------
    matches, strangers
        Shape (bands,).

    Examples
    --------
    >>> gap_weights(np.array([1000.0, 0.0]), np.array([500.0, 500.0])).round(2).tolist()
    [0.93, -3.46]
    """
    if not strangers.sum() > 0:
        return np.zeros(len(strangers))
    share = strangers / strangers.sum()
    smoothed = (matches + MATCHES_SEEN * share) / (matches.sum() + MATCHES_SEEN)
    with np.errstate(divide="ignore", invalid="ignore"):
        bits = np.log2(smoothed) - np.log2(share)
    return np.asarray(np.minimum(np.where(share > 0, bits, 0.0), MOST_BITS))
