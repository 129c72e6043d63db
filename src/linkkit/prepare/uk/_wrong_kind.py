"""Which identifier values are, whatever their column is called; the fields that hold another than their name says."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkkit.encoded import Encoded
from linkkit.errors import DataError
from linkkit.fields import ENCODED_KINDS, Field
from linkkit.prepare._column import Column, Doubt, Mask, blanked
from linkkit.prepare._dates import Date
from linkkit.prepare._wrong_kind import WrongKind, doubted

from ._judge import FIELD_OF_KIND
from ._one_text import text_of
from ._shapes import is_kind, tight, where
from .chi import births_said

if TYPE_CHECKING:
    from linkkit.dataset import Dataset

__all__ = ["identify", "in_postcodes", "split_identifiers", "wrong_kind"]

_WHOLE_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


def identify(values: Iterable[object]) -> dict[str, int]:
    """Return how many values are valid identifiers of each kind that a check digit, a range or a form tells.

    NHS number and CHI number are both ten digits with the same check digit: their ranges tell them apart. UPRN, URN and
    ODS codes are any digits or letters, and cannot be told by themselves.

    Parameters
    ----------
    values
        The values of a column, in any spelling; missing ones count for nothing.

    Returns
    -------
    dict of str to int
        Values by kind, most frequent first; kinds that no value is of are left out.

    Examples
    --------
    >>> identify(["943 476 5919", "0211165794", "B801200005001", "ls1 4ap", "4010232137", None, "N/A"])
    {'NHS number': 2, 'CHI number': 1, 'UPN': 1, 'postcode': 1}
    """
    import pyarrow as pa

    texts = pa.array([text_of(value) for value in values], pa.string())
    found = {kind: int(mask.sum()) for kind, mask in is_kind(tight(texts)).items()}
    return dict(sorted(((kind, count) for kind, count in found.items() if count), key=lambda one: -one[1]))


def wrong_kind(dataset: Dataset) -> tuple[WrongKind, ...]:
    """Return the fields of a dataset, as it is read, that hold another identifier than their name says.

    Parameters
    ----------
    dataset
        A dataset that was not prepared yet: preparation makes missing what it cannot read.

    Returns
    -------
    tuple of WrongKind
        For each field and kind: how many records, the first rows, and how to mend it. Of CHI numbers also how many have
        the date of birth that they say, where the dataset holds dates of birth.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.dataset import Dataset
    >>> table = pd.DataFrame({"id": [1, 2, 3], "nhs_no": ["4010232137", "0211165794", "4505577104"],
    ...                       "dob": ["2001-02-03", "2016-11-02", "2003-04-05"]})
    >>> print(wrong_kind(Dataset(table, name="register"))[0].explanation)  # doctest: +NORMALIZE_WHITESPACE
    register: 1 of 3 records that hold the field 'nhs_number' (column 'nhs_no') hold a CHI number, not an NHS number
    (row 2): kept; 1 of them have the date of birth that it says.
    """
    from linkkit.prepare._prepare import recommended_for

    found: list[WrongKind] = []
    for name, described in dataset.fields.items():
        if described.kind in ENCODED_KINDS or dataset.holds_sets(name):
            continue
        encoded = dataset.encoded(name)
        column = Column(dataset.name, name, described.kind, encoded.values[1:], encoded.counts()[1:])
        step = recommended_for(name, described.kind)
        is_told = hasattr(step, "otherwise") or described.kind == "postcode"
        doubts = step.clean(column).doubts if is_told else ()
        found += [_with_births(dataset, encoded, one) for one in doubted(dataset, name, encoded, doubts)]
    return tuple(found)


def split_identifiers(dataset: Dataset, field: str) -> Dataset:
    """Return the dataset with each kind of identifier in a field moved to the field of its own.

    CHI numbers go to ``chi_number``, NHS numbers to ``nhs_number``, UPNs to ``upn``, postcodes to ``postcode``; what is
    of no such kind stays. Where a record holds a value in that field already, its value stays where it is.

    Parameters
    ----------
    dataset
        A dataset, as it is read.
    field
        The field that holds several kinds.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.dataset import Dataset
    >>> people = Dataset(pd.DataFrame({"id": [1, 2], "nhs_no": ["4010232137", "0211165794"]}))
    >>> split_identifiers(people, "nhs_number").to_pandas().fillna("").values.tolist()
    [[1, '4010232137', ''], [2, '', '0211165794']]
    """
    encoded = dataset.encoded(field)
    left = encoded.codes.copy()
    new: dict[str, Encoded] = {}
    masks = is_kind(tight(encoded.values))
    for target in dict.fromkeys(FIELD_OF_KIND.values()):
        kinds = [mask for kind, mask in masks.items() if FIELD_OF_KIND[kind] == target]
        if target == field or not kinds:
            continue
        moved = np.any(kinds, axis=0)[encoded.codes]
        if target in dataset.fields:
            moved &= dataset.encoded(target).codes == 0
        if moved.any():
            chosen = Encoded(np.where(moved, encoded.codes, 0).astype(np.uint32), encoded.values)
            new[target] = _joined(chosen, dataset.encoded(target) if target in dataset.fields else None)
            left[moved] = 0
    if not new:
        return dataset
    split = dataset.with_encoded({field: _compact(Encoded(left, encoded.values)), **new})
    source = dataset.fields[field].columns
    made = {name: Field(source, split.fields[name].kind) for name in new if name not in dataset.fields}
    split.fields = {**split.fields, **made}
    return split


def in_postcodes(column: Column, looked_at: Mask, present: Mask) -> tuple[Doubt, ...]:
    """Return which values of a column of postcodes are numbers of people instead; they are kept.

    Parameters
    ----------
    column
        The column.
    looked_at, present
        Which of its values are no postcodes, and which hold anything at all; shape (distinct,).
    """
    import pyarrow as pa

    if not looked_at.any():
        return ()
    masks = is_kind(tight(column.values.filter(pa.array(looked_at))))
    found = {kind: where(looked_at, mask) for kind, mask in masks.items() if kind != "postcode" and mask.any()}
    mend = f'Move them to their own field, prepare.uk.split_identifiers(dataset, "{column.field}").'
    return tuple(Doubt("postcode", kind, mask, present, "kept", mend) for kind, mask in found.items())


def _with_births(dataset: Dataset, encoded: Encoded, found: WrongKind) -> WrongKind:
    """Add how many CHI numbers have the date of birth that they say."""
    if found.found != "CHI number" or "date_of_birth" not in dataset.fields:
        return found
    dates = dataset.encoded("date_of_birth")
    column = Column(dataset.name, "date_of_birth", "date", dates.values[1:], dates.counts()[1:])
    try:
        written = ["", *Date("date_of_birth").clean(column).values.to_pylist()]
    except DataError:  # a column of dates that holds none
        return found
    born = np.array([text[2:] for text in written])[dates.codes]
    values = tight(encoded.values)
    agree: NDArray[np.bool_] = births_said(values)[encoded.codes] == born
    chosen = is_kind(values)["CHI number"][encoded.codes]
    return dataclasses.replace(found, born_then=int((agree & chosen).sum()))


def _joined(moved: Encoded, held: Encoded | None) -> Encoded:
    """Return a column with moved values where it held none."""
    if held is None:
        return _compact(moved)
    from linkkit.encoded import together

    (one, other), values = together([moved, held])
    return _compact(Encoded(np.where(other > 0, other, one).astype(np.uint32), values))


def _compact(column: Encoded) -> Encoded:
    """Return a column without the values that no record holds any more."""
    return column.mapped(blanked(column.values[1:], column.counts()[1:] == 0))
