"""The charts of a map: which dataset holds which field, and how well each pair is likely to link."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ._pair import GRADES, PairOutlook
from ._words import share_text

if TYPE_CHECKING:
    import altair as alt

__all__ = ["field_matrix", "pair_matrix"]

Row = dict[str, Any]
# Of one hue, light to dark, so that they print; the words stand in the cells besides.
_COLOURS = {
    "strong": "#08519C",
    "workable": "#6BAED6",
    "weak": "#DEEBF7",
    "doubtful": "#FCE8CF",
    "not feasible": "#E3E5E8",
    "unknown": "#F6F6F7",
}
_REFUSED = "#D55E00"
_CELL = 22


def field_matrix(rows: Sequence[Row]) -> alt.Chart:
    """Draw fields by datasets; the darker, the more complete. Held: nobody says how complete."""
    import altair as alt

    fields = list(dict.fromkeys(row["field"] for row in rows))
    names = list(dict.fromkeys(row["dataset"] for row in rows))
    shown = [
        {
            "field": row["field"], "dataset": row["dataset"],
            "shade": 0.5 if row["completeness"] is None else row["completeness"],
            "label": "held" if row["completeness"] is None else f"{row['completeness']:.0%}",
            "is_dark": row["completeness"] is not None and row["completeness"] > 0.6,
        }
        for row in rows
        if row["is_held"]
    ]  # fmt: skip
    base = alt.Chart(alt.Data(values=shown)).encode(
        x=alt.X("dataset:N", sort=names, title=None, scale=alt.Scale(domain=names),
                axis=alt.Axis(labelAngle=-30, labelLimit=180, orient="top")),
        y=alt.Y("field:N", sort=fields, title=None, scale=alt.Scale(domain=fields), axis=alt.Axis(labelLimit=220)),
    )  # fmt: skip
    colour = alt.Color(
        "shade:Q", legend=None, scale=alt.Scale(domain=[0, 1], range=["#EEF3F8", "#08519C"], interpolate="rgb")
    )
    text = base.mark_text(fontSize=10).encode(
        text="label:N", color=alt.condition("datum.is_dark", alt.value("white"), alt.value("#222"))
    )
    layers = alt.layer(base.mark_rect(stroke="white").encode(color=colour), text)
    return layers.properties(width=alt.Step(88), height=alt.Step(_CELL))


def pair_matrix(outlooks: Sequence[PairOutlook], names: Sequence[str]) -> alt.Chart:
    """Draw datasets by datasets: the darker, the better the pair is likely to link; framed where it is refused."""
    import altair as alt

    shown = [
        {
            "one": one, "other": other, "grade": pair.grade, "is_refused": not pair.is_permitted,
            "label": pair.grade if pair.forecast is None or not pair.is_feasible
            else f"{pair.grade}, {share_text(pair.forecast.found)}",
            "permission": "permission not stated" if pair.permission == "not stated" else pair.permission,
        }
        for pair in outlooks
        for one, other in ((pair.left, pair.right), (pair.right, pair.left))
    ]  # fmt: skip
    base = alt.Chart(alt.Data(values=shown)).encode(
        x=alt.X("one:N", sort=list(names), title=None, scale=alt.Scale(domain=list(names)),
                axis=alt.Axis(labelAngle=0, labelLimit=140, orient="top")),
        y=alt.Y("other:N", sort=list(names), title=None, scale=alt.Scale(domain=list(names)),
                axis=alt.Axis(labelLimit=180)),
    )  # fmt: skip
    rect = base.mark_rect(strokeWidth=2).encode(
        color=alt.Color(
            "grade:N", legend=None, scale=alt.Scale(domain=list(GRADES), range=[_COLOURS[grade] for grade in GRADES])
        ),
        stroke=alt.condition("datum.is_refused", alt.value(_REFUSED), alt.value("white")),
    )
    dark = alt.condition("datum.grade === 'strong'", alt.value("white"), alt.value("#222"))
    grade = base.mark_text(fontSize=11, dy=-7).encode(text="label:N", color=dark)
    may = base.mark_text(fontSize=9.5, dy=8).encode(text="permission:N", color=dark)
    return alt.layer(rect, grade, may).properties(width=alt.Step(150), height=alt.Step(44))
