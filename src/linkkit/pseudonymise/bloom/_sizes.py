"""Sizes of filters from what a dataset holds, for a target fill."""

from __future__ import annotations

import dataclasses
import math
from typing import Literal, get_args, overload

import numpy as np
from numpy.typing import NDArray

from linkkit.dataset import Dataset
from linkkit.errors import DataError, SpecError
from linkkit.records import Records

from ._encode import units_of
from ._spec import FILL, BloomField, Clk, budget_for, length_for

__all__ = ["information", "sized_for", "token_counts"]

Shares = Literal["equal", "information"]
_TOKEN_BITS = 20  # for each token of the median value
_LEAST_TOKEN_BITS = 2  # for each token of a long value


@overload
def sized_for(dataset: Dataset, spec: BloomField, *, fill: float = FILL, shares: Shares = "equal") -> BloomField: ...
@overload
def sized_for(dataset: Dataset, spec: Clk, *, fill: float = FILL, shares: Shares = "equal") -> Clk: ...
def sized_for(
    dataset: Dataset, spec: BloomField | Clk, *, fill: float = FILL, shares: Shares = "equal"
) -> BloomField | Clk:
    """Return a spec with its sizes chosen from a dataset, so that filters have a target fill on average.

    The sizes are written out, so that the other party can use the same: choose them on one dataset, hand on the spec.
    They tell the lengths of values roughly, and nothing else of the dataset.

    Parameters
    ----------
    dataset
        The dataset, prepared.
    spec
        A field gets its length, and, where it says neither ``hashes`` nor ``bits_per_value``, the bits of a value: 20
        for each token of the median value, and at least 2 for each of a long one (the 99th percentile), so that no
        suffix goes unheard. A record-level filter keeps its length where that is possible, and its fields get shares
        of the bits, with missing fields taken into account; it is made longer, by powers of two, until each share has
        2 bits for each token of a long value.
    fill
        The share of bits to be set on average, above 0 and below 1; 0.3 to 0.5 tells most apart. For diffusion take
        0.15.
    shares
        Of a record-level filter: ``"equal"``, or ``"information"``: each field's share goes with what agreement on it
        says, -log2 of the probability that two random records agree, and no less than a bit. Then sex does not count
        as much as a date of birth (the weighting of Durham and others, Composite Bloom filters for secure record
        linkage, IEEE TKDE 26, 2014).

    Raises
    ------
    DataError
        Where a column holds no value.
    SpecError
        Where the fill is no share.

    Examples
    --------
    >>> import pandas as pd
    >>> people = Dataset(pd.DataFrame({"id": [1, 2], "surname": ["Lee", "Robertson"], "town": ["Leeds", None]}))
    >>> sized_for(people, BloomField("surname"))
    BloomField(column='surname', kind='text', bits_per_value=140, length=320)
    >>> [field.bits_per_value for field in sized_for(people, Clk([BloomField("surname"), BloomField("town")])).fields]
    [348, 348]
    """
    if not (isinstance(fill, float) and 0 < fill < 1):
        raise SpecError(f"fill must be a share above 0 and below 1; got {fill!r}.")
    records = Records([dataset])
    if shares not in get_args(Shares):
        raise SpecError(f"shares must be {' or '.join(map(repr, get_args(Shares)))}; got {shares!r}.")
    if isinstance(spec, Clk):
        weights = [information(records, field.column) if shares == "information" else 1.0 for field in spec.fields]
        return _sized_clk(records, spec, fill, np.array(weights))
    return _sized_field(token_counts(records, spec), spec, fill)


def token_counts(records: Records, field: BloomField) -> NDArray[np.int64]:
    """Return how many distinct tokens the value of each record has, records without a value left out.

    Raises
    ------
    DataError
        Where no record has a value.
    """
    units, tokens, _ = units_of(records, field)
    value_of = np.repeat(np.arange(len(tokens.starts) - 1), np.diff(tokens.starts))
    distinct = np.unique(value_of * max(len(tokens.texts), 1) + tokens.members)
    sizes = np.bincount(distinct // max(len(tokens.texts), 1), minlength=len(tokens.starts) - 1)
    held = units[units > 0]
    if not len(held):
        raise DataError(f"{records.datasets[0].name}: {field.column!r} holds no value from which to choose a size.")
    return sizes[held.astype(np.int64) - 1].astype(np.int64)


def _sized_field(counts: NDArray[np.int64], field: BloomField, fill: float) -> BloomField:
    if field.hashes is not None:
        return dataclasses.replace(field, length=_length_at(counts * field.hashes, fill))
    bits = field.bits_per_value or max(_TOKEN_BITS * math.ceil(np.median(counts)), _least_bits(counts))
    return dataclasses.replace(field, bits_per_value=bits, length=length_for(bits, fill))


def _least_bits(counts: NDArray[np.int64]) -> int:
    return int(_LEAST_TOKEN_BITS * np.quantile(counts, 0.99, method="higher"))


def _length_at(bits: NDArray[np.int64], fill: float) -> int:
    """Return the least multiple of 64 at which values of so many bits fill no more than the share on average."""
    values, times = np.unique(bits, return_counts=True)

    def is_enough(length: int) -> bool:
        return bool(-np.expm1(-values / length) @ times <= fill * times.sum())

    length = length_for(float(bits.max()), fill) + 64
    while length > 64 and is_enough(length - 64):
        length -= 64
    return length


def information(records: Records, column: str) -> float:
    """Return the bits that agreement on a column tells, no less than 1: -log2 of how often two random records agree."""
    counts = records.column(column).counts()[1:].astype(np.float64)
    agree = float((counts**2).sum()) / max(float(counts.sum()), 1.0) ** 2
    return max(-math.log2(agree), 1.0) if agree > 0 else 1.0


def _sized_clk(records: Records, clk: Clk, fill: float, weights: NDArray[np.float64]) -> Clk:
    counts = [token_counts(records, field) for field in clk.fields]
    held = np.array([len(one) / len(records) for one in counts])
    fixed = sum(
        share * (field.bits_per_value or field.hashes * one.mean())
        for share, field, one in zip(held, clk.fields, counts, strict=True)
        if field.bits_per_value or field.hashes
    )
    is_free = np.array([not (field.bits_per_value or field.hashes) for field in clk.fields])
    least = np.array([_least_bits(one) for one in counts])[is_free]
    weights = weights[is_free] / max(float((held * weights)[is_free].sum()), 1e-9)
    length = clk.length
    while (found := (budget_for(length, fill) - fixed) * weights).size and (found < least).any():
        length *= 2
    while budget_for(length, fill) < fixed:
        length *= 2
    shares = iter(found.astype(np.int64).tolist())
    fields = tuple(
        dataclasses.replace(field, bits_per_value=next(shares)) if free else field
        for field, free in zip(clk.fields, is_free.tolist(), strict=True)
    )
    return Clk(fields, length, clk.hardening, clk.name)
