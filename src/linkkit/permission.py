"""Which datasets may be linked, and which of their records: the consent and opt-outs of their data cards."""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .cards import Consent, refusals
from .cards._answers import as_word, means_opted_out
from .cards._settled import day_of
from .dataset import Dataset
from .encoded import Encoded, encode, is_list
from .errors import CardError, DataError, SpecError

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]

__all__ = [
    "NO_CONSENT", "OPTED_OUT", "UNCLEAR_OPT_OUT", "Refusing", "consenting", "permitted", "person_numbers", "persons_of",
    "refusing", "require_datasets", "require_terms", "says", "says_yes",
]  # fmt: skip

NO_CONSENT, OPTED_OUT = "no consent to linkage", "opted out"
UNCLEAR_OPT_OUT = "opted out, by an answer that is unclear"
# What reads a file that was handed over, by what its manifest says that it is.
_READERS = {
    "identifiers": "linkkit.pseudonymise.opening.read_identifiers", "encoded": "linkkit.pseudonymise.read_encoded",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Refusing:
    """The records that may not be linked, for one reason.

    Parameters
    ----------
    reason
        Why.
    column
        The column that says so.
    who
        Shape (records,), in the order of ids.
    """

    reason: str
    column: str
    who: Mask


def permitted(
    datasets: Sequence[Dataset], *, on: datetime.date | str | None = None, level: str = "person"
) -> tuple[Dataset, ...]:
    """Return the datasets with the records that may be linked; what is left out is counted in ``left_out``.

    Parameters
    ----------
    datasets
        The datasets, as they were read.
    on
        The day of the linkage; by default today.
    level
        The unit that is linked.

    Raises
    ------
    SpecError
        Where something else than datasets is given.
    CardError
        Where a consent is over, or does not cover another dataset or the unit; it names scopes and no people.
    DataError
        Where nobody of a dataset may be linked; where a file that was handed over was opened without its manifest.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.cards import Card, Consent
    >>> card = Card("trial", "trial", consent=Consent(("any",), column="agreed"))
    >>> people = pd.DataFrame({"id": [1, 2, 3], "surname": ["Lee", "Hay", "Roe"], "agreed": ["yes", "no", None]})
    >>> permitted([Dataset(people, card=card)])[0].left_out
    (('no consent to linkage', 2),)
    """
    require_datasets(datasets)
    require_terms(datasets)
    day = datetime.date.today() if on is None else day_of(on, "on")
    names = [dataset.name for dataset in datasets]
    reasons = refusals([dataset.card for dataset in datasets], on=day, level=level, known_as=names)
    if reasons:
        raise CardError(
            reasons,
            "This linkage is not permitted. Ask those who hold the data for a wider or newer consent; do not change "
            "the card without them.",
        )
    return tuple(map(consenting, datasets))


def require_datasets(given: Sequence[object]) -> None:
    """Raise a SpecError where something else than datasets is given, such as a table."""
    wrong = [(place, one) for place, one in enumerate(given, 1) if not isinstance(one, Dataset)]
    if wrong:
        place, one = wrong[0]
        raise SpecError(
            f"Datasets are wanted; number {place} is {type(one).__name__}. Say what a table or a file is: "
            "linkkit.Dataset(table, name=..., id=...)."
        )


def require_terms(datasets: Sequence[Dataset]) -> None:
    """Raise a DataError where the file of a dataset was handed over with terms, and was opened without looking at them.

    Parameters
    ----------
    datasets
        The datasets.
    """
    for dataset in datasets:
        if dataset.path is None or dataset.is_proven or dataset.encoded_by is not None:
            continue
        reader = _READERS.get(_handed_over_as(dataset.path))
        if reader is not None:
            raise DataError(
                f"{dataset.name}: a manifest stands beside {os.path.basename(dataset.path)}, a file that was handed "
                "over, and Dataset() does not look at it: its terms of consent would be lost, and nothing would prove "
                f"the file. Open it by {reader}(path, name=...)."
            )


def _handed_over_as(path: str) -> str:
    """The kind of file that a manifest of linkkit beside it says; empty without one."""
    try:
        with open(f"{path}.manifest.json", encoding="utf-8") as beside:
            told = json.load(beside)
    except (OSError, ValueError):
        return ""
    return str(told.get("kind", "")) if isinstance(told, dict) and "linkkit_handover" in told else ""


def consenting(dataset: Dataset) -> Dataset:
    """Return a dataset without the records of people who did not agree, or who opted out: see :func:`refusing`."""
    import numpy as np

    rows = np.arange(len(dataset))
    for one in refusing(dataset):
        keep = ~one.who[rows]
        if not keep.any():
            raise _nobody(dataset, one)
        dataset, rows = dataset.restricted(keep, one.reason), rows[keep]
    return dataset


def refusing(dataset: Dataset) -> list[Refusing]:
    """Return which records may not be linked, and why: one reason after the other, a record maybe by several.

    Of a person with many records (by the card's ``person``; else each record is a person), an opt-out in any of them
    holds for all, and so does an answer to the question of consent that is not yes. A record without an answer is as
    the person's others are; without a yes there is no consent. An opt-out fails closed: whatever the column holds,
    unless ``consent.not_opted_out`` names it, opts out.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.cards import Card, Consent
    >>> rows = pd.DataFrame({"id": [1, 2, 3, 4], "surname": ["Lee", "Lee", "Hay", "Roe"], "who": ["a", "a", "b", "c"],
    ...                      "out": [None, "2021-02-03", "no", None]})
    >>> card = Card("visits", person="who", consent=Consent(("any",), opt_out="out"))
    >>> [(one.reason, one.who.tolist()) for one in refusing(Dataset(rows, card=card))]
    [('opted out', [True, True, False, False])]
    """
    consent = dataset.card.consent
    if consent is None or (consent.column is None and consent.opt_out is None):
        return []
    any_of = persons_of(dataset, dataset.card.person)
    found = []
    if consent.column is not None:
        yes, is_said = _answered(dataset, consent.column, lambda word: word in consent.agreed)
        found.append(Refusing(NO_CONSENT, consent.column, any_of(is_said & ~yes) | ~any_of(yes)))
    if consent.opt_out is not None:
        stays, is_said = _answered(dataset, consent.opt_out, lambda word: word in consent.not_opted_out)
        clear, _ = _answered(dataset, consent.opt_out, means_opted_out)
        out = any_of(is_said & ~stays)
        is_clear = any_of(clear & ~stays)
        found.append(Refusing(OPTED_OUT, consent.opt_out, is_clear))
        if (out & ~is_clear).any():
            found.append(Refusing(UNCLEAR_OPT_OUT, consent.opt_out, out & ~is_clear))
    return found


def persons_of(dataset: Dataset, person: str | None) -> Callable[[Mask], Mask]:
    """Return a function from a mask of records to that of all records of the persons who have one of them.

    Parameters
    ----------
    dataset
        The dataset.
    person
        Its column of persons; a record without a value there is a person of its own, as every record is without one.
    """
    import numpy as np

    if person is None:
        return lambda mask: mask
    codes = person_numbers(dataset, person).codes.astype(np.int64)
    alone = codes == 0
    whose = np.where(alone, codes.max(initial=0) + np.cumsum(alone), codes)
    return lambda mask: (np.bincount(whose, weights=mask) > 0)[whose]


def person_numbers(dataset: Dataset, column: str) -> Encoded:
    """Return the column that says whose each record is, without blanks around the numbers: these make no other person.

    Raises
    ------
    DataError
        Where it holds lists, or something else that is no number of a person.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"id": [1, 2, 3], "surname": ["Lee", "Lee", "Hay"], "who": ["a", "a ", None]})
    >>> person_numbers(Dataset(rows), "who").codes.tolist()
    [1, 1, 0]
    """
    import pyarrow as pa

    held = dataset.table_column(column)
    try:
        found = encode(held)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError):
        what = "lists" if is_list(held.type) else str(held.type)
        raise DataError(
            f"{dataset.name}: the column {column!r} of persons holds {what}; a record is of one person. Give a column "
            "with one value a record."
        ) from None
    written = found.texts()[1:]
    tidy = [text.strip() for text in written]
    return found if tidy == written else found.mapped(tidy)


def says_yes(dataset: Dataset, column: str, consent: Consent) -> Mask:
    """Return for each record, in the order of ids, whether a column says yes; shape (records,)."""
    return _answered(dataset, column, lambda word: word in consent.agreed)[0]


def says(column: pa.ChunkedArray, words: Collection[str]) -> tuple[Mask, Mask]:
    """Return for each row whether it says one of some words, and whether it says anything.

    Parameters
    ----------
    column
        What people answered.
    words
        The words, in small letters.

    Examples
    --------
    >>> import pyarrow as pa
    >>> [held.tolist() for held in says(pa.chunked_array([["Yes", "no", None]]), ["yes"])]
    [[True, False, False], [True, True, False]]
    """
    return _judged(encode(column), lambda word: word in words)


def _answered(dataset: Dataset, column: str, is_one: Callable[[str], bool]) -> tuple[Mask, Mask]:
    import pyarrow as pa

    held = dataset.table_column(column)
    try:
        answers = encode(held)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise DataError(
            f"{dataset.name}: the column {column!r} of consent holds {held.type}; make it text, a number, a date or "
            "true and false."
        ) from None
    return _judged(answers, is_one)


def _judged(answers: Encoded, is_one: Callable[[str], bool]) -> tuple[Mask, Mask]:
    import numpy as np

    chosen = np.array([bool(text) and is_one(as_word(text)) for text in answers.texts()])
    return chosen[answers.codes], np.asarray(answers.codes != 0)


def _nobody(dataset: Dataset, one: Refusing) -> DataError:
    consent = dataset.card.consent
    assert consent is not None
    part, words = ("agreed", consent.agreed) if one.reason == NO_CONSENT else ("not_opted_out", consent.not_opted_out)
    means = "yes" if part == "agreed" else "not opted out"
    return DataError(
        f"{dataset.name}: none of {len(dataset):,} records may be linked: {one.reason}, by the column {one.column!r}. "
        f"Values that mean {means} are {', '.join(words)}; say others in consent.{part} of the card."
    )
