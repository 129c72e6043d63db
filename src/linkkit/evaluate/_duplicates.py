"""The duplicate method: precision from how many records have no link, one, or several, before one is chosen."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from linkkit.decide import Links
from linkkit.errors import SpecError
from linkkit.weights import least_weight

from ._show import Row, as_html, as_text, number, plain, share

__all__ = ["DuplicateEstimate", "duplicate_estimate", "duplicate_method"]

Floats = NDArray[np.float64]
REPEATS = 2000
_TITLE = "Precision by the duplicate method"
_ROUNDS = 60
# More false links a record than this are not told apart.
MOST_FALSE = 50.0


@dataclass(frozen=True)
class DuplicateEstimate:
    """What the numbers of links of a record say of their precision.

    Parameters
    ----------
    none, one, several
        How many records have no link, one, or more.
    precision
        Of all links, before one is chosen for each record.
    precision_interval
        95 % interval.
    precision_of_best
        Of one link a record, where the true one is chosen wherever it is there.
    precision_of_best_interval
        95 % interval.
    true_share
        Estimated share of the records whose true match is among their links.
    false_links
        Estimated false links a record.
    """

    none: int
    one: int
    several: int
    precision: float
    precision_interval: tuple[float, float]
    precision_of_best: float
    precision_of_best_interval: tuple[float, float]
    true_share: float
    false_links: float

    def to_dict(self) -> dict[str, Any]:
        """Return every figure, as JSON can hold it."""
        return {name: plain(value) for name, value in asdict(self).items()}

    def __str__(self) -> str:
        return as_text(_TITLE, self._rows())

    def _repr_html_(self) -> str:
        return as_html(_TITLE, self._rows())

    def _rows(self) -> list[Row]:
        return [
            ("all links", share(self.precision, self.precision_interval)),
            ("one a record", share(self.precision_of_best, self.precision_of_best_interval)),
            ("records without, with one, with several", " / ".join(map(number, (self.none, self.one, self.several)))),
            ("false links a record", f"{self.false_links:.4g}"),
        ]


def duplicate_estimate(none: int, one: int, several: int, *, seed: int = 1) -> DuplicateEstimate:
    """Estimate the precision of links from the numbers of records with no link, one, and several.

    A record has its true match among its links with probability ``p``, and besides it a Poisson number of false links,
    ``f`` on the average, whether or not it has a true one. Then no link has the probability ``(1 - p) exp(-f)``, one
    ``(p + (1 - p) f) exp(-f)``, and both follow from the counts: with ``r = one / none``, ``p / (1 - p) = r - f``, and
    ``(1 + r - f) exp(f) = (none + one + several) / none``, which rises in ``f``. The precision of all links is
    ``p / (p + f)``; of one link a record ``p / (p + (1 - p)(1 - exp(-f)))``.

    It asks nothing of the model, but that a record has one true match at most, and that false links fall on all records
    alike, those with a true link or not. Siblings break the second: their false links fall on records of families, and
    on those whose own match is missing; the estimate is then too good where one link is kept a record.

    Parameters
    ----------
    none, one, several
        Counts of records.
    seed
        Of the intervals, for which the counts are drawn anew.

    References
    ----------
    Blakely T, Salmond C (2002). Probabilistic record linkage and a method to calculate the positive predictive value.
    International Journal of Epidemiology 31:1246-1252. The equations here are its idea with a Poisson number of false
    links.

    Examples
    --------
    Of 10,000 records 6,000 have a true link, and false links come at 0.1 a record: 4,000 exp(-.1) = 3,619 have none,
    (6,000 + 400) exp(-.1) = 5,791 one, the other 590 several.

    >>> found = duplicate_estimate(3619, 5791, 590)
    >>> round(found.true_share, 2), round(found.false_links, 2), round(found.precision, 3)
    (0.6, 0.1, 0.857)
    """
    if min(none, one, several) < 0:
        raise SpecError(f"Counts of records cannot be negative; got {none}, {one} and {several}.")
    total = none + one + several
    missing = float("nan")
    if not one + several or not none:
        # Without records that have no link, false links cannot be told from true ones.
        empty = (missing, missing)
        return DuplicateEstimate(none, one, several, missing, empty, missing, empty, missing, missing)
    drawn = np.random.default_rng(seed).multinomial(total, np.array([none, one, several]) / total, size=REPEATS)
    true, false = _solve(np.vstack([[none, one, several], drawn]).astype(np.float64))
    with np.errstate(invalid="ignore"):
        precision = true / (true + false)
        best = true / (true + (1 - true) * -np.expm1(-false))
    return DuplicateEstimate(
        none, one, several,
        float(precision[0]), _middle(precision[1:]), float(best[0]), _middle(best[1:]), float(true[0]), float(false[0]),
    )  # fmt: skip


def duplicate_method(
    links: Links, *, at_least: float | None = None, side: Literal["left", "right"] | None = None
) -> DuplicateEstimate:
    """Estimate the precision of links by the duplicate method, from all pairs that reach the threshold.

    Parameters
    ----------
    links
        Links of two datasets; all the pairs they were chosen from count, not only those chosen.
    at_least
        Least probability of a pair to count; by default the threshold of the decision.
    side
        Whose records are counted: a record of that side must have one true match at most. By default the side that the
        decision takes to be so, the right one where it is both.

    Raises
    ------
    SpecError
        Where the decision takes neither side to be so and no side is given.
    """
    single = links.decision.single
    if side is None and single == "none":
        raise SpecError(
            "duplicate_method() needs records that have one true match at most; the decision takes neither side to be "
            "so. If one is, say so with side='left' or side='right'."
        )
    chosen = side or ("left" if single == "left" else "right")
    scores = links.all_scores
    if len(scores.records.datasets) != 2:
        raise SpecError(f"duplicate_method() is for links of two datasets; there are {len(scores.records.datasets)}.")
    floor = links.decision.bits if at_least is None else least_weight(at_least, None)
    reached = scores.weight >= floor
    rows = (scores.left if chosen == "left" else scores.right)[reached]
    size = len(scores.records.datasets[0 if chosen == "left" else 1])
    counts = np.bincount(np.unique(rows, return_counts=True)[1].clip(max=2), minlength=3)
    return duplicate_estimate(size - int(counts.sum()), int(counts[1]), int(counts[2]))


def _solve(counts: Floats) -> tuple[Floats, Floats]:
    """The share with a true link and the false links a record, for rows of counts; by bisection."""
    none = np.maximum(counts[:, 0], 0.5)
    ratio, whole = counts[:, 1] / none, counts.sum(axis=1) / none
    low, high = np.zeros(len(counts)), np.minimum(ratio, MOST_FALSE)
    for _ in range(_ROUNDS):
        middle = (low + high) / 2
        is_low = (1 + ratio - middle) * np.exp(middle) < whole
        low, high = np.where(is_low, middle, low), np.where(is_low, high, middle)
    odds = np.maximum(ratio - low, 0.0)
    return odds / (1 + odds), low


def _middle(values: Floats) -> tuple[float, float]:
    low, high = np.nanquantile(values, [0.025, 0.975])
    return (float(low), float(high))
