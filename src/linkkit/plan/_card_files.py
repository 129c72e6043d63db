"""The data cards beside a plan file: those that do not stand beside their data, as they were made in Python."""

from __future__ import annotations

import os
from pathlib import Path

from linkkit.cards import Card, card_beside, card_text_of, load_card
from linkkit.cards._opening import with_said
from linkkit.errors import CardError
from linkkit.files import atomic_write

__all__ = ["CARD_SUFFIX", "from_here", "is_beside", "write_card"]

# The card of the second dataset of plan.toml is plan.2.card.toml.
CARD_SUFFIX = ".card.toml"


def is_beside(card: Card, path: str, name: str) -> bool:
    """Whether data that are read again from a file, with their id and kind said, have this card: consent and all.

    Parameters
    ----------
    card
        The card of the dataset.
    path, name
        Its file, and what it is called.
    """
    beside = card_beside(path)
    try:
        there = Card(name) if beside is None else load_card(beside)
        there = with_said(there, card.kind, card.id, card.blinded, name)
    except CardError:
        return False
    same = there.change(id=card.id, kind=card.kind)
    return same == card.change(blinded=there.blinded) and set(there.hidden) == set(card.hidden)


def write_card(card: Card, plan_path: Path, number: int, stage: Path | None = None) -> str:
    """Write the card of a dataset beside a plan file; return its path, relative to the working directory.

    Parameters
    ----------
    card
        The card.
    plan_path
        The plan file.
    number
        The place of the dataset in it, counted from 1.
    stage
        The folder that it is written into first, where it shall be moved beside the plan file later.
    """
    target = plan_path.with_name(f"{plan_path.stem}.{number}{CARD_SUFFIX}")
    with atomic_write((stage or target.parent) / target.name) as beside:
        beside.write_text(card_text_of(card, target.parent), encoding="utf-8", newline="\n")
    return from_here(str(target))


def from_here(path: str) -> str:
    """A path relative to the working directory, so that a plan file tells of no home directory; whole across drives."""
    try:
        return os.path.relpath(path)
    except ValueError:
        return path
