"""Linkage schemas of clkhash and the CLKs made by them."""

from __future__ import annotations

import json

import pytest

from linkkit.pseudonymise import clkhash
from linkkit.pseudonymise.lint import lint

SEMI = "semi_trusted_unit"


def _feature(name="surname", kind=None, hash="blakeHash", **hashing):
    comparison = hashing.pop("comparison", {"type": "ngram", "n": 2})
    strategy = hashing.pop("strategy", {"bitsPerFeature": 150})
    held = {"comparison": comparison, "strategy": strategy, "hash": {"type": hash}, **hashing}
    return {"identifier": name, "format": kind or {"type": "string"}, "hashing": held}


def _schema(*features, length=1024, **config):
    listed = features or (_feature(), _feature("given name"))
    return {
        "version": 3,
        "clkConfig": {"l": length, "kdf": {"type": "HKDF"}, **config},
        "features": list(features) if features else list(listed),
    }


GIVEN = _feature("given name")
CASES = {
    "double_hash": _schema(_feature(hash="doubleHash"), GIVEN),
    "few_bits_a_token": _schema(_feature(strategy={"bitsPerFeature": 10}), GIVEN),
    "hashed_replacement": _schema(_feature(missingValue={"sentinel": "NA", "replaceWith": "x"}), GIVEN),
    "ignored_xor_folds": _schema(_feature(), GIVEN, xorFolds=1),
    "length_told": _schema(_feature(strategy={"bitsPerToken": 20}), GIVEN),
    "overfull": _schema(_feature(strategy={"bitsPerFeature": 1500}), GIVEN),
    "short_filter": _schema(length=128),
    "short_keys": {**_schema(), "clkConfig": {"l": 1024, "kdf": {"type": "HKDF", "keySize": 8}}},
    "single_field_record": _schema(_feature()),
    "unreachable_bits": _schema(length=131072),
    "unreplaced_sentinel": _schema(_feature(missingValue={"sentinel": "NA"}), GIVEN),
}


@pytest.mark.parametrize("name", CASES)
def test_a_finding_stands_where_its_case_is_and_nowhere_else(name):
    assert name in lint(CASES[name])
    assert name not in lint(_schema())


def test_a_schema_is_taken_as_dictionary_object_and_file(tmp_path):
    path = tmp_path / "schema.json"
    path.write_text(json.dumps(_schema()))
    found = [lint(one).findings for one in (_schema(), clkhash.read_schema(_schema()))]
    assert found[0] == found[1]
    assert {one.name for one in lint(path)} == {one.name for one in found[0]}


def test_double_hashing_is_serious_outside_of_a_trusted_unit():
    assert lint(CASES["double_hash"])["double_hash"].severity == "warning"
    assert lint(CASES["double_hash"], destination=SEMI)["double_hash"].severity == "serious"


def test_clks_may_meet_a_semi_trusted_unit_with_a_warning_of_graph_matching():
    found = lint(_schema(), destination=SEMI)
    assert found.level == "records"
    assert found["graph_matching"].severity == "warning"
    assert not found.serious


def test_a_date_alone_is_a_filter_of_a_field():
    date = _feature("born", {"type": "date", "format": "%Y-%m-%d"})
    found = lint(_schema(date), destination=SEMI)
    assert found.level == "filters"
    assert found["date_alone"].severity == "serious"


def test_fields_are_recognised_and_listed_values_counted():
    sex = _feature("gender", {"type": "enum", "values": ["M", "F"]}, comparison={"type": "exact"})
    number = _feature("age", {"type": "integer", "minimum": 0, "maximum": 127})
    (spec,) = lint(_schema(_feature("Surname"), sex, number, _feature("column 7"))).specs
    sizes = [field.values_log2 for field in spec.fields]
    assert sizes[1:] == [1, 7, None]
    assert 17 < sizes[0] < 18


def test_the_expected_fill_is_that_of_real_clks():
    rows = [[f"surname{at}"[-8:], f"given{at}"[-8:]] for at in range(200)]
    schema = _schema(_feature(strategy={"bitsPerToken": 15}), GIVEN)
    (spec,) = lint(schema).specs
    facts = lint(clkhash.encode(rows, schema, "a secret of more than sixteen bytes"), level="records").columns[0]
    assert facts.bits.fill == pytest.approx(spec.fill, abs=0.03)


def test_a_file_of_clks_tells_the_order_of_rows(tmp_path):
    rows = [[f"surname{at}", f"given{at}"] for at in range(60)]
    clkhash.write_clks(clkhash.encode(rows, _schema(), "a secret of more than sixteen bytes"), tmp_path / "clks.json")
    found = lint(tmp_path / "clks.json", destination=SEMI)
    assert found.level == "records"
    assert {"row_order", "graph_matching"} <= {one.name for one in found}
    assert found.columns[0].records == 60
