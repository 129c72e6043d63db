"""One finding of the linter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from linkkit.findings import Severity

from ._catalogue import CATALOGUE

__all__ = ["Finding", "Severity"]


@dataclass(frozen=True)
class Finding:
    """Something about an encoding that gives more away than it need, or is worth knowing; no value of a person.

    Parameters
    ----------
    name
        What it is called, as in :data:`linkkit.pseudonymise.lint.FINDINGS`.
    severity
        ``"note"``: worth knowing. ``"warning"``: weaker than it need be. ``"serious"``: do not hand it over so.
    where
        The column, field, place in a schema or file concerned.
    found
        What was found, in words.
    figure
        The figure behind it; None where there is none.
    of_data
        Whether it was found in the encodings themselves; else it follows from how they are made.

    Examples
    --------
    >>> print(Finding("overfull", "warning", "surname", "84 percent of the bits are set.", 0.84))
    surname: 84 percent of the bits are set.
    """

    name: str
    severity: Severity
    where: str
    found: str
    figure: float | None = None
    of_data: bool = False

    @property
    def why(self) -> str:
        """Why it matters."""
        return CATALOGUE[self.name].why

    @property
    def remedy(self) -> str:
        """How to mend it."""
        return CATALOGUE[self.name].remedy

    @property
    def source(self) -> str:
        """Who showed it; empty where it follows by itself."""
        return CATALOGUE[self.name].source

    def __str__(self) -> str:
        return f"{self.where}: {self.found}" if self.where else self.found

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "name": self.name,
            "severity": self.severity,
            "where": self.where,
            "found": self.found,
            "figure": self.figure,
            "of_data": self.of_data,
            "why": self.why,
            "remedy": self.remedy,
            "source": self.source,
        }
