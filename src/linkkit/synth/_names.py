"""What families call themselves and their children, as codes into the vocabularies of names."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from linkkit.synth._families import CHILD, FATHER, MOTHER, Households, Persons
from linkkit.synth._groups import GROUPS
from linkkit.synth._lists import DECADES, FIRST_DECADE, Names, Objects, names
from linkkit.synth._random import Integers, Stream, pick

Flags = npt.NDArray[np.bool_]
_DOUBLE = np.int64(1) << np.int64(32)
_LEAN = 3  # middle names are of the grandparents' time: this many decades older


def decade_of(day: Integers) -> Integers:
    """Return the place of each birth's decade in the lists."""
    year = day.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    return np.clip((year - FIRST_DECADE) // 10, 0, DECADES - 1).astype(np.int64)


def draw_given(stream: Stream, group: Integers, is_male: Flags, decade: Integers) -> Integers:
    """Draw a given name for each person from the list of the person's group, sex and decade of birth."""
    uniform = stream.uniform(len(group))
    key = (group * 2 + is_male) * DECADES + decade
    order = np.argsort(key, kind="stable")
    cells, starts = np.unique(key[order], return_index=True)
    out = np.empty(len(group), dtype=np.int64)
    for cell, rows in zip(cells, np.split(order, starts[1:]), strict=True):
        listed = names().of("given", GROUPS[cell // (2 * DECADES)].name, "FM"[cell // DECADES % 2])
        out[rows] = _pick(listed, uniform[rows], int(cell % DECADES))
    return out


def _pick(listed: Names, uniform: npt.NDArray[np.float64], decade: int) -> Integers:
    running = listed.running[decade if len(listed.running) > 1 else 0]
    return np.asarray(listed.codes[pick(uniform, running)])


def given_names(stream: Stream, people: Persons) -> Integers:
    """Draw given names such that no two children of a family share one."""
    decade = decade_of(people.day)
    codes = draw_given(stream.child("first"), people.group, people.is_male, decade)
    children = np.nonzero(people.role == CHILD)[0]
    for attempt in range(60):
        key = people.family[children] * _DOUBLE + codes[children]
        order = np.argsort(key, kind="stable")
        again = np.sort(children[order[1:][key[order][1:] == key[order][:-1]]])
        if not len(again):
            break
        redrawn = stream.child("again", str(attempt))
        codes[again] = draw_given(redrawn, people.group[again], people.is_male[again], decade[again])
    return codes


def middle_names(stream: Stream, people: Persons) -> Integers:
    """Draw middle names, of an older fashion; -1 where there is none."""
    share = np.array([group.middle for group in GROUPS])[people.group]
    older = np.maximum(decade_of(people.day) - _LEAN, 0)
    codes = draw_given(stream.child("name"), people.group, people.is_male, older)
    return np.where(stream.child("has").chance(len(codes), share), codes, -1).astype(np.int64)


def draw_surnames(stream: Stream, group: Integers, sex: str) -> Integers:
    """Draw a surname for each row from the list of its group."""
    uniform = stream.uniform(len(group))
    out = np.empty(len(group), dtype=np.int64)
    for number in np.unique(group):
        rows = np.nonzero(group == number)[0]
        out[rows] = _pick(names().of("surname", GROUPS[number].name, sex), uniform[rows], 0)
    return out


@dataclass(frozen=True, eq=False)
class Surnames:
    """One row a family. A double-barrelled name is two codes in one number: first * 2**32 + second + 1."""

    mother: Integers
    father: Integers
    children: Integers
    daughters: Integers
    maiden: Integers


def family_surnames(stream: Stream, homes: Households, double_share: float) -> Surnames:
    """Draw what the parents are called and what they call their sons and daughters."""
    count = len(homes.births)
    habit = {field: np.array([getattr(g, field) for g in GROUPS]) for field in ("married", "takes_name", "own_female")}
    father = draw_surnames(stream.child("father"), homes.father_group, "")
    maiden = draw_surnames(stream.child("mother"), homes.mother_group, "")
    own = stream.child("own").chance(count, habit["own_female"][homes.mother_group])
    maiden = np.where(own, draw_surnames(stream.child("female"), homes.mother_group, "F"), maiden)
    married = (
        stream.child("married").chance(count, habit["married"][homes.mother_group])
        & homes.has_father
        & homes.has_mother
    )
    takes = married & ~own & stream.child("takes").chance(count, habit["takes_name"][homes.mother_group])
    double = stream.child("double").chance(count, double_share) & homes.has_mother & ~own & (maiden != father)
    after_mother = ~homes.has_father | (~married & stream.child("after mother").chance(count, 0.25))
    children = np.where(after_mother & homes.has_mother, maiden, father)
    children = np.where(double, maiden * _DOUBLE + father + 1, children)
    mother = np.where(takes, np.where(double, children, father), maiden)
    as_mother = own & stream.child("daughters").chance(count, 0.5)
    daughters = np.where(as_mother, maiden, children)
    return Surnames(mother, father, children, daughters, maiden)


def person_surnames(people: Persons, surnames: Surnames) -> Integers:
    """Return each person's surname; women of Slavic and Sikh families bear the feminine form."""
    family = people.family
    child = np.where(people.is_male, surnames.children[family], surnames.daughters[family])
    codes = np.select(
        [people.role == MOTHER, people.role == FATHER], [surnames.mother[family], surnames.father[family]], child
    )
    return feminine(codes.astype(np.int64), ~people.is_male)


def feminine(codes: Integers, is_female: Flags) -> Integers:
    """Return the feminine form of the surnames of women, of both halves of double ones, where there is one."""
    form, double = names().feminine, codes >= _DOUBLE
    first, second = np.where(double, codes // _DOUBLE, codes), np.where(double, codes % _DOUBLE - 1, 0)
    changed = np.where(double, form[first] * _DOUBLE + form[second] + 1, form[first])
    return np.where(is_female, changed, codes)


def surname_texts(codes: Integers) -> Objects:
    """Return surnames as text: each distinct one is built once."""
    distinct, where = np.unique(codes, return_inverse=True)
    known = names().surnames
    texts = [known[c] if c < _DOUBLE else f"{known[c // _DOUBLE]}-{known[c % _DOUBLE - 1]}" for c in distinct]
    return np.array(texts, dtype=object)[where]
