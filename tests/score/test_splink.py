"""Splink's model JSON. The files in data/ were saved by Splink 4.0.16 and 5.0.0; they hold no value of a person."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest

from linkkit.block import candidate_pairs, on
from linkkit.compare import compare_pairs
from linkkit.dataset import Dataset
from linkkit.errors import ModelError
from linkkit.score import load_model, read_splink, splink_comparisons

DATA = Path(__file__).parent / "data"


def settings(name):
    return json.loads((DATA / name).read_text())


def conditions(comparison):
    return [str(level.condition) for level in comparison.levels]


def test_reads_a_model_trained_by_splink_5():
    model = read_splink(DATA / "splink5_trained.json")
    assert model.names == ("given_name", "surname", "date_of_birth", "town", "email")
    assert conditions(model.comparisons[0]) == [
        "given_name equal",
        "jaro_winkler of given_name >= 0.92",
        "jaro_winkler of given_name >= 0.8",
    ]
    assert conditions(model.comparisons[2])[1:] == ["damerau of date_of_birth <= 1", "damerau of date_of_birth <= 2"]
    assert model.prior == 0.0003146003146003146
    assert model.m_probability[3] == (0.5642191358195764, 0.4357808641804236)
    assert [(step.column, step.reference) for step in model.adjustments] == [
        ("given_name", 0.005839494991822004),
        ("town", 0.11090275917492633),
    ]
    assert model.findings == ()


def test_scores_as_splink_5_does(fake_1000):
    """Splink 5.0.0 predicted these from that model on fake_1000, blocked on first_name and on surname."""
    model = read_splink(DATA / "splink5_trained.json")
    pairs = candidate_pairs(Dataset(fake_1000, id="unique_id"), [on("given_name"), on("surname")])
    found = model.score(compare_pairs(pairs, model.comparisons), at_least=0.1).to_pandas()
    assert len(found) == SPLINK_PAIRS
    weights = found.set_index(["left_id", "right_id"])["match_weight"]
    for pair, weight in SPLINK_WEIGHTS.items():
        assert weights[pair] == pytest.approx(weight, abs=1e-9)
    assert found["match_weight"].sum() == pytest.approx(SPLINK_SUM, abs=1e-6)


SPLINK_PAIRS, SPLINK_SUM = 943, 7990.327821009097
SPLINK_WEIGHTS = {
    (0, 1): 14.644087030650496,
    (112, 115): -2.7161683366687495,
    (244, 245): 15.52167613228674,
    (378, 380): 7.312593077628863,
    (502, 507): 17.764014794041486,
    (618, 623): 9.66113549389574,
    (779, 780): 13.311287095344747,
    (900, 903): -1.009782986547319,
}


def test_reads_settings_of_splink_4():
    model = read_splink(DATA / "splink4_settings.json")
    assert model.prior == 0.001
    assert conditions(model.comparisons[1])[1:] == ["levenshtein of surname <= 1", "levenshtein of surname <= 2"]
    assert conditions(model.comparisons[2])[2:] == [
        f"date_gap of date_of_birth <= {days}" for days in ("30.4375", "365.25", "3652.5")
    ]
    assert [step.column for step in model.adjustments] == ["given_name", "town"]


def test_reads_the_library_levels_it_knows_and_names_the_others():
    with pytest.raises(ModelError) as caught:
        splink_comparisons(DATA / "splink5_library.json")
    message = str(caught.value)
    for place in (
        "comparisons[3] (email), level 3",
        "comparisons[3] (email), level 5",
        "comparisons[5] (email), level 3",
        "comparisons[9] (tags), level 2",
        "comparisons[11] (dob), level 1",
    ):
        assert place in message
    assert "first_name" not in message
    known = settings("splink5_library.json")
    known["comparisons"] = [item for number, item in enumerate(known["comparisons"]) if number not in (3, 5, 9, 11)]
    found = {comparison.name: comparison for comparison in splink_comparisons(known)}
    assert conditions(found["first_name_surname"])[:3] == [
        "(given_name equal) and (surname equal)",
        "jaro_winkler of given_name and surname >= 1",
        "(jaro_winkler of given_name >= 0.92) and (jaro_winkler of surname >= 0.92)",
    ]
    assert conditions(found["town"]) == [
        "town equal",
        "sector(town) equal",
        "distance_km of latitude and longitude <= 1",
        "distance_km of latitude and longitude <= 10",
    ]
    assert conditions(found["tags"]) == ["shared of tags >= 2", "shared of tags >= 1"]
    assert found["lat_lon"].fields == ("latitude", "longitude")
    assert conditions(found["surname"]) == ["surname equal", "jaro of surname >= 0.9"]
    assert conditions(found["amount"])[0] == "number_gap of amount <= 2"
    assert conditions(found["c2"]) == [
        "(town equal) and (not (date_of_birth equal))",
        "jaro_winkler of given_name and surname >= 1",
        "(email equal) or (levenshtein of email <= 1)",
    ]


def test_settings_that_are_not_trained_are_no_model():
    known = settings("splink5_library.json")
    known["comparisons"] = known["comparisons"][:1]
    with pytest.raises(ModelError, match="not trained"):
        read_splink(known)


def test_a_level_that_was_not_trained_weighs_nothing_and_is_a_finding():
    changed = copy.deepcopy(settings("splink5_trained.json"))
    for name in ("m_probability", "u_probability"):
        del changed["comparisons"][0]["comparison_levels"][2][name]
    changed["comparisons"][1]["comparison_levels"][1]["u_probability"] = 0.0
    model = read_splink(changed)
    assert model.weights[0][2] == 0
    assert model.u_probability[1][0] == 1e-300
    assert any("was not trained" in finding for finding in model.findings)
    assert any("probability of 0" in finding for finding in model.findings)


def test_differences_in_missing_values_are_findings():
    changed = settings("splink5_trained.json")
    del changed["comparisons"][0]["comparison_levels"][0]
    assert any(finding.startswith("first_name: Splink has no null level") for finding in read_splink(changed).findings)


def test_fields_can_be_named():
    model = read_splink(DATA / "splink5_trained.json", fields={"city": "birth_place", "email": "e_mail"})
    assert model.names[3:] == ("birth_place", "e_mail")
    assert model.adjustments[1].column == "birth_place"


def test_a_model_read_from_splink_saves_as_linkkits(tmp_path):
    model = read_splink(DATA / "splink5_trained.json")
    loaded = load_model(model.save(tmp_path / "model.json"))
    assert loaded.comparisons == model.comparisons
    assert loaded.adjustments == model.adjustments


def test_other_files_are_refused(tmp_path):
    (tmp_path / "a.json").write_text("{}")
    with pytest.raises(ModelError, match="no Splink settings"):
        read_splink(tmp_path / "a.json")
    (tmp_path / "b.json").write_text("nope")
    with pytest.raises(ModelError, match="not JSON"):
        read_splink(tmp_path / "b.json")
    without_else = settings("splink5_trained.json")
    without_else["comparisons"][0]["comparison_levels"].pop()
    with pytest.raises(ModelError, match="has no ELSE level"):
        read_splink(without_else)


def test_sql_of_a_level_is_never_repeated_as_it_may_hold_values():
    changed = settings("splink5_trained.json")
    changed["comparisons"][0]["comparison_levels"][1]["sql_condition"] = (
        "first_name_l = 'Marjorie' AND first_name_r = 'Marjorie'"
    )
    with pytest.raises(ModelError) as caught:
        read_splink(changed)
    assert "Marjorie" not in str(caught.value)
