"""Pairs of relatives of a run: who they are, each two persons once, whatever the order of rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import linkkit as lk
from linkkit.errors import ModelError
from linkkit.score._relatives import repeated_evidence
from linkkit.siblings import find_siblings

PAIR = ["left_id", "right_id"]
COLUMNS = [*PAIR, "relative_probability", "match_probability", "is_twin"]


@pytest.fixture(scope="module")
def files():
    return lk.synth.families(600, seed=21)


@pytest.fixture(scope="module")
def run(files):
    return lk.link(*(one.dataset() for one in files), progress=False)


def persons_of(files, pairs):
    truths = [one.truth.set_index("record_id") for one in files]
    left, right = truths[0].loc[pairs["left_id"]], truths[1].loc[pairs["right_id"]]
    return left.reset_index(), right.reset_index()


def test_most_pairs_are_two_children_of_one_family(files, run):
    left, right = persons_of(files, run.siblings)
    is_right = (left["family_id"] == right["family_id"]) & (left["person_id"] != right["person_id"])
    assert is_right.mean() > 0.93
    assert abs(run.siblings["relative_probability"].mean() - is_right.mean()) < 0.05
    true = files[0].siblings(files[1])
    sure = run.siblings[run.siblings["relative_probability"] >= 0.99]
    assert len(sure.merge(true, on=PAIR)) > 0.98 * len(sure)


def test_most_families_are_found(files, run):
    left, right = persons_of(files, files[0].siblings(files[1]))
    true = {frozenset(pair) for pair in zip(left["person_id"], right["person_id"], strict=True)}
    left, right = persons_of(files, run.siblings)
    found = {frozenset(pair) for pair in zip(left["person_id"], right["person_id"], strict=True)}
    assert len(found & true) > 0.7 * len(true)


def test_the_table_is_sorted_and_holds_probabilities(run):
    pairs = run.siblings
    assert list(pairs.columns) == COLUMNS
    assert pairs[PAIR].equals(pairs[PAIR].sort_values(PAIR, ignore_index=True))
    assert pairs["relative_probability"].between(0.5, 1.0).all()
    assert pairs["match_probability"].between(0.0, 1.0).all()
    assert (pairs["relative_probability"] + pairs["match_probability"] <= 1 + 1e-9).all()


def test_each_two_persons_come_once_and_never_one_person_with_itself(run):
    found = run.related
    one, other = found.person[found.left], found.person[found.right]
    assert (one != other).all()
    keys = set(zip(np.minimum(one, other).tolist(), np.maximum(one, other).tolist(), strict=True))
    assert len(keys) == len(found)


def test_linked_pairs_are_no_relatives(run):
    assert run.siblings.merge(run.links, on=PAIR).empty


def test_twins_are_flagged(files, run):
    born = [
        frame.set_index(name)[column]
        for frame, name, column in (
            (files[0].frame, "left_id", "date_of_birth"),
            (files[1].frame, "right_id", "dob"),
        )
    ]
    pairs = run.siblings
    same = born[0].loc[pairs["left_id"]].to_numpy() == born[1].loc[pairs["right_id"]].to_numpy()
    assert same.sum() > 3
    assert pairs.loc[same, "is_twin"].all()
    apart = pairs.loc[~same, "is_twin"].fillna(False)
    assert apart.mean() < 0.02


def test_links_with_a_twin_rival_are_flagged(run):
    links, twins = run.links, run.siblings[run.siblings["is_twin"].fillna(False)]
    flagged = links[links["twin_rival"]]
    assert 0 < len(flagged) < 0.2 * len(links)
    exposed = links["left_id"].isin(twins["left_id"]) | links["right_id"].isin(twins["right_id"])
    assert links.loc[exposed, "twin_rival"].all()


def test_a_higher_floor_keeps_the_surer_pairs(run):
    sure = run.find_siblings(at_least=0.95).to_pandas()
    every = run.siblings
    assert 0 < len(sure) < len(every)
    expected = every[every["relative_probability"] >= 0.95].reset_index(drop=True)
    pd.testing.assert_frame_equal(sure[COLUMNS[:4]], expected[COLUMNS[:4]])


def test_pairs_within_each_dataset_are_found_when_asked_for(files, run):
    every = run.find_siblings(within=True)
    pairs = every.to_pandas()
    assert list(pairs.columns) == ["left_dataset", "left_id", "right_dataset", "right_id", *COLUMNS[2:]]
    truth = {one.name: one.truth.set_index("record_id") for one in files}
    for name in ("left", "right"):
        own = pairs[(pairs["left_dataset"] == name) & (pairs["right_dataset"] == name)]
        left, right = truth[name].loc[own["left_id"]], truth[name].loc[own["right_id"]]
        is_right = left["family_id"].to_numpy() == right["family_id"].to_numpy()
        assert len(own) > 50
        assert is_right.mean() > 0.93
        assert (own["match_probability"] == 0).all()  # the file holds a child once
    one, other = every.person[every.left], every.person[every.right]
    assert len({frozenset(pair) for pair in zip(one.tolist(), other.tolist(), strict=True)}) == len(every)
    assert len(every) > 1.3 * len(run.siblings)


def test_a_dataset_that_repeats_people_may_still_hold_one_of_them_twice():
    population = lk.synth.people(1_200, seed=3)
    one, many = population.register(coverage=1.0), population.register(coverage=1.0, duplicates=0.3, name="many")
    run = lk.link(one.dataset(), many.dataset(), progress=False)
    assert isinstance(run.plan.decide, lk.decide.OneToMany)
    pairs = run.find_siblings(within=True).to_pandas()
    within = pairs[pairs["left_dataset"] == pairs["right_dataset"]]
    possible = within.groupby("left_dataset")["match_probability"].max()
    assert possible["register"] == 0.0
    assert possible["many"] > 0.0


def test_the_order_of_rows_changes_nothing(files, run):
    shuffled = [
        lk.Dataset(one.frame.sample(frac=1, random_state=5), name=one.name, kind=one.kind, id=one.id) for one in files
    ]
    again = lk.link(*shuffled, progress=False)
    pd.testing.assert_frame_equal(again.siblings, run.siblings, check_exact=True)
    pd.testing.assert_frame_equal(again.families, run.families, check_exact=True)


def test_every_record_has_a_family_and_relatives_share_it(run):
    families = run.families
    assert list(families.columns) == ["dataset", "id", "family_id"]
    assert len(families) == len(run.records)
    of = {name: part.set_index("id")["family_id"] for name, part in families.groupby("dataset", observed=True)}
    for pairs in (run.siblings, run.links):
        assert (of["left"].loc[pairs["left_id"]].to_numpy() == of["right"].loc[pairs["right_id"]].to_numpy()).all()
    sizes = families.groupby("family_id").size()
    assert 2 < sizes[sizes > 1].mean() < 10


@pytest.fixture(scope="module")
def register():
    return lk.synth.people(2_500, seed=12).register(coverage=1.0, duplicates=0.1)


def test_relatives_within_one_dataset_are_not_its_neighbours(register):
    """Postcode, address and town say the same thing: who shares a street is no relative for that."""
    run = lk.dedupe(register.dataset(), progress=False)
    truth = register.truth.set_index("record_id")
    pairs = run.siblings
    left, right = truth.loc[pairs["left_id"]], truth.loc[pairs["right_id"]]
    is_right = left["family_id"].to_numpy() == right["family_id"].to_numpy()
    assert is_right.mean() > 0.7
    sure = pairs["relative_probability"] >= 0.99
    assert is_right[sure].mean() > 0.95
    assert list(run.families.columns) == ["id", "family_id"]


def test_where_there_are_no_families_the_table_is_empty():
    left, right = lk.synth.families(300, seed=2, siblings=0.0)
    run = lk.link(left.dataset(), right.dataset(), progress=False)
    assert not run.has_relatives
    assert run.siblings.empty
    assert list(run.siblings.columns) == COLUMNS
    assert run.families["family_id"].nunique() == len(run.clustered)
    assert "twin_rival" not in run.links


def test_a_model_that_looked_for_none_says_how_to():
    left, right = lk.synth.families(200, seed=2)
    plan = lk.Plan(score=lk.score.FellegiSunter(learn_from="candidates", accept="all"))
    run = lk.link(left.dataset(), right.dataset(), plan=plan, progress=False)
    with pytest.raises(ModelError, match="families=True"):
        run.siblings  # noqa: B018


def test_rules_know_of_no_relatives(files):
    rules = lk.score.RuleList(({"surname": "exact", "date_of_birth": "exact"},))
    run = lk.link(*(one.dataset() for one in files), plan=lk.Plan(score=rules), progress=False)
    with pytest.raises(ModelError, match="no relatives"):
        find_siblings(run)


def test_births_that_are_not_known_leave_twins_open():
    fields = ("given_name", "surname", "sex", "postcode", "address")
    left, right = lk.synth.families(300, seed=2, fields=fields)
    run = lk.link(left.dataset(), right.dataset(), progress=False)
    assert run.siblings["is_twin"].isna().all()


def test_the_saved_files_hold_them(run, tmp_path):
    run.save(tmp_path)
    pairs = pd.read_parquet(tmp_path / "siblings.parquet")
    assert list(pairs.columns) == COLUMNS
    assert len(pairs) == len(run.siblings)
    assert (tmp_path / "siblings.csv").is_file()
    assert "twin_rival" in pd.read_csv(tmp_path / "links.csv").columns


def test_the_report_counts_them_and_hides_small_counts(run):
    summary = lk.report.summarise(run)["siblings"]
    assert summary["sibling_pairs"] == len(run.siblings)
    assert summary["twin_pairs"] == int(run.siblings["is_twin"].sum())
    assert summary["links_with_twin_rival"] == int(run.links["twin_rival"].sum())
    assert sum(row["sibling_pairs"] for row in summary["sibling_probabilities"]) == len(run.siblings)
    sizes = run.families.merge(run.clusters, on=["dataset", "id"]).groupby("family_id")["cluster_id"].nunique()
    assert sum(row["families"] for row in summary["family_sizes"]) == int((sizes > 1).sum())
    hidden = lk.report.summarise(run, audience="public")["siblings"]
    for before, row in zip(summary["family_sizes"], hidden["family_sizes"], strict=True):
        assert (row["families"] == "<10") == (before["families"] < 10)


bits = st.floats(-20, 20)


@given(st.lists(st.tuples(bits, st.booleans()), min_size=1, max_size=6))
def test_of_what_speaks_for_one_home_only_the_strongest_counts(fields):
    parts, is_home = np.array([[value for value, _ in fields]]), np.array([home for _, home in fields])
    kept = parts.sum() - repeated_evidence(parts, is_home)[0]
    homes = [value for value, home in fields if home]
    against, best = sum(value for value in homes if value < 0), max([0.0, *homes])
    assert kept == pytest.approx(sum(value for value, home in fields if not home) + against + best)
