"""Check a dataset against its card, and a card by itself."""

from __future__ import annotations

from collections.abc import Sequence

from linkkit.cards import DATASET_KINDS, Card, CardFinding, CardFindings, missing_parts
from linkkit.dataset import Dataset
from linkkit.errors import did_you_mean
from linkkit.permission import require_datasets

from ._consent import consent_answers, mixed_answers
from ._held import completeness, persons
from ._history import history
from ._identifiers import identifiers
from ._times import ages, births, dates, period, spells

__all__ = ["check", "check_card"]

# Without these nobody can say that the linkage is permitted, or how well it went.
_NEEDED = ("consent", "lawful_basis", "blinded", "found_in")


def check(dataset: Dataset, *, among: Sequence[Card] = ()) -> CardFindings:
    """Return what the card of a dataset lacks, and where card and data disagree: counts and row numbers, no values.

    Parameters
    ----------
    dataset
        The dataset, as it was read, before it is restricted or prepared.
    among
        The cards of the other datasets, so that names which no dataset has are found.

    Raises
    ------
    SpecError
        Where something else than a dataset is given.

    Examples
    --------
    >>> import datetime, pandas as pd
    >>> from linkkit.cards import Card, Period
    >>> seen = {"id": [1, 2, 3], "day": ["2021-05-01", "2019-12-31", "2021-06-01"]}
    >>> card = Card("visits", period=Period(datetime.date(2021, 1, 1), datetime.date(2021, 12, 31), "day"))
    >>> print(check(Dataset(pd.DataFrame(seen), card=card))["outside_period"].what)
    1 of 3 records lies outside the period (2021-01-01 to 2021-12-31), by 'day': row 2.
    """
    require_datasets([dataset])
    found = [*_of_card(dataset.card, among)]
    for look in (
        period,
        ages,
        births,
        dates,
        spells,
        persons,
        completeness,
        consent_answers,
        mixed_answers,
        history,
        identifiers,
    ):
        found += look(dataset)
    return CardFindings(tuple(found))


def check_card(card: Card, *, among: Sequence[Card] = ()) -> CardFindings:
    """Return what a card of its kind should say and does not, and the names in it that no dataset has.

    Parameters
    ----------
    card
        The card.
    among
        The cards of all datasets that are known.

    Examples
    --------
    >>> [finding.name for finding in check_card(Card("wic", "intervention", owner="a", contact="b"))][:2]
    ['missing_found_in', 'missing_lawful_basis']
    """
    return CardFindings(tuple(_of_card(card, among)))


def _of_card(card: Card, among: Sequence[Card]) -> list[CardFinding]:
    found = [
        CardFinding(
            f"missing_{need.part}",
            "warning" if need.part in _NEEDED else "note",
            f"The card does not say {need.part}:",
            need.why,
            f"Add {need.part} to the card of {card.name}.",
        )
        for need in missing_parts(card)
    ]
    return [*found, *_unknown_names(card, among)] if len(among) > 1 else found


def _unknown_names(card: Card, among: Sequence[Card]) -> list[CardFinding]:
    known = [other.name for other in among if other.name != card.name]
    kinds = {other.kind for other in among if other.name != card.name}
    named = [(f"found_in[{n}].dataset", one.dataset) for n, one in enumerate(card.found_in)]
    named += [] if card.consent is None else [("consent.linkages", name) for name in card.consent.linkages]
    found = []
    for place, name in named:
        if name in known or name in kinds or name == "any":
            continue
        is_kind = name in DATASET_KINDS
        found.append(
            CardFinding(
                "unknown_dataset",
                "note" if is_kind else "warning",
                f"{place} names {name!r}, and no dataset of that {'kind' if is_kind else 'name'} is here:",
                "what it says is held to none of these datasets.",
                "" if is_kind else f"Write the name as its card does.{did_you_mean(name, known)}",
            )
        )
    return found
