"""Candidate pairs by rules: which, how many, from where; and what is said when a rule does not fit."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

import linkkit as lk
from linkkit import block
from linkkit.errors import DataError, PlanError, SpecError


def _dataset(name, surnames, first=0):
    frame = pd.DataFrame({"id": range(first, first + len(surnames)), "surname": surnames})
    return lk.Dataset(frame, name=name)


@pytest.fixture
def three():
    return _dataset("a", ["lee", "lee", "poe"]), _dataset("b", ["lee", None, "poe"]), _dataset("c", ["lee", "fox"])


def _ids(pairs):
    frame = pairs.to_pandas(None)
    columns = [column for column in frame.columns if column != "rule"]
    return set(frame[columns].itertuples(index=False, name=None))


def test_within_one_dataset(three):
    assert _ids(block.candidate_pairs(three[0], block.on("surname"))) == {(0, 1)}


def test_between_two_datasets(three):
    assert _ids(block.candidate_pairs(*three[:2], block.on("surname"))) == {(0, 0), (1, 0), (2, 2)}


def test_between_many_datasets_pairs_say_whose_they_are(three):
    found = _ids(block.candidate_pairs(*three, block.on("surname")))
    assert found == {
        ("a", 0, "b", 0), ("a", 1, "b", 0), ("a", 2, "b", 2), ("a", 0, "c", 0), ("a", 1, "c", 0), ("b", 0, "c", 0),
    }  # fmt: skip


def test_link_and_dedupe_makes_both_kinds(three):
    pairs = block.candidate_pairs(*three[:2], block.every_pair(), link_type="link_and_dedupe")
    assert pairs.count() == 15


def test_a_missing_value_makes_no_pair(three):
    assert not [pair for pair in _ids(block.candidate_pairs(*three[:2], block.on("surname"))) if pair[1] == 1]


def test_a_pair_belongs_to_the_first_rule_that_makes_it(three):
    frame = block.candidate_pairs(three[0], block.on("surname"), block.every_pair()).to_pandas()
    assert frame["rule"].tolist() == ["on('surname')", "every_pair()", "every_pair()"]


def test_listed_pairs_are_taken_by_id(three):
    pairs = block.candidate_pairs(*three[:2], block.listed([0, 2], [1, 0]))
    assert _ids(pairs) == {(0, 1), (2, 0)}


def test_a_cap_skips_large_blocks_and_reports_them():
    people = _dataset("people", ["lee"] * 10 + ["poe"] * 3)
    counted = block.count_pairs(block.candidate_pairs(people, block.on("surname", cap=5))).iloc[0]
    assert (counted["pairs"], counted["skipped_blocks"], counted["skipped_pairs"]) == (3, 1, 45)


def test_largest_blocks_are_sizes_and_no_values():
    people = _dataset("people", ["lee"] * 4 + ["poe"] * 2)
    largest = block.largest_blocks(block.candidate_pairs(people, block.on("surname")))
    assert largest["records"].tolist() == [4, 2]
    assert not largest.astype(str).apply(lambda column: column.str.contains("lee")).any().any()


def test_sorted_neighbourhood_pairs_near_values():
    people = _dataset("people", ["abel", "zoe", "abels", "zob"])
    assert _ids(block.candidate_pairs(people, block.sorted_neighbourhood("surname", 2))) == {(0, 2), (2, 3), (1, 3)}


def test_words_of_a_column_share_a_member():
    people = _dataset("people", ["lee smith", "smith poe", "poe", "fox"])
    assert _ids(block.candidate_pairs(people, block.on(block.words("surname")))) == {(0, 1), (1, 2)}


@pytest.mark.parametrize(
    ("inputs", "kind", "message"),
    [
        (lambda d: [d[0]], SpecError, "needs at least one rule"),
        (lambda d: [d[0], "surname"], SpecError, "must be made by a function of linkkit.block"),
        (lambda d: [block.on("surname")], DataError, "no dataset to link"),
        (lambda d: [d[0], d[0], block.on("surname")], DataError, "given twice"),
        (lambda d: [d[0], block.on("sirname")], PlanError, r"block\[0\]: a has no field 'sirname'. Did you mean"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said_before_any_work(three, inputs, kind, message):
    with pytest.raises(kind, match=message):
        block.candidate_pairs(*inputs(three))


def test_every_rule_that_does_not_fit_is_said_at_once(three):
    with pytest.raises(PlanError) as caught:
        block.candidate_pairs(three[0], block.on("town"), block.on("surname", "sex"))
    assert len(caught.value.mistakes) == 2


def test_a_table_of_too_many_pairs_is_refused():
    people = _dataset("people", ["lee"] * 50)
    with pytest.raises(ValueError, match="more than 100 pairs"):
        block.candidate_pairs(people, block.every_pair()).to_pandas(most=100)


# --- rules that choose themselves -----------------------------------------------------------------------------------


def test_recommended_rules_fit_their_budget_and_find_the_matches():
    made_trial, made_register = lk.synth.sample()
    left, right = lk.prepare.prepare(made_trial.dataset()), lk.prepare.prepare(made_register.dataset())
    rules = block.recommended(lk.Records([left, right]))
    pairs = block.candidate_pairs(left, right, rules)
    assert max(count.pairs for count in pairs.counts()) <= 1.5 * max(100_000, 10 * (len(left) + len(right)))
    truth = set(made_trial.matches(made_register).itertuples(index=False, name=None))
    assert len(truth & _ids(pairs)) >= 0.99 * len(truth)


def test_a_larger_budget_never_loses_pairs():
    register = lk.prepare.prepare(lk.synth.people(8_000, seed=4).register().dataset())
    records = lk.Records([register])
    counts = [
        block.candidate_pairs(records, block.recommended(records, pairs_per_record=budget)).count()
        for budget in (20, 60, 200)
    ]
    assert counts == sorted(counts)


def test_no_recommended_rule_is_covered_by_another():
    register = lk.synth.people(8_000, seed=4).register().dataset()
    rules = block.recommended(lk.Records([register]))
    columns = [set(rule.columns) for rule in rules]
    assert rules
    assert not any(one < other for one, other in itertools.permutations(columns, 2))


def test_fields_of_one_value_are_not_blocked_on():
    people = lk.Dataset(pd.DataFrame({"id": np.arange(4), "surname": ["lee"] * 4, "given_name": ["a", "b", "c", "d"]}))
    rules = block.recommended(lk.Records([people]))
    assert not any("surname" in column for rule in rules for column in rule.columns)


def test_recommended_rules_begin_with_shared_evidence_where_there_are_more_pairs_than_its_budget():
    rng = np.random.default_rng(2)
    names = [f"{one}{two}" for one in "bcdfghklmn" for two in ("aker", "itter", "olan", "umber")]

    def rules(size):
        frame = pd.DataFrame(
            {"id": range(size), "surname": rng.choice(names, size), "given_name": rng.choice(names, size)}
        )
        return block.recommended(lk.Records([lk.Dataset(frame)]))

    small, large = rules(300), rules(900)
    assert all(isinstance(rule, type(block.on("surname"))) for rule in small)
    assert large[0] == block.shared_evidence("given_name", "surname")
    assert len(large) > 1


def test_conjunctions_of_large_files_share_a_budget(monkeypatch):
    register = lk.prepare.prepare(lk.synth.people(8_000, seed=4).register().dataset())
    records = lk.Records([register])
    ordinary = [rule for rule in block.recommended(records) if isinstance(rule, type(block.on("surname")))]
    monkeypatch.setattr("linkkit.block._recommended.MOST_RECORDS", 1_000)
    every = block.recommended(records)
    assert sum(count.pairs for count in block.candidate_pairs(records, every).counts()) <= 1.2 * 50 * len(records)
    assert list(every) == ordinary[: len(every)]
    assert 0 < len(every) < len(ordinary)
