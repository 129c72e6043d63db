"""The rule engine: passes in order, uniqueness, ties, whatever the order of rows."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import linkkit as lk
from linkkit.errors import DataError, SpecError
from linkkit.pipelines import Algorithm, Pass, algorithm, algorithm_names, compare, matchkeys
from linkkit.pipelines.algorithms._settle import LINK, OUTRANKED, REVIEW, TIED, moved_together, settle

NAMES = ("lee", "leigh", "poe", None)
DATES = ("2001-02-03", "2001-03-02", None)


def _people(rows, name):
    frame = pd.DataFrame(rows, columns=["surname", "dob", "postcode"]).assign(id=range(len(rows)))
    return lk.Dataset(frame.astype({"surname": "string", "dob": "string", "postcode": "string"}), name=name)


def _rows(size):
    row = st.tuples(st.sampled_from(NAMES), st.sampled_from(DATES), st.sampled_from(["LS1 4AP", "LS2 9JT"]))
    return st.lists(row, min_size=1, max_size=size)


STEPS = ("surname + dob + postcode", "surname soundex + dob", "dob + postcode")


def _by_hand(left, right, unique, ties):
    """The same in plain Python: a set of open records, and a list of pairs a pass."""
    soundex = {"lee": "l000", "leigh": "l200", "poe": "p000", None: None}
    keys = [lambda r: r, lambda r: (soundex[r[0]], r[1]), lambda r: (r[1], r[2])]
    used, held, links = set(), set(), set()
    limited = {"one_to_one": "LR", "many_to_one": "L", "many_to_many": ""}[unique]
    for key in keys:
        pairs = [
            (("L", i), ("R", j))
            for (i, a), (j, b) in itertools.product(enumerate(left), enumerate(right))
            if None not in key(a) and key(a) == key(b)
        ]
        free = [p for p in pairs if not any(e[0] in limited and (e in used or e in held) for e in p)]
        counts = {}
        for end in (end for pair in free for end in pair):
            counts[end] = counts.get(end, 0) + 1
        tied = [p for p in free if any(end[0] in limited and counts[end] > 1 for end in p)]
        links |= {(p[0][1], p[1][1]) for p in free if p not in tied}
        used |= {end for p in free if p not in tied for end in p}
        held |= {end for p in tied for end in p} if ties == "hold" else set()
    return links


@settings(max_examples=60, deadline=None)
@given(
    _rows(7),
    _rows(7),
    st.sampled_from(["one_to_one", "many_to_one", "many_to_many"]),
    st.sampled_from(["hold", "next"]),
)
def test_links_are_those_of_the_rules_worked_by_hand(left, right, unique, ties):
    mine = matchkeys(*STEPS, unique=unique, ties=ties)
    try:
        made = mine.link(_people(left, "a"), _people(right, "b"), prepared=True)
    except DataError:
        return
    found = set(zip(made.links["left_id"], made.links["right_id"], strict=True))
    assert found == _by_hand(left, right, unique, ties)


@settings(max_examples=30, deadline=None)
@given(_rows(8), _rows(8), st.randoms(use_true_random=False))
def test_one_to_one_links_no_record_twice_and_row_order_does_not_count(left, right, random):
    mine = matchkeys(*STEPS)
    frames = [
        pd.DataFrame(rows, columns=["surname", "dob", "postcode"]).assign(id=range(len(rows))) for rows in (left, right)
    ]
    frames = [frame.astype({"surname": "string", "dob": "string", "postcode": "string"}) for frame in frames]
    orders = [random.sample(range(len(frame)), len(frame)) for frame in frames]
    first, second = (
        mine.link(lk.Dataset(a, name="a"), lk.Dataset(b, name="b"), prepared=True)
        for a, b in (frames, [frame.iloc[order] for frame, order in zip(frames, orders, strict=True)])
    )
    assert first.links["left_id"].is_unique
    assert first.links["right_id"].is_unique
    pd.testing.assert_frame_equal(first.links, second.links)
    pd.testing.assert_frame_equal(first.review, second.review)
    pd.testing.assert_frame_equal(first.passes, second.passes)


def test_tied_records_are_held_or_left_to_the_next_pass():
    left, right = np.array([0, 0, 0], np.uint32), np.array([1, 2, 1], np.uint32)
    rank = np.array([0, 0, 1])
    options = {"size": 4, "limits": [(True, True)] * 2, "for_review": np.zeros(2, bool)}
    assert settle(left, right, rank, hold=True, **options).tolist() == [TIED, TIED, TIED]
    assert settle(left, right, rank, hold=False, **options).tolist() == [TIED, TIED, LINK]


def test_a_pass_for_review_uses_up_no_record():
    left, right = np.array([0, 0], np.uint32), np.array([1, 2], np.uint32)
    options = {"size": 3, "limits": [(True, True)] * 2, "hold": True, "for_review": np.array([True, False])}
    assert settle(left, right, np.array([0, 1]), **options).tolist() == [REVIEW, LINK]


def test_later_pairs_of_a_linked_record_are_outranked():
    left, right = np.array([0, 0], np.uint32), np.array([1, 2], np.uint32)
    options = {"size": 3, "limits": [(True, True)] * 2, "hold": True, "for_review": np.zeros(2, bool)}
    assert settle(left, right, np.array([0, 1]), **options).tolist() == [LINK, OUTRANKED]


def test_one_person_alone_moved_with_nobody():
    home = np.array([1, 2, 1, 3, 4, 4], np.uint32)
    assert not moved_together(np.array([0, 1], np.uint32), np.array([3, 4], np.uint32), [[home]], 6).any()


def test_every_pair_counts_once_in_the_passes():
    trial, register = lk.synth.sample()
    made = algorithm("ons_matchkeys").link(trial.dataset(), register.dataset())
    passes = made.passes
    assert (passes["new"] == passes[["links", "review", "tied", "outranked"]].sum(axis=1)).all()
    assert passes["links"].sum() == len(made.links) == len(made)
    assert passes["new"].sum() == len(made.links) + len(made.review)
    assert set(made.review["reason"]) <= {"pass for review", "tied", "linked by an earlier pass"}


def test_every_left_record_has_one_outcome_and_the_pass_that_says_so():
    left = _people([("lee", "2001-02-03", "LS1 4AP"), ("leigh", "2001-03-02", "LS2 9JT"), ("poe", None, "LS1 4AP"),
                    ("leigh", "2001-02-03", "LS1 4AP")], "a")  # fmt: skip
    right = _people([("lee", "2001-02-03", "LS1 4AP"), ("poe", "2001-03-02", "LS2 9JT")], "b")
    found = matchkeys(*STEPS).link(left, right, prepared=True).outcomes.fillna("")
    assert found.values.tolist() == [
        [0, "linked", "1"], [1, "linked", "3"], [2, "no candidate", ""], [3, "candidate of another", "3"],
    ]  # fmt: skip


def test_an_algorithm_whose_fields_are_absent_says_which():
    left, right = (lk.Dataset(pd.DataFrame({"id": [1], "postcode": ["LS1 4AP"]}), name=name) for name in "ab")
    with pytest.raises(DataError, match=r"slk_581: no pass can run on a and b: .*date_of_birth"):
        algorithm("slk_581").link(left, right)


def test_passes_that_lack_fields_are_left_out_and_said():
    trial, register = lk.synth.sample()
    passes = algorithm("hesid").link(trial.dataset(), register.dataset()).passes.set_index("pass")
    assert passes.loc["1", "lacking"] == "nhs_number"
    assert passes.loc["2", "lacking"] == "provider, local_patient_id"
    assert passes.loc["3", "lacking"] == ""


def test_dedupe_finds_the_records_of_a_person():
    register = lk.synth.people(2_000, seed=3).register(coverage=0.9, duplicates=0.1)
    made = matchkeys("upn + dob", "forename + surname + dob + sex").dedupe(register.dataset())
    person = dict(register.truth[["record_id", "person_id"]].itertuples(index=False))
    right = [person[a] == person[b] for a, b in zip(made.links["left_id"], made.links["right_id"], strict=True)]
    assert len(right) > 20
    assert np.mean(right) == 1
    assert made.clusters["cluster_id"].nunique() == len(register.frame) - len(made.links.drop_duplicates("right_id"))


def test_every_algorithm_tells_where_it_is_from():
    for name in algorithm_names():
        one = algorithm(name)
        assert one.name == name
        assert one.citation
        assert one.caveats
        assert all(step.meaning in str(one) and step.detail for step in one.passes)


def test_names_and_specs_that_are_wrong_are_refused():
    with pytest.raises(SpecError, match=r"no algorithm 'ons_matchkey'.*ons_matchkeys"):
        algorithm("ons_matchkey")
    step = Pass("1", "surname", (lk.block.on("surname"),))
    with pytest.raises(SpecError, match="two passes of one name"):
        Algorithm("x", "x", "1", "", (step, step))
    with pytest.raises(SpecError, match="unique must be"):
        Algorithm("x", "x", "1", "", (step,), unique="sometimes")
    with pytest.raises(SpecError, match="ties must be"):
        Algorithm("x", "x", "1", "", (step,), ties="toss")
    with pytest.raises(SpecError, match="needs rules made by on"):
        Pass("1", "everything", (lk.block.every_pair(),))
    with pytest.raises(SpecError, match="at least one pass"):
        Algorithm("x", "x", "1", "", ())


@pytest.mark.parametrize(
    ("name", "field"), [("mps", "birth"), ("cured", "person"), ("hesid", "hes_birth"), ("sui_5", "family"),
                        ("echild", "postcodes"), ("mps", "valid_nhs_number"), ("slk_581", "slk_581")],
)  # fmt: skip
def test_a_field_by_the_name_of_a_derived_one_is_refused(name, field):
    trial, register = lk.synth.sample()
    odd = lk.Dataset(trial.dataset().to_pandas().assign(zz="x"), name="odd", fields={field: "zz"})
    with pytest.raises(DataError, match=f"odd: {name} makes the fields '{field}' itself.*fields={{'{field}': None}}"):
        algorithm(name).link(odd, register.dataset())


def test_records_left_out_for_consent_are_told():
    card = lk.cards.Card("trial", "trial", consent=lk.cards.Consent(("any",), column="agreed"))
    rows = pd.DataFrame({"surname": ["lee", "poe"], "dob": ["2001-02-03"] * 2, "id": [1, 2], "agreed": ["yes", "no"]})
    other = lk.Dataset(rows.drop(columns="agreed"), name="register")
    made = matchkeys("surname + dob").link(lk.Dataset(rows, name="trial", card=card), other)
    assert made.notes == ("trial: 1 records left out (no consent to linkage)",)


def test_ways_of_one_name_are_compared_apart():
    trial, register = lk.synth.sample()
    mine = [
        matchkeys("surname + dob"),
        matchkeys("forename + dob + postcode"),
        matchkeys("surname + postcode", name="other"),
    ]
    lacking = matchkeys("house number")
    one_name = matchkeys("surname + dob", name="fellegi_sunter")
    found = compare(trial.dataset(), register.dataset(), algorithms=[*mine, lacking, one_name])
    ways = ["fellegi_sunter", "matchkeys", "matchkeys 2", "other", "fellegi_sunter 2"]
    assert found.table.index.tolist() == found.overlap.columns.tolist() == list(found.results) == ways
    assert list(found.not_run) == ["matchkeys 3"]
    alone = [len(one.link(trial.dataset(), register.dataset())) for one in mine]
    assert found.table["links"].tolist()[1:4] == alone


BIRTH = {
    "hospital": "RAE01", "gp_practice": "B86001", "maternal_age": 31, "birth_weight": 3_400, "gestation": 40,
    "birth_order": 1, "sex": "f",
}  # fmt: skip


def _births(name, **changes):
    rows = pd.DataFrame([BIRTH, {**BIRTH, "birth_weight": 2_900}]).assign(id=range(2)).rename(columns=changes)
    return lk.Dataset(rows, name=name)


def test_columns_called_as_a_field_of_the_algorithm_are_read():
    made = algorithm("mother_baby").link(
        _births("babies"), _births("deliveries", birth_weight="BirthWeight", maternal_age="Maternal Age")
    )
    assert made.links[["left_id", "right_id"]].values.tolist() == [[0, 0], [1, 1]]


def test_a_blinded_column_and_one_that_is_another_field_are_not():
    rows = pd.DataFrame([BIRTH]).assign(id=0)
    blinded = lk.Dataset(rows, name="babies", kind="trial", blinded=["birth_weight"])
    other = lk.Dataset(rows, name="deliveries", fields={"clinic": "hospital"})
    with pytest.raises(DataError, match=r"babies lacks birth_weight; deliveries lacks hospital\)"):
        algorithm("mother_baby").link(blinded, other)


def test_columns_are_read_of_the_records_that_consent_leaves():
    card = lk.cards.Card("babies", consent=lk.cards.Consent(("any",), column="agreed"))
    rows = pd.DataFrame([{**BIRTH, "birth_weight": 1}, BIRTH]).assign(id=[7, 3], agreed=["no", "yes"])
    made = algorithm("mother_baby").link(lk.Dataset(rows, name="babies", card=card), _births("deliveries"))
    assert made.links[["left_id", "right_id"]].values.tolist() == [[3, 0]]
