"""A strong identifier as the anchor of m: who holds it, and whether the others look alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from linkkit.encoded import Encoded

from ._diagnosis import Finding
from ._layout import Layout

if TYPE_CHECKING:
    from linkkit.records import Records
    from linkkit.tables import Patterns

    from ._model import Model

__all__ = ["ANCHORED", "anchor_findings", "share_held"]

# How a source of m that was learned from agreement on an identifier begins.
ANCHORED = "agreement on "
# People without a number differ where they differ: fewer of the records than this and they are worth a thought.
NEARLY_ALL = 0.95
# Their m may differ by some points for want of data; a tenth changes weights by bits.
MOST_DIFFERENCE = 0.1
# Fewer expected matches without the number than this say nothing of a tenth.
LEAST_MATCHES = 50


def share_held(records: Records, field: str) -> tuple[float, ...]:
    """Return for each dataset the share of its records that hold a field."""
    column = records.column(field)
    codes = column.codes if isinstance(column, Encoded) else np.zeros(len(records), np.int64)
    parts = np.split(codes > 0, records.starts[1:-1])
    return tuple(float(part.mean()) if len(part) else 0.0 for part in parts)


def anchor_findings(
    model: Model, records: Records, patterns: Patterns, field: str, left_out: tuple[int, ...]
) -> tuple[Finding, ...]:
    """Return who holds the anchor, and whether m of the matches without it is another.

    Parameters
    ----------
    model, records, patterns
        The model, and what it was learned from.
    field
        The identifier.
    left_out
        Numbers of the comparisons that read it.
    """
    held = min(share_held(records, field))
    if held >= NEARLY_ALL:
        return ()
    names = tuple(model.names[number] for number in left_out)
    found = [
        Finding(
            "anchor_used", "note",
            f"m was learned from pairs that agree on {field}, which {held:.0%} of the records hold in the dataset that "
            "has it least; people without it may be recorded worse.",
            "See whether their links look as good.", held, NEARLY_ALL, names,
        )
    ]  # fmt: skip
    worst = _largest_difference(model, patterns, left_out)
    if worst is not None and worst[0] > MOST_DIFFERENCE:
        gap, name = worst
        found.append(
            Finding(
                "anchor_not_representative", "warning",
                f"{name}: matches without {field} agree on it in another share of pairs ({gap:.2f} apart) than those "
                "that m was learned from.",
                f"Learn m without the anchor and compare, or label pairs without {field}.",
                gap, MOST_DIFFERENCE, (name,),
            )
        )  # fmt: skip
    return tuple(found)


def _largest_difference(model: Model, patterns: Patterns, left_out: tuple[int, ...]) -> tuple[float, str] | None:
    """Return the largest difference of m between matches without the anchor and m, and its comparison."""
    if not left_out:
        return None
    is_without = (patterns.levels[:, list(left_out)] == 0).all(axis=1)
    weights = (patterns.counts * model.pattern_probabilities(patterns.levels))[is_without]
    if float(weights.sum()) < LEAST_MATCHES:
        return None
    layout = Layout(tuple(len(values) for values in model.m_probability))
    mass = layout.mass(layout.places(patterns.levels[is_without]), weights)
    total = layout.sums(mass)
    shares = mass / np.maximum(total, 1.0)[layout.owner]
    gaps = np.abs(shares - np.concatenate(model.m_probability))
    gaps[total[layout.owner] < LEAST_MATCHES] = 0.0
    gaps[np.isin(layout.owner, left_out)] = 0.0
    place = int(np.argmax(gaps))
    return float(gaps[place]), model.names[int(layout.owner[place])]
