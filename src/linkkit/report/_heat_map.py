"""The heat map of how far comparisons depend on each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ._draw import BLUE

if TYPE_CHECKING:
    import altair as alt

__all__ = ["dependence_map", "dependence_rows"]

Rows = Sequence[dict[str, Any]]
RED = "#D55E00"


def dependence_rows(table: Rows) -> list[dict[str, Any]]:
    """Return a row for each correlation that is known, each way round."""
    return [
        {"first": first, "second": second, "where": where, "correlation": row[name]}
        for where, name in (("non-matches", "among_others"), ("matches", "among_matches"))
        for row in table
        if row[name] is not None
        for first, second in ((row["first"], row["second"]), (row["second"], row["first"]))
    ]


def dependence_map(rows: Rows, names: Sequence[str]) -> alt.Chart:
    """Draw the residual correlation of every two comparisons; ``rows`` are first, second, where, correlation."""
    import altair as alt

    panels = []
    for number, where in enumerate(dict.fromkeys(row["where"] for row in rows)):
        base = alt.Chart(alt.Data(values=[row for row in rows if row["where"] == where])).encode(
            x=alt.X("first:N", sort=list(names), title=None, scale=alt.Scale(domain=list(names)),
                    axis=alt.Axis(labelAngle=-40, labelLimit=140)),
            y=alt.Y("second:N", sort=list(names), title=None, scale=alt.Scale(domain=list(names)),
                    axis=alt.Axis(labels=number == 0, labelLimit=140)),
        )  # fmt: skip
        colour = alt.Color(
            "correlation:Q", title="correlation", legend=None,
            scale=alt.Scale(domain=[-1, 0, 1], range=[BLUE, "#FFFFFF", RED], interpolate="rgb"),
        )  # fmt: skip
        text = base.mark_text(fontSize=9).encode(
            text=alt.Text("correlation:Q", format=".2f"),
            color=alt.condition("abs(datum.correlation) > 0.6", alt.value("white"), alt.value("#222")),
        )
        size = alt.Step(30)
        panels.append(alt.layer(base.mark_rect().encode(color=colour), text).properties(
            title=f"among {where}", width=size, height=size))  # fmt: skip
    return alt.hconcat(*panels, spacing=14)
