"""A map as plain data, as text and for a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from linkkit._text_tables import aligned, html_table

from ._pair import PairOutlook
from ._tables import dataset_rows, field_rows, pair_rows
from ._words import bits_text, people_text, permission_text, share_text

if TYPE_CHECKING:
    from ._map import DataMap

__all__ = ["PAIR_HEAD", "field_cells", "map_html", "map_text", "pair_cells", "plain_map"]

VERSION = 1
PAIR_HEAD = ("pair", "shared fields", "bits", "needed", "people in both", "found", "false", "outlook", "permission")


def plain_map(found: DataMap) -> dict[str, Any]:
    """Return a map as plain data that JSON can hold."""
    return {
        "linkkit_map": VERSION,
        "on": found.on.isoformat(),
        "level": found.level,
        "datasets": dataset_rows(found.holdings, found.findings),
        "fields": field_rows(found.holdings),
        "pairs": [
            {**row, "helps": list(pair.helps), "refused_because": list(pair.reasons), "assumed": list(pair.assumed),
             "contradictions": list(pair.overlap.contradictions), "apart": list(pair.overlap.apart),
             "shared_fields": list(pair.fields)}
            for row, pair in zip(pair_rows(found.outlooks), found.outlooks, strict=True)
        ],
        "findings": {name: [asdict(one) for one in findings] for name, findings in found.findings.items()},
    }  # fmt: skip


def field_cells(found: DataMap) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the head and the rows of the table of fields: a row a field, a column a dataset."""
    names = [card.name for card in found.cards]
    rows: dict[str, dict[str, str]] = {}
    for row in field_rows(found.holdings):
        rows.setdefault(row["field"], {})[row["dataset"]] = _held(row)
    return ("field", *names), [(field, *(cells[name] for name in names)) for field, cells in rows.items()]


def _held(row: dict[str, Any]) -> str:
    if not row["is_held"]:
        return "-"
    return "held" if row["completeness"] is None else share_text(row["completeness"])


def pair_cells(outlooks: Sequence[PairOutlook]) -> list[tuple[str, ...]]:
    """Return the rows of the table of pairs, under :data:`PAIR_HEAD`."""
    return [_cells(pair) for pair in outlooks]


def _cells(pair: PairOutlook) -> tuple[str, ...]:
    seen = pair.forecast
    found = ("-",) * 4 if seen is None else (
        bits_text(seen.power_bits), bits_text(seen.needed_bits), share_text(seen.found), share_text(seen.false_links)
    )  # fmt: skip
    return (
        f"{pair.left} and {pair.right}", ", ".join(pair.fields) or "none", found[0], found[1],
        people_text(pair.overlap), found[2], found[3], pair.grade, permission_text(pair),
    )  # fmt: skip


def map_text(found: DataMap) -> str:
    """Return a map as text: fields, pairs, and what stands in the way."""
    head, rows = field_cells(found)
    lines = [f"A map of {len(found.cards)} dataset{'s' if len(found.cards) != 1 else ''}, on {found.on}", ""]
    lines += aligned(head, rows, numbers=range(1, len(head)), is_ruled=True)
    if found.outlooks:
        lines += ["", *aligned(PAIR_HEAD, pair_cells(found.outlooks), numbers=(2, 3, 5, 6), is_ruled=True), ""]
        lines += [f"{pair.left} and {pair.right}: {text}" for pair in found.outlooks for text in remarks(pair)]
    serious = [
        f"{name}: {one.what}"
        for name, findings in found.findings.items()
        for one in findings
        if one.severity == "serious"
    ]
    return "\n".join([*lines, *serious]).rstrip()


def remarks(pair: PairOutlook) -> list[str]:
    """Return what a reader of the table of pairs should know: why it is weak or refused, what helps, contradictions."""
    told = [pair.reason] if pair.grade != "strong" else []
    apart = [] if pair.overlap.contradictions else [text for text in pair.overlap.apart if text not in pair.reason]
    return [*told, *pair.helps, *pair.reasons, *pair.overlap.contradictions, *apart]


def map_html(found: DataMap) -> str:
    """Return a map for a notebook."""
    from html import escape

    head, rows = field_cells(found)
    parts = [html_table(head, rows, caption=f"What each dataset holds, on {found.on}")]
    if found.outlooks:
        parts.append(html_table(PAIR_HEAD, pair_cells(found.outlooks), caption="What each pair promises"))
        points = [(f"{pair.left} and {pair.right}", text) for pair in found.outlooks for text in remarks(pair)]
        parts.append("".join(f"<p><b>{escape(name)}</b>: {escape(text)}</p>" for name, text in points))
    for name, findings in found.findings.items():
        if len(findings):
            summary = f"<summary>{escape(name)}: {len(findings)} findings</summary>"
            parts.append(f"<details>{summary}{findings._repr_html_()}</details>")
    return "".join(parts)
