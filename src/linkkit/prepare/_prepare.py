"""Carry out steps on a dataset, and report what each of them changed."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkkit.encoded import Encoded, EncodedSets
from linkkit.errors import PlanError, did_you_mean
from linkkit.fields import KNOWN_FIELDS, PREPARED_KINDS

from ._addresses import Address, HouseNumber
from ._column import Cleaned, Column, Mask
from ._contacts import Email, Phone
from ._dates import Date
from ._identifiers import Identifier, Number
from ._names import Name
from ._postcodes import Postcode
from ._replace import Replace, Using
from ._sex import Sex
from ._text import Text
from ._wrong_kind import WrongKind, doubted
from .uk.chi import Chi
from .uk.dates import DefaultDate
from .uk.ethnicity import Ethnicity
from .uk.names import UkName
from .uk.nhs_number import REGIONS, NhsNumber
from .uk.ods import OdsCode
from .uk.postcode import Crowded, UkPostcode
from .uk.sex import SexCode
from .uk.superseded import Superseded
from .uk.upn import Upn
from .uk.uprn import Uprn
from .uk.urn import Urn

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from linkkit.dataset import Dataset

__all__ = ["Change", "Step", "changes", "clean_values", "prepare", "recommended", "recommended_for"]

Step = (
    Text
    | Name
    | Date
    | Sex
    | Postcode
    | Address
    | HouseNumber
    | Email
    | Phone
    | Identifier
    | Number
    | Replace
    | Using
    | NhsNumber
    | Chi
    | Upn
    | UkPostcode
    | Crowded
    | Uprn
    | Urn
    | OdsCode
    | SexCode
    | Ethnicity
    | DefaultDate
    | UkName
    | Superseded
)

_BY_KIND: dict[str, Any] = {
    "given_name": Name, "surname": Name, "full_name": Name, "date": Date, "sex": Sex, "postcode": Postcode,
    "house_number": HouseNumber, "address": Address, "place": Text, "identifier": Identifier, "email": Email,
    "phone": Phone, "number": Number, "category": Text, "set": Text, "text": Text,
}  # fmt: skip
# Fields whose name says which identifier of the UK they hold. Numbers of every country of the islands are people's, and
# those of made-up people have their range; a column of other numbers stays as it is, with a warning.
_KEPT = {"otherwise": "keep"}
_BY_FIELD: dict[str, tuple[Any, dict[str, Any]]] = {
    "nhs_number": (NhsNumber, {"regions": REGIONS, **_KEPT}), "chi_number": (Chi, _KEPT), "upn": (Upn, _KEPT),
    "former_upn": (Upn, _KEPT), "uprn": (Uprn, _KEPT), "urn": (Urn, _KEPT), "ods_code": (OdsCode, _KEPT),
    # Codes mostly, sometimes names: written alike, and not checked.
    "gp_practice": (Identifier, {}), "provider": (Identifier, {}),
}  # fmt: skip


@dataclass(frozen=True)
class Change:
    """What one step did to one field, in counts; it holds no value of a person.

    Parameters
    ----------
    step
        The step.
    field
        The field.
    records
        How many records held a value before.
    records_changed
        How many of them hold another value now, or none.
    values_changed
        How many distinct values changed.
    made_missing
        How many records hold no value now.
    distinct_before, distinct_after
        How many distinct values there were and are.
    reasons
        Why records hold no value now: records by reason.
    notes
        What was decided for the whole field, such as the order of day and month.
    doubts
        Records whose value is not what the field says: a CHI number under the name of the NHS number.
    """

    step: Step
    field: str
    records: int
    records_changed: int
    values_changed: int
    made_missing: int
    distinct_before: int
    distinct_after: int
    reasons: Mapping[str, int] = dataclasses.field(default_factory=dict)
    notes: tuple[str, ...] = ()
    doubts: tuple[WrongKind, ...] = ()

    def __str__(self) -> str:
        reasons = (
            f" ({', '.join(f'{reason} {count:,}' for reason, count in self.reasons.items())})" if self.reasons else ""
        )
        lines = [
            f"{self.step.kind} of {self.field}: {self.records_changed:,} of {self.records:,} records changed, "
            f"{self.made_missing:,} made missing{reasons}; "
            f"{self.distinct_before:,} distinct values became {self.distinct_after:,}"
        ]
        return "\n  ".join([*lines, *self.notes, *map(str, self.doubts)])


def prepare(dataset: Dataset, steps: Sequence[Step] | None = None, *, skip_absent: bool = False) -> Dataset:
    """Return a dataset whose fields are written alike, ready to be compared.

    Parameters
    ----------
    dataset
        The dataset; it stays as it is.
    steps
        What to do, in order; by default :func:`recommended`.
    skip_absent
        Whether a field that a step names and the dataset lacks is passed over; a plan for several datasets needs that.

    Returns
    -------
    Dataset
        The prepared dataset; ``dataset.preparation`` holds a :class:`Change` for each step and field.

    Raises
    ------
    PlanError
        Where steps name fields that are not there; all of them at once.
    DataError
        Where a column of dates holds none that can be.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.dataset import Dataset
    >>> names = {"id": [1, 2], "Surname": ["O'NEIL", "Smith-Jones"], "dob": ["25/12/2001", "n/a"]}
    >>> people = Dataset(pd.DataFrame(names))
    >>> prepare(people).to_pandas().fillna("").values.tolist()
    [[1, 'oneil', '2001-12-25'], [2, 'smith jones', '']]
    """
    chosen = recommended(dataset) if steps is None else tuple(steps)
    _check(dataset, chosen, skip_absent)
    done: list[Change] = []
    columns: dict[str, Encoded | EncodedSets] = {}
    for step in chosen:
        for name in step.fields:
            if name in dataset.fields:
                column = columns.get(name)
                column = column if column is not None else _column_of(dataset, name)
                columns[name], change = _carried_out(step, dataset, name, column)
                done.append(change)
    return dataset.with_encoded(columns, done)


def recommended(dataset: Dataset) -> tuple[Step, ...]:
    """Return the steps that suit the fields of a dataset, by their kinds, and UK identifiers by their names.

    Of an impossible date the parts that can be are kept: a wrong day says nothing against the year. Of a field whose
    name says that it holds NHS numbers, CHI numbers, UPNs, UPRNs, URNs or ODS codes, what is none becomes missing, for
    a counted reason; where most of the records hold something else, the column is kept as it is, with a warning.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.dataset import Dataset
    >>> recommended(Dataset(pd.DataFrame({"id": [1], "sex": ["m"], "zip": ["00501"]})))
    (Sex(fields=('sex',)), Postcode(fields=('postcode',), country=None))
    """
    by_step: dict[Step, list[str]] = {}
    for name, described in dataset.fields.items():
        if described.kind not in PREPARED_KINDS:  # they were prepared before
            step = recommended_for(name, described.kind, fields="any")
            # Of an impossible date the parts that can be are kept: a wrong day says nothing against the year.
            step = dataclasses.replace(step, impossible="parts") if isinstance(step, Date) else step
            by_step.setdefault(step, []).append(name)
    return tuple(dataclasses.replace(step, fields=tuple(names)) for step, names in by_step.items())


def recommended_for(name: str, kind: str, *, fields: str | None = None) -> Step:
    """Return the recommended step for a field of a name and a kind, of that field or of others.

    Examples
    --------
    >>> recommended_for("sex", "sex"), recommended_for("label", "sex")
    (Sex(fields=('sex',)), Sex(fields=('label',)))
    """
    own = _BY_FIELD.get(name)
    step, options = own if own and kind in (KNOWN_FIELDS[name][0], "identifier") else (_BY_KIND[kind], {})
    made: Step = step((fields or name,), **options)
    return made


def changes(dataset: Dataset) -> pd.DataFrame:
    """Return what the preparation of a dataset changed: one row for each step and field, in counts.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.dataset import Dataset
    >>> changes(prepare(Dataset(pd.DataFrame({"id": [1, 2], "sex": ["M", "unknown"]}))))["reasons"].tolist()
    ['placeholder 1']
    """
    import pandas as pd

    counted = (
        "field",
        "records",
        "records_changed",
        "values_changed",
        "made_missing",
        "distinct_before",
        "distinct_after",
    )
    rows = [
        {
            "step": change.step.kind,
            **{name: getattr(change, name) for name in counted},
            "reasons": ", ".join(f"{reason} {count:,}" for reason, count in change.reasons.items()),
            "notes": "; ".join(change.notes),
        }
        for change in dataset.preparation
    ]
    return pd.DataFrame(rows, columns=["step", *counted, "reasons", "notes"])


def clean_values(
    dataset: Dataset, name: str, values: pa.StringArray, counts: NDArray[np.int64]
) -> tuple[pa.StringArray, dict[str, int], Mask]:
    """Return what the recommended step makes of a field's distinct values, records made missing by reason, and which of
    the values are not what the field says.
    """
    import pyarrow.compute as pc

    kind = dataset.kind_of(name)
    doubted = np.zeros(len(values), np.bool_)
    if kind in PREPARED_KINDS:
        return values, {}, doubted
    cleaned = recommended_for(name, kind).clean(Column(dataset.name, name, kind, values, counts))
    is_missing = pc.equal(cleaned.values, "").to_numpy(zero_copy_only=False)
    for doubt in cleaned.doubts:
        doubted |= doubt.values
    return cleaned.values, _by_reason(cleaned, is_missing, counts), doubted


def _check(dataset: Dataset, steps: Sequence[Step], skip_absent: bool) -> None:
    mistakes = [
        f"prepare[{place}].fields: {dataset.name} has no field {name!r}.{did_you_mean(name, dataset.fields)}"
        for place, step in enumerate(steps)
        for name in step.fields
        if name not in dataset.fields and not skip_absent
    ]
    if mistakes:
        raise PlanError(mistakes)


def _column_of(dataset: Dataset, name: str) -> Encoded | EncodedSets:
    return dataset.encoded_sets(name) if dataset.holds_sets(name) else dataset.encoded(name)


def _carried_out(
    step: Step, dataset: Dataset, name: str, column: Encoded | EncodedSets
) -> tuple[Encoded | EncodedSets, Change]:
    import pyarrow.compute as pc

    before, counts = column.values[1:], column.counts()[1:]
    cleaned = step.clean(Column(dataset.name, name, dataset.kind_of(name), before, counts))
    is_changed = pc.not_equal(before, cleaned.values).to_numpy(zero_copy_only=False)
    is_missing = pc.equal(cleaned.values, "").to_numpy(zero_copy_only=False)
    new = column.mapped(cleaned.values) if is_changed.any() else column
    change = Change(
        step=step,
        field=name,
        records=int(counts.sum()),
        records_changed=int(counts[is_changed].sum()),
        values_changed=int(is_changed.sum()),
        made_missing=int(counts[is_missing].sum()),
        distinct_before=len(before),
        distinct_after=len(new.values) - 1,
        reasons=_by_reason(cleaned, is_missing, counts),
        notes=cleaned.notes,
        doubts=doubted(dataset, name, column, cleaned.doubts),
    )
    return new, change


def _by_reason(cleaned: Cleaned, is_missing: Mask, counts: NDArray[np.int64]) -> dict[str, int]:
    """Records made missing by the first reason that holds for them."""
    found: dict[str, int] = {}
    left = is_missing.copy()
    for reason, mask in cleaned.reasons.items():
        found[reason] = int(counts[left & mask].sum())
        left &= ~mask
    found["nothing left"] = int(counts[left].sum())
    return {reason: count for reason, count in found.items() if count}
