"""Follow-up windows: each participant's own days, cut to the days that the data can show."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkkit.pipelines._columns import named_column

from ._days import Days, after_years, day_of, is_day, read_dates

if TYPE_CHECKING:
    from linkkit.cards import Card
    from linkkit.dataset import Dataset

    from ._inputs import Events
    from ._spec import FollowUp

__all__ = ["Windows", "has_undated", "last_seen_day", "records_within", "windows"]

_FAR = 2**40


@dataclass(frozen=True, eq=False)
class Windows:
    """The windows of participants, in their order.

    Parameters
    ----------
    index
        The day from which each is counted; NO_DAY where missing.
    start, end
        The first and last day that are seen; ``end`` is before ``start`` where none is.
    is_open
        Whether the window has no last day at all: neither the follow-up nor the data end it.
    is_seen
        Who has a window of which at least a day is seen.
    is_whole
        Whose window is seen from its first to its last day.
    reasons
        Why somebody has none: words, and who, the first that holds for each.
    unreadable
        The rows of the trial's file whose index date cannot be read, counted from 1.
    late
        How many were found eligible after their index date.
    is_order_guessed
        Whether nothing showed if the day or the month stands first in these dates.
    """

    index: Days
    start: Days
    end: Days
    is_open: NDArray[np.bool_]
    is_seen: NDArray[np.bool_]
    is_whole: NDArray[np.bool_]
    reasons: tuple[tuple[str, NDArray[np.bool_]], ...]
    unreadable: tuple[int, ...]
    late: int
    is_order_guessed: bool = False


def last_seen_day(card: Card) -> datetime.date | None:
    """Return the last day whose events are in the data nearly always: the day of the extract without the lag.

    Where the data are about fewer days than that, these end it. Without a day of the extract the end of the period is
    taken for it.

    Examples
    --------
    >>> from linkkit.cards import Card, Period
    >>> year = Period(end=datetime.date(2020, 12, 31))
    >>> last_seen_day(Card("a", period=year, extracted=datetime.date(2020, 12, 31), reporting_lag_days=30))
    datetime.date(2020, 12, 1)
    >>> last_seen_day(Card("a", period=year, extracted=datetime.date(2022, 1, 1), reporting_lag_days=30))
    datetime.date(2020, 12, 31)
    """
    end = None if card.period is None else card.period.end
    taken = card.extracted or end
    if taken is None:
        return None
    lag = min(card.reporting_lag_days or 0, (taken - datetime.date.min).days)
    reported = taken - datetime.timedelta(days=lag)
    return reported if end is None else min(end, reported)


def windows(
    trial: Dataset, follow_up: FollowUp, card: Card, born: Days | None, day_first: bool | None = None
) -> Windows:
    """Return the window of each participant.

    Parameters
    ----------
    trial
        The trial, with everybody who was randomised.
    follow_up
        The window as it is asked for.
    card
        The card of the administrative data.
    born
        Days of birth, for data that cover some ages; NO_DAY where not known: then ages end no window.
    day_first
        Whether the day stands first in the dates of the trial; None for what they show.

    Raises
    ------
    DataError
        Where most of the dates cannot be read.
    """
    parts = {"follow_up.index": follow_up.index, "follow_up.eligible": follow_up.eligible}
    named = {name: named_column(trial, name, part) for part, name in parts.items() if name is not None}
    dates, is_guessed = read_dates(named, trial.name, trial.order + 1, day_first)
    index = dates[follow_up.index].days
    unreadable = np.sort(trial.order[dates[follow_up.index].is_unreadable] + 1)
    eligible = None if follow_up.eligible is None else dates[follow_up.eligible].days
    has_index = is_day(index)
    day = np.where(has_index, index, 0)
    until = day_of(follow_up.until)
    asked_start = day + follow_up.from_days
    asked_end = day + (_FAR if follow_up.to_days is None else follow_up.to_days)
    asked_end = asked_end if until is None else np.minimum(asked_end, until)
    first = day_of(None if card.period is None else card.period.start)
    last = day_of(last_seen_day(card))
    first, last = (-_FAR if first is None else first), (_FAR if last is None else last)
    youngest, oldest = _ages(card, born, len(day))
    start = np.maximum(np.maximum(asked_start, first), youngest)
    end = np.minimum(np.minimum(asked_end, last), oldest)
    is_seen = has_index & (start <= end)
    reasons = (
        ("no index date", ~has_index),
        ("the window ends before it begins", asked_end < asked_start),
        ("the window begins after the last day that the data show", asked_start > last),
        ("the window ends before the data begin", asked_end < first),
        ("outside the ages that the data cover", start > end),
    )
    return Windows(
        index, start, end, is_open=end >= _FAR // 2, is_seen=is_seen,
        is_whole=is_seen & (start == asked_start) & ((end == asked_end) | (asked_end >= _FAR // 2) & (end == last)),
        reasons=_first(reasons), unreadable=tuple(unreadable.tolist()), late=_late(eligible, index),
        is_order_guessed=is_guessed,
    )  # fmt: skip


def records_within(
    participant: NDArray[np.int64], person: NDArray[np.int64], events: Events, found: Windows | None, size: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return for each participant how many events of their persons share a day with the window, and how many precede.

    Parameters
    ----------
    participant, person
        Who was linked to whom, each pair once.
    events
        The events.
    found
        The windows; None where all events count.
    size
        How many participants there are.

    Returns
    -------
    counts, earlier
        Shape (participants,): events that share a day with the window, and events that lie before the index date.
    """
    who, event = _events_of(participant, person, events)
    nothing = np.zeros(size, np.int64)
    if found is None or not events.is_dated:
        return np.bincount(who, minlength=size), nothing
    dated = is_day(events.start[event])
    who, event = who[dated], event[dated]
    start, end = events.start[event], events.end[event]
    within = found.is_seen[who] & (start <= found.end[who]) & (end >= found.start[who])
    before = is_day(found.index[who]) & (end < found.index[who])
    return np.bincount(who[within], minlength=size), np.bincount(who[before], minlength=size)


def has_undated(
    participant: NDArray[np.int64], person: NDArray[np.int64], events: Events, size: int
) -> NDArray[np.bool_]:
    """Tell who has an event that may be in the window or not, since its day is not known; shape (participants,)."""
    who, event = _events_of(participant, person, events)
    found = np.zeros(size, np.bool_)
    if events.is_dated:
        found[who[~is_day(events.start[event])]] = True
    return found


def _events_of(
    participant: NDArray[np.int64], person: NDArray[np.int64], events: Events
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the events of each pair of participant and person: whose, and which."""
    order = np.argsort(events.person, kind="stable")
    held = events.person[order]
    begin, stop = np.searchsorted(held, person, "left"), np.searchsorted(held, person, "right")
    many = stop - begin
    who = np.repeat(participant, many)
    step = np.arange(len(who)) - np.repeat(np.cumsum(many) - many, many)
    return who, order[np.repeat(begin, many) + step]


def _ages(card: Card, born: Days | None, size: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    if not card.ages or born is None:
        return np.full(size, -_FAR), np.full(size, _FAR)
    known = is_day(born)
    # Somebody is of the most age until the day before the next birthday.
    return (
        np.where(known, after_years(born, card.ages[0]), -_FAR),
        np.where(known, after_years(born, card.ages[1] + 1) - 1, _FAR),
    )


def _first(
    reasons: tuple[tuple[str, NDArray[np.bool_]], ...],
) -> tuple[tuple[str, NDArray[np.bool_]], ...]:
    """Each with those for whom no earlier one holds."""
    taken = np.zeros(len(reasons[0][1]), np.bool_)
    found = []
    for words, holds in reasons:
        found.append((words, holds & ~taken))
        taken = taken | holds
    return tuple(found)


def _late(eligible: Days | None, index: Days) -> int:
    if eligible is None:
        return 0
    return int((is_day(eligible) & is_day(index) & (eligible > index)).sum())
