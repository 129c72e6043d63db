"""Which case is linked to which record, held in memory; and how right that is, where the truth is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from linkkit.errors import LinkkitError

from ._linked import LINKED, STATES, UNSURE, LinkedCases

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Bridge", "Checked", "checked"]


@dataclass(frozen=True, eq=False, repr=False)
class Bridge:
    """Which case is linked to which record: held in memory, and never written.

    Parameters
    ----------
    cases
        The ids of the cases.
    others
        The ids of the records, None where a case is not linked, or linked to a household, school or area.
    linked
        What became of each case.
    """

    cases: tuple[str, ...]
    others: tuple[Any, ...]
    linked: LinkedCases

    def __repr__(self) -> str:
        return f"<Bridge of {len(self.cases):,} cases, in memory only>"

    def __reduce__(self) -> NoReturn:
        raise LinkkitError("The bridge of a case study stays in memory; it cannot be pickled or copied to a file.")

    def to_pandas(self) -> pd.DataFrame:
        """Return the links for the study's own use in memory: case_id, other_id, state, way."""
        import pandas as pd

        states = [STATES[state] for state in self.linked.state.tolist()]
        return pd.DataFrame(
            {"case_id": self.cases, "other_id": list(self.others), "state": states, "way": list(self.linked.way)},
            dtype=object,
        )


@dataclass(frozen=True)
class Checked:
    """How right the links of a case study are, where the truth is known.

    Parameters
    ----------
    right, wrong
        Links to the true record, and to another.
    unsure
        Cases that are left for people to look at.
    missed
        Cases that were not found and have a match.
    rightly_not_found
        Cases that were not found and have none.
    """

    right: int
    wrong: int
    unsure: int
    missed: int
    rightly_not_found: int


def checked(bridge: Bridge, truth: Any) -> Checked:
    """Return how right the links are; truth as a table of left_id and right_id."""
    pairs = zip(truth["left_id"], truth["right_id"], strict=True)
    matches = {(str(left), str(right)) for left, right in pairs}
    has_match = {left for left, _ in matches}
    found = {"right": 0, "wrong": 0, "unsure": 0, "missed": 0, "rightly_not_found": 0}
    for case, other, state in zip(bridge.cases, bridge.others, bridge.linked.state.tolist(), strict=True):
        if state == LINKED:
            found["right" if (case, str(other)) in matches else "wrong"] += 1
        elif state == UNSURE:
            found["unsure"] += 1
        else:
            found["missed" if case in has_match else "rightly_not_found"] += 1
    return Checked(**found)
