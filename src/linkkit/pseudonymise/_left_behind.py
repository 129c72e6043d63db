"""What a data card names and no encoding or split file holds: earlier values, and the days on which they held."""

from __future__ import annotations

import os
import warnings
from collections.abc import Collection

from linkkit.cards import Card

__all__ = ["tell_histories"]


def tell_histories(card: Card, name: str, goes: str, fields: Collection[str] | None = None, *, stacklevel: int) -> None:
    """Warn where a card names a history of fields that goes along with nothing made of the data.

    Parameters
    ----------
    card
        The card of the dataset.
    name
        What the dataset is called.
    goes
        What is made: ``"the encoding"``.
    fields
        The fields that go into it; None for all.
    stacklevel
        As of :func:`warnings.warn`, counted from the function that calls this one.
    """
    for one in card.history:
        lost = [field for field in one.fields if fields is None or field in fields]
        if not lost:
            continue
        days = " and ".join(repr(column) for column in (one.start, one.end) if column is not None)
        where = "the data" if one.path is None else os.path.basename(one.path)
        warnings.warn(
            f"{name}: its card names a history of {', '.join(lost)} (columns {days} of {where}), and {goes} holds "
            "none: no earlier value and no days go along, and records are found by the values of the dataset alone. "
            "Where people moved or changed their names between two sources, link in clear text, or give each version "
            "as a record of its own. card.change(history=()) says that it is meant.",
            UserWarning,
            stacklevel=stacklevel + 1,
        )
