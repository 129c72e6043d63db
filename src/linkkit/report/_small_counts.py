"""Small counts: how they are hidden, and how others are rounded so that no difference of two tells one."""

from __future__ import annotations

from typing import Any

__all__ = ["HIDDEN", "LEAST", "SMALL", "hide_small", "in_tens", "is_small"]

LEAST = 10
SMALL, HIDDEN = f"<{LEAST}", "[c]"


def is_small(count: Any) -> bool:
    """Tell whether a count is one that is hidden: 1 to 9."""
    return isinstance(count, int) and not isinstance(count, bool) and 0 < count < LEAST


def in_tens(count: Any) -> Any:
    """Return a count rounded to tens, 5 upwards; whatever is no count, a hidden one too, as it is.

    Examples
    --------
    >>> in_tens(45), in_tens(44), in_tens("<10")
    (50, 40, '<10')
    """
    if not isinstance(count, int) or isinstance(count, bool):
        return count
    return (count + LEAST // 2) // LEAST * LEAST


def hide_small(counts: list[Any], *, adds_up: bool = True) -> list[Any]:
    """Hide counts of 1 to 9, and one more where only one would be hidden and the total is known.

    Examples
    --------
    >>> hide_small([120, 4, 31, 0])
    [120, '<10', '[c]', 0]
    """
    shown: list[Any] = [SMALL if is_small(count) else count for count in counts]
    others = [place for place, count in enumerate(shown) if isinstance(count, int) and count]
    if adds_up and shown.count(SMALL) == 1 and others:
        shown[min(others, key=counts.__getitem__)] = HIDDEN
    return shown
