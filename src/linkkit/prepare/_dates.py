"""Dates in many forms as ISO text; the order of day and month is decided for a column from its evidence."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from linkkit.errors import DataError, SpecError

from ._column import Cleaned, Column, Mask, blanked, matches, none_of, step_fields
from ._date_shapes import Dates, Numbers, Shape, chosen_of, is_real, is_year_end, possible_parts, shapes, tidied
from ._default_dates import is_default
from ._placeholders import is_placeholder

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ORDER_NOT_SHOWN", "Date", "order_guessed"]

# The note of a column whose every date is one in either order.
ORDER_NOT_SHOWN = "no value shows whether day or month stands first; read day first (day_first= decides)"
_ISO = r"^(?:\d{4}|XXXX)-(?:\d\d|XX)-(?:\d\d|XX)$"
_USUAL_YEARS = (1500, 2200)
_SLIPS = 1 / 200  # a larger share than this, of more than a few records, is no slip of the pen
_FEW = 10
_EARLIEST_YEAR = 1850


@dataclass(frozen=True)
class Date:
    """Write dates as ISO text, ``XX`` for parts not known; impossible and default dates become missing.

    Read are ISO dates, day or month first with any separator, digits alone (``20030201``, ``01022003``), named months
    (``1 Feb 2003``, ``Feb 1 2003``), two-digit years, a time behind the date, day numbers where the column holds little
    else, and parts (``1960-06-XX``, ``06/1960``, ``1960``).

    Parameters
    ----------
    fields
        The fields to clean.
    day_first
        Whether ``01/02/2003`` is 1 February. By default the column decides: values that can be read in one order only
        are its evidence, and without any it is read day first, which the report of changes says. A value that is a date
        in the other order only is read in that.
    earliest, latest
        ISO dates; what lies before or behind becomes missing. By default 1850 and today, unless more than one record in
        200 (and ten) lies beyond (a historical register, a simulated future): then they stay, and the report says so.
    defaults
        Whether default dates (1900-01-01, 1800-01-01, 9999-12-31 ...) become missing, where the column shows that they
        are defaults.
    impossible
        What happens to dates that no calendar has (31 February, month 17) and to those before ``earliest`` or behind
        ``latest``: ``"missing"``, or ``"parts"``, which takes out the impossible part alone (``1859-17-16`` is
        ``1859-XX-16``, ``2001-02-31`` is ``2001-02-XX``, the slip ``9185-10-14`` is ``XXXX-10-14``).

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.dataset import Dataset
    >>> from linkkit.prepare import prepare
    >>> people = Dataset(pd.DataFrame({"id": [1, 2, 3], "dob": ["1/2/2003", "25.12.1999", "31/2/2003"]}))
    >>> prepare(people, [Date("date_of_birth")]).to_pandas()["date_of_birth"].fillna("").tolist()
    ['2003-02-01', '1999-12-25', '']
    """

    fields: Sequence[str]
    day_first: bool | None = None
    earliest: str | None = None
    latest: str | None = None
    defaults: bool = True
    impossible: Literal["missing", "parts"] = "missing"
    kind: Literal["date"] = field(default="date", repr=False, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", step_fields("date", self.fields))
        if self.impossible not in ("missing", "parts"):
            raise SpecError(f"date(impossible=) must be 'missing' or 'parts'; got {self.impossible!r}.")
        for name in ("earliest", "latest"):
            limit = getattr(self, name)
            try:
                if limit is not None:
                    datetime.date.fromisoformat(limit)
            except (TypeError, ValueError):
                raise SpecError(f"date({name}=) must be an ISO date such as '2003-02-01'; got {limit!r}.") from None
        if self.earliest and self.latest and self.earliest > self.latest:
            raise SpecError(f"date(earliest=) must not be after latest; got {self.earliest} and {self.latest}.")

    def clean(self, column: Column) -> Cleaned:
        """Return the dates as ISO text."""
        if matches(column.values, _ISO).all():
            dates = _read_iso(column.values)
            return self._checked(column, dates, {"placeholder": _is_unknown(dates)}, ())
        tidy = tidied(column.values)
        placeholder = is_placeholder(tidy) | matches(tidy, "^nat$")
        latest = self.latest or datetime.date.today().isoformat()
        found = shapes(blanked(tidy, placeholder), int(latest[:4]))
        dates, notes = _decided(found, column, placeholder, self.day_first)
        unread = _is_unknown(dates) & ~placeholder
        nothing = unread & matches(tidy, r"^[0xX?\-/. ]*$")
        reasons = {"placeholder": placeholder | nothing, "not a date": unread & ~nothing}
        return self._checked(column, dates, reasons, notes)

    def _checked(self, column: Column, dates: Dates, reasons: dict[str, Mask], notes: tuple[str, ...]) -> Cleaned:
        """Take out what no person has as a date, and say why."""
        missing = np.any(list(reasons.values()), axis=0)
        default = is_default(dates, ~missing, column.counts) if self.defaults else none_of(column)
        default &= ~missing
        impossible = ~is_real(dates) & ~missing & ~default
        if self.impossible == "parts" and impossible.any():
            dates = possible_parts(dates)
            kept = impossible & ~_is_unknown(dates) & ~((dates.year == -1) & is_year_end(dates))
            notes = (*notes, f"impossible parts taken out in {column.records(kept):,} records")
            impossible &= ~kept
        beyond, said = self._beyond(column, dates, missing | default | impossible)
        if self.impossible == "parts":
            dates, beyond, kept = _without_year(dates, beyond)
            if kept.any():
                said = (*said, f"years that cannot be taken out in {column.records(kept):,} records")
        reasons = {**reasons, "impossible date": impossible, "default date": default, **beyond}
        missing = np.any(list(reasons.values()), axis=0)
        if len(missing) and missing.all() and not (reasons["placeholder"] | default).all():
            raise DataError(_nothing_left(column, reasons))
        return Cleaned(blanked(_texts(column, dates), missing), reasons, (*notes, *said))

    def _beyond(self, column: Column, dates: Dates, missing: Mask) -> tuple[dict[str, Mask], tuple[str, ...]]:
        number = dates.year * 10_000 + np.maximum(dates.month, 1) * 100 + np.maximum(dates.day, 1)
        known = ~missing & (dates.year > 0)
        earliest = self.earliest or f"{_EARLIEST_YEAR}-01-01"
        latest = self.latest or datetime.date.today().isoformat()
        notes = []
        early = known & (number < int(earliest.replace("-", "")))
        late = known & (number > int(latest.replace("-", "")))
        slips = max(column.records(known) * _SLIPS, _FEW)
        if self.earliest is None and column.records(early) > slips:
            notes.append(
                f"{column.records(early):,} records lie before {earliest}: too many for slips, kept (see earliest)"
            )
            early = none_of(column)
        if self.latest is None and column.records(late) > slips and not late[known].all():
            far = late & (number > (int(latest[:4]) + 50) * 10_000)
            notes.append(
                f"{column.records(late & ~far):,} records lie after today: too many for slips, kept (see latest)"
            )
            late = far
        return {"too early": early, "in the future": late}, tuple(notes)


def order_guessed(step: Date, column: Column, cleaned: Cleaned) -> Mask:
    """Return which values of a column a step read day first on a guess: another date month first, and nothing shows it.

    Examples
    --------
    >>> import pyarrow as pa
    >>> column = Column("visits", "on", "date", pa.array(["3/4/2021", "5/5/2021", "6 May 2021"]), np.ones(3, np.int64))
    >>> order_guessed(Date("on"), column, Date("on").clean(column)).tolist()
    [True, False, False]
    """
    import pyarrow.compute as pc

    if ORDER_NOT_SHOWN not in cleaned.notes:
        return none_of(column)
    try:
        other = replace(step, day_first=False).clean(column)
    except DataError:  # month first none of them can be
        return none_of(column)
    return np.asarray(pc.not_equal(cleaned.values, other.values).to_numpy(zero_copy_only=False))


def _without_year(dates: Dates, beyond: dict[str, Mask]) -> tuple[Dates, dict[str, Mask], Mask]:
    """Take out the years of dates too early or too late, where month or day is left to know them by."""
    some = np.any(list(beyond.values()), axis=0) & ((dates.month > 0) | (dates.day > 0)) & ~is_year_end(dates)
    cut = Dates(np.where(some, -1, dates.year), dates.month, dates.day)
    return cut, {reason: mask & ~some for reason, mask in beyond.items()}, some


def _decided(found: list[Shape], column: Column, skip: Mask, given: bool | None) -> tuple[Dates, tuple[str, ...]]:
    """Choose an order for each shape, and read the values."""
    size = len(column.values)
    dates = Dates(*(np.full(size, -1, np.int64) for _ in range(3)))
    against = np.zeros(size, np.bool_)
    year_first = {id(shape): _is_year_first(shape) for shape in found}
    open_shapes = [shape for shape in found if "dmy" in shape.readings and not year_first[id(shape)]]
    day_first, notes = _is_day_first(open_shapes, given)
    order, other = ("dmy", "mdy") if day_first else ("mdy", "dmy")
    for shape in found:
        if shape.name == "five digits":
            if column.records(_mask(shape.rows, size)) < 0.9 * column.counts[~skip].sum():
                continue
            notes = (*notes, "numbers of five digits are read as spreadsheet day numbers")
        chosen = order if shape in open_shapes else next(name for name in ("ymd", "serial") if name in shape.readings)
        reading = shape.readings[chosen]
        if shape in open_shapes:
            against[shape.rows] = ~is_real(reading) & _is_usual(shape.readings[other])
            reading = chosen_of(against[shape.rows], shape.readings[other], reading)
        dates.year[shape.rows], dates.month[shape.rows], dates.day[shape.rows] = (
            reading.year,
            reading.month,
            reading.day,
        )
    if against.any():
        notes = (*notes, f"{column.records(against):,} records are dates in the other order only, and read in that")
    return dates, notes


def _is_year_first(shape: Shape) -> bool:
    if "dmy" not in shape.readings or "ymd" not in shape.readings:
        return "ymd" in shape.readings
    usual = {order: int(_is_usual(reading).sum()) for order, reading in shape.readings.items()}
    best_last = max(usual["dmy"], usual["mdy"])
    # Eight digits that can be either are the ISO basic form; of six, the day is more often first.
    return usual["ymd"] >= best_last if shape.name == "eight digits" else usual["ymd"] > best_last


def _is_day_first(found: list[Shape], given: bool | None) -> tuple[bool, tuple[str, ...]]:
    if given is not None or not found:
        return given is not False, ()
    day = month = both = 0
    for shape in found:
        as_day, as_month = _is_usual(shape.readings["dmy"]), _is_usual(shape.readings["mdy"])
        day += int((as_day & ~as_month).sum())
        month += int((as_month & ~as_day).sum())
        both += int((as_day & as_month).sum())
    if day == month == 0:
        return True, (ORDER_NOT_SHOWN,) if both else ()
    order = "day first" if day >= month else "month first"
    return day >= month, (f"{order}: {max(day, month):,} distinct values can be read in this order only",)


def _is_usual(dates: Dates) -> Mask:
    low, high = _USUAL_YEARS
    usual: Mask = is_real(dates) & (dates.year >= low) & (dates.year <= high) & (dates.month > 0) & (dates.day > 0)
    return usual


def _is_unknown(dates: Dates) -> Mask:
    unknown: Mask = (dates.year == -1) & (dates.month == -1) & (dates.day == -1)
    return unknown


def _mask(rows: Numbers, size: int) -> Mask:
    mask = np.zeros(size, np.bool_)
    mask[rows] = True
    return mask


def _read_iso(values: pa.StringArray) -> Dates:
    """Years, months and days of ISO texts, straight from their bytes."""
    import pyarrow as pa

    data = values.cast(pa.binary()).cast(pa.binary(10)) if len(values) else pa.array([], pa.binary(10))
    start = data.offset * 10
    bytes_ = np.frombuffer(data.buffers()[1], np.uint8)[start : start + 10 * len(data)].reshape(-1, 10)
    digits = np.where(bytes_ == ord("X"), -10_000, bytes_.astype(np.int64) - ord("0"))
    year = digits[:, 0] * 1000 + digits[:, 1] * 100 + digits[:, 2] * 10 + digits[:, 3]
    month, day = digits[:, 5] * 10 + digits[:, 6], digits[:, 8] * 10 + digits[:, 9]
    return Dates(*(np.where(part <= 0, -1, part) for part in (year, month, day)))


def _texts(column: Column, dates: Dates) -> pa.StringArray:
    import pyarrow as pa

    years = [f"{year:04d}" if year > 0 else "XXXX" for year in dates.year.tolist()]
    months = [f"-{month:02d}-" if month > 0 else "-XX-" for month in dates.month.tolist()]
    days = [f"{day:02d}" if day > 0 else "XX" for day in dates.day.tolist()]
    return pa.array([y + m + d for y, m, d in zip(years, months, days, strict=True)], pa.string())


def _nothing_left(column: Column, reasons: dict[str, Mask]) -> str:
    total = int(column.counts.sum())
    why = ", ".join(f"{reason} {column.records(mask):,}" for reason, mask in reasons.items() if mask.any())
    return (
        f"{column.dataset}: none of the {total:,} records that hold the field {column.field!r} has a date that can be "
        f"({why}). Say how they are written, prepare.Date({column.field!r}, day_first=..., earliest=..., latest=...), "
        f"or leave the field out, fields={{{column.field!r}: None}}."
    )
