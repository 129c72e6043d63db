"""Whether the datasets share a strong identifier that m can be learned from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkkit.encoded import Encoded
from linkkit.fields import meaning_of
from linkkit.records import Records

__all__ = ["recommended_anchor"]

# A tenth of the records on every side is enough to learn from, and few enough that the number is no accident.
LEAST_HELD = 0.1
# m of 0.9 learned from so many pairs has a standard error of two points.
LEAST_PAIRS = 200
# A number that identifies people is shared by few records: more, in the mean, and it is a code of something else.
MOST_RECORDS_EACH = 3.0
# Of the pairs that agree on the number so many agree on the day of birth or a name as well, or it is no one's own.
LEAST_AGREEMENT = 0.5
WHO = ("date_of_birth", "surname", "given_name", "full_name")


def recommended_anchor(records: Records) -> str | None:
    """Return the identifier that m is best learned from, or None.

    Parameters
    ----------
    records
        The records, prepared.

    Returns
    -------
    str or None
        Of the fields of kind ``identifier`` the one with the most agreeing pairs, where at least a tenth of the records
        of every dataset hold it, no more than three records hold a value in the mean, at least 200 pairs agree on it,
        and at least half of these agree on a name or the date of birth too.
    """
    found: list[tuple[int, str]] = []
    for field in records.fields:
        is_identifier = meaning_of(field, records.datasets[0].kind_of(field)) == "identifier"
        column = records.column(field) if is_identifier else None
        if not isinstance(column, Encoded):
            continue
        held = [float(part.mean()) if len(part) else 0.0 for part in np.split(column.codes > 0, records.starts[1:-1])]
        each = (column.codes > 0).sum() / max(int(np.count_nonzero(np.bincount(column.codes)[1:])), 1) / len(held)
        if min(held) < LEAST_HELD or each > MOST_RECORDS_EACH:
            continue
        one, two = _agreeing(column.codes, records)
        if len(one) >= LEAST_PAIRS and _agree_otherwise(records, one, two) >= LEAST_AGREEMENT:
            found.append((len(one), field))
    return max(found, key=lambda each: each[0])[1] if found else None


def _agreeing(codes: NDArray[np.uint32], records: Records) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return rows of neighbours that agree on a value and may be paired."""
    rows = np.flatnonzero(codes > 0)
    rows = rows[np.argsort(codes[rows], kind="stable")]
    one, two = rows[:-1], rows[1:]
    agree = codes[one] == codes[two]
    if records.link_type == "link_only":
        agree &= records.dataset_of(one.astype(np.uint32)) != records.dataset_of(two.astype(np.uint32))
    return one[agree], two[agree]


def _agree_otherwise(records: Records, one: NDArray[np.int64], two: NDArray[np.int64]) -> float:
    """Return the share of pairs that agree on something else that says who somebody is; 1 where nothing does."""
    columns = [records.column(field) for field in WHO if field in records.fields]
    codes = [column.codes for column in columns if isinstance(column, Encoded)]
    if not codes:
        return 1.0
    agree = np.logical_or.reduce([(column[one] == column[two]) & (column[one] > 0) for column in codes])
    return float(agree.mean())
