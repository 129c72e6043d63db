"""The card of a table that is opened: where it is found, what is said besides, and whether the data agree with it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from linkkit.encoded import encode
from linkkit.errors import CardError, DataError, SpecError

from ._card import Card
from ._check import lacking_columns
from ._file import card_beside, load_card
from ._kinds import DatasetKind
from ._parts import Consent, Expected, History, Period, Source, SpellColumns

__all__ = ["card_of_table", "require_columns", "require_records", "require_truth", "with_said"]

# What a part of a card is called in it.
_PARTS: dict[type, str] = {
    Consent: "consent", Expected: "found_in", History: "history", Period: "period", Source: "source",
    SpellColumns: "spells",
}  # fmt: skip
# An arm, a site or an outcome has few values in many records; who somebody is has many.
_FEW_VALUES, _MANY_RECORDS = 10, 50


def card_of_table(table: Any, card: Any) -> tuple[Any, Card | None]:
    """Return the table and its card: given, named instead of the table, or found beside it.

    Raises
    ------
    SpecError
        Where what is given for a card is none.
    """
    if card is not None and not isinstance(card, Card | str | os.PathLike | bool):
        hint = (
            f"Give Card(name, kind, {_PARTS[type(card)]}=...)."
            if type(card) in _PARTS
            else "Make one with Card(name, kind, ...)."
        )
        raise SpecError(f"card= takes a Card, the path of one, or False for none; got {type(card).__name__}. {hint}")
    if isinstance(card, str | os.PathLike):
        card = load_card(card)
    is_path = isinstance(table, str | os.PathLike)
    if is_path and os.fspath(table).endswith(".toml"):
        card = load_card(table)
        if card.path is None:
            raise CardError([f"{Path(table).name} names no data: add path = ..., the file beside it."])
        return card.path, card
    if card in (None, True) and is_path:
        beside = card_beside(table)
        card = None if beside is None else load_card(beside)
    return table, card if isinstance(card, Card) else None


def with_said(card: Card, kind: DatasetKind | None, id: str | None, blinded: tuple[str, ...], name: str) -> Card:  # noqa: A002
    """Return a card with what is said besides; it must not contradict the card."""
    wrong = [
        f"{part}= is {said!r}, the card says {there!r}."
        for part, said, there in (("kind", kind, card.kind), ("id", id, card.id))
        if said not in (None, "other") and there not in (None, "other", said)
    ]
    if wrong:
        raise CardError(wrong, f"{name}: what is said and its card disagree:")
    blinded = tuple(dict.fromkeys((*card.blinded, *blinded)))
    kind = card.kind if kind in (None, "other") else kind
    return card.change(kind=kind, id=id or card.id, blinded=blinded)


def require_truth(card: Card, column: str, held: Any, name: str) -> None:
    """Raise where a blinded column, asked for as the truth, may be the arm or an outcome.

    Of a trial that is every one as long as the card does not say which is the arm; else one of few values in many
    records, which does not say who each record is.
    """
    if column not in card.hidden:
        return
    why = ""
    if card.kind == "trial" and card.allocation is None:
        why = "the card of this trial does not say which column is the arm: name it, allocation = ..."
    else:
        column_of = encode(held)
        count, present = column_of.size, int((column_of.codes > 0).sum())
        if count <= _FEW_VALUES and present >= _MANY_RECORDS:
            why = f"it has {count:,} values in {present:,} records, and does not say who each is"
    if why:
        raise DataError(
            f"{name}: the column {column!r} is blinded, and as the truth it may give the arm away: {why}. Or give the "
            "truth as a table of ids and persons."
        )


def require_columns(card: Card, columns: Sequence[str], name: str) -> None:
    """Raise where a card names columns that the data do not have."""
    lacking = lacking_columns(card, columns)
    if lacking:
        raise CardError(
            lacking,
            f"{name}: card and data disagree. The data have: {', '.join(map(str, columns))}. Mend the card, or take "
            "the data that it is of.",
        )


def require_records(card: Card, count: int, name: str) -> None:
    """Raise where a card says another number of records than the data have."""
    if card.records is not None and card.records != count:
        raise CardError(
            [
                f"the card says {card.records:,} records, the data have {count:,}. Take the extract that the card is "
                "of, or write the new count, version and day of extract into the card."
            ],
            f"{name}: card and data disagree:",
        )
