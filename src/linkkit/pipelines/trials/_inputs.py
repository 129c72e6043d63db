"""What else is known besides the linkage: a trace return, and events by the ids of the administrative data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkkit._reading import open_table
from linkkit.cards import Card
from linkkit.encoded import Encoded, encode
from linkkit.errors import DataError, did_you_mean, row_list
from linkkit.permission import person_numbers

from ._days import NO_DAY, Days, is_day, read_dates
from ._words import TRACED_WORDS, read_answers

if TYPE_CHECKING:
    import pyarrow as pa

    from linkkit.dataset import Dataset

    from ._spec import TraceColumns, TrialToAdmin

__all__ = ["Events", "Trace", "own_events", "places_of", "places_of_persons", "read_events", "read_trace", "texts_at"]

# A spell that goes on ends on this day.
GOES_ON = np.iinfo(np.int64).max
# A file of no more persons than the data have is of these persons: where fewer than this are known, its ids are others.
_FEWEST = 0.05


@dataclass(frozen=True, eq=False)
class Trace:
    """A trace return, in the order of the participants.

    Parameters
    ----------
    is_traced, is_answered
        Shape (participants,): who is known to the holder of the data, and of whom anything is said.
    person
        The persons that they are taken for; None where the return has no such column.
    unknown
        The rows of the file of ids that the trial does not have, counted from 1.
    size
        How many rows it has.
    is_said
        Shape (participants,): of whom a trace return says something, where there is a spine, too.
    is_awaiting
        Shape (participants,): who has no link with the spine, but a pair that awaits somebody's judgement.
    """

    is_traced: NDArray[np.bool_]
    is_answered: NDArray[np.bool_]
    person: Encoded | None = None
    unknown: tuple[int, ...] = ()
    size: int = 0
    is_said: NDArray[np.bool_] | None = None
    is_awaiting: NDArray[np.bool_] | None = None


@dataclass(frozen=True, eq=False)
class Events:
    """Events or spells of persons.

    Parameters
    ----------
    person
        Shape (events,): the person of each, as a number of the administrative data; -1 where unknown there.
    start, end
        Their first and last days; NO_DAY where not known, in which case they are in no window.
    is_dated
        Whether they have days; without, all of them count whatever the window.
    unreadable
        The rows of the file without a day that can be read, though something stands there; counted from 1.
    reversed
        How many spells that end before they start were swapped or left without days, as the pipeline says.
    is_swapped
        Whether they were swapped.
    is_order_guessed
        Whether nothing showed if the day or the month stands first in their dates.
    """

    person: NDArray[np.int64]
    start: Days
    end: Days
    is_dated: bool
    unreadable: tuple[int, ...] = ()
    reversed: int = 0
    is_swapped: bool = False
    is_order_guessed: bool = False

    @property
    def undated(self) -> int:
        """How many have no day, those not counted that end before they start."""
        left_out = 0 if self.is_swapped else self.reversed
        return int((~is_day(self.start)).sum()) - left_out if self.is_dated else 0

    @property
    def unknown(self) -> int:
        """How many are of persons whom the administrative data do not have."""
        return int((self.person < 0).sum())


def read_trace(table: Any, columns: TraceColumns, trial: Dataset) -> Trace:
    """Read a trace return.

    Raises
    ------
    DataError
        Where it has no column of participants, or not one whom the trial has; says of nobody whether they were traced,
        says it twice, or in words that are not understood.
    """
    ids = trial.ids
    source = open_table(table, "the trace return")
    _require(source.columns, [columns.participant], "the trace return", "trace_columns.participant")
    said = [column for column in (columns.traced, columns.person) if column in source.columns]
    if not said:
        raise DataError(
            f"the trace return has neither a column {columns.traced!r} nor {columns.person!r}; name them in "
            f"trace_columns. It has: {', '.join(map(str, source.columns))}."
        )
    held = source.read([columns.participant, *said])
    rows = places_of(held[columns.participant], ids, f"the trace return: {columns.participant!r}")
    is_known = rows >= 0
    if not is_known.any():
        raise DataError(
            f"the trace return: not one of its {len(rows):,} rows is of a participant of {trial.name} "
            f"({len(trial):,} records): {columns.participant!r} of the return holds other ids than {trial.id!r} of the "
            "trial. Look whether it is the return of this trial, and whether its ids are those that were sent, with "
            "the same prefix and leading zeros; name their column in trace_columns.participant."
        )
    if len(np.unique(rows[is_known])) < is_known.sum():
        order = np.argsort(rows, kind="stable")
        again = np.sort(order[1:][(rows[order][1:] == rows[order][:-1]) & (rows[order][1:] >= 0)])
        raise DataError(
            f"the trace return has {len(again):,} rows of participants that stand in an earlier one "
            f"({row_list((again + 1).tolist())}). Keep one row each; where they differ, ask who made it."
        )
    is_traced, is_answered = _traced(held, columns, said)
    unknown = tuple((np.flatnonzero(~is_known) + 1).tolist())
    found = Trace(np.zeros(len(ids), np.bool_), np.zeros(len(ids), np.bool_), None, unknown, len(rows))
    found.is_traced[rows[is_known]] = is_traced[is_known]
    found.is_answered[rows[is_known]] = is_answered[is_known]
    if columns.person not in said:
        return found
    person = encode(held[columns.person], where=f"the trace return: {columns.person!r}")
    codes = np.zeros(len(ids), person.codes.dtype)
    codes[rows[is_known]] = person.codes[is_known]
    return replace(found, person=Encoded(codes, person.values))


def _traced(held: pa.Table, columns: TraceColumns, said: list[str]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    if columns.traced in said:
        return read_answers(
            held[columns.traced], TRACED_WORDS.also(columns.yes_words, columns.no_words), name=columns.traced,
            table="the trace return", rows=np.arange(1, len(held) + 1),
            part="trace_columns=TraceColumns(yes_words=, no_words=)",
        )  # fmt: skip
    has_person = np.asarray(encode(held[columns.person], where=f"the trace return: {columns.person!r}").codes != 0)
    return has_person, np.ones(len(has_person), np.bool_)


def own_events(admin: Dataset, pipeline: TrialToAdmin) -> Events:
    """Return the records of administrative data as events; undated where its card names no columns with days.

    Raises
    ------
    DataError
        Where most dates cannot be read, or a spell ends before it starts and the pipeline does not say what to do.
    """
    person, _ = persons_of(admin)
    columns = dated_columns(admin.card)
    if columns is None:
        nothing = np.full(len(admin), NO_DAY)
        return Events(person, nothing, nothing, is_dated=False)
    held = {column: admin.table_column(column) for column in columns if column is not None}
    return _events(person, held, admin.name, columns, admin.order + 1, pipeline)


def read_events(table: Any, pipeline: TrialToAdmin, admin: Dataset, *, is_whole: bool = True) -> Events:
    """Read a table of events by the ids of the administrative data.

    Parameters
    ----------
    is_whole
        Whether these are all the data that there are: then their persons must be those of the events.

    Raises
    ------
    DataError
        As in :func:`own_events`, where a column is not there, and where hardly any person of the events is one of the
        data: everybody who is linked would be taken for somebody without an event. A table without rows is none.
    """
    columns = pipeline.event_columns
    source = open_table(table, "the events")
    wanted = [column for column in (columns.person, columns.start, columns.end) if column is not None]
    _require(source.columns, wanted, "the events", "event_columns")
    held = source.read(wanted)
    person, ids = persons_of(admin)
    rows = places_of_persons(held[columns.person], ids, admin, f"the events: {columns.person!r}")
    if is_whole and len(rows):
        _require_persons(held[columns.person], rows, ids, columns.person, admin.name)
    of_record = np.append(person, -1) if admin.card.person is None else np.append(np.arange(len(ids)), -1)
    dated = {column: held[column] for column in (columns.start, columns.end) if column is not None}
    return _events(
        of_record[rows], dated, "the events", (columns.start, columns.end), np.arange(1, len(rows) + 1), pipeline
    )


def _require_persons(column: pa.ChunkedArray, rows: NDArray[np.int64], ids: pa.Array, name: str, admin: str) -> None:
    """Refuse ids that are not those of the data; a file of events may be of many more persons, or of a few."""
    codes = encode(column).codes
    asked, known = len(np.unique(codes[codes != 0])), len(np.unique(rows[rows >= 0]))
    if not asked:
        raise DataError(f"the events: no row has an id in {name!r}; name the column in event_columns.")
    if known and (asked > len(ids) or known >= _FEWEST * asked):
        return
    raise DataError(
        f"the events: {known or 'none'} of {asked:,} persons in {name!r} stand among the {len(ids):,} of {admin}. Look "
        "whether these are the same ids, written alike (capitals, blanks, zeros in front), and name the column in "
        "event_columns. If no more of these persons had an event, give their events alone; where nobody had one, an "
        "empty table."
    )


def persons_of(admin: Dataset) -> tuple[NDArray[np.int64], pa.Array]:
    """Return the person of each record as a number, and the ids of the persons in the order of these numbers."""
    if admin.card.person is None:
        return np.arange(len(admin)), admin.ids
    known = person_numbers(admin, admin.card.person)
    # Records without a person are each somebody else.
    alone = np.cumsum(known.codes == 0) + len(known.values) - 1
    return np.where(known.codes == 0, alone, known.codes.astype(np.int64)), known.values


def dated_columns(card: Card) -> tuple[str, str | None] | None:
    """Return the columns with the first and last days of records; None where a card names none."""
    if card.spells is not None:
        return card.spells.start, card.spells.end
    if card.period is not None and card.period.column is not None:
        return card.period.column, None
    return None


def places_of(column: pa.ChunkedArray | pa.Array, ids: pa.Array, where: str | None = None) -> NDArray[np.int64]:
    """Return for each row the place of its id among ids; -1 where there is none. Ids are compared as texts."""
    import pyarrow as pa

    known, asked = encode(pa.chunked_array([ids])), encode(column, where=where)
    place_of = dict(zip(known.texts(), range(len(known.values)), strict=True))
    row_of = np.full(len(known.values) + 1, -1)
    row_of[known.codes] = np.arange(len(known.codes))
    row_of[0] = -1
    each = np.array([place_of.get(text, len(known.values)) for text in asked.texts()])
    each[0] = len(known.values)
    return np.asarray(row_of[each[asked.codes]])


def places_of_persons(
    column: pa.ChunkedArray, ids: pa.Array, admin: Dataset, where: str | None = None
) -> NDArray[np.int64]:
    """Return :func:`places_of` persons, whose numbers have no blanks around them where a column of the data has them.

    See :func:`linkkit.permission.person_numbers`; ids of records are held as they are.
    """
    if admin.card.person is None:
        return places_of(column, ids, where)
    written = encode(column, where=where)
    tidy = written.mapped([text.strip() for text in written.texts()[1:]])
    return places_of(tidy.values, ids)[tidy.codes]


def texts_at(place: NDArray[np.int64], held: Encoded) -> NDArray[np.object_]:
    """Return the texts of a column at some places, None where missing and at -1."""
    texts = np.array([None, *held.texts()[1:]], object)
    return texts[np.where(place >= 0, held.codes[place], 0)]


def _events(
    person: NDArray[np.int64], held: dict[str, Any], name: str, columns: tuple[str, str | None],
    rows: NDArray[np.int64], pipeline: TrialToAdmin,
) -> Events:  # fmt: skip
    """Read the days of events; ``rows`` are those of the file, counted from 1."""
    first, last = columns
    dates, is_guessed = read_dates(held, name, rows, pipeline.day_first)
    start, no_start = dates[first].days, dates[first].is_unreadable
    if last is None:
        unreadable = tuple(np.sort(rows[no_start]).tolist())
        return Events(person, start, start, is_dated=True, unreadable=unreadable, is_order_guessed=is_guessed)
    end = dates[last].days
    is_reversed = is_day(start) & is_day(end) & (end < start)
    if is_reversed.any() and pipeline.on_reversed == "refuse":
        raise DataError(
            f"{name}: {is_reversed.sum():,} of {len(start):,} records end ({last!r}) before they start ({first!r}): "
            f"{row_list(np.sort(rows[is_reversed]).tolist())}. Mend the dates, or say on_reversed='swap' to swap start "
            "and end, or on_reversed='drop' to count them in no window; both are told."
        )
    unreadable = tuple(np.sort(rows[no_start | dates[last].is_unreadable]).tolist())
    end = np.where(dates[last].is_missing, GOES_ON, end)
    start = np.where(is_day(end), start, NO_DAY)  # an end that cannot be read
    if pipeline.on_reversed == "swap":
        start, end = np.where(is_reversed, end, start), np.where(is_reversed, start, end)
    else:  # they count for nobody, and yet show that somebody is no true zero
        start = np.where(is_reversed, NO_DAY, start)
    return Events(person, start, end, is_dated=True, unreadable=unreadable, reversed=int(is_reversed.sum()),
                  is_swapped=pipeline.on_reversed == "swap", is_order_guessed=is_guessed)  # fmt: skip


def _require(columns: Any, wanted: list[str], what: str, part: str) -> None:
    for column in wanted:
        if column not in columns:
            hint = did_you_mean(column, columns) or f" It has: {', '.join(map(str, columns))}."
            raise DataError(f"{what}: there is no column {column!r}; name it in {part}.{hint}")
