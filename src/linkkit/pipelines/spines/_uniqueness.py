"""Which sources hold a person once: as said, by their cards, or by their data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from linkkit.errors import DataError, did_you_mean
from linkkit.plan._recommend import is_unique
from linkkit.records import Records

if TYPE_CHECKING:
    from linkkit.dataset import Dataset

__all__ = ["Source", "sources_of"]


@dataclass(frozen=True)
class Source:
    """A source of a spine.

    Parameters
    ----------
    name
        The name of its dataset.
    is_unique
        Whether it holds a person once: no two of its records share a person.
    why
        How that is known, in words.
    """

    name: str
    is_unique: bool
    why: str


def sources_of(
    datasets: Sequence[Dataset], unique: Sequence[str], repeated: Sequence[str], known: Sequence[Source] = ()
) -> tuple[Source, ...]:
    """Return for each dataset whether it holds a person once.

    Parameters
    ----------
    datasets
        The datasets.
    unique, repeated
        Names of those that are said to hold a person once, or more often.
    known
        What was found out before; it stays.

    Raises
    ------
    DataError
        Where a name is of no dataset, or said to be both.

    Examples
    --------
    >>> import linkkit as lk
    >>> trial, register = lk.synth.sample()
    >>> [(one.name, one.why) for one in sources_of([trial.dataset(), register.dataset()], ["register"], [])]
    [('trial', 'its kind is trial'), ('register', 'said')]
    """
    names = [dataset.name for dataset in datasets]
    before = {source.name: source for source in known}
    for part, told in (("unique", unique), ("repeated", repeated)):
        lost = [name for name in told if name not in names and name not in before]
        if lost:
            hint = did_you_mean(lost[0], names) or f" There are: {', '.join(names)}."
            raise DataError(f"{part} names the source {lost[0]!r}, which is not there.{hint}")
    both = sorted(set(unique) & set(repeated))
    if both:
        raise DataError(f"The source {both[0]!r} is said to be unique and repeated; take it out of one of the two.")
    found = []
    for dataset in datasets:
        if dataset.name in unique or dataset.name in repeated:
            found.append(Source(dataset.name, dataset.name in unique, "said"))
        else:
            found.append(before.get(dataset.name) or _judged(dataset, is_alone=len(datasets) == 1))
    return tuple(found)


def _judged(dataset: Dataset, *, is_alone: bool) -> Source:
    card = dataset.card
    if card.person is not None:
        return Source(dataset.name, False, f"its card names the column {card.person!r} for persons")
    if card.spells is not None:
        return Source(dataset.name, False, "its records are spells, by its card")
    if card.persons is not None and card.records is not None:
        once = card.persons == card.records
        return Source(
            dataset.name, once, f"its card counts {'as many persons as' if once else 'fewer persons than'} records"
        )
    if is_alone:
        return Source(dataset.name, False, "it is the only source, and looked through for duplicates")
    if dataset.kind in ("trial", "cohort"):
        return Source(dataset.name, True, f"its kind is {dataset.kind}")
    once = is_unique(Records([dataset]), 0)
    return Source(
        dataset.name, once, f"its records {'hardly ever' if once else 'often'} repeat a name and date of birth"
    )
