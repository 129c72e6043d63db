"""What encodings ask of a key."""

from __future__ import annotations

from typing import Protocol

from linkkit.errors import SpecError

__all__ = ["SubKeys", "check_keys"]


class SubKeys(Protocol):
    """A key, of which encodings see derived keys alone."""

    def subkey(self, purpose: str, field: str = "", size: int = 32) -> bytes:
        """Return the key of one purpose and field: always the same of the same key, and nothing of the key itself."""
        ...


def check_keys(keys: object) -> None:
    """Raise SpecError where something else is given than a key, such as its bytes."""
    if not hasattr(keys, "subkey"):
        raise SpecError(
            f"A key is needed, as Key.generate() or Key.from_file() gives it; got {type(keys).__name__}. Bytes become "
            "a key by Key.from_bytes()."
        )
