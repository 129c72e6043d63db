"""What algorithms make of values: one or a few texts in, a text or None out."""

from __future__ import annotations

import datetime
import re

__all__ = [
    "age_at_census", "all_but_last", "alphabetised", "approximate_birth_years", "contained_name", "every_postcode",
    "forenames", "full_name", "hes_date", "hes_postcode", "home_postcode", "letters", "share_a_word", "slk_581",
    "slk_581_complete", "valid_nhs_number", "word",
]  # fmt: skip

_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
# NHS Data Dictionary: the ten digits carry weights 10 to 1, and their sum is a multiple of 11.
_NHS_WEIGHTS = range(10, 0, -1)
_HES_POSTCODE = re.compile(r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}")
_ANY_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b")
_HES_FIRST_BIRTH = "1895-01-01"
_SLK_SEX = {"m": "1", "f": "2", "x": "3"}
_CENSUS_DAY = datetime.date(2021, 3, 21)


def letters(text: str | None) -> str | None:
    """Return the letters of a text, without blanks and signs.

    Examples
    --------
    >>> letters("mary-ann o'neil")
    'maryannoneil'
    """
    return "".join(c for c in text or "" if c.isalpha()) or None


def alphabetised(text: str | None) -> str | None:
    """Return the letters of a text in alphabetical order.

    Examples
    --------
    >>> alphabetised("ann lee") == alphabetised("lee ann")
    True
    """
    return "".join(sorted(letters(text) or "")) or None


def word(text: str | None, number: int) -> str | None:
    """Return the so-manyth word, from 1; hyphens part words.

    Examples
    --------
    >>> word("mary-ann", 2)
    'ann'
    """
    found = (text or "").replace("-", " ").split()
    return found[number - 1] if len(found) >= number else None


def forenames(given: str | None, middle: str | None) -> str | None:
    """Return given and middle names together; either may be missing."""
    return " ".join(name for name in (given, middle) if name) or None


def full_name(given: str | None, middle: str | None, surname: str | None) -> str | None:
    """Return all names together; any may be missing."""
    return " ".join(name for name in (given, middle, surname) if name) or None


def contained_name(left: str, right: str) -> float:
    """Tell whether every word of the shorter name is in the other, where it has two words at least: 1 or 0.

    Examples
    --------
    >>> contained_name("john john dave jim", "john dave"), contained_name("john", "john dave")
    (1.0, 0.0)
    """
    first, second = left.split(), right.split()
    fewest = min(len(first), len(second))
    return float(fewest > 1 and len(set(first) & set(second)) == fewest)


def all_but_last(text: str | None) -> str | None:
    """Return a text without its last character."""
    return (text or "")[:-1] or None


def age_at_census(date: str | None) -> str | None:
    """Return the age in whole years on Census Day, 21 March 2021; below 0 for who was born later.

    Examples
    --------
    >>> age_at_census("2010-03-21"), age_at_census("2010-03-22"), age_at_census("2010-XX-01")
    ('11', '10', None)
    """
    match = _DATE.fullmatch(date or "")
    if match is None:
        return None
    year, month, day = map(int, match.groups())
    return str(_CENSUS_DAY.year - year - ((month, day) > (_CENSUS_DAY.month, _CENSUS_DAY.day)))


def valid_nhs_number(text: str | None) -> str | None:
    """Return a valid NHS number: ten digits, not all the same, with the right check digit; else None.

    Examples
    --------
    >>> valid_nhs_number("943 476 5919"), valid_nhs_number("9434765918"), valid_nhs_number("1111111111")
    ('9434765919', None, None)
    """
    digits = re.sub(r"[\s-]", "", text or "")
    if not re.fullmatch(r"\d{10}", digits, re.ASCII) or len(set(digits)) == 1:
        return None
    total = sum(int(digit) * weight for digit, weight in zip(digits, _NHS_WEIGHTS, strict=True))
    return digits if total % 11 == 0 else None


def hes_postcode(text: str | None) -> str | None:
    """Return a postcode as HES matches it, without blanks and zeros; None where its form is wrong or it begins ZZ.

    Examples
    --------
    >>> hes_postcode("LS10 4AP"), hes_postcode("ZZ99 3VZ"), hes_postcode("leeds")
    ('LS14AP', None, None)
    """
    upper = (text or "").upper().strip()
    if not _HES_POSTCODE.fullmatch(upper) or upper.startswith("ZZ"):
        return None
    return upper.replace(" ", "").replace("0", "")


def hes_date(text: str | None) -> str | None:
    """Return a whole date of birth from 1895 on; else None.

    Examples
    --------
    >>> hes_date("2001-02-03"), hes_date("1894-12-31"), hes_date("2001-XX-03")
    ('2001-02-03', None, None)
    """
    return text if _DATE.fullmatch(text or "") and (text or "") >= _HES_FIRST_BIRTH else None


def slk_581(surname: str | None, given: str | None, date: str | None, sex: str | None) -> str | None:
    """Return the statistical linkage key SLK-581: XXXXXDDMMYYYYN; None where the date is not whole.

    The 2nd, 3rd and 5th letter of the family name and the 2nd and 3rd of the given name, signs not counted; 2 where a
    name is too short, 999 or 99 where it is missing; then the date of birth and the sex (1 male, 2 female, 3 another,
    9 not stated).

    Examples
    --------
    >>> slk_581("Citizen", "Jane", "1970-02-01", "f")
    'ITZAN010219702'
    """
    match = _DATE.fullmatch(date or "")
    if match is None:
        return None
    year, month, day = match.groups()
    name = _letters_at(surname, (2, 3, 5)) + _letters_at(given, (2, 3))
    return f"{name}{day}{month}{year}{_SLK_SEX.get(sex or '', '9')}"


def slk_581_complete(surname: str | None, given: str | None, date: str | None, sex: str | None) -> str | None:
    """Return the SLK-581 where no part of it stands for a missing value; else None."""
    if not letters(surname) or not letters(given) or (sex or "") not in _SLK_SEX:
        return None
    return slk_581(surname, given, date, sex)


def _letters_at(name: str | None, places: tuple[int, ...]) -> str:
    found = (letters(name) or "").upper()
    if not found:
        return "9" * len(places)
    return "".join(found[place - 1] if len(found) >= place else "2" for place in places)


def approximate_birth_years(date: str | None, activity: str | None, age: str | None) -> str | None:
    """Return the years in which someone may be born: the year of a whole date of birth, else two by age at a day.

    Examples
    --------
    >>> approximate_birth_years("2001-02-03", None, None), approximate_birth_years(None, "2015-06-30", "14")
    ('2001', '2000 2001')
    """
    if _DATE.fullmatch(date or ""):
        return (date or "")[:4]
    day, years = _DATE.fullmatch(activity or ""), re.fullmatch(r"(\d{1,3})(?:\.0+)?", (age or "").strip(), re.ASCII)
    if day is None or years is None:
        return None
    last = int(day[1]) - int(years[1])
    return f"{last - 1} {last}"


def share_a_word(left: str, right: str) -> float:
    """Tell whether two lists of words have one in common: 1 or 0.

    Examples
    --------
    >>> share_a_word("2000 2001", "2001"), share_a_word("2000 2001", "1999")
    (1.0, 0.0)
    """
    return float(not set(left.split()).isdisjoint(right.split()))


def every_postcode(*texts: str | None) -> str | None:
    """Return all postcodes in some texts as words without blanks; those that begin ZZ are none.

    Examples
    --------
    >>> every_postcode("LS1 4AP", "m1 1aa; ZZ99 3VZ; LS14AP")
    'LS14AP M11AA'
    """
    found = (code.replace(" ", "") for text in texts for code in _ANY_POSTCODE.findall((text or "").upper()))
    return " ".join(dict.fromkeys(code for code in found if not code.startswith("ZZ"))) or None


def home_postcode(postcode: str | None, of: str | None) -> str | None:
    """Return a postcode where it is of a home; that of an incident, or of what else is named, is none.

    Examples
    --------
    >>> home_postcode("LS1 4AP", None), home_postcode("LS1 4AP", "home"), home_postcode("LS1 4AP", "Incident")
    ('LS14AP', 'LS14AP', None)
    """
    return every_postcode(postcode) if (of or "home").strip().lower() == "home" else None
