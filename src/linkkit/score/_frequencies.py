"""Term frequencies: agreement on a rare value says more than agreement on a common one.

An *adjustment* adds bits to the weight of single pairs, after the weight of their pattern. It is a spec; ``prepare``
looks up what it needs in the records, and says the most it can add, so that pairs which cannot reach a floor are
dropped before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import ModelError
from linkkit.specs import Comparison
from linkkit.values import fields_of

from ._layout import Floats
from ._neighbours import neighbour_bits, neighbour_counts

if TYPE_CHECKING:
    from linkkit.encoded import Encoded
    from linkkit.records import Records

__all__ = [
    "Adjustment",
    "Frequencies",
    "PreparedAdjustment",
    "PreparedTermFrequency",
    "Several",
    "TermFrequency",
    "term_frequency_adjustments",
    "value_frequencies",
]

Rows = NDArray[np.uint32]
# Seed of the sample of records that values are graded against.
SEED = 1
# Stands for the share of a value that a table of frequencies does not hold: above every share, so that it decides.
NOT_KNOWN = 2.0
# Values are told apart by how rare they are in so many classes.
_CLASSES = 24
# Column to value to its share, and looser level to value to its bits: values of people, so kept apart from models and
# marked where saved.
Frequencies = Mapping[str, Mapping[str, float]]


class PreparedAdjustment(Protocol):
    """An adjustment that knows the records."""

    @property
    def name(self) -> str:
        """What tables call it."""
        ...

    def bound(self, levels: NDArray[np.uint8]) -> Floats:
        """Return the most bits that a pair of each pattern of levels can gain (0 or more)."""
        ...

    def bits(self, left: Rows, right: Rows, levels: NDArray[np.uint8]) -> Floats:
        """Return the bits that each pair gains (or loses)."""
        ...


class Adjustment(Protocol):
    """A named adjustment of weights, as a spec."""

    @property
    def name(self) -> str:
        """What tables call it."""
        ...

    def prepare(
        self, records: Records, comparisons: Sequence[Comparison], frequencies: Frequencies | None
    ) -> PreparedAdjustment:
        """Look up what it needs."""
        ...


@dataclass(frozen=True)
class TermFrequency:
    """Adjust the weight of agreement by how frequent the value is.

    The weight of the level holds the average over values; a pair gains ``log2(reference) - log2(f)``, where f is the
    share of records that hold its value (of two unequal values, the commoner). Looser levels can be adjusted by how
    many records are near the commoner value (see :mod:`linkkit.score._neighbours`).

    Parameters
    ----------
    comparison
        Name of the comparison.
    column
        The column whose values are counted.
    reference
        Probability that two random records agree exactly: the average that the level's u stands for.
    powers
        Labels of the levels adjusted, and how much of the adjustment each takes (1 all of it).
    minimum_u
        No value counts as rarer than this.
    shrink
        Rare values are shrunken: with c of N records on one of d values, ``f = (c + shrink) / (N + shrink d)``.
    most
        The most bits a rare value can add.
    near
        Labels of the levels adjusted by neighbours, and the u that the weight of each stands for.

    Examples
    --------
    >>> TermFrequency("surname", "surname", reference=0.002).name
    'surname frequency'
    """

    comparison: str
    column: str
    reference: float
    powers: tuple[tuple[str, float], ...] = (("exact", 1.0),)
    minimum_u: float = 0.0
    shrink: float = 1.0
    most: float = 10.0
    near: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        for name in ("powers", "near"):
            pairs = getattr(self, name)
            object.__setattr__(self, name, tuple((str(label), float(number)) for label, number in pairs))

    @property
    def name(self) -> str:
        """What tables call it."""
        own = self.comparison in (self.column, *fields_of(self.column))
        return f"{self.comparison} frequency" if own else f"{self.comparison}: {self.column} frequency"

    def table(self, share: Floats) -> Floats:
        """Return the bits of each value from its share of records; NaN where the share is not known."""
        with np.errstate(divide="ignore"):
            bits = np.log2(self.reference) - np.log2(np.maximum(share, max(self.minimum_u, 1e-300)))
        return np.asarray(np.minimum(bits, self.most))

    def prepare(
        self, records: Records, comparisons: Sequence[Comparison], frequencies: Frequencies | None = None
    ) -> PreparedTermFrequency:
        """Count the values of the records, or look their shares up in a table of frequencies."""
        place = [comparison.name for comparison in comparisons].index(self.comparison)
        comparison = comparisons[place]
        column = records.encoded(self.column)
        holders = column.counts()
        if frequencies is None:
            share = value_frequencies(holders, self.shrink)
        elif self.column in frequencies:
            known = frequencies[self.column]
            share = np.array([np.nan, *(known.get(text, np.nan) for text in column.texts()[1:])])
        else:
            raise ModelError(f"The table of frequencies does not hold the column {self.column!r}.")
        exact = np.nan_to_num(self.table(share), nan=0.0)
        table = np.zeros((len(comparison.labels), len(holders)))
        for label, power in self.powers:
            table[comparison.labels.index(label)] = power * exact
        for label, values, bits in self.near_bits(records, comparison, column, frequencies):
            table[comparison.labels.index(label), values] = bits
        return PreparedTermFrequency(self.name, place, column.codes, np.nan_to_num(share, nan=NOT_KNOWN), table)

    def near_bits(
        self, records: Records, comparison: Comparison, column: Encoded, frequencies: Frequencies | None = None
    ) -> Iterator[tuple[str, NDArray[np.int64], Floats]]:
        """Yield for each looser level the codes of the values it is known of, and their bits."""
        if not self.near:
            return
        if frequencies is not None:
            texts = column.texts()
            for label, _ in self.near:
                known = frequencies.get(self.key(label), {})
                values = np.array([code for code, text in enumerate(texts) if code and text in known], np.int64)
                yield label, values, np.array([known[texts[code]] for code in values.tolist()])
            return
        values, counts = neighbour_counts(records, comparison, self.column, SEED)
        compared = counts[:, 1:].sum(axis=1)
        for label, reference in self.near:
            at_level = counts[:, comparison.labels.index(label)]
            yield label, values, neighbour_bits(np.column_stack([compared, at_level]), reference)

    def key(self, label: str) -> str:
        """What a table of frequencies calls the bits of a looser level, beside the shares of the column."""
        return f"{self.comparison}: {label}, bits"


@dataclass(frozen=True, eq=False)
class PreparedTermFrequency:
    """Bits by level and value, ready to be looked up: ``table`` has shape (levels, values), ``share`` (values,)."""

    name: str
    place: int
    codes: NDArray[np.uint32]
    share: Floats
    table: Floats

    def bound(self, levels: NDArray[np.uint8]) -> Floats:
        """Return the most bits that a pair of each pattern can gain."""
        most = np.maximum(self.table.max(axis=1, initial=0.0), 0.0)
        return np.asarray(most[levels[:, self.place]])

    def by_rarity(self) -> tuple[NDArray[np.uint8], Floats]:
        """Return a class for each record, and the most that each level gains by the lower of a pair's two classes.

        A value's class rises as its share falls, by a bit each, so that the lower class is that of the commoner value,
        which decides; values whose share is not known count as the commonest.
        """
        bits = -np.log2(self.share)
        known = self.share < NOT_KNOWN
        commonest = float(bits[known].min(initial=np.inf))
        classes = np.zeros(len(self.share), np.uint8)
        classes[known] = 1 + np.minimum(bits[known] - commonest, _CLASSES - 2).astype(np.uint8)
        most = np.repeat(self.table.min(axis=1, keepdims=True), _CLASSES, axis=1)
        for number in np.unique(classes).tolist():
            most[:, number] = self.table[:, classes == number].max(axis=1)
        return classes[self.codes], most

    def bits(self, left: Rows, right: Rows, levels: NDArray[np.uint8]) -> Floats:
        """Return the bits that each pair gains."""
        level = levels[:, self.place]
        chosen = np.flatnonzero(self._is_adjusted[level])
        found = np.zeros(len(left))
        level, one, other = level[chosen], self.codes[left[chosen]], self.codes[right[chosen]]
        first, second = self.table[level, one], self.table[level, other]
        # Of two unequal values the commoner counts; of two as common, the one with fewer bits. A value whose share is
        # not known is the commoner here, and has 0 bits.
        fewer = np.minimum(first, second)
        ahead = np.sign(self.share[one] - self.share[other])
        found[chosen] = np.select([ahead > 0, ahead < 0], [first, second], fewer)
        return found

    @cached_property
    def _is_adjusted(self) -> NDArray[np.bool_]:
        return np.asarray(self.table.any(axis=1))


@dataclass(frozen=True, eq=False)
class Several:
    """Adjustments of one comparison, added up."""

    steps: tuple[PreparedAdjustment, ...]

    @property
    def name(self) -> str:
        """What tables call it."""
        return ", ".join(step.name for step in self.steps)

    def bound(self, levels: NDArray[np.uint8]) -> Floats:
        """Return the most bits that a pair of each pattern can gain."""
        return sum((step.bound(levels) for step in self.steps), np.zeros(len(levels)))

    def bits(self, left: Rows, right: Rows, levels: NDArray[np.uint8]) -> Floats:
        """Return the bits that each pair gains."""
        return sum((step.bits(left, right, levels) for step in self.steps), np.zeros(len(left)))


def value_frequencies(counts: NDArray[np.int64], shrink: float = 1.0) -> Floats:
    """Return the share of records that hold each value, rare values shrunken; missing (first) is NaN.

    Examples
    --------
    >>> value_frequencies(np.array([5, 40, 8, 2]), shrink=0.0).tolist()
    [nan, 0.8, 0.16, 0.04]
    """
    share = np.full(len(counts), np.nan)
    total = float(counts[1:].sum()) + shrink * (len(counts) - 1)
    share[1:] = (counts[1:] + shrink) / max(total, 1.0)
    return share


def term_frequency_adjustments(
    comparisons: tuple[Comparison, ...] | list[Comparison],
    references: Mapping[str, float],
    u: Sequence[Floats] | None = None,
) -> tuple[TermFrequency, ...]:
    """Return the adjustments that comparisons ask for: of their first level against the average given for it, and,
    where u is given, of the looser levels but *other*, as far as they stand in order.
    """
    return tuple(
        TermFrequency(
            comparison.name,
            comparison.term_frequency,
            references[comparison.name],
            ((comparison.levels[0].label, 1.0),),
            near=() if u is None else _near(comparison, u[place]),
        )
        for place, comparison in enumerate(comparisons)
        if comparison.term_frequency is not None and comparison.name in references
    )


def _near(comparison: Comparison, u: Floats) -> tuple[tuple[str, float], ...]:
    looser = zip(comparison.levels[1:], u[1:], strict=False)
    return tuple((level.label, float(share)) for level, share in looser if level.in_order)
