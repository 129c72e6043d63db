"""Columns of yes and no: in words that are understood, or refused; nothing is guessed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from linkkit.encoded import encode
from linkkit.errors import DataError, row_list
from linkkit.pipelines._dates import day_columns

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["SENT_WORDS", "TRACED_WORDS", "WITHDREW_WORDS", "Words", "read_answers"]


class Words(NamedTuple):
    """What means yes and what means no, in small letters."""

    yes: tuple[str, ...]
    no: tuple[str, ...]

    def also(self, yes: tuple[str, ...], no: tuple[str, ...]) -> Words:
        """Return them with others of a user's, which come first: a word of theirs means what they say."""
        yes, no = tuple(map(_tidy, yes)), tuple(map(_tidy, no))
        return Words(
            (*yes, *(word for word in self.yes if word not in no)),
            (*no, *(word for word in self.no if word not in yes)),
        )


_YES, _NO = ("yes", "y", "true", "t", "1"), ("no", "n", "false", "f", "0")
TRACED_WORDS = Words(
    (*_YES, "traced", "found", "matched", "linked", "known"),
    (*_NO, *(f"{how}{what}" for what in ("traced", "found", "matched", "linked", "known") for how in ("not ", "un"))),
)
WITHDREW_WORDS = Words(
    (*_YES, "withdrew", "withdrawn"), (*_NO, "not withdrawn", "has not withdrawn", "did not withdraw")
)
SENT_WORDS = Words((*_YES, "sent"), (*_NO, "not sent", "unsent"))


def read_answers(
    column: pa.ChunkedArray, words: Words, *, name: str, table: str, rows: NDArray[np.int64], part: str,
    dates: bool = False,
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:  # fmt: skip
    """Return who says yes, and who says anything; shape (rows,) each.

    Parameters
    ----------
    column
        The answers. Capitals, blanks, hyphens and underscores do not matter.
    words
        What they mean.
    name, table
        What the column and its table are called, for the message.
    rows
        Shape (rows,): the row of the file that each came from, counted from 1.
    part
        Where other words can be said.
    dates
        Whether a date means yes: the day on which it happened.

    Raises
    ------
    DataError
        Where something else stands there; with counts and rows, and no value.

    Examples
    --------
    >>> import pyarrow as pa
    >>> answers = pa.chunked_array([["Found", "not_found", None, "1.0"]])
    >>> yes, said = read_answers(answers, TRACED_WORDS, name="traced", table="the trace return",
    ...                          rows=np.arange(1, 5), part="trace_columns")
    >>> yes.tolist(), said.tolist()
    ([True, False, False, True], [True, True, False, True])
    """
    held = encode(column, where=f"{table}: {name!r}")
    tidy = [None if text is None else _tidy(text) for text in held.texts()]
    is_yes = np.array([text in words.yes for text in tidy])
    is_no = np.array([text in words.no for text in tidy])
    if dates:
        days, _ = day_columns({name: column}, table, None)
        is_day = np.zeros(len(tidy), np.bool_)
        is_day[held.codes[~days[name].is_unreadable]] = True
        is_yes |= is_day & ~is_no
        is_yes[0] = False
    understood = is_yes | is_no
    understood[0] = True  # nothing stands there
    wrong = ~understood[held.codes]
    if wrong.any():
        raise DataError(
            f"{table}: {wrong.sum():,} of {(held.codes != 0).sum():,} values of {name!r} are no word for yes or no "
            f"({row_list(np.sort(rows[wrong]).tolist())}). Understood are {', '.join(words.yes)}; and "
            f"{', '.join(words.no)}{'; and dates, for yes' if dates else ''}. Say others in {part}."
        )
    return is_yes[held.codes], np.asarray(held.codes != 0)


def _tidy(text: str) -> str:
    words = re.sub(r"[\s_\-]+", " ", re.sub(r"^([01])\.0+$", r"\1", text.strip().lower()))
    return re.sub(r"^un ", "un", words)
