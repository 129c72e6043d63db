"""How often two random records agree, level by level: from value counts where levels are equality, else a sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkkit.encoded import Encoded
from linkkit.specs import Comparison, Equal, Threshold
from linkkit.tables import Levels
from linkkit.values import fields_of

from ._layout import Floats, Layout

if TYPE_CHECKING:
    from linkkit.records import Records

__all__ = [
    "RandomAgreement",
    "agreeing_pairs",
    "agreement_on",
    "equality_columns",
    "layout_of",
    "random_agreement",
    "without_matches",
]

# What u keeps at least of the agreement among all pairs, however many matches are taken out.
LEAST_SHARE = 0.01


@dataclass(frozen=True, eq=False)
class RandomAgreement:
    """How often two random records are at each level, where the comparison is not missing.

    Parameters
    ----------
    probability
        For each comparison, for each of its levels but missing; sums to one.
    source
        What each comes from: ``"value counts"`` or ``"random pairs"``.
    """

    probability: tuple[Floats, ...]
    source: tuple[tuple[str, ...], ...]


def layout_of(comparisons: Sequence[Comparison]) -> Layout:
    """Return where the levels of comparisons stand in a flat array."""
    return Layout(tuple(len(comparison.levels) + 1 for comparison in comparisons))


def agreeing_pairs(counts: NDArray[np.int64], link_type: str) -> int:
    """Count the pairs of the whole product that agree on a value.

    Parameters
    ----------
    counts
        Shape (datasets, values): records of each dataset that hold each value; missing left out.
    link_type
        ``"dedupe"`` pairs records within a dataset, ``"link_only"`` across datasets, ``"link_and_dedupe"`` both.

    Examples
    --------
    >>> agreeing_pairs(np.array([[2, 1, 1], [1, 0, 3]]), "link_only")
    5
    """
    exact = counts.astype(np.float64) if counts.sum() > 2**31 else counts  # int64 squares are exact below that
    within = exact * (exact - 1) // 2
    total = exact.sum(axis=0)
    everything = (total * (total - 1) // 2).sum()
    if link_type == "dedupe":
        return int(within.sum())
    return int(everything - within.sum()) if link_type == "link_only" else int(everything)


def random_agreement(levels: Levels, *, random_pairs: int = 1_000_000, seed: int = 1) -> RandomAgreement:
    """Find how often two random records of the whole product are at each level.

    Levels that are equality of a column are counted exactly from its values; the others come from a seeded sample of
    random pairs, smoothed by half a pair a level (less where the sample is a large share of all pairs), so that none
    is 0.

    Parameters
    ----------
    levels
        The levels whose records and comparisons to take.
    random_pairs
        Size of the sample. Where there are no more pairs, all are taken.
    seed
        Seed of the sample.
    """
    pair_count = levels.records.pair_count
    exact = [_exact_shares(levels.records, comparison) for comparison in levels.comparisons]
    open_ = [number for number, shares in enumerate(exact) if len(shares) < len(levels.comparisons[number].levels)]
    sampled = _sampled_counts(levels, open_, random_pairs, seed)
    covered = min(1.0, random_pairs / max(pair_count, 1))
    found, sources = [], []
    for number, comparison in enumerate(levels.comparisons):
        size = len(comparison.levels) + 1
        counts = sampled[number][1:] if number in sampled else np.zeros(size)
        if number in sampled and not len(exact[number]):
            present = float(counts.sum() / max(sampled[number].sum(), 1.0))
            exact[number] = _first_share(levels.records, comparison, present)
        found.append(_shares(exact[number], counts, 0.5 * (1.0 - covered), pair_count))
        is_counted = len(exact[number]) if number in sampled else size
        sources.append(("value counts",) * is_counted + ("random pairs",) * (size - is_counted))
    return RandomAgreement(tuple(found), tuple(sources))


def agreement_on(records: Records, column: str) -> float:
    """Return the share of pairs that agree on a column, of those where both records have it; above 0."""
    counts = _value_counts(records, records.encoded(column))
    present = agreeing_pairs(counts.sum(axis=1, keepdims=True), records.link_type)
    return max(agreeing_pairs(counts, records.link_type), 0.5) / max(present, 1)


def without_matches(shares: Floats, m: Floats, prior: float, layout: Layout) -> Floats:
    """Return u among non-matches from the shares among all pairs: ``u = (p - prior m) / (1 - prior)``.

    No level keeps less than a hundredth of its share among all pairs; each comparison sums to one.
    """
    corrected = np.maximum((shares - prior * m) / (1.0 - prior), LEAST_SHARE * shares)
    return corrected / layout.sums(corrected)[layout.owner]


def _shares(exact: Floats, counts: Floats, smoothing: float, pair_count: int) -> Floats:
    """Join exact shares of the first levels with sampled counts of the rest, so that all are above 0 and sum to one."""
    shares = np.empty(len(counts))
    known = len(exact)
    shares[:known] = exact
    rest = counts[known:] + smoothing
    rest = rest if rest.sum() > 0 else np.ones(len(rest))
    shares[known:] = rest / rest.sum() * max(1.0 - float(exact.sum()), 0.0)
    seen = max(float(counts.sum()), 1.0) if counts.any() else float(max(pair_count, 1))
    least = np.where(np.arange(len(shares)) < known, 0.5 / max(pair_count, 1), 0.5 / seen)
    shares = np.maximum(shares, least)
    return np.asarray(shares / shares.sum())


def _sampled_counts(levels: Levels, chosen: Sequence[int], random_pairs: int, seed: int) -> dict[int, Floats]:
    """Count the levels of random pairs, missing first, for some of the comparisons."""
    if not chosen:
        return {}
    patterns = levels.of_random_pairs(random_pairs, seed).patterns()
    found = {}
    for number in chosen:
        size = len(levels.comparisons[number].levels) + 2
        counts = np.bincount(patterns.levels[:, number], weights=patterns.counts, minlength=size)
        found[number] = counts.astype(np.float64)
    return found


def _exact_shares(records: Records, comparison: Comparison) -> Floats:
    """Return the shares of the first levels, as far as they are equality of a field or of nested forms of it."""
    columns = equality_columns(comparison)
    if not columns or comparison.fields != (columns[0],):
        return np.empty(0)
    base = records.column(columns[0])
    if not isinstance(base, Encoded):
        return np.empty(0)
    counts = _value_counts(records, base)
    present = agreeing_pairs(counts.sum(axis=1, keepdims=True), records.link_type)
    if not present:
        return np.empty(0)
    groups = np.arange(1, len(base.values))
    found = [agreeing_pairs(counts, records.link_type) / present]
    some_row = np.zeros(len(base.values), np.int64)
    some_row[base.codes] = np.arange(len(base.codes))
    for column in columns[1:]:
        wider = records.column(column)
        if not isinstance(wider, Encoded):
            break
        outer = wider.codes[some_row[1:]].astype(np.int64)
        if not _is_nested(groups, outer):
            break
        has_both = (outer > 0) & (groups > 0)
        both = agreeing_pairs(_grouped(counts[:, has_both], groups[has_both]), records.link_type)
        found.append((agreeing_pairs(_grouped(counts, outer), records.link_type) - both) / present)
        groups = outer
    return np.array(found)


def _first_share(records: Records, comparison: Comparison, present: float) -> Floats:
    """Return the share of a first level that is equality of a form of the field (soundex, whole dates).

    Pairs that agree are counted exactly; ``present``, the share of pairs that are not missing, is that of the sample.
    """
    columns = equality_columns(comparison)
    base = records.column(columns[0]) if columns else None
    if not isinstance(base, Encoded) or present <= 0:
        return np.empty(0)
    agreeing = agreeing_pairs(_value_counts(records, base), records.link_type)
    return np.array([min(agreeing / (present * max(records.pair_count, 1)), 1.0)])


def equality_columns(comparison: Comparison) -> list[str]:
    """Return the columns of the first levels, while each is equality of the comparison's field or a form of it."""
    columns: list[str] = []
    for level in comparison.levels:
        condition = level.condition
        if not (isinstance(condition, Threshold) and isinstance(condition.measure, Equal)):
            break
        if fields_of(condition.measure.column) != comparison.fields:
            break
        columns.append(condition.measure.column)
    return columns


def _value_counts(records: Records, column: Encoded) -> NDArray[np.int64]:
    """Count the records of each dataset that hold each value; missing left out."""
    if len(records.datasets) == 1:
        return column.counts()[None, 1:]
    bounds = records.starts.tolist()
    parts = [np.bincount(column.codes[start:end], minlength=len(column.values)) for start, end in pairwise(bounds)]
    return np.stack(parts)[:, 1:]


def _grouped(counts: NDArray[np.int64], groups: NDArray[np.int64]) -> NDArray[np.int64]:
    """Add up the counts of values in the same group; group 0 (missing) is left out."""
    size = int(groups.max(initial=0)) + 1
    summed = [np.bincount(groups, weights=row, minlength=size) for row in counts]
    return np.stack(summed).astype(np.int64)[:, 1:]


def _is_nested(inner: NDArray[np.int64], outer: NDArray[np.int64]) -> bool:
    """Whether values in the same inner group are always in the same outer group."""
    first = np.zeros(int(inner.max(initial=0)) + 1, np.int64)
    first[inner] = outer
    present = inner > 0
    return bool(np.array_equal(first[inner[present]], outer[present]))
