"""What became of the rows of the tables that a study brings itself: its bridge, and its coding."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._run import CaseStudyRun

__all__ = ["left_unused", "own_rows"]

_USED, _NO_CASE, _NO_RECORD = "used", "of no case in this study", "of no record of the other dataset"
_INCOMPLETE = "without a case or a record"


def own_rows(run: CaseStudyRun) -> list[tuple[str, str, int]]:
    """Return table, which of its rows, and how many, each row once; empty where all rows of all its tables are used."""
    found = []
    if run.bridged is not None:
        made = run.bridged
        counts = (len(made.left), made.unknown_cases, made.unknown_records, made.incomplete)
        found += [
            ("bridge", what, count)
            for what, count in zip((_USED, _NO_CASE, _NO_RECORD, _INCOMPLETE), counts, strict=True)
        ]
    if run.coding is not None:
        found += [("coding", _USED, sum(map(len, run.coding.rows))), ("coding", _NO_CASE, run.coding.unknown)]
    return found if any(count for _, which, count in found if which != _USED) else []


def left_unused(run: CaseStudyRun) -> list[str]:
    """Say how many rows say nothing here; a count below ``least`` is told as that."""
    least = run.pipeline.least
    told = []
    for table, which, count in own_rows(run):
        if which == _USED or not count:
            continue
        number = f"fewer than {least}" if count < least else f"{count:,}"
        told.append(
            f"Rows of the {table} {which}, and left out: {number}. They may be mistyped, or of people left out."
        )
    return told
