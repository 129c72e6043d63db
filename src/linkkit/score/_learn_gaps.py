"""Learn from the candidate pairs how fast fields change: expected matches by level and time gap.

A field is learned from the pairs of rules that do not read it, since a rule that asks for a postcode makes no match who
moved. The pairs are scored once without regard to time; then rates and match probabilities are settled in turns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import SpecError, did_you_mean
from linkkit.fields import HISTORY
from linkkit.tables import Levels, Scores
from linkkit.weights import probability

from ._family import kind_of
from ._gap_evidence import GAP_BANDS, band_days, gap_weights, stranger_gaps
from ._layout import Floats
from ._passes import left_out
from ._reaching import score_reaching
from ._survival import Fading, fading_of
from ._time_gaps import CHANGING_KINDS, DAYS_A_YEAR, NO_DATE, ChangeRate, TimeFading, TimeGaps, days_of

if TYPE_CHECKING:
    from linkkit.records import Records
    from linkkit.specs import Comparison

    from ._model import Model

__all__ = ["faded_comparisons", "learn_time_gaps"]

# Pairs of lower odds than this (1 in 128) are hardly ever matches.
LEAST_BITS = -7.0
# So many expected matches, or the rate is anybody's guess; m of 0.9 learned from 200 has an error of two points.
LEAST_MATCHES = 200.0
# The gaps of matches must differ: with a standard deviation below this (years) a change looks like a mistake.
LEAST_SPREAD = 0.1
BANDS = 64
ROUNDS, SETTLED = 25, 1e-4


def learn_time_gaps(model: Model, levels: Levels, spec: TimeGaps) -> TimeFading:
    """Learn how m of the fields that people change depends on the time between two records.

    Parameters
    ----------
    model
        What was learned without regard to time.
    levels
        The candidate pairs.
    spec
        Which fields, and what is known of them.

    Raises
    ------
    SpecError
        Where a field is not compared.
    """
    places = faded_comparisons(levels.records, levels.comparisons, spec)
    plain = replace(model, time_gaps=None)
    days = days_of(levels.records, spec.on)
    pairs = _dated(_likely(plain, levels), days)
    notes, rates = [], []
    for place, given in places.items():
        name = levels.comparisons[place].name
        eligible = _eligible(levels, place, pairs) if given is None else np.ones(len(pairs.left), bool)
        why = None if given is not None else _why_not(pairs, eligible, levels.comparisons[place].name)
        if why is not None:
            notes.append(why)
            continue
        rates.append(_Field(name, place, given, eligible, np.asarray(model.u_probability[place])))
    gaps = _Gaps.of(levels.records, days, pairs)
    learned, weights = _settled(plain, pairs, rates, gaps)
    bits = tuple(weights.tolist()) if spec.weigh_gap and weights.any() else ()
    return TimeFading(spec.on, learned, tuple(notes), bits, gaps.days)


def faded_comparisons(records: Records, comparisons: Sequence[Comparison], spec: TimeGaps) -> dict[int, float | None]:
    """Return the places of the comparisons that fade, each with its rate where it is given.

    Raises
    ------
    SpecError
        Where a field is not compared, or the date is.
    """
    dated = [one.name for one in comparisons if spec.on in one.every_field]
    if dated:
        raise SpecError(f"time_gaps: {dated[0]} compares {spec.on!r}, the date of the record itself; leave it out.")
    by_field: dict[str, int] = {}
    for place, comparison in enumerate(comparisons):
        if comparison.fields:
            by_field.setdefault(comparison.fields[0], place)
    asked = tuple(dict.fromkeys((*spec.fields, *spec.rates)))
    for name in asked:
        if name not in by_field:
            hint = did_you_mean(name, tuple(by_field)) or f" Compared are: {', '.join(by_field)}."
            raise SpecError(f"time_gaps names the field {name!r}, which no comparison is of.{hint}")
    changing = spec.fields or tuple(
        name
        for name, place in by_field.items()
        if name in spec.rates
        # What agrees on a day that both records knew does not fade.
        or (kind_of(records, comparisons[place]) in CHANGING_KINDS and not name.endswith(HISTORY))
    )
    return {by_field[name]: spec.rates.get(name) for name in changing}


@dataclass(frozen=True, eq=False)
class _Dated:
    """Likely pairs with a known gap, in the order of their rows."""

    left: NDArray[np.uint32]
    right: NDArray[np.uint32]
    levels: NDArray[np.uint8]
    weight: Floats
    band: NDArray[np.int64]
    years: Floats
    days: NDArray[np.int64]

    @property
    def gaps(self) -> Floats:
        return self.years[self.band]


@dataclass(frozen=True, eq=False)
class _Field:
    """A comparison whose rate is wanted."""

    name: str
    place: int
    given: float | None
    eligible: NDArray[np.bool_]
    u: Floats


@dataclass(frozen=True, eq=False)
class _Gaps:
    """The time between records by itself: the band of each pair, and how many pairs of strangers there are in each."""

    band: NDArray[np.int64]
    strangers: Floats
    days: int

    @staticmethod
    def of(records: Records, days: NDArray[np.int32], pairs: _Dated) -> _Gaps:
        counts = stranger_gaps(days, records.starts, records.link_type)
        width = band_days(len(counts) - 1)
        strangers = np.bincount(np.arange(len(counts)) // width, counts, minlength=GAP_BANDS)
        return _Gaps(pairs.days // width, strangers.astype(np.float64), width)

    def weights(self, share: Floats) -> Floats:
        """Return the bits of each band, from the match probability of each pair; none from too few matches."""
        if float(share.sum()) < LEAST_MATCHES:
            return np.zeros(GAP_BANDS)
        return gap_weights(np.bincount(self.band, share, minlength=GAP_BANDS).astype(np.float64), self.strangers)


def _likely(model: Model, levels: Levels) -> Scores:
    if levels.is_held:
        return model.score(levels, weight=LEAST_BITS)
    return score_reaching(model, levels, LEAST_BITS)[0]


def _dated(scores: Scores, days: NDArray[np.int32]) -> _Dated:
    """Keep pairs that both have a date, and put their gaps in bands of their own mean; no gap at all is one."""
    one, other = days[scores.left], days[scores.right]
    known = (one != NO_DATE) & (other != NO_DATE)
    gap = np.abs(one - other)[known].astype(np.int64)
    width = max(-(-int(gap.max(initial=0)) // (BANDS - 1)), 1)
    band = -(-gap // width)
    counts = np.bincount(band, minlength=BANDS)
    years = np.bincount(band, gap, minlength=BANDS) / np.maximum(counts, 1) / DAYS_A_YEAR
    return _Dated(
        scores.left[known],
        scores.right[known],
        scores.levels[known],
        scores.weight[known],
        band,
        np.asarray(years),
        gap,
    )


def _eligible(levels: Levels, place: int, pairs: _Dated) -> NDArray[np.bool_]:
    """Which pairs are made by a rule that does not read the field."""
    found = np.zeros(len(pairs.left), bool)
    for number, rule in enumerate(levels.pairs.rules):
        if place in left_out(rule, levels.comparisons):
            continue
        open_ = np.flatnonzero(~found)
        found[open_] = levels.pairs.source.makes(number, pairs.left[open_], pairs.right[open_])
    return found


def _why_not(pairs: _Dated, eligible: NDArray[np.bool_], name: str) -> str | None:
    """Say why a rate cannot be learned; None where it can."""
    share = probability(pairs.weight) * eligible
    matches = float(share.sum())
    if matches < LEAST_MATCHES:
        where = "of rules that do not read it " if not eligible.all() else ""
        return (
            f"{name} does not fade: about {matches:,.0f} matches {where}have two dates, and a rate needs "
            f"{LEAST_MATCHES:,.0f}. Give it with rates=."
        )
    mean = float(share @ pairs.gaps) / matches
    spread = float(np.sqrt(share @ (pairs.gaps - mean) ** 2 / matches))
    if spread < LEAST_SPREAD:
        return f"{name} does not fade: the records of matches all lie about {mean:.1f} years apart. Give rates=."
    return None


def _settled(
    model: Model, pairs: _Dated, fields: Sequence[_Field], gaps: _Gaps
) -> tuple[tuple[ChangeRate, ...], Floats]:
    """Learn the rates and what the gap itself says, and by them the match probabilities, in turns."""
    found: tuple[ChangeRate, ...] = ()
    fadings: list[Fading | None] = [None] * len(fields)
    weight, own = pairs.weight, np.zeros(GAP_BANDS)
    for _ in range(ROUNDS):
        before = found
        share = probability(weight)
        fadings = [_fading(one, pairs, share, start) for one, start in zip(fields, fadings, strict=True)]
        found = tuple(_change_rate(*both, pairs, share) for both in zip(fields, fadings, strict=True))
        own = gaps.weights(share)
        if before and all(abs(one.rate - other.rate) <= SETTLED for one, other in zip(before, found, strict=True)):
            break
        weight = pairs.weight + own[gaps.band]
        for one, rate in zip(fields, found, strict=True):
            weight = weight + _gained(
                np.asarray(model.m_probability[one.place]), rate, pairs, pairs.levels[:, one.place]
            )
    return found, own


def _fading(one: _Field, pairs: _Dated, share: Floats, start: Fading | None) -> Fading:
    """Learn one field from the pairs it may be learned from, each counted by its match probability."""
    return fading_of(_matches(one, pairs, share), pairs.years, one.u, one.given, start)


def _matches(one: _Field, pairs: _Dated, share: Floats) -> Floats:
    """Return the expected matches at each level but missing, by band; shape (levels, bands)."""
    size, bands = len(one.u) + 1, len(pairs.years)
    cell = pairs.levels[:, one.place].astype(np.int64) * bands + pairs.band
    counts: Floats = np.bincount(cell, share * one.eligible, minlength=size * bands).astype(np.float64)
    return counts.reshape(size, bands)[1:]


def _change_rate(one: _Field, fading: Fading | None, pairs: _Dated, share: Floats) -> ChangeRate:
    assert fading is not None
    present = share * (pairs.levels[:, one.place] > 0)
    changed = float(present @ -np.expm1(-fading.rate * pairs.gaps)) / max(float(present.sum()), 1e-300)
    return ChangeRate(
        one.name,
        fading.rate,
        1.0 - changed,
        tuple(fading.changed.tolist()),
        fading.standard_error,
        float(_matches(one, pairs, share).sum()) if one.given is None else 0.0,
        "learned" if one.given is None else "given",
    )


def _gained(m: Floats, rate: ChangeRate, pairs: _Dated, level: NDArray[np.uint8]) -> Floats:
    """Return the bits that each pair gains by a rate."""
    table = np.zeros((len(m) + 1, len(pairs.years)))
    if rate.rate > 0:
        table[1:] = np.log2(np.maximum(rate.m_at(m, pairs.years), 1e-300)) - np.log2(m)[:, None]
    return np.asarray(table[level, pairs.band])
