"""What is attached, for everyone in the other dataset: bands of persons and homes, or of means and shares of units."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkkit.encoded import Encoded, encode
from linkkit.errors import DataError, SpecError
from linkkit.permission import person_numbers

from ._bands import NOT_RECORDED, Banded, band_categories, band_dates, band_numbers, fifths
from ._columns import attached_column, has_value, numbers_of, years_of

if TYPE_CHECKING:
    from linkkit.dataset import Dataset

    from ._spec import Attribute, CaseStudy

__all__ = ["FEW", "Attached", "attach"]

FEW = "withheld: few people"
Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class Attached:
    """The attributes of every person, household, school or area of the other dataset.

    Parameters
    ----------
    attributes
        What they are.
    columns
        Their bands, a row for each person or unit.
    people
        Shape (rows,): how many people stand behind each row, or households, or schools without a count of people.
    suppressed
        For each attribute, shape (rows,): whether it is withheld because too few people stand behind it.
    counted
        What ``people`` counts.
    """

    attributes: tuple[Attribute, ...]
    columns: tuple[Banded, ...]
    people: Floats
    suppressed: tuple[NDArray[np.bool_], ...]
    counted: str

    def __repr__(self) -> str:
        return f"<Attached: {len(self.attributes)} attributes of {len(self.people):,} rows>"

    @property
    def codes(self) -> Codes:
        """Shape (rows, attributes): the bands at rung 0."""
        if not self.columns:
            return np.zeros((len(self.people), 0), np.int64)
        return np.stack([column.codes for column in self.columns], axis=1)


def attach(spec: CaseStudy, dataset: Dataset, level: str, unit: Codes | None) -> Attached:
    """Return the attributes for everyone.

    Parameters
    ----------
    spec
        The pipeline.
    dataset
        The other dataset, prepared.
    level
        The level of the linkage.
    unit
        Shape (records,): the household, school or area of each record, -1 where it has none; None for persons.

    Raises
    ------
    DataError, SpecError
        Where a column cannot be attached, or an attribute does not suit the level.
    """
    person = _person_weights(dataset)
    if unit is None:
        columns = [_bands_of_records(dataset, one, level) for one in spec.shown]
        return Attached(spec.shown, tuple(columns), person, _none(columns), "people")
    size = int(unit.max(initial=-1)) + 1
    if level == "household":
        columns = [_in_common(_bands_of_records(dataset, one, level), unit, size) for one in spec.shown]
        return Attached(spec.shown, tuple(columns), np.ones(size), _none(columns), "households")
    if dataset.card.unit == level:
        return _of_unit_rows(spec, dataset, level, unit, size)
    counted = np.bincount(unit[unit >= 0], weights=person[unit >= 0], minlength=size).astype(float)
    found = [_context(dataset, one, spec.least, level, unit, size, person) for one in spec.shown]
    return Attached(
        spec.shown, tuple(column for column, _ in found), counted, tuple(few for _, few in found),
        "people" if dataset.card.unit == "person" else f"{dataset.card.unit}s",
    )  # fmt: skip


def _none(columns: list[Banded]) -> tuple[NDArray[np.bool_], ...]:
    return tuple(np.zeros(len(column.codes), bool) for column in columns)


def _person_weights(dataset: Dataset) -> Floats:
    """A person of several records counts once, in parts."""
    persons = persons_of(dataset)
    return np.asarray(1.0 / np.bincount(persons)[persons])


def persons_of(dataset: Dataset) -> Codes:
    """Return the person of each record as a number: of those whose card names no person, each is its own."""
    own = np.arange(len(dataset))
    if dataset.card.person is None:
        return own
    codes = person_numbers(dataset, dataset.card.person).codes.astype(np.int64)
    return np.where(codes > 0, codes + len(dataset), own)


def _bands_of_records(dataset: Dataset, attribute: Attribute, level: str) -> Banded:
    if attribute.show != "bands":
        raise SpecError(
            f"The attribute {attribute.name!r} is a {attribute.show}, which is of people in a school or area; "
            f"at the level {level} say show='bands'."
        )
    column, kind, unread = attached_column(dataset, attribute.column)
    if kind == "number":
        return replace(band_numbers(numbers_of(column), attribute.edges), unread=unread)
    if attribute.edges:
        raise DataError(f"{dataset.name}: edges of {attribute.column!r} need numbers; the column holds none.")
    return replace(band_dates(years_of(column)), unread=unread) if kind == "date" else _categories(column)


def _categories(column: Encoded) -> Banded:
    return band_categories(column.codes.astype(np.int64), [" ".join(text.split()) for text in column.texts()[1:]])


def _in_common(column: Banded, unit: Codes, size: int) -> Banded:
    """Return the band that all records of a unit share; missing where they differ."""
    rows = np.flatnonzero((unit >= 0) & (column.codes > 0))
    most, least = np.zeros(size, np.int64), np.full(size, len(column.words[0]))
    np.maximum.at(most, unit[rows], column.codes[rows])
    np.minimum.at(least, unit[rows], column.codes[rows])
    return replace(column, codes=np.where(most == least, most, 0))


def _of_unit_rows(spec: CaseStudy, dataset: Dataset, level: str, unit: Codes, size: int) -> Attached:
    """Attributes of a table of schools or areas; a unit with few people has none."""
    columns = [_in_common(_bands_of_records(dataset, one, level), unit, size) for one in spec.shown]
    if spec.people is None:
        return Attached(spec.shown, tuple(columns), np.ones(size), _none(columns), f"{level}s")
    counts = encode(dataset.table_column(spec.people))
    try:
        people = np.maximum(np.nan_to_num(numbers_of(counts)), 0)
    except ValueError:
        raise DataError(f"{dataset.name}: people={spec.people!r} must be a column of numbers.") from None
    total = np.bincount(unit[unit >= 0], weights=people[unit >= 0], minlength=size).astype(float)
    few = total < spec.least
    shown = [_withheld(column, few) for column in columns]
    return Attached(spec.shown, tuple(shown), total, tuple(few for _ in shown), "people")


def _withheld(column: Banded, few: NDArray[np.bool_]) -> Banded:
    """Put rows of few people with the missing ones."""
    words = tuple((FEW if few.any() else NOT_RECORDED, *rung[1:]) for rung in column.words)
    return replace(column, codes=np.where(few, 0, column.codes), words=words)


def _context(
    dataset: Dataset, attribute: Attribute, least: int, level: str, unit: Codes, size: int, person: Floats
) -> tuple[Banded, NDArray[np.bool_]]:
    """Return a mean or share of each unit in fifths, and which are withheld because few people stand behind them."""
    column, kind, unread = attached_column(dataset, attribute.column)
    if attribute.show == "bands":
        raise SpecError(
            f"The attribute {attribute.name!r} is of persons; of their {level} attach a mean or a share: "
            f"Attribute({attribute.column!r}, 'mean') or Attribute({attribute.column!r}, 'share', values=...)."
        )
    if attribute.show == "mean" and kind != "number":
        raise DataError(f"{dataset.name}: a mean of {attribute.column!r} needs numbers; the column holds others.")
    known = (unit >= 0) & (column.codes > 0)
    held = numbers_of(column) if attribute.show == "mean" else has_value(column, attribute.values).astype(float)
    figures = unit_figures(unit[known], held[known], person[known], size)
    few = few_people(*figures, least=least, is_share=attribute.show == "share")
    mean = np.divide(figures[1], figures[0], out=np.full(size, np.nan), where=~few)
    return replace(fifths(mean, FEW), unread=unread), few


def unit_figures(unit: Codes, values: Floats, person: Floats, size: int) -> tuple[Floats, Floats]:
    """Return the people of each unit, and the sum of their values.

    Examples
    --------
    >>> [one.tolist() for one in unit_figures(np.array([0, 0, 1]), np.array([1.0, 0, 1]), np.ones(3), 2)]
    [[2.0, 1.0], [1.0, 1.0]]
    """
    return (
        np.bincount(unit, weights=person, minlength=size).astype(float),
        np.bincount(unit, weights=person * values, minlength=size).astype(float),
    )


def few_people(people: Floats, total: Floats, *, least: int, is_share: bool) -> NDArray[np.bool_]:
    """Tell the units whose figure too few people stand behind: in all and, of a share, with the value and without it.

    None with it, or all, are too few as well: such a share says of everyone there what they have.

    Examples
    --------
    >>> few_people(np.array([30.0, 30, 9]), np.array([12.0, 0, 5]), least=10, is_share=True).tolist()
    [False, True, True]
    """
    least_of = np.minimum(np.minimum(total, people - total), people) if is_share else people
    return np.asarray(least_of < least - 1e-9)
