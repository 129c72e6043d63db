"""The lock: what no step before unblinding may see, and columns that look as if they should be behind it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from linkkit.errors import CardError, DataError, did_you_mean
from linkkit.fields import words_of

if TYPE_CHECKING:
    from linkkit.dataset import Dataset

    from ._spec import TrialToAdmin

__all__ = ["arm_like", "check_lock"]

# What columns with the arm are called, alone or with words that go with it and change nothing. Whole words, so that no
# army, charm or pharmacy is one.
_ARM = frozenset(
    ("arm", "arms", "allocation", "allocated", "treatment", "treated", "randomisation", "randomization", "randomised",
     "randomized", "assignment", "assigned", "intervention", "trt", "tx")
)  # fmt: skip
_GROUP = frozenset(("group", "condition"))
_WITH = frozenset(
    ("trial", "study", "code", "id", "name", "number", "no", "to", "label", "is", "of", "the", "in", "for", "by")
)
# The same written as one word.
_RUN_TOGETHER = re.compile(
    r"^(?:(?:trial|study|treatment|trt|tx|rand|randomi[sz]ed|randomi[sz]ation)(?:arm|group)|arm(?:code|name|id|label)|"
    r"(?:trial|study|tx|trt)?(?:arm|group)(?:allocation|assignment))$"
)
# After these anything says what the treatment was, but for when it was.
_BEGINS = (("arm", "of"), ("tx",), ("trt",))
_WHEN = frozenset(("date", "dt", "day", "on", "at", "time", "start", "started", "end", "ended", "year", "month"))


def arm_like(columns: tuple[str, ...]) -> list[str]:
    """Return the columns that are called like an arm; a date of randomisation is none.

    Examples
    --------
    >>> arm_like(("Arm", "treatment group", "randomised_on", "site", "study_arm", "trialArm", "arm_of_trial", "farm"))
    ['Arm', 'treatment group', 'study_arm', 'trialArm', 'arm_of_trial']
    """
    return [column for column in columns if _is_arm_like(re.sub(r"\d+", " ", words_of(column)).split())]


def _is_arm_like(words: list[str]) -> bool:
    if not words:
        return False
    if _RUN_TOGETHER.match("".join(words)):
        return True
    if any(tuple(words[: len(begin)]) == begin for begin in _BEGINS) and not _WHEN & set(words):
        return True
    if not set(words) <= _ARM | _GROUP | _WITH:
        return False
    return bool(_ARM & set(words)) or (words[-1] in _GROUP and len(words) <= 2)


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
