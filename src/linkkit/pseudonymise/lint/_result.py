"""What the linter found, and the facts behind it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from html import escape
from typing import TYPE_CHECKING, Any

from linkkit._text_tables import aligned, html_table
from linkkit.findings import NamedFindings
from linkkit.pseudonymise.handover import KeyFacts

from ._boundary import DESTINATIONS, LEVELS, Destination, reached_by
from ._described import SpecFacts
from ._domains import in_words
from ._finding import Finding

if TYPE_CHECKING:
    import pandas as pd

    from ._measured import ColumnFacts

__all__ = ["NO_PROOF", "Lint"]

NO_PROOF = (
    "No figure proves an encoding safe: the best published attack needs neither key nor frequencies. "
    "Whom it is handed to is the first defence."
)
"""The last line of every result."""


@dataclass(frozen=True, repr=False)
class Lint(NamedFindings[Finding]):
    """Every finding about an encoding that goes to a destination, the gravest first, and the facts behind them.

    It holds counts, shares and names of columns; no value of a person and nothing of a key.

    Parameters
    ----------
    destination
        Where it is said to go.
    level
        The highest level of leakage: ``"tokens"``, ``"filters"`` or ``"records"``; None where nothing is encoded.
    findings
        The findings.
    specs
        What follows from how each column is made, where that is known.
    columns
        What was measured of each column, where encodings were given.
    keys
        What may be told of the keys, where manifests tell it.

    Examples
    --------
    >>> from linkkit.pseudonymise.bloom import BloomField, Clk
    >>> from linkkit.pseudonymise.lint import lint
    >>> found = lint(Clk([BloomField("surname"), BloomField("town")]), destination="semi_trusted_unit")
    >>> found.level, "graph_matching" in found, found.serious
    ('records', True, ())
    """

    destination: Destination
    level: str | None
    findings: tuple[Finding, ...] = ()
    specs: tuple[SpecFacts, ...] = ()
    columns: tuple[ColumnFacts, ...] = ()
    keys: tuple[KeyFacts, ...] = ()

    @property
    def joined(self) -> tuple[Finding, ...]:
        """The findings, what is said of several columns in the same words said once."""
        places: dict[tuple[str, str, str], list[Finding]] = {}
        for one in self.findings:
            places.setdefault((one.severity, one.name, one.found), []).append(one)
        return tuple(
            replace(same[0], where=", ".join(one.where for one in same if one.where)) for same in places.values()
        )

    @property
    def may_go_to(self) -> list[str]:
        """Whom an encoding of this level may be handed to, in words."""
        return [] if self.level is None else reached_by(self.level)

    @property
    def heading(self) -> str:
        """Level and destination in a line."""
        shown = f"leakage level {self.level}: {LEVELS[self.level]}" if self.level else "no encoding was given"
        return f"For {DESTINATIONS[self.destination]}; {shown}."

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data that JSON can hold; missing figures are None."""
        return {
            "destination": self.destination,
            "level": self.level,
            "may_go_to": self.may_go_to,
            "findings": [finding.to_dict() for finding in self.findings],
            "specs": [spec.to_dict() for spec in self.specs],
            "columns": [column.to_dict() for column in self.columns],
            "keys": [asdict(key) for key in self.keys],
            "no_proof": NO_PROOF,
        }

    def to_pandas(self) -> pd.DataFrame:
        """Return a row for each finding: severity, name, where, found, figure, why, remedy, source."""
        import pandas as pd

        names = ["severity", "name", "where", "found", "figure", "why", "remedy", "source"]
        rows = [[getattr(finding, name) for name in names] for finding in self.findings]
        return pd.DataFrame(rows, columns=names)

    def __repr__(self) -> str:
        width = max((len(finding.name) for finding in self.findings), default=0)
        lines = [self.heading]
        told: set[str] = set()
        for finding in self.joined:
            lines.append(f"{finding.severity:<8} {finding.name:<{width}}  {finding}")
            if finding.name not in told and finding.severity != "note":
                source = f" ({finding.source})" if finding.source else ""
                lines += [f"{'':<{width + 11}}{finding.why}{source}", f"{'':<{width + 11}}{finding.remedy}"]
                told.add(finding.name)
        return "\n".join([*lines, *self._table_lines(), NO_PROOF])

    def _table_lines(self) -> list[str]:
        rows = [_spec_row(spec) for spec in self.specs]
        made = aligned(_SPEC_HEAD, rows) if rows else []
        measured = aligned(_COLUMN_HEAD, [column.cells() for column in self.columns]) if self.columns else []
        return [*made, *measured]

    def _repr_html_(self) -> str:
        head = ("severity", "finding", "where", "found", "why", "what to do", "source")
        rows = [(one.severity, one.name, one.where, one.found, one.why, one.remedy, one.source) for one in self.joined]
        tables = [html_table(head, rows)] if rows else ["<p>No findings.</p>"]
        if self.specs:
            tables.append(html_table(_SPEC_HEAD, [_spec_row(spec) for spec in self.specs]))
        if self.columns:
            tables.append(html_table(_COLUMN_HEAD, [column.cells() for column in self.columns]))
        return f"<p>{escape(self.heading)}</p>{''.join(tables)}<p>{escape(NO_PROOF)}</p>"


_SPEC_HEAD = ("as specified", "level", "bits", "fill", "fields", "tried with the key in")
_COLUMN_HEAD = (
    "as measured", "encodings", "missing", "distinct", "unique", "largest", "bits set", "fill", "Gini", "1 - entropy",
    "Jensen-Shannon",
)  # fmt: skip


def _spec_row(spec: SpecFacts) -> tuple[str, ...]:
    fields = ", ".join(field.name for field in spec.fields)
    return (
        f"{spec.name}{' (block)' if spec.is_block else ''}",
        spec.level,
        f"{spec.bits:,}",
        "" if spec.fill is None else f"{spec.fill:.2f}",
        fields,
        "unknown" if spec.seconds_to_try is None else in_words(spec.seconds_to_try),
    )
