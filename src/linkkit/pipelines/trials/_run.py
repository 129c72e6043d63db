"""TrialRun: a trial linked to administrative data, before anybody has seen an arm."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkkit.audit import plan_hash
from linkkit.pipelines._pipeline import PipelineRun
from linkkit.sections import Section

from ._findings import TrialFindings, find
from ._flow import flow_of, last_reached, leaving_of, stages_of
from ._freeze import Freeze, freeze_of
from ._log import TrialLog
from ._sections import participant_section
from ._states import EITHER, NOT_KNOWN, NOT_TRACED, STATES

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

    from linkkit.dataset import Dataset

    from ._inputs import Events, Trace
    from ._states import Participants
    from ._unblinded import Unblinded

__all__ = ["LOG_NAME", "TrialRun", "state_counts"]

LOG_NAME = "trial_log.jsonl"


@dataclass(frozen=True, eq=False, repr=False)
class TrialRun(PipelineRun):
    """A trial linked to administrative data: the linkage, the state of each participant, the flow.

    Parameters
    ----------
    pipeline, linkage
        As in :class:`~linkkit.pipelines.PipelineRun`.
    trial
        The trial as it was read, with everybody who was randomised.
    people
        What is known of each of them.
    is_traced_known
        Whether something besides the links says who is known to the holder of the data.
    events
        The events that were counted.
    earlier
        How many events of linked participants lie before their index date.
    trace
        The trace return, where there is one.
    shared
        How many persons of the administrative data were linked to several participants.
    """

    trial: Dataset
    people: Participants
    is_traced_known: bool
    events: Events
    earlier: int = 0
    trace: Trace | None = None
    shared: int = 0

    @cached_property
    def participants(self) -> pd.DataFrame:
        """Every participant, sorted by id: id, state, reached, reasons, in_coverage, window_start, window_end, ...

        ``reached`` is the last stage of the flow that they reached.
        ``window_start`` and ``window_end`` are the days of the window that the data show, ``window_is_whole`` whether
        these are all of it, ``records_in_window`` a number where somebody is traced, their records can be looked at,
        and they have a window, else missing.
        ``is_true_zero`` tells who is traced, covered, and has no record: nobody else's lack of records is a zero.
        """
        frame = self.people.table()
        frame.insert(2, "reached", last_reached(self._stages))
        return frame

    @property
    def states(self) -> pd.DataFrame:
        """How many participants are in each state: state, participants, in_coverage."""
        return state_counts(self.participants, is_traced_known=self.is_traced_known)

    @cached_property
    def _stages(self) -> Any:
        return stages_of(self.people, is_traced_known=self.is_traced_known)

    @property
    def flow(self) -> pd.DataFrame:
        """The flow: stage, participants, left_out (of the stage before) and the reason; nobody leaves uncounted."""
        return flow_of(self._stages)

    @property
    def leaving(self) -> pd.DataFrame:
        """Who left the flow: stage, reason, participants."""
        return leaving_of(self._stages)

    @cached_property
    def findings(self) -> TrialFindings:
        """What looks wrong with windows, events and the trace return: ``print(run.findings)``."""
        return find(self)

    @property
    def sections(self) -> tuple[Section, ...]:
        """What it adds to the report: the flow, the states, what looks wrong."""
        return (participant_section(self.flow, self.leaving, self.states, self.findings, self.freeze().sha256),)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return its tables: participants, flow, leaving, states, frozen."""
        import pandas as pd

        frozen = self.freeze()
        parts = {
            "lodge": frozen.sha256,
            "links": frozen.links,
            "participants": frozen.participants,
            "plan": frozen.plan,
        }
        return {
            "participants": self.participants,
            "flow": self.flow,
            "leaving": self.leaving,
            "states": self.states,
            "frozen": pd.DataFrame({"part": list(parts), "sha256": list(parts.values())}),
        }

    def inherited(self, participants: Any, *, participant: str = "participant_id", institution: str) -> pd.DataFrame:
        """Return the state of each participant of a trial of institutions: that of their school or practice.

        Parameters
        ----------
        participants
            A table of participants, or its path.
        participant, institution
            Its columns with the id of the participant, and with that of their institution in the trial.

        Returns
        -------
        DataFrame
            id, institution, state, reached, reasons, in_coverage; sorted by id. Whose institution the trial does not
            have is told from those whose institution was not traced.
        """
        from ._institutions import inherited

        return inherited(self, participants, participant=participant, institution=institution)

    def flow_chart(self) -> alt.Chart:
        """Return the flow as a chart for a notebook: a bar for each stage."""
        from ._chart import flow_chart

        return flow_chart(self.flow)

    def consort_text(self) -> str:
        """Return what a report of the trial says of its linkage, as text to be edited."""
        from ._consort import consort_text

        return consort_text(self)

    def freeze(self, *, log: str | os.PathLike[str] | None = None) -> Freeze:
        """Return the hash over links, states and plan, to be printed and lodged elsewhere.

        Parameters
        ----------
        log
            The file of a :class:`TrialLog` that the act is written to; unblinding needs it there.
        """
        frozen = freeze_of(self.linkage.linked.to_pandas(), self.participants, plan_hash(self.linkage.plan))
        if log is not None:
            record_freeze(TrialLog(log), frozen, self.trial)
        return frozen

    def save(self, directory: str | Path, *, truth: Any = None, command: Sequence[str] | None = None) -> Path:
        """Save the linkage and the tables, and write the act of freezing into ``trial_log.jsonl`` beside them."""
        log = TrialLog(Path(directory) / LOG_NAME)
        log.entries()  # a log that was changed stops the saving before it begins
        saved = super().save(directory, truth=truth, command=command)
        record_freeze(log, self.freeze(), self.trial)
        return saved

    def unblind(
        self,
        *,
        by: str,
        why: str,
        lodged: str,
        log: str | os.PathLike[str],
        allocation: Any = None,
        arm: str | None = None,
        arm_because: str | None = None,
        id: str | None = None,  # noqa: A002
        columns: str | Sequence[str] = (),
    ) -> Unblinded:
        """Read the arm: once links are frozen, their hash was lodged, and it still holds. The act is logged first.

        Parameters
        ----------
        by
            Who unblinds.
        why
            Why now, such as the version of the analysis plan that was signed.
        lodged
            The hash, from where it was lodged.
        log
            The file of the log that has the act of freezing.
        allocation
            The arms as a table of their own, or its path, with the ids of participants; by default the trial has them.
        arm
            The column with the arm; by default the allocation of the card, or its only blinded column.
        arm_because
            Why another column than that is read; the log keeps it, with the column, the file and its hash.
        id
            The column of ids in the allocation, by default that of the trial.
        columns
            Columns that arms will be compared by, such as one of families: looked for before the act is logged.

        Raises
        ------
        DataError
            Where the links are not those that were lodged, or were never frozen in this log, there are no two arms, or
            the column is not the allocation and nothing says why it is read.
        """
        from ._unblinding import Asked, unblinded_run

        return unblinded_run(self, Asked(by, why, lodged, log, allocation, arm, arm_because, id, columns))


def record_freeze(log: TrialLog, frozen: Freeze, trial: Dataset) -> None:
    """Write the act of freezing into a log, with the name of the column that is the arm."""
    from ._unblinding import allocation_of

    log.add(
        "freeze", sha256=frozen.sha256, links=frozen.links, participants=frozen.participants, plan=frozen.plan,
        link_count=frozen.link_count, participant_count=frozen.participant_count, allocation=allocation_of(trial.card),
    )  # fmt: skip


def state_counts(participants: pd.DataFrame, *, is_traced_known: bool) -> pd.DataFrame:
    """Return how many participants are in each state: state, participants, in_coverage.

    Parameters
    ----------
    is_traced_known
        Whether something besides the links says who is known to the holder of the data. Of the states "sent and not
        traced" and "not traced or no record" the one that applies is shown, whether or not anybody is in it.
    """
    import pandas as pd

    state = participants["state"].to_numpy()
    covered = participants["in_coverage"]
    unused = {EITHER if is_traced_known else NOT_TRACED, NOT_KNOWN}
    shown = [one for one in STATES if (state == one).any() or one not in unused]
    rows = [
        (
            one,
            int((state == one).sum()),
            None if covered.isna().all() else int(covered.fillna(False)[state == one].sum()),
        )
        for one in shown
    ]
    frame = pd.DataFrame(rows, columns=["state", "participants", "in_coverage"])
    return frame.astype({"in_coverage": "Int64"})
