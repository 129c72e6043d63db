"""How different linkage had to be between two arms to explain an effect: algebra, and its table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from linkkit.errors import SpecError

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "observed_share",
    "require_probabilities",
    "tipping_frame",
    "tipping_rows",
    "tipping_sensitivity",
    "true_share",
]


def observed_share(share: float, sensitivity: float, false_rate: float = 0.0) -> float:
    """Return the share with an event that is observed through links.

    Examples
    --------
    >>> round(observed_share(0.2, 0.9, 0.01), 3)
    0.188
    """
    return share * sensitivity + (1 - share) * false_rate


def true_share(observed: float, sensitivity: float, false_rate: float = 0.0) -> float:
    """Return the share with an event behind one that is observed; below 0 or above 1 where it cannot be observed so.

    Examples
    --------
    >>> round(true_share(0.188, 0.9, 0.01), 3)
    0.2

    Raises
    ------
    SpecError
        Where the sensitivity is not above the share of false events.
    """
    if not 0 <= false_rate < sensitivity <= 1:
        raise SpecError(
            f"sensitivity must be above false_rate, both between 0 and 1; got {sensitivity} and {false_rate}."
        )
    return (observed - false_rate) / (sensitivity - false_rate)


def tipping_sensitivity(observed: float, against: float, sensitivity: float, false_rate: float = 0.0) -> float:
    """Return the sensitivity in an arm that explains its whole effect, given that in the arm it is held against.

    Parameters
    ----------
    observed, against
        The shares observed in the arm, and in the other.
    sensitivity
        The sensitivity in the other arm.
    false_rate
        False events, the same in both.

    Returns
    -------
    float
        Above 1, or not above ``false_rate``, where no sensitivity explains it; missing where the other arm has no more
        events than false ones.

    Notes
    -----
    Let p be the share of an arm with an event, Se the probability that an event is found through the links of that
    arm (its *sensitivity*), and f the probability that somebody without the event is given one by a false link
    (*false events*). Whoever has the event is seen to have it with probability Se, whoever has not with probability
    f, so that the share that is observed is::

        observed = p Se + (1 - p) f,        and therefore        p = (observed - f) / (Se - f)   where Se > f.

    Three things follow. Without false events, equal sensitivities cancel in a ratio of shares and multiply their
    difference by Se. Unequal ones multiply the ratio by Se1 / Se0. And with equal Se, false events add the same to
    both shares: they pull the ratio towards 1, and the difference is multiplied by Se - f. The effect is nothing at
    all where p is the same in both arms. That is so where::

        Se1 = f + (Se0 - f) (observed1 - f) / (observed0 - f),

    the *tipping point*: a sensitivity in the arm that far from the one in the other arm explains the whole of the
    effect. It is derived here from the two probabilities above and taken from no publication; a simulation in the
    tests confirms it. It is about shares that are observed: sampling error comes in by the limits of their
    interval.

    Examples
    --------
    >>> round(tipping_sensitivity(0.15, 0.20, 0.96), 3)
    0.72
    """
    if against <= false_rate:
        return float("nan")
    return false_rate + (sensitivity - false_rate) * (observed - false_rate) / (against - false_rate)


@dataclass(frozen=True)
class Tipping:
    """A row of the tipping-point table.

    Parameters
    ----------
    sensitivity_against
        The sensitivity that is supposed in the other arm.
    false_rate
        The false events that are supposed in both.
    sensitivity_for_null
        The sensitivity in the arm at which there is no effect.
    difference_for_null, ratio_for_null
        The same, less that in the other arm, and divided by it.
    is_possible
        Whether it is a probability above that of false events: no linkage explains the effect otherwise.
    sensitivity_for_limit
        The sensitivity at which the limit of the interval that is nearest to no effect would be no effect.
    """

    sensitivity_against: float
    false_rate: float
    sensitivity_for_null: float
    difference_for_null: float
    ratio_for_null: float
    is_possible: bool
    sensitivity_for_limit: float


def tipping_rows(
    observed: float,
    against: float,
    limits: tuple[float, float],
    sensitivities: Sequence[float],
    false_rates: Sequence[float],
) -> list[Tipping]:
    """Return a row for each sensitivity of the other arm and each share of false events.

    Parameters
    ----------
    observed, against
        The shares observed in the arm, and in the other.
    limits
        The interval of their ratio.
    sensitivities, false_rates
        What is supposed.
    """
    require_probabilities(sensitivities, false_rates)
    near = _nearest_to_one(limits) * against
    found = []
    for sensitivity in sensitivities:
        for false_rate in false_rates:
            at = tipping_sensitivity(observed, against, sensitivity, false_rate)
            limit = tipping_sensitivity(near, against, sensitivity, false_rate)
            found.append(
                Tipping(sensitivity, false_rate, at, at - sensitivity, at / sensitivity, false_rate < at <= 1, limit)
            )
    return found


def require_probabilities(sensitivities: Any, false_rates: Any) -> None:
    """Raise a SpecError where what is supposed is not several probabilities."""
    for name, given in {"sensitivities": sensitivities, "false_rates": false_rates}.items():
        if isinstance(given, str | int | float) or not hasattr(given, "__iter__"):
            raise SpecError(f"{name} must be several numbers, such as [{given!r}]; got {given!r}.")
        for one in given:
            is_number = isinstance(one, int | float) or hasattr(one, "dtype")
            if not is_number or not (0 < one <= 1 if name == "sensitivities" else 0 <= one < 1):
                raise SpecError(
                    f"sensitivities and false_rates are probabilities, sensitivities above 0; got {one!r} in {name}."
                )


def _nearest_to_one(limits: tuple[float, float]) -> float:
    """The limit nearest to no effect; 1 where the interval holds it: nothing needs an explanation then."""
    low, high = limits
    if low != low or low <= 1 <= high:
        return 1.0 if low == low else float("nan")
    return low if low > 1 else high


def tipping_frame(rows: Sequence[Tipping], arm: str, against: str) -> pd.DataFrame:
    """Return rows as a table."""
    from dataclasses import asdict

    import pandas as pd

    frame = pd.DataFrame([asdict(row) for row in rows])
    frame.insert(0, "against", against)
    frame.insert(0, "arm", arm)
    return frame
