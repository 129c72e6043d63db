"""The datasets of one population: register, trial and intervention, each with its own columns and ids."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from linkkit.errors import SpecError
from linkkit.synth._errors import Errors
from linkkit.synth._held import Held
from linkkit.synth._lists import Objects
from linkkit.synth._random import Integers, Stream
from linkkit.synth._record import Draft, dates_as, day_texts, record
from linkkit.synth._recorded import Recorded

if TYPE_CHECKING:
    import pandas as pd

_EPOCH = datetime.date(1970, 1, 1)
_PUPILS = {
    "upn": "upn",
    "given_name": "forename",
    "middle_name": "middle_names",
    "surname": "surname",
    "date_of_birth": "dob",
    "sex": "gender",
    "address": "address_line_1",
    "town": "town",
    "postcode": "postcode",
}
_PATIENTS = {
    "nhs_number": "nhs_no",
    "given_name": "given_name",
    "middle_name": "other_names",
    "surname": "family_name",
    "date_of_birth": "birth_date",
    "sex": "sex_code",
    "address": "address",
    "postcode": "post_code",
}
_TRIAL = {
    "given_name": "child_first_name",
    "surname": "child_last_name",
    "date_of_birth": "child_dob",
    "sex": "child_sex",
    "postcode": "home_postcode",
    "nhs_number": "nhs_number",
}
_PROGRAMME = {
    "given_name": "first_name",
    "surname": "last_name",
    "date_of_birth": "birth_date",
    "sex": "gender",
    "postcode": "pcode",
}
# What each dataset calls a UPRN, practice, provider and local patient id, where it was asked for them.
_PUPILS_HELD = ("uprn", "gp_practice", "provider_code", "hospital_number")
_PATIENTS_HELD = ("uprn", "gp_practice_code", "procode", "local_patient_id")
_TRIAL_HELD = ("home_uprn", "gp_practice_code", "provider_code", "hospital_number")
_PROGRAMME_HELD = ("uprn", "gp_practice", "provider_code", "mrn")
_SITES = ("Bradford", "Leeds", "Newcastle", "Sheffield", "York", "Hull")
_CENTRES = ("Beacon", "Bridge House", "Canalside", "Harbour", "Meadows", "Old Library", "Parkside", "The Hub")


def register(
    people: pd.DataFrame,
    seed: int,
    coverage: float,
    errors: Errors,
    name: str,
    who: Literal["children", "everyone"],
    duplicates: float,
    on: datetime.date,
    held: Held,
) -> Recorded:
    """See :meth:`linkkit.synth.Population.register`."""
    _check_shares(coverage=coverage, duplicates=duplicates)
    if who not in ("children", "everyone"):
        raise SpecError(f"who must be 'children' or 'everyone'; got {who!r}.")
    stream = Stream(seed, "register", name)
    born, rows = _born(people), _eligible(people, who, on)
    rows = rows[stream.child("covered").of(people["person_id"].to_numpy()[rows]) < coverage]
    again = rows[stream.child("twice").of(people["person_id"].to_numpy()[rows]) < duplicates]
    rows = np.concatenate([rows, again])
    rows = rows[stream.child("order").order(len(rows))]
    day = _days_before(stream.child("day"), rows, born, on, 3 * 365)
    draft = record(people, rows, day, errors, stream.child("errors"))
    held.write(draft, people, rows, day, errors)
    pupils = who == "children"
    columns = {**(_PUPILS if pupils else _PATIENTS), **held.columns(_PUPILS_HELD if pupils else _PATIENTS_HELD)}
    texts = dict(draft.fields)
    texts["date_of_birth"] = dates_as(texts["date_of_birth"], "%d/%m/%Y" if pupils else "%Y%m%d")
    if not pupils:
        texts["sex"] = _recode(texts["sex"], {"M": "1", "F": "2", None: "9"})
    ids = _ids(len(rows), "P" if pupils else "N")
    table: dict[str, Any] = {"pupil_id" if pupils else "patient_id": ids, **{columns[f]: texts[f] for f in columns}}
    if pupils:
        table |= {
            "ethnicity": people["ethnic_group"].to_numpy(dtype=object)[rows],
            "imd_quintile": people["deprivation"].to_numpy()[rows],
        }
    table["updated_on" if pupils else "registered_on"] = day_texts(day)
    return _recorded(people, rows, draft, table, columns, name, "administrative")


def trial(
    people: pd.DataFrame,
    seed: int,
    families: int,
    arms: tuple[str, ...],
    consent: float,
    errors: Errors,
    name: str,
    on: datetime.date,
    held: Held,
) -> Recorded:
    """See :meth:`linkkit.synth.Population.trial`."""
    _check_shares(consent=consent)
    if families < 1 or not arms:
        raise SpecError(f"A trial needs at least one family and one arm; got {families} and {len(arms)}.")
    stream = Stream(seed, "trial", name)
    rows = _eligible(people, "children", on - datetime.timedelta(days=366))
    family = people["family_id"].to_numpy()[rows]
    distinct = np.unique(family)
    chosen = distinct[np.argsort(stream.child("families").of(distinct), kind="stable")[:families]]
    rows = rows[np.isin(family, chosen)]
    rows = rows[stream.child("order").order(len(rows))]
    family = people["family_id"].to_numpy()[rows]
    day = _day_number(on) - (stream.child("day").of(family) * 365).astype(np.int64)
    draft = record(people, rows, day, errors, stream.child("errors"))
    held.write(draft, people, rows, day, errors)
    texts = dict(draft.fields)
    texts["sex"] = _recode(texts["sex"], {"M": "male", "F": "female"})
    columns = {**_TRIAL, **held.columns(_TRIAL_HELD)}
    arm = np.array(arms, dtype=object)[(stream.child("arm").of(family) * len(arms)).astype(np.int64)]
    table: dict[str, Any] = {
        "participant_id": _ids(len(rows), "T"),
        "family_ref": _family_refs(stream, family),
        "arm": arm,
        "site": np.array(_SITES, dtype=object)[(stream.child("site").of(family) * len(_SITES)).astype(np.int64)],
        "consent_date": day_texts(day),
        "linkage_consent": np.where(stream.child("consent").of(family) < consent, "yes", "no").astype(object),
        **{columns[field]: texts[field] for field in columns},
    }
    return _recorded(people, rows, draft, table, columns, name, "trial", blinded=("arm",))


def intervention(
    people: pd.DataFrame,
    seed: int,
    coverage: float,
    trial: Recorded | None,
    uptake: float,
    spells: float,
    errors: Errors,
    name: str,
    on: datetime.date,
    held: Held,
) -> Recorded:
    """See :meth:`linkkit.synth.Population.intervention`."""
    _check_shares(coverage=coverage, uptake=uptake)
    if spells < 1:
        raise SpecError(f"spells is a mean of at least 1 for each child; got {spells}.")
    stream = Stream(seed, "intervention", name)
    children = _eligible(people, "children", on - datetime.timedelta(days=730))
    person = people["person_id"].to_numpy()[children]
    attends = stream.child("attends").of(person) < coverage
    if trial is not None:
        attends |= np.isin(person, _offered(trial)) & (stream.child("uptake").of(person) < uptake)
    children = children[attends]
    children = children[stream.child("order").order(len(children))]
    more = (
        np.log1p(-stream.child("spells").uniform(len(children))) / np.log(1 - 1 / spells)
        if spells > 1
        else np.zeros(len(children))
    )
    count = 1 + np.minimum(more, 20).astype(np.int64)
    rows, client = np.repeat(children, count), np.repeat(np.arange(len(children)), count)
    start = _day_number(on) - 700 + stream.child("start").below(640, len(rows))
    start = start[np.lexsort((start, client))]
    length = 7 + stream.child("length").below(84, len(rows))
    draft = record(people, rows, start, errors, stream.child("errors"))
    held.write(draft, people, rows, start, errors)
    texts = dict(draft.fields)
    texts["date_of_birth"] = dates_as(texts["date_of_birth"], "%d %b %Y")
    texts["sex"] = _recode(texts["sex"], {"M": "Boy", "F": "Girl"})
    columns = {**_PROGRAMME, **held.columns(_PROGRAMME_HELD)}
    table: dict[str, Any] = {
        "attendance_id": _ids(len(rows), "A"),
        "client_ref": _ids(len(children), "C")[client],
        **{columns[field]: texts[field] for field in columns},
        "centre": np.array(_CENTRES, dtype=object)[stream.child("centre").below(len(_CENTRES), len(children))][client],
        "start_date": day_texts(start),
        "end_date": day_texts(start + length),
        "sessions": 1 + (stream.child("sessions").uniform(len(rows)) * length / 7).astype(np.int64),
    }
    return _recorded(people, rows, draft, table, columns, name, "intervention")


def _offered(trial: Recorded) -> Integers:
    """Return the people in the last arm of a trial."""
    if "arm" not in trial.frame.columns:
        raise SpecError(f"trial must be a dataset with arms; {trial.name!r} has none.")
    arm = trial.frame["arm"].to_numpy(dtype=object)
    return np.asarray(trial.truth["person_id"].to_numpy()[arm == max(set(arm))])


def _recorded(
    people: pd.DataFrame,
    rows: Integers,
    draft: Draft,
    table: dict[str, Any],
    columns: dict[str, str],
    name: str,
    kind: str,
    blinded: tuple[str, ...] = (),
) -> Recorded:
    import pandas as pd

    key = next(iter(table))
    ids = table[key]
    truth = {
        "record_id": ids,
        "person_id": people["person_id"].to_numpy()[rows],
        "family_id": people["family_id"].to_numpy()[rows],
    }
    hit = [np.empty(0, dtype=np.int64), *(found for found, _, _ in draft.log)]
    log = {
        "record_id": ids[np.concatenate(hit)],
        "field": np.repeat(np.array([f for _, f, _ in draft.log], dtype=object), [len(h) for h in hit[1:]]),
        "kind": np.repeat(np.array([k for _, _, k in draft.log], dtype=object), [len(h) for h in hit[1:]]),
    }
    mistakes = pd.DataFrame(log)
    mistakes = mistakes[mistakes["field"].isin(list(columns))].reset_index(drop=True)
    return Recorded(pd.DataFrame(table), pd.DataFrame(truth), mistakes, key, name, kind, blinded, dict(columns))


def _check_shares(**shares: float) -> None:
    for name, share in shares.items():
        if not 0 <= share <= 1:
            raise SpecError(f"{name} is a share and must lie between 0 and 1; got {share}.")


def _born(people: pd.DataFrame) -> Integers:
    return people["date_of_birth"].to_numpy().astype("datetime64[D]").astype(np.int64)


def _day_number(day: datetime.date) -> int:
    return (day - _EPOCH).days


def _eligible(people: pd.DataFrame, who: str, on: datetime.date) -> Integers:
    """Return the rows of people of the right role, born by the day."""
    born = _born(people) <= _day_number(on)
    if who == "children":
        born &= people["role"].to_numpy(dtype=object) == "child"
    return np.nonzero(born)[0].astype(np.int64)


def _days_before(stream: Stream, rows: Integers, born: Integers, on: datetime.date, span: int) -> Integers:
    """Return a day for each record, within the span before a day and not before birth."""
    last = _day_number(on)
    return np.maximum(last - stream.below(span, len(rows)), born[rows])


def _ids(count: int, letter: str) -> Objects:
    width = max(4, len(str(count)))
    return np.array([f"{letter}{number:0{width}}" for number in range(1, count + 1)], dtype=object)


def _family_refs(stream: Stream, family: Integers) -> Objects:
    distinct, where = np.unique(family, return_inverse=True)
    order = np.empty(len(distinct), dtype=np.int64)
    order[np.argsort(stream.child("refs").of(distinct), kind="stable")] = np.arange(len(distinct))
    return _ids(len(distinct), "F")[order[where]]


def _recode(values: Objects, codes: dict[str | None, str]) -> Objects:
    return np.array([codes.get(value) for value in values], dtype=object)
