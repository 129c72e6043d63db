"""Parts of a data card: period, consent, expected overlap, dated identifiers, spells, source."""

from __future__ import annotations

import datetime
import numbers
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from linkkit.errors import SpecError, did_you_mean

from ._answers import NOT_OPTED_OUT, YES, as_word
from ._kinds import UNITS, Unit
from ._settled import settle

__all__ = ["Consent", "Expected", "History", "Period", "Source", "SpellColumns"]

Share = Literal["all", "some", "none"]


@dataclass(frozen=True)
class Period:
    """The days that a dataset is about, both included.

    Parameters
    ----------
    start, end
        First and last day; None where it has none.
    column
        The column of the data that has the day of each record, by which the period is checked.

    Examples
    --------
    >>> Period(datetime.date(2019, 1, 1), datetime.date(2021, 12, 31)).overlap(Period(datetime.date(2021, 12, 1)))
    31
    """

    start: datetime.date | None = None
    end: datetime.date | None = None
    column: str | None = None

    def __post_init__(self) -> None:
        settle(self, "period")
        if self.start is None and self.end is None:
            raise SpecError("A period needs start or end.")
        if self.start is not None and self.end is not None and self.end < self.start:
            raise SpecError(f"A period cannot end ({self.end}) before it starts ({self.start}).")

    def overlap(self, other: Period) -> int | None:
        """Return how many days two periods have in common; None where that has no end."""
        start = max((one.start for one in (self, other) if one.start is not None), default=None)
        end = min((one.end for one in (self, other) if one.end is not None), default=None)
        if start is None or end is None:
            return None
        return max((end - start).days + 1, 0)

    def __str__(self) -> str:
        return f"{self.start or '...'} to {self.end or '...'}"


@dataclass(frozen=True)
class Consent:
    """What people agreed to, or what may be linked without asking them.

    Parameters
    ----------
    linkages
        Names or kinds of the datasets that these data may be linked with; ``"any"`` for every one.
    level
        The finest unit that may be linked: ``"person"``, ``"household"``, ``"school"`` or ``"area"``.
    purposes
        What for, in words.
    until
        The last day on which a new linkage may be made.
    column
        The column that says whether each person agreed; None where all did, or nobody is asked.
    agreed
        The values of the column that mean yes, in small letters; whatever else it holds, or nothing, is no.
    opt_out
        A column that says who opted out, which wins over consent: whatever it holds is an opt-out, be it a word or the
        day of it, but for the values of ``not_opted_out``; nothing at all is none.
    not_opted_out
        The values of that column that mean that someone did not opt out, in small letters.
    scope
        What the consent is called, for messages: the version of the form, say.

    Examples
    --------
    >>> asked = Consent(linkages=("school register",), until=datetime.date(2030, 1, 1), scope="parent form v2")
    >>> asked.refusal("school register", "administrative", on=datetime.date(2031, 5, 1))
    'parent form v2 allows no new linkage after 2030-01-01'
    """

    linkages: tuple[str, ...] = ()
    level: Unit = "person"
    purposes: tuple[str, ...] = ()
    until: datetime.date | None = None
    column: str | None = None
    agreed: tuple[str, ...] = YES
    opt_out: str | None = None
    not_opted_out: tuple[str, ...] = NOT_OPTED_OUT
    scope: str = "the consent"

    def __post_init__(self) -> None:
        settle(self, "consent")
        for name in ("agreed", "not_opted_out"):
            object.__setattr__(self, name, tuple(as_word(text) for text in getattr(self, name)))
        if self.level not in UNITS:
            hint = did_you_mean(self.level, UNITS)
            raise SpecError(f"consent.level must be one of {', '.join(UNITS)}; got {self.level!r}.{hint}")

    def covers(self, name: str, kind: str) -> bool:
        """Whether a dataset of this name and kind may be linked."""
        return "any" in self.linkages or name in self.linkages or kind in self.linkages

    def refusal(self, name: str, kind: str, *, on: datetime.date, level: str = "person") -> str:
        """Return why a linkage with a dataset is not allowed, in words; empty where it is."""
        if self.until is not None and on > self.until:
            return f"{self.scope} allows no new linkage after {self.until}"
        if not self.covers(name, kind):
            allowed = ", ".join(self.linkages) or "no dataset"
            return f"{self.scope} covers linkage with {allowed}, not with {name} ({kind})"
        if UNITS.index(level) < UNITS.index(self.level):
            return f"{self.scope} covers linkage of {_MANY[self.level]}, not of {_MANY[level]}"
        return ""


_MANY = {"person": "persons", "household": "households", "school": "schools", "area": "areas"}


@dataclass(frozen=True)
class Expected:
    """How many of these people should be found in another dataset.

    Parameters
    ----------
    dataset
        Name or kind of the other dataset.
    share
        ``"all"``, ``"some"`` or ``"none"`` of them.
    overlap
        The share that is expected, as a number, or its least and most.
    why
        How that is known.

    Examples
    --------
    >>> Expected("administrative", "all").overlap
    (1.0, 1.0)
    """

    dataset: str
    share: Share
    overlap: float | tuple[float, ...] = ()
    why: str = ""

    def __post_init__(self) -> None:
        settle(self, "found_in")
        if self.share not in ("all", "some", "none"):
            raise SpecError(f"found_in.share must be all, some or none; got {self.share!r}.")
        said: Any = self.overlap
        given = tuple(said) if isinstance(said, Iterable) else (said,)
        if isinstance(said, str) or not all(isinstance(one, numbers.Real) for one in given):
            raise SpecError("found_in.overlap must be a number, or the least and the most.")
        usual = {"all": (1.0, 1.0), "some": (0.0, 1.0), "none": (0.0, 0.0)}[self.share]
        bounds = (given * 2)[:2] if given else usual
        if len(given) > 2 or not 0 <= bounds[0] <= bounds[1] <= 1:
            raise SpecError(f"found_in.overlap is one share or two, rising, between 0 and 1; got {given}.")
        object.__setattr__(self, "overlap", (float(bounds[0]), float(bounds[1])))

    @property
    def bounds(self) -> tuple[float, float]:
        """The least and the most share that is expected."""
        assert isinstance(self.overlap, tuple)
        return self.overlap[0], self.overlap[1]


@dataclass(frozen=True)
class History:
    """Identifiers with the days on which they held: earlier names and addresses.

    A linkage compares them with the values of the other dataset, unless its plan says what to compare and does not name
    them; :func:`linkkit.prepare.with_history` says how.

    Parameters
    ----------
    fields
        The fields whose earlier values it has, such as ``postcode``. Their columns have the names that they have in the
        data, or are named like the fields.
    start, end
        The columns of the first and the last day on which a row held; the end may be missing (still so). Without a
        column of the end a row holds until the next of its record starts.
    path
        The file of the rows, one for each version, beside the card; None where they are rows of the data itself.
    id
        The column of that file that has the id of the record; by default the id of the dataset.

    Examples
    --------
    >>> History(("postcode",), "moved_in", "moved_out", path="addresses.csv").fields
    ('postcode',)
    """

    fields: tuple[str, ...]
    start: str
    end: str | None = None
    path: str | None = None
    id: str | None = None

    def __post_init__(self) -> None:
        settle(self, "history")
        if not self.fields:
            raise SpecError("history needs the fields whose earlier values it has.")


@dataclass(frozen=True)
class SpellColumns:
    """The columns that put records in time.

    Parameters
    ----------
    start
        First day of a spell.
    end
        Last day; None for events, which have one day only. A missing value is a spell that goes on.
    place
        Where it was: two places at one time are a sign of a false link.
    """

    start: str
    end: str | None = None
    place: str | None = None

    def __post_init__(self) -> None:
        settle(self, "spells")


@dataclass(frozen=True)
class Source:
    """Where the data come from.

    Parameters
    ----------
    how
        How identifiers were collected: typed by staff, asked of parents, read from documents ...
    system
        The system or form that they come from.
    version
        Version or name of the extract.
    licence
        Under what terms they are held.
    """

    how: str = ""
    system: str = ""
    version: str = ""
    licence: str = ""

    def __post_init__(self) -> None:
        settle(self, "source")
