"""Explanation: the waterfall of a pair's weights and its verdict, as text, table, HTML and chart."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

__all__ = ["Explanation", "RuleOutcome", "Step"]

Verdict = Literal["link", "review", "judged", "not a link", "never a candidate"]


@dataclass(frozen=True)
class Step:
    """One step of the waterfall.

    Parameters
    ----------
    kind
        ``"prior"``, ``"comparison"`` or ``"adjustment"``.
    name
        Of the comparison or adjustment.
    level
        The label of the level, for a comparison.
    weight
        Bits that it adds; None where the scorer has no weight for it (rules).
    m_probability, u_probability
        How often matches and non-matches are at the level, where the model knows.
    left, right
        The values compared, as they were prepared; hidden in reprs, since they are values of people.
    """

    kind: Literal["prior", "comparison", "adjustment"]
    name: str
    level: str = ""
    weight: float | None = None
    m_probability: float | None = None
    u_probability: float | None = None
    left: str | None = field(default=None, repr=False)
    right: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class RuleOutcome:
    """What a blocking rule says of the pair.

    Parameters
    ----------
    rule
        The rule, printed.
    makes
        Whether it makes the pair.
    why
        What it would have needed, column by column; empty where it makes the pair.
    """

    rule: str
    makes: bool
    why: str = ""


@dataclass(frozen=True, repr=False)
class Explanation:
    """Why a pair linked, did not, or was never a candidate.

    Printing shows no value of a person; :meth:`to_pandas`, the view in a notebook, and :meth:`text` and :meth:`chart`
    with ``values=True`` show the values compared side by side, unless it was asked for without.

    Parameters
    ----------
    left, right
        Ids of the records.
    left_dataset, right_dataset
        Where they are from.
    verdict
        ``"link"``, ``"review"``, ``"judged"``, ``"not a link"`` or ``"never a candidate"``.
    reason
        Why, in words.
    weight, probability
        Match weight in bits and match probability: what the scorer says of the pair, candidate or not. None where it
        says nothing (no rule of a list holds) or has no probabilities.
    threshold
        The weight from which a pair is a link.
    steps
        The waterfall: prior, comparisons, adjustments. Their weights add up to the pair's, where they have weights.
    rules
        What each blocking rule says of the pair.
    suggestions
        For a pair that was never a candidate: rules on the fields that agree, which would have made it.
    notes
        How to read the steps, where that is not plain.
    """

    left: Any
    right: Any
    left_dataset: str
    right_dataset: str
    verdict: Verdict
    reason: str
    weight: float | None
    probability: float | None
    threshold: float
    steps: tuple[Step, ...]
    rules: tuple[RuleOutcome, ...]
    suggestions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_candidate(self) -> bool:
        """Whether blocking made the pair."""
        return any(rule.makes for rule in self.rules)

    def __repr__(self) -> str:
        weight = "" if self.weight is None else f", {self.weight:+.2f} bits"
        return f"<Explanation: {self.verdict}{weight}, {len(self.steps)} steps>"

    def __str__(self) -> str:
        return self.text()

    def text(self, *, values: bool = False) -> str:
        """Return the explanation as text, with bars made of characters.

        Parameters
        ----------
        values
            Whether the values compared stand beside their levels.
        """
        from ._show import as_text

        return as_text(self, values=values)

    def to_pandas(self, *, values: bool = True) -> pd.DataFrame:
        """Return a row for each step and one for the total.

        Parameters
        ----------
        values
            Whether there are columns ``left`` and ``right`` with the values compared.

        Returns
        -------
        DataFrame
            ``kind``, ``name``, ``level``, ``left``, ``right``, ``m_probability``, ``u_probability``, ``weight``, and
            ``total``: the sum up to the step.
        """
        from ._show import as_frame

        return as_frame(self, values=values)

    def chart(self, *, values: bool = False) -> alt.Chart:
        """Return the waterfall as an Altair chart.

        Parameters
        ----------
        values
            Whether the values compared stand beside their levels.
        """
        from linkkit.report import waterfall_chart

        return waterfall_chart(self, values=values)

    def _repr_html_(self) -> str:
        from ._show import as_html

        return as_html(self)
