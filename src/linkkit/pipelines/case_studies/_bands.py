"""Values in bands, and ladders of coarser bands above them: of numbers, dates and categories."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Banded", "band_categories", "band_dates", "band_numbers", "fifths"]

Codes = NDArray[np.int64]
NOT_RECORDED = "not recorded"
# Categories that fewer than these shares of people have are joined, rung by rung.
_RARE_SHARES = (0.01, 0.02, 0.05)
_FIFTHS = ("lowest fifth", "second fifth", "middle fifth", "fourth fifth", "highest fifth")


@dataclass(frozen=True, eq=False, repr=False)
class Banded:
    """A column in bands, with the coarser bands that it can be put in.

    Parameters
    ----------
    codes
        Shape (rows,), int64: the band of each row at rung 0; 0 is missing.
    words
        For each rung what its bands are called, missing first.
    ladder
        For each rung above 0 an array from the code at rung 0 to the code there.
    unread
        How many records hold something that is no number or date where others are; they count as missing.
    """

    codes: Codes
    words: tuple[tuple[str, ...], ...]
    ladder: tuple[Codes, ...]
    unread: int = 0

    def __repr__(self) -> str:
        return f"<Banded: {len(self.codes):,} rows, {len(self.words)} rungs>"


def band_numbers(numbers: NDArray[np.float64], edges: Sequence[float] = ()) -> Banded:
    """Band numbers by edges; without any, up to ten values as they are, others in fifths.

    Parameters
    ----------
    numbers
        Shape (rows,); NaN is missing.
    edges
        Where bands begin, rising.

    Examples
    --------
    >>> band_numbers(np.array([1.0, 7, 12]), (5, 11)).words[0]
    ('not recorded', 'below 5', '5 to below 11', '11 or more')
    """
    known = ~np.isnan(numbers)
    distinct = np.unique(numbers[known])
    if edges:
        codes = np.searchsorted(np.asarray(edges, float), numbers, side="right") + 1
        bounds = [f"{edge:g}" for edge in edges]
        middle = [f"{low} to below {high}" for low, high in itertools.pairwise(bounds)]
        names = [f"below {bounds[0]}", *middle, f"{bounds[-1]} or more"]
        return _merging(np.where(known, codes, 0), names, _joined_edges)
    if len(distinct) <= 10:
        codes = np.searchsorted(distinct, numbers) + 1
        return _merging(np.where(known, codes, 0), [f"{value:g}" for value in distinct], _joined_values)
    return fifths(numbers)


def fifths(numbers: NDArray[np.float64], missing: str = NOT_RECORDED) -> Banded:
    """Rank numbers into fifths; equal numbers are in one fifth.

    Examples
    --------
    >>> fifths(np.array([3.0, 1, 2, 5, 4])).codes.tolist()
    [3, 1, 2, 5, 4]
    """
    known = ~np.isnan(numbers)
    in_order = np.sort(numbers[known])
    # The middle rank of equal numbers, so that they stand together, and in the middle where all are equal.
    ends = [np.searchsorted(in_order, numbers[known], side=side) for side in ("left", "right")]
    share = (ends[0] + ends[1]) / (2 * max(len(in_order), 1))
    codes = np.zeros(len(numbers), np.int64)
    codes[known] = np.minimum((share * 5 + 1e-9).astype(np.int64), 4) + 1
    rungs = np.array([0, 1, 1, 2, 3, 3])
    return Banded(codes, ((missing, *_FIFTHS), (missing, "lower two fifths", "middle fifth", "upper two fifths")),
                  (rungs,))  # fmt: skip


def band_dates(years: NDArray[np.int64]) -> Banded:
    """Band dates by their year, in five years, ten and twenty: no day and no month is kept.

    Parameters
    ----------
    years
        Shape (rows,): the year of each; 0 is missing.

    Examples
    --------
    >>> band_dates(np.array([2012, 0, 2015])).words[0]
    ('not recorded', '2010 to 2014', '2015 to 2019')
    """
    known = years > 0
    starts = np.unique(years[known] // 5 * 5)
    codes = np.where(known, np.searchsorted(starts, years // 5 * 5) + 1, 0)
    words, ladder = [_years(starts, 5)], []
    for width in (10, 20):
        wider, place = np.unique(starts // width * width, return_inverse=True)
        ladder.append(np.concatenate([[0], place.reshape(-1) + 1]))
        words.append(_years(wider, width))
    return Banded(codes, tuple(words), tuple(ladder))


def band_categories(codes: Codes, texts: Sequence[str]) -> Banded:
    """Band categories: as they are, then with the rare ones together, then the commonest against all others.

    Parameters
    ----------
    codes
        Shape (rows,): 0 is missing.
    texts
        The category of each code above 0.

    Examples
    --------
    >>> band_categories(np.array([1, 1, 2, 3]), ["a", "b", "c"]).words[-1]
    ('not recorded', 'a', 'another')
    """
    counts = np.bincount(codes, minlength=len(texts) + 1)[1:]
    rare = [counts < share * counts.sum() for share in _RARE_SHARES]
    words, ladder = [(NOT_RECORDED, *texts)], []
    most = np.arange(len(texts)) != (int(np.argmax(counts)) if len(texts) else 0)
    before = 1  # one category alone would be as rare under another name
    for joined in (*rare, most):
        if before < joined.sum() < len(texts):
            before = int(joined.sum())
            kept = np.flatnonzero(~joined)
            step = np.full(len(texts) + 1, len(kept) + 1)
            step[0], step[kept + 1] = 0, np.arange(len(kept)) + 1
            words.append((NOT_RECORDED, *(texts[place] for place in kept.tolist()), "another"))
            ladder.append(step)
    return Banded(codes, tuple(words), tuple(ladder))


def _merging(codes: Codes, names: Sequence[str], joined: Callable[[Sequence[str]], str]) -> Banded:
    """Build a ladder of ordered bands: each rung joins two neighbours."""
    words, ladder = [(NOT_RECORDED, *names)], []
    step, held = np.arange(len(names) + 1), list(names)
    while len(held) > 2:
        held = [joined(held[place : place + 2]) for place in range(0, len(held), 2)]
        step = (step + 1) // 2
        words.append((NOT_RECORDED, *held))
        ladder.append(step)
    return Banded(codes.astype(np.int64), tuple(words), tuple(ladder))


def _joined_values(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0].split(' to ')[0]} to {names[-1].split(' to ')[-1]}"


def _joined_edges(names: Sequence[str]) -> str:
    """``5 to below 11`` and ``11 to below 16`` are ``5 to below 16``."""
    if len(names) == 1:
        return names[0]
    low, high = names
    if high.endswith(" or more"):
        return "any" if low.startswith("below ") else f"{low.split(' to ')[0]} or more"
    top = high.split(" to ")[1]
    return top if low.startswith("below ") else f"{low.split(' to ')[0]} to {top}"


def _years(starts: NDArray[np.int64], width: int) -> tuple[str, ...]:
    return (NOT_RECORDED, *(f"{start} to {start + width - 1}" for start in starts.tolist()))
