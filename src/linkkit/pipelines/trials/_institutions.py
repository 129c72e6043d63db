"""Trials that randomise institutions: schools or practices are linked by their codes, and participants inherit."""

from __future__ import annotations

import copy
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from linkkit import compare, prepare
from linkkit.block import on
from linkkit.decide import BestEach
from linkkit.encoded import encode
from linkkit.errors import DataError
from linkkit.fields import Field, words_of
from linkkit.plan import Plan
from linkkit.score import RuleList

if TYPE_CHECKING:
    import pandas as pd

    from linkkit.dataset import Dataset
    from linkkit.encoded import Encoded

    from ._run import TrialRun

__all__ = [
    "NAMES", "allowed_at", "by_name_too", "inherited", "institution_plan", "is_spelled_out", "named_alike",
    "require_linkable", "unit_of",
]  # fmt: skip

# How each code is written alike: URN and ODS code by their own rules, LAESTAB and others without blanks and slashes.
_CODES: dict[str, Any] = {
    "urn": prepare.Urn,
    "ods_code": prepare.OdsCode,
    "laestab": prepare.Identifier,
    "institution_code": prepare.Identifier,
}
NAMES = ("institution_name", "school_name", "organisation_name", "full_name")
_POSTCODE = "postcode"
# What columns with the name of an institution are called: of what, and alone.
_OF = r"(?:school|academy|establishment|institution|organi[sz]ation|practice|surgery|provider|trust|hospital)"
_NAME_COLUMN = re.compile(rf"^(?:{_OF} ?name|name of (?:the )?{_OF}|{_OF}|name)$")


def unit_of(trial: Dataset, admin: Dataset) -> str:
    """Return what is linked: the unit of both datasets, or persons."""
    return admin.card.unit if trial.card.unit == admin.card.unit else "person"


def named_alike(trial: Dataset, admin: Dataset) -> tuple[Dataset, Dataset]:
    """Return datasets of institutions in which the names are one field, where columns are called like names.

    A column ``school_name`` is no field of persons, and is not taken for one when a dataset is read. Fields that both
    have stay as they are, and blinded columns are not looked at.
    """
    if any(name in trial.fields and name in admin.fields for name in NAMES):
        return trial, admin
    names = [_names(dataset) for dataset in (trial, admin)]
    if names[0] is None or names[1] is None:
        return trial, admin
    return _with_names(trial, *names[0]), _with_names(admin, *names[1])


def _with_names(dataset: Dataset, names: Encoded, columns: tuple[str, ...]) -> Dataset:
    named = dataset.with_encoded({NAMES[0]: names})
    named.fields[NAMES[0]] = Field(columns, "text")  # a run that is read again takes it from there
    return named


def _names(dataset: Dataset) -> tuple[Encoded, tuple[str, ...]] | None:
    """The field that is said to hold names, else the one column that is called so, and its columns; None without."""
    said = next((name for name in NAMES if name in dataset.fields), None)
    if said is not None:
        return dataset.encoded(said), dataset.fields[said].columns
    found = [
        column
        for column in dataset.columns
        if column not in dataset.blinded and column != dataset.id and _NAME_COLUMN.match(words_of(column))
    ]
    best = [column for column in found if "name" in words_of(column)] or found
    return (encode(dataset.table_column(best[0])), (best[0],)) if len(best) == 1 else None


def is_spelled_out(plan: Plan) -> bool:
    """Whether a plan says by itself which institutions are compared, and by what."""
    return bool(plan.block and plan.compare and plan.score is not None)


def require_linkable(trial: Dataset, admin: Dataset) -> tuple[list[str], list[str]]:
    """Return the codes, and the name and the postcode, by which institutions can be found; none of what nobody holds.

    Raises
    ------
    DataError
        Where no record of one of the datasets holds a code that the other has, or a name with a postcode.
    """
    codes, by_name = _found_by(trial, admin)
    if codes or by_name:
        return codes, by_name
    raise DataError(
        f"{trial.name} and {admin.name} share neither a code of institutions ({', '.join(_CODES)}) nor a name "
        f"({', '.join(NAMES)}) with a postcode that records of both hold: {_told(trial)}; {_told(admin)}. A name alone "
        "would link institutions that are called alike. Say in fields of the cards which columns hold a code or the "
        "postcode; to link by a name alone all the same, say block, compare and score in the plan of the pipeline."
    )


def by_name_too(trial: Dataset, admin: Dataset) -> bool:
    """Whether institutions without a code in common can be found by name and postcode."""
    return bool(_name_with_postcode(trial, admin))


def _found_by(trial: Dataset, admin: Dataset) -> tuple[list[str], list[str]]:
    codes = [name for name in _CODES if _count(trial, name) and _count(admin, name)]
    return codes, _name_with_postcode(trial, admin)


def _name_with_postcode(trial: Dataset, admin: Dataset) -> list[str]:
    shared = [name for name in NAMES if name in trial.fields and name in admin.fields]
    held = [name for name in shared if all(_count(one, name, _POSTCODE) for one in (trial, admin))]
    return [held[0], _POSTCODE] if held else []


def _count(dataset: Dataset, *fields: str) -> int:
    """How many records hold all of some fields."""
    if not all(name in dataset.fields for name in fields):
        return 0
    return int(np.logical_and.reduce([dataset.encoded(name).codes != 0 for name in fields]).sum())


def _told(dataset: Dataset) -> str:
    fields = [name for name in (*_CODES, *NAMES, _POSTCODE) if name in dataset.fields]
    held = [f"{name} in {_count(dataset, name):,}" for name in fields]
    return f"of {len(dataset):,} records {dataset.name} holds {', '.join(held) or 'none of these fields'}"


def institution_plan(trial: Dataset, admin: Dataset, plan: Plan) -> Plan:
    """Return a plan that links institutions: by a code, else by name and postcode; what is decided already stays.

    A code that agrees is one institution. Without, the name and the postcode must agree: a school that becomes an
    academy gets another URN and keeps both. Two that fit equally well are for a person to decide.

    Raises
    ------
    DataError
        See :func:`require_linkable`.
    """
    codes, by_name = _found_by(trial, admin) if is_spelled_out(plan) else require_linkable(trial, admin)
    rules: list[dict[str, str]] = [{code: "exact"} for code in codes]
    comparisons = [compare.exact(code) for code in codes]
    steps: list[Any] = [_CODES[code](code) for code in codes]
    blocks = [on(code) for code in codes]
    if by_name:
        name = by_name[0]
        rules += [{name: "exact", _POSTCODE: "exact"}, {name: ">= 0.92", _POSTCODE: "exact"}]
        comparisons += [compare.text(name, (0.92,)), compare.exact(_POSTCODE)]
        steps += [prepare.Text(name), prepare.Postcode(_POSTCODE)]
        blocks.append(on(_POSTCODE))
    return plan.change(
        prepare=steps or None if plan.prepare is None else plan.prepare,
        block=plan.block or tuple(blocks),
        compare=plan.compare or tuple(comparisons),
        score=plan.score or RuleList(tuple(rules)),
        decide=plan.decide or BestEach("both", weight=1.0, least_gap=0.0),
    )


def allowed_at(dataset: Dataset) -> Dataset:
    """Return a dataset of institutions whose consent was found to cover them, for a linkage that asks about persons."""
    consent = dataset.card.consent
    if consent is None or consent.level == "person":
        return dataset
    same = copy.copy(dataset)
    same.card = dataset.card.change(consent=replace(consent, level="person"))
    return same


def inherited(run: TrialRun, table: Any, *, participant: str, institution: str) -> pd.DataFrame:
    """See :meth:`TrialRun.inherited`."""
    import pandas as pd

    from linkkit._reading import open_table

    from ._inputs import places_of

    source = open_table(table, "the participants")
    lacking = [column for column in (participant, institution) if column not in source.columns]
    if lacking:
        raise DataError(f"the participants have no column {lacking[0]!r}; they have: {', '.join(source.columns)}.")
    held = source.read([participant, institution])
    place = places_of(held[institution], run.trial.ids)
    states = run.participants.drop(columns="id").iloc[np.where(place >= 0, place, 0)].reset_index(drop=True)
    states.loc[place < 0, "state"] = "institution not in the trial"
    kept = states[["state", "reached", "reasons", "in_coverage"]].copy()
    kept.loc[place < 0, ["reached", "reasons"]] = ["", ""]
    kept.loc[place < 0, "in_coverage"] = pd.NA
    ids = encode(held[participant], where=f"the participants: {participant!r}")
    kept.insert(0, "institution", held[institution].to_pandas().to_numpy())
    kept.insert(0, "id", np.array(ids.texts(), object)[ids.codes])
    return kept.sort_values(["id", "institution"], ignore_index=True, kind="stable")
