"""Isotonic and unimodal regression: the nearest values that rise, or that rise and then fall."""

from __future__ import annotations

import numpy as np

from linkkit.score._layout import Floats

__all__ = ["rising", "unimodal"]


def rising(values: Floats, weight: Floats) -> Floats:
    """Return the values that never fall and are nearest to the given ones, in weighted squares.

    By pooling adjacent violators (Robertson, Wright and Dykstra, Order Restricted Statistical Inference, 1988).

    Parameters
    ----------
    values
        Shape (bins,).
    weight
        Shape (bins,), above 0.

    Examples
    --------
    >>> rising(np.array([1.0, 3.0, 2.0, 4.0]), np.ones(4)).tolist()
    [1.0, 2.5, 2.5, 4.0]
    """
    pools: list[tuple[float, float, int]] = []
    for value, own in zip(values.tolist(), weight.tolist(), strict=True):
        mean, mass, size = value, own, 1
        while pools and pools[-1][0] > mean:
            before, before_mass, before_size = pools.pop()
            total = mass + before_mass
            mean, mass, size = (before * before_mass + mean * mass) / total, total, size + before_size
        pools.append((mean, mass, size))
    return np.repeat([mean for mean, _, _ in pools], [size for _, _, size in pools]).astype(np.float64)


def unimodal(values: Floats, weight: Floats) -> Floats:
    """Return the values that rise up to some bin, fall behind it, and are nearest to the given ones.

    Examples
    --------
    >>> unimodal(np.array([3.0, 1.0, 5.0, 2.0]), np.ones(4)).tolist()
    [2.0, 2.0, 5.0, 2.0]
    """
    best, least = values, np.inf
    for mode in range(len(values)):
        up = rising(values[: mode + 1], weight[: mode + 1])
        down = rising(values[mode + 1 :][::-1], weight[mode + 1 :][::-1])[::-1]
        found = np.concatenate([up, down])
        error = float((weight * (found - values) ** 2).sum())
        if error < least:
            best, least = found, error
    return best
