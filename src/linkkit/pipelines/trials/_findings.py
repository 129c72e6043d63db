"""What looks wrong with windows, events and the trace return of a trial: counts, and no values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from linkkit._text_tables import html_table
from linkkit.errors import row_list
from linkkit.findings import NamedFindings, Severity

from ._days import is_day
from ._institutions import by_name_too, is_spelled_out, unit_of
from ._states import (
    FOR_REVIEW,
    FOR_REVIEW_IN_SPINE,
    LINKED_NOT_TRACED,
    LINKED_TO_ANOTHER,
    NO_BIRTH,
    NO_EVENT_DAY,
    NO_PLACE,
    NOT_IN_TRACE,
    NOT_JOINED,
)

if TYPE_CHECKING:
    from ._run import TrialRun

__all__ = ["TrialFinding", "TrialFindings", "find"]


@dataclass(frozen=True)
class TrialFinding:
    """Something about the linkage of a trial.

    Parameters
    ----------
    name
        What it is called, such as ``"no_index_date"``.
    severity
        ``"serious"``, ``"warning"`` or ``"note"``.
    count
        How many participants or records it is about.
    what
        What was found.
    do
        Why it matters, and what to do.
    rows
        The rows of the file that it is about, counted from 1, where these help to mend it.
    """

    name: str
    severity: Severity
    count: int
    what: str
    do: str
    rows: tuple[int, ...] = ()

    def __str__(self) -> str:
        where = f" ({row_list(self.rows)})" if self.rows else ""
        return f"{self.severity}: {self.what}: {self.count:,}{where}. {self.do}"


@dataclass(frozen=True)
class TrialFindings(NamedFindings[TrialFinding]):
    """What was found, the gravest first.

    Parameters
    ----------
    findings
        The findings.
    """

    findings: tuple[TrialFinding, ...]

    def __str__(self) -> str:
        return "\n".join(map(str, self.findings)) or "Nothing looks wrong."

    def _repr_html_(self) -> str:
        rows = [(one.severity, one.what, f"{one.count:,}", one.do) for one in self.findings]
        return html_table(("severity", "what", "count", "why it matters, and what to do"), rows)


def find(run: TrialRun) -> TrialFindings:
    """Return what looks wrong with the linkage of a trial."""
    found = [
        *_of_lock(run),
        *_of_windows(run),
        *_of_events(run),
        *_of_notes(run),
        *_of_trace(run),
        *_of_institutions(run),
    ]
    return TrialFindings(tuple(one for one in found if one.count))


def _of_lock(run: TrialRun) -> list[TrialFinding]:
    if run.trial.blinded:
        return []
    return [
        TrialFinding("no_allocation", "warning", len(run.trial), "participants whose arm nothing names or blinds",
                     "If a column is the arm, it was in sight: say allocation= in the card, or blinded= of the "
                     "dataset, and link again. If arms are in a file of their own, keep it apart until unblinding."),
    ]  # fmt: skip


def _of_windows(run: TrialRun) -> list[TrialFinding]:
    held, follow_up = run.people.windows, getattr(run.pipeline, "follow_up", None)
    if held is None or follow_up is None:
        return []
    has_index = is_day(held.index)
    sent = run.people.is_sent
    after = dict(held.reasons)["the window begins after the last day that the data show"]
    return [
        TrialFinding("no_index_date", "warning", int((~has_index).sum()), "participants without an index date",
                     "They have no window, and no lack of records of theirs is a zero. Complete the dates."),
        TrialFinding("unreadable_index_date", "serious", len(held.unreadable), "index dates that cannot be read",
                     "They count as missing. Write dates as 2024-09-01.", held.unreadable),
        TrialFinding("order_of_dates", "warning", int(has_index.sum()) if held.is_order_guessed else 0,
                     "index dates of which none shows whether the day or the month stands first", _DAY_FIRST),
        TrialFinding("extract_before_window", "serious", int(after.sum()),
                     "participants whose window begins after the last day that the data show",
                     "Nothing of theirs can be in the data yet. Wait for a later extract."),
        TrialFinding("window_cut_short", "note", int((held.is_seen & ~held.is_whole & sent).sum()),
                     "participants of whose window the data show a part",
                     "Compare rates over the days that are seen, not counts."),
        TrialFinding("window_without_end", "note", int((held.is_open & held.is_seen).sum()),
                     "participants whose window has no last day",
                     "Say extracted and reporting_lag_days in the card of the administrative data: events that are "
                     "not reported yet would be taken for no event."),
        TrialFinding("window_before_index", "warning", int(has_index.sum()) if follow_up.from_days < 0 else 0,
                     "participants whose window begins before their index date",
                     "Nobody can have died, or left, before they were in the trial: what is counted before the index "
                     "date is no outcome (immortal time). Begin at day 0 for outcomes."),
        TrialFinding("eligible_after_index", "warning", held.late,
                     "participants who were found eligible after their index date",
                     "The days between are immortal time. Count from the day of eligibility, or from randomisation."),
        TrialFinding("events_before_index", "note", run.earlier, "events of linked participants before the index date",
                     "They are in no window that begins at day 0. A history is no outcome."),
    ]  # fmt: skip


def _of_events(run: TrialRun) -> list[TrialFinding]:
    taken_out = sum(count for _, count in run.linkage.datasets[1].left_out)
    undated = 0 if run.people.windows is None or run.events.is_dated else len(run.events.person)
    return [
        TrialFinding("records_without_days", "serious", undated, "records without a column of days",
                     "They count whatever their day: no window is held to. Name the column in the card (spells, or "
                     "period.column), or give events with days, events=."),
        TrialFinding("opted_out_of_data", "warning", taken_out, "records that the administrative data must not link",
                     "Participants among them look as if they were not traced, or had no record."),
        TrialFinding("events_without_date", "warning", run.events.undated, "events without a day that can be read",
                     "They are in no window. Complete the dates, or write them as 2024-09-01.", run.events.unreadable),
        TrialFinding("order_of_event_dates", "warning", len(run.events.start) if run.events.is_order_guessed else 0,
                     "events of which none shows whether the day or the month stands first", _DAY_FIRST),
        TrialFinding("reversed_spells", "warning", run.events.reversed, "spells that end before they start",
                     "on_reversed of the pipeline says what was done with them. Mend the dates where you can."),
        TrialFinding("events_of_unknown_persons", "warning", run.events.unknown,
                     "events of persons whom the administrative data do not have",
                     "They count for nobody. Take events and persons from one extract."),
        TrialFinding("shared_persons", "serious", run.shared, "persons who were linked to several participants",
                     "Their records count for each of these: one of the links is false, or a participant is twice in "
                     "the trial."),
    ]  # fmt: skip


_DAY_FIRST = "The day was taken to be first. Say day_first=False in the pipeline where it is the month."

# What is noted of participants: the name of its finding, and what to do.
# fmt: off
_NOTED = {
    LINKED_NOT_TRACED: ("linked_not_traced", "The link counts. Ask the holder of the data which is right."),
    LINKED_TO_ANOTHER: ("linked_to_another", "The link counts. Look at these pairs with explain."),
    NOT_IN_TRACE: ("not_in_trace", "Whether they are known is not said: they stay not traced or no record."),
    FOR_REVIEW: ("for_review", "They count as not linked, and their lack of records is no zero. Judge their pairs and "
                 "link again before freezing."),
    FOR_REVIEW_IN_SPINE: ("for_review_in_spine", "Whether they are known is not decided. Link the trial to the spine "
                          "by itself, judge these pairs, and give who is known in trace=."),
    NOT_JOINED: ("not_joined", "Their events cannot be counted, and their lack of records is no zero. Ask for the ids "
                 "of persons in the trace return (trace_columns.person), or for more identifiers."),
    NO_EVENT_DAY: ("event_day_not_known", "It may be in the window: their lack of records is no zero. Complete the "
                   "dates."),
    NO_PLACE: ("place_not_known", "They are taken to live where the data cover. Complete the places."),
    NO_BIRTH: ("birth_not_known", "They are taken to be of the ages that the data cover. Complete the dates of birth."),
}
# fmt: on


def _of_notes(run: TrialRun) -> list[TrialFinding]:
    found = []
    for words, who in run.people.notes:
        name, do = _NOTED[words]
        found.append(TrialFinding(name, "warning", int(who.sum()), f"participants: {words}", do))
    return found


def _of_institutions(run: TrialRun) -> list[TrialFinding]:
    """Institutions that their code alone could find, though codes change."""
    admin = run.linkage.datasets[1]
    unit = unit_of(run.trial, admin)
    if unit == "person" or is_spelled_out(run.pipeline.plan) or by_name_too(run.linkage.datasets[0], admin):
        return []
    return [
        TrialFinding("linked_by_code_alone", "warning", int((run.people.is_sent & ~run.people.is_linked).sum()),
                     f"without a link, where a {unit} is looked for by its code alone",
                     "Codes change: a school that becomes an academy gets another URN. Name the columns of its name "
                     "and postcode in fields of both cards, fields={'school_name': ..., 'postcode': ...}, and see that "
                     "they are filled in."),
    ]  # fmt: skip


def _of_trace(run: TrialRun) -> list[TrialFinding]:
    if run.trace is None:
        return []
    unsent = int((run.trace.is_answered & ~run.people.is_sent).sum())
    return [
        TrialFinding("unknown_in_trace", "warning", len(run.trace.unknown),
                     f"rows of the trace return, of {run.trace.size:,}, whose ids the trial does not have",
                     "They count for nobody. Look whether its ids are those that were sent.", run.trace.unknown),
        TrialFinding("traced_not_sent", "serious", unsent, "participants in the trace return who were not to be sent",
                     "Find out why they were sent; they keep their state."),
    ]  # fmt: skip
