"""A logbook: one line of JSON for each thing that was done, added at the end and never changed; no value, no key."""

from __future__ import annotations

import datetime
import json
import os
from pathlib import Path
from typing import Any

from linkkit.errors import DataError

__all__ = ["add_line", "read_lines"]


def add_line(path: str | os.PathLike[str], said: dict[str, Any]) -> None:
    """Add a line with the time to a logbook, and wait until it is on the disk; the file is made where it is not there.

    Raises
    ------
    DataError
        Where it cannot be written.
    """
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    line = json.dumps({"at": now, **said}, ensure_ascii=False, allow_nan=False) + "\n"
    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        with open(path, "a", encoding="utf-8", newline="\n") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise DataError(f"{path}: the logbook cannot be written: {error.strerror or 'unknown reason'}.") from None


def read_lines(path: str | os.PathLike[str]) -> list[dict[str, Any]]:
    """Return what a logbook says, the oldest first; nothing where there is none.

    Raises
    ------
    DataError
        Where a line is no JSON.
    """
    if not Path(path).is_file():
        return []
    found = []
    for number, line in enumerate(Path(path).read_text("utf-8").splitlines(), 1):
        try:
            said = json.loads(line)
        except json.JSONDecodeError:
            said = None
        if not isinstance(said, dict):
            raise DataError(f"{path}: line {number} of the logbook was edited or cut short; mend it from a copy.")
        found.append(said)
    return found
