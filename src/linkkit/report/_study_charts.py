"""Charts of the tables that a pipeline adds to a report; what the summary hides, no chart shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ._draw import BLUE, GREY

if TYPE_CHECKING:
    import altair as alt

__all__ = ["drawn_part", "flow_boxes"]

Rows = Sequence[dict[str, Any]]
_BOX, _GAP, _WIDE = 34, 26, 300
_LETTERS = 46


def drawn_part(part: dict[str, Any]) -> tuple[Any, str] | None:
    """Return the chart of a part of a section and what it says in words; None where it has none."""
    forms = [column["form"] for column in part["columns"]]
    names = [column["name"] for column in part["columns"]]
    rows = [dict(zip(names, row, strict=True)) for row in part["cells"]]
    if part["chart"] == "none" or not rows:
        return None
    label = names[forms.index("text")]
    if part["chart"] == "flow":
        count = names[forms.index("count")]
        return flow_boxes(rows, label, count), f"Boxes: {part['caption']}, stage by stage, and what leaves at each."
    if part["chart"] == "bars":
        count = names[forms.index("count")]
        known = [{"label": str(row[label]), "count": row[count] if isinstance(row[count], int) else 0} for row in rows]
        title = part["columns"][forms.index("count")]["title"]
        return _bars(known, title), f"Bars: {part['caption']}."
    value = names[next(place for place, form in enumerate(forms) if form in ("share", "number"))]
    ends = names[forms.index("interval")]
    is_share = forms[names.index(value)] == "share"
    known = [
        {"label": str(row[label]), "value": row[value], "low": row[ends][0], "high": row[ends][1]}
        for row in rows
        if isinstance(row[value], int | float) and row[ends] and None not in row[ends]
    ]
    if not known:
        return None
    return _intervals(known, is_share), f"Dots with their intervals: {part['caption']}."


def flow_boxes(rows: Rows, label: str, count: str) -> alt.LayerChart:
    """Draw a flow: boxes one under another, and beside each arrow what leaves there.

    Parameters
    ----------
    rows
        A stage each: its label and count, and where any leaves after it ``left_out`` and ``reason``.
    label, count
        The keys of the label and the count.
    """
    import altair as alt

    boxes, sides, lines = [], [], []
    top = 0
    for number, row in enumerate(rows):
        said = row[count]
        leaving = row.get("left_out")
        side = _side_lines(row) if leaving not in (None, 0) else []
        gap = max(_GAP, 14 * len(side) + 10) if number + 1 < len(rows) or side else 0
        boxes.append({"x": 0, "x2": _WIDE, "y": top, "y2": top + _BOX, "text": f"{row[label]}  (n = {_said(said)})"})
        if number + 1 < len(rows) or side:
            lines.append({"x": _WIDE / 2, "x2": _WIDE / 2, "y": top + _BOX, "y2": top + _BOX + gap})
        if side:
            middle = top + _BOX + gap / 2
            lines.append({"x": _WIDE / 2, "x2": _WIDE + 24, "y": middle, "y2": middle})
            first = middle - 14 * (len(side) - 1) / 2
            sides += [{"x": _WIDE + 30, "y": first + 14 * place, "text": text} for place, text in enumerate(side)]
        top += _BOX + gap
    wide, high = 2 * _WIDE + 60, top + 4
    x = alt.X("x:Q", scale=alt.Scale(domain=[-4, wide], nice=False), axis=None)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[high, -4], nice=False), axis=None)
    box = alt.Chart(alt.Data(values=boxes))
    layers = [
        alt.Chart(alt.Data(values=lines)).mark_rule(color=GREY).encode(x=x, y=y, x2="x2:Q", y2="y2:Q"),
        box.mark_rect(fill="#F4F7FA", stroke=BLUE).encode(x=x, y=y, x2="x2:Q", y2="y2:Q"),
        box.transform_calculate(mx=f"{_WIDE / 2}", my="(datum.y + datum.y2) / 2")
        .mark_text(align="center", baseline="middle", fontSize=12)
        .encode(x=alt.X("mx:Q", axis=None), y=alt.Y("my:Q", axis=None), text="text:N"),
    ]
    if sides:
        side_text = alt.Chart(alt.Data(values=sides)).mark_text(align="left", baseline="middle", fontSize=11)
        layers.append(side_text.encode(x=x, y=y, text="text:N"))
    return alt.layer(*layers).properties(width=wide, height=high)


def _side_lines(row: dict[str, Any]) -> list[str]:
    """What leaves, broken into lines."""
    words = f"{_said(row['left_out'])} left out: {row.get('reason') or ''}".split()
    lines = [""]
    for word in words:
        if lines[-1] and len(lines[-1]) + len(word) > _LETTERS:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _said(count: Any) -> str:
    return f"{count:,}" if isinstance(count, int) else str(count)


def _bars(rows: Rows, title: str) -> alt.LayerChart:
    import altair as alt

    base = alt.Chart(alt.Data(values=list(rows))).encode(
        y=alt.Y("label:N", sort=None, title=None, axis=alt.Axis(labelLimit=320))
    )
    x = alt.X("count:Q", title=title, scale=alt.Scale(domainMin=0))
    return alt.layer(
        base.mark_bar(color=BLUE).encode(x=x),
        base.mark_text(align="left", dx=4).encode(x=x, text=alt.Text("count:Q", format=",d")),
    ).properties(width=460, height=alt.Step(22))


def _intervals(rows: Rows, is_share: bool) -> alt.LayerChart:
    import altair as alt

    base = alt.Chart(alt.Data(values=list(rows))).encode(
        y=alt.Y("label:N", sort=None, title=None, axis=alt.Axis(labelLimit=320))
    )
    scale = alt.Scale(zero=False, nice=True)
    axis = alt.Axis(format="%") if is_share else alt.Axis()
    line = base.mark_rule(size=2, color=BLUE).encode(x=alt.X("low:Q", title=None, scale=scale, axis=axis), x2="high:Q")
    dot = base.mark_point(filled=True, size=60, color=BLUE, opacity=1).encode(x=alt.X("value:Q", scale=scale))
    return alt.layer(line, dot).properties(width=460, height=alt.Step(22))
