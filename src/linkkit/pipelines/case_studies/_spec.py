"""What a case study asks for: the level of the linkage, what is attached, and how rare it may be."""

from __future__ import annotations

import numbers
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf
from typing import TYPE_CHECKING, Any, ClassVar, Literal, get_args

from linkkit.cards import UNITS
from linkkit.cards._kinds import Unit
from linkkit.errors import SpecError, did_you_mean
from linkkit.pipelines._pipeline import Pipeline, Step

if TYPE_CHECKING:
    from linkkit.dataset import Dataset
    from linkkit.progress import Progress

    from ._run import CaseStudyRun

__all__ = ["Attribute", "CaseStudy", "case_study"]

Show = Literal["bands", "mean", "share"]
Rare = Literal["band", "withhold", "refuse"]
AreaRule = Literal["postcode", "sector", "outward", "area"]


@dataclass(frozen=True)
class Attribute:
    """What is attached to the cases from a column of the other dataset.

    Parameters
    ----------
    column
        The column, or a field of the dataset.
    show
        ``"bands"``: the value of the person or household itself, or of the school or area where the dataset is of
        these, in bands. Of people in a school or area ``"mean"``, the mean of a number, or ``"share"``, the share of
        people who have one of ``values``; either is ranked among the schools or areas, and shown in fifths.
    values
        The values that a share counts.
    edges
        Where the bands of a number begin, rising: 5 and 11 make *below 5*, *5 to below 11*, *11 or more*. Without
        them, a number of up to ten values is shown as it is, others in fifths; dates in bands of five years.
    title
        What a card calls it; by default the column.

    Examples
    --------
    >>> Attribute("imd_quintile", "share", values=("1", "2")).name
    'imd_quintile'
    """

    column: str
    show: Show = "bands"
    values: tuple[str, ...] = ()
    edges: tuple[float, ...] = ()
    title: str = ""

    def __post_init__(self) -> None:
        values: object = self.values  # one may stand for itself
        object.__setattr__(self, "values", (values,) if isinstance(values, str) else tuple(self.values))
        object.__setattr__(self, "edges", self._numbers())
        if self.show not in get_args(Show):
            raise SpecError(f"Attribute.show must be one of {', '.join(get_args(Show))}; got {self.show!r}.")
        if (self.show == "share") != bool(self.values):
            raise SpecError(f"The attribute {self.column!r}: values go with show='share', and a share needs them.")
        if any(one >= other for one, other in pairwise(self.edges)):
            raise SpecError(f"The attribute {self.column!r}: edges must rise; got {list(self.edges)}.")
        if self.edges and self.show != "bands":
            raise SpecError(f"The attribute {self.column!r}: a mean or share is shown in fifths; edges go with bands.")

    def _numbers(self) -> tuple[float, ...]:
        """The edges: numbers, none of them infinite or no number."""
        given: Any = self.edges
        edges = (given,) if isinstance(given, int | float | str) else tuple(given)
        if any(isinstance(edge, bool) or not isinstance(edge, numbers.Real) or edge != edge for edge in edges):
            raise SpecError(f"The attribute {self.column!r}: edges must be numbers, such as edges=(5, 11).")
        if inf in edges or -inf in edges:
            raise SpecError(f"The attribute {self.column!r}: edges must be numbers that are not infinite.")
        return tuple(int(edge) if isinstance(edge, numbers.Integral) else float(edge) for edge in edges)

    @property
    def name(self) -> str:
        """What a card calls it."""
        return self.title or self.column


@dataclass(frozen=True)
class CaseStudy(Pipeline):
    """Link the few cases of a case study with a register, at the level that people agreed to, and show bands only.

    Parameters
    ----------
    attributes
        What is attached to the cases: names of columns of the other dataset, or :class:`Attribute`.
    level
        The unit that is linked: ``"person"``, ``"household"``, ``"school"`` or ``"area"``. None: the finest that the
        consents of both cards allow; a finer one is refused.
    unit
        The fields, in both datasets, by which households, schools or areas are known, such as ``"uprn"`` or ``"urn"``.
        Empty: of households ``uprn``, else the address with the postcode; of schools ``urn``, else ``school``; of areas
        the postcode.
    area_rule
        How much of a postcode is an area, where no ``lookup`` is given: ``"postcode"`` (all of it), ``"sector"``,
        ``"outward"`` (the district) or ``"area"`` (its letters).
    lookup
        Path of a CSV table from postcodes to areas: its first column has the postcode, its second the code.
    people
        Where the other dataset has a row for each school or area: its column with the number of people there.
    key
        A field of both datasets that identifies persons, such as a study key or ``nhs_number``. None: the first of
        ``study_key``, ``nhs_number``, ``upn`` and ``national_id`` that both have.
    bridge
        Path of a CSV table held by the study: its first column has the id of the case, its second the id of the
        record in the other dataset, which may be pseudonyms. It wins over ``key``.
    algorithm
        A published algorithm that links persons, such as ``"hesid"``, instead of weights.
    link_from, review_from
        The probability from which a case is linked, and from which it is unsure: for people to look at.
    least
        Least number of people behind a mean or share, on both sides of a share, and in tables; fewer are withheld, none
        are, too. Ten, zeros included, is the rule of the UK Longitudinal Linkage Collaboration.
    least_k
        How many people of the other dataset must have the same shown values as a case. Five leave a guess of one in
        five; ask for more where readers know the cases.
    rare
        What becomes of cases that fewer people resemble. ``"band"``: attributes are banded further where that helps
        most, and of the cases that are left values are withheld. ``"withhold"``: values are withheld at once.
        ``"refuse"``: nothing is attached, and an error has the counts.
    label
        A column of the case study with the pseudonyms that cards bear. None: *case 1*, *case 2*, in the order of a
        shuffle by ``seed``.
    quotes
        Columns of the case study with words of people: they are never read.
    codes
        Path of a CSV table of qualitative coding: case, code, and theme, count, intensity where there are any.
    codebook
        The codes and themes that may be attached; codes are not attached without.
    seed
        Seed of the labels.

    Examples
    --------
    >>> print(CaseStudy(("ethnicity",), level="person"))
    Link a case study (case_study)
      1. permission: at the level person, where the consents of both cards cover it  [level]
      2. link: by a bridge, else a key, else weights with fixed m; link from 0.95, unsure from 0.05  [key]
      3. attach: ethnicity, in bands  [attributes]
      4. rare: at least 5 people alike, else banded further  [least_k]
      5. cards: one a case, bands only; no row leaves  [label]
    """

    attributes: tuple[str | Attribute, ...] = ()
    level: Unit | None = None
    unit: tuple[str, ...] = ()
    area_rule: AreaRule = "outward"
    lookup: str | None = None
    people: str | None = None
    key: str | None = None
    bridge: str | None = None
    algorithm: str | None = None
    link_from: float = 0.95
    review_from: float = 0.05
    least: int = 10
    least_k: int = 5
    rare: Rare = "band"
    label: str | None = None
    quotes: tuple[str, ...] = ()
    codes: str | None = None
    codebook: tuple[str, ...] = ()
    seed: int = 1
    kind: Literal["case_study"] = field(default="case_study", repr=False, kw_only=True)

    title: ClassVar[str] = "Link a case study"
    kinds: ClassVar[tuple[str, ...]] = ("case_study", "administrative")
    paths: ClassVar[tuple[str, ...]] = ("lookup", "bridge", "codes")

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("attributes", "unit", "quotes", "codebook"):
            value: Any = getattr(self, name)
            object.__setattr__(self, name, (value,) if isinstance(value, str | Attribute) else tuple(value))
        _require_one_of("level", self.level, (None, *UNITS))
        _require_one_of("area_rule", self.area_rule, get_args(AreaRule))
        _require_one_of("rare", self.rare, get_args(Rare))
        if not 0 < self.review_from < self.link_from < 1:
            raise SpecError(
                "review_from and link_from are probabilities, the first the lower; "
                f"got {self.review_from:g} and {self.link_from:g}."
            )
        for name, least in (("least", 2), ("least_k", 2), ("seed", 0)):
            if getattr(self, name) < least:
                raise SpecError(f"{name} must be at least {least}; got {getattr(self, name)}.")
        self._check_attributes()
        if self.algorithm is not None and self.plan.model is not None:
            raise SpecError("Link by an algorithm or by the model of the plan, not by both.")

    def _check_attributes(self) -> None:
        for what in ("column", "name"):
            names = [getattr(attribute, what) for attribute in self.shown]
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:  # two shares of a column would tell a third that is withheld
                raise SpecError(
                    f"attributes name the {what} {twice[0]!r} twice; a hidden value could follow from both."
                )

    @property
    def shown(self) -> tuple[Attribute, ...]:
        """The attributes, names of columns written out."""
        return tuple(Attribute(one) if isinstance(one, str) else one for one in self.attributes)

    def steps(self) -> tuple[Step, ...]:
        """Return its steps, in the order in which they are carried out."""
        how = {"band": "banded further", "withhold": "withheld", "refuse": "refused"}[self.rare]
        attached = ", ".join(f"{one.name}, {_SHOWN[one.show]}" for one in self.shown) or "nothing"
        level = "the finest level that both consents allow" if self.level is None else f"the level {self.level}"
        steps = [
            Step("permission", f"at {level}, where the consents of both cards cover it", "level"),
            self._link_step(),
            Step("attach", attached, "attributes"),
            Step("rare", f"at least {self.least_k} people alike, else {how}", "least_k"),
        ]
        if any(one.show != "bands" for one in self.shown):
            steps.insert(3, Step("suppress", f"means and shares of fewer than {self.least} people", "least"))
        if self.codes is not None:
            steps.append(Step("codes", "codes and themes of the coding; never a quote", "codes"))
        return (*steps, Step("cards", "one a case, bands only; no row leaves", "label"))

    def _link_step(self) -> Step:
        if self.level not in (None, "person"):
            by = (
                ", ".join(self.unit) or {"household": "home", "school": "school", "area": self._area()}[str(self.level)]
            )
            return Step("link", f"to the {self.level} by {by}", "unit")
        way = "weights with fixed m" if self.algorithm is None else self.algorithm
        way = way if self.plan.model is None else "the weights of the plan's model"
        bounds = f"; link from {self.link_from:g}, unsure from {self.review_from:g}" if self.algorithm is None else ""
        return Step("link", f"by a bridge, else a key, else {way}{bounds}", "key")

    def _area(self) -> str:
        return f"{self.area_rule} of the postcode" if self.lookup is None else "a table of postcodes"

    def run(self, *datasets: Dataset, progress: bool | Progress | None = None) -> CaseStudyRun:
        """Carry it out.

        Parameters
        ----------
        *datasets
            The case study, then the register or other dataset, both with their cards.
        progress
            Whether to show progress; by default where the work lasts more than two seconds and somebody watches.

        Raises
        ------
        CardError
            Where a consent does not cover the linkage or the level, is over, or is not said; it names the scope.
        DataError
            Where a column is not there, holds words or identifiers of people, or cannot be banded.
        """
        from ._carry_out import carry_out

        return carry_out(self, datasets, progress)


_SHOWN = {"bands": "in bands", "mean": "as a mean in fifths", "share": "as a share in fifths"}


def _require_one_of(name: str, value: str | None, known: tuple[str | None, ...]) -> None:
    if value not in known:
        words = [one for one in known if one is not None]
        raise SpecError(f"{name} must be one of {', '.join(words)}; got {value!r}.{did_you_mean(str(value), words)}")


def case_study(**parts: Any) -> CaseStudy:
    """Return the pipeline of a case study; see :class:`CaseStudy` for its parts.

    Raises
    ------
    SpecError
        Where a part contradicts itself or another.

    Examples
    --------
    >>> case_study(attributes=("ethnicity",), level="area", least=20).least
    20
    """
    return CaseStudy(**parts)
