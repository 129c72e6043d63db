"""Data cards as TOML, beside the data."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from linkkit._toml import data_of_spec, form_of, parsed, read_table, toml_text
from linkkit.errors import CardError
from linkkit.files import atomic_write

from ._card import Card
from ._fields import fields_data, read_fields, rebased

__all__ = ["SUFFIX", "card_beside", "card_text_of", "load_card", "save_card"]

VERSION = 1
SUFFIX = ".card.toml"
_HEAD = "# A linkkit data card: what a dataset is, and how it may be linked.\n"


def card_beside(path: str | os.PathLike[str]) -> Path | None:
    """Return the card that stands beside a file of data: of ``trial.csv.gz`` it is ``trial.card.toml``."""
    data = Path(path)
    beside = data.with_name(data.name.split(".")[0] + SUFFIX)
    return beside if beside.is_file() else None


def load_card(path: str | os.PathLike[str]) -> Card:
    """See :meth:`linkkit.cards.Card.load`."""
    where = Path(path)
    data = parsed(where, CardError)
    mistakes: list[str] = []
    version = data.pop("linkkit_card", None)
    if version is None:
        mistakes.append(f"linkkit_card is needed: the version of the format, linkkit_card = {VERSION}.")
    elif version != VERSION or isinstance(version, bool):
        raise CardError([f"{where.name}: this linkkit reads version {VERSION} of cards. Use a newer linkkit."])
    data.setdefault("name", where.name.removesuffix(SUFFIX))
    data["fields"] = read_fields(data.get("fields", {}), "fields", mistakes)
    plain = {key: value for key, value in data.items() if key != "fields"}
    card: Card | None = read_table(form_of(Card), plain, "", mistakes, ("fields",))
    if mistakes or card is None:
        raise CardError(_all_mistakes(plain, mistakes), f"The card {where.name} has mistakes:")
    try:
        return _moved(card.change(fields=data["fields"]), where.parent, into=False)
    except ValueError as error:
        raise CardError([str(error)], f"The card {where.name} has mistakes:") from None


def _all_mistakes(data: dict[str, Any], mistakes: list[str]) -> list[str]:
    """Return what is wrong with each part by itself, too: a mistake in one hides none in another."""
    parts: list[str] = []
    for key, value in data.items():
        read_table(form_of(Card), {"name": data["name"], key: value}, "", parts, ("fields",))
    parts = list(dict.fromkeys(parts))
    for one in parts:
        mistakes = [text.replace(one, "").strip() for text in mistakes]
    return [text for text in (*mistakes, *parts) if text]


def save_card(path: str | os.PathLike[str], card: Card) -> Path:
    """See :meth:`linkkit.cards.Card.save`."""
    target = Path(path)
    with atomic_write(target) as beside:
        beside.write_text(card_text_of(card, target.parent), encoding="utf-8", newline="\n")
    return target


def card_text_of(card: Card, folder: Path | None = None) -> str:
    """Return the text of a card that is to stand in a folder; what it leaves out is left out.

    Examples
    --------
    >>> print(card_text_of(Card("trial", "trial", ages=(3, 5))))
    # A linkkit data card: what a dataset is, and how it may be linked.
    linkkit_card = 1
    name = "trial"
    kind = "trial"
    ages = [3, 5]
    <BLANKLINE>
    """
    moved = _moved(card, folder or Path(), into=True)
    data = {**data_of_spec(moved, ("fields",)), **({"fields": fields_data(dict(moved.fields))} if moved.fields else {})}
    return _HEAD + toml_text({"linkkit_card": VERSION, **data})


def _moved(card: Card, base: Path, *, into: bool) -> Card:
    """Return a card whose paths are made relative to a folder (``into``), or taken as relative to it."""
    history = tuple(
        one if one.path is None else replace(one, path=rebased(one.path, base, into=into)) for one in card.history
    )
    path = None if card.path is None else rebased(card.path, base, into=into)
    return card.change(path=path, history=history)
