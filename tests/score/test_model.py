"""Models as objects: tables, JSON, privacy."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest

from linkkit.block import candidate_pairs, on
from linkkit.compare import compare_pairs, exact, recommended, text
from linkkit.dataset import Dataset
from linkkit.errors import ModelError, SpecError
from linkkit.score import Model, by_hand, fit, load_model

FIELDS = [field.name for field in dataclasses.fields(Model)]


@pytest.fixture(scope="module")
def model(levels):
    return fit(levels)


def test_json_round_trip_keeps_everything(model, levels, tmp_path):
    path = model.save(tmp_path / "deep" / "model.json")
    loaded = load_model(path)
    for name in FIELDS:
        assert getattr(loaded, name) == getattr(model, name), name
    assert repr(loaded) == repr(model)
    assert json.loads(path.read_text())["linkkit_model"] == 1
    assert [each.name for each in path.parent.iterdir()] == ["model.json"]
    np.testing.assert_array_equal(loaded.score(levels).weight, model.score(levels).weight)
    assert Model.load(path).prior == model.prior


@pytest.mark.parametrize(
    "field",
    [
        "given_name",
        "surname",
        "date_of_birth",
        "postcode",
        "sex",
        "address",
        "email",
        "phone",
        "nhs_number",
        "full_name",
    ],
)
def test_every_recommended_comparison_survives_json(field, tmp_path):
    comparison = recommended(field)
    size = len(comparison.levels) + 1
    even = {comparison.name: (1 / size,) * size}
    loaded = load_model(by_hand([comparison], even, even, prior=0.5).save(tmp_path / "model.json"))
    assert loaded.comparisons == (comparison,)


def test_no_value_of_a_person_is_in_a_saved_model_or_its_table(tmp_path):
    marker = "zzqmarkerzzq"
    values = [marker, marker, marker + "x", "lee", "lee", "poe", "fox", "fox"]
    frame = pd.DataFrame({"id": range(8), "given_name": values, "surname": values[::-1]})
    levels = compare_pairs(
        candidate_pairs(Dataset(frame, id="id"), [on("given_name"), on("surname")]),
        [text("given_name", term_frequency=True), text("surname", term_frequency=True)],
    )
    model = fit(levels)
    assert model.adjustments
    saved = model.save(tmp_path / "model.json").read_text()
    for text_ in (saved, repr(model), model._repr_html_(), model.to_pandas().to_csv()):
        assert marker not in text_
    assert marker in model.save_frequencies(tmp_path / "f.parquet", levels.records).read_bytes().decode("latin-1")


def test_prints_as_a_table(model):
    text_ = repr(model)
    assert "given_name     exact" in text_
    assert "converged" in text_
    assert "matches expected" in text_
    html = model._repr_html_()
    assert html.count("<tr>") == 1 + sum(len(labels) - 1 for labels in model.labels)
    table = model.to_pandas()
    assert list(table.columns) == [
        "comparison",
        "level",
        "m_probability",
        "u_probability",
        "weight",
        "m_source",
        "u_source",
        "m_standard_error",
        "u_standard_error",
    ]
    assert table["weight"][0] == 0
    assert table["level"][0] == "missing"


def test_a_model_is_immutable(model):
    with pytest.raises(dataclasses.FrozenInstanceError):
        model.prior = 0.5
    changed = model.with_prior(0.25)
    assert (changed.prior, changed.prior_source) == (0.25, "by hand")
    assert model.prior != 0.25


def test_traces_are_kept_for_each_pass_and_never_fall(model):
    assert set(model.trace) == {step.name for step in model.passes}
    for trace in model.trace.values():
        assert (np.diff(trace) >= -1e-9 * np.abs(np.array(trace[:-1]))).all()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("hello", "not JSON"),
        ("[1]", "no linkkit model"),
        ('{"linkkit_model": 2}', "version 2"),
        ('{"linkkit_model": 1}', "damaged"),
        ('{"comparisons": []}', "read_splink"),
    ],
)
def test_files_that_are_no_model_are_refused(content, message, tmp_path):
    (tmp_path / "model.json").write_text(content)
    with pytest.raises(ModelError, match=message):
        load_model(tmp_path / "model.json")


def test_a_model_with_unreadable_comparisons_is_refused(model, tmp_path):
    path = model.save(tmp_path / "model.json")
    data = json.loads(path.read_text())
    data["comparisons"][0]["levels"][0]["condition"] = {"kind": "telepathy"}
    path.write_text(json.dumps(data))
    with pytest.raises(ModelError, match="comparisons that cannot be read"):
        load_model(path)


def test_by_hand_checks_its_arguments():
    sex = exact("sex")
    even = {"sex": (0.5, 0.5)}
    with pytest.raises(SpecError, match="Did you mean 'sex'"):
        by_hand([sex], {"sexx": (0.5, 0.5)}, even, prior=0.1)
    with pytest.raises(SpecError, match="u_probability leaves out sex"):
        by_hand([sex], even, {}, prior=0.1)
    with pytest.raises(ModelError, match="needs 2 values; got 3"):
        by_hand([sex], {"sex": (0.5, 0.3, 0.2)}, even, prior=0.1)
    with pytest.raises(ModelError, match="prior"):
        by_hand([sex], even, even, prior=0)
    assert by_hand([sex], even, even, prior=0.5).status == "not learned by iteration"
