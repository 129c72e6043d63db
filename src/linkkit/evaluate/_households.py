"""Households of records, and their members, as far as surname, home and forename tell them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkkit.fields import RECORD_FIELDS
from linkkit.records import Records

__all__ = ["households", "members", "relatives_weight", "twin_share"]

Rows = NDArray[np.int64]


def households(records: Records) -> Rows:
    """Number the households of all records: one surname and one home; -1 where either is missing."""
    kinds = {records.datasets[0].kind_of(field): field for field in reversed(records.fields)}
    home = kinds.get("address") or kinds.get("postcode") or kinds.get("place")
    name = kinds.get("surname")
    unknown = np.full(len(records), -1, np.int64)
    if home is None or name is None or any(one.holds_sets(home) or one.holds_sets(name) for one in records.datasets):
        return unknown
    surname, place = records.encoded(name).codes, records.encoded(home).codes
    key = surname.astype(np.int64) * (int(place.max(initial=0)) + 1) + place
    _, number = np.unique(key, return_inverse=True)
    return np.where((surname > 0) & (place > 0), number.reshape(-1), unknown)


def members(records: Records, target: int, household: Rows) -> Rows:
    """One record for each person of a known household of a dataset: a forename that sounds otherwise."""
    start, stop = int(records.starts[target]), int(records.starts[target + 1])
    key = _persons(records, household)[start:stop]
    known = np.flatnonzero(key >= 0)
    return np.sort(known[np.unique(key[known], return_index=True)[1]])


def _persons(records: Records, household: Rows) -> Rows:
    """A number for each forename, by its sound, within a household; -1 where either is not known."""
    field = next((field for field in records.fields if records.datasets[0].kind_of(field) == "given_name"), None)
    if field is None:
        return np.full(len(records), -1, np.int64)
    sound = records.encoded(f"soundex({field})").codes.astype(np.int64)
    key = household * (int(sound.max(initial=0)) + 1) + sound
    return np.where((household >= 0) & (sound > 0), key, -1)


def twin_share(records: Records, target: int, host: Rows, household: Rows) -> float:
    """How often a member of a household shares the date of birth of another."""
    dataset = records.datasets[target]
    dates = (name for name in dataset.fields if dataset.kind_of(name) == "date" and name not in RECORD_FIELDS)
    field = next(dates, None)
    if field is None or not len(host):
        return 0.0
    own = household[int(records.starts[target]) + host]
    born = dataset.encoded(field).codes[host].astype(np.int64)
    _, sizes = np.unique(own, return_counts=True)
    pairs = int((sizes * (sizes - 1) // 2).sum())
    known = born > 0
    _, same = np.unique(own[known] * (int(born.max(initial=0)) + 1) + born[known], return_counts=True)
    return int((same * (same - 1) // 2).sum()) / pairs if pairs else 0.0


def relatives_weight(records: Records, target: int, household: Rows) -> float:
    """For how many false partners in its household a relative stands.

    There is one relative for each member of a household, but a member whose own record is there meets one false partner
    fewer: of all pairs of members, those of one sounding forename are left out.
    """
    start, stop = int(records.starts[target]), int(records.starts[target + 1])
    person = _persons(records, household)
    theirs = _by_household(person, household, np.arange(start, stop))
    is_within = records.link_type != "link_only"
    ours = theirs if is_within else _by_household(person, household, np.arange(start))
    _, our_place, their_place = np.intersect1d(ours[0], theirs[0], return_indices=True)
    pairs = float((ours[1][our_place] * theirs[1][their_place]).sum())
    same = float(np.isin(ours[2], theirs[2]).sum())
    return 1.0 - same / pairs if pairs else 1.0


def _by_household(person: Rows, household: Rows, rows: Rows) -> tuple[Rows, Rows, Rows]:
    """Of some records: households, how many persons each has, and the persons."""
    known = rows[person[rows] >= 0]
    persons, first = np.unique(person[known], return_index=True)
    homes, counts = np.unique(household[known][first], return_counts=True)
    return homes, counts, persons
