"""Which pipeline two datasets ask for, by their kinds; and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from linkkit.cards import SPINE, Card, Design, design_of
from linkkit.dataset import Dataset
from linkkit.errors import SpecError

from ._pipeline import Pipeline
from ._registry import pipeline_type

__all__ = ["Recommended", "recommend"]

_ORDINALS = ("first", "second", "third")
_TRIAL_BESIDE = (
    "a trial is no source of an index: make it of the others, and link the trial to it with link(trial) of what comes "
    "back, so that everybody who was randomised stays in the denominator."
)
# Of a trial and two others, one of which says who could be known.
_TRIAL_WITH_SPINE = (
    "{spine} is taken for its spine: everybody whom the holder of {admin} could know, whether "
    "or not they have a record there. It tells who was not found from those to whom nothing happened."
)


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
    order
        In which order it takes the datasets, counted from 0; empty for the order in which they were given.
    """

    pipeline: Pipeline
    why: str
    notes: tuple[str, ...] = ()
    order: tuple[int, ...] = ()

    @property
    def is_swapped(self) -> bool:
        """Whether it takes the datasets in another order than they were given."""
        return self.order != tuple(range(len(self.order)))

    def ordered(self, datasets: Sequence[Any]) -> tuple[Any, ...]:
        """Return the datasets in the order in which it takes them."""
        return tuple(datasets[place] for place in self.order) if self.order else tuple(datasets)

    def __repr__(self) -> str:
        return f"<Recommended: {self.pipeline.name}>"

    def __str__(self) -> str:
        lines = [f"{self.pipeline.title} ({self.pipeline.name})", f"  {self.why}"]
        if self.is_swapped:
            places = ", then ".join(_ORDINALS[place] for place in self.order)
            lines.append(f"  It takes the datasets in another order: the {places}.")
        lines += str(self.pipeline).splitlines()[1:]
        return "\n".join([*lines, *(f"  note: {note}" for note in self.notes)])


def recommend(left: Dataset | Card, right: Dataset | Card | None = None, *others: Dataset | Card) -> Recommended:
    """Recommend the pipeline for some datasets, by their kinds, and explain it.

    Parameters
    ----------
    left, right, *others
        Datasets, or data cards where the data are not at hand. A trial may have two others, the second of which is its
        spine of persons; else more than two become a spine.

    Returns
    -------
    Recommended
        ``print`` says which, why, its steps, and what to see to first.

    Raises
    ------
    SpecError
        Where something is neither a dataset nor a card, or a case study comes with several.

    Examples
    --------
    >>> found = recommend(Card("parents", "trial"), Card("school register", "administrative"))
    >>> found.pipeline.name
    'trial_to_admin'
    """
    given = [one for place, one in enumerate((left, right, *others)) if one is not None or place != 1]
    cards = [_card(one, place) for place, one in enumerate(given, 1)]
    names = [one.name for one in given if one is not None]
    if len(cards) == 2:
        found = design_of(cards[0].kind, cards[1].kind)
        return Recommended(
            pipeline_type(found.pipeline)(), found.why, _notes(cards, names), (1, 0) if found.is_swapped else (0, 1)
        )
    if len(cards) > 2 and any(card.kind == "case_study" for card in cards):
        raise SpecError(
            f"A case study is linked with one dataset at a time, so that nobody is known by what several say together; "
            f"got {len(cards)} datasets. Name it and one other."
        )
    trials = [place for place, card in enumerate(cards) if card.kind == "trial"]
    if len(cards) == 3 and len(trials) == 1 and _has_spine(cards, trials[0]):
        return _with_spine(cards, trials[0], names)
    notes = _notes(cards, names)
    if trials and len(trials) < len(cards):
        notes = (_TRIAL_BESIDE, *notes)
    return Recommended(pipeline_type(SPINE.pipeline)(), _why_spine(cards), notes)


def _card(given: Any, place: int) -> Card:
    if isinstance(given, Card):
        return given
    if isinstance(given, Dataset):
        return given.card
    raise SpecError(
        f"recommend takes datasets or data cards; number {place} is {type(given).__name__}. Say what it is: "
        "linkkit.Dataset(table, kind=..., id=...), or linkkit.Card(name, kind)."
    )


def _with_spine(cards: Sequence[Card], trial: int, names: Sequence[str]) -> Recommended:
    """A trial and two others: the one of which all participants should be found in, else the last, is its spine."""
    others = [place for place in range(3) if place != trial]
    sure = [place for place in others if _has_all(cards[trial], cards[place])]
    spine = sure[0] if len(sure) == 1 else others[1]
    admin = next(place for place in others if place != spine)
    design: Design = design_of("trial", cards[admin].kind)
    added = _TRIAL_WITH_SPINE.format(spine=cards[spine].name, admin=cards[admin].name)
    note = (
        f"if {cards[spine].name} is no such spine, but another register, link the trial to each of the two, or make an "
        "index of both (pipelines.spine) and link the trial to that."
    )
    return Recommended(
        pipeline_type(design.pipeline)(), f"{design.why} {added}", (note, *_notes(cards, names)), (trial, admin, spine)
    )


def _has_spine(cards: Sequence[Card], trial: int) -> bool:
    """Whether one of the others may know everybody: all participants should be found in it, or both are registers."""
    others = [card for place, card in enumerate(cards) if place != trial]
    return any(_has_all(cards[trial], card) for card in others) or all(card.kind == "administrative" for card in others)


def _has_all(card: Card, other: Card) -> bool:
    expected = card.expected_in(other)
    return expected is not None and expected.share == "all"


def _why_spine(cards: Sequence[Card]) -> str:
    kinds = ", ".join(dict.fromkeys(card.kind for card in cards))
    if len(cards) < 2 or all(card.kind == "administrative" for card in cards):
        return SPINE.why
    return (
        f"{len(cards)} datasets ({kinds}): they become one index of persons with ids that stay when new extracts come."
    )


def _notes(cards: Sequence[Card], names: Sequence[str]) -> tuple[str, ...]:
    import datetime

    from linkkit.cards import refusals

    refused = refusals(cards, on=datetime.date.today(), known_as=names)
    notes = [f"not permitted as it stands: {reason}" for reason in refused]
    for card in cards:
        lacking = ", ".join(need.part for need in card.missing())
        notes += [f"the card of {card.name} does not say: {lacking}."] if lacking else []
    return tuple(notes)
