"""The rehearsal of a linkage in clear text and encoded, on made-up people."""

from __future__ import annotations

import json

import pytest

import linkkit as lk
from linkkit.errors import SpecError
from linkkit.plan import Plan
from linkkit.pseudonymise import Encoding, Token


@pytest.fixture(scope="module")
def made_up():
    population = lk.synth.people(800, seed=3)
    return population.trial(), population.register(who="everyone")


def test_every_form_is_measured_against_the_same_truth(made_up):
    found = lk.rehearse(*made_up, forms=("filters", "clear", "tokens"), progress=False)
    assert [row.form for row in found.rows] == ["filters", "clear", "tokens"]
    run = lk.link(*(one.dataset() for one in made_up), progress=False)
    truth = lk.evaluate.truth_from_ids(run.records, made_up[0].matches(made_up[1]))
    clear = found.to_pandas().set_index("form").loc["clear"]
    assert clear["f1"] == lk.evaluate.pair_quality(run.decision, truth).f1
    assert (found.to_pandas()["f1"] > 0.95).all()
    assert found.people == tuple(len(one.frame) for one in made_up)


def test_it_prints_as_a_table_and_is_plain_data(made_up):
    found = lk.rehearse(*made_up, forms=("clear",), progress=False)
    heads, row = str(found).splitlines()
    assert heads.split()[:3] == ["form", "precision", "recall"]
    assert row.startswith("clear ")
    assert "<td>clear</td>" in found._repr_html_()
    assert json.loads(json.dumps(found.to_dict()))["forms"][0]["f1"] == found.rows[0].f1


def test_a_plan_and_an_encoding_of_ones_own_are_used(made_up):
    plan = Plan(compare=[lk.compare.surname(), lk.compare.date()], block=[lk.block.on("surname")])
    weak = Encoding([Token("surname", "surname"), Token("date_of_birth", "date_of_birth")])
    found = lk.rehearse(*made_up, plan=plan.change(accept="all"), forms=("tokens",), encodings=[weak], progress=False)
    better = lk.rehearse(*made_up, forms=("tokens",), progress=False)
    assert found.rows[0].recall < better.rows[0].recall


def test_a_refused_model_is_a_row_and_no_error(made_up):
    useless = Encoding([Token("sex", "sex"), Token("surname", "surname")])
    found = lk.rehearse(*made_up, forms=("tokens", "clear"), encodings=[useless], progress=False)
    assert found.rows[0].refused
    assert "refused: " in str(found)
    assert found.to_dict()["forms"][0]["f1"] is None
    assert not found.rows[1].refused


def test_what_is_missing_is_asked_for(made_up):
    with pytest.raises(SpecError, match="forms must be some of clear, tokens, filters, records"):
        lk.rehearse(forms=("cleer",))
    with pytest.raises(SpecError, match="two datasets, or none"):
        lk.rehearse(made_up[0])
    with pytest.raises(SpecError, match="truth="):
        lk.rehearse(*(one.dataset() for one in made_up))
