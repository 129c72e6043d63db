"""What is measured of a column of encodings."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._columns import Column
from ._measures import bit_counts, gini, group_sizes, jensen_shannon_distance, normalised_entropy, popcounts

__all__ = ["BitFacts", "ColumnFacts", "chance_gini", "measured", "spread_by"]

_LARGEST = 10


@dataclass(frozen=True)
class BitFacts:
    """What the bits of filters tell, missing ones left out.

    Parameters
    ----------
    length
        Bits of a filter.
    mean, sd, least, most
        Bits that a filter sets: mean, standard deviation, fewest and most.
    gini, entropy, jensen_shannon
        How unevenly positions are set, as in :mod:`linkkit.pseudonymise.lint`: Gini coefficient, one less the
        normalised entropy, Jensen-Shannon distance.
    empty, full
        How many records have a filter without a bit, or with all.
    """

    length: int
    mean: float
    sd: float
    least: int
    most: int
    gini: float
    entropy: float
    jensen_shannon: float
    empty: int
    full: int

    @property
    def fill(self) -> float:
        """The mean share of bits that are set."""
        return self.mean / self.length


@dataclass(frozen=True)
class ColumnFacts:
    """What was measured of a column of encodings; counts and shares.

    Parameters
    ----------
    name
        The column.
    role
        What it holds.
    records
        How many records have an encoding.
    missing
        How many have none.
    distinct
        How many different encodings there are.
    unique
        How many encodings stand for one record alone.
    largest
        How many records the commonest encodings have, up to ten of them.
    least
        The k of k-anonymity: how many records share the rarest encoding.
    own_size
        How many encodings occur as often as no other does: they are told by their count.
    of_other_length
        How many records have an encoding of another length.
    bits
        What filters tell; None for other columns.
    """

    name: str
    role: str
    records: int
    missing: int
    distinct: int
    unique: int
    largest: tuple[int, ...] = field(default=())
    least: int = 0
    own_size: int = 0
    of_other_length: int = 0
    bits: BitFacts | None = None

    @property
    def top_share(self) -> float:
        """The share of records that have the commonest encoding."""
        return self.largest[0] / self.records if self.largest else 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        data = asdict(self)
        if self.bits is not None:
            data["bits"] = {name: _known(value) for name, value in {**data["bits"], "fill": self.bits.fill}.items()}
        return {**data, "largest": list(self.largest)}

    def cells(self) -> tuple[str, ...]:
        """Return it as the texts of a table's row."""
        counts = (self.records, self.missing, self.distinct, self.unique)
        bits = self.bits
        told = (
            ("", "", "", "", "")
            if bits is None
            else (
                f"{bits.mean:.1f} +- {bits.sd:.1f} ({bits.least} to {bits.most} of {bits.length})",
                *(f"{value:.4f}" for value in (bits.fill, bits.gini, bits.entropy, bits.jensen_shannon)),
            )
        )
        return (f"{self.name} ({self.role})", *(f"{count:,}" for count in counts), f"{self.top_share:.2%}", *told)


def _known(value: float) -> float | None:
    return None if isinstance(value, float) and math.isnan(value) else value


def measured(column: Column) -> ColumnFacts:
    r"""Measure a column.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from ._columns import read_column
    >>> facts = measured(read_column("clk", pa.array([b"\x0f\x0f", b"\x0f\x0f", b"\xff\xff", None])))
    >>> facts.records, facts.distinct, facts.unique, facts.least, facts.bits.mean
    (3, 2, 1, 1, 10.666666666666666)
    """
    sizes = group_sizes(column.codes)
    values, times = np.unique(sizes, return_counts=True)
    has_bits = column.role in ("filter", "clk") and len(column.filters) > 0
    return ColumnFacts(
        name=column.name,
        role=column.role,
        records=int((column.codes != -1).sum()),
        missing=int((column.codes == -1).sum()),
        distinct=len(sizes),
        unique=int((sizes == 1).sum()),
        largest=tuple(sizes[:_LARGEST].tolist()),
        least=int(sizes[-1]) if len(sizes) else 0,
        own_size=int(((times == 1) & (values > 1)).sum()),
        of_other_length=column.of_other_length,
        bits=_bit_facts(column) if has_bits else None,
    )


def _bit_facts(column: Column) -> BitFacts | None:
    times = np.bincount(column.codes[column.codes >= 0], minlength=len(column.filters))
    if not times.sum():
        return None
    ones, length = popcounts(column.filters), 8 * column.filters.shape[1]
    held, records = ones[times > 0], int(times.sum())
    total, squares = int(times @ ones), int(times @ ones**2)  # whole numbers: the order of rows leaves no trace
    counts = bit_counts(column.filters, times)
    return BitFacts(
        length=length,
        mean=total / records,
        sd=math.sqrt(records * squares - total**2) / records,
        least=int(held.min()),
        most=int(held.max()),
        gini=gini(counts),
        entropy=normalised_entropy(counts),
        jensen_shannon=jensen_shannon_distance(counts),
        empty=int(times[ones == 0].sum()),
        full=int(times[ones == length].sum()),
    )


def chance_gini(fill: float, records: int) -> float:
    """Return the Gini coefficient of bits that are all set with one probability, by chance alone.

    Two normal counts differ by ``2 sd / sqrt(pi)`` on average, so that the coefficient is ``sd / mean / sqrt(pi)``.

    Examples
    --------
    >>> round(chance_gini(0.5, 10_000), 4)
    0.0056
    """
    return math.sqrt((1 - fill) / (fill * records) / math.pi) if fill > 0 and records else 0.0


def spread_by(groups: NDArray[np.int64], values: NDArray[np.int64]) -> float:
    """Return the share of the variance of values that their groups tell (the correlation ratio, squared).

    Examples
    --------
    >>> spread_by(np.array([0, 0, 1, 1]), np.array([1, 1, 5, 5]))
    1.0
    """
    _, codes = np.unique(groups, return_inverse=True)
    counts = np.bincount(codes)
    means = np.bincount(codes, weights=values.astype(np.float64)) / counts
    total = float(((values - values.mean()) ** 2).sum()) if len(values) else 0.0
    between = math.fsum(counts * (means - values.mean()) ** 2) if len(values) else 0.0
    return between / total if total else 0.0
