"""Whether two sets of dated versions share a value, looked up by code."""

from __future__ import annotations

from typing import Any

from .jit import compiled

__all__ = ["share_version"]


@compiled(
    "void(int64[::1], uint32[::1], int64[::1], int64[::1], uint32[::1], uint32[::1], boolean, int64, float64[::1])"
)
def share_version(
    starts: Any,
    value: Any,
    since: Any,
    until: Any,
    left: Any,
    right: Any,
    overlapping: bool,
    tolerance: int,
    out: Any,
) -> None:
    """Write 1.0 where two sets hold one value (with ``overlapping``, on a common day or no further apart than the
    tolerance), 0.0 where they do not, NaN where a set is missing.
    """
    for pair in range(len(out)):
        found = 0.0 if left[pair] > 0 and right[pair] > 0 else float("nan")
        for one in range(starts[left[pair]], starts[left[pair] + 1]):
            for other in range(starts[right[pair]], starts[right[pair] + 1]):
                if value[one] == value[other] and (
                    not overlapping
                    or (since[one] <= until[other] + tolerance and since[other] <= until[one] + tolerance)
                ):
                    found = 1.0
        out[pair] = found
