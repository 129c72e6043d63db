"""Hardening carried out on rows of bits."""

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

Bits = NDArray[np.uint8]
_ROWS = 16_384  # at a time: bits take eight times the room of filters


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
    if filters.ndim != 2 or filters.dtype != np.uint8:
        raise SpecError(f"Filters must be rows of uint8; got {filters.dtype} of {filters.ndim} dimensions.")
    length = 8 * filters.shape[1]
    out = np.empty((len(filters), length_after(length, steps) // 8), np.uint8)
    functions: list[Callable[[Bits], Bits]] = []
    for place, step in enumerate(steps):
        functions.append(_function(step, length, keys, f"{name} {place}"))
        length = step.length_after(length)
    for start in range(0, len(filters), _ROWS):
        bits = np.unpackbits(filters[start : start + _ROWS], axis=1)
        for function in functions:
            bits = function(bits)
        out[start : start + _ROWS] = np.packbits(bits, axis=1)
    return out


def _function(step: Hardening, length: int, keys: SubKeys, name: str) -> Callable[[Bits], Bits]:
    """Return what a step does to rows of bits, with its permutations made once."""
    if isinstance(step, Balance):
        order = permutation(keys.subkey("bloom-hardening", name), 2 * length)
        return lambda bits: np.concatenate([bits, 1 - bits], axis=1)[:, order]
    if isinstance(step, XorFold):
        return lambda bits: _folded(bits, step.times)
    if isinstance(step, Rule90):
        return lambda bits: np.roll(bits, 1, axis=1) ^ np.roll(bits, -1, axis=1)
    if isinstance(step, Blip):
        noise = _noise(step)
        return lambda bits: bits ^ noise(bits.shape)
    inputs = _inputs(keys.subkey("bloom-hardening", name), length, step.inputs)
    return lambda bits: _diffused(bits, inputs)


def _folded(bits: Bits, times: int) -> Bits:
    for _ in range(times):
        half = bits.shape[1] // 2
        bits = bits[:, :half] ^ bits[:, half:]
    return bits


def _noise(step: Blip) -> Callable[[tuple[int, ...]], Bits]:
    """Return a maker of bits that are 1 with the step's probability, of the system's generator unless it has a seed."""
    draw = os.urandom if step.seed is None else np.random.default_rng(step.seed).bytes

    def noise(shape: tuple[int, ...]) -> Bits:
        words = np.frombuffer(draw(2 * shape[0] * shape[1]), np.uint16)
        return (words < step.flip_steps).astype(np.uint8).reshape(shape)

    return noise


def _diffused(bits: Bits, inputs: NDArray[np.int64]) -> Bits:
    columns = np.ascontiguousarray(bits.T)
    out: Bits = columns[inputs[0]]
    for chosen in inputs[1:]:
        out ^= columns[chosen]
    return out.T


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
