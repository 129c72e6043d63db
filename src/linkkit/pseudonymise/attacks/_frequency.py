"""Frequency attacks: the most frequent encoding is the most frequent value."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import DataError, SpecError

from ._columns import Coded, coded, matched, most_frequent
from ._result import Attempt

__all__ = ["block_sizes", "check_top", "frequency", "labelled"]


def frequency(encodings: Any, reference: Any, *, truth: Any = None, top: int = 50, name: str = "column") -> Attempt:
    """Name the most frequent encodings after the most frequent values of another sample, rank by rank.

    It needs no key and knows nothing of how values were encoded; any encoding that is equal where values are can be
    attacked so: tokens, Bloom filters of one field, salted hashes. For made-up data; it shows what an encoding gives
    away before real data are encoded.

    Parameters
    ----------
    encodings
        One encoding a record: texts, a uint8 matrix of shape (records, bytes), bytes, or Arrow; None is missing.
    reference
        The values of *other* records of the same kind, such as another sample: one a record, so that their
        frequencies can be counted.
    truth
        The value behind each encoding, in the order of `encodings`; only with it is the result counted.
    top
        How many of the most frequent encodings are named.
    name
        What the result calls the column.

    Returns
    -------
    Attempt
        `named`: records with one of these encodings; `right`: of them, those whose value is the one of equal rank.

    Raises
    ------
    DataError
        Where a column is none, or truth has another length.
    SpecError
        Where `top` is no whole number from 1 on.

    Notes
    -----
    Encodings of equal frequency come in the order of their bytes, values in that of their letters: the ranks among
    them are chance. Rank alignment is the first step of the cryptanalysis of Bloom filters by Christen, Schnell,
    Vatsalan and Ranbaduge (Efficient cryptanalysis of Bloom filters for privacy-preserving record linkage, PAKDD 2017).

    Examples
    --------
    >>> frequency(["x", "y", "x", "z"], ["smith", "smith", "lee"], truth=["smith", "lee", "smith", "ash"], top=2).right
    3
    """
    start = time.perf_counter()
    seen, known = coded(encodings, "encodings"), coded(reference, "reference")
    check_top(top)
    chosen, values = most_frequent(seen, top), most_frequent(known, top)
    size = min(len(chosen), len(values))
    guesses = np.full(len(seen.values), -1)
    guesses[chosen[:size]] = values[:size]
    named, right = labelled(seen, guesses, known, truth)
    return Attempt(
        "frequency",
        name,
        "no key, but the values of another sample",
        f"the {size:,} most frequent of {len(seen.values):,} encodings, rank by rank",
        seen.present,
        named,
        right,
        time.perf_counter() - start,
    )


def block_sizes(tokens: Any, reference: Any, *, truth: Any = None, top: int = 50, name: str = "block") -> Attempt:
    """Name block tokens after the most frequent values of another sample: what the sizes of blocks tell.

    Parameters are those of :func:`frequency`; `reference` holds what the token was made of, joined to one text where it
    was of several columns. A keyed block token hides its value, and never how many records share it.

    Examples
    --------
    >>> block_sizes(["x", "y", "x"], ["2001", "2001", "1999"], truth=["2001", "1999", "2001"]).share
    1.0
    """
    found = frequency(tokens, reference, truth=truth, top=top, name=name)
    tried = found.tried.replace("encodings", "block tokens")
    return Attempt("block sizes", name, found.attacker_has, tried, found.records, found.named, found.right,
                   found.elapsed_seconds)  # fmt: skip


def labelled(seen: Coded, guesses: NDArray[np.int64], known: Coded, truth: Any) -> tuple[int, int | None]:
    """Count the records that got a guess, and those whose guess is the truth.

    Parameters
    ----------
    seen
        The encodings.
    guesses
        For each distinct encoding the place of a value in ``known.values``, -1 for none.
    known
        The values that guesses are of.
    truth
        The value of each record, or None.
    """
    of_record = np.concatenate([[-1], guesses])[seen.codes]
    named = int((of_record >= 0).sum())
    if truth is None:
        return named, None
    true = coded(truth, "truth")
    if len(true.codes) != len(seen.codes):
        raise DataError(
            f"truth must hold one value for each of the {len(seen.codes):,} encodings, in their order; got "
            f"{len(true.codes):,}."
        )
    places = np.concatenate([[-2], matched(true.values, known.values)])
    return named, int(((of_record >= 0) & (of_record == places[true.codes])).sum())


def check_top(top: Any) -> None:
    """Check how many encodings are attacked."""
    if isinstance(top, bool) or not isinstance(top, int) or top < 1:
        raise SpecError(f"top must be a whole number from 1 on; got {top!r}.")
