"""Which pipeline two kinds of dataset ask for, and why: for recommendations, and for drafts before data are read."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["SPINE", "Design", "design_of"]

# The kinds of dataset that a person is looked up in.
_REGISTERS = ("administrative", "cohort", "other")
# By kinds: the pipeline, and why. The first that fits is taken; "*" is any kind.
_CHOICES: tuple[tuple[tuple[str, ...], tuple[str, ...], str, str], ...] = (
    (("case_study",), ("*",), "case_study",
     "Few people, who are known: what is linked is limited to the level that consent covers, rare attributes are "
     "checked before they are attached, and no rows are handed out."),
    (("trial",), ("trial",), "spine",
     "Neither trial is a register in which the people of the other should be found: both become one index of persons."),
    (("trial",), (*_REGISTERS, "survey", "intervention"), "trial_to_admin",
     "A trial: allocation and outcomes stay under lock while links are made, everyone who was randomised stays in the "
     "denominator, and linkage is compared between the arms after unblinding."),
    (("intervention",), (*_REGISTERS, "survey"), "intervention_to_admin",
     "A programme has many records a person, and they are spells: persons come first, spells are merged, and what "
     "cannot be true of one person is counted as a sign of false links."),
    (("administrative", "cohort", "survey", "intervention", "other"), ("*",), "spine",
     "Registers: none of them is about the others' people alone, so all become one index of persons with ids that "
     "stay when new extracts come."),
)  # fmt: skip


@dataclass(frozen=True)
class Design:
    """The pipeline that two kinds of dataset ask for.

    Parameters
    ----------
    pipeline
        Its name.
    why
        Why it suits them.
    is_swapped
        Whether it takes the second of them first.
    """

    pipeline: str
    why: str
    is_swapped: bool = False


# Of more datasets than two.
SPINE = Design(_CHOICES[-1][2], _CHOICES[-1][3])


def design_of(left: str, right: str) -> Design:
    """Return the pipeline for two kinds of dataset.

    Examples
    --------
    >>> design_of("administrative", "trial").pipeline, design_of("administrative", "trial").is_swapped
    ('trial_to_admin', True)
    """
    for one, other, name, why in _CHOICES:
        for is_swapped, (first, second) in ((False, (left, right)), (True, (right, left))):
            if first in one and (second in other or "*" in other):
                return Design(name, why, is_swapped)
    return SPINE
