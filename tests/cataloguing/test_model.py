"""The forecast, against patterns counted one by one, and against the linkage of made-up children."""

from __future__ import annotations

import datetime
from itertools import product
from math import isclose, prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

import linkkit as lk
from linkkit.cards import Card, Consent
from linkkit.cataloguing import Evidence, forecast
from linkkit.cataloguing._model import LINKED_FROM, RELATIVES_A_PERSON, SHARED_AT_HOME, TWINS

SHARES = st.floats(0.01, 0.99)
GROUPS = ("given name", "surname", "birth", "home", "sex", "identifier")
EVIDENCE = st.lists(
    st.builds(Evidence, st.sampled_from(GROUPS), SHARES, st.floats(0.5, 0.99), st.floats(0.0001, 0.49)),
    min_size=1, max_size=4, unique_by=lambda one: one.group,
)  # fmt: skip


def _likely(one, outcome, who):
    if who == "matches":
        agree = one.agreement
    elif who == "strangers":
        agree = one.chance
    elif who == "twins" and one.group == "birth":
        agree = one.agreement
    else:
        agree = max(one.chance, SHARED_AT_HOME.get(one.group, 0.0) * one.agreement)
    return {"agree": one.present * agree, "differ": one.present * (1 - agree), "missing": 1 - one.present}[outcome]


def one_by_one(evidence, left, right, matches, once):
    """The same by plain loops: of each pattern the share of matches, and false links for each match."""
    found = strangers = relatives = 0.0
    for pattern in product(("agree", "differ", "missing"), repeat=len(evidence)):
        share = {
            who: prod(_likely(one, outcome, who) for one, outcome in zip(evidence, pattern, strict=True))
            for who in ("matches", "strangers", "siblings", "twins")
        }
        others = (left * right / matches - 1) * share["strangers"]
        family = RELATIVES_A_PERSON * ((1 - TWINS) * share["siblings"] + TWINS * share["twins"])
        if share["matches"] >= LINKED_FROM * (share["matches"] + others + family):
            found, strangers, relatives = found + share["matches"], strangers + others, relatives + family
    for size, is_single in ((left, once[0]), (right, once[1])):
        if is_single:
            strangers, relatives = (count * (1 - found * matches / size) for count in (strangers, relatives))
    return found, strangers, relatives


@given(EVIDENCE, st.integers(10, 5000), st.integers(10, 100_000), st.tuples(st.booleans(), st.booleans()))
def test_patterns_are_counted_as_one_by_one(evidence, left, right, once):
    matches = min(left, right) / 2
    seen = forecast(evidence, left, right, matches, once=once)
    counted = one_by_one(evidence, left, right, matches, once)
    for there, expected in zip((seen.found, seen.strangers, seen.relatives), counted, strict=True):
        assert isclose(there, expected, rel_tol=1e-6, abs_tol=1e-9)


@given(EVIDENCE, st.randoms())
def test_the_order_of_fields_changes_nothing(evidence, random):
    mixed = list(evidence)
    random.shuffle(mixed)
    one, other = (forecast(listed, 500, 9000, 300) for listed in (evidence, mixed))
    assert isclose(one.found, other.found, abs_tol=1e-9)
    assert isclose(one.false_links, other.false_links, abs_tol=1e-6)


def test_a_worked_example():
    """An identifier that strangers never share: found where both hold it and it is right, 0.9 of 0.99."""
    seen = forecast([Evidence("identifier", 0.9, 0.99, 2.0**-30)], 1000, 100_000, 900)
    assert seen.found == pytest.approx(0.9 * 0.99)
    assert seen.false_links < 1e-3
    assert seen.needed_bits == pytest.approx(16.76, abs=0.01)  # log2(1,000 x 100,000 / 900 - 1)


def test_many_groups_are_counted_by_those_that_tell_most():
    """Thirty categories more change next to nothing, and no memory is filled with their patterns."""
    strong = [Evidence(name, 0.95, 0.97, 1 / 500) for name in ("given name", "surname", "birth", "home")]
    weak = [Evidence(f"category {number}", 0.5, 0.6, 0.5) for number in range(30)]
    one, other = forecast(strong, 900, 9000, 800), forecast([*weak, *strong], 900, 9000, 800)
    assert other.found == pytest.approx(one.found, abs=0.02)


def test_nothing_but_sex_links_nobody():
    seen = forecast([Evidence("sex", 1.0, 0.99, 0.5)], 1000, 100_000, 900)
    assert (seen.found, seen.false_links) == (0.0, 1.0)


def test_without_a_given_name_twins_are_what_is_linked_falsely():
    shared = [
        Evidence("surname", 1, 0.95, 1 / 300),
        Evidence("birth", 1, 0.98, 1 / 6000),
        Evidence("home", 1, 0.9, 1 / 500),
    ]
    without = forecast(shared, 1000, 50_000, 900)
    with_name = forecast([*shared, Evidence("given name", 1, 0.98, 1 / 200)], 1000, 50_000, 900)
    assert without.relatives > 0.9 * RELATIVES_A_PERSON * TWINS * 0.98 * 0.9 * 0.8
    assert with_name.relatives < without.relatives / 2


@pytest.fixture(scope="module")
def children():
    people = lk.synth.people(3000, seed=11)
    trial = people.trial(families=150)
    return trial, people.intervention(trial=trial), people.register(coverage=0.95)


def _dataset(recorded, **card):
    return lk.Dataset(
        recorded.frame, name=recorded.name, card=Card(recorded.name, recorded.kind, id=recorded.id, **card)
    )


@pytest.mark.parametrize("left", [0, 1], ids=["trial", "programme"])
def test_made_up_children_link_about_as_forecast(children, left):
    """Found within five in a hundred, false within one."""
    one, other = children[left], children[2]
    card = {"allocation": "arm"} if one.kind == "trial" else {"person": "client_ref"}
    found = lk.catalogue(_dataset(one, **card), _dataset(other)).pair(one.name, other.name)
    pairs = lk.link(one.dataset(), other.dataset(), progress=False).evaluate(one.matches(other)).pairs
    assert found.forecast.found == pytest.approx(pairs.recall, abs=0.05)
    assert 1 - pairs.precision == pytest.approx(found.forecast.false_links, abs=0.01)


def test_consent_that_ends_is_seen_by_the_day():
    until = datetime.date(2027, 1, 31)
    asked = Card("trial", "trial", fields={"surname": "s"}, consent=Consent(("any",), until=until))
    register = Card("pupils", "administrative", fields={"surname": "s"}, lawful_basis="public task")
    before = lk.catalogue(asked, register, on=until).pair("trial", "pupils")
    after = lk.catalogue(asked, register, on=until + datetime.timedelta(1)).pair("trial", "pupils")
    assert (before.permission, before.until, after.permission) == ("permitted", until, "refused")
    assert after.reasons == ("trial: the consent allows no new linkage after 2027-01-31.",)
