"""Rows of cells as a table of plain text, and as an HTML table for a notebook."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from html import escape

__all__ = ["aligned", "html_table"]

Row = Sequence[str]


def aligned(head: Row, rows: Sequence[Row], *, numbers: Collection[int] = (), is_ruled: bool = False) -> list[str]:
    """Return the lines of a table: columns of words to the left, those of numbers to the right.

    Parameters
    ----------
    head, rows
        The cells, as many in each.
    numbers
        The places of the columns of numbers.
    is_ruled
        Whether a line stands under the head.

    Examples
    --------
    >>> aligned(("town", "records"), [("Leeds", "12")], numbers=[1])
    ['town   records', 'Leeds       12']
    """
    widths = [max(len(row[place]) for row in (head, *rows)) for place in range(len(head))]

    def line(row: Row) -> str:
        cells = enumerate(zip(row, widths, strict=True))
        placed = (cell.rjust(width) if place in numbers else cell.ljust(width) for place, (cell, width) in cells)
        return "  ".join(placed).rstrip()

    rule = ["  ".join("-" * width for width in widths)] if is_ruled else []
    return [line(head), *rule, *map(line, rows)]


def html_table(head: Row, rows: Sequence[Row], *, caption: str = "") -> str:
    """Return an HTML table of cells, which are escaped.

    Examples
    --------
    >>> html_table(("a<b",), [("1",)])
    '<table><thead><tr><th>a&lt;b</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>'
    """
    body = "".join(_html_row(row, "td") for row in rows)
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f"<table>{title}<thead>{_html_row(head, 'th')}</thead><tbody>{body}</tbody></table>"


def _html_row(cells: Row, tag: str) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"
