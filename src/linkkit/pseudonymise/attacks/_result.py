"""What attacks found: counts, and never a value."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

from linkkit._text_tables import aligned, html_table

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PROVES_NOTHING", "Attacks", "Attempt"]

PROVES_NOTHING = (
    "An attack that failed proves nothing: a better one, more knowledge or more data may succeed. One that succeeded "
    "on made-up people shows that it can be done."
)


@dataclass(frozen=True)
class Attempt:
    """One attack, and how far it came.

    Parameters
    ----------
    attack
        Its name, such as ``"frequency"``.
    against
        The encoded column.
    attacker_has
        What the attacker must hold, in words.
    tried
        What was tried, in words and numbers.
    records
        Records under attack: those that have an encoding (of a graph: those whose person the attacker knows).
    named
        Records for which the attacker names one answer: a value, or a person.
    right
        For how many of all records that answer is right; None where no truth was given.
    elapsed_seconds
        How long it took.

    Examples
    --------
    >>> Attempt("frequency", "surname", "another sample", "the 50 most frequent", 200, 80, 30).share
    0.15
    """

    attack: str
    against: str
    attacker_has: str
    tried: str
    records: int
    named: int
    right: int | None = None
    elapsed_seconds: float = field(default=0.0, compare=False)

    @property
    def share(self) -> float | None:
        """The share of the records that were identified rightly; None without truth or records."""
        return None if self.right is None or not self.records else self.right / self.records

    def to_dict(self) -> dict[str, Any]:
        """Return every figure, as JSON can hold it."""
        # Digits of a clock that go on for ever would hold anybody's date of birth by chance.
        return {**asdict(self), "elapsed_seconds": round(self.elapsed_seconds, 3), "share": self.share}

    def __str__(self) -> str:
        return _as_text([self])

    def _repr_html_(self) -> str:
        return _as_html([self])


@dataclass(frozen=True)
class Attacks:
    """All attacks on one encoding.

    Parameters
    ----------
    attempts
        In the order in which they were made.
    not_tried
        In words: what was left out, and why.

    Examples
    --------
    >>> one = Attempt("frequency", "surname", "another sample", "the 50 most frequent", 200, 80, 30, 0.5)
    >>> print(Attacks((one,), ()))
    attack     against  records  named  right  share  seconds  tried
    frequency  surname      200     80     30  15.0%      0.5  the 50 most frequent
    frequency: the attacker has another sample.
    An attack that failed proves nothing: a better one, more knowledge or more data may succeed. One that succeeded on \
made-up people shows that it can be done.
    """

    attempts: tuple[Attempt, ...]
    not_tried: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.attempts)

    def to_dict(self) -> dict[str, Any]:
        """Return every figure, as JSON can hold it."""
        return {
            "attempts": [attempt.to_dict() for attempt in self.attempts],
            "not_tried": list(self.not_tried),
            "note": PROVES_NOTHING,
        }

    def to_pandas(self) -> pd.DataFrame:
        """Return a frame of one row an attack."""
        import pandas as pd

        return pd.DataFrame([attempt.to_dict() for attempt in self.attempts])

    def __str__(self) -> str:
        left_out = [f"Not tried: {reason}" for reason in self.not_tried]
        return "\n".join([_as_text(self.attempts), *left_out, PROVES_NOTHING])

    def _repr_html_(self) -> str:
        left_out = "".join(f"<p>Not tried: {escape(reason)}</p>" for reason in self.not_tried)
        return f"{_as_html(self.attempts)}{left_out}<p>{escape(PROVES_NOTHING)}</p>"


_HEADS = ("attack", "against", "records", "named", "right", "share", "seconds", "tried")
_NUMBERS = range(2, 7)


def _cells(attempt: Attempt) -> tuple[str, ...]:
    right = "-" if attempt.right is None else f"{attempt.right:,}"
    share = "-" if attempt.share is None else f"{attempt.share:.1%}"
    counts = (f"{attempt.records:,}", f"{attempt.named:,}", right, share, f"{attempt.elapsed_seconds:.1f}")
    return (attempt.attack, attempt.against, *counts, attempt.tried)


def _said(attempts: tuple[Attempt, ...] | list[Attempt]) -> list[str]:
    """What each kind of attack needs, once for all columns where it is the same."""
    return list(dict.fromkeys(f"{attempt.attack}: the attacker has {attempt.attacker_has}" for attempt in attempts))


def _as_text(attempts: tuple[Attempt, ...] | list[Attempt]) -> str:
    lines = aligned(_HEADS, [_cells(attempt) for attempt in attempts], numbers=_NUMBERS)
    return "\n".join([*lines, *(f"{line}." for line in _said(attempts))])


def _as_html(attempts: tuple[Attempt, ...] | list[Attempt]) -> str:
    rows = [(*_cells(attempt), attempt.attacker_has) for attempt in attempts]
    return html_table((*_HEADS, "the attacker has"), rows)
