"""Findings by severity and name."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from linkkit.findings import NamedFindings, Severity


@dataclass(frozen=True)
class One:
    name: str
    severity: Severity


@dataclass(frozen=True)
class Several(NamedFindings[One]):
    findings: tuple[One, ...] = ()


def test_findings_stand_the_gravest_first_and_go_by_their_names():
    found = Several((One("a", "note"), One("b", "serious"), One("a", "warning"), One("c", "serious")))
    assert [finding.severity for finding in found] == ["serious", "serious", "warning", "note"]
    assert found["a"] == One("a", "warning")
    assert found.serious == (One("b", "serious"), One("c", "serious"))
    assert len(found) == 4
    assert "c" in found
    assert "d" not in found
    with pytest.raises(KeyError):
        found["d"]
