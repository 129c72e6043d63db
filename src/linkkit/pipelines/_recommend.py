"""Which pipeline two datasets ask for, by their kinds; and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from linkkit.cards import Card
from linkkit.errors import SpecError

from ._pipeline import Pipeline
from ._registry import PIPELINES, pipeline_type

if TYPE_CHECKING:
    from linkkit.dataset import Dataset

__all__ = ["Recommended", "recommend"]

# The kinds of dataset that a person is looked up in.
_REGISTERS = ("administrative", "cohort", "other")
# By kinds: the pipeline, and why. The first that fits is recommended; "*" is any kind.
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


@dataclass(frozen=True, repr=False)
class Recommended:
    """A pipeline that is recommended, and why.

    Parameters
    ----------
    pipeline
        The pipeline, as usual: change it, print it, carry it out.
    why
        Why it suits the datasets.
    notes
        What to see to first: what their cards do not say, and what does not allow the linkage.
    is_swapped
        Whether it takes the datasets the other way round: the second first.
    """

    pipeline: Pipeline
    why: str
    notes: tuple[str, ...] = ()
    is_swapped: bool = False

    def __repr__(self) -> str:
        return f"<Recommended: {self.pipeline.name}>"

    def __str__(self) -> str:
        lines = [f"{self.pipeline.title} ({self.pipeline.name})", f"  {self.why}"]
        lines += ["  It takes the second dataset first."] if self.is_swapped else []
        lines += str(self.pipeline).splitlines()[1:]
        return "\n".join([*lines, *(f"  note: {note}" for note in self.notes)])


def recommend(left: Dataset | Card, right: Dataset | Card | None = None, *others: Dataset | Card) -> Recommended:
    """Recommend the pipeline for some datasets, by their kinds, and explain it.

    Parameters
    ----------
    left, right, *others
        Datasets, or data cards where the data are not at hand. More than two become a spine.

    Returns
    -------
    Recommended
        ``print`` says which, why, its steps, and what to see to first.

    Examples
    --------
    >>> found = recommend(Card("parents", "trial"), Card("school register", "administrative"))
    >>> found.pipeline.name
    'trial_to_admin'
    """
    cards = [one if isinstance(one, Card) else one.card for one in (left, right, *others) if one is not None]
    name, why, is_swapped = _chosen(cards)
    return Recommended(pipeline_type(name)(), why, _notes(cards), is_swapped)


def _chosen(cards: Sequence[Card]) -> tuple[str, str, bool]:
    if len(cards) != 2:
        return "spine", _CHOICES[-1][3], False
    kinds = (cards[0].kind, cards[1].kind)
    for one, other, name, why in _CHOICES:
        for is_swapped, (first, second) in ((False, kinds), (True, kinds[::-1])):
            if first in one and (second in other or "*" in other) and name in PIPELINES:
                return name, why, is_swapped
    raise SpecError(f"No pipeline is known for {kinds[0]} and {kinds[1]}.")  # every kind is in a choice


def _notes(cards: Sequence[Card]) -> tuple[str, ...]:
    import datetime

    from linkkit.cards import refusals

    notes = [f"not permitted as it stands: {reason}" for reason in refusals(cards, on=datetime.date.today())]
    for card in cards:
        lacking = ", ".join(need.part for need in card.missing())
        notes += [f"the card of {card.name} does not say: {lacking}."] if lacking else []
    return tuple(notes)
