"""What people answer in a column of consent or opt-out, as words: yes, no, opted out, and what is none of these."""

from __future__ import annotations

import re

__all__ = ["NOT_OPTED_OUT", "YES", "as_word", "means_no", "means_opted_out"]

YES = ("yes", "y", "true", "1", "agreed")
NOT_OPTED_OUT = ("no", "n", "false", "0", "not opted out")
# Usual words; no decision hangs on them, only whether an answer is told to be unclear.
_NO = ("no", "n", "false", "0", "refused", "refuse", "declined", "withdrawn", "withdrew", "not agreed", "disagreed")
_OPTED_OUT = (
    "yes", "y", "true", "1", "opted out", "opted-out", "opt out", "opt-out", "optout", "out", "objected", "objection",
    "refused", "declined", "withdrawn", "withdrew",
)  # fmt: skip
_DAY = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}([t ].*)?|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}")
_DECIMAL = re.compile(r"([+-]?\d+)\.0+")


def as_word(text: str) -> str:
    """Return an answer in small letters, without blanks around it; a number written ``1.0`` is ``1``.

    Examples
    --------
    >>> as_word(" Opted  Out "), as_word("0.0")
    ('opted out', '0')
    """
    word = " ".join(text.split()).lower()
    found = _DECIMAL.fullmatch(word)
    return word if found is None else found[1]


def means_no(word: str) -> bool:
    """Whether an answer about consent is a usual word for no."""
    return word in _NO


def means_opted_out(word: str) -> bool:
    """Whether an answer about an opt-out is a usual word for it, or the day of it.

    Examples
    --------
    >>> means_opted_out("opted out"), means_opted_out("2021-02-03"), means_opted_out("perhaps")
    (True, True, False)
    """
    return word in _OPTED_OUT or _DAY.fullmatch(word) is not None
