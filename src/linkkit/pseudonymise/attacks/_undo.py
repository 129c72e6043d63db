"""Hardening taken back by whoever holds the key: every step without noise is linear in the bits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from linkkit.pseudonymise._contract import SubKeys
from linkkit.pseudonymise.bloom import Blip, Hardening, harden, length_after

__all__ = ["undone"]

_MOST_LOST = 6  # bits that the steps lose: 2 ** 6 filters are tried for each
_MOST_BITS = 8_192  # of a filter: solving takes the square of it in room, the cube in time

Filters = NDArray[np.uint8]


def undone(filters: Filters, length: int, steps: Sequence[Hardening], key: SubKeys, name: str) -> Filters | None:
    """Return filters as they were before hardening, or None where the steps lose too much.

    The XOR of bits is linear over the field of two elements, and Gaussian elimination solves it. Of several filters
    that would give the same (an even number of inputs loses a bit), the one with the fewest bits set is taken: filters
    are made sparse.

    Parameters
    ----------
    filters
        Shape (rows, bytes), uint8: hardened.
    length
        Bits of a filter before.
    steps, key, name
        What was done, as in :func:`linkkit.pseudonymise.bloom.harden`.

    Examples
    --------
    >>> from linkkit.pseudonymise.bloom import Diffuse
    >>> class Key:
    ...     def subkey(self, purpose, field="", size=32):
    ...         return f"{purpose} {field}".encode().ljust(size)[:size]
    >>> rows = np.packbits(np.random.default_rng(1).random((3, 256)) < 0.2, axis=1)
    >>> bool((undone(harden(rows, [Diffuse()], Key()), 256, [Diffuse()], Key(), "") == rows).all())
    True
    """
    if not steps:
        return filters
    outputs = length_after(length, steps)
    if any(isinstance(step, Blip) for step in steps) or outputs + _MOST_LOST < length or length > _MOST_BITS:
        return None
    marked = np.packbits(np.concatenate([np.zeros((1, length), np.uint8), np.eye(length, dtype=np.uint8)]), axis=1)
    made = harden(marked, steps, key, name)
    places, makers, silent = _solved(made[1:] ^ made[0])
    if len(silent) > _MOST_LOST:
        return None
    bits = np.unpackbits(filters ^ made[0], axis=1)[:, places].astype(np.float32)
    found = ((bits @ makers.astype(np.float32)).astype(np.int64) & 1).astype(np.uint8)
    return np.packbits(_sparsest(found, silent), axis=1)


def _solved(rows: Filters) -> tuple[NDArray[np.int64], Filters, Filters]:
    """Solve for what each bit before did.

    Returns
    -------
    The outputs that are told apart, shape (rank,); for each the inputs whose XOR sets it and no other of them, shape
    (rank, inputs), bits; and sets of inputs that change nothing, shape (inputs - rank, inputs), bits.
    """
    inputs, outputs = len(rows), 8 * rows.shape[1]
    width = -(-(outputs + inputs) // 64) * 8
    both = np.zeros((inputs, width), np.uint8)
    both[:, : rows.shape[1]] = rows
    identity = np.packbits(np.eye(inputs, dtype=np.uint8), axis=1)
    both[:, rows.shape[1] : rows.shape[1] + identity.shape[1]] = identity
    words = both.view(np.uint64)  # eight bytes at a time; which bit is which does not matter to XOR
    places: list[int] = []
    for output in range(outputs):
        rank = len(places)
        if rank == inputs:
            break
        has = (both[:, output >> 3] >> np.uint8(7 - (output & 7))) & np.uint8(1)
        below = np.flatnonzero(has[rank:])
        if not len(below):
            continue
        pivot = rank + int(below[0])
        if pivot != rank:
            words[[rank, pivot]] = words[[pivot, rank]]
            has[[rank, pivot]] = has[[pivot, rank]]
        has[rank] = 0
        words[has > 0] ^= words[rank]
        places.append(output)
    right = np.unpackbits(both[:, rows.shape[1] :], axis=1)[:, :inputs]
    return np.array(places, np.int64), right[: len(places)], right[len(places) :]


def _sparsest(found: Filters, silent: Filters) -> Filters:
    """Of all filters that the silent inputs make of each, return the one with the fewest bits."""
    best, fewest = found, found.sum(axis=1, dtype=np.int64)
    for number in range(1, 1 << len(silent)):
        chosen = np.bitwise_xor.reduce(silent[[place for place in range(len(silent)) if number >> place & 1]], axis=0)
        other = found ^ chosen
        count = other.sum(axis=1, dtype=np.int64)
        best = np.where((count < fewest)[:, None], other, best)
        fewest = np.minimum(count, fewest)
    return best
