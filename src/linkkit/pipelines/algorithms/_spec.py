"""What a published algorithm is: derived fields, ordered passes, a rule of uniqueness and one of ties."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from linkkit.errors import SpecError
from linkkit.specs import Condition, On
from linkkit.values import fields_of

if TYPE_CHECKING:
    from linkkit.dataset import Dataset

    from ._linked import AlgorithmLinks

__all__ = ["Algorithm", "BestScore", "Derived", "Pass", "Vector"]

Unique = Literal["one_to_one", "many_to_one", "many_to_many"]
Ties = Literal["hold", "next"]


@dataclass(frozen=True)
class Derived:
    """A field that an algorithm makes of other fields, value by value.

    Parameters
    ----------
    field
        What the new field is called.
    of
        The fields it is made of.
    function
        Takes one text for each of these, None where it is missing, and returns a text or None.
    meaning
        What it holds, in words.
    """

    field: str
    of: tuple[str, ...]
    function: Callable[..., str | None]
    meaning: str


@dataclass(frozen=True)
class BestScore:
    """Of the candidates of a left record the best one only, if it is far enough ahead of the next.

    Parameters
    ----------
    parts
        A column and a function each, which takes two texts (left, right), None where missing, and returns a score or
        None. The score of a pair is the mean of those that are not None.
    lead
        By how much the best must beat the next: more than this.
    most
        How many candidates are looked at, those of most joins first; those as good as the last are looked at too.
    """

    parts: tuple[tuple[str, Callable[[str | None, str | None], float | None]], ...]
    lead: float
    most: int


@dataclass(frozen=True)
class Pass:
    """One step of an algorithm: which pairs of records it links.

    Parameters
    ----------
    name
        Its number or name in the source.
    meaning
        What must agree, in words.
    rules
        Equality joins, made by :func:`linkkit.block.on`; a pair is made by any of them.
    where
        What must hold besides; a condition of :mod:`linkkit.compare`.
    review
        Whether its pairs go to people instead of being linked.
    moved_together
        Groups of columns that are an address each. Where given, a pair is kept only if another pair of the pass moved
        between the same two addresses, and each of its records is in one kept pair only.
    best
        How candidates are scored, where only the best may be linked.

    Examples
    --------
    >>> from linkkit.block import on
    >>> print(Pass("1", "surname and date of birth", (on("surname", "date_of_birth"),)))
    1: surname and date of birth
    """

    name: str
    meaning: str
    rules: On | tuple[On, ...]
    where: Condition | None = None
    review: bool = False
    moved_together: tuple[tuple[str, ...], ...] = ()
    best: BestScore | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "rules", (self.rules,) if isinstance(self.rules, On) else tuple(self.rules))
        if not self.joins or not all(isinstance(rule, On) for rule in self.joins):
            raise SpecError(f"The pass {self.name!r} needs rules made by on('surname', ...); got {self.rules!r}.")

    def __str__(self) -> str:
        marks = [*(["for review"] if self.review else []), *(["moved together"] if self.moved_together else [])]
        return f"{self.name}: {self.meaning}" + (f" ({', '.join(marks)})" if marks else "")

    @property
    def joins(self) -> tuple[On, ...]:
        """The rules as a tuple."""
        return (self.rules,) if isinstance(self.rules, On) else self.rules

    @property
    def detail(self) -> str:
        """The rules and the condition as they are carried out."""
        joins = " or ".join(map(repr, self.joins))
        return joins if self.where is None else f"{joins} where {self.where}"

    def rules_for(self, fields: Sequence[str]) -> tuple[On, ...]:
        """Return the rules whose fields are all there."""
        return tuple(
            rule
            for rule in self.joins
            if all(field in fields for column in rule.columns for field in fields_of(column))
        )


@dataclass(frozen=True)
class Vector:
    """A published example: what goes in, what comes out.

    Parameters
    ----------
    given
        The values that go in, by field.
    expected
        What the source says comes out.
    source
        Where it is printed.
    note
        What is odd about it: a slip of the source, say.
    """

    given: dict[str, str | None]
    expected: str
    source: str
    note: str = ""


@dataclass(frozen=True)
class Algorithm:
    """A deterministic linkage algorithm: ordered passes, which links are unique, and what becomes of ties.

    Parameters
    ----------
    name, title, version, date
        What it is called, its version here, and the date of the source.
    citation, url, licence
        Where its rules stand.
    passes
        From strict to loose. A pair belongs to the first pass that makes it.
    unique
        In a link of two datasets: ``"one_to_one"``; ``"many_to_one"``, where a left record has one right record at
        most; or ``"many_to_many"``. Within one dataset a person may have any number of records.
    ties
        What becomes of records that a pass gives more partners than they may have: ``"hold"`` keeps them for people
        and out of later passes, ``"next"`` leaves them to the next pass.
    derived
        Fields that it makes itself.
    optional
        Fields that may be absent: they count as missing.
    prepare
        Steps that make values alike; None takes what is recommended for each dataset.
    error_rates, caveats
        What is published of its errors, and what to know before using it, with what differs here from the source.
    vectors
        Published examples.

    Examples
    --------
    >>> from linkkit.block import on
    >>> step = Pass("1", "surname and date of birth", (on("surname", "date_of_birth"),))
    >>> print(Algorithm("mine", "A matchkey", "1", "2026-01-01", passes=(step,)))
    A matchkey (mine, version 1, 2026-01-01)
      one_to_one; ties: hold
      1: surname and date of birth
    """

    name: str
    title: str
    version: str
    date: str
    passes: tuple[Pass, ...]
    unique: Unique = "one_to_one"
    ties: Ties = "hold"
    citation: str = ""
    url: str = ""
    licence: str = ""
    derived: tuple[Derived, ...] = ()
    optional: tuple[str, ...] = ()
    prepare: tuple[Any, ...] | None = None
    error_rates: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
    vectors: tuple[Vector, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "passes", tuple(self.passes))
        if not self.passes:
            raise SpecError(f"The algorithm {self.name!r} needs at least one pass.")
        names = [step.name for step in self.passes]
        if len(set(names)) < len(names):
            raise SpecError(f"The algorithm {self.name!r} has two passes of one name: {', '.join(names)}.")
        if self.unique not in ("one_to_one", "many_to_one", "many_to_many"):
            raise SpecError(f"unique must be 'one_to_one', 'many_to_one' or 'many_to_many'; got {self.unique!r}.")
        if self.ties not in ("hold", "next"):
            raise SpecError(f"ties must be 'hold' or 'next'; got {self.ties!r}.")

    def __str__(self) -> str:
        lines = [f"{self.title} ({self.name}, version {self.version}, {self.date})"]
        lines += [f"  {self.citation}"] if self.citation else []
        lines += [f"  {self.url}"] if self.url else []
        lines += [f"  {self.unique}; ties: {self.ties}"]
        lines += [f"  {step}" for step in self.passes]
        lines += [f"  errors: {text}" for text in self.error_rates]
        lines += [f"  caveat: {text}" for text in self.caveats]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"<Algorithm {self.name!r}: {len(self.passes)} passes, {self.unique}>"

    def link(self, left: Dataset, right: Dataset, *, prepared: bool = False) -> AlgorithmLinks:
        """Link two datasets.

        Parameters
        ----------
        left, right
            The datasets; with ``many_to_one`` the right is the register.
        prepared
            Whether the datasets are prepared already.

        Returns
        -------
        AlgorithmLinks

        Raises
        ------
        DataError
            Where the datasets lack the fields of every pass.
        """
        from ._carry_out import carry_out

        return carry_out(self, (left, right), prepared=prepared)

    def dedupe(self, dataset: Dataset, *, prepared: bool = False) -> AlgorithmLinks:
        """Find the records of one dataset that are of one person; see :meth:`link`."""
        from ._carry_out import carry_out

        return carry_out(self, (dataset,), prepared=prepared)
