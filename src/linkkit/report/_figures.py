"""The pictures of a report, drawn from its summary alone: what the summary hides, no picture shows."""

from __future__ import annotations

import base64
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import _draw
from ._heat_map import dependence_map, dependence_rows
from ._picture import picture
from ._study_charts import drawn_part

__all__ = ["Figure", "figures"]

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Figure:
    """A picture with its size as shown, and what it says in words."""

    png: str
    width: int
    height: int
    alt: str


def figures(summary: dict[str, Any]) -> dict[str, Figure]:
    """Draw every picture that the summary has something for."""
    found: dict[str, Figure] = {}
    parts = {
        f"study-{number}-{place}": drawn_part(part)
        for number, section in enumerate(summary["study"])
        for place, part in enumerate(section["parts"])
    }
    for name, drawn in (*((name, draw(summary)) for name, draw in _FIGURES.items()), *parts.items()):
        if drawn is not None:
            chart, alt = drawn
            png = picture(chart)
            width, height = struct.unpack(">II", base64.b64decode(png[:64])[16:24])
            found[name] = Figure(png, width // 2, height // 2, alt)
    return found


Drawn = tuple[Any, str] | None
_MOST_LINES = 8


def _completeness(summary: dict[str, Any]) -> Drawn:
    rows: Rows = [
        {"dataset": dataset["name"], "field": field["field"], "complete": field["complete"]}
        for dataset in summary["datasets"]
        for field in dataset["fields"]
        if field["is_shared"]
    ]
    if not rows:
        return None
    least = min(rows, key=lambda row: float(row["complete"]))
    return _draw.completeness_bars(rows), (
        f"Bars: how complete each shared field is after preparation. The least complete is {least['field']} of "
        f"{least['dataset']}, {least['complete']:.0%}."
    )


def _blocking(summary: dict[str, Any]) -> Drawn:
    rows: Rows = []
    for rule in summary["blocking"]["rules"]:
        found, alone = _number(rule["links_found"]), _number(rule["links_only_here"])
        rows += [
            {"rule": rule["rule"], "kind": "found by this pass only", "links": alone, "rank": 0},
            {"rule": rule["rule"], "kind": "found by other passes too", "links": found - alone, "rank": 1},
        ]
    if not any(row["links"] for row in rows):
        return None
    return _draw.blocking_bars(rows), (
        f"Bars: links that each of the {len(summary['blocking']['rules'])} blocking passes found, and of these the "
        "links that no other pass found."
    )


def _weights(summary: dict[str, Any]) -> Drawn:
    rows = summary["model"].get("levels", [])
    if not rows:
        return None
    rows = [*rows, *({**row, "level": "missing"} for row in summary["model"]["missing"])]
    best = max(rows, key=lambda row: float(row["weight"]))
    worst = min(rows, key=lambda row: float(row["weight"]))
    return _draw.weight_bars(rows), (
        f"Bars: match weight of each level. The strongest evidence for a match is {best['comparison']}: "
        f"{best['level']} ({best['weight']:+.1f} bits), against one {worst['comparison']}: {worst['level']} "
        f"({worst['weight']:+.1f})."
    )


def _m_u(summary: dict[str, Any]) -> Drawn:
    rows = summary["model"].get("levels", [])
    if not rows:
        return None
    return _draw.m_u_bars(rows), "Bars: how often matches (m) and non-matches (u) are at each level of each comparison."


def _histogram(summary: dict[str, Any]) -> Drawn:
    found = summary["weights"]
    rows: Rows = [
        {**place, "status": status, "pairs": _number(count)}
        for status, counts in found["counts"].items()
        for place, count in zip(found["bins"], counts, strict=True)
    ]
    if not any(row["pairs"] for row in rows):
        return None
    return _draw.status_histogram(rows, found["threshold"]), (
        "Histograms of match weights, one for each status of pairs, each with its own scale of counts; the dashed "
        "line is the threshold."
    )


def _thresholds(summary: dict[str, Any]) -> Drawn:
    names = {
        "precision": "precision, measured",
        "recall": "recall, measured",
        "expected_precision": "precision, expected",
        "expected_recall": "recall among candidates, expected",
    }
    rows: Rows = [
        {"threshold": _threshold(row), "measure": names[name], "share": row[name]}
        for name in names
        for row in summary["thresholds"]
        if row.get(name) is not None
    ]
    if not rows:
        return None
    own = next((_threshold(row) for row in summary["thresholds"] if row["is_own"]), None)
    return _draw.threshold_lines(rows, own), (
        "Lines: precision and recall at other thresholds; the dashed line is the threshold of this run."
    )


def _threshold(row: dict[str, Any]) -> str:
    return f"{row['weight']:+.1f}" if row["probability"] is None else f"{row['probability']:g}"


def _gaps(summary: dict[str, Any]) -> Drawn:
    return _counted(
        summary["links"]["gaps"], "range", "links",
        "Bars: links by the gap between their weight and that of the best other pair of their records.",
    )  # fmt: skip


def _sizes(summary: dict[str, Any]) -> Drawn:
    rows = [
        {"size": f"{row['size']} record{'' if row['size'] == '1' else 's'}", "clusters": row["clusters"]}
        for row in summary["clusters"]["sizes"]
    ]
    return _counted(rows, "size", "clusters", "Bars: clusters by their size.")


def _counted(rows: Rows, name: str, count: str, alt: str) -> Drawn:
    shown = [{name: row[name], count: _number(row[count])} for row in rows]
    if not any(row[count] for row in shown):
        return None
    return _draw.bars(shown, name, count, count_title=count), alt


def _trace(summary: dict[str, Any]) -> Drawn:
    rows: Rows = []
    for number, step in enumerate(summary["model"].get("passes", [])[:_MOST_LINES], 1):
        trace = step["trace"]
        if len(trace) > 1:
            rise = (trace[-1] - trace[0]) or 1.0
            rows += [
                {"name": f"{number}: {step['name']}", "iteration": at, "gain": (value - trace[0]) / rise}
                for at, value in enumerate(trace)
            ]
    if not rows:
        return None
    return _draw.trace_lines(rows), "Lines: how the log-likelihood of each pass rose, as a share of its whole gain."


def _dependence(summary: dict[str, Any]) -> Drawn:
    found = summary["diagnosis"]
    rows = dependence_rows(found["dependence"])
    if not rows:
        return None
    most = max(rows, key=lambda row: float(row["correlation"]))
    return dependence_map(rows, found["comparisons"]), (
        "Heat map: residual correlation of every two comparisons. The largest is that of "
        f"{most['first']} and {most['second']} among {most['where']}, {most['correlation']:.2f}."
    )


def _number(count: Any) -> int:
    """A count as a picture can show it: what is hidden takes no room."""
    return count if isinstance(count, int) else 0


def _estimates(summary: dict[str, Any]) -> Drawn:
    found = summary["quality"]["estimates"]
    if found is None:
        return None
    rows: Rows = [
        {"by": row["by"], "measure": name, "share": row[name], "low": ends[0], "high": ends[1]}
        for row in found["rows"]
        for name in ("precision", "recall")
        for ends in [row[f"{name}_interval"] or [row[name]] * 2]
        if row[name] is not None and None not in ends
    ]
    if not rows:
        return None
    return _draw.estimate_dots(rows), (
        f"Dots with 95 % intervals: precision and recall by {', '.join(dict.fromkeys(row['by'] for row in rows))}."
    )


def _calibration(summary: dict[str, Any]) -> Drawn:
    measured = summary["quality"]["measured"] or {}
    found = measured.get("calibration")
    bands = [band for band in (found or {}).get("bands", []) if band["true_share"] is not None]
    if not bands:
        return None
    return _draw.calibration_dots(bands), (
        "Dots: of the pairs of each band of probability, the share that is true, with its 95 % interval, against the "
        "share expected. On the line, both are equal."
    )


_FIGURES: dict[str, Callable[[dict[str, Any]], Drawn]] = {
    "completeness": _completeness,
    "blocking": _blocking,
    "weights": _weights,
    "m_u": _m_u,
    "histogram": _histogram,
    "thresholds": _thresholds,
    "gaps": _gaps,
    "sizes": _sizes,
    "trace": _trace,
    "dependence": _dependence,
    "estimates": _estimates,
    "calibration": _calibration,
}
