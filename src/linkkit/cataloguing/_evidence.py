"""What the shared fields of two datasets tell: the strongest field of each group, by data, cards, or what is usual."""

from __future__ import annotations

from collections.abc import Sequence
from math import log2
from typing import cast

from linkkit.cards import kind_of_field
from linkkit.fields import FieldKind

from ._held import Held, Holding
from ._model import Evidence
from ._usual import group_of, usual_agreement, usual_bits

__all__ = ["bits_of", "evidence_of", "kind_of_shared", "shared_fields"]

# Which groups say who a unit is, where it is not a person.
_OF_UNIT = {
    "household": ("home", "house number", "surname", "phone", "e-mail"),
    "school": ("identifier", "home", "text", "category"),
    "area": ("home", "text", "category"),
}
_OF_A_PERSON = ("nhs_number", "chi_number", "upn", "former_upn", "national_id")
# A school has them too, of its own.
_OF_A_HOME = ("home", "house number", "phone", "e-mail")
# These say too little about who somebody is, change, or are what is studied.
_NOT_IDENTIFYING = ("occupation", "date_of_death", "latitude", "longitude")
# With a full name its parts say nothing more.
_CONTAINED = {"given name": "full name", "surname": "full name"}
# A given name nearly tells sex; where families are rivals, sex still tells brother from sister.
_LEAST_BITS = 0.05
# What the name, code or place of a school or an area tells beyond which one it is: one in 16 shares it with another.
_UNIT_BITS, _UNIT_AGREEMENT = 4.0, 0.9


def shared_fields(left: Holding, right: Holding, level: str, *, added: str | None = None) -> tuple[str, ...]:
    """Return the fields that both datasets hold and that say who a unit is, by name.

    Parameters
    ----------
    left, right
        The datasets.
    level
        The unit that is linked.
    added
        A field that both are taken to have besides.
    """
    both = set(left.entry.fields) & set(right.entry.fields) | ({added} if added else set())
    elsewhere = _OF_A_HOME if _is_elsewhere(left.entry.card.unit, right.entry.card.unit) else ()
    kinds = {field: kind_of_shared(left, right, field) for field in both}
    return tuple(
        sorted(
            field
            for field, kind in kinds.items()
            if _is_identifying(field, kind, level) and group_of(field, kind) not in elsewhere
        )
    )


def _is_elsewhere(unit: str, other: str) -> bool:
    """Whether two units have addresses of their own, as a school and the home of its pupil."""
    return "school" in (unit, other) and unit != other and "area" not in (unit, other)


def kind_of_shared(left: Holding, right: Holding, field: str) -> FieldKind:
    """The kind of a field; where two cards give it two kinds, the same whichever comes first."""
    kinds = {one.entry.fields[field] for one in (left, right) if field in one.entry.fields}
    return cast("FieldKind", min(kinds) if kinds else kind_of_field(left.entry.card, field))


def _is_identifying(field: str, kind: str, level: str) -> bool:
    if field in _NOT_IDENTIFYING or (kind in ("number", "text", "set") and field != "age"):
        return level != "person" and kind == "text"
    if level == "person":
        return True
    return (
        group_of(field, kind).split()[0] in {name.split()[0] for name in _OF_UNIT[level]} and field not in _OF_A_PERSON
    )


def evidence_of(left: Holding, right: Holding, fields: Sequence[str], level: str) -> tuple[Evidence, ...]:
    """Return what each group of shared fields tells: the field of it that tells most on average.

    Parameters
    ----------
    left, right
        The datasets.
    fields
        The fields that both hold, or would; what a dataset does not hold is taken as always there.
    level
        The unit that is linked.
    """
    best: dict[str, Evidence] = {}
    for field in fields:
        kind = kind_of_shared(left, right, field)
        bits = bits_of(left, right, field, level)
        if bits is None or bits < _LEAST_BITS:
            continue
        chance = min(2.0**-bits, 0.99)
        agrees = _UNIT_AGREEMENT if _is_unit_name(kind, level) else usual_agreement(field, kind)
        agreement = max(agrees, min(chance * 1.001, 0.999))
        one = Evidence(group_of(field, kind), _present(left, right, field), agreement, chance)
        if one.group not in best or one.mean_bits > best[one.group].mean_bits:
            best[one.group] = one
    return tuple(best[group] for group in sorted(best) if _CONTAINED.get(group) not in best)


def _is_unit_name(kind: str, level: str) -> bool:
    """Whether a field is the name, the code or the place of a school or an area."""
    return level in ("school", "area") and kind in ("text", "category", "identifier", "postcode", "address")


def _present(left: Holding, right: Holding, field: str) -> float:
    """How often both records of a pair hold a value; what nobody says is taken as always."""
    share = 1.0
    for one in (left, right):
        held = one.held.get(field)
        if held is not None and held.completeness is not None:
            share *= held.completeness
    return share


def bits_of(left: Holding, right: Holding, field: str, level: str) -> float | None:
    """Return what agreement on a field tells, in bits; None of what cannot be told.

    Counted where the data of a dataset are at hand, and of two the less; what is usual where no two people agree. The
    name, code or place of a school or an area is taken for nearly its own.
    """
    if _is_unit_name(kind_of_shared(left, right, field), level):
        return log2(max(left.size, right.size, 2)) + _UNIT_BITS
    people = max(left.size, right.size)
    cards = (left.entry.card, right.entry.card)
    each_way = (usual_bits(field, *cards, people), usual_bits(field, *cards[::-1], people))
    usual = min((bits for bits in each_way if bits is not None), default=None)
    alike = [one for one in (left, right) if one.entry.card.unit == level]
    counted = [bits for one in alike if (bits := _counted(one.held.get(field))) is not None]
    return min(counted) if counted else usual


def _counted(held: Held | None) -> float | None:
    return None if held is None or held.chance is None else -log2(held.chance)
