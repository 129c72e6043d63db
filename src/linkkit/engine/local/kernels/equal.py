"""Equality of codes."""

from __future__ import annotations

from typing import Any

from .jit import compiled


@compiled("void(uint32[::1], uint32[::1], uint8[::1])")
def grade_equal(left: Any, right: Any, out: Any) -> None:
    """Write 0 where a side is missing, 1 where the codes are equal, 2 elsewhere."""
    for pair in range(len(left)):
        grade = 1 if left[pair] == right[pair] else 2
        out[pair] = 0 if left[pair] == 0 or right[pair] == 0 else grade
