"""TrialLog: what was frozen and unblinded, by whom and why; each line holds the hash of the line before."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
from pathlib import Path
from typing import Any

from linkkit.errors import DataError

__all__ = ["TrialLog"]

_BEGINNING = "0" * 64


class TrialLog:
    """A log that is added to and never changed: one line of JSON for each act.

    Each line holds its number and the SHA-256 of the line before, so that a line that was changed, taken out or put in
    is found. That lines were cut off its end cannot be seen from a log alone: lodge its ``head`` elsewhere, too.

    Parameters
    ----------
    path
        Its file; it is made with the first act.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     log = TrialLog(pathlib.Path(folder) / "log.jsonl")
    ...     first = log.add("freeze", sha256="ab")
    ...     second = log.add("unblind", by="A. Lee", why="the analysis plan is signed")
    ...     [entry["act"] for entry in log.entries()]
    ['freeze', 'unblind']
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)

    def __repr__(self) -> str:
        return f"<TrialLog {self.path.name!r}: {len(self.entries()):,} acts>"

    def __str__(self) -> str:
        lines = [f"{entry['at']}  {entry['act']}  {entry.get('sha256', '')}".rstrip() for entry in self.entries()]
        return "\n".join(lines) or "Nothing was done yet."

    @property
    def head(self) -> str:
        """The SHA-256 of its last line."""
        lines = self._lines()
        return _hash(lines[-1]) if lines else _BEGINNING

    def entries(self) -> list[dict[str, Any]]:
        """Return the acts, the oldest first, proven to be unchanged.

        Raises
        ------
        DataError
            Where a line was changed, taken out or put in.
        """
        found, previous = [], _BEGINNING
        for number, line in enumerate(self._lines(), 1):
            try:
                entry = json.loads(line)
            except ValueError:
                entry = None
            if not isinstance(entry, dict) or entry.get("number") != number or entry.get("previous") != previous:
                raise DataError(
                    f"{self.path}: line {number} does not follow from the one before: the log was changed. Take the "
                    "copy that was lodged, and find out who changed this one."
                )
            found.append(entry)
            previous = _hash(line)
        return found

    def add(self, act: str, **said: Any) -> dict[str, Any]:
        """Add an act with the time, and wait until it is on the disk.

        Raises
        ------
        DataError
            Where the log was changed, or cannot be written.
        """
        before = self.entries()
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        entry = {"number": len(before) + 1, "at": now, "act": act, **said, "previous": self.head}
        line = json.dumps(entry, ensure_ascii=False, allow_nan=False)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8", newline="\n") as file:
                file.write(line + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise DataError(f"{self.path}: the log cannot be written: {error.strerror or 'unknown reason'}.") from None
        return entry

    def _lines(self) -> list[str]:
        if not self.path.is_file():
            return []
        held = self.path.read_bytes()
        try:
            return held.decode("utf-8").removesuffix("\n").split("\n") if held else []
        except UnicodeDecodeError as error:
            number = held.count(b"\n", 0, error.start) + 1
            raise DataError(
                f"{self.path}: line {number} is no text in UTF-8: this is no log, or it was changed. Take the copy "
                "that was lodged, and find out who changed this one."
            ) from None


def _hash(line: str) -> str:
    return hashlib.sha256(line.encode()).hexdigest()
