"""Findings that follow from specifications, each on a case that has it and one that has not."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkkit.pseudonymise import Token
from linkkit.pseudonymise.bloom import Balance, Blip, BloomField, Clk, Diffuse, Rule90, XorFold, encode, sized_for
from linkkit.pseudonymise.lint import lint
from linkkit.pseudonymise.lint._described import described, fills_through
from linkkit.pseudonymise.lint._domains import in_words, log2_values, seconds_to_try

SEMI = "semi_trusted_unit"


def _clk(*hardening, length=1024, **options):
    return Clk([BloomField("given_name", **options), BloomField("surname", **options)], length, hardening)


CASES = {
    "bit_noise": (_clk(Blip(0.05)), _clk()),
    "brute_force": (BloomField("surname"), BloomField("shoe_size")),
    "damped_away": (_clk(Diffuse()), _clk(Diffuse(), bits_per_value=80)),
    "date_alone": (BloomField("date_of_birth", "date"), BloomField("surname")),
    "few_bits_a_token": (BloomField("surname", bits_per_value=12), BloomField("surname")),
    "few_values": (BloomField("sex", "exact"), BloomField("surname")),
    "identifier_alone": (Token("nhs", "nhs_number"), Token("nhs", ["nhs_number", "surname"])),
    "length_told": (BloomField("surname", hashes=20), BloomField("surname")),
    "nearly_empty": (BloomField("surname", length=8192), BloomField("surname")),
    "overfull": (BloomField("surname", length=64), BloomField("surname")),
    "repeatable_noise": (_clk(Blip(0.05, seed=1)), _clk(Blip(0.05))),
    "salted_by_field": (BloomField("surname", salt="year(date_of_birth)"), BloomField("surname")),
    "several_of_one_field": (
        [BloomField("surname"), Token("sound", "soundex(surname)")],
        [BloomField("surname"), Token("sound", ["soundex(surname)", "sex"])],
    ),
    "short_filter": (_clk(length=256), _clk()),
}


@pytest.mark.parametrize("name", CASES)
def test_a_finding_stands_where_its_case_is_and_nowhere_else(name):
    has, has_not = CASES[name]
    assert name in lint(has, destination=SEMI)
    assert name not in lint(has_not, destination=SEMI)


def test_every_finding_says_where_why_and_how_to_mend_it():
    for has, _ in CASES.values():
        for one in lint(has, destination=SEMI):
            assert one.where
            assert all(text.endswith(".") for text in (one.found, one.why, one.remedy))


@pytest.mark.parametrize("spec", [Token("t", "date_of_birth"), Token("t", "nhs_number"), Token("t", "sex")])
def test_what_is_small_alone_is_a_note_in_a_trusted_unit_and_serious_elsewhere(spec):
    names = {"date_alone", "identifier_alone", "few_values"}
    assert {one.severity for one in lint(spec) if one.name in names} == {"note"}
    for destination in (SEMI, "researcher", "public"):
        assert {one.severity for one in lint(spec, destination=destination) if one.name in names} == {"serious"}


def test_a_small_field_within_a_record_level_filter_stands_not_alone():
    clk = Clk([BloomField("sex", "exact"), BloomField("date_of_birth", "date"), BloomField("surname")])
    found = lint(clk, destination=SEMI)
    assert not {"few_values", "date_alone"} & {one.name for one in found}
    assert "brute_force" in found


def test_the_length_is_not_told_where_ones_are_balanced_or_values_have_one_number_of_tokens():
    assert "length_told" not in lint(BloomField("surname", hashes=20, hardening=[Balance()]))
    assert "length_told" not in lint(BloomField("date_of_birth", "date", hashes=20))


def test_noise_before_and_after_other_steps_is_worth_what_they_carry():
    bit = math.log(0.95 / 0.05)
    plain = lint(_clk(Blip(0.05), hashes=10))["bit_noise"].figure
    assert plain == pytest.approx(10 * bit, rel=1e-3)
    assert lint(_clk(Blip(0.05), Rule90(), hashes=10))["bit_noise"].figure == pytest.approx(plain)
    assert lint(_clk(Rule90(), Blip(0.05), hashes=10))["bit_noise"].figure == pytest.approx(2 * plain)
    assert lint(_clk(Diffuse(6), Blip(0.05), hashes=10))["bit_noise"].figure == pytest.approx(6 * plain)
    assert lint(_clk(Blip(0.05), Blip(0.05), hashes=10))["bit_noise"].figure == pytest.approx(2 * plain)


@given(st.floats(0.05, 0.95), st.integers(5, 7))
def test_the_fill_after_a_step_is_that_of_random_bits(fill, inputs):
    bits = np.random.default_rng(1).random((inputs, 20_000)) < fill
    steps = {Diffuse(inputs): bits, XorFold(2): bits[:4], Rule90(): bits[:2]}
    for step, used in steps.items():
        assert fills_through(fill, [step])[1] == pytest.approx(np.logical_xor.reduce(used).mean(), abs=0.02)
    flipped = bits[0] ^ (np.random.default_rng(2).random(20_000) < 0.25)
    assert fills_through(fill, [Blip(0.25)])[1] == pytest.approx(flipped.mean(), abs=0.02)
    assert fills_through(fill, [Balance(), Rule90()]) == [fill, 0.5, 0.5]


def test_the_expected_fill_is_that_of_real_filters(people, key, fields):
    for spec in (sized_for(people, fields[1]), sized_for(people, Clk(fields))):
        made = encode(people, key, spec).table_column(spec.name).drop_null()
        ones = np.unpackbits(np.frombuffer(b"".join(made.to_pylist()), np.uint8))
        assert described(spec).fill == pytest.approx(ones.mean(), abs=0.03)


def test_sizes_of_domains():
    assert 2 ** log2_values("date_of_birth") == pytest.approx(120 * 365.25)
    assert 2 ** log2_values("nhs_number") == pytest.approx(1e10 / 11)
    assert 2 ** log2_values("first(given_name, 1)") == pytest.approx(26)
    assert 2 ** log2_values("last(nhs_number, 3)") == pytest.approx(1000)
    assert 2 ** log2_values("first(postcode, 2)") == pytest.approx(36**2)
    assert log2_values("first(given_name, 9)") == log2_values("given_name")
    assert log2_values("soundex(surname)") < log2_values("surname")
    assert log2_values("joined(surname, sex)") == pytest.approx(log2_values("surname") + log2_values("sex"))
    assert log2_values("nonsense") is None
    assert log2_values("joined(surname, nonsense)") is None


def test_a_match_key_takes_as_long_as_all_its_columns_together():
    (spec,) = lint(Token("t", ["surname", "date_of_birth"])).specs
    assert spec.seconds_to_try == pytest.approx(2e5 * 43_830 / 1e9)
    (unknown,) = lint(Token("t", ["surname", "nonsense"])).specs
    assert unknown.seconds_to_try is None


@given(st.floats(0, 1000))
def test_any_time_has_words(log2):
    assert in_words(seconds_to_try(log2))


def test_times_in_words():
    assert in_words(1) == "1 second"
    assert in_words(22 * 60) == "22 minutes"
    assert in_words(3 * 365.25 * 86400) == "3 years"
