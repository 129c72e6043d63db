"""How alike filters are after a typing error, and the levels that follow."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import SpecError
from linkkit.pseudonymise._contract import SubKeys

from ._filters import Filters, field_filters
from ._harden import harden
from ._spec import BloomField
from ._tokens import tokens_of

__all__ = ["ExpectedDice", "dice", "expected_dice", "levels_for"]

_LETTERS, _DIGITS = "abcdefghijklmnopqrstuvwxyz", "0123456789"
_LENGTHS = (3, 4, 5, 5, 6, 6, 7, 7, 8, 9, 10, 12)  # of made-up texts, about those of names
_MADE = 2_000
_CHANCE = 0.99  # a level must lie above so many pairs of unrelated values


class _TestKey:
    """A key of made-up values: what is expected is the same with every key."""

    def subkey(self, purpose: str, field: str = "", size: int = 32) -> bytes:
        return f"{purpose} of made-up {field}".encode().ljust(size, b".")[:size]


@dataclass(frozen=True)
class ExpectedDice:
    """The Dice coefficient of the filters of two values.

    Parameters
    ----------
    mean
        On average.
    low, middle, high
        Reached by 95, 50 and 5 percent of pairs.
    """

    mean: float
    low: float
    middle: float
    high: float


def dice(left: Filters, right: Filters) -> NDArray[np.float64]:
    """Return the Dice coefficient of each row with the same row of the other: twice the common bits by all bits.

    Two empty filters have a coefficient of 0.

    Raises
    ------
    SpecError
        Where they are no rows of uint8, as many and as long as each other.

    Examples
    --------
    >>> dice(np.array([[0b1100]], np.uint8), np.array([[0b0110]], np.uint8)).tolist()
    [0.5]
    """
    if left.shape != right.shape or left.ndim != 2 or left.dtype != np.uint8 or right.dtype != np.uint8:
        raise SpecError(
            f"dice() takes two arrays of uint8 with a filter each row, of one shape; got {left.dtype} of shape "
            f"{left.shape} and {right.dtype} of shape {right.shape}."
        )
    common, one, other = (
        np.unpackbits(bits, axis=1).sum(axis=1, dtype=np.int64) for bits in (left & right, left, right)
    )
    found: NDArray[np.float64] = 2 * common / np.maximum(one + other, 1)
    return found


def expected_dice(
    field: BloomField, *, mistakes: int | None = 1, values: Sequence[str] | None = None, seed: int = 0
) -> ExpectedDice:
    """Return how alike the filters of a value are before and after so many mistakes, by encoding made-up values.

    Parameters
    ----------
    field
        How values are encoded, hardening included.
    mistakes
        Mistakes made one after the other: a character left out, put in, exchanged for another or with its
        neighbour; a digit of a date; a step of a number. 0: the same value twice, which differs only by
        noise. None: unrelated values.
    values
        Values to make mistakes in; by default made-up ones of the kind. They stay where they are.
    seed
        Of the mistakes and made-up values.

    Raises
    ------
    SpecError
        Where there are no values, some are no number or date as the field says, or the mistakes are no number.

    Examples
    --------
    >>> surname = BloomField("surname")
    >>> round(expected_dice(surname).middle, 1), expected_dice(surname, mistakes=0).low
    (0.8, 1.0)
    """
    found = np.sort(_sample(field, mistakes, values, seed))
    low, middle, high = np.quantile(found, (0.05, 0.5, 0.95)).tolist()
    return ExpectedDice(float(found.mean()), low, middle, high)


def levels_for(
    field: BloomField, *, share: float = 0.95, values: Sequence[str] | None = None, seed: int = 0
) -> tuple[float, ...]:
    """Return bounds of the Dice coefficient for the levels of a comparison, from strict to loose.

    A bound is what a share of the pairs reach that have no mistake, one, or two; but never less than what unrelated
    values reach by chance once in a hundred times. A bound that not even half of its pairs would reach is left out, as
    is one that is no lower than the bound before.

    Parameters
    ----------
    field
        How values are encoded, hardening included.
    share
        The share of pairs, above 0.5 and below 1.
    values, seed
        As in :func:`expected_dice`.

    Raises
    ------
    SpecError
        Where the share is out of its range, or not even pairs without a mistake stand out from chance.

    Examples
    --------
    >>> levels_for(BloomField("nhs_number", "exact"))
    (1.0,)
    >>> len(levels_for(BloomField("surname")))
    3
    """
    if not 0.5 < share < 1:
        raise SpecError(f"share must be above 0.5 and below 1; got {share!r}.")
    chance = float(np.quantile(_sample(field, None, values, seed), _CHANCE))
    bounds: list[float] = []
    for mistakes in (0, 1, 2):
        low, middle = np.quantile(_sample(field, mistakes, values, seed), (1 - share, 0.5)).tolist()
        bound = math.floor(1000 * max(low, chance)) / 1000
        if middle > chance and (not bounds or bound < bounds[-1]):
            bounds.append(bound)
    if not bounds:
        raise SpecError(
            f"Filters of {field.name!r} are as alike by chance as those of the same value: give more bits or less "
            "hardening."
        )
    return tuple(bounds)


def _sample(field: BloomField, mistakes: int | None, values: Sequence[str] | None, seed: int) -> NDArray[np.float64]:
    """Return the Dice coefficients of pairs of filters."""
    draw = random.Random(f"linkkit {seed}")
    texts = [value for value in values if value] if values is not None else _made_up(field, draw)
    if not texts or not all(isinstance(text, str) for text in texts):
        raise SpecError("values must hold at least one text, and nothing else.")
    if not (mistakes is None or (type(mistakes) is int and mistakes >= 0)):
        raise SpecError(f"mistakes must be a whole number from 0 on, or None; got {mistakes!r}.")
    unreadable = len(tokens_of(texts, field).unreadable)
    if unreadable:
        raise SpecError(f"{unreadable:,} of {len(texts):,} values are no {field.kind} as {field.name!r} takes them.")
    texts = [draw.choice(texts) for _ in range(_MADE)]
    if mistakes is None:
        others = [draw.choice(texts) for _ in texts]
        pairs = [(one, other) for one, other in zip(texts, others, strict=True) if one != other]
        texts, wrong = [one for one, _ in pairs], [other for _, other in pairs]
    else:
        slip = _slip(field)
        wrong = list(texts)
        for _ in range(mistakes):
            wrong = [slip(text, draw) for text in wrong]
    if not texts:
        return np.zeros(1)
    key: SubKeys = _TestKey()
    filters = [harden(field_filters(side, field, key), field.hardening, key, field.name) for side in (texts, wrong)]
    return dice(*filters)


def _made_up(field: BloomField, draw: random.Random) -> list[str]:
    if field.kind == "number":
        return [f"{draw.randint(0, 10_000) * field.step:.12g}" for _ in range(_MADE)]
    if field.kind == "date":
        return [f"{draw.randint(1930, 2020)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}" for _ in range(_MADE)]
    return ["".join(draw.choices(_LETTERS, k=draw.choice(_LENGTHS))) for _ in range(_MADE)]


def _slip(field: BloomField) -> Callable[[str, random.Random], str]:
    if field.kind == "number":
        return lambda text, draw: f"{float(text) + draw.choice((-1, 1)) * field.step:.12g}"
    return _misdated if field.kind == "date" else _mistyped


def _mistyped(text: str, draw: random.Random) -> str:
    """One step of optimal string alignment."""
    at = draw.randrange(len(text)) if text else 0
    alphabet = _DIGITS if text[at : at + 1].isdigit() else _LETTERS
    kind = draw.randrange(4)
    if kind == 0 and len(text) > 1:
        return text[:at] + text[at + 1 :]
    if kind == 1 and at + 1 < len(text) and text[at] != text[at + 1]:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    if kind == 2 or not text:
        return text[:at] + draw.choice(alphabet) + text[at:]
    return text[:at] + draw.choice([other for other in alphabet if other != text[at]]) + text[at + 1 :]


def _misdated(text: str, draw: random.Random) -> str:
    """Another day, month or year that differs in one digit, or day and month exchanged."""
    year, month, day = text.split("-")
    if draw.random() < 0.2 and day < "13" and day != month and "XX" not in (month, day):
        return f"{year}-{day}-{month}"
    part = draw.randrange(3)
    choices = ([f"{number:04}" for number in range(1900, 2100)], [f"{number:02}" for number in range(1, 13)],
               [f"{number:02}" for number in range(1, 32)])[part]  # fmt: skip
    old = (year, month, day)[part]
    near = [new for new in choices if sum(a != b for a, b in zip(old, new, strict=True)) == 1]
    new = draw.choice(near) if near else old
    return "-".join((*(year, month, day)[:part], new, *(year, month, day)[part + 1 :]))
