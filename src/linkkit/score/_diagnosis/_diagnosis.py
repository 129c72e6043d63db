"""Diagnosis: every finding about a model, and the measurements behind them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from linkkit._text_tables import html_table
from linkkit.errors import DiagnosisError
from linkkit.findings import NamedFindings

from ._finding import Finding

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Dependence", "Diagnosis", "Mode"]

Matrix = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Dependence:
    """How far fields agree together beyond what the model expects, for every two comparisons; NaN where unknown.

    Parameters
    ----------
    comparisons
        Names, in the order of rows and columns.
    among_matches
        Correlation of agreement (the strictest level) among expected matches, of the candidates.
    among_others
        The same among non-matches of the whole product, with matches and relatives taken out.
    observed, expected
        Pairs of the whole product that agree on both: as counted from values, and as the model expects.
    """

    comparisons: tuple[str, ...]
    among_matches: Matrix
    among_others: Matrix
    observed: Matrix
    expected: Matrix

    def rows(self) -> list[dict[str, Any]]:
        """Return a row for every two comparisons, the strongest dependence among non-matches first; unknown last."""
        found = [
            {
                "first": self.comparisons[one],
                "second": self.comparisons[other],
                "among_matches": _known(self.among_matches[one][other]),
                "among_others": _known(self.among_others[one][other]),
                "observed": _known(self.observed[one][other]),
                "expected": _known(self.expected[one][other]),
            }
            for one in range(len(self.comparisons))
            for other in range(one + 1, len(self.comparisons))
        ]
        return sorted(found, key=lambda row: -abs(row["among_others"] or 0.0))


@dataclass(frozen=True)
class Mode:
    """Where one start of expectation-maximisation ended.

    Parameters
    ----------
    start
        The start, in words; the first is the model's own.
    expected_matches
        Matches expected among the pairs it saw.
    likelihood
        Log-likelihood, priors included, less that of the model's own start, for each thousand pairs.
    distance
        The largest difference of any m from the model's own.
    """

    start: str
    expected_matches: float
    likelihood: float
    distance: float


@dataclass(frozen=True, repr=False)
class Diagnosis(NamedFindings[Finding]):
    """Every finding about a model, the gravest first, and the measurements behind them.

    Parameters
    ----------
    findings
        The findings.
    dependence
        How far fields depend on each other; None where it was not measured.
    modes
        Where other starts ended; empty where none was tried.

    Examples
    --------
    >>> diagnosis = Diagnosis((Finding("no_matches", "warning", "Fewer than one match is expected."),))
    >>> "no_matches" in diagnosis, diagnosis.serious
    (True, ())
    >>> diagnosis
    1 finding
    warning  no_matches  Fewer than one match is expected.
    """

    findings: tuple[Finding, ...] = ()
    dependence: Dependence | None = None
    modes: tuple[Mode, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """Serious findings and warnings, in words."""
        return tuple(str(finding) for finding in self.findings if finding.severity != "note")

    def with_findings(self, more: Iterable[Finding]) -> Diagnosis:
        """Return the diagnosis with more findings."""
        return replace(self, findings=(*self.findings, *more))

    def refuse(self, accept: Sequence[str], model: Any = None) -> None:
        """Raise where a serious finding is not accepted by name.

        Raises
        ------
        DiagnosisError
            With every such finding, its reason and its remedy.
        """
        open_ = [found for found in self.serious if found.name not in accept and "all" not in accept]
        if not open_:
            return
        names = ", ".join(repr(name) for name in dict.fromkeys(found.name for found in open_))
        listed = "\n".join(f"  {found.name}: {found}" for found in open_)
        scorer = getattr(model, "scorer", "FellegiSunter")
        raise DiagnosisError(
            f"The model is refused, since what it learned cannot be right:\n{listed}\n"
            f"To have it all the same, accept it by name: {scorer}(accept=({names},)).",
            self,
            model,
        )

    def to_pandas(self) -> pd.DataFrame:
        """Return a row for each finding: name, severity, measured, threshold, comparisons, explanation, remedy."""
        import pandas as pd

        columns = ["name", "severity", "measured", "threshold", "comparisons", "explanation", "remedy"]
        rows = [[getattr(finding, column) for column in columns] for finding in self.findings]
        return pd.DataFrame(rows, columns=columns)

    def __repr__(self) -> str:
        count = len(self.findings)
        if not count:
            return "No findings"
        width = max(len(finding.name) for finding in self.findings)
        lines = [f"{finding.severity:<8} {finding.name:<{width}}  {finding}" for finding in self.findings]
        return "\n".join([f"{count} finding{'s' if count > 1 else ''}", *lines])

    def _repr_html_(self) -> str:
        if not self.findings:
            return "<p>No findings</p>"
        rows = [
            (found.severity, found.name, _figure(found.measured), _figure(found.threshold), str(found))
            for found in self.findings
        ]
        return html_table(("severity", "finding", "measured", "threshold", "what to know"), rows)


def _figure(value: float) -> str:
    return "" if math.isnan(value) else f"{value:,.4g}"


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
