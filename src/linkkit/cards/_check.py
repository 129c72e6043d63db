"""What a card should say and does not, and where it does not agree with its data: counts and row numbers, no values."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from linkkit._text_tables import html_table
from linkkit.errors import did_you_mean, row_list
from linkkit.findings import NamedFindings, Severity

from ._kinds import NEEDS, Need

if TYPE_CHECKING:
    from ._card import Card

__all__ = ["CardFinding", "CardFindings", "columns_of", "lacking_columns", "missing_parts", "refusals"]


@dataclass(frozen=True)
class CardFinding:
    """Something about a card, or about a card and its data.

    Parameters
    ----------
    name
        What it is called, such as ``"missing_owner"``.
    severity
        ``"serious"``, ``"warning"`` or ``"note"``.
    what
        What was found, with counts.
    why
        Why it matters.
    do
        What to do.
    """

    name: str
    severity: Severity
    what: str
    why: str = ""
    do: str = ""

    def __str__(self) -> str:
        return (
            f"{self.severity}: {self.what}" + (f" {self.why}" if self.why else "") + (f" {self.do}" if self.do else "")
        )


@dataclass(frozen=True)
class CardFindings(NamedFindings[CardFinding]):
    """What was found about a card, the gravest first.

    Parameters
    ----------
    findings
        The findings.
    """

    findings: tuple[CardFinding, ...]

    def __str__(self) -> str:
        return "\n".join(map(str, self.findings)) or "Nothing is missing, and the card agrees with its data."

    def _repr_html_(self) -> str:
        rows = [(one.severity, one.what, one.why, one.do) for one in self.findings]
        return html_table(("severity", "what", "why it matters", "what to do"), rows)


def missing_parts(card: Card) -> tuple[Need, ...]:
    """Return what a card of its kind should say and does not.

    Examples
    --------
    >>> from linkkit.cards import Card
    >>> [need.part for need in missing_parts(Card("wic", "intervention", owner="x", contact="y"))][:3]
    ['source', 'period', 'places']
    """
    return tuple(
        need
        for need in NEEDS
        if (not need.kinds or card.kind in need.kinds)
        and getattr(card, need.part) in (None, "", ())
        and not (need.part == "lawful_basis" and card.consent is not None)
        and not (need.part == "blinded" and card.hidden)
    )


def columns_of(card: Card) -> dict[str, str]:
    """Return the columns that a card names besides those of fields: where it names them, and the column."""
    named: dict[str, str | None] = {"id": card.id, "person": card.person, "allocation": card.allocation}
    named |= {f"blinded[{number}]": column for number, column in enumerate(card.blinded)}
    named |= {f"outcomes[{number}]": column for number, column in enumerate(card.outcomes)}
    if card.period is not None:
        named["period.column"] = card.period.column
    if card.consent is not None:
        named |= {"consent.column": card.consent.column, "consent.opt_out": card.consent.opt_out}
    if card.spells is not None:
        named |= {f"spells.{part}": getattr(card.spells, part) for part in ("start", "end", "place")}
    for number, one in enumerate(card.history):
        if one.path is None:
            named |= {f"history[{number}].start": one.start, f"history[{number}].end": one.end}
    return {place: column for place, column in named.items() if column is not None}


def lacking_columns(card: Card, columns: Sequence[str]) -> list[str]:
    """Return a sentence for each column that a card names and the data do not have."""
    from ._card import described_columns

    named = {
        f"fields.{name}": column for name, said in card.fields.items() for column in described_columns(said)
    } | columns_of(card)
    return [
        f"{place} names the column {column!r}, which is not there.{did_you_mean(column, columns)}"
        for place, column in named.items()
        if column not in columns
    ]


def refusals(
    cards: Sequence[Card], *, on: datetime.date, level: str = "person", known_as: Sequence[str] = ()
) -> list[str]:
    """Return why some datasets may not be linked with each other, each reason with the card that gives it.

    Parameters
    ----------
    cards
        Their cards.
    on
        The day of the linkage.
    level
        The unit that is linked.
    known_as
        For each the name that its dataset goes by here; a consent that names either covers it.

    Examples
    --------
    >>> from linkkit.cards import Card, Consent
    >>> pair = [Card("trial", consent=Consent(("npd",))), Card("npd extract 7")]
    >>> refusals(pair, on=datetime.date(2026, 1, 31))
    ['trial: the consent covers linkage with npd, not with npd extract 7 (other).']
    >>> refusals(pair, on=datetime.date(2026, 1, 31), known_as=["trial", "npd"])
    []
    """
    found = []
    names = [tuple(dict.fromkeys((card.name, *known_as[place : place + 1]))) for place, card in enumerate(cards)]
    for place, one in enumerate(cards):
        for number, other in enumerate(cards):
            if number == place or one is other or one.consent is None:
                continue
            reasons = [one.consent.refusal(name, other.kind, on=on, level=level) for name in names[number]]
            if all(reasons):
                found.append(f"{one.name}: {reasons[0]}.")
    return list(dict.fromkeys(found))


def reversed_rows(rows: Sequence[int], start: str, end: str) -> str:
    """Return what to say of spells that end before they start."""
    many = len(rows) != 1
    return (
        f"{len(rows):,} record{'s end' if many else ' ends'} ({end!r}) before the start ({start!r}): {row_list(rows)}."
    )
