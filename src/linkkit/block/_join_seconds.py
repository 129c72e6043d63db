"""About how long the similarity join behind a rule takes."""

from __future__ import annotations

import numpy as np

from linkkit.records import Records
from linkkit.specs import Near, Rule

__all__ = ["join_seconds"]

# Seconds, on one core: two values compared; a key of what edits leave of a value.
_A_COMPARISON, _A_KEY = 1.5e-9, 3e-7


def join_seconds(records: Records, rule: Rule) -> float:
    """Return about how many seconds of one core the similarity join of a rule takes; 0 where it has none."""
    if not isinstance(rule, Near):
        return 0.0
    first = records.encoded(rule.column)
    second = first if rule.crossed_with is None else records.encoded(rule.crossed_with)
    sizes = np.minimum(np.diff(records.starts), first.size)
    is_apart = len(sizes) > 1 and records.link_type == "link_only"
    rows = float(sizes.min()) if is_apart else first.size / 2
    every = rows * second.size * _A_COMPARISON
    if not rule.is_distance or not 1 <= rule.bound < 3:
        return every
    # Few edits leave most of a text: joined by keys of what they leave, one for each way to take characters away.
    length = _length(records, rule.column)
    keys = 1 + length if rule.bound < 2 else 1 + length + length * (length - 1) / 2
    return min(every, (rows + second.size / (1 if is_apart else 2)) * keys * _A_KEY)


def _length(records: Records, column: str) -> float:
    """Characters of a value of a column, in the mean."""
    import pyarrow.compute as pc

    return float(pc.mean(pc.utf8_length(records.encoded(column).values)).as_py() or 0.0)
