"""Card: what a dataset is, beside its data."""

from __future__ import annotations

import datetime
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from linkkit._toml import IN_A_FILE
from linkkit.errors import SpecError, did_you_mean
from linkkit.fields import Field, kind_of

from ._kinds import DATASET_KINDS, UNITS, DatasetKind, Unit
from ._parts import Consent, Expected, History, Period, Source, SpellColumns
from ._settled import settle

# More days and years than these are slips of the pen, and beyond what a calendar can add up.
_MOST_LAG, _MOST_YEARS = 36_525, 10_000

__all__ = ["Card"]


@dataclass(frozen=True)
class Card:
    """A data card: the description of a dataset that decides how it may be linked, how it is, and how it is checked.

    Parameters
    ----------
    name
        What messages, results and other cards call the dataset.
    kind
        ``"trial"``, ``"intervention"``, ``"administrative"``, ``"case_study"``, ``"cohort"``, ``"survey"`` or
        ``"other"``.
    title
        What it is, in a line.
    path
        The file of the data, beside the card.
    encoding
        Character encoding of a CSV file.
    id
        The column that identifies records.
    person
        The column that says which records are of one person, where a person has many; None where records are persons.
    unit
        What a record is about: ``"person"``, ``"household"``, ``"school"`` or ``"area"``.
    fields
        Field to its column or columns, where column names do not say it.
    blinded
        Columns that linkage must never see.
    allocation
        The column with the arm of a trial; blinded without being named there.
    outcomes
        Columns with outcomes; they are blinded, too.
    period
        The days that the data are about.
    extracted
        The day on which the data were taken from their system.
    reporting_lag_days
        How many days after an event it is in the data nearly always.
    places
        Which places the data cover: nations, authorities, schools.
    ages
        Least and most age of the people in it, in years.
    population
        Who should be in it, in words.
    records, persons
        How many there are.
    completeness
        Field to the share of records that have a value, for planning without the data at hand.
    found_in
        How many of its people should be found in other datasets.
    consent
        What people agreed to.
    lawful_basis
        What allows the linkage where it is not consent.
    history
        Identifiers with the days on which they held.
    spells
        The columns that put records in time.
    source
        Where the data come from.
    owner, contact
        Who decides over the data, and whom to ask.
    access
        Where the data can be worked on, and how.
    purpose, benefit
        What the linkage is for, and who has what of it.
    approvals
        Approvals of the study: ethics committee, data protection assessment, agreements.
    opt_outs
        How opt-outs are honoured: already taken out, or by which column.

    Raises
    ------
    SpecError
        Where a part contradicts itself.

    Examples
    --------
    >>> card = Card("trial", "trial", allocation="arm", consent=Consent(("administrative",)))
    >>> card.hidden, card.missing()[0].part
    (('arm',), 'owner')
    """

    name: str
    kind: DatasetKind = "other"
    title: str = ""
    path: str | None = None
    encoding: str = "utf-8"
    id: str | None = None
    person: str | None = None
    unit: Unit = "person"
    fields: dict[str, Any] = field(default_factory=dict, hash=False, metadata={IN_A_FILE: dict[str, Any]})
    blinded: tuple[str, ...] = ()
    allocation: str | None = None
    outcomes: tuple[str, ...] = ()
    period: Period | None = None
    extracted: datetime.date | None = None
    reporting_lag_days: int | None = None
    places: tuple[str, ...] = ()
    ages: tuple[float, ...] = ()
    population: str = ""
    records: int | None = None
    persons: int | None = None
    completeness: dict[str, float] = field(default_factory=dict, hash=False)
    found_in: tuple[Expected, ...] = ()
    consent: Consent | None = None
    lawful_basis: str = ""
    history: tuple[History, ...] = ()
    spells: SpellColumns | None = None
    source: Source | None = None
    owner: str = ""
    contact: str = ""
    access: str = ""
    purpose: str = ""
    benefit: str = ""
    approvals: tuple[str, ...] = ()
    opt_outs: str = ""

    def __post_init__(self) -> None:
        settle(self)
        object.__setattr__(self, "fields", {name: _described(name, said) for name, said in self.fields.items()})
        mistakes = [
            f"{name} must be one of {', '.join(known)}; got {value!r}.{did_you_mean(value, known)}"
            for name, value, known in (("kind", self.kind, DATASET_KINDS), ("unit", self.unit, UNITS))
            if value not in known
        ]
        if not self.name.strip():
            mistakes.append("A card needs a name.")
        if self.ages and (len(self.ages) != 2 or not 0 <= self.ages[0] <= self.ages[1] <= _MOST_YEARS):
            mistakes.append(f"ages are the least and the most age, in years; got {list(self.ages)}.")
        if (self.reporting_lag_days or 0) > _MOST_LAG:
            mistakes.append(f"reporting_lag_days is at most {_MOST_LAG:,}, a hundred years; got more.")
        wrong = [name for name, share in self.completeness.items() if not 0 <= share <= 1]
        mistakes += [f"completeness.{name} is a share, at least 0 and at most 1." for name in wrong[:1]]
        counts = ("reporting_lag_days", "records", "persons")
        mistakes += [f"{name} cannot be below 0." for name in counts if (getattr(self, name) or 0) < 0]
        mistakes += self._seen_and_blinded()
        if mistakes:
            raise SpecError(" ".join(mistakes))

    def _seen_and_blinded(self) -> list[str]:
        used = {name: described_columns(said) for name, said in self.fields.items()}
        named = (*used.items(), ("id", _one(self.id)), ("person", _one(self.person)))
        return [
            f"{self.name}: {name} uses the column {column!r}, which is blinded; linkage must not see it."
            for name, columns in named
            for column in [one for one in columns if one in self.hidden][:1]
        ]

    @property
    def hidden(self) -> tuple[str, ...]:
        """Every column that linkage must not see: blinded, allocation, outcomes."""
        return tuple(dict.fromkeys((*self.blinded, *_one(self.allocation), *self.outcomes)))

    @property
    def is_bare(self) -> bool:
        """Whether it says no more than a dataset says without a card: nobody has written one."""
        return self == Card(
            self.name, self.kind, id=self.id, encoding=self.encoding, blinded=self.blinded, fields=self.fields
        )

    def known_fields(self) -> tuple[str, ...]:
        """Return the fields that the card names, in ``fields`` or by their completeness."""
        named = [name for name, columns in self.fields.items() if columns is not None]
        return tuple(dict.fromkeys((*named, *self.completeness)))

    def expected_in(self, other: Card) -> Expected | None:
        """Return how many of its people should be in another dataset; None where it does not say."""
        by_name = {expected.dataset: expected for expected in self.found_in}
        return by_name.get(other.name) or by_name.get(other.kind)

    def missing(self) -> tuple[Any, ...]:
        """Return what a card of its kind should say and does not: each a part, and why it matters."""
        from ._check import missing_parts

        return missing_parts(self)

    def change(self, **parts: Any) -> Card:
        """Return the card with some parts replaced."""
        unknown = set(parts) - {part.name for part in fields(self)}
        if unknown:
            name = sorted(unknown)[0]
            raise SpecError(f"A card has no part {name!r}.{did_you_mean(name, [part.name for part in fields(self)])}")
        return replace(self, **parts)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Save as TOML, beside the data: ``trial.card.toml`` beside ``trial.csv`` is found by itself.

        Examples
        --------
        >>> import pathlib, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     Card.load(Card("trial").save(pathlib.Path(folder) / "trial.card.toml")).name
        'trial'
        """
        from ._file import save_card

        return save_card(path, self)

    @staticmethod
    def load(path: str | os.PathLike[str]) -> Card:
        """Load from TOML; paths in it are relative to it.

        Raises
        ------
        CardError
            With every mistake of the file and its place.
        """
        from ._file import load_card

        return load_card(path)

    def __str__(self) -> str:
        from ._text import card_text

        return card_text(self)


def described_columns(columns: str | Sequence[str] | Field | Mapping[str, Any] | None) -> tuple[str, ...]:
    """Return the columns of a field, however they are said."""
    if columns is None:
        return ()
    if isinstance(columns, Field):
        return columns.columns
    return (columns,) if isinstance(columns, str) else tuple(columns)


def _described(name: str, said: Any) -> Field | None:
    """Return a field as a card holds it, however it is said; None leaves a guess out."""
    if said is None or isinstance(said, Field):
        return said
    if not isinstance(said, str) and not (isinstance(said, list | tuple) and all(isinstance(c, str) for c in said)):
        got = type(said).__name__
        raise SpecError(f"fields.{name} must be a column, a list of columns, a Field or None; got {got}.")
    return Field(said, kind_of(name))


def _one(column: str | None) -> tuple[str, ...]:
    return () if column is None else (column,)


def kind_of_field(card: Card, name: str) -> str:
    """Return the kind of a field of a card."""
    described = card.fields.get(name)
    return described.kind if isinstance(described, Field) else kind_of(name)
