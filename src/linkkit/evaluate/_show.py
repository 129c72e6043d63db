"""Show figures as text and as a small HTML table, for a terminal and a notebook."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

__all__ = ["Row", "as_html", "as_text", "number", "plain", "share"]

Row = tuple[str, str]


def share(value: float, interval: tuple[float, float] | None = None) -> str:
    """Write a share, with its interval.

    Examples
    --------
    >>> share(0.98, (0.97, 0.99))
    '0.9800 (0.9700 to 0.9900)'
    """
    if math.isnan(value):
        return "not defined (nothing to count)"
    ends = "" if interval is None or math.isnan(interval[0]) else f" ({interval[0]:.4f} to {interval[1]:.4f})"
    return f"{value:.4f}{ends}"


def number(value: float) -> str:
    """Write a count."""
    return f"{value:,.0f}"


def as_text(title: str, rows: Sequence[Row], notes: Sequence[str] = ()) -> str:
    """Lay figures out in two columns under a title, and notes beneath."""
    width = max(len(name) for name, _ in rows)
    return "\n".join(
        [title, *(f"  {name:<{width}}  {value}" for name, value in rows), *(f"  {note}" for note in notes)]
    )


def as_html(title: str, rows: Sequence[Row], notes: Sequence[str] = ()) -> str:
    """Lay figures out as an HTML table under a title, and notes beneath."""
    body = "".join(
        f"<tr><th style='text-align:left'>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in rows
    )
    beneath = "".join(f"<p>{escape(note)}</p>" for note in notes)
    return f"<table><caption style='text-align:left'>{escape(title)}</caption>{body}</table>{beneath}"


def plain(value: object) -> object:
    """Return a value as JSON can hold it: no NaN, lists for tuples."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    return value
