"""Write a report: HTML and JSON side by side, each whole or not at all."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._disclosure import Audience
from ._render import render
from ._summarise import summarise

if TYPE_CHECKING:
    from linkkit.run import Run

__all__ = ["load_schema", "write_report"]


def write_report(run: Run, path: str | Path, truth: Any = None, *, audience: Audience = "linker") -> Path:
    """Write one self-contained HTML report, and the same content as JSON beside it.

    Parameters
    ----------
    run
        A linkage carried out.
    path
        Where the HTML goes (``.html`` is added where it is not there); the JSON has the same name, ending ``.json``.
    truth
        The truth, where it is known: whatever :func:`linkkit.evaluate.truth_from_ids` takes.
    audience
        ``"linker"`` sees every count; for ``"analyst"`` and ``"public"`` counts below 10 are hidden.

    Returns
    -------
    Path
        Of the HTML.

    Examples
    --------
    >>> import linkkit as lk
    >>> trial, register = lk.synth.sample()
    >>> run = lk.link(trial.dataset(), register.dataset(), progress=False)
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     lk.report.write_report(run, f"{folder}/quality.html", audience="public").name
    'quality.html'
    """
    target = Path(path)
    if target.suffix.lower() not in (".html", ".htm"):
        target = target.with_name(target.name + ".html")
    summary = summarise(run, truth, audience=audience)
    page = render(summary)
    _write(target.with_suffix(".json"), json.dumps(summary, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
    _write(target, page)
    return target


def load_schema() -> dict[str, Any]:
    """Return the JSON schema of the data beside a report.

    Examples
    --------
    >>> load_schema()["title"]
    'linkkit quality report'
    """
    text = (Path(__file__).parent / "schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def _write(path: Path, text: str) -> None:
    """Write beside the target and rename, so that a killed run leaves the old file or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_text(text, encoding="utf-8", newline="\n")
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
