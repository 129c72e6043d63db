"""The diagnosis of a model: each finding on a case that has it, and none on a case that has not."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest

import linkkit as lk
from linkkit import block
from linkkit.block import candidate_pairs, on
from linkkit.compare import compare_pairs, exact, text
from linkkit.dataset import Dataset
from linkkit.errors import DiagnosisError, ModelError, SpecError
from linkkit.score import FINDINGS, Diagnosis, FellegiSunter, Finding, Fixed, fit, load_model
from linkkit.score._diagnosis._diagnosis import Mode
from linkkit.score._diagnosis._modes import mode_findings


def files(make_people, size=3_000, seed=7):
    return tuple(Dataset(frame, name=name, id="id") for frame, name in zip(make_people(size, seed), "ab", strict=True))


def fitted(datasets, columns, rules, **options):
    return fit(compare_pairs(candidate_pairs(*datasets, rules), columns), **options)


def test_every_finding_has_a_meaning_and_a_severity(levels):
    for finding in fit(levels).diagnosis:
        assert finding.name in FINDINGS
        assert finding.severity in ("note", "warning", "serious")
        assert finding.explanation


def test_a_sound_model_has_nothing_serious_and_no_warning(levels):
    diagnosis = fit(levels).diagnosis
    assert diagnosis.serious == ()
    assert diagnosis.texts == ()
    assert len(diagnosis.modes) == 4
    assert max(mode.distance for mode in diagnosis.modes) < 0.02


def test_it_prints_lists_and_indexes():
    grave = Finding("implausible_overlap", "serious", "Too many.", "Fewer fields.", 12.0, 10.0)
    diagnosis = Diagnosis((Finding("few_matches", "note", "Few."), grave))
    assert [finding.name for finding in diagnosis] == ["implausible_overlap", "few_matches"]
    assert diagnosis["few_matches"].severity == "note"
    assert diagnosis.texts == ("Too many. Fewer fields.",)
    assert "serious" in repr(diagnosis)
    assert "<td>12</td>" in diagnosis._repr_html_()
    assert diagnosis.to_pandas()["measured"].tolist()[0] == 12.0
    assert repr(Diagnosis()) == "No findings"
    with pytest.raises(KeyError):
        diagnosis["no_matches"]


def test_serious_findings_are_refused_unless_accepted_by_name():
    diagnosis = Diagnosis((Finding("implausible_overlap", "serious", "Too many.", "Fewer fields."),))
    with pytest.raises(DiagnosisError, match=r"implausible_overlap: Too many\. Fewer fields\."):
        diagnosis.refuse(())
    with pytest.raises(ModelError):
        diagnosis.refuse(("m_below_u",))
    diagnosis.refuse(("implausible_overlap",))
    diagnosis.refuse(("all",))


def test_accept_takes_known_names_alone():
    assert FellegiSunter(accept="all").accept == ("all",)
    assert lk.Plan(accept="m_below_u").accept == ("m_below_u",)
    with pytest.raises(SpecError, match="Did you mean 'implausible_overlap'"):
        FellegiSunter(accept=("implausible_overlaps",))


def test_accept_and_anchor_are_kept_in_plan_files(tmp_path):
    plan = lk.Plan(score=FellegiSunter(anchor="nhs_number", accept=("few_matches",)), accept=("all",))
    assert lk.Plan.load(plan.save(tmp_path / "plan.toml")) == plan


def test_a_diagnosis_is_saved_with_its_model(levels, tmp_path):
    model = fit(levels, accept="all", prior=0.4)
    again = load_model(model.save(tmp_path / "model.json"))
    assert again.diagnosis == model.diagnosis
    assert again.findings == model.findings
    assert again.diagnosis.dependence is not None


# --- what is found --------------------------------------------------------------------------------------------------


def test_agreement_that_speaks_against_a_match(make_people):
    datasets = files(make_people)
    given = (Fixed("town", "exact", m_probability=0.001),)
    columns = [exact("given_name"), exact("surname"), exact("date_of_birth"), exact("town")]
    model = fitted(datasets, columns, [on("surname"), on("date_of_birth")], fixed=given)
    assert model.diagnosis["m_below_u"].comparisons == ("town",)
    assert model.diagnosis["m_below_u"].severity == "warning"  # said by the user, and no field that identifies
    assert model.diagnosis["m_below_u"].measured < 0


def test_a_column_that_never_varies_says_nothing(make_people):
    first, second = make_people(1_000, 3)
    datasets = [Dataset(frame.assign(sex="F"), name=name, id="id") for frame, name in ((first, "a"), (second, "b"))]
    model = fitted(
        datasets, [exact("given_name"), exact("surname"), exact("date_of_birth"), exact("sex")], [on("surname")]
    )
    assert model.diagnosis["says_nothing"].comparisons == ("sex",)


def test_two_columns_that_go_together_are_measured_and_others_are_not(make_people):
    first, second = make_people(3_000, 7)
    for frame in (first, second):
        frame["ward"] = frame["town"].str[:2]
    fields = {name: name for name in ("given_name", "surname", "date_of_birth", "town", "ward")}
    datasets = [Dataset(frame, name=name, id="id", fields=fields) for frame, name in ((first, "a"), (second, "b"))]
    columns = [exact("given_name"), exact("surname"), exact("date_of_birth"), exact("town"), exact("ward")]
    rules = [on("given_name", "surname"), on("surname", "date_of_birth"), on("given_name", "date_of_birth")]
    model = fitted(datasets, columns, rules, accept="all")
    dependence = model.diagnosis.dependence
    assert dependence is not None
    town, ward = dependence.comparisons.index("town"), dependence.comparisons.index("ward")
    assert dependence.among_others[town][ward] > 0.5
    assert dependence.rows()[0]["first"] == "town"
    others = [row["among_others"] for row in dependence.rows()[1:] if row["among_others"] is not None]
    assert max(map(abs, others)) < 0.1
    assert model.diagnosis["dependence"].comparisons == ("town", "ward")


def test_pairs_that_agree_on_two_columns_are_counted_as_they_are(make_people):
    """Against brute force over every pair."""
    first, second = make_people(400, 9)
    datasets = [Dataset(frame, name=name, id="id") for frame, name in ((first, "a"), (second, "b"))]
    model = fitted(
        datasets, [exact("given_name"), exact("town"), exact("surname")], [on("surname"), on("town")], accept="all"
    )
    dependence = model.diagnosis.dependence
    assert dependence is not None
    both = 0
    for name, town in zip(first["given_name"], first["town"], strict=True):
        both += int(((second["given_name"] == name) & (second["town"] == town)).sum())
    assert dependence.observed[0][1] == pytest.approx(both)


def test_a_model_learned_from_households_is_refused_and_can_be_had():
    left, right = lk.synth.families(seed=1)
    plan = lk.Plan(block=[block.on("postcode")], score=FellegiSunter())
    with pytest.raises(DiagnosisError) as refusal:
        lk.link(left.dataset(), right.dataset(), plan=plan, progress=False)
    assert "implausible_disagreement" in refusal.value.diagnosis
    assert refusal.value.model.expected_matches > 0
    run = lk.link(left.dataset(), right.dataset(), plan=plan.change(accept="all"), progress=False)
    assert run.diagnosis.serious


def test_passes_that_learn_another_m_are_named():
    steps = [
        lk.score.TrainingPass("on('a')", ("sex",), 1000, 500.0, (), "converged", ((0.98, 0.02),)),
        lk.score.TrainingPass("on('b')", ("sex",), 1000, 500.0, (), "converged", ((0.97, 0.03),)),
        lk.score.TrainingPass("on('c')", ("sex",), 1000, 500.0, (), "converged", ((0.55, 0.45),)),
    ]
    from linkkit.score._diagnosis._training import disagreeing_passes

    model = lk.score.by_hand([exact("sex")], {"sex": (0.9, 0.1)}, {"sex": (0.5, 0.5)}, prior=0.1)
    (found,) = disagreeing_passes(dataclasses.replace(model, passes=tuple(steps)))
    assert "on('c')" in found.explanation
    assert found.measured == pytest.approx(0.425)
    assert not list(disagreeing_passes(dataclasses.replace(model, passes=tuple(steps[:2]))))


@pytest.mark.parametrize(
    ("matches", "likelihood", "distance", "severity"),
    [
        (1000.0, 0.0, 0.01, None),  # the same solution
        (5000.0, -3.0, 0.5, None),  # another that fits much worse
        (1500.0, -1.0, 0.3, "warning"),
        (5000.0, -1.0, 0.5, "warning"),
        (5000.0, 1.0, 0.5, "warning"),  # relatives for matches, which the model did not take
        (200.0, 1.0, 0.5, "serious"),
        (200.0, -1.0, 0.5, "warning"),
    ],
)
def test_other_solutions_count_where_they_fit(matches, likelihood, distance, severity):
    modes = (Mode("the model's own", 1000.0, 0.0, 0.0), Mode("another", matches, likelihood, distance))
    found = [finding.severity for finding in mode_findings(modes, 10_000)]
    assert found == ([] if severity is None else [severity])


def test_columns_that_repeat_others_and_are_compared_are_a_warning(make_people):
    first, second = make_people(2_000, 7)
    for frame in (first, second):
        frame["label"] = frame["given_name"].str.cat(frame["surname"], sep=" ")
    fields = {name: name for name in ("given_name", "surname", "date_of_birth", "label")}
    datasets = [Dataset(frame, name=name, id="id", fields=fields) for frame, name in ((first, "a"), (second, "b"))]
    free = lk.link(*datasets, progress=False)
    assert "label" not in [comparison.name for comparison in free.levels.comparisons]
    assert free.diagnosis["contained_columns"].severity == "note"
    columns = [text("given_name"), text("surname"), exact("date_of_birth"), text("label")]
    run = lk.link(*datasets, plan=lk.Plan(compare=columns, accept="all"), progress=False)
    assert run.diagnosis["contained_columns"].severity == "warning"


def test_no_value_of_a_person_is_in_it():
    left, right = lk.synth.families(300, seed=2)
    run = lk.link(left.dataset(), right.dataset(), plan=lk.Plan(accept="all"), progress=False)
    said = repr(run.diagnosis) + run.diagnosis._repr_html_() + run.diagnosis.to_pandas().to_csv()
    surnames = {name for name in left.frame.filter(regex="surname|last").stack().astype(str) if len(name) > 4}
    assert surnames
    assert not any(name in said for name in surnames)


def test_unknown_figures_are_one_nan():
    assert Finding("no_matches", "note", "None.") == Finding("no_matches", "note", "None.", measured=math.nan)
    assert np.isnan(Finding("no_matches", "note", "None.").threshold)
    assert isinstance(Diagnosis().to_pandas(), pd.DataFrame)


def test_few_people_in_common_leave_m_to_what_was_assumed():
    """Of 600 children 40 are in the register, and 60 matches in agreement are assumed."""
    made_trial, made_register = lk.synth.sample()
    truth = made_trial.matches(made_register)
    shared = set(truth["right_id"].iloc[40:])
    frame = made_register.frame[~made_register.frame[made_register.id].isin(shared)]
    register = lk.Dataset(frame, id=made_register.id, name="register", blinded=list(made_register.blinded))
    few = lk.link(made_trial.dataset(), register, progress=False).diagnosis
    many = lk.link(made_trial.dataset(), made_register.dataset(), progress=False).diagnosis
    assert "rests_on_assumptions" in [finding.name for finding in few]
    assert "rests_on_assumptions" not in [finding.name for finding in many]
