"""The command line: ``linkkit link``, ``dedupe``, ``run``, ``update``, ``profile``, ``explain``, ``demo`` ..."""

from __future__ import annotations

import signal
import sys
from typing import Annotated, Any

import typer

from . import (
    _dedupe,
    _demo,
    _doctor,
    _explain,
    _keys,
    _link,
    _lint_encoding,
    _profile,
    _rehearse,
    _run,
    _schema,
    _update,
)
from ._app import HELP, Commands, guard_streams

__all__ = ["app", "main"]

app = typer.Typer(
    name="linkkit",
    cls=Commands,
    help=HELP,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)
app.command("link")(_link.link)
app.command("dedupe")(_dedupe.dedupe)
app.command("run")(_run.run)
app.command("update")(_update.update)
app.command("profile")(_profile.profile)
app.command("explain")(_explain.explain)
app.command("demo")(_demo.demo)
app.command("doctor")(_doctor.doctor)
app.command("design")(_rehearse.design)
app.command("rehearse")(_rehearse.rehearse)
app.command("keygen")(_keys.keygen)
app.command("keycheck")(_keys.keycheck)
app.command("lint-encoding")(_lint_encoding.lint_encoding)
app.command("schema")(_schema.schema)


def main() -> None:
    """Run the command line."""
    guard_streams()
    signal.signal(signal.SIGTERM, _terminated)
    app()


def _terminated(*_: Any) -> None:
    """End as Ctrl-C does, so that files in the making are removed."""
    sys.exit(128 + signal.SIGTERM)


def _print_version(asked: bool) -> None:
    if asked:
        from linkkit import __version__

        typer.echo(f"linkkit {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and leave.", callback=_print_version, is_eager=True)
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    pass
