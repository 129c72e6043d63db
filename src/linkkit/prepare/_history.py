"""Identifiers with a history: every version of a postcode or a surname that a record had, and when.

A field of dated versions holds a set for each record; a member is a value and the days on which it held, as one text
(:mod:`linkkit.values._dated`). What is unequal only in its days stays apart, so a record may hold a value twice.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkkit._reading import open_table
from linkkit.encoded import Encoded, EncodedSets, encode, set_starts, together
from linkkit.errors import DataError, PlanError, did_you_mean, row_list
from linkkit.fields import HISTORY, PREPARED_KINDS, Field
from linkkit.values import ALWAYS, NEVER, dated_texts

from ._column import Column
from ._dates import Date
from ._prepare import Change, recommended_for

if TYPE_CHECKING:
    from linkkit.dataset import Dataset

__all__ = ["rows_of_ids", "with_history", "with_versions"]

Integers = NDArray[np.int64]


def with_history(
    dataset: Dataset,
    history: Any,
    *,
    id: str,  # noqa: A002
    fields: Mapping[str, str],
    start: str,
    end: str | None,
    on: str | None = None,
) -> Dataset:
    """Return a dataset with every version of some fields that a table of their history holds.

    For each field there is then another, ``postcode_history`` of ``postcode``, to be compared by
    :func:`linkkit.compare.dated` and blocked on by ``on("undated(postcode_history)")``. Values are prepared as the
    field's are. A record of which the table holds nothing has the value of the dataset itself, as of the day of the
    record, or of any day.

    Parameters
    ----------
    dataset
        The records.
    history
        A table with a row for each version: a DataFrame, an Arrow table or the path of a file.
    id
        Its column of the ids of the records.
    fields
        Fields of the dataset, and the columns of the table that hold their versions.
    start, end
        Its columns of the first and the last day of each version; missing, or not wholly known, is open. Without a
        column of the last day a version holds until the next of its record starts.
    on
        The field of the dataset that says when a record was written: its own value is then a version of that day, of
        every record. None: only records without a history keep their own value.

    Returns
    -------
    Dataset
        A new one; rows that were left out are counted in :func:`changes`.

    Raises
    ------
    DataError
        Where a column is not there, a version ends before it starts, or no id of the table is one of the dataset.
    PlanError
        Where a field is not there.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.dataset import Dataset
    >>> pupils = Dataset(pd.DataFrame({"id": [1, 2], "postcode": ["LS1 4AP", "LS2 9JT"]}), name="pupils")
    >>> moves = pd.DataFrame(
    ...     {"pupil": [1, 1], "pcode": ["ls62ab", "LS1 4AP"], "since": ["2015-01-01", "2019-05-01"],
    ...      "until": ["2019-04-30", None]}
    ... )
    >>> found = with_history(pupils, moves, id="pupil", fields={"postcode": "pcode"}, start="since", end="until")
    >>> found.to_pandas()["postcode_history"].tolist()
    [['LS1 4AP @ 2019-05-01/..', 'LS6 2AB @ 2015-01-01/2019-04-30'], ['LS2 9JT @ ../..']]
    """
    _check(dataset, fields, on)
    source = open_table(history, f"{dataset.name} history")
    asked = [column for column in (id, start, end, *fields.values()) if column is not None]
    for column in asked:
        if column not in source.columns:
            hint = did_you_mean(column, source.columns) or f" It has: {', '.join(map(str, source.columns))}."
            raise DataError(f"{dataset.name}: its history has no column {column!r}.{hint}")
    table = source.read(list(dict.fromkeys(asked)))
    rows = rows_of_ids(dataset, table[id], id)
    since = _days(dataset, encode(table[start]), start, ALWAYS)
    until = _next_starts(rows, since) if end is None else _days(dataset, encode(table[end]), end, NEVER)
    wrong = np.flatnonzero(since > until)
    if len(wrong):
        raise DataError(
            f"{dataset.name}: {len(wrong):,} of {len(rows):,} versions of its history end before they start "
            f"({row_list((wrong + 1).tolist())}). Mend {start!r} or {end!r}, or leave these rows out."
        )
    new, done = {}, []
    for field, column in fields.items():
        values, change = _cleaned(dataset, field, encode(table[column]), rows)
        kept = (rows >= 0) & (values.codes > 0)
        versions = _Versions(rows[kept], values.codes[kept], since[kept], until[kept], values)
        new[field + HISTORY] = _sets(dataset, field, versions, on)
        done.append(change)
    return _with_fields(dataset, new, done)


def with_versions(dataset: Dataset, fields: Sequence[str], *, on: str | None = None) -> Dataset:
    """Return a dataset whose own values are versions, to be compared with the history of another.

    Parameters
    ----------
    dataset
        The records.
    fields
        The fields; beside each there is then another, ``postcode_history`` of ``postcode``.
    on
        The field that says when a record was written: its values are of that day. None, and where it is not known: of
        any day.

    Raises
    ------
    PlanError
        Where a field is not there.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.dataset import Dataset
    >>> visits = pd.DataFrame({"id": [1], "postcode": ["LS62AB"], "recorded_on": ["2016-03-02"]})
    >>> with_versions(Dataset(visits), ["postcode"], on="observed_on").to_pandas()["postcode_history"].tolist()
    [['LS6 2AB @ 2016-03-02/2016-03-02']]
    """
    _check(dataset, dict.fromkeys(fields, ""), on)
    none = np.empty(0, np.int64)
    new = {}
    for field in fields:
        empty = _Versions(none, np.empty(0, np.uint32), none, none, Encoded(np.empty(0, np.uint32), _no_values()))
        new[field + HISTORY] = _sets(dataset, field, empty, on)
    return _with_fields(dataset, new, [])


@dataclass(frozen=True, eq=False)
class _Versions:
    """The rows of records (from 0), codes of values, first and last days."""

    rows: Integers
    codes: NDArray[np.uint32]
    since: Integers
    until: Integers
    values: Encoded


def _check(dataset: Dataset, fields: Mapping[str, str], on: str | None) -> None:
    mistakes = [
        f"{dataset.name}: there is no field {name!r}.{did_you_mean(name, dataset.fields)}"
        for name in (*fields, *(() if on is None else (on,)))
        if name not in dataset.fields
    ]
    mistakes += [
        f"{dataset.name}: the field {name!r} holds sets or encodings; versions are of single values."
        for name in fields
        if name in dataset.fields and (dataset.kind_of(name) in PREPARED_KINDS or dataset.holds_sets(name))
    ]
    if not fields:
        mistakes.append(f"{dataset.name}: name at least one field.")
    if mistakes:
        raise PlanError(mistakes)


def rows_of_ids(dataset: Dataset, ids: Any, column: str) -> Integers:
    """Return the record of each row of the history, from 0; -1 where there is none."""
    import pyarrow as pa
    import pyarrow.compute as pc

    held = dataset.ids
    flat = ids.combine_chunks() if isinstance(ids, pa.ChunkedArray) else ids
    if isinstance(flat, pa.ChunkedArray):
        flat = pa.concat_arrays(flat.chunks)
    try:
        asked = flat.cast(held.type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        asked, held = flat.cast(pa.string()), held.cast(pa.string())
    found = np.asarray(
        pc.fill_null(pc.index_in(asked, value_set=held).cast("int64"), -1).to_numpy(zero_copy_only=False)
    )
    found = np.where(np.asarray(asked.is_null().to_numpy(zero_copy_only=False)), -1, found)
    if len(found) and not (found >= 0).any():
        raise DataError(
            f"{dataset.name}: none of the {len(found):,} rows of its history has an id of its records; is {column!r} "
            "the right column?"
        )
    return found.astype(np.int64)


def _days(dataset: Dataset, held: Encoded, name: str, open_: int) -> Integers:
    """Return day numbers of dates; open where a day is missing or not wholly known."""
    cleaned = Date((name,)).clean(Column(dataset.name, name, "date", held.values[1:], held.counts()[1:]))
    days = np.full(len(held.values), open_, np.int64)
    for place, text in enumerate(cleaned.values.to_pylist(), 1):
        if len(text) == 10 and "X" not in text:
            days[place] = datetime.date.fromisoformat(text).toordinal()
    return np.asarray(days[held.codes])


def _next_starts(rows: Integers, since: Integers) -> Integers:
    """Return the day before the next version of the same record starts; versions of one start end alike.

    Examples
    --------
    >>> found = _next_starts(np.array([0, 0, 0, 1]), np.array([5, 9, 5, 7]))
    >>> (found == NEVER).tolist(), found[[0, 2]].tolist()
    ([False, True, False, True], [8, 8])
    """
    starts, place = np.unique(np.stack([rows, since]), axis=1, return_inverse=True)
    until = np.full(starts.shape[1], NEVER, np.int64)
    is_same = starts[0, 1:] == starts[0, :-1]
    until[:-1][is_same] = starts[1, 1:][is_same] - 1
    return until[place.reshape(-1)]


def _cleaned(dataset: Dataset, field: str, column: Encoded, rows: Integers) -> tuple[Encoded, Change]:
    """Write the values of a history as the field's own are, and count what is left out."""
    step = recommended_for(field, dataset.kind_of(field))
    cleaned = step.clean(Column(dataset.name, field, dataset.kind_of(field), column.values[1:], column.counts()[1:]))
    found = column.mapped(cleaned.values)
    before = column.values[1:].to_pylist()
    changed = np.array([False, *(one != other for one, other in zip(before, cleaned.values.to_pylist(), strict=True))])
    unknown, blank = rows < 0, (rows >= 0) & (found.codes == 0)
    reasons = {"id of no record": int(unknown.sum()), "no value": int(blank.sum())}
    change = Change(
        step, field + HISTORY, len(rows), int(changed[column.codes].sum()), int(changed.sum()), sum(reasons.values()),
        len(before), found.size, {reason: count for reason, count in reasons.items() if count},
        ("rows of a history",),
    )  # fmt: skip
    return found, change


def _sets(dataset: Dataset, field: str, versions: _Versions, on: str | None) -> EncodedSets:
    """Put the versions of a history and the records' own values together, as sets in the order of records."""
    import pyarrow as pa
    import pyarrow.compute as pc

    own, _ = _cleaned(dataset, field, dataset.encoded(field), np.arange(len(dataset)))
    has_history = np.zeros(len(dataset), bool)
    has_history[versions.rows] = True
    since = np.full(len(dataset), ALWAYS) if on is None else _days(dataset, dataset.encoded(on), on, ALWAYS)
    until = np.where(since == ALWAYS, NEVER, since)
    takes = (own.codes > 0) & ~(has_history & (since == ALWAYS))  # what is of no day says nothing beside a history
    chosen = np.flatnonzero(takes)
    (held, mine), values = together(
        [Encoded(versions.codes, versions.values.values), Encoded(own.codes[chosen], own.values)]
    )
    rows = np.concatenate([versions.rows, chosen])
    value = np.concatenate([held, mine]).astype(np.int64)
    days = [np.concatenate(side) for side in ((versions.since, since[chosen]), (versions.until, until[chosen]))]
    (first, from_), (last, to) = (np.unique(side, return_inverse=True) for side in days)
    key = (value * max(len(first), 1) + from_.reshape(-1)) * max(len(last), 1) + to.reshape(-1)
    _, shown, place = np.unique(key, return_index=True, return_inverse=True)
    written = dated_texts(values.take(pa.array(value[shown])), days[0][shown], days[1][shown])
    order = pc.sort_indices(written).to_numpy(zero_copy_only=False)  # one of their own, whatever that of the rows
    member_of = np.empty(len(order), np.int64)
    member_of[order] = np.arange(1, len(order) + 1)
    pairs = np.unique(rows * (len(order) + 1) + member_of[place.reshape(-1)])
    sizes = np.bincount(pairs // (len(order) + 1), minlength=len(dataset))
    codes = np.where(sizes > 0, np.cumsum(sizes > 0), 0).astype(np.uint32)
    texts = pa.concat_arrays([pa.array([""], pa.string()), written.take(pa.array(order)).cast(pa.string())])
    starts = set_starts([0, *sizes[sizes > 0].tolist()])
    return EncodedSets(codes, starts, (pairs % (len(order) + 1)).astype(np.uint32), texts)


def _with_fields(dataset: Dataset, new: Mapping[str, EncodedSets], done: Sequence[Change]) -> Dataset:
    found = dataset.with_encoded(new, done)
    found.fields = {**found.fields, **{name: Field((), "history") for name in new}}
    return found


def _no_values() -> Any:
    import pyarrow as pa

    return pa.array([""], pa.string())
