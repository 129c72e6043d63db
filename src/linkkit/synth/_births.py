"""``births``: babies, and the deliveries of their mothers, which share no name and no number."""

from __future__ import annotations

import numbers
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import SpecError
from linkkit.synth._lists import Objects
from linkkit.synth._random import Floats, Integers, Stream
from linkkit.synth._record import day_texts
from linkkit.synth._recorded import Recorded

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["births"]

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class _Held:
    """How complete a field is among babies and deliveries, and how often the two agree where both have it."""

    babies: float
    deliveries: float
    agree: float
    in_tail: bool = False


# Completeness in Hospital Episode Statistics 2012/13, and agreement of pairs linked by other fields: table 1 of Harron
# and others (2016), PLoS ONE 11(10): e0164667. Of the seven fields that such pairs agree on by definition nothing is
# known: that they agree in 95 to 99.9 % is assumed.
_FIELDS = {
    "hospital": _Held(1.0, 1.0, 0.999),
    "gp_practice": _Held(0.930, 0.996, 0.95),
    "ethnicity": _Held(0.921, 0.926, 0.7735),
    "postcode_district": _Held(0.386, 0.985, 0.9718),
    "episode_start": _Held(1.0, 1.0, 0.6066),
    "episode_end": _Held(1.0, 1.0, 0.8999),
    "estimated_delivery_date": _Held(0.994, 0.995, 0.9995),
    "sex": _Held(0.999, 0.883, 0.99),
    "birth_order": _Held(0.846, 0.908, 0.99, in_tail=True),
    "birth_weight": _Held(0.854, 0.890, 0.98, in_tail=True),
    "gestation": _Held(0.817, 0.854, 0.98, in_tail=True),
    "maternal_age": _Held(0.853, 0.851, 0.97, in_tail=True),
    "antenatal_date": _Held(0.809, 0.852, 0.9989, in_tail=True),
    "antenatal_gestation": _Held(0.746, 0.739, 0.9992, in_tail=True),
    "delivery_place": _Held(0.876, 0.891, 0.9993, in_tail=True),
}
# Table 4 there: of nearly a tenth of the babies the whole maternity tail is missing.
_NO_TAIL = 0.09
_BABIES_A_HOSPITAL, _DISTRICTS, _PRACTICES = 4_700, 6, 8
_FIRST_DAY, _DAYS = 15_431, 365  # from 1 April 2012
_WEEKS = np.array([28, 31, 33, 35, 36, 37, 38, 39, 40, 41, 42])
_OF_WEEK = np.array([0.008, 0.008, 0.01, 0.02, 0.035, 0.06, 0.14, 0.26, 0.28, 0.15, 0.029])
_ETHNICITIES = "ABCDEFGHJKLMNPRSZ"
_OF_ETHNICITY = np.array([0.6, 0.02, 0.08, *[0.3 / 14] * 14])
_OF_PLACE = np.array([0.7, 0.03, 0.2, 0.05, 0.02])
_STAY_BEFORE, _STAY_AFTER = np.array([0.61, 0.3, 0.09]), np.array([0.15, 0.27, 0.27, 0.18, 0.08, 0.05])


def births(
    count: int = 5_000, *, twins: float = 0.016, coverage: float = 0.98, seed: int = 0
) -> tuple[Recorded, Recorded]:
    """Make babies, and the deliveries of their mothers, as hospitals record them: neither names nor numbers in common.

    What there is of each field, and how often the two files agree on it, is as in Hospital Episode Statistics 2012/13
    (table 1 of Harron and others 2016); that hospital, practice, age, weight, gestation, order and sex agree in 95 to
    99.9 % is assumed. Twins are of one delivery, with a record of each file for either.

    Parameters
    ----------
    count
        Deliveries, at least 50. One hospital has about 4,700, as in England.
    twins
        Share of deliveries that are of twins.
    coverage
        Share of the births that are in each file.
    seed
        The same seed gives the same files.

    Returns
    -------
    tuple of Recorded
        Babies and deliveries; ``person_id`` is the baby, ``family_id`` the delivery.

    Examples
    --------
    >>> babies, deliveries = births(500, seed=1)
    >>> len(babies.frame), len(deliveries.frame), len(babies.matches(deliveries))
    (503, 501, 494)
    """
    are_numbers = all(isinstance(one, numbers.Real) for one in (count, twins, coverage, seed))
    are_whole = all(isinstance(one, numbers.Integral) for one in (count, seed))
    if not (are_numbers and are_whole) or count < 50 or not 0 <= twins <= 0.5 or not 0 < coverage <= 1:
        raise SpecError(
            "births needs a whole count from 50, twins from 0 to 0.5, coverage above 0 and up to 1, and a whole seed."
        )
    stream = Stream(seed, "births")
    delivery = np.arange(count)
    second = np.flatnonzero(stream.child("twins").chance(count, twins))
    delivery = np.concatenate([delivery, second])
    truth = {field: values[delivery] for field, values in _deliveries(stream, count).items()}
    truth["birth_order"] = np.repeat(np.array(["1", "2"], object), [count, len(second)])
    truth |= _babies(stream, delivery, truth)
    made = [_recorded(stream.child(name), name, delivery, truth, coverage) for name in ("babies", "deliveries")]
    return made[0], made[1]


def _normal(stream: Stream, count: int) -> Floats:
    """Return numbers with mean 0 and standard deviation 1, all but normal: twelve uniform ones summed."""
    return np.asarray(stream.uniform(12 * count).reshape(count, 12).sum(axis=1) - 6.0)


def _texts(numbers: Integers, prefix: str = "") -> Objects:
    return np.array([f"{prefix}{number}" for number in numbers.tolist()], object)


def _deliveries(stream: Stream, count: int) -> dict[str, Objects]:
    """What the babies of a delivery have in common."""
    hospital = stream.child("hospital").below(max(count // _BABIES_A_HOSPITAL, 5), count)
    near = stream.child("district").below(_DISTRICTS + 3, count)  # half of the districts have two hospitals
    district = hospital * _DISTRICTS + near
    practice = district * _PRACTICES + stream.child("practice").below(_PRACTICES, count)
    week = _WEEKS[stream.child("gestation").pick(count, _OF_WEEK)]
    born = _FIRST_DAY + stream.child("day").below(_DAYS, count)
    due = born + 7 * (40 - week) + stream.child("due").below(7, count) - 3
    booked = np.clip(np.round(11 + 3 * _normal(stream.child("booked"), count)), 5, 27).astype(np.int64)
    age = np.clip(np.round(29.3 + 5.9 * _normal(stream.child("age"), count)), 13, 50).astype(np.int64)
    ethnicity = np.array(list(_ETHNICITIES), object)[stream.child("ethnicity").pick(count, _OF_ETHNICITY)]
    return {
        "hospital": _texts(hospital + 100, "R"), "gp_practice": _texts(practice + 81_000, "B"),
        "postcode_district": _texts(district + 1, "ZX"), "maternal_age": _texts(age), "gestation": _texts(week),
        "ethnicity": ethnicity, "estimated_delivery_date": day_texts(due),
        "antenatal_date": day_texts(due - 7 * (40 - booked)), "antenatal_gestation": _texts(booked),
        "delivery_place": _texts(stream.child("place").pick(count, _OF_PLACE)),
        "episode_start": day_texts(born - stream.child("before").pick(count, _STAY_BEFORE)),
        "episode_end": day_texts(born + stream.child("after").pick(count, _STAY_AFTER)),
    }  # fmt: skip


def _babies(stream: Stream, delivery: Integers, shared: dict[str, Objects]) -> dict[str, Objects]:
    """What each baby has of its own: weight by gestation, and sex."""
    count = len(delivery)
    week = shared["gestation"].astype(np.int64)
    grams = 3_400 - 140 * (40 - week) + 430 * _normal(stream.child("weight"), count)
    weight = 10 * np.clip(np.round(grams / 10), 40, 600).astype(np.int64)
    sex = np.array(["1", "2"], object)[stream.child("sex").below(2, count)]
    return {"birth_weight": _texts(weight), "sex": sex}


def _recorded(stream: Stream, name: str, delivery: Integers, truth: dict[str, Objects], coverage: float) -> Recorded:
    """Write one file down, in an order of its own."""
    import pandas as pd

    count = len(delivery)
    rows = stream.child("order").order(count)
    rows = rows[stream.child("covered").chance(count, coverage)[rows]]
    ids = np.array([f"{name[0].upper()}{number + 1:06}" for number in range(len(rows))], object)
    has_tail = ~stream.child("tail").chance(count, _NO_TAIL)
    columns, mistakes = {f"{name}_id": ids}, []
    for field, held in _FIELDS.items():
        values, is_wrong = _written(stream.child(field), truth[field], held, name, has_tail)
        columns[field] = values[rows]
        mistakes.append(pd.DataFrame({"record_id": ids[is_wrong[rows]], "field": field, "kind": "other value"}))
    known = pd.DataFrame({"record_id": ids, "person_id": rows + 1, "family_id": delivery[rows] + 1})
    said: pd.DataFrame = pd.concat(mistakes, ignore_index=True)
    frame = pd.DataFrame(columns)
    return Recorded(frame, known, said, f"{name}_id", name, "administrative", (), {field: field for field in _FIELDS})


def _written(stream: Stream, values: Objects, held: _Held, name: str, has_tail: Flags) -> tuple[Objects, Flags]:
    """Return a field as one file has it, and where it holds another's value; either file is as often wrong."""
    count = len(values)
    hit = stream.child("wrong").chance(count, 1 - held.agree**0.5)
    written: Objects = np.where(hit, values[stream.child("whose").below(count, count)], values)
    share = held.babies if name == "babies" else held.deliveries
    there = stream.child("there").chance(count, min(1.0, share / (1 - _NO_TAIL) if held.in_tail else share))
    there &= has_tail if held.in_tail else True
    is_wrong = there & (written != values)
    written[~there] = None
    return written, is_wrong
