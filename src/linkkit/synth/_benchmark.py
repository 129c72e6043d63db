"""``families``: the two files of children on which sibling links are counted."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np

from linkkit.errors import SpecError
from linkkit.synth._datasets import _day_number, _ids, _recorded
from linkkit.synth._errors import Errors
from linkkit.synth._population import people
from linkkit.synth._random import Stream
from linkkit.synth._record import record
from linkkit.synth._recorded import Recorded

_LEFT = {
    "given_name": "given_name",
    "surname": "surname",
    "date_of_birth": "date_of_birth",
    "sex": "sex",
    "postcode": "postcode",
}
_RIGHT = {
    "given_name": "forename",
    "surname": "last_name",
    "date_of_birth": "dob",
    "sex": "gender",
    "postcode": "post_code",
}
_AS_OF = datetime.date(2020, 1, 1)


def families(
    base: int = 1300,
    *,
    siblings: float = 1.0,
    seed: int = 0,
    overlap: float = 0.85,
    errors: tuple[Errors, Errors] | None = None,
) -> tuple[Recorded, Recorded]:
    """Make two files of children who are rich in siblings and twins: the hardest common case of linkage.

    As in the simulation behind linkkit's family class: the second file is 20/13 of the first, 6 % of adjacent siblings
    are twins, a quarter of families move between the two and a quarter of these change their surname, 8 % of the second
    file are unnamed and 15 % of its postcodes missing. Names and dates of both have light errors.

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
    errors
        How the two files are miswritten, in place of the above.

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
    other, both = round(base * 20 / 13), int(base * overlap)
    needed = base + other - both
    population = people(
        int(needed * (2.0 if siblings >= 0.5 else 3.2)) + 60,
        seed=seed,
        sibling_share=0.8 * siblings,
        twin_share=0.0325 * siblings,
        movers=0.25,
        renamed=0.0,
        renamed_movers=0.25,
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
    early, late = _day_number(_AS_OF) - 400, _day_number(_AS_OF)
    made = []
    for rows, columns, day, how, name, letter in (
        (left, _LEFT, early, first, "left", "L"),
        (right, _RIGHT, late, second, "right", "R"),
    ):
        shuffled = rows[stream.child("order", name).order(len(rows))]
        draft = record(table, shuffled, np.full(len(rows), day, dtype=np.int64), how, stream.child("errors", name))
        fields = {f"{name}_id": _ids(len(rows), letter), **{columns[f]: draft.fields[f] for f in columns}}
        made.append(_recorded(table, shuffled, draft, fields, columns, name, "administrative"))
    return made[0], made[1]


def _errors() -> tuple[Errors, Errors]:
    light: dict[str, Any] = dict(
        typing=0.008,
        phonetic=0.004,
        misread=0.002,
        nickname=0.006,
        middle_as_given=0.0,
        swapped=0.001,
        style=0.0,
        double_barrelled=0.1,
        day_month=0.002,
        date_digit=0.003,
        default_date=0.001,
        sex=0.002,
        postcode=0.005,
    )
    first = Errors(**light, unnamed=0.0, stale=0.0, missing={"postcode": 0.02})
    return first, Errors(**light, unnamed=0.08, stale=0.0, missing={"postcode": 0.15})
