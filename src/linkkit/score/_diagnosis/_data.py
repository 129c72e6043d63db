"""A diagnosis as plain data, for a saved model and for a report, and back."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from ._diagnosis import Dependence, Diagnosis, Mode
from ._finding import Finding

__all__ = ["diagnosis_data", "diagnosis_from_data"]

_MATRICES = ("among_matches", "among_others", "observed", "expected")


def diagnosis_data(diagnosis: Diagnosis) -> dict[str, Any]:
    """Return a diagnosis as plain data; what is unknown is None."""
    dependence = None
    if diagnosis.dependence is not None:
        dependence = {
            "comparisons": list(diagnosis.dependence.comparisons),
            **{name: _plain(getattr(diagnosis.dependence, name)) for name in _MATRICES},
        }
    return {
        "findings": [finding_data(finding) for finding in diagnosis.findings],
        "dependence": dependence,
        "modes": [asdict(mode) for mode in diagnosis.modes],
    }


def finding_data(finding: Finding) -> dict[str, Any]:
    """Return a finding as plain data."""
    return {
        **asdict(finding),
        "comparisons": list(finding.comparisons),
        "measured": _number(finding.measured),
        "threshold": _number(finding.threshold),
    }


def diagnosis_from_data(data: dict[str, Any]) -> Diagnosis:
    """Return the diagnosis behind plain data."""
    findings = tuple(_finding(item) for item in data["findings"])
    modes = tuple(Mode(**item) for item in data["modes"])
    if data["dependence"] is None:
        return Diagnosis(findings, None, modes)
    parts = data["dependence"]
    matrices = {name: tuple(tuple(map(_value, row)) for row in parts[name]) for name in _MATRICES}
    return Diagnosis(findings, Dependence(tuple(parts["comparisons"]), **matrices), modes)


def _finding(item: dict[str, Any]) -> Finding:
    figures = {name: _value(item[name]) for name in ("measured", "threshold")}
    return Finding(**{**item, **figures, "comparisons": tuple(item["comparisons"])})


def _plain(matrix: tuple[tuple[float, ...], ...]) -> list[list[float | None]]:
    return [[_number(value) for value in row] for row in matrix]


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value


def _value(value: float | None) -> float:
    return math.nan if value is None else float(value)
