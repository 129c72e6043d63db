"""Random numbers that are the same everywhere: SplitMix64, named by purpose.

numpy may change how its generators turn bits into numbers; these do not depend on it. Each purpose has a stream of its
own, so that a new kind of error does not change the names that an old seed drew.
"""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


class Stream:
    """A source of uniform numbers for one purpose.

    Parameters
    ----------
    seed
        The seed of the whole population or dataset.
    *purpose
        Words that tell this stream from all others of the same seed.

    Examples
    --------
    >>> Stream(1, "names").uniform(2).round(4).tolist() == Stream(1, "names").uniform(2).round(4).tolist()
    True
    """

    def __init__(self, seed: int, *purpose: str) -> None:
        self._seed, self._purpose = seed, purpose
        text = "\x1f".join([str(int(seed)), *purpose])
        self._key = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little")
        self._used = 0

    def child(self, *purpose: str) -> Stream:
        """Return the stream of a narrower purpose."""
        return Stream(self._seed, *self._purpose, *purpose)

    def uniform(self, count: int) -> Floats:
        """Return the next ``count`` numbers in [0, 1)."""
        steps = np.arange(self._used, self._used + count, dtype=np.uint64)
        self._used += count
        return self._mixed(steps)

    def of(self, ids: Integers) -> Floats:
        """Return one number for each id: the same id has the same number, in whatever company."""
        return self._mixed(ids.astype(np.uint64))

    def below(self, limits: Integers | int, count: int | None = None) -> Integers:
        """Return whole numbers from 0 to just below each limit."""
        size = count if count is not None else len(np.asarray(limits))
        return (self.uniform(size) * limits).astype(np.int64)

    def chance(self, count: int, share: Floats | float) -> npt.NDArray[np.bool_]:
        """Return ``count`` draws that are true with this probability."""
        return np.asarray(self.uniform(count) < share)

    def pick(self, count: int, weights: Floats) -> Integers:
        """Return ``count`` positions drawn in proportion to the weights."""
        return pick(self.uniform(count), cumulative(weights))

    def order(self, count: int) -> Integers:
        """Return the numbers 0 to ``count - 1`` in a random order."""
        return np.argsort(self.uniform(count), kind="stable").astype(np.int64)

    def _mixed(self, steps: npt.NDArray[np.uint64]) -> Floats:
        mixed = (steps + np.uint64(1)) * _GOLDEN + np.uint64(self._key)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * _FIRST
        mixed = (mixed ^ (mixed >> np.uint64(27))) * _SECOND
        mixed ^= mixed >> np.uint64(31)
        return (mixed >> np.uint64(11)).astype(np.float64) * 2.0**-53


def cumulative(weights: npt.ArrayLike) -> Floats:
    """Return the running shares of some weights, ending at 1."""
    running = np.cumsum(np.asarray(weights, dtype=np.float64))
    return np.asarray(running / running[-1])


def pick(uniform: Floats, running: Floats) -> Integers:
    """Return the position that each uniform number falls on."""
    found = np.searchsorted(running, uniform, side="right")
    return np.minimum(found, len(running) - 1).astype(np.int64)
