"""What two datasets cover together, how many people should be in both, and where their cards contradict each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from linkkit.cards import Card

__all__ = ["UNKNOWN_SHARE", "Overlap", "overlap"]

# Where no card says how many are in both, half of the smaller dataset are taken: a factor of two is one bit of weight.
UNKNOWN_SHARE = 0.5


@dataclass(frozen=True)
class Overlap:
    """What two datasets cover together, and how many people should be in both.

    Parameters
    ----------
    days
        Days that both periods have; None where a card gives none, or they have no end.
    places
        Places that both name.
    ages
        Years of age that both cover: least and most; empty where a card gives none, or they have none in common.
    births
        Years of birth that both cover, from ages and periods; empty likewise.
    left_in_right, right_in_left
        Least and most share that should be found in the other; None where no card says it.
    people
        Least and most people who should be in both; None where the sizes are unknown.
    is_said
        Whether a card says how many are expected.
    contradictions
        What cannot all be true.
    apart
        What the two do not have in common, by their cards: days, places, years of birth or ages.
    is_apart_by_birth
        Whether nobody can be in both, as persons of the one are born in other years than those of the other.
    """

    days: int | None
    places: tuple[str, ...]
    ages: tuple[float, ...]
    births: tuple[int, ...]
    left_in_right: tuple[float, float] | None
    right_in_left: tuple[float, float] | None
    people: tuple[float, float] | None
    is_said: bool
    contradictions: tuple[str, ...]
    apart: tuple[str, ...] = ()
    is_apart_by_birth: bool = False

    @property
    def likely(self) -> float | None:
        """About how many people are in both, for planning."""
        if self.people is None:
            return None
        least, most = self.people
        return (least + most) / 2 if self.is_said else most * UNKNOWN_SHARE


def overlap(left: Card, right: Card, left_people: float | None, right_people: float | None) -> Overlap:
    """Return what two datasets cover together.

    Parameters
    ----------
    left, right
        Their cards.
    left_people, right_people
        How many people each holds.

    Examples
    --------
    >>> from linkkit.cards import Expected
    >>> trial = Card("trial", "trial", found_in=(Expected("pupils", "all"),))
    >>> print(overlap(trial, Card("pupils"), 3000, 1000).contradictions[0])
    trial says that all of its 3,000 people are in pupils, which holds 1,000.
    """
    forth, back = left.expected_in(right), right.expected_in(left)
    shares = [None if one is None else one.bounds for one in (forth, back)]
    if left.unit != right.unit:  # persons and schools are not counted together
        left_people = right_people = None
    people = _people(shares, (left_people, right_people))
    days = None if left.period is None or right.period is None else left.period.overlap(right.period)
    ages, births = _common(left.ages, right.ages), _common(_births(left), _births(right))
    found = _of_numbers(left, right, shares, (left_people, right_people), people)
    found += _of_coverage(left, right, days, ages, births)
    one, other = sorted((left, right), key=lambda card: card.name)  # said alike whichever comes first
    return Overlap(
        days, tuple(sorted(set(left.places) & set(right.places))), ages, tuple(int(year) for year in births),
        shares[0], shares[1], people, any(shares), tuple(found), tuple(_apart(one, other, days, ages, births)),
        left.unit == right.unit == "person" and bool(_births(left) and _births(right)) and not births,
    )  # fmt: skip


def _people(
    shares: Sequence[tuple[float, float] | None], sizes: tuple[float | None, float | None]
) -> tuple[float, float] | None:
    known = [size for size in sizes if size is not None]
    if not known:
        return None
    least, most = 0.0, min(known)
    for share, size in zip(shares, sizes, strict=True):
        if share is not None and size is not None:
            least, most = max(least, share[0] * size), min(most, share[1] * size)
    return min(least, most), most


def _of_numbers(
    left: Card,
    right: Card,
    shares: Sequence[tuple[float, float] | None],
    sizes: tuple[float | None, float | None],
    people: tuple[float, float] | None,
) -> list[str]:
    found = []
    both = ((left, right, shares[0], sizes[0], sizes[1]), (right, left, shares[1], sizes[1], sizes[0]))
    for one, other, share, own, its in both:
        if share is not None and own is not None and its is not None and share[0] * own > its:
            many = "all" if share[0] == 1 else f"at least {share[0]:.0%}"
            found.append(
                f"{one.name} says that {many} of its {own:,.0f} people are in {other.name}, which holds {its:,.0f}."
            )
    forth, back = shares
    if people is not None and forth is not None and back is not None and None not in sizes and not found:
        ends = [
            (one.name, share[0] * size, share[1] * size)
            for one, share, size in ((left, forth, sizes[0]), (right, back, sizes[1]))
            if size is not None
        ]
        (first, low, high), (second, least, most) = sorted(ends)
        if high < least or most < low:
            found.append(
                f"{first} expects {_counts(low, high)} of its people in {second}; {second} expects "
                f"{_counts(least, most)} of its own in {first}: these are the same people."
            )
    return found


def _counts(least: float, most: float) -> str:
    return f"{least:,.0f}" if least == most else f"{least:,.0f} to {most:,.0f}"


def _of_coverage(
    left: Card, right: Card, days: int | None, ages: tuple[float, ...], births: tuple[float, ...]
) -> list[str]:
    """Reasons why nobody, or no event, can be in both, where a card expects somebody."""
    expecting = [
        (one, other)
        for one, other in ((left, right), (right, left))
        if (said := one.expected_in(other)) is not None and said.share == "all"
    ]
    return [
        f"{one.name} says that all of its people are in {other.name}, but {reason}"
        for one, other in expecting
        for reason in _apart(one, other, days, ages, births)
    ]


def _apart(one: Card, other: Card, days: int | None, ages: tuple[float, ...], births: tuple[float, ...]) -> list[str]:
    """Why the people of one dataset cannot all be in the other, as far as these go."""
    apart = []
    if days == 0:
        apart.append(f"their periods have no day in common ({one.period}; {other.period}).")
    if one.places and other.places and not set(one.places) & set(other.places):
        apart.append(
            f"they name no place in common ({', '.join(one.places)}; {', '.join(other.places)}); where one lies in the "
            "other, name both in its card."
        )
    if _births(one) and _births(other):
        if not births:
            apart.append(f"their ages and periods have no year of birth in common ({_years(one)}; {_years(other)}).")
    elif one.ages and other.ages and not ages:
        apart.append(f"their ages do not overlap ({_ages(one)}; {_ages(other)}).")
    return apart


def _births(card: Card) -> tuple[float, ...]:
    """The years in which people of a dataset can be born: of its ages on the days of its period."""
    if not card.ages or card.period is None or card.period.start is None:
        return ()
    last = card.period.end or card.extracted
    return () if last is None else (card.period.start.year - int(card.ages[1]) - 1, last.year - int(card.ages[0]))


def _common(one: Sequence[float], other: Sequence[float]) -> tuple[float, ...]:
    if not one or not other or max(one[0], other[0]) > min(one[1], other[1]):
        return ()
    return max(one[0], other[0]), min(one[1], other[1])


def _years(card: Card) -> str:
    return " to ".join(f"{year:.0f}" for year in _births(card))


def _ages(card: Card) -> str:
    return " to ".join(f"{age:g}" for age in card.ages)
