"""Dated versions: levels and measures against going through all pairs of versions, and blocking on any version."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import JaroWinkler

import linkkit as lk
from linkkit import compare
from linkkit.block import candidate_pairs, complete, every_pair, on, outward, undated
from linkkit.compare import compare_pairs, date, dated, exact, recommended_comparisons
from linkkit.errors import SpecError
from linkkit.prepare import with_history, with_versions
from linkkit.records import Records
from linkkit.score import FellegiSunter, TimeGaps, by_hand
from linkkit.specs import DatedVersions

NAMES = ["MARTIN", "MARTEN", "MARTINEZ", "LEE", "LEIGH", "OKAFOR"]
START = datetime.date(2010, 1, 1)


def _day(number: int | None) -> str | None:
    return None if number is None else (START + datetime.timedelta(days=number)).isoformat()


version = st.tuples(
    st.integers(0, 3), st.sampled_from(NAMES), st.none() | st.integers(0, 60), st.none() | st.integers(0, 60)
).map(lambda row: row if None in row[2:] or row[2] <= row[3] else (*row[:2], row[3], row[2]))
histories = st.lists(version, min_size=1, max_size=14)


def records(left: list[tuple], right: list[tuple]) -> Records:
    """Two datasets of four records; what they hold is in their histories alone."""
    made = []
    for name, rows in (("left", left), ("right", right)):
        own = lk.Dataset(pd.DataFrame({"id": range(4), "surname": [None, None, None, ""]}), name=name, id="id")
        table = pd.DataFrame(rows, columns=["who", "name", "since", "until"])
        table["since"], table["until"] = (
            [_day(None if pd.isna(day) else int(day)) for day in table[side]] for side in ("since", "until")
        )
        made.append(with_history(own, table, id="who", fields={"surname": "name"}, start="since", end="until"))
    return Records(made)


def overlap(one: tuple, other: tuple, tolerance: int) -> bool:
    first, second = (-(10**6) if row[2] is None else row[2] for row in (one, other))
    last, end = (10**6 if row[3] is None else row[3] for row in (one, other))
    return first <= end + tolerance and second <= last + tolerance


def brute(left: list[tuple], right: list[tuple], measure: DatedVersions) -> list[float]:
    found = []
    for one in range(4):
        for other in range(4):
            pairs = [(a, b) for a in left if a[0] == one for b in right if b[0] == other]
            together = [(a, b) for a, b in pairs if not measure.overlapping or overlap(a, b, measure.tolerance_days)]
            alike = [
                float(a[1] == b[1]) if measure.metric == "equal" else JaroWinkler.similarity(a[1], b[1])
                for a, b in together
            ]
            found.append(max(alike, default=0.0) if pairs else np.nan)
    return found


@settings(max_examples=40, deadline=None)
@given(histories, histories, st.sampled_from(["equal", "jaro_winkler"]), st.booleans(), st.sampled_from([0, 5]))
def test_measures_are_those_of_the_best_pair_of_versions(left, right, metric, overlapping, tolerance):
    measure = DatedVersions("surname_history", metric, overlapping, tolerance)
    held = records(left, right)
    one, other = (part.ravel().astype(np.uint32) for part in np.meshgrid(range(4), range(4, 8), indexing="ij"))
    found = held.engine.similarities(held, measure, one, other)
    np.testing.assert_allclose(found, brute(left, right, measure), atol=1e-9)


def test_levels_go_from_a_common_day_to_another_time_to_likeness():
    left = [(0, "MARTIN", 0, 10), (1, "MARTIN", 0, 10), (2, "MARTIN", 0, 10), (3, "MARTIN", 0, 10)]
    right = [(0, "MARTIN", 5, 20), (1, "MARTIN", 40, 50), (2, "MARTEN", 5, 20), (3, "MARTEN", 40, 50)]
    comparison = dated("surname_history", (0.9,))
    levels = compare_pairs(candidate_pairs(records(left, right), [every_pair()]), [comparison])
    found = levels.of_pairs(np.arange(4, dtype=np.uint32), np.arange(4, 8, dtype=np.uint32))
    labels = [comparison.labels[level] for _, _, chunk in found for level in chunk[:, 0]]
    assert labels == ["exact then", "exact at another time", "jaro_winkler >= 0.9 then", "other"]


def test_a_record_without_versions_is_missing_and_never_other():
    held = records([(0, "LEE", 0, 1)], [(0, "LEE", 0, 1)])
    levels = compare_pairs(candidate_pairs(held, [every_pair()]), [dated("surname_history")])
    patterns = levels.patterns()
    assert dict(zip(patterns.levels[:, 0].tolist(), patterns.counts.tolist(), strict=True)) == {0: 15, 1: 1}


@settings(max_examples=15, deadline=None)
@given(histories, histories)
def test_rules_find_pairs_through_any_version(left, right):
    held = records(left, right)
    pairs = candidate_pairs(held, [on(undated("surname_history"))])
    found = {(int(a), int(b) - 4) for chunk in pairs for a, b in zip(chunk.left, chunk.right, strict=True)}
    assert found == {(a[0], b[0]) for a in left for b in right if a[1] == b[1]}


def test_looser_keys_of_versions_make_pairs_too():
    frame = pd.DataFrame({"id": [1, 2], "postcode": ["LS1 4AP", "LS6 2AB"]})
    left, right = (
        with_versions(lk.Dataset(frame.assign(postcode=codes), name=name), ["postcode"])
        for name, codes in (("left", ["LS1 4AP", "LS6 2AB"]), ("right", ["LS1 9ZZ", "M1 1AA"]))
    )
    pairs = candidate_pairs(left, right, [on(outward(undated("postcode_history")))])
    assert pairs.count() == 1


def test_complete_blocking_reaches_pairs_through_any_version():
    names = [f"Name{number}" for number in range(400)]
    left, right = (
        with_versions(lk.Dataset(pd.DataFrame({"id": range(400), "surname": held}), name=name), ["surname"])
        for name, held in (("left", names), ("right", names[::-1]))
    )
    model = by_hand(
        [dated("surname_history", ())],
        {"surname_history": (0.8, 0.1, 0.1)},
        {"surname_history": (0.002, 0.001, 0.997)},
        prior=0.01,
    )
    rules = complete(model, left, right, at_least=0.5)
    assert tuple(rules) == (on("undated(surname_history)"),)


def test_a_linkage_runs_through_old_addresses():
    """A programme knows where a child lived then; the register knows all its addresses."""
    people = lk.synth.people(1_500, seed=4, movers=0.9, history_years=6.0)
    register, earlier = people.register(), people.register(name="earlier", on=datetime.date(2019, 1, 1))
    truth = register.truth.merge(people.people, on="person_id")
    moved = truth["moved_on"].notna()
    now = pd.DataFrame({"who": truth["record_id"], "pcode": truth["postcode"], "since": truth["moved_on"]})
    before = pd.DataFrame({"who": truth["record_id"], "pcode": truth["previous_postcode"], "until": truth["moved_on"]})[
        moved
    ]
    history = pd.concat([now, before], ignore_index=True)
    right = with_history(
        register.dataset(), history, id="who", fields={"postcode": "pcode"}, start="since", end="until"
    )
    left = with_versions(earlier.dataset(), ["postcode"], on="observed_on")
    names = [exact("given_name"), exact("surname"), date("date_of_birth")]
    rules = [
        on("surname", "date_of_birth"),
        on("given_name", "date_of_birth"),
        on(undated("postcode_history"), "surname"),
    ]
    score = FellegiSunter(learn_from="candidates", families=True, time_gaps=TimeGaps())
    plan = lk.Plan(compare=(*names, dated("postcode_history")), block=rules, score=score)
    run = lk.link(left, right, plan=plan, progress=False)
    rules[-1] = on("postcode", "surname")
    plain = plan.change(compare=(*names, compare.postcode("postcode")), block=rules)
    other = lk.link(earlier.dataset(), register.dataset(), plan=plain, progress=False)
    assert run.model.m_probability[-1][0] > other.model.m_probability[-1][0] + 0.2
    assert "postcode_history" not in {one.comparison for one in run.model.time_gaps.rates}  # its days are known
    assert "postcode" in {one.comparison for one in other.model.time_gaps.rates}
    link = run.links.iloc[0]
    assert "postcode_history" in str(run.explain(link["left_id"], link["right_id"]))


def test_the_recommended_comparison_takes_the_place_of_the_value_of_today():
    found = recommended_comparisons(["surname", "postcode", "postcode_history"], ["surname", "postcode", "history"])
    assert [one.name for one in found] == ["surname", "postcode_history"]


def test_a_plan_file_holds_it(tmp_path):
    plan = lk.Plan(
        compare=(dated("postcode_history", (0.95,), tolerance_days=31),), block=(on(undated("postcode_history")),)
    )
    plan.save(tmp_path / "plan.toml")
    assert lk.Plan.load(tmp_path / "plan.toml") == plan
    assert 'function = "dated"' in (tmp_path / "plan.toml").read_text()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: dated("a_history", (0.8, 0.9)), "must fall from strict to loose; got"),
        (lambda: dated("a_history", (1.2,)), "above 0 and at most 1"),
        (lambda: dated("a_history", metric="osa"), "there is no 'osa'"),
        (lambda: dated("a_history", tolerance_days=-1), "tolerance_days must be 0 or more; got -1"),
    ],
)
def test_a_spec_checks_itself(make, message):
    with pytest.raises(SpecError, match=message):
        make()
