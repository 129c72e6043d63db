"""What a pipeline adds to a report: its sections as plain data, and what an audience may see of them."""

from __future__ import annotations

from typing import Any

from linkkit.sections import Section, SectionTable

from ._facts import Facts

__all__ = ["protect_study", "section_data", "study"]


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


def protect_study(sections: list[dict[str, Any]], hide: Any, small: str) -> list[dict[str, Any]]:
    """Return sections as those who are not the linker may see them.

    Parameters
    ----------
    sections
        From :func:`study`.
    hide
        Hides small counts of a list; see :func:`linkkit.report._disclosure.hide_small`.
    small
        What stands for a hidden count.
    """
    return [
        {**section, "parts": [_protected(part, hide, small) for part in section["parts"] if not part["is_per_person"]]}
        for section in sections
    ]


def _protected(part: dict[str, Any], hide: Any, small: str) -> dict[str, Any]:
    """Hide small counts; a share or an interval beside a hidden count would tell it."""
    forms = [column["form"] for column in part["columns"]]
    cells = [list(row) for row in part["cells"]]
    for place, form in enumerate(forms):
        if form == "count":
            for row, count in zip(cells, hide([row[place] for row in cells], adds_up=part["adds_up"]), strict=True):
                row[place] = count
    for row in cells:
        is_hidden = any(isinstance(cell, str) for cell, form in zip(row, forms, strict=True) if form == "count")
        for place, form in enumerate(forms):
            if form in ("share", "interval", "number") and is_hidden:
                row[place] = small if form == "share" else None
            elif form == "share" and isinstance(row[place], float):
                row[place] = round(row[place], 2)
            elif form == "interval" and row[place]:
                row[place] = [None if end is None else round(end, 2) for end in row[place]]
    return {**part, "cells": cells}
