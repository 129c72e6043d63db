"""Earlier values that a card names: a file that is not there, columns, ids, days and versions that cannot be."""

from __future__ import annotations

import numpy as np

from linkkit.cards import CardFinding, History
from linkkit.dataset import Dataset
from linkkit.encoded import encode
from linkkit.errors import CardError, DataError, row_list
from linkkit.prepare._card_history import history_columns, history_table
from linkkit.prepare._history import rows_of_ids

from ._days import Mask, days_of

__all__ = ["history"]


def history(dataset: Dataset) -> list[CardFinding]:
    """What is wrong with the history that a card names; rows are those of its file."""
    told = []
    for number, one in enumerate(dataset.card.history):
        place = f"history[{number}]"
        try:
            columns = history_columns(dataset, number)
            told += _of_rows(dataset, one, place, columns)
        except (CardError, DataError) as error:
            mistakes = error.mistakes if isinstance(error, CardError) else (f"{place}: {error}",)
            told += [_unusable(mistake) for mistake in mistakes]
    return told


def _unusable(mistake: str) -> CardFinding:
    return CardFinding(
        "history_unusable", "serious", mistake, "A linkage with these data is refused until that is mended.",
        "Mend the card, or take the history out of it.",
    )  # fmt: skip


def _of_rows(dataset: Dataset, one: History, place: str, columns: dict[str, str]) -> list[CardFinding]:
    table = history_table(dataset, one, columns.values())
    record = rows_of_ids(dataset, table[columns["id"]], columns["id"])
    told, days = [], {}
    for part, column in (("start", one.start), ("end", one.end)):
        if column is None:
            continue
        days[part] = days_of(dataset, column, encode(table[column]))
        for reason, mask in days[part].faults.items():
            if mask.any() and reason != "placeholder":
                told.append(
                    CardFinding(
                        "history_days", "warning",
                        f"{_versions(mask)} no usable date in {column!r} ({place}.{part}), {reason}: {_rows(mask)}.",
                        "Such a version is open: it is taken to hold without a limit there.",
                        "Have them mended where they were recorded, if many.",
                    )
                )  # fmt: skip
    if "end" in days:
        turned = days["end"].day < days["start"].day
        if turned.any():
            told.append(
                CardFinding(
                    "history_ends_before_start", "serious",
                    f"{place}: {int(turned.sum()):,} of {len(turned):,} versions end before they start: "
                    f"{_rows(turned)}.",
                    "A linkage with these data is refused until that is mended.",
                    "Have the days mended; perhaps start and end are exchanged in the card.",
                )
            )  # fmt: skip
    unknown = (record < 0) & np.asarray(one.path is not None)  # rows of the data that were left out are no versions
    if unknown.any():
        told.append(
            CardFinding(
                "history_of_no_record", "note",
                f"{place}: {int(unknown.sum()):,} of {len(unknown):,} versions are of no record of the data.",
                "They are left out of a linkage, and counted.",
            )
        )  # fmt: skip
    return told


def _versions(mask: Mask) -> str:
    count = int(mask.sum())
    return f"{count:,} of {len(mask):,} versions {'has' if count == 1 else 'have'}"


def _rows(mask: Mask) -> str:
    return row_list((np.flatnonzero(mask) + 1).tolist())
