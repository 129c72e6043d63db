"""Progress of long work, shown only where somebody watches and it lasts."""

from __future__ import annotations

import sys
import threading
from types import TracebackType
from typing import Any

__all__ = ["Progress"]

# Work shorter than this shows nothing.
PATIENCE_SECONDS = 2.0
_SAID = {
    "prepare": "preparing the datasets",
    "plan": "choosing the plan",
    "block": "grouping records",
    "compare": "comparing pairs",
    "fit": "learning the model",
    "score": "scoring pairs",
    "decide": "deciding links",
}


class Progress:
    """A spinner with the step in hand, from the third second on; silent where the output is no terminal.

    Parameters
    ----------
    show
        True: always; False: never; None: where standard error is a terminal, or a notebook.
    """

    def __init__(self, show: bool | None = None) -> None:
        self._show = _is_watched() if show is None else show
        self._text = ""
        self._status: Any = None
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    def __enter__(self) -> Progress:
        if self._show:
            self._timer = threading.Timer(PATIENCE_SECONDS, self._open)
            self._timer.daemon = True
            self._timer.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        with self._lock:
            self._show = False
            if self._status is not None:
                self._status.stop()

    def step(self, name: str) -> None:
        """Say which step begins."""
        with self._lock:
            self._text = _SAID.get(name, name)
            if self._status is not None:
                self._status.update(f"linkkit: {self._text} ...")

    def _open(self) -> None:
        from rich.console import Console
        from rich.status import Status

        with self._lock:
            if self._show:
                self._status = Status(f"linkkit: {self._text} ...", console=Console(stderr=True))
                self._status.start()


def _is_watched() -> bool:
    return sys.stderr.isatty() or "ipykernel" in sys.modules
