"""A card as lines that people read."""

from __future__ import annotations

from ._card import Card

__all__ = ["card_lines", "card_text"]


def card_text(card: Card) -> str:
    """Return a card in words: what it is, what may be done with it, what is missing."""
    head = f"{card.name} ({card.kind}, of {card.unit}s)" + (f": {card.title}" if card.title else "")
    rows = card_lines(card)
    width = max((len(name) for name, _ in rows), default=0)
    lines = [head, *(f"  {name:<{width}}  {text}" for name, text in rows)]
    lines += [f"  missing: {need.part}; {need.why}" for need in card.missing()]
    return "\n".join(lines)


def card_lines(card: Card) -> list[tuple[str, str]]:
    """Return what a card says, a part and its text each; what it leaves out is left out.

    Examples
    --------
    >>> card_lines(Card("register", "administrative", places=("Leeds",), ages=(4, 18)))
    [('places', 'Leeds'), ('ages', '4 to 18')]
    """
    return [(name, text) for name, text in _rows(card) if text]


def _rows(card: Card) -> list[tuple[str, str]]:
    counts = [f"{count:,} {word}" for count, word in ((card.records, "records"), (card.persons, "persons")) if count]
    consent = card.consent
    return [
        ("holds", ", ".join(counts)),
        ("population", card.population),
        ("period", str(card.period or "")),
        ("extracted", str(card.extracted or "")),
        ("places", ", ".join(card.places)),
        ("ages", " to ".join(f"{age:g}" for age in card.ages)),
        ("blinded", ", ".join(card.hidden)),
        ("consent", "" if consent is None else _consent(card)),
        ("lawful basis", card.lawful_basis),
        ("found in", "; ".join(f"{one.share} in {one.dataset}" for one in card.found_in)),
        ("history", "; ".join(f"{', '.join(one.fields)} from {one.start}" for one in card.history)),
        ("owner", card.owner),
        ("contact", card.contact),
        ("access", card.access),
        ("purpose", card.purpose),
    ]


def _consent(card: Card) -> str:
    assert card.consent is not None
    words = [f"{card.consent.scope}: {', '.join(card.consent.linkages) or 'no linkage'}, by {card.consent.level}"]
    words += [f"until {card.consent.until}"] if card.consent.until else []
    return " ".join(words)
