"""Tokens: what they are made of, what never becomes one, and that records link by them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import linkkit as lk
from linkkit.dataset import Dataset
from linkkit.errors import DataError, PlanError, SpecError
from linkkit.prepare import prepare
from linkkit.pseudonymise.keys import Key
from linkkit.pseudonymise.tokens import Token, tokens

SECRET = bytes.fromhex("d1f7a4530be98c62ff1039b7e4cd5a86720e9bc3a8f65d14e0b37a9c2d48f15b")
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Zs", "Cc")), min_size=1, max_size=6)


def key_of(project="cohort"):
    return Key.from_bytes(SECRET, project=project)


def made(table, *chosen, key=None, **options):
    dataset = Dataset(pd.DataFrame(table), name="trial")
    return tokens(dataset, key or key_of(), chosen, as_it_stands=True, **options)


def column(dataset, name):
    """The tokens of a dataset in the order of ids, None where there is none."""
    values = dataset.to_pandas()[name]
    return [None if pd.isna(value) else value for value in values]


def oracle(key, token, values):
    """A token by the standard library alone."""
    framed = [b"t%d:%b" % (len(text.encode()), text.encode()) for text in (token.name, str(token.bits), *token.columns)]
    secret = key.subkey("token", b"".join(framed).decode())
    message = b"".join(b"t%d:%b" % (len(text.encode()), text.encode()) for text in values)
    digest = hmac.new(secret, message, hashlib.sha256).digest()[: token.bits // 8]
    return digest.hex() if token.alphabet == "hex" else base64.b32encode(digest).decode().rstrip("=")


# --- what they are made of


@pytest.mark.parametrize("alphabet", ["base32", "hex"])
@pytest.mark.parametrize("bits", [128, 136, 160, 256])
def test_a_token_is_hmac_sha256_of_the_values_in_a_frame(bits, alphabet):
    token = Token("both", ["surname", "given_name"], bits=bits, alphabet=alphabet)
    table = {"id": [1, 2, 3], "surname": ["lee", "müller", "lee"], "given_name": ["ann", "bo", "bo"]}
    expected = [oracle(key_of(), token, pair) for pair in zip(table["surname"], table["given_name"], strict=True)]
    assert column(made(table, token), "both") == expected
    assert len(set(expected)) == 3


def test_a_token_stays_as_it_is_for_good():
    table = {"id": [1], "surname": ["lee"]}
    assert column(made(table, Token("name", "surname")), "name") == ["7Q6PXGVPFDZYLF22Z3C4R6NAMM"]


@given(st.lists(st.tuples(st.none() | TEXTS, st.none() | TEXTS, st.none() | TEXTS), min_size=1, max_size=30))
def test_tokens_are_equal_where_all_values_are_and_missing_where_any_is(rows):
    table = {"id": range(len(rows)), **{name: [row[at] for row in rows] for at, name in enumerate("abc")}}
    dataset = Dataset(
        pd.DataFrame(table).astype({name: object for name in "abc"}), fields={"a": "a", "b": "b", "c": "c"}
    )
    token = Token("all", ["a", "b", "c"])
    found = column(tokens(dataset, key_of(), [token], as_it_stands=True), "all")
    assert found == [oracle(key_of(), token, row) if all(row) else None for row in rows]


@pytest.mark.parametrize(
    ("one", "other"), [(("ab", "c"), ("a", "bc")), (("a b", "c"), ("a", "b c")), (("at1:b", "c"), ("a", "bt1:c"))]
)
def test_parts_cannot_be_shifted_into_each_other(one, other):
    table = {"id": [1, 2], "surname": [one[0], other[0]], "given_name": [one[1], other[1]]}
    assert len(set(column(made(table, Token("both", ["surname", "given_name"])), "both"))) == 2


def test_the_same_value_has_another_token_under_another_name_column_size_key_or_project():
    table = {"id": [1], "surname": ["lee"], "given_name": ["lee"]}
    chosen = [
        Token("one", "surname"),
        Token("two", "surname"),
        Token("three", "given_name"),
        Token("four", "first(surname, 3)"),
        Token("five", "surname", bits=160),
    ]
    found = [column(made(table, *chosen), token.name)[0][:16] for token in chosen]
    found += [column(made(table, chosen[0], key=key_of("register")), "one")[0][:16]]
    found += [column(made(table, Token("one", "given_name")), "one")[0][:16]]
    assert len(set(found)) == 7


def test_column_expressions_are_those_of_blocking():
    table = {
        "id": [1, 2, 3],
        "surname": ["robert", "rupert", "lee"],
        "date_of_birth": ["2001-02-03", "2001-09-09", "2002-01-01"],
    }
    found = column(made(table, Token("sound", ["soundex( surname )", "year(date_of_birth)"])), "sound")
    assert found[0] == found[1] != found[2]
    assert found[0] == oracle(key_of(), Token("sound", ["soundex(surname)", "year(date_of_birth)"]), ["R163", "2001"])


# --- missing


def test_what_is_missing_never_becomes_a_token():
    table = {"id": [1, 2, 3, 4], "surname": ["lee", "", None, " "], "given_name": ["", "ann", "ann", "ann"]}
    dataset = made(table, Token("name", "surname"), Token("both", ["given_name", "surname"]))
    assert [text is None for text in column(dataset, "name")] == [False, True, True, True]
    assert column(dataset, "both") == [None] * 4


def test_dates_of_unknown_parts_become_no_token_and_their_known_parts_do():
    table = {"id": [1, 2, 3], "dob": ["2001-00-00", "2001-02-03", "2001-00-00"], "surname": ["lee", "lee", "lee"]}
    dataset = prepare(Dataset(pd.DataFrame(table)))
    assert dataset.to_pandas()["date_of_birth"].tolist() == ["2001-XX-XX", "2001-02-03", "2001-XX-XX"]
    chosen = [
        Token("day", "date_of_birth"),
        Token("both", ["surname", "date_of_birth"]),
        Token("text", "joined(surname, date_of_birth)"),
        Token("cut", "last(date_of_birth, 5)"),
        Token("born", "year(date_of_birth)"),
    ]
    found = tokens(dataset, key_of(), chosen)
    for name in ("day", "both", "text", "cut"):
        assert [text is None for text in column(found, name)] == [True, False, True], name
    assert len(set(column(found, "born"))) == 1
    assert None not in column(found, "born")


# --- what is left of the dataset


def test_nothing_but_ids_and_tokens_is_left():
    table = {"id": [2, 1], "surname": ["zyxmarkow", "lee"], "postcode": ["ZX91 7QQ", "LS1 4AP"], "arm": ["a", "b"]}
    dataset = Dataset(pd.DataFrame(table), name="trial", kind="trial", blinded=["arm"])
    found = tokens(dataset, key_of(), [Token("name", "surname")], as_it_stands=True)
    assert list(found.to_pandas().columns) == ["id", "name"]
    assert (found.name, found.kind, found.columns) == ("trial", "trial", ("id", "name"))
    assert found.ids.to_pylist() == [1, 2]
    with pytest.raises(DataError):
        found.table_column("surname")
    for shown in (repr(vars(found)), str(found), str(found._table.to_pydict()), str(vars(found._source))):
        assert "zyxmarkow" not in shown


def test_ids_can_be_replaced_and_stay_with_their_records():
    table = {"id": [3, 1, 2], "surname": ["c", "a", "b"]}
    plain = made(table, Token("name", "surname")).to_pandas().set_index("id")["name"]
    found = made(table, Token("name", "surname"), ids=["z1", "x2", "y3"]).to_pandas().set_index("id")["name"]
    assert found["z1"] == plain[1]
    assert found["x2"] == plain[2]
    assert found["y3"] == plain[3]
    with pytest.raises(DataError, match=r"one a record, 3; got 2"):
        made(table, Token("name", "surname"), ids=["x", "y"])


def test_ids_that_tell_who_somebody_is_are_refused():
    table = pd.DataFrame({"nhs_number": ["9434765919"], "surname": ["lee"]})
    dataset = Dataset(table, id="nhs_number", name="register")
    with pytest.raises(DataError, match=r"register: the ids, column 'nhs_number'.*ids=") as caught:
        tokens(dataset, key_of(), [Token("name", "surname")], as_it_stands=True)
    assert "9434765919" not in str(caught.value)
    found = tokens(dataset, key_of(), [Token("name", "surname")], as_it_stands=True, ids=["r1"])
    assert found.ids.to_pylist() == ["r1"]


def test_the_order_of_rows_changes_nothing():
    table = pd.DataFrame({"id": range(50), "surname": [f"n{n % 7}" for n in range(50)]})
    token = Token("name", "surname")
    shuffled = table.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(made(table, token).to_pandas(), made(shuffled, token).to_pandas())


# --- what is refused


@pytest.mark.parametrize(
    ("arguments", "options", "why"),
    [
        (("Name", "surname"), {}, "small letters"),
        (("", "surname"), {}, "small letters"),
        (("a b", "surname"), {}, "small letters"),
        ((3, "surname"), {}, "small letters"),
        (("name", []), {}, "one column or more"),
        (("name", ["surname", " surname"]), {}, "each once"),
        (("name", "sonudex(surname)"), {}, "unknown function"),
        (("name", "words(address)"), {}, "set of values"),
        (("name", ["surname", "qgrams(given_name, 2)"]), {}, "set of values"),
        (("name", "surname"), {"bits": 64}, "128 to 256"),
        (("name", "surname"), {"bits": 130}, "multiple of 8"),
        (("name", "surname"), {"bits": 264}, "128 to 256"),
        (("name", "surname"), {"alphabet": "base64"}, "base32 or hex"),
    ],
)
def test_a_wrong_spec_is_refused(arguments, options, why):
    with pytest.raises(SpecError, match=why):
        Token(*arguments, **options)


def test_a_spec_prints_as_code_and_compares():
    for token in (
        Token("name", "surname"),
        Token("both", ["surname", "year(date_of_birth)"], bits=160, alphabet="hex"),
    ):
        assert eval(repr(token)) == token
        assert hash(token) == hash(eval(repr(token)))


def test_fields_that_were_not_prepared_are_refused():
    dataset = Dataset(pd.DataFrame({"id": [1], "Surname": ["O'Neil"], "dob": ["01/02/2003"]}), name="trial")
    with pytest.raises(DataError, match=r"trial: 'surname', 'date_of_birth' were not prepared") as caught:
        tokens(dataset, key_of(), [Token("both", ["surname", "year(date_of_birth)"])])
    assert "Neil" not in str(caught.value)
    assert column(tokens(prepare(dataset), key_of(), [Token("name", "surname")]), "name")[0]


def test_absent_fields_doubled_names_and_lists_are_refused():
    table = {"id": [1, 2], "surname": ["lee", "ng"], "tags": [["a"], ["b"]]}
    for chosen, kind in (
        ([], SpecError),
        ([Token("a", "surname"), Token("a", "first(surname, 1)")], SpecError),
        ([Token("id", "surname")], SpecError),
        (["surname"], SpecError),
        ([Token("a", "surnme")], PlanError),
    ):
        with pytest.raises(kind):
            made(table, *chosen)
    dataset = Dataset(pd.DataFrame(table), fields={"tags": "tags"})
    with pytest.raises(DataError, match="sets of values"):
        tokens(dataset, key_of(), [Token("a", "tags")], as_it_stands=True)


def test_one_token_may_stand_without_a_list():
    dataset = Dataset(pd.DataFrame({"id": [1, 2], "surname": ["lee", "ng"]}))
    one, listed = (
        tokens(dataset, key_of(), given, as_it_stands=True)
        for given in (Token("name", "surname"), [Token("name", "surname")])
    )
    assert column(one, "name") == column(listed, "name")


# --- records link by them


@pytest.fixture(scope="module")
def population():
    people = lk.synth.people(3000, seed=11)
    return people.trial(families=250), people.register(coverage=0.95)


MATCH_KEYS = [
    Token("given_name", "given_name"),
    Token("surname", "surname"),
    Token("date_of_birth", "date_of_birth"),
    Token("postcode", "postcode"),
    Token("sound_and_birth", ["soundex(surname)", "date_of_birth"]),
    Token("names_and_year", ["soundex(given_name)", "soundex(surname)", "year(date_of_birth)"]),
    Token("birth_and_place", ["date_of_birth", "outward(postcode)"]),
]


def _plan():
    return lk.Plan(
        block=[lk.block.on(name) for name in ("sound_and_birth", "names_and_year", "birth_and_place", "postcode")],
        compare=[lk.compare.exact(name) for name in ("given_name", "surname", "date_of_birth", "postcode")],
        linking="candidates",
    )


def test_tokens_link_as_well_as_the_values_they_are_made_of(population):
    trial, register = population
    truth = trial.matches(register)
    left, right = (prepare(recorded.dataset()) for recorded in population)
    encoded = [tokens(dataset, key_of(), MATCH_KEYS) for dataset in (left, right)]
    by_token = lk.link(*encoded, plan=_plan(), progress=False)
    quality = by_token.evaluate(truth).pairs
    assert quality.precision > 0.98
    assert quality.recall > 0.96

    clear = lk.Plan(
        block=[lk.block.on(*token.columns) for token in MATCH_KEYS[4:]] + [lk.block.on("postcode")],
        compare=_plan().compare,
        linking="candidates",
    )
    by_value = lk.link(left, right, plan=clear, progress=False)
    pairs = [set(zip(run.links["left_id"], run.links["right_id"], strict=True)) for run in (by_token, by_value)]
    assert len(pairs[0] ^ pairs[1]) <= 0.01 * len(pairs[1])


def test_tokens_of_another_key_link_nothing(population):
    left, right = (prepare(recorded.dataset()) for recorded in population)
    one, other = tokens(left, key_of(), MATCH_KEYS), tokens(right, key_of("other"), MATCH_KEYS)
    pairs = lk.block.candidate_pairs(one, other, [lk.block.on(token.name) for token in MATCH_KEYS])
    assert lk.block.count_pairs(pairs)["pairs"].sum() == 0


def test_a_million_distinct_values_take_seconds():
    numbers = np.arange(1_000_000)
    dataset = Dataset(pd.DataFrame({"id": numbers, "code": numbers.astype(str)}), fields={"code": "code"})
    begun = time.perf_counter()
    found = tokens(dataset, key_of(), [Token("code", "code")], as_it_stands=True)
    elapsed_seconds = time.perf_counter() - begun
    assert found.encoded("code").size == 1_000_000
    assert elapsed_seconds < 30  # some 5 on an idle core; the bound is for a crowded one
