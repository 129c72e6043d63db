"""Write people down: the values of a day, with errors on a few of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from linkkit.errors import SpecError, did_you_mean
from linkkit.synth import mistakes
from linkkit.synth._errors import Errors
from linkkit.synth._lists import Objects
from linkkit.synth._random import Floats, Integers, Stream

if TYPE_CHECKING:
    import pandas as pd

NAMES = ("given_name", "middle_name", "surname")
_COPIED = (*NAMES, "sex", "nhs_number", "upn", "address", "town", "postcode")
_UNNAMED = "unnamed"


@dataclass(frozen=True, eq=False)
class Draft:
    """Records in the making. ``fields`` holds texts (None: missing), dates of birth as ISO texts."""

    fields: dict[str, Objects]
    factor: Floats
    stream: Stream
    log: list[tuple[Integers, str, str]]

    def hit(self, field: str, kind: str, rate: float) -> Integers:
        """Return the records whose (present) value of a field suffers this error."""
        import pandas as pd

        if rate <= 0:
            return np.empty(0, dtype=np.int64)
        values = self.fields[field]
        chance = self.stream.child(field, kind).chance(len(values), np.minimum(1.0, rate * self.factor))
        rows = np.nonzero(chance)[0]
        return rows[~pd.isna(values[rows])]

    def draws(self, field: str, kind: str, rows: Integers, width: int) -> list[tuple[float, ...]]:
        """Return the uniform numbers that choose how the errors look."""
        drawn = self.stream.child(field, kind, "how").uniform(width * len(rows)).reshape(len(rows), width)
        return [tuple(row) for row in drawn.tolist()]

    def write(self, field: str, kind: str, rows: Integers, written: list[Any]) -> None:
        """Put down what was written, and log the values that changed by it."""
        values = self.fields[field]
        different = np.array([new != old for new, old in zip(written, values[rows], strict=True)], dtype=bool)
        for row, text in zip(rows[different], (t for t, d in zip(written, different, strict=True) if d), strict=True):
            values[row] = text
        if different.any():
            self.log.append((rows[different], field, kind))

    def spoil(self, field: str, kind: str, rate: float, change: Callable[..., str], width: int) -> None:
        """Apply a function of :mod:`linkkit.synth.mistakes` to the values that are hit."""
        rows = self.hit(field, kind, rate)
        draws = self.draws(field, kind, rows, width)
        self.write(field, kind, rows, [change(t, *u) for t, u in zip(self.fields[field][rows], draws, strict=True)])


def record(people: pd.DataFrame, rows: Integers, day: Integers, errors: Errors, stream: Stream) -> Draft:
    """Write down some people, each on a day (days since 1970-01-01), with errors."""
    chosen = people.iloc[rows]
    draft = Draft(_values(chosen), _factors(chosen, errors), stream, [])
    _history(draft, chosen, day, errors)
    _names(draft, people, chosen, errors)
    _dates(draft, chosen, errors)
    for field in ("postcode", "address"):
        draft.spoil(field, "typing", errors.postcode, mistakes.mistype, 3)
    for field in ("nhs_number", "upn"):
        draft.spoil(field, "typing", errors.identifier, mistakes.mistype, 3)
    wrong = draft.hit("sex", "sex", errors.sex)
    draft.write("sex", "sex", wrong, ["F" if sex == "M" else "M" for sex in draft.fields["sex"][wrong]])
    leave_out(draft, [field for field in errors.missing if field in draft.fields], errors)
    return draft


def leave_out(draft: Draft, fields: Iterable[str], errors: Errors) -> None:
    """Leave out values of these fields, as often as each is missing."""
    for field in fields:
        gone = draft.hit(field, "missing", errors.missing.get(field, 0.0))
        draft.write(field, "missing", gone, [None] * len(gone))


def _values(chosen: pd.DataFrame) -> dict[str, Objects]:
    import pandas as pd

    fields = {}
    for field in _COPIED:
        values = chosen[field].to_numpy(dtype=object, copy=True)
        values[pd.isna(values)] = None
        fields[field] = values
    days = chosen["date_of_birth"].to_numpy().astype("datetime64[D]").astype(np.int64)
    distinct, where = np.unique(days, return_inverse=True)
    fields["date_of_birth"] = distinct.astype("datetime64[D]").astype("U10").astype(object)[where]
    return fields


def _factors(chosen: pd.DataFrame, errors: Errors) -> Floats:
    factor = np.ones(len(chosen))
    for column, factors in errors.by_group.items():
        if column not in chosen.columns:
            hint = did_you_mean(column, chosen.columns)
            raise SpecError(f"Errors.by_group names the column {column!r}, which the population has not.{hint}")
        values = chosen[column].to_numpy()
        for value, times in factors.items():
            factor[np.asarray(values == value)] *= times
    return factor


def _history(draft: Draft, chosen: pd.DataFrame, day: Integers, errors: Errors) -> None:
    """Write what was true, or still said, of homes and surnames."""
    for field, event in (
        ("address", "moved_on"),
        ("town", "moved_on"),
        ("postcode", "moved_on"),
        ("surname", "surname_changed_on"),
    ):
        put_back(draft, field, chosen[f"previous_{field}"], chosen[event], day, errors)


def put_back(draft: Draft, field: str, previous: pd.Series, event: pd.Series, day: Integers, errors: Errors) -> None:
    """Put back what was true on the day of the record, or what a record not brought up to date still says."""
    # The same records are late whatever the field: the stream is drawn from its beginning each time.
    late = draft.stream.child("stale").chance(len(day), np.minimum(1.0, errors.stale * draft.factor))
    happened = event.to_numpy().astype("datetime64[D]")
    known = ~np.isnat(happened)
    before = known & (day < happened.astype(np.int64))
    rows = np.nonzero(before | (known & late))[0]
    draft.fields[field][rows] = previous.to_numpy(dtype=object)[rows]
    stale = np.nonzero(known & late & ~before)[0]
    if len(stale):
        draft.log.append((stale, field, "stale"))


def _names(draft: Draft, people: pd.DataFrame, chosen: pd.DataFrame, errors: Errors) -> None:
    draft.spoil("given_name", "nickname", errors.nickname, mistakes.nickname, 1)
    instead = draft.hit("middle_name", "middle_as_given", errors.middle_as_given)
    draft.write("given_name", "middle_as_given", instead, list(draft.fields["middle_name"][instead]))
    for field in ("given_name", "surname"):
        draft.spoil(field, "double_barrelled", errors.double_barrelled, mistakes.half, 1)
    for field in NAMES:
        draft.spoil(field, "phonetic", errors.phonetic, mistakes.mishear, 2)
        draft.spoil(field, "misread", errors.misread, mistakes.misread, 2)
        draft.spoil(field, "typing", errors.typing, mistakes.mistype, 3)
        draft.spoil(field, "style", errors.style, mistakes.restyle, 1)
    _unnamed(draft, people, chosen, errors)
    swapped = draft.hit("surname", "swapped", errors.swapped)
    given, surname = draft.fields["given_name"][swapped], draft.fields["surname"][swapped]
    draft.write("given_name", "swapped", swapped, list(surname))
    draft.write("surname", "swapped", swapped, list(given))


def _unnamed(draft: Draft, people: pd.DataFrame, chosen: pd.DataFrame, errors: Errors) -> None:
    rows = draft.hit("given_name", _UNNAMED, errors.unnamed)
    rows = rows[(chosen["role"].to_numpy()[rows] == "child")]
    if not len(rows):
        return
    mothers = people.loc[people["role"] == "mother", ["family_id", "given_name"]]
    family = chosen["family_id"].to_numpy()[rows]
    known = mothers[mothers["family_id"].isin(family)]
    mother = dict(zip(known["family_id"], known["given_name"], strict=True))
    twin = _twin_numbers(people, chosen, rows)
    columns = zip(
        draft.draws("given_name", _UNNAMED, rows, 1),
        draft.fields["sex"][rows],
        draft.fields["surname"][rows],
        family,
        twin,
        strict=True,
    )
    draft.write(
        "given_name", _UNNAMED, rows, [mistakes.unnamed(u[0], s, n, mother.get(f), t) for u, s, n, f, t in columns]
    )


def _twin_numbers(people: pd.DataFrame, chosen: pd.DataFrame, rows: Integers) -> list[int]:
    """Return 1 for the first of twins, 2 for the second, 0 for others."""
    sets = chosen["twin_set"].to_numpy()[rows]
    twins = people.loc[people["twin_set"].isin(sets[sets > 0]), ["twin_set", "birth_order"]]
    first = dict(zip(twins["twin_set"][::-1], twins["birth_order"][::-1], strict=True))
    order = chosen["birth_order"].to_numpy()[rows]
    return [1 + int(o > first[s]) if s > 0 else 0 for s, o in zip(sets, order, strict=True)]


def _dates(draft: Draft, chosen: pd.DataFrame, errors: Errors) -> None:
    field = "date_of_birth"
    draft.spoil(field, "date_digit", errors.date_digit, mistakes.misdate, 1)
    rows = draft.hit(field, "day_month", errors.day_month)
    draft.write(field, "day_month", rows, [_day_month(text) for text in draft.fields[field][rows]])
    rows = draft.hit(field, "default_date", errors.default_date)
    draws = draft.draws(field, "default_date", rows, 1)
    texts = zip(draft.fields[field][rows], draws, strict=True)
    forms = [("1900-01-01", f"{text[:4]}-01-01", f"{text[:7]}-01")[int(u[0] * 3)] for text, u in texts]
    draft.write(field, "default_date", rows, forms)


def _day_month(text: str) -> str:
    return f"{text[:4]}-{text[8:]}-{text[5:7]}" if int(text[8:]) <= 12 else text


def dates_as(texts: Objects, pattern: str) -> Objects:
    """Return ISO dates in another format; each distinct one is written once. ``pattern`` has %Y %m %d %b."""
    import pandas as pd

    codes, distinct = pd.factorize(texts, use_na_sentinel=True)
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    written = [
        pattern.replace("%Y", t[:4]).replace("%m", t[5:7]).replace("%d", t[8:]).replace("%b", months[int(t[5:7]) - 1])
        for t in distinct
    ]
    return np.array([*written, None], dtype=object)[codes]


def day_texts(days: npt.NDArray[np.int64]) -> Objects:
    """Return days since 1970-01-01 as ISO texts."""
    return days.astype("datetime64[D]").astype("U10").astype(object)
