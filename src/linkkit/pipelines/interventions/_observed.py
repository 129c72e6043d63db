"""The day on which each record was written, where a card says it, so that what people change can fade with time."""

from __future__ import annotations

from linkkit.dataset import Dataset
from linkkit.encoded import encode
from linkkit.fields import RECORD_FIELDS, Field
from linkkit.pipelines._dates import ORDER_GUESSED, iso_and_guessed

__all__ = ["observed"]

(FIELD,) = RECORD_FIELDS


def observed(
    programme: Dataset, start: str, register: Dataset, day_first: bool | None
) -> tuple[Dataset, Dataset, tuple[str, ...]]:
    """Return both datasets with the field ``observed_on``, or as they are where one of them has no such day; and notes.

    Parameters
    ----------
    programme
        Its records are of the day on which their spell starts, unless it has the field itself.
    start
        That column of it.
    register
        Its records are of the day in the column of its period, unless it has the field itself.
    day_first
        Whether the day stands first in the programme's dates; None for what they show.
    """
    period = register.card.period
    theirs = None if period is None else period.column
    if theirs not in register.columns or theirs in register.blinded:
        theirs = None
    if theirs is None and FIELD not in register.fields:
        return programme, register, ()
    (ours, _), (other, guessed) = _dated(programme, start, day_first), _dated(register, theirs, None)
    if not guessed:
        return ours, other, ()
    note = f"{register.name}: {guessed:,} of {len(register):,} dates in {theirs!r} {ORDER_GUESSED}. Write them as"
    return ours, other, (f"{note} 2021-04-03 where the month stands first.",)


def _dated(dataset: Dataset, column: str | None, day_first: bool | None) -> tuple[Dataset, int]:
    """Return a dataset with the field, and how many of its days were read day first on a guess."""
    import pyarrow.compute as pc

    if FIELD in dataset.fields or column is None:
        return dataset, 0
    iso, guessed = iso_and_guessed({FIELD: dataset.table_column(column)}, dataset.name, day_first)
    read = encode(iso[FIELD])
    days = pc.utf8_slice_codeunits(read.values[1:], 0, 10)
    is_day = pc.match_substring_regex(days, r"^\d{4}-\d\d-\d\d$")
    whole = read.mapped(pc.if_else(is_day, days, "").to_pylist())
    dated = dataset.with_encoded({FIELD: whole})
    dated.fields[FIELD] = Field(column, "date")  # a run that is read again takes it from there
    return dated, int(guessed[FIELD].sum())
