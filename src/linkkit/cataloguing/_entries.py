"""What a map is made of: cards, and their data where they are at hand. All mistakes of all cards come at once."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from linkkit.cards import Card, card_beside, kind_of_field, load_card
from linkkit.dataset import Dataset
from linkkit.errors import CardError, DataError, SpecError, did_you_mean

__all__ = ["Entry", "read_entries"]

_SUFFIX = ".card.toml"


@dataclass(frozen=True, eq=False)
class Entry:
    """One dataset of a map.

    Parameters
    ----------
    card
        Its card.
    where
        Where the card came from, for messages.
    dataset
        The data, where they are at hand.
    path
        The file that a plan can name: the card, or the data.
    also
        The name in the card, where the dataset goes by another; consents may name it by either.
    """

    card: Card
    where: str
    dataset: Dataset | None = None
    path: str | None = None
    also: str | None = None

    @property
    def fields(self) -> dict[str, str]:
        """Each field that it holds, and its kind."""
        if self.dataset is not None:
            return {name: self.dataset.kind_of(name) for name in self.dataset.fields}
        return {name: kind_of_field(self.card, name) for name in self.card.known_fields() if self._is_held(name)}

    def _is_held(self, field: str) -> bool:
        return self.card.completeness.get(field, 1.0) > 0


def read_entries(sources: Sequence[Any], *, read: bool) -> tuple[Entry, ...]:
    """Return the datasets of a map in the order of their names.

    Parameters
    ----------
    sources
        Cards, datasets, paths of cards or of data with a card beside them, and directories of cards.
    read
        Whether the data that cards name are read, where they are there.

    Raises
    ------
    CardError
        With every mistake of every card, and every name that two cards have.
    """
    if not sources:
        raise SpecError(
            "catalogue() needs data cards: Card objects, Datasets, paths of *.card.toml, or a folder of them."
        )
    mistakes: list[str] = []
    found: list[Entry] = []
    for number, source in enumerate(sources):
        for one in _opened(source, mistakes):
            entry = _entry(one, f"argument {number + 1}", read, mistakes)
            if entry is not None and not any(_is_same_file(entry, other) for other in found):
                found.append(entry)
    mistakes += _same_names(found)
    if mistakes:
        raise CardError(mistakes, "These cards cannot be mapped:")
    return tuple(sorted(found, key=lambda entry: entry.card.name))


def _is_same_file(one: Entry, other: Entry) -> bool:
    return os.path.realpath(one.where) == os.path.realpath(other.where)


def _opened(source: Any, mistakes: list[str]) -> list[Any]:
    """A folder as its cards; everything else as it is."""
    if not isinstance(source, str | os.PathLike):
        return [source]
    path = Path(source)
    if not path.is_dir():
        return [path]
    cards = sorted(path.glob(f"*{_SUFFIX}"))
    if not cards:
        mistakes.append(f"{path}: the folder holds no card; write one a dataset, such as {path / ('trial' + _SUFFIX)}.")
    return list(cards)


def _entry(source: Any, place: str, read: bool, mistakes: list[str]) -> Entry | None:
    if isinstance(source, Dataset):
        return Entry(_named(source), f"{place} (the dataset {source.name!r})", source, source.path, source.card.name)
    if isinstance(source, Card):
        return _with_data(source, f"{place} (the card {source.name!r})", source.path, read, mistakes)
    if not isinstance(source, Path):
        mistakes.append(f"{place}: a Card, a Dataset or a path is needed; got {type(source).__name__}.")
        return None
    card_path: Path | None = source if source.name.endswith(".toml") else card_beside(source)
    if not source.exists():
        near = [path.name for path in source.parent.glob("*.toml")] if source.parent.is_dir() else []
        mistakes.append(f"{source}: there is no such file.{did_you_mean(source.name, near)}")
        return None
    if card_path is None:
        mistakes.append(f"{source}: no card stands beside it; write {source.name.split('.')[0]}{_SUFFIX}.")
        return None
    try:
        card = load_card(card_path)
    except CardError as error:
        mistakes += [f"{card_path}: {mistake}" for mistake in error.mistakes]
        return None
    return _with_data(card, str(card_path), card.path and str(card_path), read, mistakes)


def _with_data(card: Card, where: str, path: str | None, read: bool, mistakes: list[str]) -> Entry | None:
    if not read or card.path is None or not Path(card.path).is_file():
        return Entry(card, where, None, path)
    try:
        return Entry(card, where, Dataset(card.path, card=card, name=card.name), path)
    except CardError as error:
        mistakes += [f"{where}: {mistake}" for mistake in error.mistakes]
    except DataError as error:
        mistakes.append(f"{where}: {error}")
    return None


def _named(dataset: Dataset) -> Card:
    """The card of a dataset, under the name that the dataset goes by."""
    return dataset.card if dataset.card.name == dataset.name else dataset.card.change(name=dataset.name)


def _same_names(found: Sequence[Entry]) -> list[str]:
    by_name: dict[str, list[str]] = {}
    for entry in found:
        by_name.setdefault(entry.card.name, []).append(entry.where)
    return [
        f"{' and '.join(places)} are both called {name!r}. Give each dataset a name of its own: name = ... in its card."
        for name, places in sorted(by_name.items())
        if len(places) > 1
    ]
