"""What a field usually tells about who somebody is, where no data are at hand: orders of magnitude, with their reasons.

No number here was measured on anybody's data. Each follows from a count of what there is to tell apart (days in a span
of years, homes among a number of people), or is a round figure; a plan for a linkage needs no more. Where the data are
at hand, they are counted instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log2

from linkkit.cards import Card, kind_of_field
from linkkit.fields import ENCODED_KINDS, meaning_of

__all__ = ["USUAL", "Usual", "group_of", "usual_agreement", "usual_bits"]

DAYS_A_YEAR = 365.25
# Years of birth that are taken where no card says ages: childhood.
USUAL_YEARS = 18.0
# Residents of a home, and homes of a postcode: round figures.
PEOPLE_A_HOME, HOMES_A_POSTCODE = 2.5, 15.0


@dataclass(frozen=True)
class Usual:
    """What a field of a kind usually tells.

    Parameters
    ----------
    group
        What it is about. Of the fields of one group the strongest counts: a town says little beside its postcode.
    bits
        How much an agreement tells, in log2 of one in how many strangers agree by chance; None where it follows from
        ages or from the number of people.
    agreement
        How often the two records of one person agree or nearly do, as graded comparisons see it, where both hold a
        value.
    why
        Where the figures come from.
    """

    group: str
    bits: float | None
    agreement: float
    why: str


USUAL: dict[str, Usual] = {
    "given_name": Usual("given name", 6, 0.98, "one in 64 strangers: popular names are held by many"),
    "middle_name": Usual("middle name", 4, 0.7, "few popular ones, and often left out"),
    "surname": Usual("surname", 8, 0.95, "one in 256 strangers: common surnames are held by many; some change"),
    "full_name": Usual("full name", 14, 0.94, "as given name and surname"),
    "date_of_birth": Usual("birth", None, 0.98, "one day of those on which people of these ages were born"),
    "age": Usual("birth", None, 0.9, "one year of those in which people of these ages were born"),
    "date": Usual("date", 8, 0.9, "a day within about a year"),
    "sex": Usual("sex", 1, 0.99, "one in two"),
    "postcode": Usual("home", None, 0.85, "one of as many postcodes as these people fill; people move"),
    "address": Usual("home", None, 0.8, "one of as many homes as these people fill; written freely"),
    "street": Usual("home", None, 0.8, "about as many as postcodes"),
    "house_number": Usual("house number", 5, 0.85, "one in about 32"),
    "place": Usual("home", 3, 0.9, "one in about 8: most people live in few towns"),
    "place_of_birth": Usual("place of birth", 3, 0.9, "one in about 8: most people are born in few towns"),
    "identifier": Usual("identifier", 30, 0.99, "made to be unique"),
    "email": Usual("e-mail", 20, 0.7, "shared by a family at most, and changed"),
    "phone": Usual("phone", 20, 0.6, "shared by a family, and changed"),
    "number": Usual("number", 3, 0.8, "unknown; one in 8 is taken"),
    "category": Usual("category", 2, 0.9, "one in four"),
    "set": Usual("category", 3, 0.8, "unknown; one in 8 is taken"),
    "text": Usual("text", 3, 0.7, "unknown; one in 8 is taken"),
}  # fmt: skip


def usual(field: str, kind: str) -> Usual | None:
    """Return what is usual of a field, by its name or else its kind; None of what cannot be told."""
    meant = meaning_of(field, kind)
    return USUAL.get(field) or (None if meant in ENCODED_KINDS else USUAL.get(meant, USUAL["text"]))


def group_of(field: str, kind: str) -> str:
    """Return what a field is about; fields of one group repeat each other.

    Examples
    --------
    >>> group_of("town", "place"), group_of("postcode", "postcode"), group_of("shoe_size", "number")
    ('home', 'home', 'number shoe_size')
    """
    if field in ("previous_surname",):
        return "surname"
    found = usual(field, kind)
    if found is None:
        return "encoded"
    own = found.group in ("number", "category", "text", "date")
    return f"{found.group} {field}" if own else found.group


def usual_agreement(field: str, kind: str) -> float:
    """Return how often the two records of one person usually agree on a field."""
    found = usual(field, kind)
    return 0.8 if found is None else found.agreement


def usual_bits(field: str, card: Card, other: Card, people: float) -> float | None:
    """Return what agreement on a field usually tells, in bits; None of what cannot be told (a filter of a record).

    Parameters
    ----------
    field
        Its name.
    card, other
        The cards of the two datasets: their ages say between which days people were born.
    people
        How many people the larger of them holds.

    Examples
    --------
    >>> from linkkit.cards import Card
    >>> round(usual_bits("date_of_birth", Card("a", ages=(0, 18)), Card("b", ages=(0, 18)), 1000), 1)
    12.7
    """
    found = usual(field, kind_of_field(card, field))
    if found is None:
        return None
    if found.bits is not None:
        return found.bits
    if found.group == "birth":
        days = DAYS_A_YEAR if field == "date_of_birth" else 1.0
        return log2(max(_years(card, other) * days, 2))
    homes = people / PEOPLE_A_HOME
    return log2(max(homes if found is USUAL["address"] and field == "address" else homes / HOMES_A_POSTCODE, 2))


def _years(card: Card, other: Card) -> float:
    """The years of birth that the narrower dataset covers: strangers of other ages are no candidates."""
    spans = [float(one.ages[1] - one.ages[0]) for one in (card, other) if one.ages]
    return max(min(spans), 1.0) if spans else USUAL_YEARS
