"""Who lives with whom: parents, births, siblings and twins, as columns of numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from linkkit.synth._groups import GROUPS
from linkkit.synth._random import Integers, Stream, cumulative, pick

MOTHER, FATHER, CHILD = 0, 1, 2
MOST_BIRTHS = 5
_MORE_BIRTHS = np.array([0.73, 0.20, 0.05, 0.02])
_SEASON = np.array([0.975, 0.965, 0.985, 0.985, 1.0, 1.01, 1.03, 1.02, 1.04, 1.01, 0.985, 0.995])
_TWO_PARENTS, _LONE_FATHER, _MIXED = 0.76, 0.03, 0.07


@dataclass(frozen=True)
class Shape:
    """How rich in siblings and twins a population is, and when its children were born (days since 1970-01-01)."""

    sibling_share: float
    twin_share: float
    first_day: int
    last_day: int
    seasonal: bool


@dataclass(frozen=True, eq=False)
class Households:
    """One row a family."""

    mother_group: Integers
    father_group: Integers
    deprivation: Integers
    has_mother: npt.NDArray[np.bool_]
    has_father: npt.NDArray[np.bool_]
    birth_day: Integers
    births: Integers
    twins: npt.NDArray[np.bool_]

    @property
    def size(self) -> Integers:
        """People in each family."""
        children = self.births + self.twins.sum(axis=1)
        return np.asarray(children + self.has_mother + self.has_father, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Persons:
    """One row a person, families together: mother, father, then children from the oldest."""

    family: Integers
    role: Integers
    group: Integers
    mixed: npt.NDArray[np.bool_]
    day: Integers
    is_male: npt.NDArray[np.bool_]
    birth_order: Integers
    twin_set: Integers


def draw_households(stream: Stream, count: int, shape: Shape) -> Households:
    """Draw families: their groups, deprivation, parents and births."""
    shares = cumulative([group.share for group in GROUPS])
    mother_group = pick(stream.child("group").uniform(count), shares)
    other = pick(stream.child("other group").uniform(count), shares)
    father_group = np.where(stream.child("mixed").chance(count, _MIXED), other, mother_group)
    lone = stream.child("parents").uniform(count)
    deprivation = _deprivation(stream.child("deprivation"), mother_group)
    births = _birth_counts(stream.child("births"), mother_group, shape)
    days = _birth_days(stream.child("days"), births, shape)
    twins = stream.child("twins").uniform(count * MOST_BIRTHS).reshape(count, MOST_BIRTHS) < shape.twin_share
    return Households(
        mother_group,
        father_group.astype(np.int64),
        deprivation,
        lone >= _LONE_FATHER,
        (lone < _LONE_FATHER) | (lone >= 1 - _TWO_PARENTS),
        days,
        births,
        twins & (np.arange(MOST_BIRTHS) < births[:, None]),
    )


def _deprivation(stream: Stream, group: Integers) -> Integers:
    """Fifths, 5 the most deprived; some groups live more often in the two most deprived."""
    count = len(group)
    deprived = np.array([g.deprived for g in GROUPS])[group]
    anywhere, low = 1 + stream.child("any").below(5, count), 4 + stream.child("low").below(2, count)
    return np.where(stream.child("moved").chance(count, deprived), low, anywhere).astype(np.int64)


def _birth_counts(stream: Stream, group: Integers, shape: Shape) -> Integers:
    count = len(group)
    large = np.array([g.large for g in GROUPS])[group]
    more = pick(stream.child("more").uniform(count) ** (1.0 / large), cumulative(_MORE_BIRTHS)) + 2
    return np.where(stream.child("siblings").chance(count, shape.sibling_share), more, 1).astype(np.int64)


def _birth_days(stream: Stream, births: Integers, shape: Shape) -> Integers:
    """Days of birth, the oldest first; gaps of 13 months to five years, shorter where the window is short."""
    count, window = len(births), shape.last_day - shape.first_day
    gaps = 400 + 1400 * stream.child("gaps").uniform(count * MOST_BIRTHS).reshape(count, MOST_BIRTHS) ** 1.6
    gaps[:, 0] = 0
    gaps[np.arange(MOST_BIRTHS)[None, :] >= births[:, None]] = 0
    span = gaps.sum(axis=1)
    gaps *= np.minimum(1.0, 0.95 * window / np.maximum(span, 1.0))[:, None]
    span = gaps.sum(axis=1)
    first = shape.first_day + stream.child("first").uniform(count) * (window + 1 - span)
    days = np.floor(first[:, None] + np.cumsum(gaps, axis=1)).astype(np.int64)
    days = _seasonal(days) if shape.seasonal else days
    return np.clip(days, shape.first_day, shape.last_day)


def _seasonal(days: Integers) -> Integers:
    """Move days within their year so that months have their usual shares of births: most in September."""
    years = days.astype("datetime64[D]").astype("datetime64[Y]")
    start = years.astype("datetime64[D]").astype(np.int64)
    length = (years + 1).astype("datetime64[D]").astype(np.int64) - start
    edges = np.concatenate([[0.0], cumulative(_SEASON)])
    warped = np.interp((days - start + 0.5) / length, edges, np.linspace(0, 1, 13))
    return np.asarray(start + np.floor(warped * length).astype(np.int64))


def persons(stream: Stream, homes: Households) -> Persons:
    """Unfold families into people."""
    count = len(homes.births)
    slots = np.stack([np.ones(homes.twins.shape, dtype=np.int64), homes.twins.astype(np.int64)], axis=2)
    slots[np.arange(MOST_BIRTHS) >= homes.births[:, None]] = 0
    family, birth, second = np.nonzero(slots)
    order = np.arange(len(family)) - np.searchsorted(family, np.arange(count))[family] + 1
    twin = homes.twins[family, birth]
    twin_set = np.where(twin, family * MOST_BIRTHS + birth + 1, 0)
    mothers, fathers = np.nonzero(homes.has_mother)[0], np.nonzero(homes.has_father)[0]
    mother_day, father_day = _parent_days(stream, homes)
    families = np.concatenate([mothers, fathers, family])
    role = np.repeat([MOTHER, FATHER, CHILD], [len(mothers), len(fathers), len(family)])
    position = np.concatenate([np.zeros(len(mothers)), np.ones(len(fathers)), 1 + order]).astype(np.int64)
    sort = np.lexsort((position, families))
    child_group = np.where(
        stream.child("child group").chance(len(family), 0.5), homes.father_group[family], homes.mother_group[family]
    )
    groups = np.concatenate([homes.mother_group[mothers], homes.father_group[fathers], child_group])
    mixed = (homes.mother_group != homes.father_group)[families] & (role == CHILD)
    day = np.concatenate([mother_day[mothers], father_day[fathers], homes.birth_day[family, birth]])
    male = np.concatenate(
        [np.zeros(len(mothers), dtype=bool), np.ones(len(fathers), dtype=bool), _child_sexes(stream, twin, second)]
    )
    none = np.zeros(len(mothers) + len(fathers), dtype=np.int64)
    birth_order, sets = np.concatenate([none, order]), np.concatenate([none, twin_set])
    columns = (families, role, groups, mixed, day, male, birth_order, sets)
    return Persons(*(column[sort] for column in columns))


def _child_sexes(stream: Stream, twin: npt.NDArray[np.bool_], second: Integers) -> npt.NDArray[np.bool_]:
    """51.2 % boys; two thirds of twin pairs are of one sex."""
    male = stream.child("sex").chance(len(twin), 0.512)
    alike = stream.child("alike").chance(len(twin), 1 / 3)
    follow = np.nonzero(twin & (second == 1) & alike)[0]
    male[follow] = male[follow - 1]
    return male


def _parent_days(stream: Stream, homes: Households) -> tuple[Integers, Integers]:
    """Mothers are 18 to 40 at their first birth, younger where more deprived; fathers two years older in the mean."""
    count = len(homes.births)
    draw = stream.child("mother age").uniform(2 * count).reshape(2, count).sum(axis=0)
    age = 18.0 + 11.0 * draw - 0.6 * (homes.deprivation - 3)
    mother = homes.birth_day[:, 0] - np.floor(age * 365.25).astype(np.int64)
    older = stream.child("father age").uniform(2 * count).reshape(2, count).sum(axis=0) - 0.7
    return mother, np.minimum(mother - np.floor(older * 6 * 365.25).astype(np.int64), homes.birth_day[:, 0] - 16 * 366)
