"""Which pipeline two datasets ask for, by their kinds; and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from linkkit.cards import SPINE, Card, Design, design_of

from ._pipeline import Pipeline
from ._registry import pipeline_type

if TYPE_CHECKING:
    from linkkit.dataset import Dataset

__all__ = ["Recommended", "recommend"]


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
    chosen = _chosen(cards)
    names = [one.name for one in (left, right, *others) if one is not None]
    return Recommended(pipeline_type(chosen.pipeline)(), chosen.why, _notes(cards, names), chosen.is_swapped)


def _chosen(cards: Sequence[Card]) -> Design:
    return design_of(cards[0].kind, cards[1].kind) if len(cards) == 2 else SPINE


def _notes(cards: Sequence[Card], names: Sequence[str]) -> tuple[str, ...]:
    import datetime

    from linkkit.cards import refusals

    refused = refusals(cards, on=datetime.date.today(), known_as=names)
    notes = [f"not permitted as it stands: {reason}" for reason in refused]
    for card in cards:
        lacking = ", ".join(need.part for need in card.missing())
        notes += [f"the card of {card.name} does not say: {lacking}."] if lacking else []
    return tuple(notes)
