"""TrialToAdmin: a trial linked to administrative data, blind to its arms; and its parts."""

from __future__ import annotations

import datetime
import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from linkkit._days import require_days
from linkkit.errors import SpecError
from linkkit.pipelines._parts import read_parts
from linkkit.pipelines._pipeline import Pipeline, Step

if TYPE_CHECKING:
    from linkkit.dataset import Dataset
    from linkkit.progress import Progress

    from ._run import TrialRun

__all__ = ["EventColumns", "FollowUp", "TraceColumns", "TrialToAdmin", "trial_to_admin"]


@dataclass(frozen=True)
class FollowUp:
    """When each participant is followed up: days counted from a date of their own.

    Parameters
    ----------
    index
        The column of the trial with the date from which days are counted: of randomisation, of consent, of birth.
    from_days
        The first day of the window, counted from the index date; below 0 for a window that begins before it.
    to_days
        The last day of the window, counted from the index date; None where only ``until`` or the data end it.
    until
        The last day of everybody's window.
    eligible
        The column with the date on which the participant was found eligible. After the index date it is a sign of
        immortal time: somebody had to live, or stay, until then to be in the trial.

    Examples
    --------
    >>> FollowUp("randomised_on", to_days=365)
    FollowUp(index='randomised_on', from_days=0, to_days=365, until=None, eligible=None)
    """

    index: str
    from_days: int = 0
    to_days: int | None = None
    until: datetime.date | None = None
    eligible: str | None = None

    def __post_init__(self) -> None:
        read_parts(self, "follow_up")
        if not self.index.strip():
            raise SpecError("follow_up.index names the column with the date from which days are counted.")
        require_days("follow_up.from_days", self.from_days)
        if self.to_days is not None:
            require_days("follow_up.to_days", self.to_days)
        if self.to_days is not None and self.to_days < self.from_days:
            raise SpecError(f"follow_up.to_days must not be before from_days; got {self.from_days} and {self.to_days}.")

    def __str__(self) -> str:
        end = "the end of the data" if self.to_days is None else f"day {self.to_days}"
        until = f", {self.until} at the latest" if self.until is not None else ""
        return f"day {self.from_days} to {end}, counted from {self.index!r}{until}"


@dataclass(frozen=True)
class TraceColumns:
    """The columns of a trace return: what the holder of the data says of each participant who was sent.

    Parameters
    ----------
    participant
        The id of the participant.
    traced
        Whether the holder knows the participant: yes or no.
    person
        The id by which the holder knows the participant; missing where they do not. One of the two columns will do.
    yes_words, no_words
        Further words for yes and for no in the column ``traced``; any other word is refused.

    Examples
    --------
    >>> TraceColumns(participant="study_id").traced
    'traced'
    """

    participant: str = "participant_id"
    traced: str = "traced"
    person: str = "person_id"
    yes_words: tuple[str, ...] = ()
    no_words: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        read_parts(self, "trace_columns")


@dataclass(frozen=True)
class EventColumns:
    """The columns of a table of events, one row each.

    Parameters
    ----------
    person
        The id of the person in the administrative data.
    start
        The day of the event, or the first day of a spell.
    end
        The last day of a spell; missing in a row where it goes on. None for events of one day.

    Examples
    --------
    >>> EventColumns(start="admitted", end="discharged").person
    'person_id'
    """

    person: str = "person_id"
    start: str = "date"
    end: str | None = None

    def __post_init__(self) -> None:
        read_parts(self, "event_columns")


@dataclass(frozen=True)
class TrialToAdmin(Pipeline):
    """Link a trial to administrative data without seeing its arms, and say of every participant what became of them.

    Parameters
    ----------
    plan
        How records are linked; what it leaves open is recommended for the datasets.
    follow_up
        When each participant is followed up; None where records have no dates, or all of them count.
    withdrew
        A column of the trial that says who withdrew: yes and no, or the day on which they did.
    sent
        A column of the trial that says who was sent to the holder of the data, in the same way; by default everybody
        who may be.
    yes_words, no_words
        Further words for yes and for no in these two columns; any other word is refused.
    needs
        Fields without which a participant is not sent.
    place
        A column of the trial with the place where the participant lives, to be looked up in the places that the card
        of the administrative data covers.
    send_outside
        Whether those are sent whom the administrative data do not cover by place, age or time.
    trace
        The file of a trace return: whom the holder of the data knows.
    trace_columns
        Its columns.
    events
        The file of events by the person ids of the administrative data, where these are a register of persons.
    event_columns
        Its columns.
    on_reversed
        What to do with spells that end before they start: ``"refuse"``, ``"swap"``, or ``"drop"``: they count in no
        window, but whose they are is no true zero. Both are counted.
    day_first
        Whether 01/02/2024 is 1 February in dates of the trial and of events; by default the columns of a file decide it
        together by the dates that can be read in one order only.
    not_allocation
        Columns of the trial that are called like an arm and are none.

    Examples
    --------
    >>> print(TrialToAdmin(follow_up=FollowUp("consent_date", to_days=365)).steps()[4])
    follow up: day 0 to day 365, counted from 'consent_date'  [follow_up]
    """

    follow_up: FollowUp | None = None
    withdrew: str | None = None
    sent: str | None = None
    yes_words: tuple[str, ...] = ()
    no_words: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    place: str | None = None
    send_outside: bool = True
    trace: str | None = None
    trace_columns: TraceColumns = TraceColumns()
    events: str | None = None
    event_columns: EventColumns = EventColumns()
    on_reversed: Literal["refuse", "drop", "swap"] = "refuse"
    day_first: bool | None = None
    not_allocation: tuple[str, ...] = ()
    kind: Literal["trial_to_admin"] = field(default="trial_to_admin", repr=False, kw_only=True)

    title: ClassVar[str] = "A trial linked to administrative data, blind to its arms"
    kinds: ClassVar[tuple[str, ...]] = ("trial", "administrative")
    paths: ClassVar[tuple[str, ...]] = ("trace", "events")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.on_reversed not in ("refuse", "drop", "swap"):
            raise SpecError(f"on_reversed must be one of refuse, drop, swap; got {self.on_reversed!r}.")

    def steps(self) -> tuple[Step, ...]:
        """Return its steps, in the order in which they are carried out."""
        whom = f"those of whom {self.sent!r} says so" if self.sent else "everybody who may be"
        needed = f", if they have {', '.join(self.needs)}" if self.needs else ", if they have any identifier"
        outside = "" if self.send_outside else ", inside the coverage of the data"
        third = "what run() is given besides says who is known (a trace return, events of a register of persons, a "
        third += "spine); without it not traced and no record are one state"
        if self.trace or self.events:
            third = "a trace return says who is known" if self.trace else "the register is the spine of persons"
        return (
            Step("lock", "allocation and outcomes are out of sight until the links are frozen", "not_allocation"),
            Step("consent", "who refused, opted out or withdrew is not linked, and stays in the flow", "withdrew"),
            Step("send", f"{whom}{needed}{outside}", "sent"),
            Step("link", self.plan_in_words(), "plan"),
            Step("follow up", str(self.follow_up) if self.follow_up else "records of any day", "follow_up"),
            Step("trace", third, "trace"),
            Step("states", "each participant has one of the states, and leaves the flow at one stage", "events"),
            Step("freeze", "a hash of links and states is lodged elsewhere and checked before unblinding"),
        )

    def run(
        self,
        *datasets: Dataset,
        trace: Any = None,
        events: Any = None,
        progress: bool | Progress | None = None,
    ) -> TrialRun:
        """Link a trial to administrative data.

        Parameters
        ----------
        *datasets
            The trial; the administrative data; and, where there is one, a spine of persons: a dataset of everybody whom
            the holder of the data could know, whether or not they have a record.
        trace
            A trace return, as a table or the path of one, in place of the part of that name.
        events
            Events by the ids of the administrative data, in place of the part of that name.
        progress
            As in :func:`linkkit.link`.

        Raises
        ------
        CardError
            Where a consent does not cover the linkage, or a column is called like an arm and is not blinded.
        DataError
            Where a part names a blinded column or one that is not there, or nobody can be sent.
        """
        from ._carry_out import carry_out

        inputs = {"trace": trace, "events": events}
        named = {name: os.fspath(one) for name, one in inputs.items() if isinstance(one, str | os.PathLike)}
        tables = {name: one for name, one in inputs.items() if one is not None and name not in named}
        made = carry_out(self.change(**named), datasets, progress=progress, **tables)
        return replace(made, given=tuple(datasets), besides=tuple(tables))


def trial_to_admin(**parts: Any) -> TrialToAdmin:
    """Return the pipeline that links a trial to administrative data; its parts are those of :class:`TrialToAdmin`.

    Examples
    --------
    >>> trial_to_admin(withdrew="withdrew_on").kinds
    ('trial', 'administrative')
    """
    return TrialToAdmin(**parts)
