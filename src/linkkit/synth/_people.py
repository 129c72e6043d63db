"""Draw the columns of a population: who people are, where they live, and what changed."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from linkkit.synth import _addresses, _names
from linkkit.synth._families import CHILD, FATHER, Households, Persons, Shape, draw_households, persons
from linkkit.synth._groups import GROUPS
from linkkit.synth._identifiers import nhs_numbers, upns
from linkkit.synth._lists import Objects, names
from linkkit.synth._random import Integers, Stream

Flags = npt.NDArray[np.bool_]
_PEOPLE_A_FAMILY = 3.48
_ROLES = np.array(["mother", "father", "child"], dtype=object)
_ORDER = (
    *("person_id", "family_id", "role", "birth_order", "twin_set", "given_name", "middle_name", "surname"),
    *("date_of_birth", "sex", "nhs_number", "upn", "ethnic_group", "deprivation", "address", "town", "postcode"),
    *("moved_on", "previous_address", "previous_town", "previous_postcode", "surname_changed_on", "previous_surname"),
)


def draw_people(
    stream: Stream, count: int, shape: Shape, shares: dict[str, float], today: int, history_years: float
) -> dict[str, Any]:
    """Return the columns of ``Population.people``, in their order."""
    homes = _enough_households(stream.child("households"), count, shape)
    table = persons(stream.child("persons"), homes)
    table = Persons(*(getattr(table, field)[:count] for field in Persons.__dataclass_fields__))
    columns = _columns(stream, homes, table, today)
    columns |= _surname_columns(stream.child("surnames"), homes, table, shares["double_barrelled"])
    columns |= _history(stream.child("history"), homes, table, columns, shares, today, history_years)
    return {name: columns[name] for name in _ORDER}


def _enough_households(stream: Stream, count: int, shape: Shape) -> Households:
    """Draw more families than needed and keep the first ones that hold ``count`` people."""
    households = int(count / (_PEOPLE_A_FAMILY - 1.1)) + 20
    drawn = draw_households(stream, households, shape)
    needed = int(np.searchsorted(np.cumsum(drawn.size), count)) + 1
    return Households(*(getattr(drawn, field)[:needed] for field in Households.__dataclass_fields__))


def _columns(stream: Stream, homes: Households, table: Persons, today: int) -> dict[str, Any]:
    count = len(table.family)
    given = names().given[_names.given_names(stream.child("given"), table)]
    middle = _names.middle_names(stream.child("middle"), table)
    group = np.array([g.name for g in GROUPS], dtype=object)[table.group]
    return {
        "person_id": np.arange(1, count + 1, dtype=np.int64),
        "family_id": table.family + 1,
        "role": _ROLES[table.role],
        "birth_order": table.birth_order,
        "twin_set": table.twin_set,
        "given_name": given,
        "middle_name": _only(middle >= 0, names().given[middle]),
        "date_of_birth": table.day.astype("datetime64[D]").astype("datetime64[s]"),
        "sex": np.where(table.is_male, "M", "F").astype(object),
        "nhs_number": nhs_numbers(stream.child("nhs"), count),
        "upn": _upns(stream.child("upn"), table, today),
        "ethnic_group": np.where(table.mixed, "mixed", group),
        "deprivation": homes.deprivation[table.family],
    }


def _upns(stream: Stream, table: Persons, today: int) -> Objects:
    """Return the UPN of each child who has started school: in the September after the fourth birthday."""
    started = np.nonzero((table.role == CHILD) & (table.day + int(4.5 * 365.25) <= today))[0]
    year = (table.day[started] + int(4.5 * 365.25)).astype("datetime64[D]").astype("datetime64[Y]").astype(
        np.int64
    ) + 1970
    out = np.full(len(table.family), None, dtype=object)
    out[started] = upns(stream, year)
    return out


def _surname_columns(stream: Stream, homes: Households, table: Persons, double_share: float) -> dict[str, Any]:
    surnames = _names.family_surnames(stream, homes, double_share)
    return {"codes": _names.person_surnames(table, surnames), "maiden": surnames.maiden}


def _history(
    stream: Stream,
    homes: Households,
    table: Persons,
    columns: dict[str, Any],
    shares: dict[str, float],
    today: int,
    years: float,
) -> dict[str, Any]:
    """Draw homes, moves and changes of surname, family by family; return the columns of the people."""
    count, family = len(homes.births), table.family
    streets = _addresses.draw_streets(stream.child("streets"), 5 * max(10, count // 60))
    old = _addresses.choose_streets(stream.child("home"), streets, homes.deprivation)
    moved = stream.child("moved").chance(count, shares["movers"])
    new = np.where(moved, _addresses.nearby(stream.child("where"), streets, old, 0.65), old)
    first, second = (
        _addresses.homes(stream.child("old"), streets, old),
        _addresses.homes(stream.child("new"), streets, new),
    )
    day = today - np.floor(stream.child("day").uniform(count) * years * 365.25).astype(np.int64)
    renamed = stream.child("renamed").chance(count, np.where(moved, shares["renamed_movers"], shares["renamed"]))
    other_day = today - np.floor(stream.child("other day").uniform(count) * years * 365.25).astype(np.int64)
    out = {"moved_on": _days(moved[family], day[family])}
    pairs = {
        "address": (np.where(moved, second, first), first),
        "town": (streets.town[new], streets.town[old]),
        "postcode": (streets.postcode[new], streets.postcode[old]),
    }
    for field, (now, before) in pairs.items():
        out[field] = now[family]
        out[f"previous_{field}"] = _only(moved[family], before[family])
    out |= _renaming(stream, homes, table, columns, renamed, np.where(moved, day, other_day))
    return out


def _renaming(
    stream: Stream, homes: Households, table: Persons, columns: dict[str, Any], renamed: Flags, day: Integers
) -> dict[str, Any]:
    """Half return to the mother's own surname (separation), half take a new one (marriage); fathers keep theirs."""
    count, before = len(homes.births), columns["codes"]
    own = stream.child("own name").chance(count, 0.5) & homes.has_mother
    new = np.where(own, columns["maiden"], _names.draw_surnames(stream.child("new name"), homes.mother_group, ""))
    after = _names.feminine(new[table.family], ~table.is_male)
    changed = renamed[table.family] & (table.role != FATHER) & (after != before)
    return {
        "surname": _names.surname_texts(np.where(changed, after, before)),
        "surname_changed_on": _days(changed, day[table.family]),
        "previous_surname": _only(changed, _names.surname_texts(before)),
    }


def _days(happened: Flags, day: Integers) -> Any:
    """Return dates of events, and NaT where there was none."""
    none = np.datetime64("NaT", "s")
    return np.where(happened, day.astype("datetime64[D]").astype("datetime64[s]"), none)


def _only(where: Flags, values: Objects) -> Objects:
    """Return the values where the flag is set, missing elsewhere."""
    out = values.copy()
    out[~where] = None
    return out
