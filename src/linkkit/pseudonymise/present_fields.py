"""Compare record-level encodings by the fields that both records hold.

A record-level filter (CLK) holds the bits of all its fields. Where a field is missing on one side, the other side's
bits of it find no partner, and a plain Dice counts them as disagreement. Which bits they are cannot be seen; how many
are expected can: each field sets about its weight ``w`` of bits. With ``W`` the weights of the fields that a record
holds and ``V`` those of the fields that both hold, the bits of the common fields are about ``a V / W`` on a side, and

    similarity = min(1, 2 c / (a V / W_left + b V / W_right))

where ``a`` and ``b`` are the bits set and ``c`` those set in both. Records that hold the same fields get their Dice.

Worked example: fields of weights 60, 60 and 40. Left holds all, right lacks the third; 150 and 115 bits are set, 105 of
them in both. V = 120, so that the similarity is 210 / (150 * 120 / 160 + 115 * 120 / 120) = 210 / 227.5 = .923, where
the plain Dice is 210 / 265 = .792.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import DataError, SpecError

from ._encoded_rows import EncodedRows
from ._encodings import similar_pairs
from .similarity import SimilarPairs, check_bounds, processors, read_sides

__all__ = ["similar_by_present_fields"]

Fields = NDArray[np.bool_]
_MOST_PATTERNS = 512


def similar_by_present_fields(
    left: Any,
    right: Any = None,
    *,
    left_fields: Any,
    right_fields: Any = None,
    weights: Sequence[float],
    at_least: float = 0.8,
    least_common: float = 0.5,
    top: int | None = None,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> SimilarPairs:
    r"""Find every pair of record-level encodings whose Dice over the fields both hold is high enough.

    Parameters
    ----------
    left, right
        Encodings, as for :func:`~linkkit.pseudonymise.similarity.similar`; without `right` every two of `left`, once.
    left_fields, right_fields
        Shape (rows, fields): whether each record holds each field.
    weights
        Shape (fields,): how many bits each field is expected to set; only their ratios count.
    at_least
        The least similarity, from 0 to 1.
    least_common
        Pairs are left out whose common fields have less than this share of all weights: a few shared bits of one short
        field are no evidence of a person.
    top
        Keep only so many of each left row, as `similar` does.
    workers
        Threads; None: one a processor. The result is the same with any number.
    progress
        Called with how many combinations of missing fields are done, and how many there are.

    Returns
    -------
    The pairs, sorted by left row, then right row.

    Raises
    ------
    DataError
        Where a row is no encoding, lengths differ, or the fields do not fit the rows.
    SpecError
        Where an argument cannot be.

    Examples
    --------
    >>> left, right = [b"\x0f\x0f\xff"], [b"\x0f\x0f\x00"]
    >>> held = {"left_fields": [[True, True]], "right_fields": [[True, False]], "weights": [8, 8]}
    >>> similar_by_present_fields(left, right, **held).to_pandas()
       left  right  similarity
    0     0      0         1.0
    >>> from linkkit.pseudonymise.similarity import similar
    >>> similar(left, right, at_least=0.5).to_pandas().round(3)
       left  right  similarity
    0     0      0       0.667
    """
    check_bounds(at_least, top)
    if isinstance(least_common, bool) or not isinstance(least_common, int | float) or not 0 <= least_common <= 1:
        raise SpecError(f"least_common must be a share from 0 to 1; got {least_common!r}.")
    try:
        held = np.asarray(weights, np.float64)
    except (TypeError, ValueError):
        held = np.empty(0)
    if held.ndim != 1 or not len(held) or not (np.isfinite(held) & (held > 0)).all():
        raise SpecError("weights must be one number above 0 for each field.")
    left_rows, right_rows = read_sides(left, right)
    one = _patterns(left_rows, left_fields, len(held), "left")
    other = one if right_rows is None else _patterns(right_rows, right_fields, len(held), "right")
    threads, within = processors(workers), right_rows is None
    jobs = list(_jobs(one, other, held, least_common, within and top is None))
    parts = []
    for done, (place, position, alpha, beta) in enumerate(jobs, 1):
        rows, columns = one[place][1], other[position][1]
        opposite = (
            None if within and place == position else _only(left_rows if right_rows is None else right_rows, columns)
        )
        chunks = similar_pairs(
            _only(left_rows, rows), opposite, ("weighted_dice", alpha, beta), float(at_least), top, threads, None
        )  # fmt: skip
        for found in chunks:
            left_found, right_found = rows[found.left].astype(np.uint32), columns[found.right].astype(np.uint32)
            parts.append(SimilarPairs(left_found, right_found, found.similarity))
        if progress is not None:
            progress(done, len(jobs))
    pairs = SimilarPairs.joined(parts)
    if within and top is None:
        first, second = np.minimum(pairs.left, pairs.right), np.maximum(pairs.left, pairs.right)
        pairs = SimilarPairs.joined([SimilarPairs(first, second, pairs.similarity)])
    return pairs if top is None else _best(pairs, top)


def _only(whole: EncodedRows, rows: NDArray[np.int64]) -> EncodedRows:
    return EncodedRows(whole.filters[rows], np.arange(len(rows)))


Patterns = list[tuple[Fields, NDArray[np.int64]]]


def _patterns(rows: EncodedRows, fields: Any, count: int, name: str) -> Patterns:
    """Return the combinations of fields that occur, each with the rows present that have it."""
    held = np.asarray(fields)
    if held.shape != (len(rows), count) or held.dtype != np.bool_:
        raise DataError(
            f"{name}_fields must be a matrix of booleans with {len(rows):,} rows, as many as the encodings, and "
            f"{count} columns, as many as weights; got {held.dtype} of shape {held.shape}."
        )
    found, which = np.unique(held[rows.present], axis=0, return_inverse=True)
    if len(found) > _MOST_PATTERNS:
        raise DataError(
            f"{name}_fields has {len(found):,} different combinations of missing fields; at most {_MOST_PATTERNS} are "
            "compared. Join fields that are missing together."
        )
    which = which.ravel()
    return [(pattern, rows.present[which == place]) for place, pattern in enumerate(found)]


def _jobs(
    one: Patterns, other: Patterns, weights: NDArray[np.float64], least_common: float, once: bool
) -> Iterator[tuple[int, int, float, float]]:
    """Yield the combinations that are compared, with what a bit on each side counts."""
    for place, (left, _) in enumerate(one):
        for position, (right, _) in enumerate(other):
            common = float(weights[left & right].sum())
            if (once and position < place) or common < least_common * float(weights.sum()):
                continue
            whole = float(weights[left].sum()), float(weights[right].sum())
            yield place, position, common / whole[0] if whole[0] else 0.0, common / whole[1] if whole[1] else 0.0


def _best(pairs: SimilarPairs, top: int) -> SimilarPairs:
    order = np.lexsort((pairs.right, -pairs.similarity, pairs.left))
    starts = np.flatnonzero(np.append(True, pairs.left[1:] != pairs.left[:-1])) if len(pairs) else np.empty(0, int)
    nth = np.arange(len(pairs)) - np.repeat(starts, np.diff(np.append(starts, len(pairs))))
    kept = order[nth < top]
    return SimilarPairs.joined([SimilarPairs(pairs.left[kept], pairs.right[kept], pairs.similarity[kept])])
