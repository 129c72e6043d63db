"""Streets, towns and postcodes of the right shape, and the homes on them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from linkkit.synth._lists import Objects, Place, places, street_names
from linkkit.synth._random import Integers, Stream

_KINDS = (
    "Street",
    "Road",
    "Avenue",
    "Lane",
    "Close",
    "Drive",
    "Crescent",
    "Terrace",
    "Grove",
    "Court",
    "Place",
    "Way",
    "Gardens",
    "View",
)
_KIND_WEIGHTS = np.array([22, 30, 14, 9, 9, 8, 5, 4, 3, 2, 2, 2, 2, 1], dtype=np.float64)
_COTTAGES = (
    "Rose Cottage",
    "The Cottage",
    "Ivy House",
    "The Old School House",
    "Hill Top Farm",
    "The Bungalow",
    "Orchard House",
)
_INWARD = np.array(list("ABDEFGHJLNPQRSTUWXYZ"))


@dataclass(frozen=True, eq=False)
class Streets:
    """Postcode units: each lies on one street of one town, in one fifth of deprivation."""

    street: Objects
    town: Objects
    postcode: Objects
    town_code: Integers
    deprivation: Integers


def draw_streets(stream: Stream, count: int) -> Streets:
    """Draw postcode units; every fifth of deprivation has the same number of them."""
    known = places()
    weights = np.array([place.weight for place in known], dtype=np.float64)
    town_code = stream.child("town").pick(count, weights)
    name = stream.child("street").pick(count, 1.0 / np.arange(12.0, 12.0 + len(street_names())))
    kind = stream.child("kind").pick(count, _KIND_WEIGHTS)
    street = np.array([f"{street_names()[n]} {_KINDS[k]}" for n, k in zip(name, kind, strict=True)], dtype=object)
    town = np.array([place.town for place in known], dtype=object)[town_code]
    return Streets(
        street, town, _postcodes(stream, town_code, known), town_code, 1 + np.arange(count, dtype=np.int64) % 5
    )


def _postcodes(stream: Stream, town_code: Integers, known: tuple[Place, ...]) -> Objects:
    count = len(town_code)
    first = np.array([place.first_district for place in known])[town_code]
    last = np.array([place.last_district for place in known])[town_code]
    district = first + stream.child("district").below(last - first + 1)
    sector = stream.child("sector").below(10, count)
    unit = _INWARD[stream.child("unit").below(len(_INWARD), 2 * count)].reshape(2, count)
    area = [known[code].area for code in town_code]
    rows = zip(area, district, sector, unit[0], unit[1], strict=True)
    return np.array([f"{a}{d} {s}{x}{y}" for a, d, s, x, y in rows], dtype=object)


def choose_streets(stream: Stream, streets: Streets, deprivation: Integers) -> Integers:
    """Return a postcode unit for each family, of the family's fifth of deprivation."""
    each = len(streets.street) // 5
    return deprivation - 1 + 5 * stream.below(each, len(deprivation))


def nearby(stream: Stream, streets: Streets, old: Integers, share: float) -> Integers:
    """Return where movers go: with this probability to a street of the same town, else anywhere."""
    by_town = np.argsort(streets.town_code, kind="stable")
    starts = np.searchsorted(streets.town_code[by_town], np.arange(len(places()) + 1))
    town = streets.town_code[old]
    inside = by_town[starts[town] + stream.child("inside").below(starts[town + 1] - starts[town])]
    anywhere = stream.child("anywhere").below(len(streets.street), len(old))
    return np.where(stream.child("near").chance(len(old), share), inside, anywhere).astype(np.int64)


def homes(stream: Stream, streets: Streets, unit: Integers) -> Objects:
    """Return the first line of each family's address: a number and street, sometimes a flat or a named house."""
    count = len(unit)
    number = 1 + (130 * stream.child("number").uniform(count) ** 1.4).astype(np.int64)
    style = stream.child("style").uniform(count)
    flat = 1 + stream.child("flat").below(12, count)
    street = streets.street[unit]
    return np.array([_line(*row) for row in zip(number, street, style, flat, strict=True)], dtype=object)


def _line(number: int, street: str, style: float, flat: int) -> str:
    if style < 0.10:
        return f"Flat {flat}, {number} {street}"
    if style < 0.13:
        return f"{number}{'ABC'[flat % 3]} {street}"
    if style < 0.145:
        return f"{_COTTAGES[flat % len(_COTTAGES)]}, {street}"
    return f"{number} {street}"
