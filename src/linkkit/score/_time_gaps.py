"""Time gaps: what agreement on a home or a surname says depends on the time between the two records.

An adjustment: the weight of a level holds the mean over matches; a pair gains ``log2(m(t) / m)``, where t is the time
between its records (see :mod:`linkkit.score._survival`). It is looked up by level and days, so that the most it can add
to a level is known before any pair is made.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import ModelError, SpecError
from linkkit.specs import Comparison

from ._layout import Floats
from ._survival import levels_at, unchanged_levels

if TYPE_CHECKING:
    from linkkit.records import Records

__all__ = ["CHANGING_KINDS", "ChangeRate", "PreparedFading", "PreparedGap", "TimeFading", "TimeGaps", "days_of"]

Rows = NDArray[np.uint32]
DAYS_A_YEAR = 365.25
# Kinds of field that people change: they move, marry, take another telephone.
CHANGING_KINDS = ("surname", "full_name", "postcode", "address", "house_number", "place", "phone", "email")
# Dates further apart than this are taken for so far apart: a table of days is held.
MOST_DAYS = 40_000
NO_DATE = -1


@dataclass(frozen=True)
class TimeGaps:
    """Let m of fields that people change depend on the time between two records.

    Among matches, agreement on such a field fades with the time between the records: a value is still the same after t
    years with probability ``exp(-rate * t)``, and a changed one agrees by chance. Pairs that lack a date are weighed as
    without.

    Parameters
    ----------
    fields
        The fields whose comparisons fade. Empty: those of kinds that people change (surname, postcode, address, house
        number, place, telephone, electronic mail).
    on
        The field that says when a record was written, a date.
    rates
        Field to its changes a year, where they are known; the others are learned from the pairs.
    weigh_gap
        Weigh the time between two records itself, too: where the records of one person lie nearer than those of
        strangers, a pair far apart is hardly ever a match.

    Examples
    --------
    >>> TimeGaps(("postcode",), rates={"postcode": 0.08}).on
    'observed_on'
    """

    fields: tuple[str, ...] = ()
    on: str = "observed_on"
    rates: dict[str, float] = field(default_factory=dict, hash=False)
    weigh_gap: bool = True

    def __post_init__(self) -> None:
        named: object = self.fields
        object.__setattr__(self, "fields", (named,) if isinstance(named, str) else tuple(self.fields))
        object.__setattr__(self, "rates", {str(name): float(rate) for name, rate in dict(self.rates).items()})
        if not self.on:
            raise SpecError("TimeGaps(on=) must name the field that says when a record was written.")
        if self.on in self.fields:
            raise SpecError(f"TimeGaps: {self.on!r} is the date of the record itself; it cannot fade.")
        for name, rate in self.rates.items():
            if not 0 <= rate <= 12:
                raise SpecError(f"TimeGaps(rates=): {name} must change 0 to 12 times a year; got {rate}.")
            if self.fields and name not in self.fields:
                raise SpecError(f"TimeGaps(rates=) names {name!r}, which is not among fields.")


@dataclass(frozen=True)
class ChangeRate:
    """How fast agreement of matches on one comparison fades.

    Parameters
    ----------
    comparison
        Its name.
    rate
        Changes a year.
    kept
        The mean share of matches whose value is still the same, over the gaps that were learned from.
    changed
        How often matches are at each level but missing after a change.
    standard_error
        Of the rate; NaN where it was given.
    matches
        How many expected matches the rate was learned from; 0 where it was given.
    source
        ``"learned"`` or ``"given"``.

    Examples
    --------
    >>> ChangeRate("postcode", 0.1, 0.8, (0.01, 0.99)).share_kept(5.0)
    0.6065306597126334
    """

    comparison: str
    rate: float
    kept: float
    changed: tuple[float, ...]
    standard_error: float = float("nan")
    matches: float = 0.0
    source: str = "learned"

    @property
    def name(self) -> str:
        """What tables call the adjustment."""
        return f"{self.comparison} time gap"

    def share_kept(self, years: float) -> float:
        """Return the share of values that are still the same after some years."""
        return float(np.exp(-self.rate * years))

    def m_at(self, m_probability: Sequence[float] | Floats, years: Floats) -> Floats:
        """Return m of each level at some gaps: shape (levels, gaps).

        Parameters
        ----------
        m_probability
            m of each level but missing: the mean over the gaps that were learned from.
        years
            Shape (gaps,).

        Examples
        --------
        >>> found = ChangeRate("postcode", 0.1, 0.8, (0.01, 0.99)).m_at((0.7, 0.3), np.array([0.0, 5.0]))
        >>> found.round(3).tolist()
        [[0.872, 0.533], [0.128, 0.467]]
        """
        changed = np.asarray(self.changed)
        unchanged = unchanged_levels(np.asarray(m_probability, np.float64), changed, self.kept)
        return levels_at(unchanged, changed, np.exp(-self.rate * np.asarray(years, np.float64)))


@dataclass(frozen=True)
class TimeFading:
    """What a model knows of the time between records.

    Parameters
    ----------
    on
        The field that says when a record was written.
    rates
        One for each comparison that fades.
    notes
        Why a field does not fade, in words.
    gap_weights
        Bits by which the time between two records speaks for a match by itself, by bands of ``band_days`` days; empty
        where it is not weighed.
    band_days
        How many days a band has.
    """

    on: str
    rates: tuple[ChangeRate, ...] = ()
    notes: tuple[str, ...] = ()
    gap_weights: tuple[float, ...] = ()
    band_days: int = 1

    def prepare(
        self, records: Records, comparisons: Sequence[Comparison], m_probability: Sequence[Sequence[float]]
    ) -> PreparedFading:
        """Look up the dates of the records.

        Raises
        ------
        ModelError
            Where a dataset lacks the date.
        """
        if not self.rates and not any(self.gap_weights):
            return PreparedFading({}, None)
        lacking = [dataset.name for dataset in records.datasets if self.on not in dataset.fields]
        if lacking:
            raise ModelError(
                f"The model weighs the time between records, and {', '.join(lacking)} has no field {self.on!r}. Say "
                f"which column it is with fields={{{self.on!r}: ...}}, or score with model.without_time_gaps()."
            )
        days = days_of(records, self.on)
        known = days[days != NO_DATE]
        widest = min(int(known.max() - known.min()), MOST_DAYS) if len(known) else 0
        places = {comparison.name: place for place, comparison in enumerate(comparisons)}
        found = {}
        for one in self.rates:
            place = places[one.comparison]
            m = np.asarray(m_probability[place], np.float64)
            share = one.m_at(m, np.arange(widest + 1) / DAYS_A_YEAR)
            table = np.zeros((len(m) + 1, widest + 2))  # the last column is for pairs that lack a date
            table[1:, :-1] = np.log2(np.maximum(share, 1e-300)) - np.log2(m)[:, None] if one.rate > 0 else 0.0
            found[one.comparison] = PreparedGap(one.name, place, days, table)
        return PreparedFading(found, self._own_step(days, widest))

    def _own_step(self, days: NDArray[np.int32], widest: int) -> PreparedGap | None:
        if not any(self.gap_weights):
            return None
        band = np.minimum(np.arange(widest + 1) // self.band_days, len(self.gap_weights) - 1)
        return PreparedGap("time gap", None, days, np.append(np.asarray(self.gap_weights)[band], 0.0)[None])


@dataclass(frozen=True, eq=False)
class PreparedFading:
    """What a model knows of time, ready for some records: the adjustment of each comparison, by its name; and of the
    gap itself, or None.
    """

    by_comparison: dict[str, PreparedGap]
    whole: PreparedGap | None

    @property
    def steps(self) -> tuple[PreparedGap, ...]:
        """All of them."""
        return (*self.by_comparison.values(), *(() if self.whole is None else (self.whole,)))

    @property
    def most_of_gap(self) -> float:
        """The most bits that the gap itself adds to a pair."""
        return 0.0 if self.whole is None else max(float(self.whole.most.max()), 0.0)


@dataclass(frozen=True, eq=False)
class PreparedGap:
    """Bits by level and days between two records.

    ``table`` has shape (levels, days + 1), its last column of zeros for pairs that lack a date; it has one row where
    ``place``, the number of the comparison, is None.
    """

    name: str
    place: int | None
    days: NDArray[np.int32]
    table: Floats

    @property
    def most(self) -> Floats:
        """The most bits that each level gains, missing first."""
        return np.asarray(self.table.max(axis=1))

    def bound(self, levels: NDArray[np.uint8]) -> Floats:
        """Return the most bits that a pair of each pattern can gain."""
        return np.asarray(np.maximum(self.most, 0.0)[self._rows(levels)])

    def bits(self, left: Rows, right: Rows, levels: NDArray[np.uint8]) -> Floats:
        """Return the bits that each pair gains, or loses."""
        one, other = self.days[left], self.days[right]
        last = self.table.shape[1] - 1
        gap = np.minimum(np.abs(one - other), last - 1)
        gap[(one == NO_DATE) | (other == NO_DATE)] = last
        return np.asarray(self.table[self._rows(levels), gap])

    def _rows(self, levels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return np.zeros(len(levels), np.uint8) if self.place is None else levels[:, self.place]


def days_of(records: Records, column: str) -> NDArray[np.int32]:
    """Return the day on which each record was written, from the year 1 on; -1 where it is not wholly known."""
    held = records.encoded(f"whole_date({column})")
    days = np.full(len(held.values), NO_DATE, np.int32)
    for place, text in enumerate(held.texts()):
        try:
            days[place] = datetime.date.fromisoformat(text).toordinal() if text else NO_DATE
        except ValueError:  # no day of the calendar
            continue
    return np.asarray(days[held.codes])
