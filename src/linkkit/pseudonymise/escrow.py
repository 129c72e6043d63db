"""Turn reversible pseudonyms back, with the escrow's key alone, and never without a line in its logbook."""

from __future__ import annotations

import os
from collections.abc import Sequence

from linkkit.errors import LinkkitError, SpecError

from ._logbook import add_line
from .handover._manifest import KeyFacts
from .keys import Key
from .pseudonyms import Pseudonyms

__all__ = ["reveal"]


def reveal(
    pseudonyms: Sequence[str | None],
    project: str,
    key: Key,
    *,
    reason: str,
    asked_by: str,
    logbook: str | os.PathLike[str],
) -> list[str | None]:
    """Return the ids behind the reversible pseudonyms of a project, say to reach somebody who was found to be ill.

    The logbook gets its line before anything is turned back, and another where that fails: when, by whom, why, for
    which project, with which key (its id and check value) and how many; no id, no pseudonym.

    Parameters
    ----------
    pseudonyms
        Made by ``Pseudonyms(project, reversible=True)``; None stays None.
    project
        The project that they are of.
    key
        The key that made them; where it is held by an escrow alone, nobody else can do this.
    reason, asked_by
        What the logbook says of it. Name no patient here.
    logbook
        The file; a line is added to it, and without it nothing is turned back.

    Raises
    ------
    SpecError
        Where no reason is given, or nobody who asks.
    DataError
        Where the logbook cannot be written, or pseudonyms are not this key's and project's: the rows, never a
        pseudonym.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> escrow = Key.generate(project="escrow")
    >>> made = Pseudonyms("asthma", reversible=True).of(["p-001", "p-002"], escrow)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     book = pathlib.Path(folder) / "revealed.jsonl"
    ...     reveal(made[:1], "asthma", escrow, reason="found in screening", asked_by="Dr Roe", logbook=book)
    ['p-001']
    """
    for name, text in (("reason", reason), ("asked_by", asked_by)):
        if not isinstance(text, str) or not text.strip():
            raise SpecError(f"reveal({name}=) must say it in words: the logbook tells who asked for names, and why.")
    facts = KeyFacts.of(key)
    said = {
        "what": "reveal", "project": project, "asked_by": asked_by, "reason": reason,
        "pseudonyms": sum(one is not None for one in pseudonyms),
        "key": {"id": facts.id, "epoch": facts.epoch, "check_value": facts.check_value},
    }  # fmt: skip
    add_line(logbook, said)
    try:
        return Pseudonyms(project, reversible=True).ids(pseudonyms, key)
    except LinkkitError:
        add_line(logbook, {**said, "what": "reveal failed"})
        raise
