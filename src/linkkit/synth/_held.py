"""``Held``: the identifiers of homes and services that a dataset was asked to hold, written into its records."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from linkkit.errors import SpecError, did_you_mean
from linkkit.synth import _services, mistakes
from linkkit.synth._errors import Errors
from linkkit.synth._lists import Objects
from linkkit.synth._random import Integers
from linkkit.synth._record import Draft, leave_out, put_back

if TYPE_CHECKING:
    import pandas as pd

IDENTIFIERS = ("uprn", "gp_practice", "provider", "local_patient_id")
# A choice, not measured: records of a provider other than that of the area where someone lives.
_AWAY = 0.05


@dataclass(frozen=True, eq=False)
class Held:
    """Some of :data:`IDENTIFIERS`, in that order, of the population of a seed on a day."""

    fields: tuple[str, ...]
    seed: int
    as_of: datetime.date

    def columns(self, names: tuple[str, ...]) -> dict[str, str]:
        """Return field -> column, by a dataset's names for all of :data:`IDENTIFIERS`."""
        return {field: name for field, name in zip(IDENTIFIERS, names, strict=True) if field in self.fields}

    def write(self, draft: Draft, people: pd.DataFrame, rows: Integers, day: Integers, errors: Errors) -> None:
        """Add the identifiers to records whose other fields are written: true on the day, then with errors."""
        if not self.fields:
            return
        truth = _services.truth(people, self.seed, self.as_of).iloc[rows]
        moved = people["moved_on"].iloc[rows]
        for field, event in (("uprn", moved), ("gp_practice", truth["gp_practice_changed_on"])):
            if field in self.fields:
                draft.fields[field] = truth[field].to_numpy(dtype=object, copy=True)
                put_back(draft, field, truth[f"previous_{field}"], event, day, errors)
        if "uprn" in self.fields:
            self._miss_homes(draft, people, errors)
        if "provider" in self.fields or "local_patient_id" in self.fields:
            self._visit(draft, truth, moved, day, errors)
        for field in self.fields:
            draft.spoil(field, "typing", errors.identifier, mistakes.mistype, 3)
        leave_out(draft, self.fields, errors)

    def _miss_homes(self, draft: Draft, people: pd.DataFrame, errors: Errors) -> None:
        """Take the home beside for the right one; find none where there is no address or postcode."""
        rows = draft.hit("uprn", "neighbour", errors.neighbour)
        if len(rows):
            street = _services.neighbours(people, self.seed)
            place = {uprn: n for n, uprn in enumerate(street)}
            side = [-1 if u[0] < 0.5 else 1 for u in draft.draws("uprn", "neighbour", rows, 1)]
            pairs = zip(draft.fields["uprn"][rows], side, strict=True)
            draft.write("uprn", "neighbour", rows, [street[(place[u] + step) % len(street)] for u, step in pairs])
        found = zip(draft.fields["address"], draft.fields["postcode"], strict=True)
        gone = np.nonzero([address is None or postcode is None for address, postcode in found])[0]
        draft.write("uprn", "missing", gone, [None] * len(gone))

    def _visit(self, draft: Draft, truth: pd.DataFrame, moved: pd.Series, day: Integers, errors: Errors) -> None:
        """Say which provider wrote each record, and the number it has for the person."""
        codes = _services.providers(self.seed)
        number = {code: n for n, code in enumerate(codes)}
        happened = moved.to_numpy().astype("datetime64[D]")
        other = truth["previous_provider"].notna().to_numpy() & ~np.isnat(happened)
        before = other & (day < happened.astype(np.int64))
        usual = np.where(before, truth["previous_provider"].to_numpy(object), truth["provider"].to_numpy(object))
        at = np.array([number[code] for code in usual], dtype=np.int64)
        stream = draft.stream.child("provider")
        away = stream.child("away").chance(len(at), _AWAY)
        at = np.where(away, stream.child("where").below(len(codes), len(at)), at)
        person = truth["person_id"].to_numpy()
        fields: dict[str, Objects] = {
            "provider": codes[at],
            "local_patient_id": _services.local_patient_ids(self.seed, at, person),
        }
        draft.fields.update({field: values for field, values in fields.items() if field in self.fields})
        if "local_patient_id" in self.fields:
            again = draft.hit("local_patient_id", "second_id", errors.second_id)
            second = _services.local_patient_ids(self.seed, at[again], person[again], second=True)
            draft.write("local_patient_id", "second_id", again, list(second))


def asked(identifiers: Iterable[str], seed: int, as_of: datetime.date) -> Held:
    """Return what a dataset was asked to hold, checked."""
    if isinstance(identifiers, str) or not isinstance(identifiers, Iterable):
        raise SpecError(f"identifiers takes several names, such as ('uprn',); got {identifiers!r}.")
    names = tuple(identifiers)
    unknown = [name for name in names if name not in IDENTIFIERS]
    if unknown:
        hint = did_you_mean(str(unknown[0]), IDENTIFIERS)
        raise SpecError(
            f"identifiers takes some of {', '.join(IDENTIFIERS)}; got {', '.join(map(repr, unknown))}.{hint}"
        )
    return Held(tuple(name for name in IDENTIFIERS if name in names), seed, as_of)
