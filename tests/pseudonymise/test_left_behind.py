"""Earlier values that a card names and no encoding holds: whoever encodes or splits is told, by fields and columns."""

from __future__ import annotations

import warnings

import pandas as pd
import pytest
from tests.helpers_handover import new_key

import linkkit as lk
from linkkit.cards import Card, History
from linkkit.prepare import prepare
from linkkit.providing import encode_file
from linkkit.pseudonymise import encode
from linkkit.pseudonymise.bloom import BloomField
from linkkit.pseudonymise.encoding import Encoding
from linkkit.pseudonymise.handover import split

PEOPLE = pd.DataFrame({"id": [1, 2], "surname": ["Ash", "Birch"], "postcode": ["LS2 4AP", "M13 9PL"], "score": [1, 2]})
MOVES = pd.DataFrame({"id": [1, 1], "postcode": ["LS1 4AP", "LS2 4AP"], "since": ["2010-01-01", "2015-01-01"]})
BOTH, NAMES = Encoding([BloomField("surname"), BloomField("postcode")]), Encoding([BloomField("surname")])
TOLD = r"clinic: its card names a history of postcode \(columns 'since' of moves\.csv\), and .* holds none"


@pytest.fixture
def card(tmp_path):
    MOVES.to_csv(tmp_path / "moves.csv", index=False)
    return Card("clinic", id="id", history=(History(("postcode",), "since", path=str(tmp_path / "moves.csv")),))


def test_encoding_says_that_earlier_values_do_not_go_along(card):
    clinic = prepare(lk.Dataset(PEOPLE, card=card))
    with pytest.warns(UserWarning, match=TOLD) as told:
        made = encode(clinic, new_key(), BOTH)
    assert sorted(made.fields) == ["postcode", "surname"]
    assert told[0].filename == __file__
    assert not any(value in str(told[0].message) for value in ("LS1", "LS2", "2010"))


def test_encoding_other_fields_or_without_a_history_says_nothing(card):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        encode(prepare(lk.Dataset(PEOPLE, card=card)), new_key(), NAMES)
        encode(prepare(lk.Dataset(PEOPLE, card=card.change(history=()))), new_key(), BOTH)


def test_a_file_that_is_encoded_or_split_says_it_once(card, tmp_path):
    PEOPLE.to_csv(tmp_path / "clinic.csv", index=False)
    card.save(tmp_path / "clinic.card.toml")
    with pytest.warns(UserWarning, match=TOLD) as told:
        encode_file(tmp_path / "clinic.csv", tmp_path / "out", key=new_key(), encoding=BOTH)
    assert len(told) == 1
    sides = {"id": "id", "identifiers": ["surname", "postcode"], "payload": ["score"]}
    with pytest.warns(UserWarning, match=TOLD) as told:
        split(tmp_path / "clinic.csv", **sides)
    assert len(told) == 1
    assert told[0].filename == __file__
    with pytest.warns(UserWarning, match=TOLD):
        split(PEOPLE, card=card, **sides)


def test_days_of_rows_of_the_data_itself_are_told_too():
    card = Card("visits", id="id", history=(History(("postcode",), "from", "to"),))
    visits = lk.Dataset(PEOPLE.assign(**{"from": "2020-01-01", "to": None}), card=card)
    with pytest.warns(UserWarning, match=r"\(columns 'from' and 'to' of the data\)"):
        encode(prepare(visits), new_key(), BOTH)
