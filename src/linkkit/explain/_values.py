"""The values that comparisons read of a pair, side by side; for the screen of a person who may see the data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkkit.specs import Comparison
from linkkit.specs._comparison import thresholds

from ._find import Pair

if TYPE_CHECKING:
    from linkkit.run import Run

__all__ = ["shown_values"]


def shown_values(run: Run, levels: NDArray[np.uint8], pair: Pair) -> dict[str, tuple[str, str]]:
    """Return for each comparison the left and the right values of the fields that its level speaks of, as prepared.

    Encodings are left out: nobody can read them, and who has the key could.
    """
    if run.records.datasets[0].encoded_by is not None:
        return {}
    rows = np.array([pair.left_row], np.uint32), np.array([pair.right_row], np.uint32)
    frame = run.levels.show(*rows)
    found = {}
    for comparison, level in zip(run.levels.comparisons, levels.tolist(), strict=True):
        fields = _fields(comparison, level)
        left, right = (
            ", ".join(_text(frame[f"{field} {side}"].iloc[0]) for field in fields) for side in ("left", "right")
        )
        found[comparison.name] = (left, right)
    return found


def _fields(comparison: Comparison, level: int) -> tuple[str, ...]:
    if not 0 < level <= len(comparison.levels):
        return comparison.fields
    read = [field for one in thresholds(comparison.levels[level - 1].condition) for field in one.measure.fields]
    return tuple(dict.fromkeys([*comparison.fields, *read]))


def _text(value: Any) -> str:
    if value is None or value != value:
        return ""
    return " ".join(value) if isinstance(value, tuple) else str(value)
