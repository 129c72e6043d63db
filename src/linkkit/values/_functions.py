"""Functions that write column expressions: ``soundex("surname")`` is ``"soundex(surname)"``."""

from __future__ import annotations

from ._expressions import canonical

__all__ = [
    "area",
    "day",
    "digits",
    "first",
    "joined",
    "last",
    "metaphone",
    "month",
    "nicknames",
    "nysiis",
    "outward",
    "pooled",
    "qgrams",
    "sector",
    "sorted_words",
    "soundex",
    "suffixes",
    "swapped_day_month",
    "undated",
    "using",
    "whole_date",
    "words",
    "year",
]


def soundex(column: str) -> str:
    """American Soundex of a name (``soundex("surname")``: Robert and Rupert are both R163)."""
    return canonical(f"soundex({column})")


def metaphone(column: str) -> str:
    """Metaphone (Philips 1990), a phonetic code of English words."""
    return canonical(f"metaphone({column})")


def nysiis(column: str) -> str:
    """NYSIIS (Taft 1970), a phonetic code of names."""
    return canonical(f"nysiis({column})")


def first(column: str, characters: int) -> str:
    """The first characters of a text; a shorter text whole."""
    return canonical(f"first({column}, {characters})")


def last(column: str, characters: int) -> str:
    """The last characters of a text; a shorter text whole."""
    return canonical(f"last({column}, {characters})")


def digits(column: str) -> str:
    """The digits of a text, in order; a text without any is missing."""
    return canonical(f"digits({column})")


def sorted_words(column: str) -> str:
    """The words of a text in alphabetical order, so that their order no longer counts."""
    return canonical(f"sorted_words({column})")


def year(column: str) -> str:
    """The year of an ISO date; missing where it is not known."""
    return canonical(f"year({column})")


def month(column: str) -> str:
    """The month of an ISO date; missing where it is not known."""
    return canonical(f"month({column})")


def day(column: str) -> str:
    """The day of an ISO date; missing where it is not known."""
    return canonical(f"day({column})")


def whole_date(column: str) -> str:
    """The date where year, month and day are all known; else missing."""
    return canonical(f"whole_date({column})")


def swapped_day_month(column: str) -> str:
    """The date with day and month exchanged, where that is a date; else missing."""
    return canonical(f"swapped_day_month({column})")


def undated(column: str) -> str:
    """The values of a field of dated versions without their days, so that records that share any version agree."""
    return canonical(f"undated({column})")


def outward(column: str) -> str:
    """The outward part of a UK postcode (``LS1`` of ``LS1 4AP``); of other codes the first part, or the first three."""
    return canonical(f"outward({column})")


def sector(column: str) -> str:
    """The sector of a UK postcode (``LS1 4`` of ``LS1 4AP``); of other codes all but the last two characters."""
    return canonical(f"sector({column})")


def area(column: str) -> str:
    """The area of a UK postcode (``LS`` of ``LS1 4AP``); of other codes the first two characters."""
    return canonical(f"area({column})")


def joined(*columns: str) -> str:
    """Several columns as one text; missing where any of them is."""
    return canonical(f"joined({', '.join(columns)})")


def pooled(*columns: str) -> str:
    """Several columns as one text, of each record those that are not missing: every surname that somebody has had.

    All datasets must have the first column; others may be lacking from some of them, not from all.
    """
    return canonical(f"pooled({', '.join(columns)})")


def words(column: str) -> str:
    """The set of words of a text: a blocking key for each word."""
    return canonical(f"words({column})")


def qgrams(column: str, characters: int = 3) -> str:
    """The set of q-grams of a text: a blocking key for each run of so many characters."""
    return canonical(f"qgrams({column}, {characters})")


def suffixes(column: str, characters: int = 4) -> str:
    """The set of suffixes of a text of at least so many characters: a blocking key for each."""
    return canonical(f"suffixes({column}, {characters})")


def using(function: str, column: str) -> str:
    """A function of yours, named by import path: ``using("mypackage.keys:house", "address")``.

    It is called once with the list of distinct texts, and returns as many texts, with None for missing.
    """
    return canonical(f"using({function}, {column})")


def nicknames(column: str) -> str:
    """The set of names that a given name may stand for: Bill and Will share ``william``."""
    return canonical(f"nicknames({column})")
