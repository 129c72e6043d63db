"""What a case study counts: its sections of the report, and the same tables as data frames, small counts hidden."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from linkkit._text_tables import html_table
from linkkit.sections import Column, Section, SectionTable

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["frame_of", "hidden", "page", "protected", "section_data"]


def hidden(counts: Sequence[Any], least: int, *, adds_up: bool = True) -> list[Any]:
    """Hide counts below a least one, zeros too, and the next smallest where one alone would follow from a total.

    Examples
    --------
    >>> hidden([40, 12, 3], 10)
    [40, '[c]', '<10']
    """
    small = f"<{least}"
    shown = [small if isinstance(count, int) and count < least else count for count in counts]
    others = [place for place, count in enumerate(shown) if isinstance(count, int)]
    if adds_up and shown.count(small) == 1 and others:
        shown[min(others, key=lambda place: counts[place])] = "[c]"
    return shown


def protected(table: SectionTable, least: int) -> SectionTable:
    """Return a table with its small counts hidden, and figures beside a hidden count."""
    rows = [dict(row) for row in table.rows]
    counted = [column.name for column in table.columns if column.form == "count"]
    for name in counted:
        for row, count in zip(rows, hidden([row.get(name) for row in rows], least, adds_up=table.adds_up), strict=True):
            row[name] = count
    return SectionTable(table.caption, table.columns, tuple(rows), table.chart, table.adds_up)


def frame_of(table: SectionTable) -> pd.DataFrame:
    """Return a table as a data frame of texts."""
    import pandas as pd

    return pd.DataFrame(
        [["" if row.get(one.name) is None else str(row[one.name]) for one in table.columns] for row in table.rows],
        columns=[one.name for one in table.columns],
        dtype=object,
    )


def section_data(sections: Sequence[Section]) -> list[dict[str, Any]]:
    """Return sections as plain data."""
    return [
        {
            "title": section.title,
            "words": list(section.words),
            "tables": [{"caption": one.caption, "rows": list(one.rows)} for one in section.tables],
        }
        for section in sections
    ]


def page(title: str, sections: Sequence[Section]) -> str:
    """Return sections as one page that needs nothing else."""
    parts = []
    for section in sections:
        words = "".join(f"<p>{escape(text)}</p>" for text in section.words)
        parts.append(f"<section><h2>{escape(section.title)}</h2>{words}{''.join(map(_html, section.tables))}</section>")
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title><style>'
        "body{font-family:sans-serif;margin:2rem;max-width:50rem;line-height:1.4}table{border-collapse:collapse;"
        "margin:1rem 0}caption{text-align:left;font-weight:bold}td,th{border-bottom:1px solid #ccc;padding:.2rem .8rem "
        f".2rem 0;text-align:left}}</style></head><body><h1>{escape(title)}</h1>{''.join(parts)}</body></html>\n"
    )


def _html(table: SectionTable) -> str:
    rows = [["–" if row.get(one.name) is None else _shown(row[one.name]) for one in table.columns]
            for row in table.rows]  # fmt: skip
    return html_table([one.title for one in table.columns], rows, caption=table.caption)


def _shown(cell: Any) -> str:
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


def counts_table(caption: str, columns: Sequence[tuple[str, str, str]], rows: Sequence[dict[str, Any]],
                 **options: Any) -> SectionTable:  # fmt: skip
    """Return a table of a section; columns as (name, heading, form)."""
    made = tuple(Column(name, heading, form) for name, heading, form in columns)  # type: ignore[arg-type]
    return SectionTable(caption, made, tuple(rows), **options)
