"""The trust boundary: the same encoding is judged by where it goes."""

from __future__ import annotations

import pytest

from linkkit.errors import SpecError
from linkkit.pseudonymise import Encoding, Token
from linkkit.pseudonymise.bloom import BloomField, Clk, Diffuse
from linkkit.pseudonymise.lint import DESTINATIONS, lint

CLK = Clk([BloomField("given_name"), BloomField("surname")])
KINDS = {
    "filters": BloomField("surname"),
    "tokens": Token("surname_token", "surname"),
    "records": CLK,
}
MAY = {
    "trusted_unit": {"filters", "tokens", "records"},
    "semi_trusted_unit": {"records"},
    "researcher": set(),
    "public": set(),
}


@pytest.mark.parametrize("destination", DESTINATIONS)
@pytest.mark.parametrize("level", KINDS)
def test_a_level_goes_where_it_may_and_nowhere_else(level, destination):
    found = lint(KINDS[level], destination=destination)
    assert found.level == level
    assert ("not_for_destination" not in found) == (level in MAY[destination])
    assert bool(found.serious) == (level not in MAY[destination])


def test_what_fields_are_encoded_alone_is_deleted_afterwards_in_a_trusted_unit():
    assert "delete_afterwards" in lint(KINDS["filters"])
    assert "delete_afterwards" in lint(KINDS["tokens"])
    assert "delete_afterwards" not in lint(CLK)


def test_the_highest_level_counts():
    mixed = [CLK, BloomField("surname", name="surname_filter")]
    assert lint(mixed).level == "filters"
    assert lint([CLK, KINDS["tokens"]]).level == "tokens"
    assert lint(mixed)["field_of_record"].severity == "note"
    assert lint(mixed, destination="semi_trusted_unit")["field_of_record"].severity == "serious"
    assert "field_of_record" not in lint(CLK)


def test_a_match_key_is_milder_than_a_single_token_at_a_semi_trusted_unit_alone():
    match_key = Token("names", ["surname", "given_name"])
    assert lint(match_key, destination="semi_trusted_unit")["not_for_destination"].severity == "warning"
    assert lint(KINDS["tokens"], destination="semi_trusted_unit")["not_for_destination"].severity == "serious"
    assert lint(match_key, destination="public")["not_for_destination"].severity == "serious"


def test_a_record_level_filter_of_one_field_is_a_field_level_one():
    found = lint(Clk([BloomField("surname")]), destination="semi_trusted_unit")
    assert found.level == "filters"
    assert {"single_field_record", "not_for_destination"} <= {one.name for one in found}
    assert "single_field_record" not in lint(CLK)


def test_only_diffusion_stops_graph_matching():
    def of(*hardening, destination="semi_trusted_unit"):
        return "graph_matching" in lint(Clk(CLK.fields, 1024, hardening), destination=destination)

    assert of()
    assert not of(Diffuse(5))
    assert not of(destination="trusted_unit")


def test_block_tokens_beside_a_record_level_filter_undo_it():
    one, several = Token("b", "soundex(surname)"), Token("b", ["soundex(surname)", "year(date_of_birth)"])
    assert lint(Encoding([CLK], [one]), destination="semi_trusted_unit")["block_tokens"].severity == "serious"
    assert lint(Encoding([CLK], [several]), destination="semi_trusted_unit")["block_tokens"].severity == "warning"
    assert lint(Encoding([CLK], [several]))["block_tokens"].severity == "note"
    assert "block_tokens" not in lint(Encoding([CLK]), destination="semi_trusted_unit")
    assert "block_tokens" not in lint(Encoding([BloomField("surname")], [one]))


@pytest.mark.parametrize("wrong", ["trusted-unit", "everyone", None, 3])
def test_an_unknown_destination_is_refused(wrong):
    with pytest.raises(SpecError, match="destination must be one of trusted_unit"):
        lint(CLK, destination=wrong)


def test_whom_it_may_go_to_is_said():
    assert lint(CLK).may_go_to == ["a trusted linkage unit", "a semi-trusted linkage unit"]
    assert lint(KINDS["tokens"]).may_go_to == ["a trusted linkage unit"]
