"""Intervals of shares: pure functions of counts."""

from __future__ import annotations

import math
from typing import Any

from .errors import SpecError

__all__ = ["clopper_pearson", "require_confidence", "wilson"]


def require_confidence(confidence: Any) -> None:
    """Raise a SpecError where the confidence of an interval is not a number between 0 and 1.

    Examples
    --------
    >>> require_confidence(95)
    Traceback (most recent call last):
    ...
    linkkit.errors.SpecError: confidence must be a number between 0 and 1, such as 0.95; got 95.
    """
    is_number = isinstance(confidence, int | float) or hasattr(confidence, "dtype")
    if not is_number or isinstance(confidence, bool) or not 0 < confidence < 1:
        raise SpecError(f"confidence must be a number between 0 and 1, such as 0.95; got {confidence!r}.")


def clopper_pearson(hits: int, trials: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the exact interval of a share (Clopper and Pearson 1934); missing where nothing was tried.

    Examples
    --------
    >>> [round(end, 4) for end in clopper_pearson(0, 10)]
    [0.0, 0.3085]
    """
    from scipy.special import betaincinv

    require_confidence(confidence)
    if not trials:
        return (float("nan"), float("nan"))
    tail = (1 - confidence) / 2
    low = float(betaincinv(hits, trials - hits + 1, tail)) if hits else 0.0
    high = float(betaincinv(hits + 1, trials - hits, 1 - tail)) if hits < trials else 1.0
    return low, high


def wilson(hits: int, trials: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return Wilson's interval for a share (Wilson 1927); missing where nothing was tried.

    Examples
    --------
    >>> [round(end, 4) for end in wilson(81, 263)]
    [0.2553, 0.3662]
    """
    from scipy.special import ndtri

    require_confidence(confidence)
    if not trials:
        return (float("nan"), float("nan"))
    z = float(ndtri((1 + confidence) / 2))
    share, width = hits / trials, z * z / trials
    middle = (share + width / 2) / (1 + width)
    half = z / (1 + width) * math.sqrt(share * (1 - share) / trials + width / (4 * trials))
    return (0.0 if not hits else max(middle - half, 0.0), 1.0 if hits == trials else min(middle + half, 1.0))
