"""Time gaps through the public functions: rates learned from linked records, what they change, and what they do not."""

from __future__ import annotations

import datetime
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import linkkit as lk
from linkkit.block import candidate_pairs, complete, every_pair, on
from linkkit.compare import compare_pairs, exact
from linkkit.errors import ModelError, SpecError
from linkkit.records import Records
from linkkit.score import FellegiSunter, Model, TimeGaps, by_hand, fit
from linkkit.score._time_gaps import ChangeRate, TimeFading

RATES = {"postcode": 0.12, "surname": 0.04}
COMPARISONS = [exact(name, term_frequency=False) for name in ("given_name", "surname", "school", "postcode")]
RULES = [on("given_name", "school"), on("surname", "given_name"), on("postcode", "school"), on("surname", "school")]
FIELDS = {"given_name": "given_name", "surname": "surname", "school": "school", "postcode": "postcode"}


def recorded(
    count: int = 2_500, seed: int = 1, longest: float = 10.0, near: bool = False, **sizes: int
) -> tuple[pd.DataFrame, ...]:
    """Two files of the same people, the second some years after the first; its id is the first's with an R.

    Dates have nothing to do with people, so that the gaps of matches are those of strangers; with ``near`` a person's
    second record is at most ``longest`` years after the first, those of strangers up to eight years more.
    """
    random = np.random.default_rng(seed)
    most = {"given_name": 60, "surname": 200, "school": 400, "postcode": 250} | sizes
    first = {name: random.integers(0, size, count) for name, size in most.items()}
    half = longest * 365.25 / 2
    day = random.integers(0, 3_000 if near else int(half), count)
    later = day + random.uniform(0.0, 2 * half, count) if near else half + random.uniform(0.0, half, count)
    later = np.round(later).astype(int)
    years = (later - day) / 365.25
    second = dict(first)
    for name, size in most.items():
        changes = random.random(count) > np.exp(-RATES.get(name, 0.0) * years)
        wrong = random.random(count) < 0.03
        second[name] = np.where(changes | wrong, random.integers(0, size, count), first[name])
    start = datetime.date(2005, 1, 1).toordinal()
    files = []
    for letter, values, days in (("L", first, day), ("R", second, later)):
        texts = {name: [f"{name[0]}{value}" for value in column] for name, column in values.items()}
        dates = [datetime.date.fromordinal(start + int(one)).isoformat() for one in days]
        files.append(
            pd.DataFrame({"id": [f"{letter}{number:05}" for number in range(count)], **texts, "observed_on": dates})
        )
    return tuple(files)


def dataset(frame: pd.DataFrame, name: str) -> lk.Dataset:
    return lk.Dataset(frame, name=name, id="id", fields=FIELDS)


def compared(left: pd.DataFrame, right: pd.DataFrame):
    return compare_pairs(candidate_pairs(dataset(left, "left"), dataset(right, "right"), RULES), COMPARISONS)


SPEC = FellegiSunter(learn_from="candidates", time_gaps=TimeGaps(("surname", "postcode")))


@pytest.fixture(scope="module")
def files():
    return recorded()


@pytest.fixture(scope="module")
def levels(files):
    return compared(*files)


@pytest.fixture(scope="module")
def model(levels) -> Model:
    return fit(levels, SPEC)


def loss(model, levels) -> float:
    """Bits by which the probabilities of all candidates miss the truth."""
    scores = model.score(levels, at_least=0).to_pandas()
    is_match = (scores["left_id"].str[1:] == scores["right_id"].str[1:]).to_numpy()
    probability = np.clip(scores["match_probability"].to_numpy(), 1e-12, 1 - 1e-12)
    return float(-np.log2(np.where(is_match, probability, 1 - probability)).sum())


def test_rates_are_recovered_within_their_errors(model):
    found = {one.comparison: one for one in model.time_gaps.rates}
    assert set(found) == set(RATES)
    for name, rate in RATES.items():
        assert found[name].rate == pytest.approx(rate, abs=3 * found[name].standard_error)
        assert found[name].standard_error < 0.02
    assert model.time_gaps.notes == ()


def test_rates_are_learned_from_rules_that_do_not_read_the_field(files):
    """A rule that asks for the postcode makes only matches who kept it; they must not speak for the others."""
    strict = [on("postcode", "school"), on("postcode", "given_name"), on("given_name", "school", "surname")]
    pairs = candidate_pairs(dataset(files[0], "left"), dataset(files[1], "right"), strict)
    found = fit(compare_pairs(pairs, COMPARISONS), SPEC)
    rate = next(one for one in found.time_gaps.rates if one.comparison == "postcode")
    assert rate.rate == pytest.approx(RATES["postcode"], abs=4 * rate.standard_error)


def test_probabilities_come_nearer_the_truth(model, levels):
    assert loss(model, levels) < 0.98 * loss(model.without_time_gaps(), levels)


def test_links_do_not_get_worse():
    """Four populations together: errors of links with the adjustment against those without."""
    errors = {True: 0, False: 0}
    for seed in range(4):
        left, right = recorded(1_500, seed=10 + seed)
        for fades in errors:
            plan = lk.Plan(
                compare=COMPARISONS, block=RULES, score=replace(SPEC, time_gaps=SPEC.time_gaps if fades else None)
            )
            links = lk.link(dataset(left, "left"), dataset(right, "right"), plan=plan, progress=False).links
            right_ones = int((links["left_id"].str[1:] == links["right_id"].str[1:]).sum())
            errors[fades] += len(links) - right_ones + len(left) - right_ones
    assert errors[True] <= errors[False]


def test_records_of_a_person_that_lie_near_in_time_speak_for_themselves():
    files = recorded(longest=4.0, near=True)
    levels = compared(*files)
    whole = fit(levels, SPEC)
    apart = fit(levels, replace(SPEC, time_gaps=TimeGaps(SPEC.time_gaps.fields, weigh_gap=False)))
    assert whole.time_gaps.rates == apart.time_gaps.rates
    for one in whole.time_gaps.rates:
        assert one.rate == pytest.approx(RATES[one.comparison], abs=3.5 * one.standard_error)
    assert apart.time_gaps.gap_weights == ()
    assert max(whole.time_gaps.gap_weights) <= 1.0
    assert min(whole.time_gaps.gap_weights) < -3.0  # strangers alone lie ten years apart
    plain = loss(whole.without_time_gaps(), levels)
    assert loss(whole, levels) < 0.9 * plain
    assert "bits by itself" in repr(whole)


def test_dates_that_have_nothing_to_do_with_people_say_nothing(model, levels):
    scores = model.score(levels, at_least=0.5)
    assert np.abs(scores.extra["time gap"]).mean() < 0.2


def test_with_no_gaps_nothing_changes_and_the_note_says_why(files):
    left, right = (frame.assign(observed_on="2020-01-01") for frame in files)
    levels = compared(left, right)
    plain, gapped = fit(levels, replace(SPEC, time_gaps=None)), fit(levels, SPEC)
    assert gapped.time_gaps.rates == ()
    assert "all lie about 0.0 years apart" in gapped.time_gaps.notes[0]
    given = fit(levels, replace(SPEC, time_gaps=TimeGaps(rates=RATES, fields=tuple(RATES))))
    assert {one.rate for one in given.time_gaps.rates} == set(RATES.values())
    one, other, known = (found.score(levels, at_least=0) for found in (plain, gapped, given))
    np.testing.assert_array_equal(one.weight, other.weight)
    np.testing.assert_array_equal(one.weight, known.weight)


def test_pairs_that_lack_a_date_are_weighed_by_the_mean(model, files):
    left, right = files
    some = left.assign(observed_on=left["observed_on"].where(np.arange(len(left)) % 3 > 0, None))
    some.loc[1, "observed_on"] = "2010-XX-XX"
    levels = compared(some, right)
    found = model.score(levels, at_least=0)
    plain = model.without_time_gaps().score(levels, at_least=0)
    lacks = np.isin(found.left, np.flatnonzero(np.arange(len(left)) % 3 == 0)) | (found.left == 1)
    np.testing.assert_array_equal(found.weight[lacks], plain.weight[lacks])
    assert (found.weight[~lacks] != plain.weight[~lacks]).mean() > 0.9


def test_bits_are_those_of_the_formula(model, levels, files):
    """Every pair's adjustment against log2(m(t) / m), worked out from the saved figures alone."""
    scores = model.score(levels, at_least=0)
    days = [pd.to_datetime(frame["observed_on"]).to_numpy().astype("datetime64[D]").astype(int) for frame in files]
    years = np.abs(days[0][scores.left] - days[1][scores.right - len(files[0])]) / 365.25
    for one in model.time_gaps.rates:
        place = model.names.index(one.comparison)
        level = scores.levels[:, place]
        mean = np.array(model.m_probability[place])
        kept = np.exp(-one.rate * years)
        changed = np.array(one.changed)
        unchanged = np.maximum((mean - (1 - one.kept) * changed) / one.kept, 0.1 * mean)
        unchanged /= unchanged.sum()
        expected = np.log2(kept * unchanged[level - 1] + (1 - kept) * changed[level - 1]) - np.log2(mean[level - 1])
        np.testing.assert_allclose(scores.extra[one.name], np.where(level > 0, expected, 0.0), atol=1e-9)


def test_the_mean_over_matches_stays_what_was_learned(model, files):
    left, right = (pd.to_datetime(frame["observed_on"]) for frame in files)
    years = ((right - left).dt.days / 365.25).to_numpy()
    for one in model.time_gaps.rates:
        place = model.names.index(one.comparison)
        assert one.kept == pytest.approx(np.exp(-one.rate * years).mean(), abs=0.02)
        # Those who moved twice over are missed by the candidates, so that the mean learned is a little high.
        mean = one.m_at(model.m_probability[place], years).mean(axis=1)
        np.testing.assert_allclose(mean, model.m_probability[place], atol=0.05)


def test_rows_in_another_order_give_the_same_bytes(files, model, levels):
    shuffled = [frame.sample(frac=1.0, random_state=3) for frame in files]
    again = fit(compared(*shuffled), SPEC)
    assert again.time_gaps == model.time_gaps
    one, other = model.score(levels), again.score(compared(*shuffled))
    assert one.weight.tobytes() == other.weight.tobytes()


def test_no_pair_above_the_floor_escapes_complete_blocking(model, files):
    left, right = (frame.iloc[:600] for frame in files)
    records = Records([dataset(left, "left"), dataset(right, "right")])
    rules = complete(model, records, at_least=0.5)
    made = compare_pairs(candidate_pairs(records, rules), COMPARISONS)
    whole = compare_pairs(candidate_pairs(records, [every_pair()]), COMPARISONS)
    wanted = model.score(whole, at_least=0.5)
    assert len(wanted) > 300
    assert (
        wanted.weight > model.without_time_gaps().score(whole.of_pairs(wanted.left, wanted.right), at_least=0).weight
    ).any()
    for found in (model.score(made, at_least=0.5), lk.score.score_reaching(model, made, 0.0)[0]):
        np.testing.assert_array_equal(found.left, wanted.left)
        np.testing.assert_array_equal(found.right, wanted.right)
        np.testing.assert_allclose(found.weight, wanted.weight)


def test_a_model_saves_and_loads_whole_and_holds_no_value(model, tmp_path):
    path = model.save(tmp_path / "model.json")
    again = Model.load(path)
    assert again.time_gaps == model.time_gaps
    assert '"p17' not in path.read_text()
    assert '"20' not in path.read_text()
    given = replace(model, time_gaps=TimeFading("observed_on", (ChangeRate("surname", 0.1, 0.8, (0.1, 0.9)),)))
    rate = Model.load(given.save(tmp_path / "given.json")).time_gaps.rates[0]
    assert np.isnan(rate.standard_error)
    assert rate.rate == 0.1


def test_the_model_tells_how_fast_fields_change(model):
    assert "postcode changes 0.1" in repr(model)
    assert "times a year (standard error" in repr(model)
    table = model.m_by_gap((0.0, 5.0))
    postcode = table[(table["comparison"] == "postcode") & (table["level"] == "exact")].set_index("years")
    assert postcode.loc[0.0, "m_probability"] > postcode.loc[5.0, "m_probability"]
    assert postcode.loc[0.0, "weight"] > postcode.loc[5.0, "weight"]
    assert model.without_time_gaps().m_by_gap().empty


def test_records_of_one_person_in_one_file_fade_as_well():
    left, right = recorded(1_500, seed=4)
    both = pd.concat([left, right.assign(id=right["id"].str.replace("R", "X"))], ignore_index=True)
    levels = compare_pairs(candidate_pairs(dataset(both, "both"), RULES), COMPARISONS)
    found = fit(levels, SPEC)
    for one in found.time_gaps.rates:
        assert one.rate == pytest.approx(RATES[one.comparison], abs=4 * one.standard_error)


def test_families_are_weighed_with_the_same_fading(files):
    """Relatives part as one person moves: the alternative takes m of the gap, too, so that the waterfall adds up."""
    spec = replace(SPEC, families=True)
    levels = compared(*files)
    found = fit(levels, spec)
    scores = found.score(levels, at_least=0)
    plain = found.evidence(scores.levels)
    np.testing.assert_allclose(scores.weight, plain + sum(scores.extra.values()), atol=1e-9)


def test_a_rate_that_no_rule_shows_is_told_of(files):
    pairs = candidate_pairs(dataset(files[0], "left"), dataset(files[1], "right"), [on("postcode", "school")])
    found = fit(compare_pairs(pairs, COMPARISONS), SPEC, accept="all")
    assert any(
        "postcode does not fade" in note and "rules that do not read it" in note for note in found.time_gaps.notes
    )
    assert [one.comparison for one in found.time_gaps.rates] == ["surname"]


def test_by_default_what_people_change_fades():
    left, right = recorded(800, seed=2)
    found = fit(compared(left, right), FellegiSunter(learn_from="candidates", time_gaps=TimeGaps()))
    assert [one.comparison for one in found.time_gaps.rates] == ["surname", "postcode"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"fields": ("postcode", "observed_on")}, "date of the record itself"),
        ({"rates": {"postcode": -0.1}}, "0 to 12 times a year; got -0.1"),
        ({"fields": ("surname",), "rates": {"postcode": 0.1}}, "'postcode', which is not among fields"),
        ({"on": ""}, "must name the field"),
    ],
)
def test_a_spec_checks_itself(options, message):
    with pytest.raises(SpecError, match=message):
        TimeGaps(**options)


def test_a_field_that_is_not_compared_is_named(levels):
    with pytest.raises(SpecError, match="names the field 'postcod', which no comparison is of"):
        fit(levels, time_gaps=TimeGaps(("postcod",)))


def test_records_without_a_date_are_refused_by_name(model, files):
    left, right = files
    levels = compared(left.drop(columns="observed_on"), right)
    with pytest.raises(ModelError, match=r"left has no field 'observed_on'.*without_time_gaps"):
        model.score(levels)
    assert len(model.without_time_gaps().score(levels)) > 0


def test_a_model_by_hand_can_fade():
    made = by_hand([exact("postcode")], {"postcode": (0.7, 0.3)}, {"postcode": (0.01, 0.99)}, prior=0.1)
    made = replace(made, time_gaps=TimeFading("observed_on", (ChangeRate("postcode", 0.1, 0.8, (0.01, 0.99)),)))
    frame = pd.DataFrame({"id": [1, 2], "postcode": ["LS1 4AP"] * 2, "observed_on": ["2010-01-01", "2020-01-01"]})
    levels = compare_pairs(candidate_pairs(lk.Dataset(frame, name="one"), [every_pair()]), [exact("postcode")])
    bits = made.score(levels, at_least=0).extra["postcode time gap"]
    # m at 10 years: exp(-1) * (0.7 - 0.2 * 0.01) / 0.8 + (1 - exp(-1)) * 0.01, as 3,652 days are a hair less.
    assert bits[0] == pytest.approx(np.log2(0.327306 / 0.7), abs=1e-3)
