"""The command line: ``linkkit link``, ``dedupe``, ``run`` ..., in the panels in which `linkkit --help` shows them."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer

from . import (
    _algorithm,
    _attack,
    _clkhash,
    _dedupe,
    _demo,
    _doctor,
    _encode,
    _explain,
    _keys,
    _link,
    _lint_encoding,
    _map,
    _pipeline,
    _profile,
    _rehearse,
    _release,
    _run,
    _schema,
    _split,
    _unblind,
    _update,
)
from ._app import HELP, Commands, guard_streams, readable

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
_PANELS: dict[str, dict[str, Callable[..., None]]] = {
    "Link": {
        "demo": _demo.demo,
        "link": _link.link,
        "dedupe": _dedupe.dedupe,
        "algorithm": _algorithm.algorithm,
        "pipeline": _pipeline.pipeline,
        "run": _run.run,
        "update": _update.update,
        "unblind": _unblind.unblind,
    },
    "Look": {
        "profile": _profile.profile,
        "explain": _explain.explain,
        "map": _map.map_cards,
        "check": _map.check,
    },
    "Choose an encoding": {
        "design": _rehearse.design,
        "rehearse": _rehearse.rehearse,
        "lint-encoding": _lint_encoding.lint_encoding,
        "attack": _attack.attack,
    },
    "Encode and hand over": {
        "keygen": _keys.keygen,
        "keycheck": _keys.keycheck,
        "split": _split.split,
        "encode": _encode.encode,
        "clkhash": _clkhash.clkhash,
        "release": _release.release,
        "attach": _release.attach,
    },
    "Set up": {
        "doctor": _doctor.doctor,
        "schema": _schema.schema,
    },
}
for panel, commands in _PANELS.items():
    for name, function in commands.items():
        app.command(name, help=readable(function), rich_help_panel=panel)(function)


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
