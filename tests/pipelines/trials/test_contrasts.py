"""Shares by arm against each other: worked examples, other implementations, simulation."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats
from tests.pipelines.trials.helpers_trials import TRIAL_CARD

from linkkit.errors import DataError, SpecError
from linkkit.pipelines import trials
from linkkit.pipelines.trials._contrasts import adjusted, chi_squared, clustered, logistic, plain
from linkkit.pipelines.trials._tipping import tipping_rows


def test_newcombe_s_worked_examples():
    # Newcombe 1998 (Statistics in Medicine 17:873-890), Table II, method 10.
    for hits, trials_, low, high in (((56, 48), (70, 80), 0.0524, 0.3339), ((9, 3), (10, 10), 0.1705, 0.8090),
                                     ((5, 0), (56, 29), -0.0381, 0.1926)):  # fmt: skip
        found = plain(hits, trials_)
        assert (round(found.difference_low, 4), round(found.difference_high, 4)) == (low, high)


@given(st.integers(0, 40), st.integers(0, 40), st.integers(1, 40), st.integers(1, 40))
def test_plain_contrasts_hold_their_estimates_and_agree_with_scipy(a, b, more, others):
    found = plain((a, b), (a + more, b + others))
    assert found.difference_low - 1e-12 <= found.difference <= found.difference_high + 1e-12
    table = np.array([[a, b], [more, others]])
    if a + b == 0:
        assert np.isnan(found.p_value)
        return
    expected = stats.contingency.expected_freq(table)
    if (expected < 5).any():
        assert found.test == "Fisher's exact"
        assert found.p_value == pytest.approx(stats.fisher_exact(table)[1])
    else:
        assert found.p_value == pytest.approx(stats.chi2_contingency(table, correction=False)[1])
    if a and b:
        assert found.ratio_low <= found.ratio <= found.ratio_high


def test_several_arms_are_tested_together():
    assert chi_squared([10, 20, 30], [50, 50, 50]) == pytest.approx(
        stats.chi2_contingency([[10, 20, 30], [40, 30, 20]], correction=False)[1]
    )
    assert np.isnan(chi_squared([0, 0], [5, 5]))


def test_alone_in_their_clusters_participants_are_nearly_independent():
    random = np.random.default_rng(1)
    arm, event = random.random(4000) < 0.5, (random.random(4000) < 0.3).astype(float)
    found = clustered(event, arm, np.arange(4000))
    apart = plain((int(event[arm].sum()), int(event[~arm].sum())), (int(arm.sum()), int((~arm).sum())))
    assert found.difference == pytest.approx(apart.difference)
    assert found.difference_high - found.difference_low == pytest.approx(
        apart.difference_high - apart.difference_low, rel=0.01
    )


def test_a_participant_repeated_in_a_cluster_adds_nothing():
    random = np.random.default_rng(2)
    arm, event = random.random(300) < 0.5, (random.random(300) < 0.3).astype(float)
    once = clustered(event, arm, np.arange(300))
    thrice = clustered(np.repeat(event, 3), np.repeat(arm, 3), np.repeat(np.arange(300), 3))
    assert thrice == once or thrice.difference_low == pytest.approx(once.difference_low, abs=1e-12)


@pytest.mark.parametrize("is_adjusted", [False, True])
def test_clustered_intervals_cover_as_often_as_they_say(is_adjusted):
    """Families of one arm and one fate: a plain interval would be far too narrow."""
    random = np.random.default_rng(3)
    covered, narrow = 0, 0
    for _ in range(300):
        family = np.repeat(np.arange(100), 3)
        arm = np.repeat(random.random(100) < 0.5, 3)
        event = np.repeat((random.random(100) < np.where(arm[::3], 0.5, 0.4)), 3).astype(float)
        covariate = random.normal(size=(300, 1))
        found = adjusted(event, arm, covariate, family) if is_adjusted else clustered(event, arm, family)
        covered += found.difference_low <= 0.1 <= found.difference_high
        apart = plain((int(event[arm].sum()), int(event[~arm].sum())), (int(arm.sum()), int((~arm).sum())))
        narrow += apart.difference_low <= 0.1 <= apart.difference_high
    assert 0.91 <= covered / 300 <= 0.98
    assert narrow / 300 < 0.85


def test_logistic_regression_is_the_maximum_of_its_likelihood():
    random = np.random.default_rng(4)
    design = np.column_stack([np.ones(500), random.normal(size=(500, 2))])
    event = (random.random(500) < 1 / (1 + np.exp(-(design @ [0.3, -1.0, 0.5])))).astype(float)
    weights, _ = logistic(design, event)

    def loss(beta):
        return np.logaddexp(0, design @ beta).sum() - event @ (design @ beta)

    other = optimize.minimize(loss, np.zeros(3), method="BFGS", options={"gtol": 1e-8}).x
    assert weights == pytest.approx(other, abs=1e-4)


def test_adjusting_undoes_confounding():
    random = np.random.default_rng(5)
    site = random.random(40_000) < 0.5
    arm = random.random(40_000) < np.where(site, 0.8, 0.2)
    event = (random.random(40_000) < np.where(site, 0.7, 0.3)).astype(float)
    crude = plain((int(event[arm].sum()), int(event[~arm].sum())), (int(arm.sum()), int((~arm).sum())))
    found = adjusted(event, arm, site[:, None].astype(float), None)
    assert crude.difference > 0.2
    assert found.difference_low < 0 < found.difference_high
    assert abs(found.difference) < 0.02


def test_covariates_that_say_the_same_twice_are_refused_and_those_that_say_it_all_leave_nothing():
    arm = np.arange(60) % 2 == 0
    event = (np.arange(60) % 3 == 0).astype(float)
    twice = np.column_stack([np.arange(60.0), np.arange(60.0)])
    with pytest.raises(DataError, match="covariates say the same twice"):
        adjusted(event, arm, twice, None)
    found = adjusted(event, arm, event[:, None], None)
    assert found.test == "adjusted by a linear model, robust t"
    assert found.difference == pytest.approx(0, abs=1e-9)
    assert np.isnan(found.p_value)


def test_where_a_site_has_everybody_a_linear_model_adjusts():
    """Of one site all are linked: the difference in the other is still undone of confounding."""
    random = np.random.default_rng(7)
    site = random.random(20_000) < 0.5
    arm = random.random(20_000) < np.where(site, 0.8, 0.2)
    event = np.where(site, 1.0, random.random(20_000) < 0.5).astype(float)
    found = adjusted(event, arm, site[:, None].astype(float), None)
    assert found.test.startswith("adjusted by a linear model")
    assert found.difference_low < 0 < found.difference_high
    assert found.difference_high - found.difference_low < 0.05


@given(
    st.floats(0.02, 0.9), st.floats(0.02, 0.9), st.floats(0.3, 1), st.floats(0.3, 1), st.floats(0, 0.2),
)  # fmt: skip
def test_the_tipping_point_is_the_sensitivity_at_which_both_arms_have_one_share(p1, p0, se1, se0, f):
    o1, o0 = trials.observed_share(p1, se1, f), trials.observed_share(p0, se0, f)
    assert trials.true_share(o1, se1, f) == pytest.approx(p1)
    at = trials.tipping_sensitivity(o1, o0, se0, f)
    assert trials.observed_share(p0, at, f) == pytest.approx(o1)
    if f == 0:
        assert o1 / o0 == pytest.approx(p1 / p0 * se1 / se0)  # unequal sensitivity multiplies the ratio


def test_without_false_events_equal_sensitivity_leaves_the_ratio_and_shrinks_the_difference():
    o1, o0 = (trials.observed_share(p, 0.8) for p in (0.2, 0.3))
    assert o1 / o0 == pytest.approx(0.2 / 0.3)
    assert o1 - o0 == pytest.approx(0.8 * -0.1)
    far, near = (trials.observed_share(0.2, 0.8, f) / trials.observed_share(0.3, 0.8, f) for f in (0.0, 0.1))
    assert abs(near - 1) < abs(far - 1)


def test_simulated_linkage_at_the_tipping_point_makes_the_observed_effect_of_nothing():
    """Two arms with the same true share, linked with the two sensitivities, look as different as was observed."""
    random = np.random.default_rng(6)
    observed, against, sensitivity, false_rate = 0.16, 0.20, 0.9, 0.01
    at = trials.tipping_sensitivity(observed, against, sensitivity, false_rate)
    share = trials.true_share(against, sensitivity, false_rate)
    size = 400_000
    for chance, wanted in ((at, observed), (sensitivity, against)):
        event = random.random(size) < share
        seen = np.where(event, random.random(size) < chance, random.random(size) < false_rate)
        assert seen.mean() == pytest.approx(wanted, abs=4 * np.sqrt(wanted / size))


def test_what_cannot_explain_an_effect_is_said():
    assert not tipping_rows(0.4, 0.2, (1.5, 2.5), [1.0], [0.0])[0].is_possible
    row = tipping_rows(0.1, 0.2, (0.3, 0.8), [0.9], [0.0])[0]
    assert row.is_possible
    assert row.sensitivity_for_null == pytest.approx(0.45)
    assert row.sensitivity_for_limit == pytest.approx(0.72)
    assert tipping_rows(0.19, 0.2, (0.8, 1.2), [0.9], [0.0])[0].sensitivity_for_limit == pytest.approx(0.9)
    with pytest.raises(SpecError, match="probabilities"):
        tipping_rows(0.1, 0.2, (0.3, 0.8), [1.1], [0.0])
    with pytest.raises(SpecError, match="above false_rate"):
        trials.true_share(0.1, 0.1, 0.2)


@pytest.fixture(scope="module")
def unblinded(run, tmp_path_factory):
    log = tmp_path_factory.mktemp("log") / "log.jsonl"
    run.freeze(log=log)
    return run.unblind(by="A", why="b", lodged=run.freeze().sha256, log=log)


def test_shares_by_arm_are_those_of_the_table_of_participants(run, unblinded, world):
    arms = world.trial.set_index("participant_id")["arm"]
    people = run.participants.assign(arm=run.participants["id"].map(arms))
    for row in unblinded.by_arm.query("among == 'randomised' and what != 'linked'").itertuples():
        mine = people[people["arm"] == row.arm]
        assert (row.count, row.of) == ((mine["state"] == row.what).sum(), len(mine))
        assert row.low <= row.share <= row.high
    linked = people["id"].isin(run.links["left_id"]).groupby(people["arm"]).sum()
    found = unblinded.by_arm.query("what == 'linked' and among == 'randomised'").set_index("arm")["count"]
    assert found.to_dict() == linked.to_dict()


def test_the_flow_by_arm_adds_up_to_the_flow(run, unblinded):
    both = unblinded.flow.groupby("stage", sort=False)["participants"].sum()
    assert both.tolist() == run.flow["participants"].tolist()


def test_states_by_arm_add_up_to_the_arm(unblinded):
    states = unblinded.by_arm[unblinded.by_arm["what"].isin(trials.STATES)]
    assert (states.groupby("arm")["count"].sum() == states.groupby("arm")["of"].first()).all()


def test_contrasts_by_family_and_adjusted_say_how_they_were_made(unblinded):
    one = ["what", "among", "arm", "against"]
    crude, family = unblinded.contrasts(), unblinded.contrasts(cluster="family_ref")
    made = unblinded.contrasts(cluster="family_ref", covariates=["child_sex"])
    pd.testing.assert_frame_equal(crude[one], family[one])
    linked = family.loc[family["among"] == "sent", "test"]
    assert linked.tolist() == ["clustered t"]
    assert made["test"].str.contains("adjusted|nobody differs").all()
    assert (made["test"] == "adjusted, robust t").any()


def test_outcomes_stay_blinded_after_the_arm_was_read(world, tmp_path):
    log = tmp_path / "log.jsonl"
    run = world.run(world.trial_dataset(card=TRIAL_CARD.change(outcomes=("site",))))
    run.freeze(log=log)
    found = run.unblind(by="A", why="b", lodged=run.freeze().sha256, log=log)
    with pytest.raises(DataError, match="'site', which is blinded; only the arm was read"):
        found.contrasts(covariates=["site"])
    with pytest.raises(DataError, match="'sit', which is not there"):
        found.contrasts(cluster="sit")


def test_three_arms_are_each_held_against_control_and_tested_together(run, world, tmp_path):
    log = tmp_path / "log.jsonl"
    run.freeze(log=log)
    frame = world.trial[["participant_id"]].assign(arm=np.resize(["Control", "a", "b"], len(world.trial)))
    found = run.unblind(by="A", why="b", lodged=run.freeze().sha256, log=log, allocation=frame, arm="arm")
    assert found.arm_names == ("Control", "a", "b")
    rows = found.contrasts().query("what == 'linked' and among == 'randomised'")
    assert rows["arm"].tolist() == ["a", "b", "all arms"]
    assert found.contrasts(against="b")["against"].iloc[0] == "b"
    with pytest.raises(SpecError, match="no arm of this trial"):
        found.contrasts(against="c")


def test_a_tipping_point_takes_an_outcome_of_one_s_own(run, unblinded, world):
    ids = run.participants["id"]
    arms = ids.map(world.trial.set_index("participant_id")["arm"])
    outcome = pd.Series(np.arange(len(ids)) % np.where(arms == "control", 2, 4) == 0, index=ids)
    found = unblinded.tipping_point(outcome, sensitivities=[0.9], false_rates=[0.0])
    share = outcome.groupby(arms.to_numpy()).mean()
    assert found["ratio_for_null"].iloc[0] == pytest.approx(share["intervention"] / share["control"])
    assert unblinded.tipping_point()["arm"].unique().tolist() == ["intervention"]
    with pytest.raises(DataError, match="of no participant"):
        unblinded.tipping_point(pd.Series([True], index=["X"]))
    with pytest.raises(DataError, match="needs events in both arms"):
        unblinded.tipping_point(pd.Series(False, index=ids))
    with pytest.raises(SpecError, match="Series of booleans"):
        unblinded.tipping_point([True])


@pytest.mark.parametrize("values", [
    ["no", "yes"], [0, 2], [0, -9], [0.0, 0.5], [None, pd.Timestamp("2024-01-01")], [True, "yes"], ["0", "1"],
    [[True], None], [False, float("inf")],
])  # fmt: skip
def test_an_outcome_in_anything_but_yes_and_no_is_refused(unblinded, values):
    ids = unblinded.participants["id"]
    outcome = pd.Series([values[place % 2] for place in range(len(ids))], index=ids)
    with pytest.raises(
        DataError, match=r"outcome holds something else than True, False, 1, 0 and missing for \d+ of 106"
    ):
        unblinded.tipping_point(outcome)


@pytest.mark.parametrize("kind", [bool, "boolean", np.int8, "Int64", float, object, "category"])
def test_an_outcome_may_be_of_booleans_or_of_noughts_and_ones(unblinded, kind):
    ids = unblinded.participants["id"]
    outcome = pd.Series(np.arange(len(ids)) % 3 == 0, index=ids)
    pd.testing.assert_frame_equal(unblinded.tipping_point(outcome.astype(kind)), unblinded.tipping_point(outcome))


def test_a_tipping_point_says_the_numbers_that_it_was_made_of(unblinded, world):
    arms = world.trial.set_index("participant_id")["arm"]
    ids = unblinded.participants["id"]
    outcome = pd.Series(np.arange(len(ids)) % 3 == 0, index=ids).astype("boolean")
    outcome.iloc[:7] = pd.NA
    row = unblinded.tipping_point(outcome).iloc[0]
    known = outcome.dropna().astype(bool)
    of = arms.reindex(known.index).value_counts()
    count = arms.reindex(known.index[known]).value_counts()
    assert (row["count"], row["of"]) == (count["intervention"], of["intervention"])
    assert (row["count_against"], row["of_against"]) == (count["control"], of["control"])
    assert row["without_answer"] == 7


def test_the_report_has_the_arms_and_no_participant(unblinded, run, tmp_path):
    page = unblinded.report(tmp_path / "arms.html").read_text("utf-8")
    assert "Linkage by arm" in page or (tmp_path / "arms.json").read_text("utf-8").count("Linkage by arm")
    assert not [one for one in run.participants["id"] if f">{one}<" in page]


def test_clusters_of_whom_nobody_has_the_state_give_no_interval(unblinded):
    first = np.arange(40) % 2 == 0
    for outcome in (np.zeros(40), first.astype(float)):
        found = clustered(outcome, first, np.arange(40) // 4)
        assert np.isnan([found.difference_low, found.difference_high]).all()
    rows = unblinded.contrasts(cluster="family_ref").query("what == 'not sent'")
    assert rows[["difference_low", "difference_high", "p_value"]].isna().all(axis=None)
    assert (rows["test"] == "none: nobody differs").all()


def test_one_covariate_may_be_given_as_it_is(unblinded):
    pd.testing.assert_frame_equal(unblinded.contrasts(covariates="site"), unblinded.contrasts(covariates=["site"]))


def test_the_report_has_the_flow_of_each_arm(unblinded):
    captions = [table.caption for table in unblinded.sections[0].tables]
    assert captions[:2] == ["From randomised to covered: control", "From randomised to covered: intervention"]
    for caption, arm in zip(captions, unblinded.arm_names, strict=False):
        [table] = [one for one in unblinded.sections[0].tables if one.caption == caption]
        mine = unblinded.flow[unblinded.flow["arm"] == arm]
        assert [row["participants"] for row in table.rows] == mine["participants"].tolist()
        for row, after in itertools.pairwise(table.rows):
            assert row["participants"] - row["left_out"] == after["participants"]


def test_nothing_that_is_hidden_of_an_arm_stands_elsewhere_in_the_public_report(unblinded, tmp_path):
    """A share, difference or tipping point of which a count is 1 to 9, or less than its whole by that, is not shown."""
    unblinded.report(tmp_path / "arms.html", audience="public")
    sections = json.loads((tmp_path / "arms.json").read_text("utf-8"))["study"]
    parts = {part["caption"]: part for section in sections for part in section["parts"]}
    few = set()
    for row in unblinded.by_arm.itertuples():
        if 0 < row.count < 10 or 0 < row.of - row.count < 10:
            few.add((row.what, row.among, row.arm))
    assert few

    def rows(caption):
        names = [column["name"] for column in parts[caption]["columns"]]
        return [dict(zip(names, cells, strict=True)) for cells in parts[caption]["cells"]]

    for row in rows("Shares by arm"):
        is_few = (row["what"], row["among"], row["arm"]) in few
        assert is_few == (row["interval"] is None)
        assert is_few == (not isinstance(row["share"], float))
    for row in rows("Differences between arms"):
        hides = any((row["what"], row["among"], row[arm]) in few for arm in ("arm", "against"))
        assert not hides or (row["difference"], row["interval"], row["p_value"]) == (None, None, None)
        assert row["difference"] is None or round(row["difference"], 2) == row["difference"]
    for part in parts.values():
        for place, column in enumerate(part["columns"]):
            if column["form"] == "count":
                told = [cells[place] for cells in part["cells"] if isinstance(cells[place], int)]
                assert all(count % 10 == 0 for count in told)


@pytest.mark.parametrize("confidence", [95, -1, 5, 0, 1, float("nan"), "x"])
def test_a_confidence_that_is_none_is_refused(unblinded, confidence):
    for parts in ({}, {"cluster": "family_ref"}, {"covariates": "site"}):
        with pytest.raises(SpecError, match="confidence must be a number between 0 and 1"):
            unblinded.contrasts(confidence=confidence, **parts)
    with pytest.raises(SpecError, match="confidence must be a number between 0 and 1"):
        unblinded.tipping_point(confidence=confidence)


@pytest.mark.parametrize("wrong", [0.9, "a", ["a"], [None], [1.5], [float("nan")]])
def test_what_is_supposed_of_a_tipping_point_is_several_probabilities(unblinded, wrong):
    for part in ("sensitivities", "false_rates"):
        with pytest.raises(SpecError, match=part):
            unblinded.tipping_point(**{part: wrong})
