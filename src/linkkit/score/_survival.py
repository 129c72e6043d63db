"""How agreement of matches on a changing field fades with the time between two records.

A home or a surname is kept for some time and then changed. With a constant chance of change, a match still holds the
value of ``t`` years before with probability ``s = exp(-rate * t)``: its level is drawn from what matches of one day
show (k), and after a change from what another value shows (c), ``m(t) = s * k + (1 - s) * c``. A changed value agrees
with the old one by chance, so c of the strictest level is its u; how near the new value lies to the old (most people
move within their town) is learned. The idea is that of the R package FlexRL, which models a changing postcode as
survival; the estimate here is a maximum of the likelihood by expectation-maximisation, field by field.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ._layout import Floats

__all__ = ["Fading", "fading_of", "levels_at", "unchanged_levels"]

# A year in which everybody changes more than this often leaves nothing to learn from.
HIGHEST_RATE = 12.0
FIRST_RATE = 0.05
MOST_ROUNDS, SETTLED = 1_000, 1e-7
# What the levels after a change are taken for before the data are: those of strangers, as seen in so many changes.
CHANGES_SEEN = 20.0
LEAST = 1e-12


@dataclass(frozen=True, eq=False)
class Fading:
    """What was learned of one field.

    Parameters
    ----------
    rate
        Changes a year.
    standard_error
        Of the rate, from the expected information, where the rate was learned; else NaN.
    unchanged, changed
        Shape (levels,): how often matches are at each level while the value is kept, and after a change.
    """

    rate: float
    standard_error: float
    unchanged: Floats
    changed: Floats


def levels_at(unchanged: Floats, changed: Floats, kept: Floats | float) -> Floats:
    """Return how often matches are at each level, by the share of values that are kept.

    Parameters
    ----------
    unchanged, changed
        Shape (levels,).
    kept
        Shape (gaps,), or one number.

    Returns
    -------
    array
        Shape (levels, gaps).

    Examples
    --------
    >>> levels_at(np.array([0.9, 0.1]), np.array([0.1, 0.9]), np.array([1.0, 0.5])).round(2).tolist()
    [[0.9, 0.5], [0.1, 0.5]]
    """
    share = np.atleast_1d(np.asarray(kept, np.float64))
    return np.asarray(np.outer(unchanged, share) + np.outer(changed, 1.0 - share))


def unchanged_levels(m: Floats, changed: Floats, kept: float, least_share: float = 0.1) -> Floats:
    """Return how often matches are at each level while the value is kept, from the mean over all matches.

    Parameters
    ----------
    m
        Shape (levels,): the mean over matches of all gaps.
    changed
        Shape (levels,): what a change leads to.
    kept
        The mean share of matches whose value is kept.
    least_share
        No level becomes rarer than this share of its mean: the mean and the rate are both estimates, and their
        difference may come out at nothing.

    Examples
    --------
    >>> unchanged_levels(np.array([0.82, 0.18]), np.array([0.1, 0.9]), 0.9).round(3).tolist()
    [0.9, 0.1]
    """
    if kept >= 1.0:
        return m
    found = np.maximum((m - (1.0 - kept) * changed) / max(kept, LEAST), least_share * m)
    return np.asarray(found / found.sum() * m.sum())


def fading_of(
    matches: Floats, years: Floats, u: Floats, rate: float | None = None, start: Fading | None = None
) -> Fading:
    """Learn the rate of change of one field from expected matches by level and gap.

    Parameters
    ----------
    matches
        Shape (levels, bands): expected matches at each level, by band of the time between their records.
    years
        Shape (bands,): the time between the records of each band.
    u
        Shape (levels,): how often strangers are at each level.
    rate
        Changes a year, where they are known; else learned.
    start
        Where to begin: what was learned from nearly the same matches.

    Returns
    -------
    Fading
        The rate is 0 where nothing fades.

    Examples
    --------
    >>> years = np.array([0.0, 2.0, 4.0])
    >>> seen = levels_at(np.array([0.95, 0.05]), np.array([0.01, 0.99]), np.exp(-0.1 * years)) * 1000
    >>> round(fading_of(seen, years, np.array([0.01, 0.99])).rate, 3)
    0.1
    """
    found = FIRST_RATE if rate is None else rate
    unchanged = np.maximum(matches.sum(axis=1), LEAST) / max(matches.sum(), LEAST)
    strangers = u / u.sum()
    changed = strangers
    if start is not None:
        found, unchanged, changed = rate or max(start.rate, LEAST), start.unchanged, start.changed
    for _ in range(MOST_ROUNDS):
        kept = np.exp(-found * years)
        still = np.outer(unchanged, kept)
        total = np.maximum(still + np.outer(changed, 1.0 - kept), LEAST)
        of_kept = matches * (still / total)
        of_changed = matches - of_kept
        before = found
        if rate is None:
            found = _rate(of_kept.sum(axis=0), of_changed.sum(axis=0), years, before)
        unchanged = np.maximum(of_kept.sum(axis=1), LEAST)
        unchanged = unchanged / unchanged.sum()
        changed = _after_change(of_changed.sum(axis=1), strangers)
        if abs(found - before) <= SETTLED and rate is None:
            break
    error = np.nan if rate is not None else _standard_error(matches.sum(axis=0), years, found, unchanged, changed)
    return Fading(found, error, unchanged, changed)


def _after_change(seen: Floats, strangers: Floats) -> Floats:
    """The strictest level is agreement by chance; the others share the rest as the changes seen do."""
    if len(seen) < 3:
        return strangers
    looser = strangers[1:] / strangers[1:].sum()
    shares = seen[1:] + CHANGES_SEEN * looser
    return np.concatenate([strangers[:1], (1.0 - strangers[0]) * shares / shares.sum()])


def _rate(kept: Floats, changed: Floats, years: Floats, start: float) -> float:
    """Return the rate of greatest likelihood of values kept and changed: where the slope, which falls, is 0.

    Newton's steps from a rate before, between bounds that close in.
    """
    apart = years > 0
    kept, changed, years = kept[apart], changed[apart], years[apart]
    if not changed.sum() > 0:
        return 0.0
    low, high, rate, lived = 0.0, HIGHEST_RATE, max(start, LEAST), float(kept @ years)
    for _ in range(60):
        grown = np.expm1(np.clip(rate * years, LEAST, 300.0))
        slope = float(changed @ (years / grown)) - lived
        low, high = (rate, high) if slope > 0 else (low, rate)
        fall = float(changed @ (years**2 * (grown + 1.0) / grown**2))
        step = rate + slope / max(fall, LEAST)
        step = step if low < step < high else (low + high) / 2
        if abs(step - rate) <= 1e-10 * max(rate, 1e-3):
            return step
        rate = step
    return rate


def _standard_error(pairs: Floats, years: Floats, rate: float, unchanged: Floats, changed: Floats) -> float:
    """Return the standard error of the rate, what matches of one day show being learned with it.

    Which pairs are matches, and what a change leads to, are taken as known.
    """
    kept = np.exp(-rate * years)
    share = np.maximum(levels_at(unchanged, changed, kept), LEAST)
    last = len(unchanged) - 1
    slopes = [-(years * kept) * (unchanged - changed)[:, None]]
    for level in range(last):
        slope = np.zeros_like(share)
        slope[level], slope[last] = kept, -kept
        slopes.append(slope)
    information = np.array([[float((pairs * one * other / share).sum()) for other in slopes] for one in slopes])
    try:
        variance = float(np.linalg.inv(information)[0, 0])
    except np.linalg.LinAlgError:
        return float("nan")
    return float(np.sqrt(variance)) if variance > 0 else float("nan")
