"""Check digits and shapes of UK identifiers, for many distinct texts at once: pure functions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkkit.prepare._column import Mask, matches
from linkkit.prepare._unicode import ascii_digits, plain, replaced

from ._tables import table

if TYPE_CHECKING:
    import pyarrow as pa

Characters = NDArray[np.int32]

__all__ = [
    "NEGATIVE", "REGIONS", "UPN_LETTERS", "characters", "check_digits", "check_letters", "first_digits",
    "has_date", "is_kind", "is_repeated", "region_of", "tight", "where",
]  # fmt: skip

UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
_VALUE = np.zeros(128, np.int32)
_LETTER_CODES = np.array([ord(letter) for letter in UPN_LETTERS], np.int32)
for _place, _letter in enumerate(UPN_LETTERS):
    _VALUE[ord(_letter)] = _place
for _digit in range(10):
    _VALUE[ord("0") + _digit] = _digit
NEGATIVE = r"^-\d{1,3}(?:\.0+)?$"
REGIONS = tuple(dict.fromkeys(row["region"] for row in table("nhs_number_ranges")))
_BY_START = np.full(1000, -1, np.int8)
for _row in table("nhs_number_ranges"):
    _BY_START[int(_row["first"]) : int(_row["last"]) + 1] = REGIONS.index(_row["region"])
_DAYS = np.array([0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
_UPN = f"^[{UPN_LETTERS}][0-9]{{11}}[0-9{UPN_LETTERS}]$"
_POSTCODE = r"^[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][ABD-HJLNP-UW-Z]{2}$"


def tight(values: pa.StringArray) -> pa.StringArray:
    """Return texts in capitals without blanks and punctuation; ``9434765919.0`` of a spreadsheet loses its ``.0``.

    Short negative numbers (``-1``, ``-9``) are codes for missing, and no identifiers without their sign.
    """
    upper = replaced(ascii_digits(plain(values, case="upper")), NEGATIVE, "")
    return replaced(replaced(upper, r"^(\d+)\.0+$", r"\1"), r"[^\pL\pM\pN]+", "")


def characters(values: pa.StringArray, size: int, chosen: Mask | None = None) -> Characters:
    """Return the codes of the characters of ASCII texts, all or the chosen ones, of one size; shape (texts, size)."""
    import pyarrow as pa

    held = values if chosen is None else values.filter(pa.array(chosen))  # older pyarrow takes no mask of numpy
    codes = np.frombuffer("".join(held.to_pylist()).encode("ascii"), np.uint8)
    # Each place in one run of memory: all that follows goes place by place.
    return np.asfortranarray(codes.reshape(-1, size).astype(np.int32))


def where(chosen: Mask, found: Mask) -> Mask:
    """Return a mask of all texts from one of the chosen texts."""
    whole = np.zeros(len(chosen), np.bool_)
    whole[chosen] = found
    return whole


def check_digits(digits: Characters) -> Characters:
    """Return the check digit of nine digits, modulo 11; 10 where no number has these digits. Shape (numbers, 9).

    Examples
    --------
    >>> check_digits(np.array([[9, 4, 3, 4, 7, 6, 5, 9, 1]])).tolist()
    [9]
    """
    return (11 - _weighted(digits, range(10, 1, -1)) % 11) % 11


def check_letters(codes: Characters) -> Characters:
    """Return the code of the check letter of a UPN from its other twelve characters, modulo 23. Shape (numbers, 12)."""
    return _LETTER_CODES[_weighted(_VALUE[codes], range(2, 14)) % 23]


def _weighted(digits: Characters, weights: Iterable[int]) -> Characters:
    found = np.zeros(len(digits), np.int32)
    for place, weight in enumerate(weights):
        found += digits[:, place] * np.int32(weight)
    return found


def is_repeated(digits: Characters) -> Mask:
    """Which numbers are one digit throughout."""
    same = np.ones(len(digits), np.bool_)
    for place in range(1, digits.shape[1]):
        same &= digits[:, place] == digits[:, 0]
    return same


def first_digits(digits: Characters, size: int = 3) -> Characters:
    """Return the number that the first digits make."""
    return _weighted(digits, (10**power for power in range(size - 1, -1, -1)))


def has_date(digits: Characters) -> Mask:
    """Which numbers begin with a day, month and year; the 29th of February in every fourth year."""
    day, month, year = (digits[:, start] * 10 + digits[:, start + 1] for start in (0, 2, 4))
    is_month = (month >= 1) & (month <= 12)
    last = _DAYS[np.where(is_month, month, 0)]
    found: Mask = is_month & (day >= 1) & (day <= last) & ((month != 2) | (day < 29) | (year % 4 == 0))
    return found


def region_of(digits: Characters) -> NDArray[np.int8]:
    """Return the place in :data:`REGIONS` of the range in which a number of ten digits lies; -1 for none."""
    region = _BY_START[first_digits(digits)]
    scottish = region == REGIONS.index("scotland")
    region[scottish] = np.where(has_date(digits[scottish]), region[scottish], np.int8(-1))
    return region


def is_kind(values: pa.StringArray) -> dict[str, Mask]:
    """Which texts (tight) are valid identifiers of which kind; one text may be of several."""
    ten = matches(values, r"^[0-9]{10}$")
    digits = characters(values, 10, ten) - ord("0")
    right = (check_digits(digits[:, :9]) == digits[:, 9]) & ~is_repeated(digits)
    region = region_of(digits)
    own = [REGIONS.index(name) for name in ("england_wales", "synthetic")]
    kinds = {
        "NHS number": where(ten, right & np.isin(region, own)),
        "CHI number": where(ten, right & (region == REGIONS.index("scotland"))),
        "Health and Care number": where(ten, right & (region == REGIONS.index("northern_ireland"))),
    }
    upn = matches(values, _UPN)
    codes = characters(values, 13, upn)
    kinds["UPN"] = where(upn, codes[:, 0] == check_letters(codes[:, 1:]))
    kinds["postcode"] = matches(values, _POSTCODE)
    return kinds
