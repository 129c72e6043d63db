"""The level at which a case study may be linked: what the consents of both cards allow."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from linkkit.cards import UNITS, Card, is_coarser
from linkkit.dataset import Dataset
from linkkit.errors import CardError
from linkkit.permission import permitted

__all__ = ["finest_level", "permitted_at"]


def finest_level(cards: Sequence[Card]) -> str:
    """Return the finest unit that the consents of all cards, and what their data are about, allow.

    Examples
    --------
    >>> from linkkit.cards import Consent
    >>> finest_level([Card("cases", "case_study", consent=Consent(("any",), "school")), Card("census")])
    'school'
    """
    levels = [card.unit for card in cards] + [card.consent.level for card in cards if card.consent is not None]
    return max(levels, key=UNITS.index)


def permitted_at(
    datasets: Sequence[Dataset], level: str | None, *, on: datetime.date | None = None
) -> tuple[tuple[Dataset, ...], str]:
    """Return the datasets with the records that may be linked, and the level.

    Parameters
    ----------
    datasets
        The case study, then the other dataset.
    level
        The level that is asked for; None for the finest that is allowed.
    on
        The day of the linkage; by default today.

    Raises
    ------
    CardError
        Where the case study has neither consent nor lawful basis in its card; where a consent is over, or does not
        cover the other dataset or the level; where a dataset is about coarser units. It names scopes, and no people.
    """
    cards = [dataset.card for dataset in datasets]
    if cards[0].consent is None and not cards[0].lawful_basis:
        raise CardError(
            [
                f"{cards[0].name}: the card says neither consent nor lawful_basis, so that nobody knows at which level "
                "these cases may be linked. Write [consent] with linkages, level and scope into the card."
            ],
            "This linkage is not permitted:",
        )
    chosen = level or finest_level(cards)
    kept = permitted(datasets, on=on, level=chosen)
    coarser = [card for card in cards if is_coarser(card.unit, chosen)]
    if coarser:
        raise CardError(
            [
                f"{card.name}: its records are of {card.unit}s; it cannot be linked at the level {chosen}. "
                f"Say level={finest_level(cards)!r}."
                for card in coarser
            ],
            "The level does not fit the data:",
        )
    return kept, chosen
