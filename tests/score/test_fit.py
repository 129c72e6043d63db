"""Models learned from compared pairs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from linkkit.block import candidate_pairs, every_pair, on, soundex
from linkkit.compare import compare_pairs, exact, text
from linkkit.dataset import Dataset
from linkkit.errors import ModelError, SpecError
from linkkit.records import Records
from linkkit.score import Classifier, FellegiSunter, Fixed, fit

TRUE_M = {"given_name": 0.90, "surname": 0.95, "date_of_birth": 0.97}


def exact_m(model):
    return {name: m[0] for name, m in zip(model.names, model.m_probability, strict=True)}


def test_learns_the_error_rates_and_the_number_of_matches(levels):
    model = fit(levels)
    for name, expected in TRUE_M.items():
        assert exact_m(model)[name] == pytest.approx(expected, abs=0.03)
    assert model.expected_matches == pytest.approx(4000 * 0.985, rel=0.05)
    assert model.status == "converged"
    assert not any("matches are expected" in finding for finding in model.findings)


def test_m_and_u_sum_to_one(levels):
    model = fit(levels)
    for values in (*model.m_probability, *model.u_probability):
        assert sum(values) == pytest.approx(1)
        assert min(values) > 0


def test_learns_from_every_pair_without_blocking(make_people):
    first, second = (Dataset(frame, name=name) for frame, name in zip(make_people(600, 2), "ab", strict=True))
    levels = compare_pairs(
        candidate_pairs(first, second, every_pair()), [exact("given_name"), exact("surname"), exact("date_of_birth")]
    )
    model = fit(levels)
    assert model.expected_matches == pytest.approx(300, rel=0.05)
    for name, expected in TRUE_M.items():
        assert exact_m(model)[name] == pytest.approx(expected, abs=0.05)


def test_comparisons_that_every_rule_blocks_on_are_learned_from_whole_patterns(two_files):
    columns = list(TRUE_M)
    rules = [on("given_name", "surname"), on("surname", "date_of_birth"), on("given_name", "date_of_birth")]
    model = fit(compare_pairs(candidate_pairs(*two_files, rules), [exact(column) for column in columns]))
    for name, expected in TRUE_M.items():
        assert exact_m(model)[name] == pytest.approx(expected, abs=0.03)
    assert {sources[0] for sources in model.m_source} == {"whole patterns"}
    trace = np.array(model.trace["whole patterns"])
    assert (np.diff(trace) >= -1e-9 * np.abs(trace[:-1])).all()


def test_a_comparison_that_only_loose_rules_choose_by_is_found_out(two_files):
    rules = [on(soundex("surname"), "date_of_birth")]
    columns = [text("surname", (0.92,)), exact("given_name"), exact("date_of_birth")]
    model = fit(compare_pairs(candidate_pairs(*two_files, rules), columns))
    assert any(finding.startswith("surname: every rule asks for it") for finding in model.findings)


def test_a_comparison_that_every_rule_asks_for_is_found_out_and_the_rest_are_learned(two_files):
    rules = [on(soundex("surname"), "date_of_birth"), on("surname", "given_name")]
    columns = [exact("surname"), exact("given_name"), exact("date_of_birth")]
    model = fit(compare_pairs(candidate_pairs(*two_files, rules), columns))
    assert [sources[0] for sources in model.m_source] == ["all candidate pairs", "whole patterns", "whole patterns"]
    assert exact_m(model)["given_name"] == pytest.approx(0.90, abs=0.03)
    assert exact_m(model)["date_of_birth"] == pytest.approx(0.97, abs=0.03)
    assert [finding.split(":")[0] for finding in model.findings] == ["surname"]


def test_a_given_pass_leaves_out_the_comparisons_of_its_fields(levels):
    model = fit(levels, passes=[on("date_of_birth")])
    assert model.passes[0].comparisons == ("given_name", "surname", "town")
    assert model.m_source[0][0] == "passes 1"


def test_passes_are_weighted_by_the_matches_they_see_so_that_m_sums_to_one(levels):
    model = fit(levels, passes=[on("date_of_birth"), on("surname", "date_of_birth"), on("given_name"), on("surname")])
    assert len(model.passes) == 4
    for values in model.m_probability:
        assert sum(values) == pytest.approx(1)


def test_fixed_probabilities_stay(levels):
    model = fit(
        levels,
        fixed=(
            Fixed("town", "exact", m_probability=0.8, u_probability=0.05),
            Fixed("surname", ">= 0.92", m_probability=0.01),
        ),
    )
    assert model.m_probability[3] == pytest.approx((0.8, 0.2))
    assert model.u_probability[3] == pytest.approx((0.05, 0.95))
    assert model.m_probability[1][1] == 0.01
    assert model.m_source[3][0] == "fixed"


def test_same_inputs_give_the_same_model_whatever_the_row_order(make_people, comparisons):
    first, second = make_people(1000, 8)
    rules = [on("given_name", "surname"), on("surname", "date_of_birth")]

    def model(frame):
        return fit(
            compare_pairs(candidate_pairs(Dataset(frame, name="a"), Dataset(second, name="b"), rules), comparisons)
        )

    one, other = model(first), model(first.sample(frac=1, random_state=4))
    assert one.m_probability == other.m_probability
    assert one.u_probability == other.u_probability
    assert one.prior == other.prior


def test_true_matches_are_taken_out_of_u():
    # Everybody four times: postcodes agree mostly within a person.
    frame = pd.DataFrame({"person": np.repeat(np.arange(400), 4)})
    frame["id"], frame["postcode"] = np.arange(1600), "p" + frame["person"].astype(str)
    frame["given_name"] = "g" + (frame["person"] % 40).astype(str)
    frame["surname"] = "s" + (frame["person"] // 5 % 40).astype(str)
    levels = compare_pairs(
        candidate_pairs(Dataset(frame, id="id"), [on("given_name"), on("surname"), on("postcode")]),
        [exact("postcode"), exact("given_name"), exact("surname")],
    )
    corrected, plain = fit(levels), fit(levels, correct_u=False)
    assert plain.u_probability[0][0] == pytest.approx(2400 / (1600 * 1599 / 2))
    assert corrected.u_probability[0][0] < plain.u_probability[0][0] / 10


# --- the prior ------------------------------------------------------------------------------------------------------


def names(pairs):
    return pd.DataFrame([{"id": n, "given_name": first, "surname": last} for n, (first, last) in enumerate(pairs)])


def prior(frames, rules, recall, link_type=None):
    records = Records([Dataset(frame, name=f"d{n}", id="id") for n, frame in enumerate(frames)], link_type)
    levels = compare_pairs(candidate_pairs(records, on("given_name")), [exact("given_name"), exact("surname")])
    return fit(levels, prior_rules=rules, prior_recall=recall).prior


SIX = names([("John", "Smith")] * 2 + [("Mary", "Jones")] * 3 + [("Jane", "Taylor")])
EITHER = (on("given_name"), on("surname"))


def test_splinks_prior_from_strict_rules():
    assert prior([SIX], EITHER, 1.0) == pytest.approx(4 / 15)
    assert prior([SIX], (on("given_name", "surname"),), 0.9) == pytest.approx(4 / 15 / 0.9)
    left = names([("John", "Smith"), ("Mary", "Jones")])
    right = names([("John", "Smyth"), ("Mary", "Jones"), ("Jane", "Taylor"), ("Alice", "Williams")])
    assert prior([left, right], EITHER, 1.0) == pytest.approx(2 / 8)


def test_splinks_prior_of_many_datasets():
    texts = [
        "John Smith, Mary Jones, Hannah Jones",
        "John Smyth, Mary Jones, Jane Taylor, Alice Williams",
        "Graham Roberts, Graham Robinson, Mary Taylor, Graham Roberts, Sarah Thompson",
        "Johnny Brown, Ben Davies, Felicity Wright, Kelly Evans, David Thomas, Bryan Wilson, Brian Johnson",
    ]
    files = [names([tuple(person.split()) for person in text.split(", ")]) for text in texts]
    assert prior(files, EITHER, 1.0, "link_only") == pytest.approx(6 / 131)
    assert prior(files, EITHER, 1.0, "link_and_dedupe") == pytest.approx(10 / 171)


def test_a_prior_that_is_no_probability_is_refused():
    same = names([("John", f"S{n}") for n in range(6)])
    with pytest.raises(ModelError, match="no probability"):
        prior([same], (on("given_name"),), 0.8)
    with pytest.raises(ModelError, match="0 of 15 pairs"):
        prior([same], (on("surname"),), 0.7)


def test_more_matches_than_a_file_has_records_is_a_finding(two_files):
    columns = [exact("given_name"), exact("town")]
    levels = compare_pairs(candidate_pairs(*two_files, [on("given_name")]), columns)
    model = fit(levels, prior=0.01)
    assert any("more than the 4,000 records of the smaller dataset" in finding for finding in model.findings)


# --- errors ---------------------------------------------------------------------------------------------------------


def test_nothing_to_learn_from_is_an_error():
    frame = names([("John", "A"), ("Mary", "B")])
    levels = compare_pairs(candidate_pairs(Dataset(frame, id="id"), on("given_name")), [exact("surname")])
    with pytest.raises(ModelError, match="no candidate pairs"):
        fit(levels)


def test_wrong_arguments_say_how_to_mend(levels):
    with pytest.raises(SpecError, match="Did you mean 'max_iterations'"):
        fit(levels, max_iteration=5)
    with pytest.raises(SpecError, match="Did you mean 'surname'"):
        fit(levels, fixed=(Fixed("surnme", "exact", m_probability=0.5),))
    with pytest.raises(SpecError, match="It has: exact, other"):
        fit(levels, fixed=(Fixed("town", "nearby", m_probability=0.5),))
    with pytest.raises(SpecError, match=r"add up to 1\.5"):
        fit(levels, fixed=(Fixed("town", "exact", m_probability=0.9), Fixed("town", "other", m_probability=0.6)))
    with pytest.raises(ModelError, match="fit_from_labels"):
        fit(levels, Classifier())


@pytest.mark.parametrize(
    "options",
    [
        {"prior": 1.0},
        {"prior": 0.1, "prior_rules": (on("surname"),), "prior_recall": 0.5},
        {"prior_rules": (on("surname"),)},
        {"prior_rules": (on("surname"),), "prior_recall": 0.0},
        {"prior_rules": (on("surname"),), "prior_recall": 1.2},
        {"random_pairs": 0},
        {"max_iterations": 0},
        {"tolerance": 0.0},
        {"fixed": (Fixed("a", "b", m_probability=0.5), Fixed("a", "b", u_probability=0.5))},
    ],
)
def test_a_spec_that_contradicts_itself_is_refused(options):
    with pytest.raises(SpecError):
        FellegiSunter(**options)
