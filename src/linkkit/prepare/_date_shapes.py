"""Read texts as days, months and years: which shape each text has, and what it can mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ._column import matches
from ._unicode import ascii_digits, plain, replaced

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Dates", "Numbers", "Shape", "chosen_of", "is_real", "is_year_end", "possible_parts", "shapes", "tidied"]

Numbers = NDArray[np.int64]
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<m>(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,7})"
_GAP = r"[-/., ]+"
_DAYS = np.array([31, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])  # an unknown month may have 31
_EXCEL_START = np.datetime64("1899-12-30")

# In the order in which they are tried. The letters name parts: y, m, d; a, b, c where the column decides what they are.
_PATTERNS: tuple[tuple[str, str], ...] = (
    ("year first", rf"^(?P<y>\d{{4}}|xxxx){_GAP}(?P<m>\d{{1,2}}|xx){_GAP}(?P<d>\d{{1,2}}|xx)$"),
    ("year last", rf"^(?P<a>\d{{1,2}}|xx){_GAP}(?P<b>\d{{1,2}}|xx){_GAP}(?P<y>\d{{4}}|xxxx)$"),
    ("two-digit year", rf"^(?P<a>\d{{1,2}}){_GAP}(?P<b>\d{{1,2}}){_GAP}(?P<c>\d{{1,2}})$"),
    ("eight digits", r"^(?P<a>\d\d)(?P<b>\d\d)(?P<c>\d\d)(?P<d>\d\d)$"),
    ("seven digits", r"^(?P<a>\d)(?P<b>\d\d)(?P<c>\d\d)(?P<d>\d\d)$"),
    ("six digits", r"^(?P<a>\d\d)(?P<b>\d\d)(?P<c>\d\d)$"),
    ("five digits", r"^(?P<serial>\d{5})$"),
    ("month named", rf"^(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?: of)?[-/., ]*{_MONTH}[-/., ]*(?P<y>\d{{4}}|\d{{2}})$"),
    ("month named", rf"^{_MONTH}[-/., ]*(?P<d>\d{{1,2}})(?:st|nd|rd|th)?{_GAP}(?P<y>\d{{4}}|\d{{2}})$"),
    ("month named", rf"^(?P<y>\d{{4}})[-/., ]*{_MONTH}[-/., ]*(?P<d>\d{{1,2}})$"),
    ("month and year", rf"^{_MONTH}{_GAP}(?P<y>\d{{4}})$"),
    ("month and year", r"^(?P<m>\d{1,2})[-/.](?P<y>\d{4})$"),
    ("month and year", r"^(?P<y>\d{4})[-/.](?P<m>\d{1,2})$"),
    ("year", r"^(?P<y>\d{4})$"),
)


@dataclass(frozen=True, eq=False, repr=False)
class Dates:
    """Years, months and days; -1 is not known; shape (values,) each."""

    year: Numbers
    month: Numbers
    day: Numbers


@dataclass(frozen=True, eq=False, repr=False)
class Shape:
    """The values of a column that are written alike.

    Parameters
    ----------
    name
        What the shape is called.
    rows
        Positions of the values that have it.
    readings
        What they can mean: a reading by the order of its parts (``"dmy"``, ``"mdy"``, ``"ymd"``).
    """

    name: str
    rows: Numbers
    readings: Mapping[str, Dates]


def tidied(values: pa.StringArray) -> pa.StringArray:
    """Return texts in lower case without times, weekdays and the ``.0`` that a column of floats leaves behind."""
    values = ascii_digits(plain(values))
    time = r"(?:t| |, )\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)? ?(?:am|pm)? ?(?:z|utc|gmt|[-+]\d{2}:?\d{2})?$"
    values = replaced(values, time, "")
    values = replaced(values, r"^(\d+)\.0+$", r"\1")
    values = replaced(values, r"^(?:mon|tues?|wed|wednes|thu|thurs?|fri|sat|satur|sun)(?:day)?,? ", "")
    return replaced(values, r"\?\?", "xx")


def shapes(tidy: pa.StringArray, latest_year: int) -> list[Shape]:
    """Sort tidied texts by shape, and read each shape in every order that it can have.

    Parameters
    ----------
    tidy
        Texts of :func:`tidied`.
    latest_year
        Years of two digits are the latest that is not after it.
    """
    import pyarrow as pa

    found: list[Shape] = []
    rows = np.arange(len(tidy))
    for name, pattern in _PATTERNS:
        if not len(rows):
            break
        here = matches(tidy, pattern)
        if here.any():
            parts = _parts(tidy.filter(pa.array(here)), pattern)
            found.append(Shape(name, rows[here], _readings(name, parts, latest_year)))
            rows, tidy = rows[~here], tidy.filter(pa.array(~here))
    return found


def is_real(dates: Dates) -> NDArray[np.bool_]:
    """Which are days of the calendar (or may be, where a part is not known), in the years 1000 to 2999.

    Examples
    --------
    >>> is_real(Dates(np.array([2023, 2024]), np.array([2, 2]), np.array([29, 29]))).tolist()
    [False, True]
    """
    year = (dates.year == -1) | ((dates.year >= 1000) & (dates.year < 2999))
    month = (dates.month == -1) | ((dates.month >= 1) & (dates.month <= 12))
    day = (dates.day == -1) | ((dates.day >= 1) & (dates.day <= _days_in_month(dates)))
    real: NDArray[np.bool_] = year & month & day
    return real


def is_year_end(dates: Dates) -> NDArray[np.bool_]:
    """Which are the first or the last day of a year: beside a year that cannot be, it stands for no day at all."""
    first, last = (dates.month == 1) & (dates.day == 1), (dates.month == 12) & (dates.day == 31)
    return np.asarray(first | last)


def _days_in_month(dates: Dates) -> Numbers:
    """How many days each month has; the most it can have where month or year is not known."""
    leap = (dates.year == -1) | ((dates.year % 4 == 0) & ((dates.year % 100 != 0) | (dates.year % 400 == 0)))
    days: Numbers = _DAYS[np.clip(dates.month, 0, 12)] + (leap & (dates.month == 2))
    return days


def possible_parts(dates: Dates) -> Dates:
    """Return dates with the parts that cannot be not known; of a day that its month does not have, the day.

    Examples
    --------
    >>> parts = possible_parts(Dates(np.array([1859, 2001]), np.array([17, 2]), np.array([16, 31])))
    >>> parts.month.tolist(), parts.day.tolist()
    ([-1, 2], [16, -1])
    """
    year = np.where((dates.year >= 1000) & (dates.year < 2999), dates.year, -1)
    month = np.where((dates.month >= 1) & (dates.month <= 12), dates.month, -1)
    cut = Dates(year, month, dates.day)
    return Dates(year, month, np.where((dates.day >= 1) & (dates.day <= _days_in_month(cut)), dates.day, -1))


def chosen_of(mask: NDArray[np.bool_], yes: Dates, no: Dates) -> Dates:
    """Return for each value one of two readings."""
    return Dates(
        np.where(mask, yes.year, no.year), np.where(mask, yes.month, no.month), np.where(mask, yes.day, no.day)
    )


def _parts(values: pa.StringArray, pattern: str) -> dict[str, Numbers]:
    import pyarrow.compute as pc

    struct = pc.extract_regex(values, pattern)
    names = [struct.type.field(position).name for position in range(struct.type.num_fields)]
    return {name: _numbers(struct.field(name)) for name in names}


def _numbers(texts: pa.StringArray) -> Numbers:
    import pyarrow as pa
    import pyarrow.compute as pc

    if pc.any(pc.match_substring_regex(texts, r"^[a-z]")).as_py():  # names of months, or xx where not known
        places = pc.index_in(pc.utf8_slice_codeunits(texts, 0, 3), pa.array(_MONTHS))
        spelled = pc.add(places.cast(pa.int64()), 1)
        digits = pc.if_else(pc.match_substring_regex(texts, r"^\d+$"), texts, None).cast(pa.int64())
        texts = pc.coalesce(digits, spelled, pa.scalar(-1, pa.int64()))
    numbers: Numbers = texts.cast(pa.int64()).to_numpy(zero_copy_only=False)
    return numbers


def _readings(name: str, parts: Mapping[str, Numbers], latest_year: int) -> dict[str, Dates]:
    if name == "five digits":
        return {"serial": _from_serial(parts["serial"])}
    if name in ("eight digits", "seven digits"):
        first, second, third, fourth = (parts[part] for part in "abcd")
        last = third * 100 + fourth
        read = {"dmy": _dates(last, second, first), "mdy": _dates(last, first, second)}
        return read if name == "seven digits" else {**read, "ymd": _dates(first * 100 + second, third, fourth)}
    if name in ("six digits", "two-digit year"):
        first, second, third = (parts[part] for part in "abc")
        return {
            "dmy": _dates(_century(third, latest_year), second, first),
            "mdy": _dates(_century(third, latest_year), first, second),
            "ymd": _dates(_century(first, latest_year), second, third),
        }
    if name == "year last":
        first, second, year = (parts[part] for part in "aby")
        return {"dmy": _dates(year, second, first), "mdy": _dates(year, first, second)}
    unknown = np.full_like(parts["y"], -1)
    year = _century(parts["y"], latest_year) if name == "month named" else parts["y"]
    return {"ymd": _dates(year, parts.get("m", unknown), parts.get("d", unknown))}


def _dates(year: Numbers, month: Numbers, day: Numbers) -> Dates:
    """Parts of zero are not known: ``1960-06-00``."""
    return Dates(*(np.where(part == 0, -1, part) for part in (year, month, day)))


def _century(years: Numbers, latest_year: int) -> Numbers:
    # 2000 stands for "00", so that a year is never taken for not known.
    return np.where(
        (years < 0) | (years > 99), years, np.where(2000 + years <= latest_year, 2000 + years, 1900 + years)
    )


def _from_serial(serial: Numbers) -> Dates:
    """Days counted as spreadsheets count them."""
    day = _EXCEL_START + serial.astype("timedelta64[D]")
    month = day.astype("datetime64[M]")
    year = month.astype("datetime64[Y]")
    return Dates(
        year.astype(np.int64) + 1970,
        (month - year.astype("datetime64[M]")).astype(np.int64) + 1,
        (day - month.astype("datetime64[D]")).astype(np.int64) + 1,
    )
