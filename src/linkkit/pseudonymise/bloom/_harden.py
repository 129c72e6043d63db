"""Hardening carried out on rows of filters."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import SpecError
from linkkit.pseudonymise._contract import SubKeys

from ._hardening import Balance, Blip, Hardening, Rule90, XorFold, length_after
from ._hashing import permutation

__all__ = ["harden"]

Rows = NDArray[np.uint8]
_ROWS = 16_384  # at a time: noise takes sixteen times the room of filters


def harden(filters: NDArray[np.uint8], steps: Sequence[Hardening], keys: SubKeys, name: str = "") -> NDArray[np.uint8]:
    """Carry out hardening on filters.

    Parameters
    ----------
    filters
        Shape (rows, length // 8), uint8: a filter each row, bit i in byte i // 8, the highest first.
    steps
        What to do, in order.
    keys
        The key; balancing and diffusion use its sub-keys of the purpose ``"bloom-hardening"``.
    name
        Of the field or record-level filter: each has permutations of its own.

    Returns
    -------
    array of uint8, shape (rows, new length // 8)

    Raises
    ------
    SpecError
        Where the filters are no array of that shape, or a step cannot be done with filters of that length.

    Examples
    --------
    >>> row = np.packbits([[0, 0, 0, 1, 0, 0, 0, 0] + [1] + [0] * 7], axis=1)
    >>> np.unpackbits(harden(row, [XorFold()], keys=None), axis=1).tolist()
    [[1, 0, 0, 1, 0, 0, 0, 0]]
    """
    if not isinstance(filters, np.ndarray) or filters.ndim != 2 or filters.dtype != np.uint8:
        got = (
            f"{filters.dtype} of {filters.ndim} dimensions"
            if isinstance(filters, np.ndarray)
            else type(filters).__name__
        )
        raise SpecError(f"Filters must be rows of uint8; got {got}.")
    length = 8 * filters.shape[1]
    out = np.empty((len(filters), length_after(length, steps) // 8), np.uint8)
    functions: list[Callable[[Rows], Rows]] = []
    for place, step in enumerate(steps):
        functions.append(_function(step, length, keys, f"{name} {place}"))
        length = step.length_after(length)
    for start in range(0, len(filters), _ROWS):
        rows = filters[start : start + _ROWS]
        for function in functions:
            rows = function(rows)
        out[start : start + _ROWS] = rows
    return out


def _function(step: Hardening, length: int, keys: SubKeys, name: str) -> Callable[[Rows], Rows]:
    """Return what a step does to rows of filters, with its permutations made once."""
    if isinstance(step, XorFold):
        return lambda rows: _folded(rows, step.times)
    if isinstance(step, Rule90):
        return _neighbours
    if isinstance(step, Blip):
        noise = _noise(step)
        return lambda rows: rows ^ noise(rows.shape)
    from linkkit.engine.local.scatter import mixed

    key = keys.subkey("bloom-hardening", name)
    inputs = permutation(key, 2 * length)[None] if isinstance(step, Balance) else _inputs(key, length, step.inputs)
    return lambda rows: mixed(rows, inputs)


def _folded(rows: Rows, times: int) -> Rows:
    for _ in range(times):
        half = rows.shape[1] // 2
        rows = rows[:, :half] ^ rows[:, half:]
    return rows


def _neighbours(rows: Rows) -> Rows:
    bits = np.unpackbits(rows, axis=1)
    return np.packbits(np.roll(bits, 1, axis=1) ^ np.roll(bits, -1, axis=1), axis=1)


def _noise(step: Blip) -> Callable[[tuple[int, ...]], Rows]:
    """Return a maker of bits that are 1 with the step's probability, of the system's generator unless it has a seed."""
    draw = os.urandom if step.seed is None else np.random.default_rng(step.seed).bytes

    def noise(shape: tuple[int, ...]) -> Rows:
        words = np.frombuffer(draw(16 * shape[0] * shape[1]), "<u2")
        return np.packbits((words < step.flip_steps).reshape(shape[0], -1), axis=1)

    return noise


def _inputs(key: bytes, length: int, count: int) -> NDArray[np.int64]:
    """Return the bits that make each bit; shape (count, length), distinct in a column, each bit once in a row.

    Every row is a keyed permutation, so that each bit is used equally often. Where it chose a bit that the column holds
    already, and which would cancel, it is exchanged with the next column that suits both.
    """
    rows = [permutation(key, length, number) for number in range(count)]
    for number in range(1, count):
        row = rows[number]
        for place in range(length):
            held = {int(earlier[place]) for earlier in rows[:number]}
            if int(row[place]) not in held:
                continue
            for step in range(1, length):
                other = (place + step) % length
                held_there = {int(earlier[other]) for earlier in rows[:number]}
                if int(row[other]) not in held and int(row[place]) not in held_there:
                    row[place], row[other] = row[other], row[place]
                    break
    return np.stack(rows)
