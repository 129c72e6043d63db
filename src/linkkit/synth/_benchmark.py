"""``families``: the two files of children on which sibling links are counted."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from linkkit.errors import SpecError
from linkkit.synth._datasets import _day_number, _ids, _recorded
from linkkit.synth._errors import Errors
from linkkit.synth._held import IDENTIFIERS, asked
from linkkit.synth._population import people
from linkkit.synth._random import Stream
from linkkit.synth._record import record
from linkkit.synth._recorded import Recorded

_FIELDS = ("given_name", "surname", "date_of_birth", "sex", "postcode")
_LEFT = {name: name for name in (*_FIELDS, "middle_name", "address", "town", *IDENTIFIERS)}
_RIGHT = {
    "given_name": "forename",
    "surname": "last_name",
    "date_of_birth": "dob",
    "sex": "gender",
    "postcode": "post_code",
    "middle_name": "middle_names",
    "address": "address_line_1",
    "town": "town",
    "uprn": "uprn",
    "gp_practice": "practice_code",
    "provider": "provider_code",
    "local_patient_id": "local_patient_identifier",
}
# Share of births that bring twins where 6 % of adjacent siblings are twins; it rises as the odds of those do.
_TWIN_BIRTHS = 0.0325
_AS_OF = datetime.date(2020, 1, 1)


def families(
    base: int = 1300,
    *,
    siblings: float = 1.0,
    seed: int = 0,
    overlap: float = 0.85,
    twins: float = 0.06,
    movers: float = 0.25,
    renamed_movers: float = 0.25,
    fields: Sequence[str] = _FIELDS,
    errors: tuple[Errors, Errors] | None = None,
) -> tuple[Recorded, Recorded]:
    """Make two files of children who are rich in siblings and twins: the hardest common case of linkage.

    As in the simulation behind linkkit's family class: the second file is 20/13 of the first, 6 % of adjacent siblings
    are twins, a quarter of families move between the two and a quarter of these change their surname, 8 % of the second
    file are unnamed and 15 % of its postcodes missing. Names and dates of both have light errors. Each of these can be
    changed, to see how a linkage fares in another world.

    Parameters
    ----------
    base
        Children in the first file: 1,300, or two or four times as many.
    siblings
        How rich in siblings: 1 has four families in five with two or more births; 0 has none, and no twins.
    seed
        The same seed gives the same files.
    overlap
        Share of the first file that is also in the second.
    twins
        Share of adjacent siblings who are twins.
    movers, renamed_movers
        Share of families that move between the two files, and of these the share that change their surname.
    fields
        What both files hold, of: given_name, middle_name, surname, date_of_birth, sex, address, town, postcode, uprn,
        gp_practice, provider, local_patient_id (see :meth:`Population.identifiers`).
    errors
        How the two files are miswritten, in place of the above; see :meth:`Errors.light`.

    Returns
    -------
    tuple of Recorded
        The first and the second file; each child is in a file at most once.

    Examples
    --------
    >>> left, right = families(130, seed=1)
    >>> len(left.frame), len(right.frame), len(left.matches(right))
    (130, 200, 110)
    """
    if base < 10 or not 0 <= siblings <= 1.25 or not 0 <= overlap <= 1:
        raise SpecError("families needs base >= 10, siblings from 0 to 1.25 and overlap from 0 to 1.")
    if not (0 <= twins <= 0.5 and 0 <= movers <= 1 and 0 <= renamed_movers <= 1):
        raise SpecError("families needs twins from 0 to 0.5, movers and renamed_movers from 0 to 1.")
    unknown = [name for name in fields if name not in _LEFT]
    if unknown or not fields:
        raise SpecError(f"families(fields=) takes some of {', '.join(_LEFT)}; got {', '.join(unknown) or 'none'}.")
    other, both = round(base * 20 / 13), int(base * overlap)
    needed = base + other - both
    population = people(
        int(needed * (2.0 if siblings >= 0.5 else 3.2)) + 60,
        seed=seed,
        sibling_share=0.8 * siblings,
        twin_share=_TWIN_BIRTHS * siblings * (twins / (1 - twins)) / (0.06 / (1 - 0.06)),
        movers=movers,
        renamed=0.0,
        renamed_movers=renamed_movers,
        history_years=1.0,
        ages=(2, 14),
        as_of=_AS_OF,
    )
    table = population.people
    stream = Stream(seed, "families")
    children = np.nonzero(table["role"].to_numpy(dtype=object) == "child")[0][:needed]
    order = children[stream.child("files").order(len(children))]
    left, right = order[:base], order[base - both :]
    first, second = errors or _errors()
    services = asked([field for field in fields if field in IDENTIFIERS], seed, _AS_OF)
    early, late = _day_number(_AS_OF) - 400, _day_number(_AS_OF)
    made = []
    for rows, columns, day, how, name, letter in (
        (left, _LEFT, early, first, "left", "L"),
        (right, _RIGHT, late, second, "right", "R"),
    ):
        shuffled = rows[stream.child("order", name).order(len(rows))]
        days = np.full(len(rows), day, dtype=np.int64)
        draft = record(table, shuffled, days, how, stream.child("errors", name))
        services.write(draft, table, shuffled, days, how)
        held = {field: columns[field] for field in fields}
        values = {f"{name}_id": _ids(len(rows), letter), **{held[field]: draft.fields[field] for field in held}}
        made.append(_recorded(table, shuffled, draft, values, held, name, "administrative"))
    return made[0], made[1]


def _errors() -> tuple[Errors, Errors]:
    light = Errors.light()
    return light, replace(light, unnamed=0.08, missing={"postcode": 0.15})
