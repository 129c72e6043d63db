"""Answers about consent: what is neither yes nor no, what is missing, and persons whose records say both; in counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkkit.cards import CardFinding, Consent
from linkkit.cards._answers import as_word, means_no, means_opted_out
from linkkit.dataset import Dataset
from linkkit.encoded import encode
from linkkit.errors import row_list
from linkkit.permission import person_numbers, persons_of

from ._days import rows_of

__all__ = ["consent_answers", "mixed_answers"]

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class _Question:
    """A column of answers: what stands in it, and what each reading of it leads to."""

    place: str
    column: str
    is_unclear: Callable[[str], bool]
    stays: Callable[[str], bool]
    unclear: str
    risk: str
    silent: str
    words: str


def consent_answers(dataset: Dataset) -> list[CardFinding]:
    """Answers about consent or opt-out that mean neither yes nor no, and answers that are missing."""
    told = []
    person = dataset.card.person
    any_of = persons_of(dataset, None if person in dataset.blinded else person)
    for asked in _questions(dataset):
        unclear = int(_is(dataset, asked.column, asked.is_unclear).sum())
        said = _is(dataset, asked.column, lambda _: True)
        if asked.place == "consent.column":  # a record without an answer is as the person's others are
            said = any_of(said)
        silent = int((~said).sum())
        if unclear:
            told.append(
                CardFinding(
                    "unclear_answers",
                    "warning",
                    f"{unclear:,} of {len(dataset):,} records have an answer in {asked.column!r} ({asked.place}) that "
                    f"is {asked.unclear}.",
                    asked.risk,
                    f"Name every value that means {asked.words} of the card.",
                )
            )
        if silent:
            told.append(
                CardFinding(
                    "no_answer",
                    "note",
                    f"{silent:,} of {len(dataset):,} records have no answer in {asked.column!r} ({asked.place}); "
                    f"it is taken as {asked.silent}.",
                )
            )
    return told


def mixed_answers(dataset: Dataset) -> list[CardFinding]:
    """Persons of whose records some would be linked and some not: they are left out with all of them."""
    person = dataset.card.person
    if person is None or person in dataset.blinded:
        return []
    any_of = persons_of(dataset, person)
    first = _first_records(dataset, person)
    told = []
    for asked in _questions(dataset):
        answered = _is(dataset, asked.column, lambda _: True)
        stays = _is(dataset, asked.column, asked.stays)
        goes = answered & ~stays
        if asked.place == "consent.opt_out":  # where nothing is said nobody opted out
            stays = ~goes
        mixed = any_of(stays) & any_of(goes)
        if mixed.any():
            rows = rows_of(dataset, mixed)
            people = int((mixed & first).sum())
            told.append(
                CardFinding(
                    "mixed_answers",
                    "warning",
                    f"{people:,} person{'s have' if people != 1 else ' has'} records that say different things in "
                    f"{asked.column!r} ({asked.place}), {len(rows):,} in all: {row_list(rows)}.",
                    "Whoever refused or opted out in one record is left out with all of them.",
                    "Have the answers settled by those who asked, if these people may be linked after all.",
                )
            )
    return told


def _questions(dataset: Dataset) -> list[_Question]:
    consent = dataset.card.consent
    if consent is None:
        return []
    return [asked for asked in _asked(consent) if asked.column not in dataset.blinded]


def _asked(consent: Consent) -> list[_Question]:
    asked = []
    if consent.column is not None:
        asked.append(
            _Question(
                "consent.column", consent.column, lambda word: word not in consent.agreed and not means_no(word),
                lambda word: word in consent.agreed,
                "neither yes nor a usual word for no; it is taken as no",
                "People may be left out who agreed.", "no", "yes in consent.agreed",
            )
        )  # fmt: skip
    if consent.opt_out is not None:
        asked.append(
            _Question(
                "consent.opt_out", consent.opt_out,
                lambda word: word not in consent.not_opted_out and not means_opted_out(word),
                lambda word: word in consent.not_opted_out,
                "neither a word for not opted out nor a usual one for opted out; it is taken as opted out",
                "People may be left out who did not opt out.", "not opted out",
                "that someone did not opt out in consent.not_opted_out",
            )
        )  # fmt: skip
    return asked


def _is(dataset: Dataset, column: str, holds: Callable[[str], bool]) -> Mask:
    """Which records have an answer of which something holds."""
    answers = encode(dataset.table_column(column))
    chosen = np.array([bool(text) and holds(as_word(text)) for text in answers.texts()])
    return np.asarray(chosen[answers.codes])


def _first_records(dataset: Dataset, person: str) -> Mask:
    """One record of each person."""
    codes = person_numbers(dataset, person).codes
    first = np.zeros(len(codes), np.bool_)
    first[np.unique(codes, return_index=True)[1]] = True
    return first
