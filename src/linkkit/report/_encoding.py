"""How the datasets of a run were encoded, in its report: by what, what that gives away, and what the linter finds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from linkkit.pseudonymise.lint import LEVELS, NO_PROOF, Finding, SpecFacts, lint

from ._facts import Facts

if TYPE_CHECKING:
    from linkkit.dataset import Dataset
    from linkkit.pseudonymise.handover import KeyFacts

__all__ = ["encoding"]


def encoding(facts: Facts) -> dict[str, Any] | None:
    """Return the encoding, its level of leakage, its keys and findings; None where all datasets are clear text.

    It is judged as for a trusted linkage unit, the least that any unit is; whom it may go to is said.
    """
    encoded = [dataset for dataset in facts.records.datasets if dataset.encoded_by is not None]
    if not encoded:
        return None
    made = lint(encoded[0].encoded_by)  # all are encoded alike, else they would not link
    found = [(dataset.name, finding) for dataset in encoded for finding in lint(dataset) if finding.of_data]
    return {
        "level": made.level,
        "shows": None if made.level is None else LEVELS[made.level],
        "may_go_to": made.may_go_to,
        "keys": [_key(dataset) for dataset in encoded],
        "columns": [_column(spec) for spec in made.specs],
        "findings": [*_rows("", made.joined), *(row for name, one in found for row in _rows(name, [one]))],
        "no_proof": NO_PROOF,
    }


def _key(dataset: Dataset) -> dict[str, Any]:
    key: KeyFacts | None = dataset.encoded_with
    told = (None,) * 4 if key is None else (key.project, key.epoch, key.id, key.check_value)
    return {"dataset": dataset.name, **dict(zip(("project", "epoch", "key_id", "check_value"), told, strict=True))}


def _column(spec: SpecFacts) -> dict[str, Any]:
    return {
        "column": spec.name,
        "level": "blocks" if spec.is_block else spec.level,
        "made_of": ", ".join(field.name for field in spec.fields),
        "bits": spec.bits,
        "fill": spec.fill,
        "seconds_to_try": spec.seconds_to_try,
    }


def _rows(dataset: str, findings: Iterable[Finding]) -> list[dict[str, Any]]:
    return [
        {
            "severity": one.severity,
            "name": one.name,
            "where": f"{dataset}, {one.where}" if dataset else one.where,
            "found": one.found,
            "figure": one.figure,
            "why": one.why,
            "remedy": one.remedy,
            "source": one.source,
            "of_data": one.of_data,
        }
        for one in findings
    ]
