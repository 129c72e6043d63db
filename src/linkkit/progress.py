"""Progress of long work, shown on standard error, only where somebody watches and it lasts."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .plan import Plan

__all__ = ["Progress"]

# Work shorter than this shows nothing.
PATIENCE_SECONDS = 2.0
COMPILING = "linkkit: compiling the kernels that compare records, once on this machine (some 20 seconds) ..."
COMPILING_EACH_TIME = "linkkit: compiling the kernels that compare records; no folder can be written to keep them ..."
_SAID = {
    "prepare": "preparing the datasets",
    "plan": "choosing the plan",
    "block": "grouping records",
    "compare": "comparing pairs",
    "fit": "learning the model",
    "score": "scoring pairs",
    "decide": "deciding links",
    "save": "writing the results",
}


class Progress:
    """The step in hand and how long the work has lasted, from the third second on.

    Parameters
    ----------
    show
        True: always; False: never; None: where standard error is a terminal, or in a notebook.
    announce
        Whether to say in a line that kernels are being compiled, which happens once on a machine; None: as ``show``.
    on_plan
        Called with the plan, without gaps, before it is carried out.

    Examples
    --------
    >>> with Progress(show=False) as progress:
    ...     progress.step("compare")
    """

    def __init__(
        self,
        show: bool | None = None,
        *,
        announce: bool | None = None,
        on_plan: Callable[[Plan], None] | None = None,
    ) -> None:
        self._show = _is_watched() if show is None else show
        self._announce = self._show if announce is None else announce
        self._on_plan = on_plan
        self._text = ""
        self._shown: Any = None
        self._lock = threading.RLock()
        self._timer: threading.Timer | None = None
        self._stop_watching: Callable[[], None] | None = None

    @staticmethod
    def of(progress: bool | Progress | None) -> Progress:
        """Return progress as it is, or made for ``show``."""
        return progress if isinstance(progress, Progress) else Progress(progress)

    def __enter__(self) -> Progress:
        if self._show:
            self._timer = threading.Timer(PATIENCE_SECONDS, self._open)
            self._timer.daemon = True
            self._timer.start()
        if self._announce:
            from .engine.local.kernels import on_compile

            self._stop_watching = on_compile(self._compiling)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._stop_watching is not None:
            self._stop_watching()
        with self._lock:
            self._show = False
            if self._shown is not None:
                self._shown.stop()

    def step(self, name: str) -> None:
        """Say which step begins."""
        with self._lock:
            self._text = _SAID.get(name, name)
            if self._shown is not None:
                self._shown.say(self._text)

    def planned(self, plan: Plan) -> None:
        """Say which plan is to be carried out."""
        if self._on_plan is not None:
            with self._lock:
                if self._shown is not None:
                    self._shown.stop()
                    self._shown = None
                self._on_plan(plan)
                if self._show and self._timer is not None and not self._timer.is_alive():
                    self._open()

    def _open(self) -> None:
        with self._lock:
            if self._show and self._shown is None:
                self._shown = _Lines() if "ipykernel" in sys.modules else _Spinner()
                self._shown.say(self._text)

    def _compiling(self, kernel: str) -> None:
        with self._lock:
            if self._announce:
                self._announce = False
                from .engine.local.kernels.jit import cache_directory

                text = COMPILING if cache_directory() is not None else COMPILING_EACH_TIME
                self._shown.line(text) if self._shown is not None else print(text, file=sys.stderr, flush=True)  # noqa: T201


class _Spinner:
    """A line that moves, in a terminal; it is wiped out at the end."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import Progress as Bar
        from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (SpinnerColumn(), TextColumn("linkkit: {task.description} ..."), TimeElapsedColumn())
        self._bar = Bar(*columns, console=Console(stderr=True), transient=True)
        self._task = self._bar.add_task("", total=None)
        self._bar.start()

    def say(self, text: str) -> None:
        self._bar.update(self._task, description=text)

    def line(self, text: str) -> None:
        self._bar.console.print(text, highlight=False)

    def stop(self) -> None:
        self._bar.stop()


class _Lines:
    """A line a step, in a notebook, where a moving line would need more packages."""

    def say(self, text: str) -> None:
        self.line(f"linkkit: {text} ...")

    def line(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)  # noqa: T201

    def stop(self) -> None:
        pass


def _is_watched() -> bool:
    return sys.stderr.isatty() or "ipykernel" in sys.modules
