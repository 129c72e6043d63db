"""The report of an encoded linkage states the encoding, its level of leakage, its key and what the linter finds."""

from __future__ import annotations

import json

import jsonschema
import pytest

import linkkit as lk
from linkkit.prepare import prepare
from linkkit.pseudonymise import Encoding, Key, encode
from linkkit.pseudonymise.bloom import BloomField
from linkkit.pseudonymise.lint import NO_PROOF
from linkkit.report import load_schema, render, summarise

ENCODING = Encoding(
    [
        BloomField("given_name", hashes=20),
        BloomField("surname"),
        BloomField("date_of_birth", "date"),
        BloomField("postcode", q=1, padded=False, positional=True),
    ]
)


@pytest.fixture(scope="module")
def key():
    return Key.generate(project="cohort-2026")


@pytest.fixture(scope="module")
def run(key):
    population = lk.synth.people(1200, seed=8)
    sides = population.trial(families=120), population.register(coverage=0.9)
    left, right = (encode(prepare(side.dataset()), key, ENCODING) for side in sides)
    return lk.link(left, right, progress=False)


@pytest.fixture(scope="module")
def summary(run):
    return summarise(run, decoys=False)


def test_it_states_encoding_level_key_and_findings(summary, key):
    told = summary["encoding"]
    assert told["level"] == "filters"
    assert told["may_go_to"] == ["a trusted linkage unit"]
    assert [one["column"] for one in told["columns"]] == ["given_name", "surname", "date_of_birth", "postcode"]
    assert {(one["dataset"], one["key_id"], one["check_value"], one["project"]) for one in told["keys"]} == {
        ("trial", key.id, key.check_value, "cohort-2026"),
        ("register", key.id, key.check_value, "cohort-2026"),
    }
    named = {one["name"] for one in told["findings"]}
    assert {"length_told", "delete_afterwards", "date_alone", "uneven_popcounts", "frequent_encoding"} <= named
    assert told["no_proof"] == NO_PROOF


def test_what_was_found_in_a_dataset_names_it(summary):
    found = [one for one in summary["encoding"]["findings"] if one["of_data"]]
    assert {one["where"].split(", ")[0] for one in found} == {"trial", "register"}


def test_a_warning_is_among_what_to_look_at_first(summary):
    assert any(text.startswith("given_name: each token sets 20 bits.") for text in summary["findings"])


def test_it_follows_the_published_schema_and_is_shown(summary):
    plain = json.loads(json.dumps(summary))
    jsonschema.Draft202012Validator(load_schema()).validate(plain)
    page = render(plain)
    section = page[page.index('<section id="encoding">') :].partition("</section>")[0]
    for text in ("Leakage level: <b>filters</b>", "check value", "length told", "cohort-2026", NO_PROOF):
        assert text in section


@pytest.mark.parametrize("audience", ["analyst", "public"])
def test_for_others_what_counts_records_is_left_out(run, audience):
    told = summarise(run, decoys=False, audience=audience)
    assert not [one for one in told["encoding"]["findings"] if one["of_data"]]
    assert told["encoding"]["level"] == "filters"
    jsonschema.Draft202012Validator(load_schema()).validate(json.loads(json.dumps(told)))


def test_a_linkage_in_clear_text_has_no_encoding(sample_run):
    told = summarise(sample_run, decoys=False)
    assert told["encoding"] is None
    assert "linked in clear text" in render(json.loads(json.dumps(told)))
