"""The frequency attack helped by how many bits are set, which tells the length of a value."""

from __future__ import annotations

import time
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import SpecError
from linkkit.pseudonymise._encodings import bit_counts
from linkkit.pseudonymise.bloom import BloomField, field_filters, harden

from ._columns import coded, most_frequent
from ._frequency import check_top, labelled
from ._result import Attempt

__all__ = ["MadeUpKey", "popcount_rank"]

_KEYS = 16  # of the attacker's own: the mean of so many knows the usual number of bits to a quarter of its spread
_VALUES = 4  # times `top`: values among which an encoding may find its own
_LEAST_VARIANCE = 0.25  # a number of bits is whole, so it is never known better than to half a bit


class MadeUpKey:
    """A key that anyone can make: the attacker's own, and that of made-up data."""

    def __init__(self, seed: object) -> None:
        self._seed = f"linkkit made-up key {seed}".encode()

    def subkey(self, purpose: str, field: str = "", size: int = 32) -> bytes:
        """Return the sub-key of a purpose and field."""
        return blake2b(f"{purpose}|{field}".encode(), key=blake2b(self._seed).digest(), digest_size=size).digest()


def popcount_rank(
    encodings: Any, reference: Any, spec: BloomField, *, truth: Any = None, top: int = 50, name: str = ""
) -> Attempt:
    """Name the most frequent filters after values that are about as frequent and set about as many bits.

    The attacker knows how values are encoded, but not the key: encodes the reference with keys of their own, and counts
    bits. Where each token sets its bits (``BloomField(hashes=)``), their number tells the length of the value; where
    each *value* sets as many, it tells nothing. For made-up data.

    Parameters
    ----------
    encodings
        One filter a record: a uint8 matrix of shape (records, bytes), bytes, base64 or Arrow; None is missing.
    reference
        The values of other records, as texts, one a record.
    spec
        How the filters were made.
    truth, top
        As in :func:`frequency`.
    name
        What the result calls the column; by default the name of the spec.

    Raises
    ------
    SpecError
        Where `spec` is no BloomField.

    Notes
    -----
    Each pair of a filter and a value gets a sum of two squared deviations: of the square roots of their frequencies
    (whose variance is that of a Poisson count whatever the frequency, 1/4n in a sample of n), and of the bits set,
    by the spread between keys. Filters are assigned to values so that the sum of all is least.

    Examples
    --------
    Two surnames are equally frequent, so that ranks alone confuse them. Their lengths do not:

    >>> spec = BloomField("surname", hashes=20, length=512)
    >>> reference = ["featherstonehaugh", "ng"] * 5
    >>> filters = field_filters(reference, spec, MadeUpKey("the provider's"))
    >>> popcount_rank(filters, reference, spec, truth=reference).share
    1.0
    """
    from scipy.optimize import linear_sum_assignment

    start = time.perf_counter()
    if not isinstance(spec, BloomField):
        raise SpecError(f"popcount_rank is of the filters of one field; spec must be a BloomField, got {spec!r}.")
    check_top(top)
    seen, known = coded(encodings, "encodings"), coded(reference, "reference")
    chosen, values = most_frequent(seen, top), most_frequent(known, _VALUES * top)
    guesses = np.full(len(seen.values), -1)
    if len(chosen) and len(values):
        filters = np.stack([np.frombuffer(_bytes(seen.values[place]), np.uint8) for place in chosen])
        rates = (seen.counts()[chosen] / seen.present, known.counts()[values] / known.present)
        cost = _frequency_cost(*rates, seen.present, known.present)
        cost += _bit_cost(bit_counts(filters), _bits_of([known.values[place] for place in values], spec))
        one, other = linear_sum_assignment(cost)
        guesses[chosen[one]] = values[other]
    named, right = labelled(seen, guesses, known, truth)
    return Attempt(
        "popcount and rank",
        name or spec.name,
        "no key, but the spec and the values of another sample",
        f"the {len(chosen):,} most frequent of {len(seen.values):,} filters, by frequency and bits set",
        seen.present,
        named,
        right,
        time.perf_counter() - start,
    )


def _frequency_cost(
    seen: NDArray[np.float64], known: NDArray[np.float64], seen_size: int, known_size: int
) -> NDArray[np.float64]:
    """Squared deviations of square roots of frequencies; shape (encodings, values)."""
    return (np.sqrt(seen)[:, None] - np.sqrt(known)) ** 2 * 4 / (1 / seen_size + 1 / known_size)


def _bits_of(values: Sequence[str], spec: BloomField) -> NDArray[np.int64]:
    """How many bits each value sets, under keys of the attacker's own; shape (keys, values)."""
    salts = None if spec.salt is None else ["1"] * len(values)  # which salt it is changes which bits, not how many
    found = []
    for number in range(_KEYS):
        key = MadeUpKey(number)
        filters = harden(field_filters(values, spec, key, salts), spec.hardening, key, spec.name)
        found.append(bit_counts(filters))
    return np.stack(found)


def _bit_cost(seen: NDArray[np.int64], known: NDArray[np.int64]) -> NDArray[np.float64]:
    """Squared deviations of numbers of bits; shape (encodings, values)."""
    spread = max(float(known.var(axis=0, ddof=1).mean()), _LEAST_VARIANCE) * (1 + 1 / len(known))
    found: NDArray[np.float64] = (seen[:, None] - known.mean(axis=0)) ** 2 / spread
    return found


def _bytes(value: Any) -> bytes:
    import base64

    return value if isinstance(value, bytes) else base64.b64decode(value)
