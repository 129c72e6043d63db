"""An explanation as text, table and HTML."""

from __future__ import annotations

import itertools
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from ._explanation import Explanation, Step

__all__ = ["as_frame", "as_html", "as_text"]

_WIDTH = 44


def as_text(explanation: Explanation, *, values: bool = False) -> str:
    """Lay an explanation out as plain text; bars are of + for a match and - against one."""
    lines = [_headline(explanation), explanation.reason, ""]
    rows = _rows(explanation)
    names = [name for name, _, _ in rows]
    width = max(len(name) for name in names)
    if any(step.weight is not None for step in explanation.steps):
        low, high = _span(rows)
        for name, start, end in rows:
            is_total = name == "total"
            bar = _bar(start, end, low, high, "=" if is_total else "")
            weight = end if is_total else end - start
            lines.append(f"  {name:<{width}}  {weight:>+8.2f}  {bar}".rstrip())
    else:
        lines += [f"  {name}" for name in names]
    if values:
        lines += ["", *_value_lines(explanation)]
    lines += [f"  {note}" for note in explanation.notes]
    return "\n".join([*lines, *_blocking_lines(explanation)])


def as_frame(explanation: Explanation, *, values: bool = True) -> pd.DataFrame:
    """Return a row for each step and one for the total."""
    import pandas as pd

    total = 0.0
    rows: list[dict[str, Any]] = []
    for step in explanation.steps:
        total += step.weight or 0.0
        rows.append(
            {
                "kind": step.kind, "name": step.name, "level": step.level,
                "left": step.left or "", "right": step.right or "",
                "m_probability": _number(step.m_probability), "u_probability": _number(step.u_probability),
                "weight": _number(step.weight), "total": float("nan") if step.weight is None else total,
            }
        )  # fmt: skip
    whole, nothing = _number(explanation.weight), float("nan")
    rows.append(
        {"kind": "total", "name": "total", "level": "", "left": "", "right": "", "m_probability": nothing,
         "u_probability": nothing, "weight": whole, "total": whole}
    )  # fmt: skip
    frame = pd.DataFrame(rows)
    return frame if values else frame.drop(columns=["left", "right"])


def _number(value: float | None) -> float:
    return float("nan") if value is None else value


def as_html(explanation: Explanation) -> str:
    """Return an explanation as an HTML table with bars; it shows the values that the explanation holds."""
    has_values = any(step.left is not None or step.right is not None for step in explanation.steps)
    rows = _rows(explanation)
    low, high = _span(rows)
    head = ["", "level", *(["left", "right"] if has_values else []), "bits", ""]
    body = []
    for step, (name, start, end) in itertools.zip_longest(explanation.steps, rows):
        cells = [step.name if step else name, step.level if step else ""]
        cells += [(step.left or "") if step else "", (step.right or "") if step else ""] if has_values else []
        weight = end if step is None else step.weight
        cells.append("" if weight is None else f"{weight:+.2f}")
        bar = _html_bar(start, end, low, high, step is None)
        body.append(
            "<tr>"
            + "".join(f"<td style='text-align:left'>{escape(cell)}</td>" for cell in cells)
            + f"<td>{bar}</td></tr>"
        )
    heading = "".join(f"<th style='text-align:left'>{escape(name)}</th>" for name in head)
    notes = "".join(
        f"<p>{escape(note.strip())}</p>" for note in (*explanation.notes, *_blocking_lines(explanation)) if note
    )
    return (
        f"<p><b>{escape(_headline(explanation))}</b><br>{escape(explanation.reason)}</p>"
        f"<table><thead><tr>{heading}</tr></thead><tbody>{''.join(body)}</tbody></table>{notes}"
    )


def _headline(explanation: Explanation) -> str:
    pair = f"{explanation.left} ({explanation.left_dataset}) and {explanation.right} ({explanation.right_dataset})"
    score = "" if explanation.weight is None else f": {explanation.weight:+.2f} bits"
    share = "" if explanation.probability is None else f", probability {_share(explanation.probability)}"
    return f"{pair}: {explanation.verdict}{score}{share}"


def _share(probability: float) -> str:
    """A probability with as many digits as it needs near 0 and 1."""
    if probability < 0.0001:
        return f"{probability:.1e}"
    if probability <= 0.9999:
        return f"{probability:.4f}"
    return f"1 - {1 - probability:.1e}" if probability < 1 else "all but 1"


def _name(step: Step) -> str:
    return f"{step.name}: {step.level}" if step.level else step.name


def _rows(explanation: Explanation) -> list[tuple[str, float, float]]:
    """Name, start and end of each bar, the total last."""
    rows, total = [], 0.0
    for step in explanation.steps:
        rows.append((_name(step), total, total + (step.weight or 0.0)))
        total += step.weight or 0.0
    return [*rows, ("total", 0.0, explanation.weight or 0.0)]


def _span(rows: list[tuple[str, float, float]]) -> tuple[float, float]:
    ends = [0.0, *(end for _, start, end in rows), *(start for _, start, _ in rows)]
    return min(ends), max(max(ends), min(ends) + 1.0)


def _bar(start: float, end: float, low: float, high: float, mark: str = "") -> str:
    """A bar of characters between two weights; | marks zero.

    Examples
    --------
    >>> _bar(0.0, 5.0, 0.0, 10.0)
    '++++++++++++++++++++++'
    """
    scale = _WIDTH / (high - low)
    first, last = sorted((round((start - low) * scale), round((end - low) * scale)))
    last = max(last, first + 1) if abs(end - start) >= 0.005 else last
    cells = [" "] * (max(last, round(-low * scale)) + 1)
    cells[round(-low * scale)] = "|"
    cells[first:last] = [mark or ("+" if end >= start else "-")] * (last - first)
    return "".join(cells).rstrip("|" if low == 0 else "").rstrip()


def _html_bar(start: float, end: float, low: float, high: float, is_total: bool) -> str:
    scale = 260 / (high - low)
    first, last = sorted(((start - low) * scale, (end - low) * scale))
    colour = "#444" if is_total else "#0072B2" if end >= start else "#E69F00"
    width = max(last - first, 1)
    style = f"margin-left:{first:.0f}px;width:{width:.0f}px;height:11px;background:{colour}"
    return f"<div style='width:262px;height:11px'><div style='{style}'></div></div>"


def _value_lines(explanation: Explanation) -> list[str]:
    rows = [
        (step.name, step.left or "(missing)", step.right or "(missing)")
        for step in explanation.steps
        if step.kind == "comparison"
    ]
    if not rows or all(step.left is None and step.right is None for step in explanation.steps):
        return []
    widths = [max(len(row[place]) for row in rows) for place in range(2)]
    return [f"  {name:<{widths[0]}}  {left:<{widths[1]}}  {right}" for name, left, right in rows]


def _blocking_lines(explanation: Explanation) -> list[str]:
    made = [rule.rule for rule in explanation.rules if rule.makes]
    if made:
        return ["", f"Made a candidate by: {', '.join(made)}."]
    lines = ["", "Blocking rules, and what each would have needed:"]
    lines += [f"  {rule.rule}: {rule.why}" for rule in explanation.rules]
    return [*lines, *explanation.suggestions]
