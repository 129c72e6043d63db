"""What encodings ask of a key."""

from __future__ import annotations

from typing import Protocol

__all__ = ["SubKeys"]


class SubKeys(Protocol):
    """A key, of which encodings see derived keys alone."""

    def subkey(self, purpose: str, field: str = "", size: int = 32) -> bytes:
        """Return the key of one purpose and field: always the same of the same key, and nothing of the key itself."""
        ...
