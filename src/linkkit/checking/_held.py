"""Counts that do not agree with the card: persons, completeness."""

from __future__ import annotations

import numpy as np

from linkkit.cards import CardFinding
from linkkit.dataset import Dataset
from linkkit.errors import DataError, did_you_mean
from linkkit.permission import person_numbers
from linkkit.prepare import clean_values

__all__ = ["completeness", "persons"]

# A stated completeness is a round figure: what lies this near agrees with it.
_NEAR = 0.05


def persons(dataset: Dataset) -> list[CardFinding]:
    """How many persons the card says, and how many there are."""
    card = dataset.card
    if card.person is not None and card.person not in dataset.blinded:
        column = person_numbers(dataset, card.person)
        counted, without = len(np.unique(column.codes[column.codes > 0])), int(np.count_nonzero(column.codes == 0))
        told = []
        if without:
            told.append(
                CardFinding(
                    "records_without_person",
                    "warning",
                    f"{without:,} of {len(dataset):,} records have no value in {card.person!r} (person):",
                    "whose they are is unknown.",
                    "Have them added; until then each is taken for another person's.",
                )
            )
        if card.persons is not None and counted != card.persons:
            told.append(_persons_differ(card.persons, f"{card.person!r} has {counted:,}"))
        return told
    if card.persons is not None and card.persons > len(dataset):
        return [_persons_differ(card.persons, f"the data have {len(dataset):,} records")]
    return []


def _persons_differ(said: int, there: str) -> CardFinding:
    return CardFinding(
        "persons_differ",
        "warning",
        f"The card says {said:,} persons, {there}.",
        "The overlap that is expected is counted in persons.",
        "Take the extract that the card is of, or write the new count into the card.",
    )


def completeness(dataset: Dataset) -> list[CardFinding]:
    """Fields that are less or more complete than the card says, or not there."""
    told = []
    for name, said in dataset.card.completeness.items():
        if name not in dataset.fields:
            told.append(
                CardFinding(
                    "field_not_there",
                    "warning",
                    f"completeness.{name}: the data have no such field.{did_you_mean(name, dataset.fields)}",
                    "A plan would count on it.",
                    f"Name its column in fields.{name} of the card, or take it out.",
                )
            )
            continue
        there = _present(dataset, name)
        if abs(there - said) > _NEAR:
            told.append(
                CardFinding(
                    "completeness_differs",
                    "warning",
                    f"The card says that {name} is {said:.0%} complete, the data have {there:.0%}.",
                    "What the linkage promises was reckoned with the card's figure.",
                    "Write the new figure into the card, or find out why the extract is another.",
                )
            )
    return told


def _present(dataset: Dataset, name: str) -> float:
    """The share of records with a value that preparation keeps."""
    if dataset.holds_sets(name):
        return float(np.count_nonzero(dataset.encoded_sets(name).codes) / len(dataset))
    column = dataset.encoded(name)
    try:
        values, _, _ = clean_values(dataset, name, column.values[1:], column.counts()[1:])
    except DataError:  # a column of dates that holds none
        return 0.0
    return float(np.count_nonzero(column.mapped(values).codes) / len(dataset))
