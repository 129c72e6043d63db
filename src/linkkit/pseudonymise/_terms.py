"""What a linkage must hold to once the data have left their card behind: consent by scope, and whom it left out."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from linkkit.cards import Card, Consent
from linkkit.cards._kinds import DatasetKind, Unit
from linkkit.dataset import Dataset
from linkkit.errors import CardError
from linkkit.permission import consenting, require_terms

__all__ = ["Terms", "allowed", "dataset_under"]


@dataclass(frozen=True)
class Terms:
    """What of a data card goes along with what was made of the data: no column, and no answer of a person.

    Parameters
    ----------
    name
        The name on the card; empty where nobody has written one.
    kind, unit
        What kind of dataset it is, and what a record is about.
    consent
        Its scope, the datasets it covers, until when, and how fine; without the columns of answers, as people who did
        not agree have been left out.
    left_out
        How many records were left out, by reason.

    Examples
    --------
    >>> told = Terms("trial", "trial", consent=Consent(("administrative",), column="agreed", scope="form v2"))
    >>> told.card("file 1").consent.column is None, told.card("file 1").consent.scope
    (True, 'form v2')
    >>> Terms.from_dict(told.to_dict()) == told
    True
    """

    name: str = ""
    kind: DatasetKind = "other"
    unit: Unit = "person"
    consent: Consent | None = None
    left_out: tuple[tuple[str, int], ...] = ()

    def __post_init__(self) -> None:
        said = self.consent
        if said is not None:
            bare = Consent(said.linkages, said.level, said.purposes, said.until, scope=said.scope)
            object.__setattr__(self, "consent", bare)

    @classmethod
    def of(cls, dataset: Dataset) -> Terms | None:
        """Return the terms of a dataset; None where there is nothing to hold to."""
        card = dataset.card
        name = "" if card.is_bare else card.name
        told = cls(name, card.kind, card.unit, card.consent, dataset.left_out)
        return None if told == cls() else told

    def card(self, name: str) -> Card:
        """Return a card that says the same, of a dataset that goes by a name."""
        return Card(self.name or name, self.kind, unit=self.unit, consent=self.consent)

    def to_dict(self) -> dict[str, Any]:
        """Return the terms as plain data."""
        told: dict[str, Any] = {"name": self.name, "kind": self.kind, "unit": self.unit, "consent": None}
        if self.consent is not None:
            told["consent"] = {
                "scope": self.consent.scope,
                "linkages": list(self.consent.linkages),
                "level": self.consent.level,
                "purposes": list(self.consent.purposes),
                "until": None if self.consent.until is None else self.consent.until.isoformat(),
            }
        return told | {"left_out": [{"reason": reason, "records": count} for reason, count in self.left_out]}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Terms:
        """Read terms from plain data; KeyError, TypeError or ValueError where they are damaged."""
        said = data["consent"]
        consent = None
        if said is not None:
            until = None if said["until"] is None else datetime.date.fromisoformat(said["until"])
            consent = Consent(
                tuple(said["linkages"]), said["level"], tuple(said["purposes"]), until, scope=str(said["scope"])
            )
        left_out = tuple((str(one["reason"]), int(one["records"])) for one in data["left_out"])
        return cls(str(data["name"]), data["kind"], data["unit"], consent, left_out)


def allowed(dataset: Dataset, *, on: datetime.date | None = None) -> Dataset:
    """Return a dataset with the people alone whose data may leave to be linked; those left out are counted in it.

    With which datasets they may be linked is held to where they meet; see :func:`linkkit.permission.permitted`.

    Parameters
    ----------
    dataset
        The dataset with its card.
    on
        The day; by default today.

    Raises
    ------
    CardError
        Where the consent is over.
    DataError
        Where nobody may be linked; where it was handed over itself, and opened without its manifest.
    """
    require_terms([dataset])
    consent = dataset.card.consent
    if consent is not None and consent.until is not None and (on or datetime.date.today()) > consent.until:
        raise CardError(
            [f"{dataset.card.name}: {consent.scope} allows no new linkage after {consent.until}."],
            "These data may not leave to be linked. Ask those who hold them for a newer consent; do not change the "
            "card without them.",
        )
    return consenting(dataset)


def dataset_under(terms: Terms | None, table: Any, name: str, **said: Any) -> Dataset:
    """Return a dataset of what was made of data, with a card that says their terms, and whom they left out.

    Parameters
    ----------
    terms
        The terms; None for none.
    table, name, **said
        As for a :class:`~linkkit.Dataset`.
    """
    if terms is None:
        return Dataset(table, name=name, **said)
    made = Dataset(table, name=name, card=terms.card(name), **said)
    made.left_out = terms.left_out
    return made
