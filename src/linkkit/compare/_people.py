"""Comparisons of what people are known by: names, dates, postcodes, addresses, identifiers."""

from __future__ import annotations

from linkkit.specs import Combined, Comparison, Level, all_of, either, unknown
from linkkit.values import (
    area,
    day,
    digits,
    fields_of,
    last,
    month,
    outward,
    pooled,
    sector,
    sorted_words,
    soundex,
    swapped_day_month,
    whole_date,
    words,
    year,
)

from ._conditions import (
    equal,
    is_initial,
    same_nickname,
    share_members,
    similar,
    swapped,
    within_edits,
    within_years,
)

__all__ = [
    "address", "date", "email", "full_name", "house_number", "identifier", "name", "phone", "postcode", "surname",
]  # fmt: skip


def name(column: str = "given_name", *, swapped_with: str | None = None) -> Comparison:
    """Given names: spelling, nicknames, initials, sound; and exchanged with the surname.

    Parameters
    ----------
    column
        Field or column expression.
    swapped_with
        The field that it may have been exchanged with, usually ``"surname"``.

    Examples
    --------
    >>> name("given_name", swapped_with="surname").labels
    ('missing', 'exact', 'near spelling', 'nickname', 'swapped', 'initial', 'alike', 'other')
    """
    levels = [
        Level("exact", equal(column)),
        Level("near spelling", similar(column, 0.92)),
        Level("nickname", same_nickname(column)),
        Level("initial", is_initial(column)),
        Level("alike", either(similar(column, 0.82), equal(soundex(column)))),
    ]
    if swapped_with is not None:
        levels.insert(3, Level("swapped", swapped(column, swapped_with, 0.92), in_order=False))
    return Comparison(column, tuple(levels), fields_of(column), column)


def surname(column: str = "surname", *, previous: str | None = None) -> Comparison:
    """Surnames: spelling, one half of a double-barrelled name, a previous surname, sound.

    Parameters
    ----------
    column
        Field or column expression.
    previous
        The field of previous surnames, which some of the datasets may lack: a record's surname may be the other's
        previous one, or both may have had the same. Names change when people marry or part, and when parents do.

    Examples
    --------
    >>> surname("surname").labels
    ('missing', 'exact', 'near spelling', 'one part', 'alike', 'other')
    >>> surname("surname", previous="previous_surname").labels
    ('missing', 'exact', 'near spelling', 'one part', 'previous surname', 'alike', 'other')
    """
    levels = [
        Level("exact", equal(column)),
        Level("near spelling", similar(column, 0.92)),
        Level("one part", share_members(words(column))),
        Level("alike", either(similar(column, 0.82), equal(soundex(column)))),
    ]
    if previous is not None:
        every = share_members(words(pooled(column, previous)))
        levels.insert(3, Level("previous surname", every, in_order=False))
    return Comparison(column, tuple(levels), fields_of(column), column)


def full_name(column: str = "full_name") -> Comparison:
    """Whole names in one text: words in any order, near spelling, part of the words.

    Examples
    --------
    >>> full_name().labels
    ('missing', 'exact', 'same words', 'near spelling', 'words contained', 'alike', 'other')
    """
    return Comparison(
        column,
        (
            Level("exact", equal(column)),
            Level("same words", equal(sorted_words(column))),
            Level("near spelling", similar(sorted_words(column), 0.92)),
            Level("words contained", similar(column, 1.0, "word_subset")),
            Level("alike", either(similar(sorted_words(column), 0.82), similar(column, 0.5, "jaccard_words"))),
        ),
        fields_of(column),
        column,
    )


def date(column: str = "date_of_birth") -> Comparison:
    """Dates: day and month exchanged, one digit off, parts that agree where others are missing or differ, near in time.

    Examples
    --------
    >>> date().labels[:4]
    ('missing', 'exact', 'known parts agree', 'day and month swapped')
    """
    whole = whole_date(column)
    same_year, same_month, same_day = equal(year(column)), equal(month(column)), equal(day(column))
    two_parts = either(all_of(same_year, same_month), all_of(same_year, same_day), all_of(same_month, same_day))
    return Comparison(
        column,
        (
            Level("exact", equal(whole)),
            Level("known parts agree", equal(column) | _known_parts_agree(column)),
            Level("day and month swapped", swapped(whole, swapped_day_month(column), 1.0)),
            Level("one edit", within_edits(whole, 1)),
            Level("two parts", two_parts),
            Level("two edits", within_edits(whole, 2)),
            Level("within a year", either(same_year, within_years(whole, 1))),
        ),
        fields_of(column),
        whole,
    )


def _known_parts_agree(column: str) -> Combined:
    """Two parts agree and the third is missing on a side."""
    parts = [equal(year(column)), equal(month(column)), equal(day(column))]
    thirds = ((0, 1, 2), (0, 2, 1), (1, 2, 0))
    return either(*(all_of(parts[one], parts[other], unknown(parts[third])) for one, other, third in thirds))


def postcode(column: str = "postcode") -> Comparison:
    """Postcodes: one edit off, the same sector, the same outward part, the same area.

    Examples
    --------
    >>> postcode().labels
    ('missing', 'exact', 'one edit', 'same sector', 'same outward', 'same area', 'other')
    """
    return Comparison(
        column,
        (
            Level("exact", equal(column)),
            Level("one edit", within_edits(column, 1)),
            Level("same sector", equal(sector(column))),
            Level("same outward", equal(outward(column))),
            Level("same area", equal(area(column))),
        ),
        fields_of(column),
        column,
    )


def address(column: str = "address") -> Comparison:
    """Addresses: the same words in any order, the same number and most words, near spelling, some words.

    Examples
    --------
    >>> address().labels
    ('missing', 'exact', 'same words', 'same number, most words', 'near spelling', 'some words', 'other')
    """
    most_words = similar(column, 0.5, "jaccard_words")
    return Comparison(
        column,
        (
            Level("exact", equal(column)),
            Level("same words", equal(sorted_words(column))),
            Level("same number, most words", all_of(equal(digits(column)), either(most_words, similar(column, 0.85)))),
            Level("near spelling", similar(column, 0.92)),
            Level("some words", similar(column, 0.3, "jaccard_words")),
        ),
        fields_of(column),
        column,
    )


def house_number(column: str = "house_number") -> Comparison:
    """House numbers: the same digits whatever the letters, one edit off.

    Examples
    --------
    >>> house_number().labels
    ('missing', 'exact', 'same digits', 'one edit', 'other')
    """
    return Comparison(
        column,
        (
            Level("exact", equal(column)),
            Level("same digits", equal(digits(column))),
            Level("one edit", within_edits(column, 1)),
        ),
        fields_of(column),
        column,
    )


def identifier(column: str, *, previous: str | None = None) -> Comparison:
    """Numbers and codes given to people: a previous number, one or two edits off.

    Parameters
    ----------
    column
        Field or column expression.
    previous
        The field of previous numbers, which some of the datasets may lack: the former UPN of a pupil who got another.

    Examples
    --------
    >>> identifier("nhs_number").labels
    ('missing', 'exact', 'one edit', 'two edits', 'other')
    >>> identifier("upn", previous="former_upn").labels
    ('missing', 'exact', 'previous number', 'one edit', 'two edits', 'other')
    """
    levels = [
        Level("exact", equal(column)),
        Level("one edit", within_edits(column, 1)),
        Level("two edits", within_edits(column, 2)),
    ]
    if previous is not None:
        levels.insert(1, Level("previous number", share_members(words(pooled(column, previous))), in_order=False))
    return Comparison(column, tuple(levels), fields_of(column))


def phone(column: str = "phone") -> Comparison:
    """Telephone numbers: the same last six digits, one edit off.

    Examples
    --------
    >>> phone().labels
    ('missing', 'exact', 'one edit', 'same ending', 'other')
    """
    return Comparison(
        column,
        (
            Level("exact", equal(column)),
            Level("one edit", within_edits(column, 1)),
            Level("same ending", equal(last(column, 6))),
        ),
        fields_of(column),
        column,
    )


def email(column: str = "email") -> Comparison:
    """E-mail addresses: one or two edits off, near spelling.

    Examples
    --------
    >>> email().labels
    ('missing', 'exact', 'two edits', 'near spelling', 'other')
    """
    return Comparison(
        column,
        (
            Level("exact", equal(column)),
            Level("two edits", within_edits(column, 2)),
            Level("near spelling", similar(column, 0.88)),
        ),
        fields_of(column),
        column,
    )
