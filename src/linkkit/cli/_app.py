"""The application: its group of commands, and how errors end it."""

from __future__ import annotations

import inspect
import sys
import traceback
from collections.abc import Callable
from typing import Any

import typer
from typer.core import TyperGroup

from linkkit.errors import LinkkitError

__all__ = ["HELP", "Commands", "fail", "guard_streams", "readable"]

UNEXPECTED, WRONG, STOPPED = 1, 2, 130
HELP = """Link records about the same people across datasets: fast, honest about its errors.

Start with [bold]linkkit demo[/bold], which links two files of made-up people and writes a report. Then

[bold]  linkkit link trial.csv register.csv --blinded arm --out results[/bold]

links files of yours. Results go to standard output and to files, progress to standard error. Nothing needs the network.

Exit codes: 0 done; 1 an unexpected error; 2 wrong usage, plan or data; 130 stopped by Ctrl-C.
"""


class Commands(TyperGroup):
    """Commands whose errors are one clear message and an exit code; with ``--debug`` the traceback too."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take ``--debug`` wherever it stands."""
        ctx.meta["linkkit.debug"] = "--debug" in args
        return super().parse_args(ctx, [arg for arg in args if arg != "--debug"])

    def invoke(self, ctx: Any) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except (KeyboardInterrupt, Exception) as error:
            told = _told(error)
            if told is None:
                raise
            if ctx.meta["linkkit.debug"]:
                traceback.print_exc()
            code, text = told
            fail(text)
        raise typer.Exit(code)


def _told(error: BaseException) -> tuple[int, str] | None:
    """The exit code of an error and what to say; None where typer knows better: wrong usage, the end of a command."""
    if isinstance(error, KeyboardInterrupt):
        return STOPPED, "stopped; nothing is left half-written."
    if isinstance(error, LinkkitError):
        return WRONG, str(error)
    if isinstance(error, BrokenPipeError) or type(error).__module__.split(".")[0] in ("click", "typer"):
        return None
    if isinstance(error, OSError):
        return WRONG, f"{error.strerror or type(error).__name__}: {error.filename or 'a file'}"
    if isinstance(error, MemoryError):
        return UNEXPECTED, "there is not enough memory; use stricter blocking rules, or a machine with more."
    return UNEXPECTED, _unexpected(error)


def fail(text: str) -> None:
    """Print a message on standard error."""
    from rich.console import Console
    from rich.text import Text

    console = Console(stderr=True, soft_wrap=True, highlight=False)
    console.print(Text("linkkit: ", style="bold red") + Text(text))


def _unexpected(error: BaseException) -> str:
    """What happened and where, without the error's own text, which may hold values."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "linkkit" in frame.filename]
    where = f" in {frames[-1].name}, line {frames[-1].lineno} of {_short(frames[-1].filename)}" if frames else ""
    return (
        f"an unexpected {type(error).__name__}{where}. Please report it. --debug shows more (look for values of people "
        "before you pass that on)."
    )


def _short(filename: str) -> str:
    return filename.replace("\\", "/").rpartition("linkkit/")[2]


def readable(function: Callable[..., Any]) -> str:
    """Return the docstring of a command as its help: paragraphs as long lines, examples indented and in bold.

    typer would keep the line ends of the source, which break in narrow terminals, and drop the indent of examples
    where nothing but "For example:" stands before them.
    """
    paragraphs = inspect.cleandoc(function.__doc__ or "").split("\n\n")
    return "\n\n".join(
        f"[bold]{text}[/bold]" if text.startswith("  ") else text.replace("\n", " ") for text in paragraphs
    )


def guard_streams() -> None:
    """Let no character that the terminal cannot show stop a command (Windows, old locales)."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
