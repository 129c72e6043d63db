"""All attacks at once: what applies is made, and what comes out are counts."""

import json

import pandas as pd
import pytest

import linkkit as lk
from linkkit.errors import DataError, SpecError
from linkkit.pseudonymise import Encoding, Key, Token, encode
from linkkit.pseudonymise.attacks import PROVES_NOTHING, Attacks, Attempt, attack
from linkkit.pseudonymise.bloom import Blip, BloomField, Clk, Diffuse

pytestmark = pytest.mark.thorough

SECRET = bytes.fromhex("8f3c11d29a705be604c7e81b62fa3d95ae50f2197c46bd08e3a1d45976cb20af")
FIELDS = [BloomField("surname"), BloomField("date_of_birth", "date")]


@pytest.fixture(scope="module")
def frame():
    register = lk.synth.people(900, seed=2).register(who="everyone").frame
    return register.head(500)


@pytest.fixture(scope="module")
def people(frame):
    return lk.prepare.prepare(lk.Dataset(frame, name="made_up"))


def made(found):
    return [(one.attack, one.against) for one in found.attempts]


def test_who_may_not_be_linked_is_not_attacked(frame):
    """The same as of a file without them: what is known of records stands beside their own encodings."""
    agreed = pd.Series(["yes", "yes", "no"] * len(frame))[: len(frame)].to_numpy()
    card = lk.Card("made_up", "trial", consent=lk.cards.Consent(("any",), column="agreed"))
    asked = lk.prepare.prepare(lk.Dataset(frame.assign(agreed=agreed), name="made_up", card=card))
    alone = lk.prepare.prepare(lk.Dataset(frame[agreed == "yes"], name="made_up"))
    encoding = Encoding([Token("name", "given_name"), *FIELDS])
    key = Key.from_bytes(SECRET, project="x")
    found, wanted = (attack(encoding, held, nodes=100, key=key) for held in (asked, alone))
    told = [
        [(one.attack, one.against, one.records, one.named, one.right) for one in each.attempts]
        for each in (found, wanted)
    ]
    assert told[0] == told[1]


def test_every_kind_of_column_gets_the_attacks_that_apply(people):
    encoding = Encoding(
        [Token("name", "given_name"), *FIELDS, Clk([BloomField("surname"), BloomField("postcode")])],
        blocks=[Token("year_block", "year(date_of_birth)")],
    )
    found = attack(encoding, people, nodes=200)
    assert made(found) == [
        ("frequency", "name"),
        ("dictionary", "name"),
        ("frequency", "surname"),
        ("popcount and rank", "surname"),
        ("dictionary", "surname"),
        ("frequency", "date_of_birth"),
        ("popcount and rank", "date_of_birth"),
        ("dictionary", "date_of_birth"),
        ("dictionary", "clk: surname"),
        ("dictionary", "clk: postcode"),
        ("block sizes", "year_block"),
        ("dictionary", "year_block"),
        ("graph matching", "2 fields together"),
        ("graph matching", "clk"),
    ]
    assert not found.not_tried
    for one in found.attempts:
        assert 0 <= one.right <= one.records <= 250
        if one.attack == "dictionary":
            assert one.share > 0.9  # the key reads everything
        if one.attack == "graph matching":
            assert one.records <= 180


def test_half_is_attacked_and_the_other_half_known(people):
    found = attack(Token("name", "surname"), people)
    held = len(people) // 2
    assert 0.9 * held < found.attempts[0].records <= held


def test_the_order_of_rows_does_not_matter(frame):
    specs = [*FIELDS, Token("name", "given_name")]
    shuffled = frame.sample(frac=1, random_state=1)
    one, other = (attack(specs, lk.prepare.prepare(lk.Dataset(rows)), nodes=120) for rows in (frame, shuffled))
    assert one == other
    assert one != attack(specs, lk.prepare.prepare(lk.Dataset(frame)), nodes=120, seed=1)


def test_the_users_own_key_is_used_and_not_shown(people):
    key = Key.generate(project="example")
    found = attack(FIELDS[0], people, key=key, nodes=100)
    assert found.attempts[2].share == 1
    assert key.subkey("bloom", "surname").hex() not in str(found.to_dict())


def test_hardening_changes_what_the_graph_gives_away_and_not_what_the_key_does(people):
    fields = [BloomField("surname"), BloomField("date_of_birth", "date"), BloomField("given_name")]
    sparse = tuple(
        BloomField(field.column, field.kind, bits_per_value=100) for field in fields
    )  # 300 bits of 2,048: a fill of 0.14
    by_name = {}
    for name, clk in (("plain", Clk(fields)), ("diffused", Clk(sparse, length=2048, hardening=[Diffuse()]))):
        found = attack(clk, people, nodes=400, overlap=1.0)
        by_name[name] = {(one.attack, one.against): one.share for one in found.attempts}
    graph = ("graph matching", "clk")
    assert by_name["plain"][graph] > 0.9
    assert by_name["diffused"][graph] < 0.2
    dates = ("dictionary", "clk: date_of_birth")
    assert by_name["plain"][dates] == by_name["diffused"][dates] > 0.9


def test_what_is_not_tried_is_said():
    rows = [[f"{number % 89}x", f"{number % 7}"] for number in range(300)]
    frame = pd.DataFrame({"id": range(300), "surname": rows, "town": ["leeds"] * 300, "empty": [None] * 300})
    people = lk.Dataset(frame, fields={"town": "town", "empty": "empty", "surname": "surname"})
    found = attack([BloomField("surname"), BloomField("town"), BloomField("empty")], people)
    assert "frequency, popcount and dictionary of 'surname', which holds sets of values." in found.not_tried
    assert "dictionary of 'empty', which holds no value." in found.not_tried
    few = attack(BloomField("town"), people)
    assert "graph matching of 'town': graph_matching works on 20 to 4,000 distinct filters" in few.not_tried[0]
    assert "Not tried: graph matching of 'town'" in str(few)
    assert "Not tried: graph matching of &#x27;town&#x27;" in few._repr_html_()


def test_too_many_candidates_with_salts_are_said_not_to_stop_an_attacker():
    days = pd.date_range("1950-01-01", periods=400).astype(str)
    frame = pd.DataFrame({"id": range(400), "date_of_birth": days, "postcode": [f"LS{n} 1AA" for n in range(400)]})
    found = attack(BloomField("date_of_birth", "date", salt="postcode"), lk.Dataset(frame), nodes=50)
    assert any("candidates with salts are too many here, not for an attacker" in reason for reason in found.not_tried)


def test_noise_is_attacked_too(people):
    found = attack(BloomField("surname", hardening=[Blip(0.02, seed=1)]), people, nodes=50)
    shares = {one.attack: one.share for one in found.attempts}
    assert shares["frequency"] < 0.02  # all filters differ: there is nothing to count
    assert shares["dictionary"] > 0.95


def test_results_hold_counts_and_never_a_value(people, frame):
    found = attack([*FIELDS, Token("name", "given_name")], people, nodes=60)
    said = f"{found} {found._repr_html_()} {json.dumps(found.to_dict())} {found!r}".lower()
    for column in ("family_name", "given_name", "birth_date", "nhs_no"):
        values = {str(value).lower() for value in frame[column].dropna() if len(str(value)) > 5}
        assert values
        assert not [value for value in values if value in said]


def test_it_prints_as_a_table_and_says_what_it_does_not_prove(people):
    found = attack(Token("name", "surname"), people)
    lines = str(found).splitlines()
    assert lines[0].split() == ["attack", "against", "records", "named", "right", "share", "seconds", "tried"]
    assert lines[1].startswith("frequency ")
    assert lines[-1] == PROVES_NOTHING
    assert PROVES_NOTHING in found._repr_html_()
    assert found.to_dict()["note"] == PROVES_NOTHING
    assert len(found) == len(found.to_pandas()) == 2
    assert found.to_pandas()["share"].tolist() == [one.share for one in found.attempts]
    alone = str(found.attempts[1])
    assert "dictionary: the attacker has the key." in alone
    assert "<table>" in found.attempts[1]._repr_html_()
    assert "-" in str(Attacks((Attempt("frequency", "x", "nothing", "nothing", 0, 0),)))


def test_arguments_that_cannot_be_are_refused(people):
    with pytest.raises(SpecError, match="encoding must be an Encoding"):
        attack("surname", people)
    with pytest.raises(SpecError, match=r"encoding\[1\] must be a BloomField, a Clk or a Token; got str"):
        attack([FIELDS[0], "surname"], people)
    with pytest.raises(SpecError, match="overlap must be a share"):
        attack(FIELDS, people, overlap=0.0)
    with pytest.raises(SpecError, match="nodes must be a whole number from 20"):
        attack(FIELDS, people, nodes=5)
    with pytest.raises(SpecError, match="Each encoded column needs a name of its own"):
        attack([FIELDS[0], FIELDS[0]], people)
    with pytest.raises(DataError, match="few: attacks count on samples and need at least 50 records; there are 2"):
        attack(FIELDS, lk.Dataset(pd.DataFrame({"id": [1, 2], "surname": ["a", "b"]}), name="few"))
    encoded = encode(people, Key.generate(project="example"), Encoding(FIELDS))
    with pytest.raises(DataError, match="made_up is encoded already; give the made-up people themselves"):
        attack(FIELDS, encoded)


def test_the_attacker_knows_values_of_other_records_than_those_attacked():
    # Each surname once: what the attacker knows is never the name of a record under attack.
    frame = pd.DataFrame({"id": range(60), "surname": [f"name {number}" for number in range(60)]})
    found = attack(Token("name", "surname"), lk.Dataset(frame)).attempts[0]
    assert (found.records, found.named, found.right) == (30, 30, 0)
