"""What a pipeline adds to a report: its sections as plain data, and what an audience may see of them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from linkkit.sections import Section, SectionTable

from ._facts import Facts
from ._small_counts import SMALL, hide_small, in_tens, is_small

__all__ = ["protect_study", "section_data", "study"]

_LEAST_P = 0.01


def study(facts: Facts) -> list[dict[str, Any]]:
    """Return the sections of a pipeline as plain data; none where no pipeline was carried out."""
    return [section_data(section) for section in facts.run.sections]


def section_data(section: Section) -> dict[str, Any]:
    """Return a section as plain data."""
    return {"title": section.title, "words": list(section.words), "parts": [_table(table) for table in section.tables]}


def _table(table: SectionTable) -> dict[str, Any]:
    return {
        "caption": table.caption,
        "chart": table.chart,
        "adds_up": table.adds_up,
        "is_per_person": table.is_per_person,
        "columns": [{"name": one.name, "title": one.title, "form": one.form} for one in table.columns],
        "cells": [[_cell(row.get(column.name)) for column in table.columns] for row in table.rows],
    }


def _cell(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def protect_study(sections: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return sections as those who are not the linker may see them.

    Counts of 1 to 9 are hidden, and others rounded to tens, each by itself, so that no difference of two tells one
    exactly. Where a count of a row is hidden, or two differ by 1 to 9, its share, interval and numbers are hidden;
    others are rounded to two places. A row of numbers without counts, such as a test of all arms, is hidden with any
    other row of its table.

    Parameters
    ----------
    sections
        From :func:`study`.
    """
    return [
        {**section, "parts": [_protected(part) for part in section["parts"] if not part["is_per_person"]]}
        for section in sections
    ]


def _protected(part: dict[str, Any]) -> dict[str, Any]:
    forms = [column["form"] for column in part["columns"]]
    names = [column["name"] for column in part["columns"]]
    counts = [place for place, form in enumerate(forms) if form == "count"]
    cells = [list(row) for row in part["cells"]]
    for place in counts:
        shown = hide_small([row[place] for row in part["cells"]], adds_up=part["adds_up"])
        for row, count in zip(cells, shown, strict=True):
            row[place] = in_tens(count)
    is_hidden = [_hides(true, row, counts) for true, row in zip(part["cells"], cells, strict=True)]
    for row, hides in zip(cells, is_hidden, strict=True):
        has_count = any(row[place] is not None for place in counts)
        hides = hides or (bool(counts) and not has_count and any(is_hidden))
        for place, form in enumerate(forms):
            if form not in ("text", "count"):
                row[place] = _hidden(form) if hides else _rounded(row[place], names[place])
    return {**part, "cells": cells}


def _hides(true: list[Any], row: list[Any], counts: list[int]) -> bool:
    """Whether a count of a row is hidden, or two are so near each other that a share of them tells a small count."""
    held = sorted(true[place] for place in counts if _is_shown(row[place]))
    return any(isinstance(row[place], str) for place in counts) or any(is_small(b - a) for a, b in pairwise(held))


def _is_shown(count: Any) -> bool:
    return isinstance(count, int) and not isinstance(count, bool) and count > 0


def _hidden(form: str) -> str | None:
    return SMALL if form == "share" else None


def _rounded(value: Any, name: str) -> Any:
    if isinstance(value, list):
        return [None if end is None else round(end, 2) for end in value]
    if not isinstance(value, float):
        return value
    if name == "p_value" and value < _LEAST_P:
        return f"<{_LEAST_P}"
    return round(value, 2)
