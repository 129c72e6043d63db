"""The lock: what no step before unblinding may see, and columns that look as if they should be behind it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from linkkit.errors import CardError, DataError, did_you_mean

if TYPE_CHECKING:
    from linkkit.dataset import Dataset

    from ._spec import TrialToAdmin

__all__ = ["arm_like", "check_lock"]

# What columns with the arm are called, alone or with one of the words that go with it.
_ARM = r"(?:arm|allocation|allocated|treatment|treated|randomi[sz]ation|randomi[sz]ed|assignment|assigned)"
_WITH = r"(?:trial|study|group|arm|code|id|name|to|label|is|condition)"
_LIKE_AN_ARM = re.compile(rf"^(?:{_WITH}_)?{_ARM}(?:_{_WITH})?$|^(?:{_WITH}_)?(?:group|condition)$")


def arm_like(columns: tuple[str, ...]) -> list[str]:
    """Return the columns that are called like an arm; a date of randomisation is none.

    Examples
    --------
    >>> arm_like(("Arm", "treatment group", "randomised_on", "site", "study_arm"))
    ['Arm', 'treatment group', 'study_arm']
    """
    return [column for column in columns if _LIKE_AN_ARM.match(re.sub(r"[^a-z]+", "_", str(column).lower()).strip("_"))]


def check_lock(trial: Dataset, pipeline: TrialToAdmin) -> None:
    """Refuse to begin where a step would see what is blinded.

    A column that is called like an arm, where the card names no arm, is refused and not only told of: a link that was
    made with the arm in sight cannot be made blind afterwards, and to say that the column is none is one word.

    Raises
    ------
    CardError
        Where a column is called like an arm and nothing says what it is.
    DataError
        Where a part names a blinded column, or one that is not there.
    """
    named = {"withdrew": pipeline.withdrew, "sent": pipeline.sent, "place": pipeline.place}
    if pipeline.follow_up is not None:
        named |= {"follow_up.index": pipeline.follow_up.index, "follow_up.eligible": pipeline.follow_up.eligible}
    consent = trial.card.consent
    if consent is not None:
        named |= {"consent.column": consent.column, "consent.opt_out": consent.opt_out}
    for place, column in named.items():
        if column is None:
            continue
        if column in trial.blinded:
            raise DataError(f"{trial.name}: {place} names the column {column!r}, which is blinded.")
        if column not in trial.columns:
            hint = did_you_mean(column, trial.columns) or f" It has: {', '.join(map(str, trial.columns))}."
            raise DataError(f"{trial.name}: {place} names the column {column!r}, which is not there.{hint}")
    like = arm_like(trial.columns)
    open_ones = [column for column in like if column not in (*trial.blinded, *pipeline.not_allocation)]
    if open_ones and trial.card.allocation is None and not set(like) & set(trial.blinded):
        raise CardError(
            [
                f"the column {open_ones[0]!r} is called like an arm, and the card names no allocation. Say "
                f"allocation = {open_ones[0]!r} in the card or blinded=[{open_ones[0]!r}] of the dataset; where it is "
                f"something else, not_allocation=({open_ones[0]!r},) of the pipeline."
            ],
            f"{trial.name}: the arm may be in sight:",
        )
