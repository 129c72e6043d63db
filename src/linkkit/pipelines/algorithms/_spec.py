"""What a published algorithm is: derived fields, ordered passes, a rule of uniqueness and one of ties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from linkkit.errors import SpecError

from ._settle import LIMITS
from ._steps import BestScore, Crowd, Derived, Hold, Pass, Rest, Unique, Vector

if TYPE_CHECKING:
    from linkkit.dataset import Dataset

    from ._linked import AlgorithmLinks

__all__ = ["Algorithm", "BestScore", "Crowd", "Derived", "Hold", "Pass", "Rest", "Ties", "Unique", "Vector"]

Ties = Literal["hold", "next"]


@dataclass(frozen=True)
class Algorithm:
    """A published or own algorithm: ordered passes, which links are unique, what becomes of ties, and of the rest.

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
        most; ``"one_to_many"``; or ``"many_to_many"``. Within one dataset a person may have any number of records.
        ``"persons"``: records are put together as persons, within and between datasets, as each pass says.
    ties
        What becomes of records that a pass gives more partners than they may have: ``"hold"`` keeps them for people
        and out of later passes, ``"next"`` leaves them to the next pass.
    derived
        Fields that it makes itself.
    crowds
        Columns whose values count as missing where most people share them.
    optional
        Fields that may be absent: they count as missing.
    outcomes
        What the source calls an outcome of a record: pairs of our word for it and theirs.
    prepare
        Steps that make values alike; None takes what is recommended for each dataset.
    error_rates, caveats
        What is published of its errors, and what to know before using it, with what differs here from the source.
    vectors
        Published examples.
    rest
        In a link of two datasets, the probabilistic step for what no pass links; None has none.

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
    unique: Unique | Literal["persons"] = "one_to_one"
    ties: Ties = "hold"
    citation: str = ""
    url: str = ""
    licence: str = ""
    derived: tuple[Derived, ...] = ()
    crowds: tuple[Crowd, ...] = ()
    optional: tuple[str, ...] = ()
    outcomes: tuple[tuple[str, str], ...] = ()
    prepare: tuple[Any, ...] | None = None
    error_rates: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
    vectors: tuple[Vector, ...] = ()
    rest: Rest | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "passes", tuple(self.passes))
        if not self.passes:
            raise SpecError(f"The algorithm {self.name!r} needs at least one pass.")
        if self.rest is not None and not isinstance(self.rest, Rest):
            raise SpecError(f"The algorithm {self.name!r}: rest= is a Rest(...); got a {type(self.rest).__name__}.")
        names = [step.name for step in self.steps]
        if len(set(names)) < len(names):
            raise SpecError(f"The algorithm {self.name!r} has two passes of one name: {', '.join(names)}.")
        if self.unique not in (*get_args(Unique), "persons"):
            known = ", ".join(map(repr, get_args(Unique)))
            raise SpecError(f"unique must be one of {known}, 'persons'; got {self.unique!r}.")
        if self.ties not in ("hold", "next"):
            raise SpecError(f"ties must be 'hold' or 'next'; got {self.ties!r}.")
        if self.rest is not None and self.unique == "persons":
            raise SpecError(f"The algorithm {self.name!r} puts records together as persons, which leaves no rest=.")
        if self.rest is not None:
            self._check_rest(self.rest)
        for step in self.passes:
            if (step.persons is None) == (self.unique == "persons"):
                raise SpecError(
                    f"The algorithm {self.name!r}, pass {step.name!r}: persons= is said where unique is 'persons', "
                    "and nowhere else."
                )

    def _check_rest(self, rest: Rest) -> None:
        """Raise where the step for the rest could give a record more links than the algorithm does."""
        single = str(getattr(rest.plan.decide, "single", None))
        wanted = zip(("left", "right"), LIMITS[self.unique], strict=True)
        is_known = single in ("left", "right", "both", "none")  # else a decision about clusters, or none
        if not is_known or any(is_one and single not in (side, "both") for side, is_one in wanted):
            raise SpecError(
                f"The algorithm {self.name!r} is {self.unique}: the plan of its step {rest.name!r} needs a decision "
                "that holds to it, such as decide.OneToOne() or decide.OneToMany('right')."
            )

    def __str__(self) -> str:
        lines = [f"{self.title} ({self.name}, version {self.version}, {self.date})"]
        lines += [f"  {self.citation}"] if self.citation else []
        lines += [f"  {self.url}"] if self.url else []
        lines += [f"  {self.unique}; ties: {self.ties}"]
        lines += [f"  {step}" for step in self.steps]
        lines += [f"  errors: {text}" for text in self.error_rates]
        lines += [f"  caveat: {text}" for text in self.caveats]
        return "\n".join(lines)

    def __repr__(self) -> str:
        rest = "" if self.rest is None else " and a plan for the rest"
        return f"<Algorithm {self.name!r}: {len(self.passes)} passes{rest}, {self.unique}>"

    @property
    def steps(self) -> tuple[Pass | Rest, ...]:
        """The passes, and the step for what they leave."""
        return self.passes if self.rest is None else (*self.passes, self.rest)

    def read(self, dataset: Dataset) -> Dataset:
        """Return a dataset with the columns that are called as a field of the algorithm as fields; links begin so.

        Examples
        --------
        >>> import linkkit as lk
        >>> babies, deliveries = lk.synth.births(50)
        >>> "gestation" in babies.dataset().fields, "gestation" in lk.pipelines.algorithm("mother_baby").read(
        ...     babies.dataset()
        ... ).fields
        (False, True)
        """
        from ._derive import with_named

        return with_named(dataset, self)

    def link(self, left: Dataset, right: Dataset, *, prepared: bool = False) -> AlgorithmLinks:
        """Link two datasets.

        An algorithm that puts records together as persons does so within each dataset too, as :meth:`dedupe` does.

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
        DiagnosisError
            Where the model of the step for the rest cannot be right; ``dataclasses.replace(algorithm, rest=None)``
            links by the passes alone.
        """
        from ._carry_out import carry_out

        return carry_out(self, (left, right), prepared=prepared, within=self.unique == "persons")

    def dedupe(self, dataset: Dataset, *more: Dataset, prepared: bool = False) -> AlgorithmLinks:
        """Find the records that are of one person, in one dataset or in several together; see :meth:`link`.

        Parameters
        ----------
        dataset, *more
            One dataset; or several, whose records are put together within and between them.
        prepared
            Whether the datasets are prepared already.
        """
        from ._carry_out import carry_out

        return carry_out(self, (dataset, *more), prepared=prepared, within=True)
