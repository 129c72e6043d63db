"""Findings in the order of their severity, to be looked up by name: what a diagnosis and the linter have in common."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, Literal, Protocol, TypeVar

__all__ = ["Named", "NamedFindings", "Severity"]

Severity = Literal["note", "warning", "serious"]
_ORDER = {"serious": 0, "warning": 1, "note": 2}


class Named(Protocol):
    """A finding: what it is called, and how severe it is."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def severity(self) -> Severity:
        """How severe it is."""
        ...


Found = TypeVar("Found", bound=Named)


class NamedFindings(Generic[Found]):
    """What a frozen dataclass with ``findings`` inherits: they stand the gravest first, and go by their names."""

    findings: tuple[Found, ...]

    def __post_init__(self) -> None:
        ordered = sorted(self.findings, key=lambda finding: _ORDER[finding.severity])
        object.__setattr__(self, "findings", tuple(ordered))

    def __iter__(self) -> Iterator[Found]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self.findings)

    def __contains__(self, name: object) -> bool:
        return any(finding.name == name for finding in self.findings)

    def __getitem__(self, name: str) -> Found:
        """Return the gravest finding of a name."""
        for finding in self.findings:
            if finding.name == name:
                return finding
        raise KeyError(name)

    @property
    def serious(self) -> tuple[Found, ...]:
        """The serious findings, for which a model is refused, or an encoding must not be handed over so."""
        return tuple(finding for finding in self.findings if finding.severity == "serious")
