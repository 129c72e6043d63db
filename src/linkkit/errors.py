"""The exceptions that linkkit raises on purpose.

::

    LinkkitError
    ├── DataError            a dataset holds something that cannot be linked as it stands
    ├── SpecError            one step of a plan contradicts itself
    ├── PlanError            a plan does not fit its datasets; all its mistakes at once
    ├── CardError            a data card has mistakes, or does not allow a linkage; all of it at once
    ├── ModelError           a model cannot be trained, read or applied
    │   └── DiagnosisError   a model was learned, and what it found cannot be right
    ├── SecretError          a key, a secret or a key file is refused
    └── DependencyError      an optional package is not installed

No message holds a value of a person: they name dataset, column, row numbers and counts. None holds anything of a key.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import Any

__all__ = [
    "CardError",
    "DataError",
    "DependencyError",
    "DiagnosisError",
    "LinkkitError",
    "ModelError",
    "PlanError",
    "SecretError",
    "SpecError",
    "did_you_mean",
    "numbered",
    "numbered_mistakes",
    "row_list",
]


class LinkkitError(Exception):
    """Base of every error that linkkit raises on purpose."""


class DataError(LinkkitError, ValueError):
    """A dataset holds something that cannot be linked as it stands."""


class SpecError(LinkkitError, ValueError):
    """An argument of one step is wrong in itself, whatever the data."""


class PlanError(LinkkitError, ValueError):
    """A plan does not fit its datasets.

    Parameters
    ----------
    mistakes
        Every mistake found, each with its place in the plan (``compare[2].at_least ...``).

    Examples
    --------
    >>> print(PlanError(["block[0]: no field 'town'.", "compare is empty."]))
    The plan has 2 mistakes:
      1. block[0]: no field 'town'.
      2. compare is empty.
    """

    def __init__(self, mistakes: Sequence[str]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__(numbered_mistakes("The plan", self.mistakes))


class CardError(LinkkitError, ValueError):
    """A data card has mistakes, or what it says does not allow a linkage.

    Parameters
    ----------
    mistakes
        Every mistake found, each with its place in the card.
    head
        What has them.

    Examples
    --------
    >>> print(CardError(["owner must be a text; got the number 7."]))
    The card has 1 mistake:
      1. owner must be a text; got the number 7.
    """

    def __init__(self, mistakes: Sequence[str], head: str = "") -> None:
        self.mistakes = tuple(mistakes)
        super().__init__(numbered(head, self.mistakes) if head else numbered_mistakes("The card", self.mistakes))


class ModelError(LinkkitError, ValueError):
    """A model cannot be trained, read or applied."""


class DiagnosisError(ModelError):
    """A model was learned, and what it found cannot be right. Accept the findings by name to have it all the same.

    Parameters
    ----------
    message
        What was found, why it matters and what to do.
    diagnosis
        The whole diagnosis.
    model
        The model that is refused, to look at.
    """

    def __init__(self, message: str, diagnosis: Any = None, model: Any = None) -> None:
        super().__init__(message)
        self.diagnosis = diagnosis
        self.model = model


class SecretError(LinkkitError, ValueError):
    """A key, a secret or a key file is refused; the message holds nothing of it."""


class DependencyError(LinkkitError, ImportError):
    """An optional package is needed and not installed."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a hint that names the nearest known words, or an empty text.

    Examples
    --------
    >>> did_you_mean("surnme", ["given_name", "surname"])
    " Did you mean 'surname'?"
    """
    near = difflib.get_close_matches(word, list(known), n=2, cutoff=0.6)
    return f" Did you mean {' or '.join(repr(name) for name in near)}?" if near else ""


def numbered(head: str, texts: Iterable[str]) -> str:
    """Return a message of several points: a line that says what they are, then each on a line of its own, numbered.

    Examples
    --------
    >>> print(numbered("The split has mistakes:", ["there is no column 'town'.", "'age' is named 2 times."]))
    The split has mistakes:
      1. there is no column 'town'.
      2. 'age' is named 2 times.
    """
    return "\n".join([head, *(f"  {number}. {text}" for number, text in enumerate(texts, 1))])


def numbered_mistakes(what: str, mistakes: Sequence[str]) -> str:
    """Return a message of all mistakes of something, numbered, and how many there are.

    Examples
    --------
    >>> print(numbered_mistakes("The plan", ["compare is empty."]))
    The plan has 1 mistake:
      1. compare is empty.
    """
    return numbered(f"{what} has {len(mistakes)} mistake{'s' if len(mistakes) != 1 else ''}:", mistakes)


def row_list(rows: Sequence[int], most: int = 5) -> str:
    """Return row numbers for a message: the first few, and how many more.

    Examples
    --------
    >>> row_list([4, 9, 12, 40, 41, 42, 43])
    'rows 4, 9, 12, 40, 41 and 2 more'
    """
    shown = ", ".join(str(int(row)) for row in rows[:most])
    more = f" and {len(rows) - most:,} more" if len(rows) > most else ""
    return f"row{'s' if len(rows) != 1 else ''} {shown}{more}"
