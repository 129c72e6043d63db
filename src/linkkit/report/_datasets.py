"""The datasets of a report: what came in, and what preparation changed."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from linkkit.cards import Card, card_lines
from linkkit.dataset import Dataset
from linkkit.files import sha256

from ._facts import Facts

__all__ = ["datasets", "preparation"]

_COUNTED = (
    "field", "records", "records_changed", "values_changed", "made_missing", "distinct_before", "distinct_after",
)  # fmt: skip


def datasets(facts: Facts) -> list[dict[str, Any]]:
    """Describe every dataset: its kind, size, file and fields; completeness before and after preparation."""
    return [_dataset(facts, number) for number in range(len(facts.records.datasets))]


def preparation(facts: Facts) -> list[dict[str, Any]]:
    """Return what each step of preparation changed, in counts."""
    return [
        {
            "dataset": dataset.name,
            "step": change.step.kind,
            **{name: getattr(change, name) for name in _COUNTED},
            "reasons": [{"reason": reason, "records": count} for reason, count in change.reasons.items()],
            "notes": list(change.notes),
        }
        for dataset in facts.records.datasets
        for change in dataset.preparation
    ]


def _dataset(facts: Facts, number: int) -> dict[str, Any]:
    dataset = facts.records.datasets[number]
    used = {column for field in dataset.fields.values() for column in field.columns}
    before = _present_before(dataset)
    return {
        "name": dataset.name,
        "kind": dataset.kind,
        "records": len(dataset),
        "id_column": str(dataset.id),
        "file": _file(dataset),
        "left_out": [{"reason": reason, "records": count} for reason, count in dataset.left_out],
        "card": None if dataset.card.is_bare else _card(dataset.card),
        "blinded_columns": [str(column) for column in dataset.blinded],
        "unused_columns": [
            str(column)
            for column in dataset.columns
            if column not in used and column != dataset.id and column not in dataset.blinded
        ],
        "fields": [_field(facts, dataset, name, before) for name in dataset.fields],
    }


def _card(card: Card) -> dict[str, Any]:
    """What a card says, a line each, and what one of its kind should say and does not."""
    return {
        "says": [{"part": part, "text": text} for part, text in card_lines(card) if part != "blinded"],
        "missing": [{"part": need.part.replace("_", " "), "why": need.why} for need in card.missing()],
    }


def _field(facts: Facts, dataset: Dataset, name: str, before: dict[str, int]) -> dict[str, Any]:
    """Say how complete a field is, and how much it tells people apart: never which values it holds."""
    column = dataset.encoded_sets(name) if dataset.holds_sets(name) else dataset.encoded(name)
    present = int(np.count_nonzero(column.codes))
    counts = column.counts()[1:].astype(np.float64)
    total = counts.sum()
    share = counts[counts > 0] / max(total, 1.0)
    return {
        "field": name,
        "kind": dataset.kind_of(name),
        "columns": [str(column) for column in dataset.fields[name].columns],
        "is_shared": name in facts.records.fields,
        "complete_before": before.get(name, present) / len(dataset),
        "complete": present / len(dataset),
        "distinct": len(share),
        "entropy_bits": float(abs((share * np.log2(share)).sum())),
        "chance_agreement": float((counts * (counts - 1)).sum() / max(total * (total - 1), 1.0)),
    }


def _present_before(dataset: Dataset) -> dict[str, int]:
    """Records that held a value of each field before the first step that touched it."""
    found: dict[str, int] = {}
    for change in dataset.preparation:
        found.setdefault(change.field, change.records)
    return found


def _file(dataset: Dataset) -> dict[str, Any] | None:
    if dataset.path is None or not os.path.exists(dataset.path):
        return None
    path = dataset.path
    return {"name": os.path.basename(path), "bytes": os.path.getsize(path), "sha256": sha256(path)}
