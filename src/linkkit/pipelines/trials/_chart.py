"""The flow of a trial as a chart."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

__all__ = ["flow_chart"]


def flow_chart(flow: pd.DataFrame) -> alt.Chart:
    """Return a bar for each stage, one under another, with its count and what left."""
    import altair as alt

    rows = []
    for row in flow.to_dict("records"):
        left = f"   (- {row['left_out']:,}: {row['reason']})" if row["left_out"] else ""
        count = int(row["participants"])
        rows.append({"stage": row["stage"], "participants": count, "label": f"{count:,}{left}"})
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("stage:N", sort=None, title=None), x=alt.X("participants:Q", title="participants")
    )
    text = base.mark_text(align="left", dx=4).encode(text="label:N")
    return (base.mark_bar() + text).properties(width=420)
