"""What the DfE SUI Matcher makes of names, postcodes and dates, value by value."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence

from ._keys import letters

__all__ = [
    "alike_given_names", "each_letters", "first_name", "fuzzy_names", "name_sounds", "shares_where_stated",
    "sorted_sounds", "sound", "sounds", "within_half_a_year", "without_brackets", "words",
]  # fmt: skip

_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
# More than this, or one slip in names that are not too short for it: as for the forenames of ONS matchkeys 11 and 35.
_ALIKE = 0.9
_LONG_ENOUGH = 4


def without_brackets(texts: Sequence[str]) -> list[str]:
    """Return names without what stands in brackets.

    Examples
    --------
    >>> without_brackets(["O'Neill (Smith)", "Lee [was Poe]"])
    ["O'Neill", 'Lee']
    """
    return [_BRACKETS.sub("", text).strip() for text in texts]


def first_name(text: str | None) -> str | None:
    """Return the first of some given names.

    Examples
    --------
    >>> first_name("zoe ann")
    'zoe'
    """
    return next(iter((text or "").split()), None)


def each_letters(text: str | None) -> str | None:
    """Return the letters of each of some names, which stand apart by semicolons, as words.

    Examples
    --------
    >>> each_letters("van berg; o'hara")
    'vanberg ohara'
    """
    return words(*(letters(name) for name in (text or "").split(";")))


def words(*texts: str | None) -> str | None:
    """Return texts behind each other, each word once.

    Examples
    --------
    >>> words("smith", None, "jones smith")
    'smith jones'
    """
    return " ".join(dict.fromkeys(" ".join(filter(None, texts)).split())) or None


def name_sounds(given: str | None, family: str | None, previous: str | None) -> str | None:
    """Return the sounds of names: given, then family names of now and before; None where there is no whole name.

    Examples
    --------
    >>> name_sounds("ann", "smith", "smythe poe")
    'A500 S530 P000'
    """
    if not given or not family:
        return None
    return f"{_soundex(given)} {sounds(f'{family} {previous or str()}')}"


def sounds(names: str | None) -> str | None:
    """Return the sounds of some names as words.

    Examples
    --------
    >>> sounds("smith jones")
    'S530 J520'
    """
    return " ".join(dict.fromkeys(_soundex(name) for name in (names or "").split())) or None


def sound(name: str | None) -> str | None:
    """Return the sound of a name."""
    return sounds(name)


def shares_where_stated(left: str, right: str) -> float:
    """Tell whether the candidate has a word of the query, where the query states any: 1 or 0.

    Examples
    --------
    >>> shares_where_stated("-", "LS14AP"), shares_where_stated("M11AA LS14AP", "LS14AP")
    (1.0, 1.0)
    """
    return float(left == "-" or not set(left.split()).isdisjoint(right.split()))


def sorted_sounds(given: str | None, family: str | None) -> str | None:
    """Return the sounds of given and family name in order: the same where the names are transposed.

    Examples
    --------
    >>> sorted_sounds("adam", "thomas") == sorted_sounds("thomas", "adam")
    True
    """
    return " ".join(sorted(map(_soundex, (given, family)))) if given and family else None


def fuzzy_names(left: str, right: str) -> float:
    """Tell whether names sound alike, family names of before among them, or are transposed: 1 or 0.

    Examples
    --------
    >>> fuzzy_names("A500 S530", "A500 J520 S530"), fuzzy_names("A350 T520", "T520 A350"), fuzzy_names("A1 B1", "A1 C1")
    (1.0, 1.0, 0.0)
    """
    (given, *families), (other, *others) = left.split(), right.split()
    alike = given == other and not set(families).isdisjoint(others)
    return float(alike or (given == others[0] and other == families[0]))


def within_half_a_year(left: str, right: str) -> float:
    """Tell whether two whole dates are six calendar months apart or less: 1 or 0.

    Examples
    --------
    >>> within_half_a_year("2001-08-31", "2002-02-28"), within_half_a_year("2001-08-30", "2002-03-01")
    (1.0, 0.0)
    """
    try:
        early, late = sorted(map(datetime.date.fromisoformat, (left, right)))
    except ValueError:  # a date of which a part is not known
        return 0.0
    years, month = divmod(early.month + 5, 12)
    last = datetime.date(early.year + years + (month == 11), (month + 1) % 12 + 1, 1) - datetime.timedelta(days=1)
    return float(late <= last.replace(day=min(early.day, last.day)))


def alike_given_names(left: str, right: str) -> float:
    """Tell whether two given names may be one by their letters: short for the other, or near in spelling or sound.

    Examples
    --------
    >>> alike_given_names("kate", "katie"), alike_given_names("t", "tom"), alike_given_names("louie", "couie")
    (1.0, 1.0, 1.0)
    >>> alike_given_names("ann", "zoe"), alike_given_names("ron", "jon")
    (0.0, 0.0)
    """
    import jellyfish

    if left.startswith(right) or right.startswith(left) or _soundex(left) == _soundex(right):
        return 1.0
    is_slip = min(len(left), len(right)) >= _LONG_ENOUGH and jellyfish.damerau_levenshtein_distance(left, right) < 2
    return float(is_slip or jellyfish.jaro_winkler_similarity(left, right) > _ALIKE)


def _soundex(text: str) -> str:
    import jellyfish

    return jellyfish.soundex(text)
