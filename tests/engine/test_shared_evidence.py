"""Pairs by shared evidence, against a brute-force oracle in plain Python that weighs every pair of small datasets."""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict

import hypothesis.strategies as st
import jellyfish
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

import linkkit as lk
from linkkit import block
from linkkit.records import Records

PARTS = [
    "an",
    "bo",
    "cy",
    "da",
    "el",
    "fin",
    "gus",
    "ro",
    "bert",
    "na",
    "lie",
    "mar",
    "tha",
    "o'",
    "ne",
    "il",
    "-",
    " ",
]
FIELDS = ("given_name", "surname", "date_of_birth", "address", "tags")
EVIDENCE = (
    block.evidence("given_name", "surname", form="name"),
    block.evidence("date_of_birth", form="date"),
    block.evidence("address", form="words"),
    block.evidence("tags"),
)


def _tables(sizes, seed):
    """People of whom a third stand there twice, with an error; values are as many as make lists of every kind."""
    rng = np.random.default_rng(seed)
    total = max(sum(sizes), 8)
    names = sorted({"".join(rng.choice(PARTS, rng.integers(1, 5))) for _ in range(total // 6 + 3)})
    dates = [f"{rng.integers(1990, 2008)}-{rng.integers(1, 13):02}-{rng.integers(1, 29):02}" for _ in range(total // 2)]
    dates += [f"{date[:4]}-XX-{date[8:]}" for date in dates[:2]]
    streets = [
        f"{rng.integers(1, 9)} {rng.choice(names)} {rng.choice(['lane', 'road'])}" for _ in range(total // 6 + 1)
    ]
    tags = [f"tag{number}" for number in range(total // 12 + 2)]
    people = []
    for _ in range(sum(sizes)):
        if people and rng.random() < 0.35:
            person = dict(people[rng.integers(len(people))])
            person[str(rng.choice(FIELDS[:4]))] = None
        else:
            person = {"given_name": rng.choice(names), "surname": rng.choice(names), "date_of_birth": rng.choice(dates)}
            person = {name: None if rng.random() < 0.1 else str(value) for name, value in person.items()}
            person |= {"address": str(rng.choice(streets)), "tags": rng.choice(tags, rng.integers(0, 3)).tolist()}
        people.append(person)
    found = []
    for number, size in enumerate(sizes):
        own = [people.pop() for _ in range(size)]
        ids = [f"{number}-{row:05}" for row in range(size)]
        found.append(pd.DataFrame(own, columns=list(FIELDS), dtype=object).assign(id=ids))
    return found


def _records(tables, link_type, shuffle=None):
    fields = {name: name for name in FIELDS}
    datasets = []
    for number, frame in enumerate(tables):
        shown = frame if shuffle is None else frame.sample(frac=1, random_state=shuffle)
        datasets.append(lk.Dataset(shown, name=f"d{number}", id="id", fields=fields))
    return Records(datasets, link_type)


# --- the oracle -----------------------------------------------------------------------------------------------------


def _words(text):
    return {word for word in "".join(c if c.isalnum() else " " for c in text.lower()).split()}


def _name_keys(word):
    letters = "".join(c for c in word if c.isalpha())
    code = jellyfish.soundex(letters) if letters else None
    return {"word": (word, "soundex"), "soundex": (code, None), "ends": (word[0] + " " + word[-4:], None)}


def _date_keys(date):
    year, _, day = date.split("-")
    whole = date if "X" not in date else None
    return {
        "whole": (whole, "year"),
        "month-day": (whole and whole[5:], None),
        "year": (year if "X" not in year else None, None),
        "year-month": (whole and whole[:7], "year"),
        "year-day": (f"{year} {day}" if "X" not in year + day else None, "year"),
    }


def _values_of(row):
    """Each value of a record: which evidence it is, and its keys."""
    texts = [text for text in (row["given_name"], row["surname"]) if text]
    yield from ((0, _name_keys(word)) for word in sorted(set().union(*map(_words, texts))))
    if row["date_of_birth"]:
        yield 1, _date_keys(row["date_of_birth"])
    for word in sorted(_words(row["address"] or "")):
        yield 2, {"word": (word, "start"), "start": (word[:4], None)}
    yield from ((3, {"tag": (tag, None)}) for tag in sorted(set(row["tags"])))


def _units_of(row):
    """The keys of each value, without those that an earlier value has, and the looser key of each."""
    seen, units = set(), []
    for kind, keys in _values_of(row):
        named = {form: (kind, form, text) for form, (text, _) in keys.items() if text}
        units.append({named[form]: named.get(keys[form][1]) for form in named if named[form] not in seen})
        seen |= set(named.values())
    return units


class Oracle:
    def __init__(self, tables, link_type, cap):
        rows = [
            {name: None if isinstance(value, float) else value for name, value in row.items()}  # pandas's missing
            for frame in tables
            for row in frame.to_dict("records")
        ]
        self.owner = [number for number, frame in enumerate(tables) for _ in range(len(frame))]
        self.link_type, self.cap = link_type, cap
        self.units = [_units_of(row) for row in rows]
        self.sets = [{key for unit in units for key in unit} for units in self.units]
        counts = Counter(key for keys in self.sets for key in keys)
        weight = {key: math.log2(len(rows) / count) for key, count in counts.items() if count > 1}
        self.bits = {key: round(bits * 64) for key, bits in weight.items() if bits >= 0.25}
        self.frequent = {key for key in self.bits if cap < counts[key] <= 0.05 * len(rows)}
        self.listed = {key for key in self.bits if counts[key] <= cap}
        self.skipped = 0, 0
        self.conjunctions = self._conjunctions()

    def allowed(self, left, right):
        same = self.owner[left] == self.owner[right]
        return self.link_type == "link_and_dedupe" or same == (self.link_type == "dedupe")

    def _cut(self, sets_of_rows):
        members = defaultdict(list)
        for row, sets in enumerate(sets_of_rows):
            for one in sets:
                members[one].append(row)
        pairs = {
            one: sum(self.allowed(*two) for two in itertools.combinations(rows, 2)) for one, rows in members.items()
        }
        listed = {one for one, rows in members.items() if pairs[one] and len(rows) <= self.cap}
        over = {one: pairs[one] for one, rows in members.items() if pairs[one] and len(rows) > self.cap}
        return [set(sets) & listed for sets in sets_of_rows], over

    def _conjunctions(self):
        held = []
        for units in self.units:
            entries = [(key, number, unit[key]) for number, unit in enumerate(units) for key in unit]
            held.append([(key, unit, looser in self.frequent) for key, unit, looser in entries if key in self.frequent])
        twos = [
            {frozenset((a[0], b[0])) for a, b in itertools.combinations(keys, 2) if a[1] != b[1] and not (a[2] or b[2])}
            for keys in held
        ]
        listed, over = self._cut(twos)
        threes = []
        for keys, own in zip(held, twos, strict=True):
            unit = {key: number for key, number, _ in keys}
            found = set()
            for two in own & set(over):
                for key, number, is_under in keys:
                    if is_under:
                        if number in {unit[one] for one in two}:
                            found.add((two, key))
                    elif number not in {unit[one] for one in two} and all(frozenset((one, key)) in over for one in two):
                        found.add(two | {key})
            threes.append(found)
        more, too_many = self._cut(threes)
        self.skipped = len(too_many), sum(too_many.values())
        return [one | other for one, other in zip(listed, more, strict=True)]

    def evidence(self, left, right):
        shared = self.sets[right]
        return sum(
            max((self.bits.get(key, 0) for key in unit if key in shared), default=0) for unit in self.units[left]
        )

    def weighed(self):
        """Every pair that shares a list, with its evidence."""
        for left, right in itertools.combinations(range(len(self.units)), 2):
            if self.allowed(left, right):
                is_met = self.sets[left] & self.sets[right] & self.listed
                if is_met or self.conjunctions[left] & self.conjunctions[right]:
                    yield (left, right), self.evidence(left, right)


def _made(source):
    chunks = list(source.chunks())
    assert all(chunk.rule == 0 for chunk in chunks)
    return [pair for chunk in chunks for pair in zip(chunk.left.tolist(), chunk.right.tolist(), strict=True)]


@settings(deadline=None, max_examples=20)
@given(
    sizes=st.lists(st.integers(1, 130), min_size=1, max_size=3),
    link_type=st.sampled_from(["link_only", "dedupe", "link_and_dedupe"]),
    seed=st.integers(0, 10_000),
    least=st.sampled_from([0.5, 3.0, 6.0, 9.0]),
    cap=st.sampled_from([2, 3, 5, 500]),
)
def test_pairs_are_those_that_a_count_of_all_evidence_finds(sizes, link_type, seed, least, cap):
    link_type = link_type if len(sizes) > 1 else "dedupe"
    tables = _tables(sizes, seed)
    records, oracle = _records(tables, link_type), Oracle(tables, link_type, cap)
    rule = block.shared_evidence(*EVIDENCE, least_bits=least, cap=cap)
    source = records.engine.pairs(records, [rule])
    wanted = [pair for pair, bits in oracle.weighed() if bits >= least * 64]
    made = _made(source)
    assert made == wanted
    count = source.counts()[0]
    assert (count.pairs, count.least_bits) == (len(wanted), least)
    assert (count.skipped_blocks, count.skipped_pairs) == oracle.skipped
    allowed = [pair for pair in itertools.combinations(range(sum(sizes)), 2) if oracle.allowed(*pair)]
    left, right = (np.array([pair[side] for pair in allowed], np.uint32) for side in (0, 1))
    told = source.makes(0, left, right)
    assert [pair for pair, is_made in zip(allowed, told.tolist(), strict=True) if is_made] == wanted


def test_conjunctions_of_two_and_three_are_needed_and_counted():
    """The sizes at which the oracle above is asked hold every kind of list, so that it means something."""
    tables = _tables([130, 130, 130], 7)
    oracle = Oracle(tables, "dedupe", 2)
    sizes = Counter(len(one) for sets in oracle.conjunctions for one in sets)
    assert sizes[2] > 10
    assert sizes[3] > 0
    assert len(oracle.frequent) > 10
    assert oracle.skipped[1] > 0


def test_the_floor_is_the_lowest_that_the_budget_allows():
    tables = _tables([720], 3)
    records, oracle = _records(tables, "dedupe"), Oracle(tables, "dedupe", 500)
    count = records.engine.pairs(records, [block.shared_evidence(*EVIDENCE, least_bits=0.5, cap=500)]).counts()[0]
    bits = sorted((bits for _, bits in oracle.weighed() if bits >= 32), reverse=True)
    assert len(bits) > 100_000
    floor = next(low for low in range(32, 10_000) if sum(one >= low for one in bits) <= 100_000)
    assert count.least_bits == floor / 64
    assert count.pairs == sum(one >= floor for one in bits)


@pytest.mark.parametrize("workers", ["1", "3"])
def test_threads_and_the_order_of_rows_change_nothing(workers, monkeypatch):
    monkeypatch.setenv("LINKKIT_WORKERS", workers)
    tables = _tables([6000, 3000], 5)
    rule = block.shared_evidence(*EVIDENCE, cap=40)
    one, other = _records(tables, "link_and_dedupe"), _records(tables, "link_and_dedupe", shuffle=4)
    first, second = one.engine.pairs(one, [rule]), other.engine.pairs(other, [rule])
    assert first.counts() == second.counts()
    assert first.counts()[0].pairs > 100_000
    assert _made(first) == _made(second)


def test_a_pair_comes_once_beside_other_rules():
    tables = _tables([400, 300], 9)
    records = _records(tables, "link_only")
    rules = [block.on("surname"), block.shared_evidence(*EVIDENCE), block.on("date_of_birth", "given_name")]
    source = records.engine.pairs(records, rules)
    found = {
        (pair, chunk.rule)
        for chunk in source.chunks()
        for pair in zip(chunk.left.tolist(), chunk.right.tolist(), strict=True)
    }
    pairs = [pair for pair, _ in found]
    assert len(pairs) == len(set(pairs))
    alone = [set(_made(records.engine.pairs(records, [rule]))) for rule in rules]
    assert set(pairs) == set().union(*alone)
    for pair, rule in found:
        assert rule == next(number for number, made in enumerate(alone) if pair in made)


def test_swapped_names_are_seen_and_a_rare_name_counts_for_more():
    people = pd.DataFrame(
        {"id": range(200), "given_name": ["john"] * 100 + ["mary"] * 100, "surname": ["smith", "jones"] * 100}
    )
    people.loc[0, ["given_name", "surname"]] = ["zebedee", "quirk"]
    people.loc[150, ["given_name", "surname"]] = ["quirk", "zebedee"]
    pairs = block.candidate_pairs(lk.Dataset(people), block.shared_evidence("given_name", "surname"))
    assert pairs.to_pandas()[["left_id", "right_id"]].to_numpy().tolist() == [[0, 150]]
