"""The tables of a map, as rows of plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from linkkit.cards import CardFindings, kind_of_field
from linkkit.fields import KNOWN_FIELDS

from ._held import Holding
from ._pair import PairOutlook
from ._usual import usual_bits

__all__ = ["PAIR_COLUMNS", "dataset_rows", "field_rows", "pair_rows"]

Row = dict[str, Any]
PAIR_COLUMNS = (
    "left", "right", "kinds", "units", "level", "shared_fields", "days", "places", "ages", "births", "least_people",
    "most_people", "power_bits", "needed_bits", "found", "false_links", "grade", "reason", "helps", "permission",
    "refused_because", "until", "contradictions",
)  # fmt: skip


def dataset_rows(holdings: Sequence[Holding], findings: Mapping[str, CardFindings]) -> list[Row]:
    """Return a row for each dataset."""
    return [_dataset_row(one, findings[one.entry.card.name]) for one in holdings]


def _dataset_row(one: Holding, findings: CardFindings) -> Row:
    card, dataset = one.entry.card, one.entry.dataset
    return {
        "dataset": card.name,
        "kind": card.kind,
        "unit": card.unit,
        "records": card.records if dataset is None else len(dataset),
        "people": None if one.people is None else int(one.people),
        "left_out": one.left_out,
        "is_read": dataset is not None,
        "period": str(card.period or ""),
        "places": ", ".join(card.places),
        "ages": " to ".join(f"{age:g}" for age in card.ages),
        "fields": len(one.entry.fields),
        "owner": card.owner,
        "missing": ", ".join(need.part for need in card.missing()),
        "serious": len(findings.serious),
        "warnings": sum(finding.severity == "warning" for finding in findings),
    }


def field_rows(holdings: Sequence[Holding]) -> list[Row]:
    """Return a row for each field that any dataset holds, and each dataset; known fields first, in their order."""
    order = list(KNOWN_FIELDS)
    names = sorted(
        {name for one in holdings for name in one.entry.fields},
        key=lambda name: (order.index(name) if name in order else len(order), name),
    )
    return [_field_row(name, one, holdings) for name in names for one in holdings]


def _field_row(name: str, one: Holding, holdings: Sequence[Holding]) -> Row:
    held, card = one.held.get(name), one.entry.card
    row: Row = {"field": name, "kind": kind_of_field(card, name) if held is None else held.kind, "dataset": card.name}
    if held is None:
        return {**row, "is_held": False, "completeness": None, "distinct": None, "bits": None, "source": ""}
    from math import log2

    counted = None if held.chance is None else -log2(held.chance)
    usual = usual_bits(name, card, card, max(other.size for other in holdings))
    return {
        **row,
        "is_held": True,
        "completeness": held.completeness,
        "distinct": held.distinct,
        "bits": usual if counted is None else counted,
        "source": "usual" if counted is None else "data",
    }


def pair_rows(outlooks: Sequence[PairOutlook]) -> list[Row]:
    """Return a row for each pair, under :data:`PAIR_COLUMNS`."""
    return [dict(zip(PAIR_COLUMNS, _pair_cells(one), strict=True)) for one in outlooks]


def _pair_cells(one: PairOutlook) -> tuple[Any, ...]:
    found, seen = one.overlap, one.forecast
    least, most = found.people or (None, None)
    quality = (None,) * 4 if seen is None else (seen.power_bits, seen.needed_bits, seen.found, seen.false_links)
    return (
        one.left, one.right, " and ".join(one.kinds), " and ".join(one.units), one.level, ", ".join(one.fields),
        found.days, ", ".join(found.places), _span(found.ages), _span(found.births), least, most, *quality, one.grade,
        one.reason, " ".join(one.helps), one.permission, " ".join(one.reasons),
        None if one.until is None else one.until.isoformat(), " ".join(found.contradictions),
    )  # fmt: skip


def _span(ends: Sequence[float]) -> str:
    return " to ".join(f"{end:g}" for end in ends)
