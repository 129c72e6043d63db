"""The parts of a published algorithm: derived fields, scores, holds, crowds, passes and printed examples."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from linkkit.errors import SpecError
from linkkit.fields import FieldKind
from linkkit.plan import Plan
from linkkit.specs import Condition, On
from linkkit.values import fields_of

__all__ = ["BestScore", "Crowd", "Derived", "Hold", "Pass", "Persons", "Rest", "Unique", "Vector"]

Unique = Literal["one_to_one", "many_to_one", "one_to_many", "many_to_many"]
Persons = Literal["found", "join", "gather"]
_PERSONS = {
    "found": "each is a person",
    "join": "of no person yet, joins one if there is one only",
    "gather": "of no person yet, put together",
}


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
        Takes one text for each of these, None where it is missing, and returns a text or None; an empty text where
        there is one that it cannot read, which is counted in the notes of the links.
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
class Hold:
    """Pairs of a pass that go to people instead of being linked.

    Parameters
    ----------
    reason
        What is told of them.
    where
        Which pairs: a condition of :mod:`linkkit.compare`.
    sharing
        Or pairs of a record that agrees on these columns (or expressions: ``"words(...)"`` where one word in common
        will do) with another record of its own dataset ...
    differing
        ... which differs from it in this column, or has no value there: twins share family name and date of birth.
    """

    reason: str
    where: Condition | None = None
    sharing: tuple[str, ...] = ()
    differing: str | None = None

    def __post_init__(self) -> None:
        if (self.where is None) == (not self.sharing):
            raise SpecError(f"The hold {self.reason!r} needs either where= or sharing=.")
        if (self.differing is None) != (not self.sharing):
            raise SpecError(f"The hold {self.reason!r}: sharing= and differing= come together.")


@dataclass(frozen=True)
class Crowd:
    """Values that most people share are no evidence: of these columns the top values count as missing.

    Parameters
    ----------
    field
        The column, such as a postcode.
    person
        The column that tells people apart, to count them.
    share
        How many of the distinct values are left out at most, those with most people first. Values with as many people
        as the first that is kept are kept too: order must not decide.
    """

    field: str
    person: str
    share: float = 0.01

    def __post_init__(self) -> None:
        if not 0 < self.share < 1:
            raise SpecError(f"Crowd(share=) must lie between 0 and 1; got {self.share!r}.")


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
    unique
        How many partners a record may have by this pass, where it is not as the algorithm says: a pass that lets a
        left record have several right records is ``"one_to_many"``.
    holds
        Which of its pairs go to people, though there is one candidate only.
    needs
        Fields besides those of the rules without which it can link nothing: some dataset must have them.
    score
        What the source scores each link of the pass, where it says; not beside ``best``.
    persons
        In an algorithm that puts records together as persons: ``"found"``, each distinct value of the rules is a
        person; ``"join"``, a record of no person joins the person it agrees with, if there is one only; ``"gather"``,
        records of no person are put together.

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
    unique: Unique | None = None
    holds: tuple[Hold, ...] = ()
    needs: tuple[str, ...] = ()
    persons: Persons | None = None
    score: float | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "rules", (self.rules,) if isinstance(self.rules, On) else tuple(self.rules))
        if not self.joins or not all(isinstance(rule, On) for rule in self.joins):
            raise SpecError(f"The pass {self.name!r} needs rules made by on('surname', ...); got {self.rules!r}.")
        if self.score is not None and self.best is not None:
            raise SpecError(f"The pass {self.name!r}: best= scores its pairs one by one; leave score= out.")
        for name, kinds in (("unique", get_args(Unique)), ("persons", get_args(Persons))):
            if getattr(self, name) not in (None, *kinds):
                known = ", ".join(map(repr, kinds))
                raise SpecError(f"The pass {self.name!r}: {name} must be one of {known}; got {getattr(self, name)!r}.")

    def __str__(self) -> str:
        marks = [
            *(["for review"] if self.review else []),
            *(["moved together"] if self.moved_together else []),
            *([self.unique.replace("_", " ")] if self.unique else []),
            *([_PERSONS[self.persons]] if self.persons else []),
            *(f"held where {hold.reason}" for hold in self.holds),
        ]
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
class Rest:
    """What becomes of the records that no pass of a link of two datasets links: a plan takes them on.

    Parameters
    ----------
    name
        What the step is called among the passes.
    meaning
        What it goes by, in words.
    plan
        How what is left is linked. Comparisons, levels and rules whose fields a dataset lacks are left out.
    fields
        The fields that it reads, with their kinds, which columns of these names are read as.

    Examples
    --------
    >>> from linkkit.block import on
    >>> from linkkit.compare import exact
    >>> plan = Plan(block=on("surname"), compare=(exact("given_name"), exact("town")))
    >>> print(Rest("2", "given name and town, weighed", plan, {"town": "text"}))
    2: given name and town, weighed (of what no pass links)
    """

    name: str
    meaning: str
    plan: Plan
    fields: Mapping[str, FieldKind]

    def __post_init__(self) -> None:
        if not isinstance(self.plan, Plan):
            raise SpecError(f"The step {self.name!r} for the rest needs a Plan; got a {type(self.plan).__name__}.")
        unknown = [kind for kind in self.fields.values() if kind not in get_args(FieldKind)]
        if unknown:
            known = ", ".join(map(repr, get_args(FieldKind)))
            raise SpecError(
                f"The step {self.name!r} for the rest: a field's kind must be one of {known}; got {unknown[0]!r}."
            )
        if not self.plan.compare or not self.plan.block or not all(isinstance(rule, On) for rule in self.plan.block):
            raise SpecError(
                f"The step {self.name!r} for the rest needs a plan that says what it compares, and blocks by on(...)."
            )

    def __str__(self) -> str:
        return f"{self.name}: {self.meaning} (of what no pass links)"

    @property
    def detail(self) -> str:
        """What is compared, as it is carried out."""
        return "Fellegi-Sunter on " + ", ".join(comparison.name for comparison in self.plan.compare)


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
