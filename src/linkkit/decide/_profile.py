"""Profile merging: whether one person explains all these records better than two.

A cluster is seen as its distinct values of each comparison: a value counts once, however many records have it, since
variants are copied from record to record and each copy is no evidence of its own. With ``w(x, t)`` the bits that two
records with the values x and t gain (``w(x, x)`` where they share one), the distinct values ``X`` of a cluster go
together by

    T(X) = log2 of the mean, over each t in X as the true value, of 2 ** (sum over the other x in X of w(x, t))

Merging clusters with the values A and B gains, in one comparison,

    sum over x in both of w(x, x) + T(A or B) - T(A) - T(B)

but no more than half way between the best and the mean of ``w(a, b)`` over a in A and b in B: the values of a cluster
are no independent witnesses, and one stray record must not open the door to a whole cluster. Clusters merge where

    prior + the gains of all comparisons - log2(1 + 2 ** F)

reaches the threshold; F is what speaks for relatives, from the gains of what they share. Two single records gain
exactly the weight of their pair, term frequencies and relatives included.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkkit.encoded import EncodedSets
from linkkit.records import Records
from linkkit.specs import Comparison, Compiled, compile_comparisons
from linkkit.tables import FieldEvidence, Scores

from ._graphs import merged_by_profile, pair_table
from ._graphs import profiles as known_profiles

if TYPE_CHECKING:
    from linkkit.engine.local.profiles import PairTable, Profiles

__all__ = ["merged_profiles"]

Rows = NDArray[np.uint32]
Floats = NDArray[np.float64]
# Pairs of values are asked for in rounds, each of which shows what the next needs. What is still asked for after so
# many is taken as different.
_ROUNDS = 30


def merged_profiles(
    scores: Scores, tried: NDArray[np.int64], evidence: FieldEvidence, held: NDArray[np.uint64], floor: float
) -> Rows:
    """Return the label of each record's cluster, its smallest row.

    Parameters
    ----------
    scores
        The pairs.
    tried
        Positions of the pairs to merge along, strongest first.
    evidence
        What the model says of each comparison.
    held
        Shape (records,), uint64: two records that share a bit never end in one cluster.
    floor
        Bits from which clusters merge.
    """
    left, right = scores.left[tried], scores.right[tried]
    nodes = np.unique(np.concatenate([left, right]))
    label = np.arange(len(scores.records), dtype=np.uint32)
    if not len(nodes):
        return label
    values = [_Values.of(scores.records, comparison, nodes) for comparison in evidence.comparisons]
    starts = np.cumsum([1, *(len(each.row) for each in values)])
    profiles = _profiles(values, starts, evidence, scores.records)
    table = pair_table()
    for place, each in enumerate(values):
        one, other = each.value[np.searchsorted(nodes, left)], each.value[np.searchsorted(nodes, right)]
        differ = np.flatnonzero((one > 0) & (other > 0) & (one != other))
        bits = evidence.bits(place, left[differ], right[differ], scores.levels[tried[differ], place])
        table.add(_keys(one[differ], other[differ], int(starts[place])), bits)
    ends = np.searchsorted(nodes, left).astype(np.uint32), np.searchsorted(nodes, right).astype(np.uint32)
    for _ in range(_ROUNDS):
        found, asked = merged_by_profile(*ends, profiles, table, held[nodes], floor)
        if not len(asked):
            break
        _answer(asked, values, starts, evidence, table, scores.records)
    label[nodes] = nodes[found]
    return label


@dataclass(frozen=True, eq=False)
class _Values:
    """The distinct values of a comparison among some records.

    Parameters
    ----------
    value
        Shape (nodes,), int64: the number of each one's value, from 1; 0 is missing.
    own
        Shape (values,): the first value with the same fields, whatever else the comparison reads.
    row
        Shape (values,): a record that has it.
    compiled
        The comparison alone, ready to be graded.
    """

    value: NDArray[np.int64]
    own: NDArray[np.int64]
    row: Rows
    compiled: Compiled

    @classmethod
    def of(cls, records: Records, comparison: Comparison, nodes: Rows) -> _Values:
        """Number the values; two that differ in a field that only some level reads are two, but count as the same."""
        others = [field for field in comparison.every_field if field not in comparison.fields]
        own, whole = _numbered([_codes(records, field)[nodes] for field in comparison.fields])
        own = np.where(whole, own, -1)
        each, _ = _numbered([own, *(_codes(records, field)[nodes] for field in others)])
        kept, first, number = np.unique(np.where(whole, each, -1), return_index=True, return_inverse=True)
        first = first[kept >= 0]
        value = number.reshape(-1) + int(whole.all())
        _, shared = np.unique(own[first], return_inverse=True)
        smallest = np.full(int(shared.max(initial=-1)) + 1, len(first))
        np.minimum.at(smallest, shared.reshape(-1), np.arange(len(first)))
        return cls(value, smallest[shared.reshape(-1)], nodes[first], compile_comparisons([comparison]))


def _codes(records: Records, field: str) -> NDArray[np.int64]:
    """Return a code for each record that is equal where the values are; 0 is missing."""
    column = records.column_or_missing(field)
    if not isinstance(column, EncodedSets):
        return column.codes.astype(np.int64)
    known: dict[bytes, int] = {b"": 0}
    bounds = column.starts.tolist()
    numbers = [known.setdefault(column.members[start:end].tobytes(), len(known)) for start, end in pairwise(bounds)]
    return np.array(numbers, np.int64)[column.codes]


def _numbered(columns: list[NDArray[np.int64]]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return a number for each row of some columns, equal where all are; and where all are present."""
    key, whole = np.unique(columns[0], return_inverse=True)[1].reshape(-1), columns[0] > 0
    for column in columns[1:]:
        codes = np.unique(column, return_inverse=True)[1].reshape(-1)
        key = np.unique(key * (int(codes.max(initial=0)) + 1) + codes, return_inverse=True)[1].reshape(-1)
        whole = whole & (column > 0)
    return key, whole


def _profiles(values: list[_Values], starts: NDArray[np.int64], evidence: FieldEvidence, records: Records) -> Profiles:
    """Number the values of all comparisons on end, and say what sharing each is worth."""
    same = [np.zeros(1)]
    for place, each in enumerate(values):
        same.append(_graded(each, place, each.row, each.row, evidence, records))
    shifted = [np.where(v.value > 0, v.value + start - 1, 0) for v, start in zip(values, starts[:-1], strict=True)]
    own = [np.zeros(1, np.int64), *(v.own + start for v, start in zip(values, starts[:-1], strict=True))]
    return known_profiles(
        value=np.stack(shifted).astype(np.uint32),
        own=np.concatenate(own).astype(np.uint32),
        same=np.concatenate(same),
        guess=np.array([weights[-1] for weights in evidence.weights]),
        missing=np.array([weights[0] for weights in evidence.weights]),
        tie=np.array(evidence.ties),
        tie_shift=np.array(evidence.tie_shifts),
        prior=evidence.prior_weight,
        family=evidence.family_weight,
    )


def _keys(one: NDArray[np.int64], other: NDArray[np.int64], start: int) -> NDArray[np.uint64]:
    """Return the keys of pairs of values of the comparison whose first value has this number."""
    low, high = np.minimum(one, other) + start - 1, np.maximum(one, other) + start - 1
    return (low.astype(np.uint64) << np.uint64(32)) | high.astype(np.uint64)


def _answer(
    asked: NDArray[np.uint64],
    values: list[_Values],
    starts: NDArray[np.int64],
    evidence: FieldEvidence,
    table: PairTable,
    records: Records,
) -> None:
    """Grade the pairs of values that were asked for, each once, on records that have them."""
    low, high = (asked >> np.uint64(32)).astype(np.int64), (asked & np.uint64(2**32 - 1)).astype(np.int64)
    bounds = np.searchsorted(low, starts)
    for place, each in enumerate(values):
        chosen = slice(int(bounds[place]), int(bounds[place + 1]))
        one, other = each.row[low[chosen] - starts[place]], each.row[high[chosen] - starts[place]]
        bits = _graded(each, place, np.minimum(one, other), np.maximum(one, other), evidence, records)
        table.add(asked[chosen], bits)


def _graded(values: _Values, place: int, left: Rows, right: Rows, evidence: FieldEvidence, records: Records) -> Floats:
    codes = records.engine.grade(records, values.compiled, left, right)
    return evidence.bits(place, left, right, values.compiled.levels(codes)[:, 0])
