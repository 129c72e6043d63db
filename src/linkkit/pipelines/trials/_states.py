"""The states of participants: what became of each, where "not linked" is never taken for "nothing happened"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

    from ._windows import Windows

__all__ = [
    "EITHER", "FOR_REVIEW", "FOR_REVIEW_IN_SPINE", "LINKED_NOT_TRACED", "LINKED_TO_ANOTHER", "NOT_IN_TRACE",
    "NOT_JOINED", "NOT_KNOWN", "NOT_SENT", "NOT_TRACED", "NO_BIRTH", "NO_EVENT_DAY", "NO_PLACE", "NO_RECORD",
    "RECORDS", "REFUSED", "STATES", "Leaving", "Participants", "any_of",
]  # fmt: skip

REFUSED = "refused or withdrew"
NOT_SENT = "not sent"
NOT_TRACED = "sent and not traced"
NO_RECORD = "traced, no record in window"
RECORDS = "traced with records"
# Where nothing says who of those without a link is known to the holder of the data.
EITHER = "not traced or no record"
# Of somebody whom the holder of the data knows, but who was joined to no person whose records could be looked at.
NOT_KNOWN = "traced, records not known"
# What is noted of a participant besides the state.
FOR_REVIEW = "a pair of theirs is for a person to decide"
FOR_REVIEW_IN_SPINE = "a pair of theirs with the spine is for a person to decide"
NOT_JOINED = "known to the holder of the data, linked to no person of the register"
LINKED_NOT_TRACED = "linked, though the trace return says not traced"
LINKED_TO_ANOTHER = "linked to another person than the trace return names"
NO_EVENT_DAY = "the days of an event of theirs are not known"
NOT_IN_TRACE = "not in the trace return"
NO_PLACE = "place not known"
NO_BIRTH = "date of birth not known"
STATES = (REFUSED, NOT_SENT, NOT_TRACED, EITHER, NOT_KNOWN, NO_RECORD, RECORDS)

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Leaving:
    """Who leaves the flow at a stage, and why.

    Parameters
    ----------
    stage
        The stage that they do not reach.
    reason
        Why.
    who
        Shape (participants,).
    """

    stage: str
    reason: str
    who: Mask


@dataclass(frozen=True, eq=False)
class Participants:
    """Everybody who was randomised, in the order of their ids.

    Parameters
    ----------
    ids
        Their ids.
    refusing, unsent
        Who may not be linked, and who was not sent, and why; each participant under the first reason that holds.
    is_linked
        Who has a link.
    is_traced
        Whom the holder of the data knows.
    is_answered
        Of whom that is known: everybody where there is a spine, but for those whose pair awaits judgement, those in a
        trace return, or nobody.
    counts
        How many records are in the window of each.
    windows
        The windows; None where records of any day count.
    outside
        Who lives outside the places that the data cover; None where that is not known.
    notes
        Further things to be known of some: words, and of whom.
    unknown
        Whose records cannot be known: their lack of records is no zero; None where that is nobody.
    """

    ids: NDArray[np.object_]
    refusing: tuple[Leaving, ...]
    unsent: tuple[Leaving, ...]
    is_linked: Mask
    is_traced: Mask
    is_answered: Mask
    counts: NDArray[np.int64]
    windows: Windows | None
    outside: Mask | None
    notes: tuple[tuple[str, Mask], ...] = ()
    unknown: Mask | None = None

    @property
    def is_refused(self) -> Mask:
        """Who may not be linked."""
        return any_of([leaving.who for leaving in self.refusing], len(self.ids))

    @property
    def is_sent(self) -> Mask:
        """Who was sent."""
        return ~self.is_refused & ~any_of([leaving.who for leaving in self.unsent], len(self.ids))

    @property
    def is_covered(self) -> Mask:
        """Whose window, at least a day of it, the data cover; everybody's place where there are no windows."""
        inside = np.ones(len(self.ids), np.bool_) if self.windows is None else self.windows.is_seen.copy()
        return inside if self.outside is None else inside & ~self.outside

    @property
    def knows_coverage(self) -> bool:
        """Whether anything says whom the data cover."""
        return self.windows is not None or self.outside is not None

    def states(self) -> NDArray[np.object_]:
        """Return the state of each participant, one of :data:`STATES`."""
        sent = self.is_sent
        found = np.full(len(self.ids), EITHER, object)
        found[sent & self.is_answered & ~self.is_traced] = NOT_TRACED
        found[sent & (self.is_traced | self.is_linked)] = NO_RECORD
        if self.unknown is not None:
            found[sent & self.is_traced & self.unknown] = NOT_KNOWN
        found[sent & (self.counts > 0)] = RECORDS
        found[~sent] = NOT_SENT
        found[self.is_refused] = REFUSED
        return found

    def uncovered(self) -> list[Leaving]:
        """Return who is not covered, and why."""
        reasons = [] if self.windows is None else [Leaving("in coverage", *one) for one in self.windows.reasons]
        if self.outside is not None:
            unseen = np.zeros(len(self.ids), np.bool_) if self.windows is None else ~self.windows.is_seen
            reasons.append(Leaving("in coverage", "outside the places that the data cover", self.outside & ~unseen))
        return reasons

    def table(self) -> pd.DataFrame:
        """Return a row for each participant; see :attr:`TrialRun.participants`."""
        import pandas as pd

        from linkkit._days import days_as_dates

        from ._days import NO_DAY

        state, size = self.states(), len(self.ids)
        frame = pd.DataFrame({"id": self.ids, "state": state})
        frame["reasons"] = self._reasons()
        covered = self.is_covered & self.is_sent
        frame["in_coverage"] = pd.array(covered if self.knows_coverage else [None] * size, dtype="boolean")
        found = self.windows
        for name in ("start", "end"):
            days = np.full(size, NO_DAY)
            if found is not None:
                is_shown = found.is_seen & ~(found.is_open & (name == "end"))
                days = np.where(is_shown, getattr(found, name), NO_DAY)
            frame[f"window_{name}"] = days_as_dates(days)
        whole = [None] * size if found is None else found.is_whole
        frame["window_is_whole"] = pd.array(whole, dtype="boolean")
        is_known = (state == RECORDS) | (state == NO_RECORD)
        if found is not None:
            is_known &= found.is_seen
        frame["records_in_window"] = pd.array(np.where(is_known, self.counts, 0), dtype="Int64")
        frame.loc[~is_known, "records_in_window"] = pd.NA
        frame["is_true_zero"] = (state == NO_RECORD) & covered & self.knows_coverage
        return frame

    def _reasons(self) -> NDArray[np.object_]:
        found = np.full(len(self.ids), "", object)
        sent = self.is_sent
        said = [(one.reason, one.who) for one in (*self.refusing, *self.unsent)]
        said += [(one.reason, one.who & sent) for one in self.uncovered()]
        for words, who in (*said, *self.notes):
            found[who] = [f"{before}; {words}" if before else words for before in found[who]]
        return found


def any_of(masks: list[Mask], size: int) -> Mask:
    """Return where any of some masks holds.

    Examples
    --------
    >>> any_of([], 2).tolist()
    [False, False]
    """
    return np.asarray(np.any([np.zeros(size, np.bool_), *masks], axis=0))
