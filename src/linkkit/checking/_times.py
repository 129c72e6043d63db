"""Days that do not agree with the card: periods, ages, births, spells, and dates that no calendar has."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkkit.cards import CardFinding, Period
from linkkit.cards._check import reversed_rows
from linkkit.dataset import Dataset
from linkkit.errors import row_list

from ._days import Days, days_of_column, days_of_columns, days_of_field, rows_of

__all__ = ["ages", "births", "dates", "outside_card", "period", "spells"]

Mask = NDArray[np.bool_]
_BIRTH = "date_of_birth"
_DAYS_A_YEAR = 365.25
# Leap days move a birthday by a day or two from a multiple of the mean year.
_SLACK = 2 / _DAYS_A_YEAR


def period(dataset: Dataset) -> list[CardFinding]:
    """Records outside the period, by the column that has the day of each."""
    said = dataset.card.period
    if said is None or said.column is None:
        return []
    if said.column in dataset.blinded:
        return [_not_looked_at("period.column", said.column)]
    found = days_of_column(dataset, said.column)
    outside = _outside_period(said, found)
    told = _faults("period.column", said.column, found, dataset)
    told += _not_known("period", found, f"no day in {said.column!r} (period.column)", dataset)
    if outside.any():
        rows = rows_of(dataset, outside)
        told.append(
            CardFinding(
                "outside_period",
                "warning",
                f"{_of(rows, dataset, 'lies', 'lie')} outside the period ({said}), by {said.column!r}: "
                f"{row_list(rows)}.",
                "The card promises less than the data hold, or days are wrong.",
                "Widen the period in the card, or have the days mended where they were recorded.",
            )
        )
    return told


def _outside_period(said: Period, found: Days) -> Mask:
    outside = np.zeros(len(found.day), bool)
    if said.start is not None:
        outside |= found.day < np.datetime64(said.start)
    if said.end is not None:
        outside |= found.day > np.datetime64(said.end)
    return outside


def outside_card(dataset: Dataset) -> list[tuple[str, int]]:
    """Return how many records lie outside the period of their card and how many people outside its ages, if any do.

    Parameters
    ----------
    dataset
        A dataset, as it was read or prepared.

    Examples
    --------
    >>> import datetime, pandas as pd
    >>> from linkkit.cards import Card
    >>> card = Card("visits", period=Period(datetime.date(2021, 1, 1), column="day"))
    >>> outside_card(Dataset(pd.DataFrame({"id": [1, 2], "day": ["2021-05-01", "2019-12-31"]}), card=card))
    [('lie outside the period (2021-01-01 to ...)', 1)]
    """
    card, told = dataset.card, []
    if card.period is not None and card.period.column is not None and card.period.column not in dataset.blinded:
        outside = _outside_period(card.period, days_of_column(dataset, card.period.column))
        told.append((f"lie outside the period ({card.period})", int(outside.sum())))
    if card.ages and _has_births(dataset):
        aged = _outside_ages(dataset, days_of_field(dataset, _BIRTH))
        words = f"are of people outside the ages {card.ages[0]:g} to {card.ages[1]:g}"
        told.append((words, 0 if aged is None else int(aged.sum())))
    return [(words, count) for words, count in told if count]


def _outside_ages(dataset: Dataset, found: Days) -> Mask | None:
    """Who was outside the ages on the day of the record, or on every day of the period; None without a day."""
    first, last = _days_of_records(dataset)
    if first is None or last is None:
        return None
    least, most = dataset.card.ages
    oldest, youngest = _years(found.day, last), _years(found.day, first)
    return np.asarray((oldest < least - _SLACK) | (youngest >= most + 1 + _SLACK))


def ages(dataset: Dataset) -> list[CardFinding]:
    """People outside the ages that the card states, on the day of their record or on no day of the period."""
    card = dataset.card
    if not card.ages or not _has_births(dataset):
        return []
    found = days_of_field(dataset, _BIRTH)
    outside = _outside_ages(dataset, found)
    if outside is None:
        return []
    least, most = card.ages
    told = _not_known("ages", found, "no date of birth", dataset)
    if not outside.any():
        return told
    rows = rows_of(dataset, outside)
    return [
        *told,
        CardFinding(
            "outside_ages",
            "warning",
            f"{_of(rows, dataset, 'is', 'are')} of people outside the ages {least:g} to {most:g}: {row_list(rows)}.",
            "The card promises fewer people than the data hold, or dates of birth are wrong.",
            "Widen ages in the card, or have the dates of birth mended.",
        ),
    ]


def births(dataset: Dataset) -> list[CardFinding]:
    """People born after their data were taken."""
    day = dataset.card.extracted
    if day is None or not _has_births(dataset):
        return []
    late = days_of_field(dataset, _BIRTH).day > np.datetime64(day)
    if not late.any():
        return []
    rows = rows_of(dataset, late)
    return [
        CardFinding(
            "born_after_extract",
            "serious",
            f"{_of(rows, dataset, 'has', 'have')} a date of birth after the extract ({day}): {row_list(rows)}.",
            "Either the dates or the day of extract is wrong.",
            "Write the day on which these data were taken into extracted, or have the dates mended.",
        )
    ]


def dates(dataset: Dataset) -> list[CardFinding]:
    """Values of date fields that are no dates: placeholders, days that no calendar has, defaults."""
    told = []
    for field in dataset.fields:
        if dataset.kind_of(field) == "date" and not dataset.holds_sets(field):
            told += _faults(
                f"fields.{field}", ", ".join(dataset.fields[field].columns), days_of_field(dataset, field), dataset
            )
    return told


def spells(dataset: Dataset) -> list[CardFinding]:
    """Spells that end before they start, and spells without a start."""
    said = dataset.card.spells
    if said is None:
        return []
    columns = {"spells.start": said.start, **({"spells.end": said.end} if said.end else {})}
    hidden = [_not_looked_at(place, column) for place, column in columns.items() if column in dataset.blinded]
    if hidden:
        return hidden
    found = dict(zip(columns, days_of_columns(dataset, list(columns.values())), strict=True))
    told = [one for place, days in found.items() for one in _faults(place, columns[place], days, dataset)]
    open_start = np.isnat(found["spells.start"].day)
    if open_start.any():
        rows = rows_of(dataset, open_start)
        told.append(
            CardFinding(
                "spells_without_start",
                "warning",
                f"{_of(rows, dataset, 'has', 'have')} no start ({said.start!r}): {row_list(rows)}.",
                "They cannot be put in time.",
                "Have the days added, or count these records as left out.",
            )
        )
    if said.end is not None:
        turned = found["spells.end"].day < found["spells.start"].day
        if turned.any():
            told.append(
                CardFinding(
                    "spells_end_before_start",
                    "serious",
                    reversed_rows(rows_of(dataset, turned), said.start, said.end),
                    "Such a spell covers no day, and joins nothing.",
                    "Have the days mended where they were recorded; perhaps start and end are exchanged in the card.",
                )
            )
    return told


def _faults(place: str, column: str, found: Days, dataset: Dataset) -> list[CardFinding]:
    told = []
    for reason, mask in found.faults.items():
        if not mask.any():
            continue
        rows = rows_of(dataset, mask)
        told.append(
            CardFinding(
                f"dates_{reason.replace(' ', '_')}",
                "note" if reason == "placeholder" else "warning",
                f"{_of(rows, dataset, 'has', 'have')} no usable date in {column!r} ({place}), {reason}: "
                f"{row_list(rows)}.",
                "They count as missing.",
                "Have them mended where they were recorded, if many.",
            )
        )
    return [*told, *_guessed(place, column, found, dataset)]


def _guessed(place: str, column: str, found: Days, dataset: Dataset) -> list[CardFinding]:
    """Dates that are others where the month stands first, and nothing shows whether it does."""
    if not found.is_guessed.any():
        return []
    rows = rows_of(dataset, found.is_guessed)
    how = (
        f"prepare.Date({place.removeprefix('fields.')!r}, day_first=False)"
        if place.startswith("fields.")
        else "day_first=False in the pipeline"
    )
    return [
        CardFinding(
            "order_of_dates",
            "note",
            f"{_of(rows, dataset, 'has a date', 'have dates')} in {column!r} ({place}) that could be day or month "
            f"first, and no value shows which: {row_list(rows)}.",
            "They are read day first.",
            f"Write them as 2021-04-03, or say {how} where the month stands first.",
        )
    ]


def _not_known(part: str, found: Days, what: str, dataset: Dataset) -> list[CardFinding]:
    """Records that a part of the card could not be held against: no day, or none to the day."""
    silent = np.isnat(found.day)
    for mask in found.faults.values():  # told by themselves
        silent &= ~mask
    if not silent.any():
        return []
    many = int(silent.sum())
    return [
        CardFinding(
            f"{part}_not_looked_at",
            "warning" if silent.all() else "note",
            f"{many:,} of {len(dataset):,} records {'has' if many == 1 else 'have'} {what} that is known to the day, "
            f"and {'was' if many == 1 else 'were'} not held against {part} of the card.",
            "Whether they are what the card promises is unknown.",
            f"Name a column with days in {part}.column of the card." if part == "period" else "",
        )
    ]


def _days_of_records(dataset: Dataset) -> tuple[NDArray[np.datetime64] | None, NDArray[np.datetime64] | None]:
    """For each record the first and the last day on which its person's age may be looked at."""
    said, extracted = dataset.card.period, dataset.card.extracted
    if said is not None and said.column is not None and said.column not in dataset.blinded:
        day = days_of_column(dataset, said.column).day
        return day, day
    start = None if said is None else said.start
    end = extracted if said is None or said.end is None else said.end
    start = start or end
    if start is None or end is None:
        return None, None
    return tuple(np.full(len(dataset), np.datetime64(day)) for day in (start, end))  # type: ignore[return-value]


def _years(born: NDArray[np.datetime64], day: NDArray[np.datetime64]) -> NDArray[np.float64]:
    """Ages in years; NaN where a day is missing."""
    span = (day - born).astype("timedelta64[D]")
    years: NDArray[np.float64] = np.where(np.isnat(span), np.nan, span.astype(np.int64) / _DAYS_A_YEAR)
    return years


def _has_births(dataset: Dataset) -> bool:
    return _BIRTH in dataset.fields and dataset.kind_of(_BIRTH) == "date" and not dataset.holds_sets(_BIRTH)


def _not_looked_at(place: str, column: str) -> CardFinding:
    return CardFinding(
        "blinded_column",
        "warning",
        f"{place} names the column {column!r}, which is blinded, so it was not looked at:",
        "linkage must not see it.",
        f"Name another column in {place}.",
    )


def _of(rows: list[int], dataset: Dataset, one: str, many: str) -> str:
    return f"{len(rows):,} of {len(dataset):,} records {one if len(rows) == 1 else many}"
