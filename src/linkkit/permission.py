"""Which datasets may be linked, and which of their records: the consent and opt-outs of their data cards."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from .cards import Consent, refusals
from .dataset import Dataset
from .encoded import encode
from .errors import CardError, DataError

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

__all__ = ["NO_CONSENT", "OPTED_OUT", "consenting", "permitted", "says", "says_yes"]

NO_CONSENT, OPTED_OUT = "no consent to linkage", "opted out"


def permitted(
    datasets: Sequence[Dataset], *, on: datetime.date | None = None, level: str = "person"
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
    CardError
        Where a consent is over, or does not cover another dataset or the unit; it names scopes and no people.
    DataError
        Where nobody of a dataset may be linked.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.cards import Card, Consent
    >>> card = Card("trial", "trial", consent=Consent(("any",), column="agreed"))
    >>> people = pd.DataFrame({"id": [1, 2, 3], "surname": ["Lee", "Hay", "Roe"], "agreed": ["yes", "no", None]})
    >>> permitted([Dataset(people, card=card)])[0].left_out
    (('no consent to linkage', 2),)
    """
    day = on or datetime.date.today()
    reasons = refusals([dataset.card for dataset in datasets], on=day, level=level)
    if reasons:
        raise CardError(
            reasons,
            "This linkage is not permitted. Ask those who hold the data for a wider or newer consent; do not change "
            "the card without them.",
        )
    return tuple(map(consenting, datasets))


def consenting(dataset: Dataset) -> Dataset:
    """Return a dataset without the records of people who did not agree, or who opted out."""
    consent = dataset.card.consent
    if consent is None:
        return dataset
    before = {reason for reason, _ in dataset.left_out}
    for column, reason in ((consent.column, NO_CONSENT), (consent.opt_out, OPTED_OUT)):
        if column is None or reason in before:
            continue
        yes = says_yes(dataset, column, consent)
        keep = yes if reason == NO_CONSENT else ~yes
        if not keep.any():
            raise DataError(
                f"{dataset.name}: none of {len(dataset):,} records may be linked: {reason}, by the column {column!r}. "
                f"Values that mean yes are {', '.join(consent.agreed)}; say others in consent.agreed of the card."
            )
        dataset = dataset.restricted(keep, reason)
    return dataset


def says_yes(dataset: Dataset, column: str, consent: Consent) -> NDArray[np.bool_]:
    """Return for each record, in the order of ids, whether a column says yes; shape (records,)."""
    return says(dataset.table_column(column), consent.agreed)[0]


def says(column: pa.ChunkedArray, words: Collection[str]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
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
    import numpy as np

    answers = encode(column)
    is_one = np.array([text is not None and text.strip().lower() in words for text in answers.texts()])
    return is_one[answers.codes], np.asarray(answers.codes != 0)
