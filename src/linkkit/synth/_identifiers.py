"""NHS numbers and UPNs that pass their checks and belong to no one."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from linkkit.errors import SpecError
from linkkit.synth._lists import Objects
from linkkit.synth._random import Integers, Stream

UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
_SPACE = 10**8


def spread(stream: Stream, count: int) -> Integers:
    """Return distinct numbers below 10**8 that look unordered: a walk with a step that shares no factor with it."""
    start, step = (int(number) for number in stream.below(np.array([_SPACE, _SPACE // 2])))
    step = 2 * step + 1
    while math.gcd(step, _SPACE) != 1:
        step += 2
    numbers = (np.arange(count, dtype=np.uint64) * np.uint64(step) + np.uint64(start)) % np.uint64(_SPACE)
    return numbers.astype(np.int64)


def digits(numbers: Integers, width: int) -> npt.NDArray[np.int64]:
    """Return the decimal digits of whole numbers, one column each, the leftmost first."""
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    return np.asarray(numbers[:, None] // powers % 10)


def nhs_numbers(stream: Stream, count: int) -> Objects:
    """Return distinct NHS numbers from 900 000 0000 up, the range that is kept for tests and never issued.

    The tenth digit is 11 less the weighted sum (weights 10 to 2) modulo 11; 11 becomes 0, and numbers that would need
    10 are not used.
    """
    if count > _SPACE * 9 // 10:
        raise SpecError(f"There are about 90 million test NHS numbers; {count:,} were asked for.")
    first = 9 * _SPACE + spread(stream, count + count // 8 + 64)
    check = 11 - digits(first, 9) @ np.arange(10, 1, -1) % 11
    check = np.where(check == 11, 0, check)
    usable = (check != 10) & (first != 999_999_999)
    numbers = first[usable][:count] * 10 + check[usable][:count]
    return np.asarray(numbers.astype("U10").astype(object))


def upns(stream: Stream, allocated: Integers) -> Objects:
    """Return distinct unique pupil numbers for pupils who got theirs in these years.

    A check letter, then three digits for the authority (990 to 999, which no authority has), four for the school, two
    for the year and three for the pupil. The letter is the sum of position (2 to 13) times digit, modulo 23.
    """
    serial = spread(stream, len(allocated))
    authority, school, pupil = 990 + serial % 10, serial // 10 % 10_000, serial // 100_000
    body = (authority * 10_000 + school) * 100_000 + allocated % 100 * 1_000 + pupil
    check = digits(body, 12) @ np.arange(2, 14) % 23
    letters, numbers = np.array(list(UPN_LETTERS), dtype=object)[check], body.astype("U12")
    return np.array([letter + number for letter, number in zip(letters, numbers, strict=True)], dtype=object)
