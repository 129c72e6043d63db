"""Link cases to a household, a school or an area: by values that are equal once they are written alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import DataError
from linkkit.records import Records
from linkkit.values import area, joined, outward, sector

from ._files import two_columns
from ._linked import LINKED, NO_UNIT, NOT_FOUND, UNSURE, LinkedCases

if TYPE_CHECKING:
    from ._spec import CaseStudy

__all__ = ["link_units", "unit_codes"]

_HOMES = (("uprn",), ("address", "postcode"), ("house_number", "postcode"))
_SCHOOLS = (("urn",), ("school_urn",), ("school",), ("school_name",))
_AREAS: dict[str, Callable[[str], str]] = {"postcode": str, "sector": sector, "outward": outward, "area": area}
# A home with more people is a hostel, a block under one number, or a wrong address: nobody's household.
_MOST_IN_A_HOME = 15


def unit_codes(spec: CaseStudy, records: Records, level: str) -> NDArray[np.int64]:
    """Return the household, school or area of each record as a code; 0 is missing.

    Raises
    ------
    DataError
        Where the datasets share no field that says it.
    """
    if level == "area" and not spec.unit:
        return _areas(spec, records)
    columns = _columns(spec, records, level)
    column = columns[0] if len(columns) == 1 else joined(*columns)
    return records.encoded(column).codes.astype(np.int64)


def _columns(spec: CaseStudy, records: Records, level: str) -> tuple[str, ...]:
    usual = _HOMES if level == "household" else _SCHOOLS
    options = (spec.unit,) if spec.unit else usual
    found = next((fields for fields in options if all(field in records.fields for field in fields)), None)
    if found is None:
        asked = " or ".join(" with ".join(fields) for fields in options)
        raise DataError(
            f"No field of both datasets says the {level}: it would be {asked}; they share "
            f"{', '.join(records.fields) or 'none'}. Say which columns hold it with Dataset(..., fields=), or unit=."
        )
    return found


def _areas(spec: CaseStudy, records: Records) -> NDArray[np.int64]:
    if "postcode" not in records.fields:
        raise DataError(
            "Areas are found by postcode, which the datasets do not share. Say which columns hold it with "
            "Dataset(..., fields=), or name the field of the area with unit=."
        )
    if spec.lookup is None:
        return records.encoded(_AREAS[spec.area_rule]("postcode")).codes.astype(np.int64)
    postcodes, codes, _ = two_columns(spec.lookup, "lookup")
    held = {_plain(postcode): code for postcode, code in zip(postcodes, codes, strict=True)}
    if len(held) < len({(_plain(one), code) for one, code in zip(postcodes, codes, strict=True)}):
        raise DataError("lookup: some postcodes have several areas; give each one.")
    column = records.encoded("postcode")
    found = column.mapped([held.get(_plain(text)) for text in column.texts()[1:]])
    if not found.size:
        raise DataError("lookup: none of its postcodes is in the datasets; its first column must hold postcodes.")
    return found.codes.astype(np.int64)


def _plain(postcode: str) -> str:
    return "".join(postcode.split()).lower()


def link_units(codes: NDArray[np.int64], cases: int, level: str) -> tuple[LinkedCases, NDArray[np.int64]]:
    """Link cases to the units of the other dataset.

    Parameters
    ----------
    codes
        The unit of each record, cases first; 0 is missing.
    cases
        How many cases there are.
    level
        The level, for words and for homes that are none.

    Returns
    -------
    tuple
        What became of the cases, with rows of units; and the unit of each other record, -1 where it has none.
    """
    units, place = np.unique(codes[cases:], return_inverse=True)
    place = place.reshape(-1)
    if len(units) and units[0] == 0:
        units, place = units[1:], place - 1
    where = np.searchsorted(units, codes[:cases])
    there = where < len(units)
    there[there] = units[where[there]] == codes[:cases][there]
    state = np.where(codes[:cases] == 0, NO_UNIT, np.where(there, LINKED, NOT_FOUND))
    if level == "household":
        size = np.bincount(place[place >= 0], minlength=len(units) + 1)
        state = np.where(there & (size[np.minimum(where, len(units))] > _MOST_IN_A_HOME), UNSURE, state)
    row = np.where(state == LINKED, where, -1)
    return LinkedCases(row, state, np.full(cases, level, object)), place
