"""Which pairs are worth comparing: one frozen spec a rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from linkkit.errors import SpecError
from linkkit.values import canonical, fields_of

from ._evidence import SharedEvidence
from ._near import Near

__all__ = ["EveryPair", "Listed", "Made", "MinHash", "Near", "Neighbourhood", "On", "Rule", "flatten"]


@dataclass(frozen=True)
class On:
    """Pairs of records that agree on every one of these columns.

    Parameters
    ----------
    columns
        Fields or column expressions. A column of sets (a list column, ``words(...)``, ``qgrams(...)``) agrees where
        the sets share a member. A record that misses any of them makes no pair.
    cap
        Blocks of more records than this are skipped and reported; None keeps every block.

    Examples
    --------
    >>> On(("surname", "year(date_of_birth)"))
    on('surname', 'year(date_of_birth)')
    """

    columns: tuple[str, ...]
    cap: int | None = None
    kind: Literal["on"] = field(default="on", repr=False, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", _columns("on", self.columns))
        if self.cap is not None and self.cap < 2:
            raise SpecError(f"on(cap=) must be at least 2 records; got {self.cap}.")

    def __repr__(self) -> str:
        cap = "" if self.cap is None else f", cap={self.cap}"
        return f"on({', '.join(map(repr, self.columns))}{cap})"


@dataclass(frozen=True)
class Neighbourhood:
    """Sorted neighbourhood: pairs of records that stand near each other when sorted by a column (Hernandez and Stolfo
    1995).

    Parameters
    ----------
    column
        Field or column expression to sort by; records that miss it make no pair.
    window
        How many records a window holds: 2 pairs each record with the next.

    Examples
    --------
    >>> Neighbourhood("surname", window=5)
    sorted_neighbourhood('surname', window=5)
    """

    column: str
    window: int = 5
    kind: Literal["sorted_neighbourhood"] = field(default="sorted_neighbourhood", repr=False, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "column", canonical(self.column))
        if self.window < 2:
            raise SpecError(f"sorted_neighbourhood(window=) must be at least 2; got {self.window}.")

    def __repr__(self) -> str:
        return f"sorted_neighbourhood({self.column!r}, window={self.window})"

    @property
    def columns(self) -> tuple[str, ...]:
        """The column it reads."""
        return (self.column,)


@dataclass(frozen=True)
class MinHash:
    """MinHash locality-sensitive hashing (Broder 1997): pairs of records whose q-grams are probably alike.

    A pair with Jaccard similarity s is made with probability 1 - (1 - s**rows)**bands.

    Parameters
    ----------
    column
        Field or column expression, taken as its q-grams.
    bands, rows
        How many bands of how many hashes.
    characters
        The q of the q-grams.
    cap
        Blocks of more records than this are skipped and reported.
    seed
        Seed of the hash functions.

    Examples
    --------
    >>> MinHash("address", bands=20, rows=4)
    minhash('address', bands=20, rows=4)
    """

    column: str
    bands: int = 20
    rows: int = 4
    characters: int = 3
    cap: int | None = None
    seed: int = 1
    kind: Literal["minhash"] = field(default="minhash", repr=False, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "column", canonical(self.column))
        for name in ("bands", "rows", "characters"):
            if getattr(self, name) < 1:
                raise SpecError(f"minhash({name}=) must be at least 1; got {getattr(self, name)}.")

    def __repr__(self) -> str:
        parts = [repr(self.column), f"bands={self.bands}", f"rows={self.rows}"]
        parts += [f"characters={self.characters}"] if self.characters != 3 else []
        parts += [f"cap={self.cap}"] if self.cap is not None else []
        parts += [f"seed={self.seed}"] if self.seed != 1 else []
        return f"minhash({', '.join(parts)})"

    @property
    def columns(self) -> tuple[str, ...]:
        """The column it reads."""
        return (self.column,)


@dataclass(frozen=True)
class EveryPair:
    """No blocking at all: every pair is compared.

    Examples
    --------
    >>> EveryPair()
    every_pair()
    """

    kind: Literal["every_pair"] = field(default="every_pair", repr=False, kw_only=True)

    def __repr__(self) -> str:
        return "every_pair()"

    @property
    def columns(self) -> tuple[str, ...]:
        """No column."""
        return ()


@dataclass(frozen=True, eq=False)
class Listed:
    """Pairs that were made elsewhere, named by their ids; cannot be saved in a plan.

    Parameters
    ----------
    left, right
        Ids of each pair's records, in the first and the second dataset (both in the one, to deduplicate).
    label
        What the rule is called in reports.
    """

    is_never_in_a_file: ClassVar[bool] = True

    left: Sequence[Any]
    right: Sequence[Any]
    label: str = "listed pairs"

    def __post_init__(self) -> None:
        if len(self.left) != len(self.right):
            raise SpecError(
                f"listed() takes as many left as right ids; got {len(self.left):,} and {len(self.right):,}."
            )

    def __repr__(self) -> str:
        return f"listed(<{len(self.left):,} pairs>)"

    @property
    def columns(self) -> tuple[str, ...]:
        """No column."""
        return ()


@dataclass(frozen=True, eq=False)
class Made:
    """Pairs that a function of yours makes from the records when they are asked for; cannot be saved in a plan.

    Parameters
    ----------
    make
        Takes :class:`~linkkit.records.Records` and returns two arrays of rows: the left and the right of each pair, in
        any order. It must make the same pairs each time.
    label
        What the rule is called in reports.
    columns
        The columns on which all its pairs agree, where it is so: training leaves their comparisons out.

    Examples
    --------
    >>> import numpy as np
    >>> Made(lambda records: (np.array([0]), np.array([1])), "first two")
    made(<first two>)
    """

    is_never_in_a_file: ClassVar[bool] = True

    make: Any
    label: str = "pairs of yours"
    columns: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", tuple(canonical(column) for column in self.columns))
        if not callable(self.make):
            raise SpecError("made() needs a function that takes the records and returns two arrays of rows.")

    def __repr__(self) -> str:
        return f"made(<{self.label}>)"


Rule = On | Near | Neighbourhood | MinHash | SharedEvidence | EveryPair | Listed | Made


def flatten(rules: Rule | Iterable[Any]) -> tuple[Rule, ...]:
    """Return rules and nested sequences of rules as one sequence, equal rules once."""
    if isinstance(rules, Rule):
        return (rules,)
    if isinstance(rules, str) or not isinstance(rules, Iterable):
        raise SpecError(
            f"A blocking rule must be made by a function of linkkit.block, such as on('surname'); got {rules!r}."
        )
    return tuple(dict.fromkeys(rule for item in rules for rule in flatten(item)))


def _columns(where: str, columns: Sequence[str] | str) -> tuple[str, ...]:
    listed = (columns,) if isinstance(columns, str) else tuple(columns)
    if not listed:
        raise SpecError(f"{where}() needs at least one column.")
    for column in listed:
        fields_of(column)
    return tuple(dict.fromkeys(canonical(column) for column in listed))
