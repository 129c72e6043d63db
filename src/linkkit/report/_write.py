"""Write a report: HTML and JSON side by side, each whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkkit.files import atomic_write

from ._disclosure import Audience
from ._render import render
from ._summarise import summarise

if TYPE_CHECKING:
    from linkkit.run import Run

__all__ = ["load_schema", "write_report"]


def write_report(
    run: Run,
    path: str | Path,
    truth: Any = None,
    *,
    audience: Audience = "linker",
    decoys: bool | None = None,
) -> Path:
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
    decoys
        Whether to estimate precision by decoys too; see :func:`summarise`.

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
    summary = summarise(run, truth, audience=audience, decoys=decoys)
    page = render(summary)
    data = json.dumps(summary, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    for path, text in ((target.with_suffix(".json"), data), (target, page)):
        with atomic_write(path) as beside:
            beside.write_text(text, encoding="utf-8", newline="\n")
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
