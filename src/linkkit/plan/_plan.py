"""Plan: a frozen tree of specs, pure data."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from linkkit.decide import BestEach, Cluster, OneToMany, OneToOne, Threshold
from linkkit.errors import PlanError, SpecError
from linkkit.prepare import Step
from linkkit.records import LinkType
from linkkit.score import Classifier, FellegiSunter, Mixture, RuleList
from linkkit.specs import Comparison, Rule, flatten

if TYPE_CHECKING:
    from linkkit.dataset import Dataset
    from linkkit.pseudonymise import Encoding

    from ._design import EncodingLevel

__all__ = ["LEAVES", "Plan"]

# The parts that are plain values in a plan file.
LEAVES = ("link_type", "keep", "linking", "model", "judgements", "accept")

Decision = Threshold | BestEach | OneToOne | OneToMany | Cluster
Linking = Literal["automatic", "candidates", "complete"]
Scoring = FellegiSunter | RuleList | Classifier | Mixture


@dataclass(frozen=True)
class Plan:
    """A linkage as data; what is None or empty is filled in by :func:`linkkit.plan.recommend` for its datasets.

    Parameters
    ----------
    prepare
        Steps, carried out on each dataset that has their fields; None for the recommended ones, empty for none.
    block
        Blocking rules; a pair belongs to the first that makes it. Empty for the recommended ones.
    compare
        Comparisons. Empty for the recommended ones.
    score
        How pairs are scored; None for Fellegi-Sunter.
    model
        Path of a saved model to score with, instead of learning one.
    decide
        How scores become links or clusters; None for what suits the datasets.
    judgements
        Path of a table of what people decided: left_id, right_id, is_match. It wins over every score.
    keep
        Scored pairs of at least this probability are kept for decisions, reports and review.
    linking
        Which pairs are linked: ``"candidates"``, those of the blocking rules; ``"complete"``, besides them every pair
        that reaches the decision's threshold, made by rules that are derived from the model
        (:func:`linkkit.block.complete`); ``"automatic"``, complete where its estimated cost allows. None: automatic
        where the blocking rules are recommended, else the candidates of the rules that are named.
    link_type
        ``"link_only"``, ``"dedupe"`` or ``"link_and_dedupe"``; None: pairs within one dataset, or between several.
    accept
        Names of serious findings that shall not stop the linkage, or ``"all"``; see ``run.diagnosis``.

    Examples
    --------
    >>> from linkkit.block import on
    >>> Plan(block=[on("surname", "date_of_birth")]).block
    (on('surname', 'date_of_birth'),)
    """

    prepare: tuple[Step, ...] | None = None
    block: tuple[Rule, ...] = ()
    compare: tuple[Comparison, ...] = ()
    score: Scoring | None = None
    model: str | None = None
    decide: Decision | None = None
    keep: float = 0.001
    linking: Linking | None = None
    link_type: LinkType | None = None
    judgements: str | None = None
    accept: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.prepare is not None:
            object.__setattr__(self, "prepare", tuple(self.prepare))
        object.__setattr__(self, "block", flatten(self.block))
        listed = (self.compare,) if isinstance(self.compare, Comparison) else tuple(self.compare)
        object.__setattr__(self, "compare", listed)
        object.__setattr__(self, "accept", FellegiSunter(accept=self.accept).accept)
        if not 0 <= self.keep < 1:
            raise SpecError(f"keep is a probability, at least 0 and below 1; got {self.keep}.")
        if self.linking is not None and self.linking not in get_args(Linking):
            known = ", ".join(map(repr, get_args(Linking)))
            raise SpecError(f"linking is one of {known}; got {self.linking!r}.")
        if self.model is not None and self.score is not None:
            raise SpecError("A plan has a model to score with, or a score to learn, not both.")

    def __str__(self) -> str:
        from ._text import plan_text

        return plan_text(self)

    def change(self, **parts: Any) -> Plan:
        """Return the plan with some parts replaced.

        Examples
        --------
        >>> Plan().change(keep=0.1).keep
        0.1
        """
        unknown = set(parts) - {part.name for part in fields(self)}
        if unknown:
            from linkkit.errors import did_you_mean

            name = sorted(unknown)[0]
            raise SpecError(f"A plan has no part {name!r}.{did_you_mean(name, [part.name for part in fields(self)])}")
        return replace(self, **parts)

    def encoding(self, level: EncodingLevel, *datasets: Dataset, fields: Sequence[str] | None = None) -> Encoding:
        """Design the encoding under which this plan can be carried out without anyone seeing a name.

        One provider designs it on its own data, and hands it to the others: it tells the names of fields and, by the
        sizes of filters, about how long their values are.

        Parameters
        ----------
        level
            ``"tokens"``: keyed hashes of values and of looser forms of them; ``"filters"``: a Bloom filter a field;
            ``"records"``: one Bloom filter a record.
        *datasets
            A prepared dataset from which sizes are chosen; of several, the first, and fields that all have.
        fields
            The fields that all providers have, where only one's data are at hand; by default all that the plan compares
            or, where it is open, that are recommended.

        Raises
        ------
        PlanError
            Where a dataset lacks what the plan compares, or the fields that are named.

        Examples
        --------
        >>> import pandas as pd
        >>> from linkkit.dataset import Dataset
        >>> people = Dataset(pd.DataFrame({"id": [1, 2], "surname": ["lee", "leigh"]}))
        >>> Plan().encoding("filters", people).level
        'filters'
        """
        from ._design import designed

        return designed(self, level, datasets, fields)

    def encoded(self, encoding: Encoding) -> Plan:
        """Return the plan that does with encoded datasets what this one does with clear ones.

        Comparisons get the levels that the encoding allows; rules find their columns in it, by equal tokens and equal
        filters. What is empty stays so, and is filled in for the encoded datasets.

        Raises
        ------
        PlanError
            With every part of the plan that the encoding does not carry.

        Examples
        --------
        >>> from linkkit.block import on
        >>> from linkkit.pseudonymise import Encoding, Token
        >>> made = Encoding([Token("surname", "surname")], blocks=[Token("b", ["soundex(surname)", "year(dob)"])])
        >>> Plan(block=[on("soundex(surname)", "year(dob)")]).encoded(made).block
        (on('b'),)
        """
        from ._encoded import encoded_plan

        return encoded_plan(self, encoding)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Save as TOML that people can read and change; it holds no value of a person.

        Raises
        ------
        PlanError
            Where the plan holds listed pairs or replaced values, which are values of people.

        Examples
        --------
        >>> import pathlib, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     Plan.load(Plan(keep=0.1).save(pathlib.Path(folder) / "plan.toml")) == Plan(keep=0.1)
        True
        """
        from ._file import save_plan_file

        return save_plan_file(path, self)

    @staticmethod
    def load(path: str | os.PathLike[str]) -> Plan:
        """Load from TOML; a wrong file raises a :class:`~linkkit.errors.PlanError` of all its mistakes and places."""
        from ._file import load_plan_file

        file = load_plan_file(path)
        if file.algorithm is not None:
            raise PlanError(
                [f"algorithm: the file names the algorithm {file.algorithm!r}, no plan; `linkkit run` carries it out."]
            )
        return file.plan
