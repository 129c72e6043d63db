"""How many members two sets share, looked up by code."""

from __future__ import annotations

from typing import Any

from .jit import compiled

__all__ = ["count_shared"]


@compiled("void(int64[::1], uint32[::1], uint32[::1], uint32[::1], int64[::1])")
def count_shared(starts: Any, members: Any, left: Any, right: Any, out: Any) -> None:
    """Write the number of members that the sets of two codes share; members rise within a set."""
    for pair in range(len(out)):
        one, one_end = starts[left[pair]], starts[left[pair] + 1]
        other, other_end = starts[right[pair]], starts[right[pair] + 1]
        shared = 0
        while one < one_end and other < other_end:
            if members[one] == members[other]:
                shared += 1
                one += 1
                other += 1
            elif members[one] < members[other]:
                one += 1
            else:
                other += 1
        out[pair] = shared
