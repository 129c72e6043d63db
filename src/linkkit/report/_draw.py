"""Charts of plain rows: each function takes a list of dictionaries and returns an Altair chart. Nothing is fetched.

Colours are those of Okabe and Ito, which colour-blind readers tell apart; position and labels say the same as colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import altair as alt

__all__ = [
    "BLUE",
    "bars",
    "blocking_bars",
    "calibration_dots",
    "completeness_bars",
    "estimate_dots",
    "m_u_bars",
    "status_histogram",
    "threshold_lines",
    "trace_lines",
    "waterfall_bars",
    "weight_bars",
]

Rows = Sequence[dict[str, Any]]
BLUE, ORANGE, GREEN, RED, SKY, GREY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#7A7F87"
_BAR = 15
_STATUS = {"link": BLUE, "review": ORANGE, "not linked": GREY, "below the floor": "#B9BEC6"}


def weight_bars(rows: Rows) -> alt.Chart:
    """Draw the match weight of each level: to the right it speaks for a match, to the left against."""
    import altair as alt

    shown = [{**row, "sign": "for a match" if row["weight"] >= 0 else "against a match"} for row in rows]
    base = alt.Chart(alt.Data(values=_kept_in_order(shown)))
    bar = base.mark_bar(height=_BAR - 4).encode(
        x=alt.X("weight:Q", title="match weight (bits)"),
        y=_levels(rows),
        color=alt.Color(
            "sign:N",
            title=None,
            scale=alt.Scale(domain=["for a match", "against a match"], range=[BLUE, ORANGE]),
            legend=alt.Legend(orient="top", padding=6),
        ),
    )
    rule = base.mark_rule(color="#333").encode(x=alt.datum(0))
    return _by_comparison(alt.layer(bar, rule).properties(width=600, height=alt.Step(_BAR)), rows)


def m_u_bars(rows: Rows) -> alt.Chart:
    """Draw how often matches (m) and non-matches (u) are at each level, with 95 % intervals where they are known."""
    import altair as alt

    long = []
    for row in rows:
        for kind, letter in (("m: among matches", "m"), ("u: among non-matches", "u")):
            share, error = row[f"{letter}_probability"], row.get(f"{letter}_standard_error")
            spread = 1.96 * error if error is not None and error == error else 0.0
            ends = {"low": max(share - spread, 0.0), "high": min(share + spread, 1.0)}
            long.append({"comparison": row["comparison"], "level": row["level"], "kind": kind, "share": share, **ends})
    base = alt.Chart(alt.Data(values=_kept_in_order(long))).encode(y=_levels(rows), yOffset=alt.YOffset("kind:N"))
    bar = base.mark_bar().encode(
        x=alt.X("share:Q", title="share of pairs", axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1])),
        color=_two_colours("kind", ["m: among matches", "u: among non-matches"]),
    )
    interval = base.mark_rule(color="#222", size=1.2).encode(x=alt.X("low:Q", title="share of pairs"), x2="high:Q")
    return _by_comparison(alt.layer(bar, interval).properties(width=600, height=alt.Step(_BAR / 2)), rows)


def status_histogram(bins: Rows, threshold: float | None = None) -> alt.Chart:
    """Draw how many pairs have each weight, a panel for each status with its own scale.

    ``bins`` are rows of low, high, status, pairs.
    """
    import altair as alt

    present = [name for name in _STATUS if any(row["status"] == name and row["pairs"] for row in bins)]
    # Data beside data confuse layered facets: every panel is a chart of its own, on one shared scale of weights.
    domain = [min(row["low"] for row in bins), max(row["high"] for row in bins)] if bins else [0, 1]
    panels = []
    for number, name in enumerate(present):
        is_last = number == len(present) - 1
        base = alt.Chart(alt.Data(values=[row for row in bins if row["status"] == name]))
        bar = base.mark_bar(color=_STATUS[name], binSpacing=0, stroke="white", strokeWidth=0.5).encode(
            x=alt.X(
                "low:Q", bin="binned", title="match weight (bits)" if is_last else None,
                scale=alt.Scale(domain=domain, nice=False), axis=alt.Axis(labels=is_last, tickCount=12),
            ),
            x2="high:Q",
            y=alt.Y("pairs:Q", title=name, axis=alt.Axis(tickCount=3, titleAngle=0, titleAlign="right", titleX=-52)),
        )  # fmt: skip
        layers = [bar]
        if threshold is not None and domain[0] <= threshold <= domain[1]:
            layers.append(base.mark_rule(color=RED, strokeDash=[4, 3], size=1.5).encode(x=alt.datum(threshold)))
        panels.append(alt.layer(*layers).properties(width=720, height=74))
    return alt.vconcat(*panels, spacing=6)


def threshold_lines(rows: Rows, own: str | None = None) -> alt.Chart:
    """Draw shares over thresholds; ``rows`` are threshold (text, in order), measure, share."""
    import altair as alt

    order = list(dict.fromkeys(row["threshold"] for row in rows))
    measures = list(dict.fromkeys(row["measure"] for row in rows))
    low = min((row["share"] for row in rows if row["share"] is not None), default=0.0)
    base = alt.Chart(alt.Data(values=[row for row in rows if row["share"] is not None]))
    x = alt.X("threshold:O", sort=order, title="threshold", axis=alt.Axis(labelAngle=0))
    lines = base.mark_line(point=alt.OverlayMarkDef(size=45, filled=True)).encode(
        x=x,
        y=alt.Y(
            "share:Q", title=None, axis=alt.Axis(format="%"),
            scale=alt.Scale(domain=[max(0, low - 0.03), 1], clamp=True),
        ),
        color=alt.Color(
            "measure:N", title=None, sort=measures, legend=alt.Legend(orient="top", labelLimit=260),
            scale=alt.Scale(domain=measures, range=[BLUE, RED, SKY, ORANGE][: len(measures)]),
        ),
        shape=alt.Shape("measure:N", title=None, sort=measures, scale=alt.Scale(domain=measures)),
    )  # fmt: skip
    if own is None:
        return lines.properties(width=760, height=250)
    mark = (
        alt.Chart(alt.Data(values=[{"threshold": own}]))
        .mark_rule(color="#333", strokeDash=[4, 3])
        .encode(x=alt.X("threshold:O", sort=order))
    )
    return alt.layer(lines, mark).properties(width=760, height=250)


def trace_lines(rows: Rows) -> alt.Chart:
    """Draw how the log-likelihood rose; ``rows`` are name, iteration, gain (0 at the start, 1 at the end)."""
    import altair as alt

    names = list(dict.fromkeys(row["name"] for row in rows))
    return (
        alt.Chart(alt.Data(values=list(rows)))
        .mark_line(point=alt.OverlayMarkDef(size=22))
        .encode(
            x=alt.X("iteration:Q", title="iteration", axis=alt.Axis(tickMinStep=1)),
            y=alt.Y("gain:Q", title="share of the gain in log-likelihood", axis=alt.Axis(format="%")),
            color=alt.Color(
                "name:N", title=None, sort=names,
                scale=alt.Scale(domain=names, range=_many_colours(len(names))),
                legend=alt.Legend(orient="right", labelLimit=280),
            ),
        )
        .properties(width=480, height=220)
    )  # fmt: skip


def completeness_bars(rows: Rows) -> alt.Chart:
    """Draw how complete each field is in each dataset; ``rows`` are dataset, field, complete."""
    import altair as alt

    fields = list(dict.fromkeys(row["field"] for row in rows))
    names = list(dict.fromkeys(row["dataset"] for row in rows))
    return (
        alt.Chart(alt.Data(values=list(rows)))
        .mark_bar()
        .encode(
            x=alt.X(
                "complete:Q", title="records with a value", axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1])
            ),
            y=alt.Y("field:N", sort=fields, title=None, axis=alt.Axis(labelLimit=240)),
            yOffset=alt.YOffset("dataset:N", sort=names),
            color=alt.Color(
                "dataset:N", title=None, sort=names, legend=alt.Legend(orient="top"),
                scale=alt.Scale(domain=names, range=_many_colours(len(names))),
            ),
        )
        .properties(width=640, height=alt.Step(18 if len(names) == 1 else 9))
    )  # fmt: skip


def blocking_bars(rows: Rows) -> alt.Chart:
    """Draw the links that each rule found, and those that only it found; ``rows`` are rule, kind, links."""
    import altair as alt

    rules = list(dict.fromkeys(row["rule"] for row in rows))
    return (
        alt.Chart(alt.Data(values=list(rows)))
        .mark_bar(height=11)
        .encode(
            x=alt.X("links:Q", title="links", stack="zero"),
            y=alt.Y("rule:N", sort=rules, title=None, axis=alt.Axis(labelLimit=330)),
            color=_two_colours("kind", ["found by other passes too", "found by this pass only"], [SKY, RED]),
            order=alt.Order("rank:Q"),
        )
        .properties(width=540, height=alt.Step(18))
    )


def bars(rows: Rows, name: str, count: str, *, count_title: str) -> alt.Chart:
    """Draw one bar a row, in the order of the rows."""
    import altair as alt

    order = [row[name] for row in rows]
    base = alt.Chart(alt.Data(values=list(rows))).encode(
        x=alt.X(f"{count}:Q", title=count_title),
        y=alt.Y(f"{name}:N", sort=order, title=None, axis=alt.Axis(labelLimit=260)),
    )
    text = base.mark_text(align="left", dx=4, color="#333").encode(text=alt.Text(f"{count}:Q", format=",d"))
    return alt.layer(base.mark_bar(color=BLUE, height=14), text).properties(width=600, height=alt.Step(20))


def estimate_dots(rows: Rows) -> alt.Chart:
    """Draw estimates with their intervals; ``rows`` are by, measure, share, low, high."""
    import altair as alt

    order = list(dict.fromkeys(row["by"] for row in rows))
    measures = list(dict.fromkeys(row["measure"] for row in rows))
    low = min(row["low"] for row in rows)
    scale = alt.Scale(domain=[max(0.0, low - 0.02), 1], clamp=True)
    base = alt.Chart(alt.Data(values=list(rows))).encode(
        y=alt.Y("by:N", sort=order, title=None), color=_two_colours("measure", measures, [BLUE, RED]),
        yOffset=alt.YOffset("measure:N", sort=measures),
    )  # fmt: skip
    line = base.mark_rule(size=2).encode(
        x=alt.X("low:Q", title=None, axis=alt.Axis(format=".1%"), scale=scale), x2="high:Q"
    )
    dot = base.mark_point(filled=True, size=60, opacity=1).encode(x=alt.X("share:Q", scale=scale))
    return alt.layer(line, dot).properties(width=600, height=alt.Step(16))


def calibration_dots(rows: Rows) -> alt.Chart:
    """Draw the true share over the expected one; ``rows`` are expected_share, true_share, true_low, true_high."""
    import altair as alt

    base = alt.Chart(alt.Data(values=list(rows)))
    scale, axis = alt.Scale(domain=[0, 1]), alt.Axis(format="%")
    even = alt.Chart(alt.Data(values=[{"at": 0}, {"at": 1}])).mark_line(color=GREY, strokeDash=[4, 3])
    x = alt.X("expected_share:Q", title="expected: mean probability", axis=axis, scale=scale)
    line = base.mark_rule(color=BLUE, size=2).encode(
        x=x, y=alt.Y("true_low:Q", title="true", axis=axis, scale=scale), y2="true_high:Q"
    )
    dot = base.mark_point(filled=True, size=60, color=BLUE, opacity=1).encode(x=x, y=alt.Y("true_share:Q"))
    return alt.layer(even.encode(x=alt.X("at:Q"), y=alt.Y("at:Q")), line, dot).properties(width=320, height=300)


def waterfall_bars(rows: Rows, threshold: float | None = None) -> alt.Chart:
    """Draw how the weights of a pair add up; ``rows`` are step, start, end, weight, kind, in order."""
    import altair as alt

    order = [row["step"] for row in rows]
    base = alt.Chart(alt.Data(values=list(rows)))
    y = alt.Y("step:N", sort=order, title=None, axis=alt.Axis(labelLimit=380))
    bar = base.mark_bar(height=15).encode(
        x=alt.X("start:Q", title="match weight so far (bits)"),
        x2="end:Q",
        y=y,
        color=alt.Color(
            "kind:N", title=None, legend=alt.Legend(orient="top"),
            scale=alt.Scale(domain=["for a match", "against a match", "total"], range=[BLUE, ORANGE, "#444"]),
        ),
    )  # fmt: skip
    label = base.mark_text(align="left", dx=4, color="#222").encode(
        x=alt.X("most:Q"), y=y, text=alt.Text("weight:Q", format="+.2f")
    )
    layers = [bar, label]
    if threshold is not None:
        layers.append(base.mark_rule(color=RED, strokeDash=[4, 3]).encode(x=alt.datum(threshold)))
    return alt.layer(*layers).properties(width=480, height=alt.Step(22))


def _levels(rows: Rows) -> alt.Y:
    import altair as alt

    order = list(dict.fromkeys(row["level"] for row in rows))
    return alt.Y("level:N", sort=alt.EncodingSortField("order", op="min") if order else None, title=None,
                 axis=alt.Axis(labelLimit=200))  # fmt: skip


def _kept_in_order(rows: Rows) -> list[dict[str, Any]]:
    """Number the rows, so that levels stay in their order inside each comparison."""
    return [{**row, "order": number} for number, row in enumerate(rows)]


def _by_comparison(chart: Any, rows: Rows) -> Any:
    import altair as alt

    order = list(dict.fromkeys(row["comparison"] for row in rows))
    header = alt.Header(labelAngle=0, labelAlign="left", labelFontWeight="bold", title=None, labelLimit=180)
    return (
        chart.facet(row=alt.Row("comparison:N", sort=order, title=None, header=header), spacing=8)
        .resolve_scale(y="independent")
    )  # fmt: skip


def _two_colours(column: str, names: list[str], colours: Sequence[str] = (BLUE, ORANGE)) -> Any:
    import altair as alt

    return alt.Color(
        f"{column}:N", title=None, scale=alt.Scale(domain=names, range=list(colours)),
        legend=alt.Legend(orient="top"),
    )  # fmt: skip


def _many_colours(count: int) -> list[str]:
    palette = [BLUE, ORANGE, GREEN, "#CC79A7", SKY, RED, "#F0E442", "#444444"]
    return [palette[number % len(palette)] for number in range(max(count, 1))]
