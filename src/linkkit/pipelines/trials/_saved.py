"""A saved trial: its links and states read again in another session, and unblinded there."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkkit._saved import read_record, require_files
from linkkit.errors import DataError
from linkkit.files import atomic_write, json_text

from ._flow import TRACED
from ._freeze import Freeze, freeze_of
from ._log import TrialLog
from ._run import LOG_NAME, state_counts
from ._sections import participant_section

if TYPE_CHECKING:
    import pandas as pd

    from linkkit.report._disclosure import Audience
    from linkkit.sections import Section

    from ._unblinded import Unblinded

__all__ = ["SavedTrial", "load", "unblind"]

_TABLES = ("participants", "flow", "leaving")


@dataclass(frozen=True, eq=False, repr=False)
class SavedTrial:
    """A trial's linkage that was saved: its links and the states of its participants, without identifiers and arms.

    Parameters
    ----------
    directory
        Where it was saved.
    links, participants, flow, leaving
        Its tables, as :class:`TrialRun` has them.
    plan_sha256
        The hash of its plan.
    trial_id, blinded
        The trial's column of ids, and those that were blinded.
    """

    directory: Path
    links: pd.DataFrame
    participants: pd.DataFrame
    flow: pd.DataFrame
    leaving: pd.DataFrame
    plan_sha256: str | None
    trial_id: str | None = None
    blinded: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<SavedTrial: {len(self.participants):,} participants, {len(self.links):,} links>"

    @property
    def states(self) -> pd.DataFrame:
        """How many participants are in each state; see :attr:`TrialRun.states`."""
        return state_counts(self.participants, is_traced_known=TRACED in set(self.flow["stage"]))

    @property
    def log(self) -> TrialLog:
        """The log beside the tables."""
        return TrialLog(self.directory / LOG_NAME)

    @property
    def sections(self) -> tuple[Section, ...]:
        """What it adds to a report: the flow and the states."""
        return (participant_section(self.flow, self.leaving, self.states, None, self.freeze().sha256),)

    def freeze(self) -> Freeze:
        """Return the hash over links, states and plan as they are in the files."""
        return freeze_of(self.links, self.participants, self.plan_sha256)

    def unblind(
        self,
        *,
        by: str,
        why: str,
        lodged: str,
        allocation: Any,
        arm: str | None = None,
        log: str | os.PathLike[str] | None = None,
        arm_because: str | None = None,
        id: str | None = None,  # noqa: A002
        columns: str | Sequence[str] = (),
    ) -> Unblinded:
        """Read the arm; see :meth:`TrialRun.unblind`.

        Parameters
        ----------
        by, why, lodged, arm, arm_because, id, columns
            As there.
        allocation
            The trial, or a table of its arms, or the path of one.
        log
            By default the log beside the tables.
        """
        from ._unblinding import Asked, unblinded_saved

        book = self.log.path if log is None else log
        return unblinded_saved(self, Asked(by, why, lodged, book, allocation, arm, arm_because, id, columns))

    def report(self, path: str | Path, sections: tuple[Section, ...], *, audience: Audience = "linker") -> Path:
        """Write the saved report again with other sections of the study; only the linker's, which has every count."""
        from linkkit.report._render import render
        from linkkit.report._study import section_data

        if audience != "linker":
            raise DataError(
                "The report of a saved run is the linker's. For other audiences unblind the run in the session that "
                "has it, or give them by_arm after your own disclosure control."
            )
        read_record(self.directory, ("quality.json",))
        summary = json.loads((self.directory / "quality.json").read_text("utf-8"))
        summary["study"] = [section_data(section) for section in sections]
        target = Path(path)
        target = target if target.suffix.lower() in (".html", ".htm") else target.with_name(target.name + ".html")
        for where, text in ((target.with_suffix(".json"), json_text(summary)), (target, render(summary))):
            with atomic_write(where) as beside:
                beside.write_text(text, encoding="utf-8", newline="\n")
        return target


def load(directory: str | os.PathLike[str]) -> SavedTrial:
    """Load a trial's linkage that was saved with :meth:`TrialRun.save`.

    Raises
    ------
    DataError
        Where the directory holds no complete run of a trial, or its plan, its model or its flow was changed. Changed
        links and states are found by their freeze, before they are unblinded.

    Examples
    --------
    >>> import tempfile, linkkit as lk
    >>> from linkkit.pipelines import trials
    >>> people, register = lk.synth.sample()
    >>> run = trials.trial_to_admin().run(people.dataset(), register.dataset(), progress=False)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     saved = load(run.save(folder))
    >>> saved.freeze() == run.freeze()
    True
    """
    import pandas as pd

    folder = Path(directory)
    record = read_record(folder)
    missing = [name for name in _TABLES if not (folder / f"study_{name}.parquet").is_file()]
    if missing or not (folder / "links.parquet").is_file():
        raise DataError(f"{folder} holds no linkage of a trial: there is no study_{(missing or ['links'])[0]}.parquet.")
    # Links and states are those of the freeze, or are not unblinded.
    require_files(folder, record, [f"study_{name}.parquet" for name in _TABLES if name != "participants"])
    tables = {name: pd.read_parquet(folder / f"study_{name}.parquet") for name in _TABLES}
    trial = record["datasets"][0]
    return SavedTrial(
        folder, pd.read_parquet(folder / "links.parquet"), **tables, plan_sha256=record.get("plan_sha256"),
        trial_id=trial["id"], blinded=tuple(trial["blinded"]),
    )  # fmt: skip


def unblind(
    directory: str | os.PathLike[str],
    *,
    by: str,
    why: str,
    lodged: str,
    allocation: Any,
    arm: str | None = None,
    log: str | os.PathLike[str] | None = None,
    arm_because: str | None = None,
    id: str | None = None,  # noqa: A002
    columns: str | Sequence[str] = (),
) -> Unblinded:
    """Load a saved trial and read its arm; see :meth:`SavedTrial.unblind`."""
    return load(directory).unblind(
        by=by,
        why=why,
        lodged=lodged,
        allocation=allocation,
        arm=arm,
        log=log,
        arm_because=arm_because,
        id=id,
        columns=columns,
    )
