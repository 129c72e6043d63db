"""Write files so that a run that is killed leaves the old file or none: beside the target first, then renamed."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

__all__ = ["atomic_write", "json_text", "sha256", "write_json"]


@contextlib.contextmanager
def atomic_write(target: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a path beside the target to write to; rename it to the target at the end, or remove it after an error.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with atomic_write(Path(folder) / "links.csv") as beside:
    ...         _ = beside.write_text("left_id,right_id", "utf-8")
    ...     sorted(path.name for path in Path(folder).iterdir())
    ['links.csv']
    """
    path = Path(target)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        yield beside
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def json_text(data: Any) -> str:
    """Return data as JSON that people can read; numbers that JSON has no word for raise ValueError.

    Examples
    --------
    >>> print(json_text({"rows": 2}), end="")
    {
      "rows": 2
    }
    """
    return json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def write_json(target: str | os.PathLike[str], data: Any) -> None:
    """Write data as JSON that people can read, in the same bytes on every system.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_json(Path(folder) / "counts.json", {"rows": 2})
    ...     (Path(folder) / "counts.json").read_text("utf-8") == json_text({"rows": 2})
    True
    """
    text = json_text(data)
    with atomic_write(target) as beside:
        beside.write_text(text, encoding="utf-8", newline="\n")


def sha256(path: str | os.PathLike[str]) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal digits.

    Examples
    --------
    >>> sha256(os.devnull)[:8]
    'e3b0c442'
    """
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
