"""How OpenToken 1.12 writes values alike, and what it takes for no value: text in, text or None out.

From its published description of normalisation and validation, and its published sample. What it calls invalid is
missing here. Each function takes one text that is not blank.
"""

from __future__ import annotations

import datetime
import re
import unicodedata

__all__ = ["birth_date", "first_name", "last_name", "postal_area", "sex", "social_security_number"]

_TITLES = (
    "mr|mrs|ms|miss|dr|prof|capt|sir|col|gen|cmdr|lt|rabbi|father|brother|sister|hon|honorable|reverend|rev|doctor"
)
_TITLE = re.compile(rf"\s*(?:{_TITLES})\.?\s+", re.IGNORECASE)
_GENERATION = re.compile(r"\s+(?:jr\.?|junior|sr\.?|senior|i{1,3}|i?v|vi{1,3}|i?x|\d+(?:st|nd|rd|th))$", re.IGNORECASE)
_LAST_INITIAL = re.compile(r"\s\S\.?$")
_NO_LETTER = re.compile(r"[^A-Za-z]")
_NO_NAMES = frozenset(
    ("unknown", "n/a", "none", "test", "sample", "donor", "patient", "automation test", "automationtest",
     "patient not found", "patientnotfound", "<masked>", "anonymous", "zzztrash", "missing", "unavailable",
     "not available", "notavailable")
)  # fmt: skip
_FIRST_BIRTH = datetime.date(1910, 1, 1)
_DATE = re.compile(
    r"(?P<y>\d{4})(?P<s>[-/])(?P<m>\d\d)(?P=s)(?P<d>\d\d)"
    r"|(?P<m2>\d\d)(?P<s2>[-/])(?P<d2>\d\d)(?P=s2)(?P<y2>\d{4})"
    r"|(?P<d3>\d\d)\.(?P<m3>\d\d)\.(?P<y3>\d{4})"
    r"|(?P<y4>\d{4})-(?P<m4>\d\d)-(?P<d4>\d\d)T\d\d:\d\d:\d\d(?:\.\d{3})?(?:Z|[+-]\d\d:\d\d)"
)
_ZIP = re.compile(r"(\d{3})(?:\d|\d\d(?:-?\d{4})?)?")
_NO_ZIPS = (
    "11111",
    "22222",
    "33333",
    "66666",
    "77777",
    "99999",
    "01234",
    "12345",
    "54321",
    "98765",
    "000",
    "555",
    "888",
)
_CANADIAN = re.compile(r"([A-Z]\d[A-Z])\s?(\d?)([A-Z]?)(\d?)")
_NO_CANADIAN = ("A1A1A1", "X0X0X0", "Y0Y0Y0", "Z0Z0Z0", "A0A0A0", "B1B1B1", "C2C2C2", "K1A", "M7A", "H0H")
_SSN = re.compile(r"\d{7,9}(?:\.0*)?|\d{3}-?\d{2}-?\d{4}")
_NO_SSNS = frozenset(
    ("111111111", "222222222", "333333333", "444444444", "555555555", "777777777", "888888888", "001234567",
     "010101010", "012345678", "087654321", "098765432", "099999999", "111223333", "121212121", "123456789")
)  # fmt: skip


def first_name(text: str) -> str | None:
    """Return the letters of a first name in capitals, without title, generation and last initial.

    Examples
    --------
    >>> first_name("Dr. José A. "), first_name("Unknown")
    ('JOSE', None)
    """
    if text.strip().lower() in _NO_NAMES:
        return None
    plain = _without_accents(text)
    plain = _TITLE.sub("", plain, count=1).strip() or plain
    plain = _GENERATION.sub("", plain).strip() or plain
    return _letters(_LAST_INITIAL.sub("", plain)) or None


def last_name(text: str) -> str | None:
    """Return the letters of a last name in capitals, without generation; two letters need a vowel, or are Ng.

    Examples
    --------
    >>> last_name("O'Brien-Smith III"), last_name("Ng"), last_name("Xz")
    ('OBRIENSMITH', 'NG', None)
    """
    if text.strip().lower() in _NO_NAMES:
        return None
    plain = _without_accents(text)
    letters = _letters(_GENERATION.sub("", plain).strip() or plain)
    is_name = len(letters) > 2 or (len(letters) == 2 and (letters == "NG" or not set(letters).isdisjoint("AEIOU")))
    return letters if is_name else None


def sex(text: str) -> str | None:
    """Return ``MALE`` or ``FEMALE``."""
    return {"m": "MALE", "male": "MALE", "f": "FEMALE", "female": "FEMALE"}.get(text.strip().lower())


def birth_date(text: str, not_after: datetime.date) -> str | None:
    """Return a date of 1910 or later as ``yyyy-mm-dd``; ``03/04/2001`` is of March, ``03.04.2001`` of April.

    Examples
    --------
    >>> birth_date("03/15/1985", datetime.date(2026, 1, 1)), birth_date("1899-01-01", datetime.date(2026, 1, 1))
    ('1985-03-15', None)
    """
    found = _DATE.fullmatch(text.strip())
    if found is None:
        return None
    number = {name[0]: int(part) for name, part in found.groupdict().items() if part is not None and name[0] in "ymd"}
    try:
        date = datetime.date(number["y"], number["m"], number["d"])
    except ValueError:
        return None
    return date.isoformat() if _FIRST_BIRTH <= date <= not_after else None


def postal_area(text: str) -> str | None:
    """Return the first three characters of a US or Canadian code, all that any token uses.

    Examples
    --------
    >>> postal_area("98101-1234"), postal_area("j1x 2b3"), postal_area("12345"), postal_area("LS1 4AP")
    ('981', 'J1X', None, None)
    """
    trimmed = text.strip()
    american = _ZIP.fullmatch(trimmed)
    if american is not None:
        return None if trimmed.startswith(_NO_ZIPS) else american[1]
    canadian = _CANADIAN.fullmatch(trimmed.upper())
    if canadian is None or (canadian[3] and not canadian[2]) or (canadian[4] and not canadian[3]):
        return None
    return None if "".join(canadian.groups()).startswith(_NO_CANADIAN) else canadian[1]


def social_security_number(text: str) -> str | None:
    """Return the nine digits of a US social security number; zeros that a number format lost are put back.

    Numbers that nobody has are missing however they are written; OpenToken itself sees them only with dashes.

    Examples
    --------
    >>> social_security_number("452-38-7291"), social_security_number("1234568.0")
    ('452387291', '001234568')
    >>> social_security_number("123-45-6789") is None
    True
    """
    trimmed = "".join(text.split())
    if _SSN.fullmatch(trimmed) is None:
        return None
    digits = trimmed.partition(".")[0].replace("-", "").zfill(9)
    is_wrong = digits[:3] in ("000", "666") or digits[0] == "9" or digits[3:5] == "00" or digits[5:] == "0000"
    return None if is_wrong or digits in _NO_SSNS else digits


def _without_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.strip())
    return "".join(character for character in decomposed if unicodedata.category(character) != "Mn")


def _letters(text: str) -> str:
    return _NO_LETTER.sub("", text).upper()
