"""One finding of a diagnosis."""

from __future__ import annotations

import math
from dataclasses import dataclass

from linkkit.findings import Severity

__all__ = ["Finding", "Severity"]


@dataclass(frozen=True)
class Finding:
    """Something that looks wrong, or is worth knowing. Its numbers are counts and shares; no value of a person.

    Parameters
    ----------
    name
        What it is called, as in :data:`linkkit.score.FINDINGS`: what ``accept`` takes.
    severity
        ``"note"``: worth knowing. ``"warning"``: look at it. ``"serious"``: the model is refused unless accepted.
    explanation
        What was found and why it matters.
    remedy
        What to do.
    measured, threshold
        The figure, and what it was held against; NaN where there is none.
    comparisons
        The comparisons, or fields, concerned.

    Examples
    --------
    >>> print(Finding("no_matches", "warning", "Fewer than one match is expected.", "Compare more fields.", 0.4, 1.0))
    Fewer than one match is expected. Compare more fields.
    """

    name: str
    severity: Severity
    explanation: str
    remedy: str = ""
    measured: float = math.nan
    threshold: float = math.nan
    comparisons: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.explanation} {self.remedy}".strip()
