"""A summary as one HTML page, by the templates beside this file. Everything is escaped."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from ._figures import figures

__all__ = ["SECTIONS", "render"]

# Id, name in the navigation, heading.
SECTIONS = (
    ("summary", "Summary", "Summary"),
    ("study", "Study", "The study"),
    ("data", "Data", "Data"),
    ("encoding", "Encoding", "Encoding"),
    ("preparation", "Preparation", "What preparation changed"),
    ("blocking", "Blocking", "Blocking"),
    ("comparisons", "Comparisons", "Comparisons"),
    ("model", "Model", "Model"),
    ("diagnosis", "Diagnosis", "Diagnosis of the model"),
    ("weights", "Weights", "Weights and patterns"),
    ("thresholds", "Thresholds", "Thresholds"),
    ("links", "Links", "Links and ambiguity"),
    ("clusters", "Clusters", "Clusters"),
    ("siblings", "Relatives", "Relatives and twins"),
    ("quality", "Quality", "Quality"),
    ("origin", "Origin", "How it was made"),
)
_LONGEST_CONDITION = 160
_WRITTEN = {
    "count": "{:,d}",
    "round": "{:,.0f}",
    "share": "{:.1%}",
    "fine_share": "{:.2%}",
    "signed": "{:+.2f}",
    "bits": "{:.1f}",
    "figures": "{:.3g}",
    "probability": "{:g}",
    "seconds": "{:.2f}",
}


def render(summary: dict[str, Any]) -> str:
    """Return a summary as one self-contained HTML page.

    Parameters
    ----------
    summary
        From :func:`summarise`, or read back from the JSON beside a report.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("linkkit.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(_FILTERS)
    if summary["audience"] != "linker":
        environment.filters["shown"] = _shown_whole
    page = environment.get_template("report.html")
    pictures = {**dict.fromkeys(_PICTURES), **figures(summary)}
    shown = [section for section in SECTIONS if section[0] != "study" or summary["study"]]
    return page.render(**summary, title=_title(summary), sections=shown, figures=pictures)


_PICTURES = (
    "completeness", "blocking", "weights", "m_u", "histogram", "thresholds", "gaps", "sizes", "trace", "estimates",
    "calibration",
)  # fmt: skip


def _title(summary: dict[str, Any]) -> str:
    names = [one["name"] for one in summary["headline"]["datasets"]]
    if len(names) == 1:
        return f"Duplicates in {names[0]}"
    return f"Linkage of {', '.join(names[:-1])} and {names[-1]}"


def _shown(value: Any, written: str = "") -> str:
    """Write a value as a table shows it; missing as a dash, what is hidden as it stands."""
    if value is None:
        return "–"
    if isinstance(value, str) or written in ("", "text_number"):
        return str(value)
    text = _WRITTEN[written].format(value)
    # A share that is not 1 is not shown as 1.
    return ">" + text.replace("100.", "99.").replace("0", "9") if text.startswith("100.") and value < 1 else text


def _shown_whole(value: Any, written: str = "") -> str:
    """Write a value where shares are whole per cent."""
    if written in ("share", "fine_share") and isinstance(value, float):
        return f"{value:.0%}"
    return _shown(value, written)


def _flat_columns(field: dict[str, Any]) -> dict[str, Any]:
    return {**field, "columns": ", ".join(field["columns"]) or "made by preparation"}


def _flat_reasons(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "why": ", ".join(f"{why['reason']} {_shown(why['records'], 'count')}" for why in row["reasons"])}


def _flat_levels(comparisons: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {**level, "comparison": one["name"] if number == 0 else "", "condition": _short(level["condition"])}
        for one in comparisons
        for number, level in enumerate(one["levels"])
    ]


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_CONDITION else text[: _LONGEST_CONDITION - 2].rstrip() + " …"


def _flat_pass(step: dict[str, Any]) -> dict[str, Any]:
    trace = step["trace"] or [None]
    return {**step, "compared": ", ".join(step["comparisons"]), "first": trace[0], "last": trace[-1]}


def _flat_finding(finding: dict[str, Any]) -> dict[str, Any]:
    return {**finding, "name": finding["name"].replace("_", " ")}


def _flat_rule(rule: dict[str, Any]) -> dict[str, Any]:
    return {**rule, "text": "; ".join(f"{name}: {level}" for name, level in rule["rule"].items())}


def _flat_bins(weights: dict[str, Any]) -> list[dict[str, Any]]:
    rows = [
        {
            "range": f"{one['low']:+g} to {one['high']:+g}",
            **{name: count[at] for name, count in weights["counts"].items()},
        }
        for at, one in enumerate(weights["bins"])
    ]
    return [row for row in reversed(rows) if any(count for name, count in row.items() if name != "range")]


def _flat_patterns(patterns: dict[str, Any], key: str) -> list[dict[str, Any]]:
    return [{**dict(zip(patterns["comparisons"], row["levels"], strict=True)), **row} for row in patterns[key]]


def _with_interval(row: dict[str, Any]) -> dict[str, Any]:
    """Write an interval; ends of whole per cent, where disclosure control rounded them, as such."""
    ends = row["interval"]
    if not ends or None in ends:
        return {**row, "interval": None}
    digits = 0 if all(round(end, 2) == end for end in ends) else 2
    return {**row, "interval": f"{ends[0]:.{digits}%} to {ends[1]:.{digits}%}"}


def _two_intervals(row: dict[str, Any]) -> dict[str, Any]:
    """Write the intervals of precision and recall."""
    ends = {
        f"{name}_ends": _with_interval({"interval": row[f"{name}_interval"]})["interval"]
        for name in ("precision", "recall")
    }
    return {**row, **ends}


def _series(weights: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Columns of the statuses that any pair has."""
    return [(name, name, "count") for name, counts in weights["counts"].items() if any(counts)]


def _as_date(moment: str) -> str:
    at = datetime.fromisoformat(moment)
    return f"{at.day} {at:%B %Y, %H:%M} {at.tzname()}"


# The form of a column of a pipeline's table: how its cells are written.
_FORMS = {"text": "", "count": "count", "share": "share", "number": "figures", "interval": "text_number"}


def _study_columns(part: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(column["name"], column["title"], _FORMS[column["form"]]) for column in part["columns"]]


def _study_rows(part: dict[str, Any]) -> list[dict[str, Any]]:
    """Rows by the names of columns; intervals of shares in per cent, of numbers as they are."""
    forms = {column["name"]: column["form"] for column in part["columns"]}
    is_share = "share" in forms.values()
    rows = [dict(zip(forms, row, strict=True)) for row in part["cells"]]
    for row in rows:
        for name in (name for name, form in forms.items() if form == "interval"):
            ends = row[name]
            written = "{:.1%}" if is_share else "{:.3g}"
            row[name] = " to ".join(map(written.format, ends)) if ends and None not in ends else None
    return rows


def _as_rows(held: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"name": name, "value": value} for name, value in held.items()]


_FILTERS: dict[str, Any] = {
    "shown": _shown,
    "flat_columns": _flat_columns,
    "flat_reasons": _flat_reasons,
    "flat_levels": _flat_levels,
    "flat_pass": _flat_pass,
    "flat_finding": _flat_finding,
    "flat_rule": _flat_rule,
    "flat_bins": _flat_bins,
    "flat_patterns": _flat_patterns,
    "with_interval": _with_interval,
    "two_intervals": _two_intervals,
    "as_rows": _as_rows,
    "study_columns": _study_columns,
    "study_rows": _study_rows,
    "series": _series,
    "as_date": _as_date,
    "as_text_column": lambda name: (name, name, ""),
}
