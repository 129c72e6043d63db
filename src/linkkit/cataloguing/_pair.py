"""The outlook of a pair of datasets: what they share, and whether a link is feasible, permitted, and likely to work."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from linkkit.cards import UNITS, Card, is_coarser, refusals

from ._evidence import evidence_of, shared_fields
from ._held import UNKNOWN_PEOPLE, Holding
from ._model import Evidence, Forecast, forecast
from ._overlap import UNKNOWN_SHARE, Overlap, overlap
from ._words import share_text

__all__ = ["GRADES", "Grade", "PairOutlook", "outlook"]

Grade = Literal["strong", "workable", "weak", "doubtful", "not feasible", "unknown"]
GRADES: tuple[str, ...] = Grade.__args__  # type: ignore[attr-defined]
Permission = Literal["permitted", "refused", "not stated"]

# Found, and false among links. Published linkages of administrative data find nine in ten and more, with false links
# in the low per cents; with fewer than seven in ten found, or one link in twenty false, who is missed and who is mixed
# up shapes a result.
STRONG, WORKABLE = (0.9, 0.01), (0.7, 0.05)
# Below this share nothing is gained by linking.
LEAST_FOUND = 0.1
# What a dataset could be asked for, strongest first.
ASKED_FOR = (
    "nhs_number", "upn", "date_of_birth", "given_name", "surname", "postcode", "sex", "phone", "email", "address",
    "urn",
)  # fmt: skip
# And for other units than persons, of these.
_ASKED_OF_UNITS = {"household": ("postcode", "address"), "school": ("postcode", "address", "urn"),
                   "area": ("postcode", "address")}  # fmt: skip


@dataclass(frozen=True)
class PairOutlook:
    """What a linkage of two datasets promises, before it is made.

    Parameters
    ----------
    left, right
        Their names.
    kinds, units
        Their kinds and units.
    level
        The unit that is linked: the coarser of the two, or what was asked for.
    fields
        The fields that both hold and that say who somebody is, the strongest of each group first.
    evidence
        What each group of shared fields tells.
    overlap
        What they cover together, how many should be in both, and contradictions.
    forecast
        Expected quality; None where nothing can be compared.
    grade
        ``"strong"``, ``"workable"``, ``"weak"``; ``"doubtful"`` where the cards contradict each other, or have no day,
        place or age in common and do not say how many are in both; ``"not feasible"``; ``"unknown"`` where a card names
        no fields.
    reason
        Why, in a sentence.
    helps
        What would help, in sentences.
    permission
        ``"permitted"``, ``"refused"``, or ``"not stated"`` where a card gives neither consent nor a lawful basis.
    reasons
        Why it is refused, or what is not stated.
    until
        The last day on which the linkage may be made; None where no consent ends.
    assumed
        What was assumed for want of data or a word in a card.
    """

    left: str
    right: str
    kinds: tuple[str, str]
    units: tuple[str, str]
    level: str
    fields: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    overlap: Overlap
    forecast: Forecast | None
    grade: Grade
    reason: str
    helps: tuple[str, ...]
    permission: Permission
    reasons: tuple[str, ...]
    until: datetime.date | None
    assumed: tuple[str, ...]

    @property
    def is_feasible(self) -> bool:
        """Whether the fields can tell people apart well enough to link at all, if the two are of the same people."""
        return self.grade in ("strong", "workable", "weak", "doubtful")

    @property
    def is_permitted(self) -> bool:
        """Whether no card refuses it; what is not stated is not refused."""
        return self.permission != "refused"

    def __str__(self) -> str:
        from ._words import outlook_text

        return outlook_text(self)

    def _repr_html_(self) -> str:
        from linkkit._text_tables import html_table

        from ._words import outlook_rows

        return html_table(("", ""), outlook_rows(self), caption=f"{self.left} and {self.right}")


def outlook(left: Holding, right: Holding, *, on: datetime.date, level: str | None = None) -> PairOutlook:
    """Return what a linkage of two datasets promises.

    Parameters
    ----------
    left, right
        The datasets and what they hold.
    on
        The day on which the linkage would be made.
    level
        The unit that would be linked; by default the coarser of the two.
    """
    cards = (left.entry.card, right.entry.card)
    linked = level or max((card.unit for card in cards), key=UNITS.index)
    found = overlap(*cards, left.people, right.people)
    fields = shared_fields(left, right, linked)
    evidence = evidence_of(left, right, fields, linked)
    seen = _forecast(evidence, left, right, found, linked)
    grade, reason = _graded(left, right, evidence, seen, found)
    permission, reasons = _permission(left, right, on, linked)
    untils = [card.consent.until for card in cards if card.consent is not None and card.consent.until is not None]
    return PairOutlook(
        cards[0].name, cards[1].name, (cards[0].kind, cards[1].kind), (cards[0].unit, cards[1].unit), linked, fields,
        evidence, found, seen, grade, reason, _helps(left, right, found, linked, grade), permission, reasons,
        min(untils, default=None), _assumed(left, right, found, fields, linked),
    )  # fmt: skip


def _forecast(
    evidence: Sequence[Evidence], left: Holding, right: Holding, found: Overlap, level: str
) -> Forecast | None:
    if not evidence:
        return None
    cards = (left.entry.card, right.entry.card)
    if cards[0].unit != cards[1].unit:  # each record of the finer joins one of the coarser
        likely = min((left, right), key=lambda one: UNITS.index(one.entry.card.unit)).size
    else:
        likely = min(left.size, right.size) * UNKNOWN_SHARE if found.likely is None else found.likely
    # Of a dataset that holds each unit once, a record of the other has one match at most.
    once = [one.is_one_a_person and one.entry.card.unit == level for one in (right, left)]
    return forecast(evidence, left.size, right.size, likely, families=level == "person", once=(once[0], once[1]))


def _graded(
    left: Holding, right: Holding, evidence: Sequence[Evidence], seen: Forecast | None, found: Overlap
) -> tuple[Grade, str]:
    silent = sorted(one.entry.card.name for one in (left, right) if not one.entry.fields)
    if silent:
        return (
            "unknown",
            f"No card names fields of {' and '.join(silent)}: add fields or completeness, or give the data.",
        )
    nobody = _nobody(found)
    if nobody:
        return "not feasible", nobody
    if seen is None:
        return "not feasible", _nothing_shared(left.entry.card, right.entry.card)
    if seen.found < LEAST_FOUND:
        return "not feasible", (
            f"Agreement on every shared field tells {seen.power_bits:.1f} bits; {seen.needed_bits:.1f} are needed to "
            "outweigh strangers, and more to tell relatives apart."
        )
    words = f"About {seen.found:.0%} of matches are found, and {share_text(seen.false_links)} of links are false."
    doubt = _doubt(found)
    if doubt:
        return "doubtful", f"{doubt} If fields were all: {words}"
    for grade, (least, most) in (("strong", STRONG), ("workable", WORKABLE)):
        if seen.found >= least and seen.false_links <= most:
            return grade, words  # type: ignore[return-value]
    if seen.relatives > seen.strangers and seen.false_links > WORKABLE[1]:
        words += " Most of these are relatives, who share what is compared."
    return "weak", words


def _nobody(found: Overlap) -> str:
    """Why nobody is in both; empty where somebody may be."""
    if found.is_apart_by_birth:
        return f"Nobody can be in both: {' '.join(text for text in found.apart if 'birth' in text)}"
    if found.people is not None and found.is_said and found.people[1] == 0:
        return "The cards expect nobody in both: every link would be false."
    return ""


def _doubt(found: Overlap) -> str:
    """Why the two may not be of the same people; empty where nothing says so."""
    if found.contradictions:
        return "What the cards say cannot all be true: mend them first."
    if found.apart and not found.is_said:
        return (
            f"They may not be of the same people: {' '.join(found.apart)} Say in found_in of a card how many are in "
            "both, and why."
        )
    return ""


def _nothing_shared(left: Card, right: Card) -> str:
    if left.unit == right.unit:
        return "They share no field that says who somebody is."
    finer, coarser = sorted((left, right), key=lambda card: UNITS.index(card.unit))
    return (
        f"They share no field that says which {coarser.unit} of {coarser.name} a {finer.unit} of {finer.name} belongs "
        f"to; where a {finer.unit} lives does not."
    )


def _helps(left: Holding, right: Holding, found: Overlap, level: str, grade: Grade) -> tuple[str, ...]:
    """The fields that would lift the outlook most, and whom to ask for them."""
    if grade in ("strong", "unknown"):
        return ()
    now = shared_fields(left, right, level)
    told = []
    for field in ASKED_FOR:
        if field in now or field not in _ASKED_OF_UNITS.get(level, ASKED_FOR[:-1]):
            continue
        asked = tuple(one.entry.card for one in (left, right) if field not in one.entry.fields)
        more = shared_fields(left, right, level, added=field)
        seen = _forecast(evidence_of(left, right, more, level), left, right, found, level)
        if field not in more or seen is None:
            continue
        told.append((len(asked), _worth(seen), _ask(field, asked, seen)))
    before = _forecast(evidence_of(left, right, now, level), left, right, found, level)
    least = 0.0 if before is None else _worth(before) + 0.02
    # First what one of them holds already: it is nearer than what both would have to collect.
    return tuple(words for _, worth, words in sorted(told, key=lambda one: (one[0], -one[1])) if worth > least)[:2]


def _worth(seen: Forecast) -> float:
    """The expected F measure: of found and of true among links."""
    true = 1 - seen.false_links
    return 2 * seen.found * true / (seen.found + true) if seen.found + true > 0 else 0.0


def _ask(field: str, asked: Sequence[Card], seen: Forecast) -> str:
    whom = " and ".join(
        f"{card.name}{f' ({card.contact or card.owner})' if card.contact or card.owner else ''}"
        for card in sorted(asked, key=lambda card: card.name)
    )
    return (
        f"Ask {whom} for {field}: then about {seen.found:.0%} of matches are found, with "
        f"{share_text(seen.false_links)} of links false."
    )


def _permission(left: Holding, right: Holding, on: datetime.date, level: str) -> tuple[Permission, tuple[str, ...]]:
    cards = (left.entry.card, right.entry.card)
    known_as = [one.entry.also or one.entry.card.name for one in (left, right)]
    refused = refusals(cards, on=on, level=level, known_as=known_as)
    refused += [
        f"{one.name} is about {one.unit}s: it cannot be linked by {level}."
        for one in cards
        if is_coarser(one.unit, level)
    ]
    if refused:
        return "refused", tuple(refused)
    silent = [one.name for one in cards if one.consent is None and not one.lawful_basis]
    if silent:
        return "not stated", tuple(f"{name} gives neither consent nor a lawful basis." for name in silent)
    return "permitted", ()


def _assumed(left: Holding, right: Holding, found: Overlap, fields: Sequence[str], level: str) -> tuple[str, ...]:
    told = [
        f"{one.entry.card.name} does not say how many it holds: {UNKNOWN_PEOPLE:,.0f} are taken."
        for one in (left, right)
        if one.people is None
    ]
    told += [
        f"{one.left_out:,} records of {one.entry.card.name} may not be linked (no consent, opted out) but count here."
        for one in (left, right)
        if one.left_out
    ]
    told += [
        f"{one.entry.card.name} is counted in {one.entry.card.unit}s, not in {level}s."
        for one in (left, right)
        if one.entry.card.unit != level
    ]
    if found.people is not None and not found.is_said:
        told.append("No card says how many should be in both: half of the smaller dataset are taken.")
    for one in (left, right):
        unknown = [field for field in fields if one.held[field].completeness is None]
        if unknown:
            told.append(
                f"{one.entry.card.name} does not say how complete {', '.join(unknown)} is: always there is taken."
            )
        if one.entry.dataset is None and fields:
            told.append(
                f"The data of {one.entry.card.name} are not at hand: what its fields tell is an order of magnitude."
            )
    if fields and level == "person":
        told.append("Each person has about one relative in the other dataset; 3 in 100 are twins.")
    return tuple(told)
