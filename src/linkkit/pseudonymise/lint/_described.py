"""What follows from a specification: the level of each column, its size, its fill, how many values it can take."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from linkkit.fields import kind_of
from linkkit.pseudonymise.bloom import Balance, Blip, BloomField, Clk, Diffuse, Hardening, XorFold, length_after
from linkkit.pseudonymise.tokens import Token
from linkkit.values import fields_of, parse

from ._boundary import Level
from ._domains import log2_values, seconds_to_try

__all__ = ["FieldFacts", "SpecFacts", "bits_of", "described", "fill_of", "fills_through"]


@dataclass(frozen=True)
class FieldFacts:
    """What one column, or combination of columns, says to who can try its values.

    Parameters
    ----------
    name
        The field.
    kind
        The kind of the field as far as it is known, such as ``"date"``.
    values_log2
        Binary logarithm of how many values it can take; None where nothing is known.
    """

    name: str
    kind: str
    values_log2: float | None

    @property
    def seconds_to_try(self) -> float | None:
        """Seconds in which all values are tried by who has the key."""
        return None if self.values_log2 is None else seconds_to_try(self.values_log2)


@dataclass(frozen=True)
class SpecFacts:
    """What follows from how one encoded column is made.

    Parameters
    ----------
    name
        The column.
    level
        ``"tokens"``, ``"filters"`` (of one field) or ``"records"``.
    bits
        Bits of an encoding, after hardening.
    fill
        Share of bits that a usual value sets before hardening; None for tokens.
    fields
        What goes into it.
    is_block
        Whether it is a block token.
    """

    name: str
    level: Level
    bits: int
    fill: float | None
    fields: tuple[FieldFacts, ...]
    is_block: bool = False

    @property
    def seconds_to_try(self) -> float | None:
        """Seconds in which who has the key tries all values, one field after the other; None where none is known."""
        known = [field.seconds_to_try for field in self.fields if field.seconds_to_try is not None]
        return sum(known) if known else None

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        fields = [{**asdict(field), "seconds_to_try": field.seconds_to_try} for field in self.fields]
        return {**asdict(self), "fields": fields, "seconds_to_try": self.seconds_to_try}


def described(spec: BloomField | Clk | Token, *, is_block: bool = False) -> SpecFacts:
    """Return what follows from a specification.

    Examples
    --------
    >>> facts = described(BloomField("date_of_birth", "date"))
    >>> facts.level, facts.bits, round(facts.fill, 2)
    ('filters', 448, 0.39)
    """
    if isinstance(spec, Token):
        return SpecFacts(spec.name, "tokens", spec.bits, None, (_together(spec.columns),), is_block)
    if isinstance(spec, Clk):
        level: Level = "records" if len(spec.fields) > 1 else "filters"
        fields = tuple(_field(field) for field in spec.fields)
        return SpecFacts(spec.name, level, length_after(spec.length, spec.hardening), fill_of(spec), fields)
    bits = length_after(spec.filter_length, spec.hardening)
    return SpecFacts(spec.name, "filters", bits, fill_of(spec), (_field(spec),))


def _field(field: BloomField) -> FieldFacts:
    fields = fields_of(field.column)
    kind = "date" if field.kind == "date" else kind_of(fields[0]) if len(fields) == 1 else "text"
    return FieldFacts(field.name, kind, log2_values(field.column))


def _together(columns: Sequence[str]) -> FieldFacts:
    """A token's columns as one: it is read only by who tries all of them together."""
    sizes = [log2_values(column) for column in columns]
    known = [size for size in sizes if size is not None]
    fields = list(dict.fromkeys(field for column in columns for field in fields_of(column)))
    plain = len(columns) == 1 and not parse(columns[0]).function
    kind = kind_of(fields[0]) if plain else "date" if {kind_of(field) for field in fields} == {"date"} else "text"
    return FieldFacts(" + ".join(columns), kind, sum(known) if len(known) == len(sizes) else None)


def bits_of(spec: Clk) -> tuple[int, ...]:
    """Return the bits that a usual value of each field draws.

    Examples
    --------
    >>> bits_of(Clk([BloomField("surname"), BloomField("town", hashes=10)]))
    (261, 80)
    """
    return tuple(
        (field.hashes or 0) * field.usual_tokens if field.hashes else budget
        for field, budget in zip(spec.fields, spec.budgets, strict=True)
    )


def fill_of(spec: BloomField | Clk) -> float:
    """Return the share of bits that usual values set before hardening: ``1 - exp(-drawn / length)``.

    Examples
    --------
    >>> round(fill_of(BloomField("surname", length=160)), 2)
    0.63
    """
    drawn, length = (sum(bits_of(spec)), spec.length) if isinstance(spec, Clk) else (spec.bits, spec.filter_length)
    return -math.expm1(-drawn / length)


def fills_through(fill: float, steps: Sequence[Hardening]) -> list[float]:
    """Return the expected fill before each step of hardening and after the last, bits taken as independent.

    The XOR of t bits of fill f is set with a probability of ``(1 - (1 - 2 f)**t) / 2``; of two, ``2 f (1 - f)``.

    Examples
    --------
    >>> [round(fill, 3) for fill in fills_through(0.15, [Diffuse()])]
    [0.15, 0.416]
    """
    fills = [fill]
    for step in steps:
        fills.append(_after(fills[-1], step))
    return fills


def _after(fill: float, step: Hardening) -> float:
    if isinstance(step, Balance):
        return 0.5
    if isinstance(step, Blip):
        return fill + step.flip - 2 * fill * step.flip
    inputs = step.inputs if isinstance(step, Diffuse) else 2**step.times if isinstance(step, XorFold) else 2
    return float((1 - (1 - 2 * fill) ** inputs) / 2)
