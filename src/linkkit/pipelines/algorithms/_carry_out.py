"""The rule engine: an algorithm carried out on one dataset, or between two."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from linkkit.block import candidate_pairs
from linkkit.compare import compare_pairs
from linkkit.dataset import Dataset
from linkkit.errors import DataError
from linkkit.permission import permitted
from linkkit.prepare import prepare
from linkkit.records import Records
from linkkit.specs import Comparison, Condition, Level
from linkkit.tables import Pairs
from linkkit.values import fields_of

from ._derive import with_derived
from ._linked import AlgorithmLinks, PassCount
from ._score import leads, most_joined, pair_scores
from ._settle import LINK, OUTRANKED, REVIEW, TIED, moved_together, settle
from ._spec import Algorithm, Pass

__all__ = ["carry_out"]

Rows = NDArray[np.uint32]
_LIMITS = {"one_to_one": (True, True), "many_to_one": (True, False), "many_to_many": (False, False)}


def carry_out(algorithm: Algorithm, datasets: Sequence[Dataset], *, prepared: bool = False) -> AlgorithmLinks:
    """Carry out an algorithm: make the pairs of each pass, then settle which of them are links."""
    datasets = permitted(datasets)
    if not prepared:
        datasets = [prepare(dataset, algorithm.prepare, skip_absent=True) for dataset in datasets]
    records = Records([with_derived(dataset, algorithm.derived, algorithm.optional) for dataset in datasets])
    lacking = {
        step.name: _sources(_lacking(step, records.fields), algorithm, records.fields) for step in algorithm.passes
    }
    if all(lacking.values()):
        absent = sorted({field for fields in lacking.values() for field in fields})
        names = " and ".join(dataset.name for dataset in datasets)
        raise DataError(
            f"{algorithm.name}: no pass can run on {names}: the fields {', '.join(absent)} are not in all of them. "
            "Say which columns hold them with Dataset(..., fields=)."
        )
    found = [_no_pairs() if lacking[step.name] else _pairs_of(step, records) for step in algorithm.passes]
    left, right, rank = _by_pair(found, again=algorithm.ties == "next")
    score, is_best = _scored(algorithm, records, left, right, rank)
    status = settle(
        left,
        right,
        rank,
        size=len(records),
        limits=_LIMITS[algorithm.unique if len(datasets) > 1 else "many_to_many"],
        for_review=np.array([step.review for step in algorithm.passes]),
        hold=algorithm.ties == "hold",
        is_best=is_best,
    )
    kept = _one_of_each(left, right, rank, status)
    left, right, rank, status, score = left[kept], right[kept], rank[kept], status[kept], score[kept]
    counts = tuple(
        _count(step, len(found[number][0]), status[rank == number], lacking[step.name])
        for number, step in enumerate(algorithm.passes)
    )
    return AlgorithmLinks(algorithm, records, left, right, rank, status, counts, score)


def _scored(
    algorithm: Algorithm, records: Records, left: Rows, right: Rows, rank: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the score of each pair, NaN where its pass has none, and whether it may be linked by it."""
    score, is_best = np.full(len(left), np.nan), np.ones(len(left), bool)
    for number, step in enumerate(algorithm.passes):
        if step.best is not None and not all(column in records.fields for column, _ in step.best.parts):
            continue
        if step.best is not None:
            mine = np.flatnonzero(rank == number)
            score[mine] = pair_scores(records, left[mine], right[mine], step.best.parts)
            is_best[mine] = leads(left[mine], score[mine], step.best.lead)
    return score, is_best


def _count(step: Pass, pairs: int, status: NDArray[np.uint8], lacking: tuple[str, ...]) -> PassCount:
    links, review, tied, outranked = (int((status == kind).sum()) for kind in (LINK, REVIEW, TIED, OUTRANKED))
    return PassCount(step.name, step.meaning, pairs, len(status), links, review, tied, outranked, lacking)


def _lacking(step: Pass, fields: Sequence[str]) -> tuple[str, ...]:
    """Return the fields for want of which a pass cannot run; none where it can."""
    asked = [field for column in _columns_where(step.where) for field in fields_of(column)]
    lacking = [field for field in asked if field not in fields]
    if not step.rules_for(fields):
        lacking += [f for rule in step.joins for column in rule.columns for f in fields_of(column) if f not in fields]
    if step.moved_together and not _addresses(step, fields):
        lacking += [field for columns in step.moved_together for field in columns if field not in fields]
    return tuple(dict.fromkeys(lacking))


def _sources(lacking: Sequence[str], algorithm: Algorithm, fields: Sequence[str]) -> tuple[str, ...]:
    """Return the fields that a dataset must bring for what is lacking: of a derived field, those it is made of."""
    made_of = {one.field: one.of for one in algorithm.derived}
    found: list[str] = []
    for field in lacking:
        needed = [source for source in made_of.get(field, (field,)) if source not in fields]
        found += _sources(needed, algorithm, fields) if field in made_of else needed
    return tuple(dict.fromkeys(found))


def _columns_where(where: Condition | None) -> tuple[str, ...]:
    return () if where is None else _comparison(where).every_field


def _comparison(where: Condition) -> Comparison:
    return Comparison("holds", (Level("holds", where),))


def _addresses(step: Pass, fields: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the kinds of address whose first column is there, with the columns of it that are."""
    known = [columns for columns in step.moved_together if columns[0] in fields]
    return [tuple(column for column in columns if column in fields) for columns in known]


def _pairs_of(step: Pass, records: Records) -> tuple[Rows, Rows]:
    pairs = candidate_pairs(records, step.rules_for(records.fields))
    left, right = _made(pairs) if step.where is None else _holding(pairs, step.where)
    if step.best is not None:
        kept = most_joined(records, left, right, step.rules_for(records.fields), step.best.most)
        left, right = left[kept], right[kept]
    if step.moved_together:
        addresses = [
            [records.encoded(column).codes for column in columns] for columns in _addresses(step, records.fields)
        ]
        kept = moved_together(left, right, addresses, len(records))
        left, right = left[kept], right[kept]
    return left, right


def _made(pairs: Pairs) -> tuple[Rows, Rows]:
    chunks = [(chunk.left, chunk.right) for chunk in pairs]
    return _together(chunks)


def _holding(pairs: Pairs, where: Condition) -> tuple[Rows, Rows]:
    levels = compare_pairs(pairs, _comparison(where))
    chunks = [(left[kept], right[kept]) for left, right, level in levels for kept in [level[:, 0] == 1]]
    return _together(chunks)


def _together(chunks: Sequence[tuple[Rows, Rows]]) -> tuple[Rows, Rows]:
    if not chunks:
        return _no_pairs()
    left, right = (np.concatenate(side) for side in zip(*chunks, strict=True))
    return left, right


def _no_pairs() -> tuple[Rows, Rows]:
    return np.empty(0, np.uint32), np.empty(0, np.uint32)


def _by_pair(found: Sequence[tuple[Rows, Rows]], *, again: bool) -> tuple[Rows, Rows, NDArray[np.int64]]:
    """Return pairs sorted by rows, then pass: each with its first pass, or with every pass that makes it."""
    left, right = _together(found)
    rank = np.repeat(np.arange(len(found)), [len(one) for one, _ in found])
    order = np.lexsort((rank, right, left))
    kept = order if again else order[_starts(left[order], right[order])]
    return left[kept], right[kept], rank[kept]


def _one_of_each(left: Rows, right: Rows, rank: NDArray[np.int64], status: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return where each pair stands once: with the pass that links it, else with the first that makes it."""
    order = np.lexsort((rank, status != LINK, right, left))
    return np.asarray(order[_starts(left[order], right[order])])


def _starts(left: Rows, right: Rows) -> NDArray[np.bool_]:
    """Tell where another pair begins, among sorted pairs."""
    is_first = np.ones(len(left), bool)
    is_first[1:] = (left[1:] != left[:-1]) | (right[1:] != right[:-1])
    return is_first
