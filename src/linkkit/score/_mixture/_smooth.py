"""Smooth curves through counts: Poisson counts whose logarithm bends little, as little as the counts allow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from linkkit.score._layout import Floats

__all__ = ["Curve", "smoothed"]

# Second differences vanish where a logarithm is a straight line: a tail that falls by the same factor from bin to bin
# costs nothing, and beyond the last pair it goes on so. Third ones vanish where it is a parabola, as of a normal curve.
TAIL, BELL = 2, 3
# Fewest bins that a curve can bend over.
LEAST_BINS = BELL + 2
# A curve may bend as over so many steps, however fine the bins: what bends more is chance.
BENDS = 30.0
STIFFEST = 1e9
FARTHEST, LARGEST = 3.0, 40.0
SETTLED = 1e-3
RIDGE = 1e-9


@dataclass(frozen=True, eq=False)
class Curve:
    """A smooth curve through counts.

    Parameters
    ----------
    log
        Shape (bins,): logarithm of the expected counts.
    stiffness
        Weight of the penalty on bends.
    """

    log: Floats
    stiffness: float

    @property
    def counts(self) -> Floats:
        """The expected counts."""
        return np.exp(np.clip(self.log, -LARGEST, LARGEST))


def smoothed(
    counts: Floats, start: Curve | None = None, *, order: int = TAIL, free_top: bool = False, rounds: int = 100
) -> Curve:
    """Return the smooth curve through counts of pairs.

    The stiffness is chosen so that the bends are as large as they are expected to be under it: the updates of Schall
    (Estimation in generalized linear models with random effects, Biometrika 78, 1991), as Eilers and Marx use them
    (Practical Smoothing, 2021).

    Parameters
    ----------
    counts
        Shape (bins,), 0 or more; whole or expected.
    start
        Where to begin.
    order
        Which differences of the logarithm are bends: :data:`TAIL` or :data:`BELL`.
    free_top
        Whether the highest bin has a count of its own: exact agreement is no part of a smooth curve.
    rounds
        Newton steps at most.

    Examples
    --------
    >>> parabola = np.exp(5.0 - 0.1 * (np.arange(12) - 4.0) ** 2)
    >>> bool(np.abs(smoothed(parabola, order=BELL).counts / parabola - 1).max() < 0.01)
    True
    """
    bins = len(counts)
    bends = _bends(bins, order, free_top)
    penalty = bends.T @ bends
    nothing = order + free_top
    least = (bins / BENDS) ** (2 * order)
    log = np.log(counts + 0.5) if start is None else start.log
    stiffness = 10.0 * least if start is None else start.stiffness
    for _ in range(rounds):
        expected = np.exp(np.clip(log, -LARGEST, LARGEST))
        inverse = np.linalg.inv(np.diag(expected + RIDGE) + stiffness * penalty)
        new = inverse @ (expected * log + counts - expected + RIDGE * log)
        new = np.clip(np.clip(new, log - FARTHEST, log + FARTHEST), -LARGEST, LARGEST)
        used = max(float((np.diag(inverse) * expected).sum()) - nothing, 1e-3)
        stiffness = float(np.clip(used / max(float(new @ penalty @ new), 1e-12), least, STIFFEST))
        change = float(np.abs(new - log).max())
        log = new
        if change < SETTLED:
            break
    return Curve(log, stiffness)


def _bends(bins: int, order: int, free_top: bool) -> Floats:
    """Differences as a matrix; of the bins below the highest, where that is free."""
    found = np.diff(np.eye(bins), order, axis=0)
    return found[:-1] if free_top else found
