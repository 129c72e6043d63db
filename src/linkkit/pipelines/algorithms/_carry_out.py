"""The rule engine: an algorithm carried out on one dataset, between two, or on several together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from linkkit.dataset import Dataset
from linkkit.errors import DataError
from linkkit.permission import permitted
from linkkit.prepare import prepare
from linkkit.records import Records

from ._crowds import without_crowds
from ._derive import fields_read, with_derived
from ._linked import AlgorithmLinks, PassCount
from ._pairs import Rows, found_persons, held, lacking_fields, no_pairs, pairs_of, together
from ._persons import NO_PERSON, settle_persons
from ._rest import can_link_rest, linked_rest
from ._score import falls_behind, leads, pair_scores
from ._settle import BEATEN, LIMITS, LINK, OUTRANKED, REVIEW, TIED, settle
from ._spec import Algorithm
from ._steps import Pass

__all__ = ["carry_out"]


def carry_out(
    algorithm: Algorithm, datasets: Sequence[Dataset], *, prepared: bool = False, within: bool = False
) -> AlgorithmLinks:
    """Carry out an algorithm: make the pairs of each pass, then settle which of them are links."""
    encoded = [dataset.name for dataset in datasets if dataset.encoded_by is not None]
    if encoded:
        raise DataError(
            f"{algorithm.name}: {' and '.join(encoded)} is encoded; a published algorithm reads names, dates and "
            "postcodes in clear text. Link encoded data by a plan."
        )
    datasets = [algorithm.read(dataset) for dataset in permitted(datasets)]
    if not prepared:
        datasets = [prepare(dataset, algorithm.prepare, skip_absent=True) for dataset in datasets]
    absent = {field for field in algorithm.optional if not any(field in dataset.fields for dataset in datasets)}
    notes = [*_left_out(datasets), *_unread(algorithm, datasets)]
    derived = []
    for dataset in datasets:
        made, unread = with_derived(dataset, algorithm)
        derived.append(made)
        notes += unread
    derived, crowded = without_crowds(derived, algorithm.crowds)
    notes += crowded
    records = Records(derived, "link_and_dedupe" if within and len(derived) > 1 else None)
    lacking = _lacking(algorithm, records, absent)
    found = [no_pairs() if fields else pairs_of(step, records) for step, fields in _each(algorithm, lacking)]
    is_again = algorithm.ties == "next" or algorithm.unique == "persons"
    left, right, rank = _by_pair(found, again=is_again)
    score, is_best, is_beaten = _scored(algorithm, records, left, right, rank)
    hold = _held(algorithm, records, left, right, rank, lacking)
    if algorithm.unique == "persons":
        status = _persons(algorithm, records, left, right, rank, lacking)
    else:
        apart = records.link_type == "link_only"
        status = settle(
            left,
            right,
            rank,
            size=len(records),
            limits=[
                LIMITS[(step.unique or algorithm.unique) if apart else "many_to_many"] for step in algorithm.passes
            ],
            for_review=np.array([step.review for step in algorithm.passes]),
            hold=algorithm.ties == "hold",
            is_best=is_best,
            is_beaten=is_beaten,
            is_held=hold > 0,
        )
    fixed = np.array([np.nan if step.score is None else step.score for step in algorithm.passes])
    score = np.where(np.isnan(score) & (status == LINK), fixed[rank], score)
    rest = None
    if algorithm.rest is not None and records.link_type == "link_only":
        rest = linked_rest(algorithm, records, left, right, status)
        left, right = together([(left, right), (rest.left, rest.right)])
        status, score = np.concatenate([status, rest.status]), np.concatenate([score, rest.weight])
        rank = np.concatenate([rank, np.full(len(rest.left), len(algorithm.passes))])
        hold = np.concatenate([hold, np.zeros(len(rest.left), np.uint8)])
        notes += rest.notes
    kept = _one_of_each(left, right, rank, status, score)
    left, right, rank, status, score = left[kept], right[kept], rank[kept], status[kept], score[kept]
    counts = [
        _count(step, len(found[number][0]), status[rank == number], fields)
        for number, (step, fields) in enumerate(_each(algorithm, lacking))
    ]
    return AlgorithmLinks(
        algorithm, records, left, right, rank, status, (*counts, *([] if rest is None else [rest.count])), score,
        np.where(status == REVIEW, hold[kept], 0), tuple(notes), None if rest is None else rest.run,
    )  # fmt: skip


def _left_out(datasets: Sequence[Dataset]) -> list[str]:
    return [
        f"{dataset.name}: {count:,} records left out ({reason})"
        for dataset in datasets
        for reason, count in dataset.left_out
    ]


def _unread(algorithm: Algorithm, datasets: Sequence[Dataset]) -> list[str]:
    """Tell of how many records preparation took out what the algorithm would have read, and why."""
    read = fields_read(algorithm)
    return [
        f"{dataset.name}: {done.field} counts as missing in {done.made_missing:,} records "
        f"({', '.join(f'{reason} {count:,}' for reason, count in done.reasons.items()) or 'cannot be read'})"
        for dataset in datasets
        for done in dataset.preparation
        if done.field in read and done.made_missing
    ]


def _each(algorithm: Algorithm, lacking: dict[str, tuple[str, ...]]) -> list[tuple[Pass, tuple[str, ...]]]:
    return [(step, lacking[step.name]) for step in algorithm.passes]


def _lacking(algorithm: Algorithm, records: Records, absent: set[str]) -> dict[str, tuple[str, ...]]:
    """Return for each pass the fields for want of which it cannot run; refuse where none can."""
    fields, empty = records.fields, set(absent)
    for one in algorithm.derived:
        empty |= {one.field} if set(one.of) <= empty else set()
    there = [field for field in fields if field not in absent]
    lacking = {step.name: _sources(lacking_fields(step, fields, empty), algorithm, there) for step in algorithm.passes}
    if all(lacking.values()) and not can_link_rest(algorithm, records):
        missing = sorted({field for each in lacking.values() for field in each})
        names = " and ".join(dataset.name for dataset in records.datasets)
        lacks = [(dataset.name, [one for one in missing if one in absent or one not in dataset.fields])
                 for dataset in records.datasets]  # fmt: skip
        said = "; ".join(f"{name} lacks {', '.join(ones)}" for name, ones in lacks if ones)
        raise DataError(
            f"{algorithm.name}: no pass can run on {names}: the fields {', '.join(missing)} are not in all of them "
            f"({said}). Say which columns hold them with Dataset(..., fields=)."
        )
    return lacking


def _sources(lacking: Sequence[str], algorithm: Algorithm, there: Sequence[str]) -> tuple[str, ...]:
    """Return the fields that a dataset must bring for what is lacking: of a derived field, those it is made of."""
    made_of = {one.field: one.of for one in algorithm.derived}
    found: list[str] = []
    for field in lacking:
        needed = [source for source in made_of.get(field, (field,)) if source not in there]
        found += _sources(needed, algorithm, there) if field in made_of else needed
    return tuple(dict.fromkeys(found))


def _persons(
    algorithm: Algorithm, records: Records, left: Rows, right: Rows, rank: NDArray[np.int64],
    lacking: dict[str, tuple[str, ...]],
) -> NDArray[np.uint8]:  # fmt: skip
    nobody = np.zeros(len(records), bool)
    return settle_persons(
        left,
        right,
        rank,
        size=len(records),
        kinds=[step.persons or "gather" for step in algorithm.passes],
        found=[
            found_persons(step, records) if step.persons == "found" and not fields else nobody
            for step, fields in _each(algorithm, lacking)
        ],
    )


def _held(
    algorithm: Algorithm, records: Records, left: Rows, right: Rows, rank: NDArray[np.int64],
    lacking: dict[str, tuple[str, ...]],
) -> NDArray[np.uint8]:  # fmt: skip
    """Return which hold of its pass keeps each pair for people, from 1; 0 for none."""
    found = np.zeros(len(left), np.uint8)
    for number, (step, fields) in enumerate(_each(algorithm, lacking)):
        if step.holds and not fields:
            mine = np.flatnonzero(rank == number)
            found[mine] = held(step, left[mine], right[mine], records)
    return found


def _scored(
    algorithm: Algorithm, records: Records, left: Rows, right: Rows, rank: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Return the score of each pair, NaN where its pass has none; whether it may be linked; whether it is beaten."""
    score, is_best, is_beaten = np.full(len(left), np.nan), np.ones(len(left), bool), np.zeros(len(left), bool)
    for number, step in enumerate(algorithm.passes):
        if step.best is not None and all(column in records.fields for column, _ in step.best.parts):
            mine = np.flatnonzero(rank == number)
            score[mine] = pair_scores(records, left[mine], right[mine], step.best.parts)
            is_best[mine] = leads(left[mine], score[mine], step.best.lead)
            is_beaten[mine] = falls_behind(left[mine], score[mine], step.best.lead)
    return score, is_best, is_beaten


def _count(step: Pass, pairs: int, status: NDArray[np.uint8], lacking: tuple[str, ...]) -> PassCount:
    links, review, tied = (int((status == kind).sum()) for kind in (LINK, REVIEW, TIED))
    outranked = int(np.isin(status, (OUTRANKED, NO_PERSON, BEATEN)).sum())
    return PassCount(step.name, step.meaning, pairs, len(status), links, review, tied, outranked, lacking)


def _by_pair(found: Sequence[tuple[Rows, Rows]], *, again: bool) -> tuple[Rows, Rows, NDArray[np.int64]]:
    """Return pairs sorted by rows, then pass: each with its first pass, or with every pass that makes it."""
    left, right = together(found)
    rank = np.repeat(np.arange(len(found)), [len(one) for one, _ in found])
    order = np.lexsort((rank, right, left))
    kept = order if again else order[_starts(left[order], right[order])]
    return left[kept], right[kept], rank[kept]


def _one_of_each(
    left: Rows, right: Rows, rank: NDArray[np.int64], status: NDArray[np.uint8], score: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return where each pair stands once: with the pass that links it, else that scored it, else the first of it.

    A pass at which neither record had a person yet says nothing of a pair, where a later pass does; a pass that rejects
    a pair by its score says more than an earlier one that left it open.
    """
    is_rejected = ~np.isnan(score) & np.isin(status, (TIED, BEATEN))
    kind = np.select([status == LINK, is_rejected, status == NO_PERSON], [0, 1, 3], 2)
    order = np.lexsort((rank, kind, right, left))
    return np.asarray(order[_starts(left[order], right[order])])


def _starts(left: Rows, right: Rows) -> NDArray[np.bool_]:
    """Tell where another pair begins, among sorted pairs."""
    is_first = np.ones(len(left), bool)
    is_first[1:] = (left[1:] != left[:-1]) | (right[1:] != right[:-1])
    return is_first
