"""The flow from randomised to covered: what leaves at each stage, and why; nobody leaves without being counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ._states import Leaving, Participants

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["COVERED", "LINKED", "RANDOMISED", "SENT", "TRACED", "flow_of", "last_reached", "leaving_of", "stages_of"]

RANDOMISED = "randomised"
CONSENTED = "consented to linkage"
SENT = "sent"
TRACED = "traced"
LINKED = "linked"
COVERED = "in coverage"


def stages_of(people: Participants, *, is_traced_known: bool) -> list[tuple[str, NDArray[np.bool_], list[Leaving]]]:
    """Return the stages: the name of each, who reaches it, and who of the stage before does not, and why.

    Parameters
    ----------
    people
        The participants.
    is_traced_known
        Whether something besides the links says who is known to the holder of the data: without, being traced is no
        stage.
    """
    size = len(people.ids)
    found: list[tuple[str, NDArray[np.bool_], list[Leaving]]] = [(RANDOMISED, np.ones(size, np.bool_), [])]
    _reach(found, CONSENTED, list(people.refusing))
    _reach(found, SENT, list(people.unsent))
    known = people.is_traced | people.is_linked
    if is_traced_known:
        _reach(found, TRACED, [
            Leaving(TRACED, "not traced", people.is_answered & ~known),
            Leaving(TRACED, "no answer and no link", ~people.is_answered & ~known),
        ])  # fmt: skip
        _reach(found, LINKED, [Leaving(LINKED, "traced, without a link", ~people.is_linked)])
    else:
        _reach(found, LINKED, [Leaving(LINKED, "not traced or no record", ~people.is_linked)])
    if people.knows_coverage:
        _reach(found, COVERED, people.uncovered())
    return found


def _reach(found: list[tuple[str, NDArray[np.bool_], list[Leaving]]], stage: str, leaving: list[Leaving]) -> None:
    """Add a stage: those of the stage before who do not leave, each of whom leaves for one reason, the first."""
    here = found[-1][1].copy()
    told = []
    for one in leaving:
        who = one.who & here
        told.append(Leaving(stage, one.reason, who))
        here &= ~who
    found.append((stage, here, told))


def flow_of(stages: list[tuple[str, NDArray[np.bool_], list[Leaving]]]) -> pd.DataFrame:
    """Return the flow as a table: stage, participants, left_out (of those of the stage before), reason."""
    import pandas as pd

    rows = [
        {
            "stage": stage,
            "participants": int(here.sum()),
            "left_out": int(sum(one.who.sum() for one in leaving)),
            "reason": "; ".join(one.reason for one in leaving if one.who.any()),
        }
        for stage, here, leaving in stages
    ]
    return pd.DataFrame(rows)


def leaving_of(stages: list[tuple[str, NDArray[np.bool_], list[Leaving]]]) -> pd.DataFrame:
    """Return who left as a table of counts: stage, reason, participants."""
    import pandas as pd

    rows = [(one.stage, one.reason, int(one.who.sum())) for _, _, leaving in stages for one in leaving if one.who.any()]
    return pd.DataFrame(rows, columns=["stage", "reason", "participants"])


def last_reached(stages: list[tuple[str, NDArray[np.bool_], list[Leaving]]]) -> NDArray[np.object_]:
    """Return the last stage that each participant reached."""
    found = np.full(len(stages[0][1]), RANDOMISED, object)
    for stage, here, _ in stages:
        found[here] = stage
    return found
