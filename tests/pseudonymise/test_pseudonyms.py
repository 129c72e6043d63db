"""Pseudonyms: the same within a project, unlike across projects, checked, and turned back by escrow alone."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkkit.errors import DataError, SpecError
from linkkit.pseudonymise.pseudonyms import Pseudonyms, check_character, is_valid

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
NHS = "9434765919"


class Unit:
    def __init__(self, secret=b"s" * 32):
        self.secret = secret

    def subkey(self, purpose, field="", size=32):
        return hmac.digest(self.secret, f"{purpose}|{field}".encode(), hashlib.sha512)[:size]


def test_a_pseudonym_is_the_keyed_hash_of_its_id():
    import base64

    (found,) = Pseudonyms("asthma").of([NHS], Unit())
    digest = hmac.new(Unit().subkey("pseudonym", "asthma"), NHS.encode(), "sha256").digest()
    assert found[:-1] == base64.b32encode(digest).decode()[:26]
    assert is_valid(found)


@given(st.lists(st.text(min_size=1) | st.none()), st.booleans())
def test_one_person_has_one_pseudonym(ids, reversible):
    found = Pseudonyms("asthma", reversible=reversible).of(ids, Unit())
    assert [one is None for one in found] == [one is None for one in ids]
    assert len(set(found)) == len(set(ids))
    assert all(is_valid(one) for one in found if one is not None)
    assert found == Pseudonyms("asthma", reversible=reversible).of(ids, Unit())


@pytest.mark.parametrize("reversible", [False, True])
def test_projects_and_keys_share_nothing(reversible):
    ids = [f"{number}" for number in range(200)]
    one = Pseudonyms("asthma", reversible=reversible).of(ids, Unit())
    other = Pseudonyms("schools", reversible=reversible).of(ids, Unit())
    rekeyed = Pseudonyms("asthma", reversible=reversible).of(ids, Unit(b"t" * 32))
    assert not set(one) & set(other)
    assert not set(one) & set(rekeyed)


@given(st.lists(st.text(min_size=1) | st.none()))
def test_escrow_turns_pseudonyms_back(ids):
    spec = Pseudonyms("asthma", reversible=True)
    assert spec.ids(spec.of(ids, Unit()), Unit()) == ids


def test_what_was_not_made_by_this_key_is_not_turned_back():
    spec = Pseudonyms("asthma", reversible=True)
    made = spec.of([NHS, "1", "2"], Unit())
    for wrong, keys in ((spec, Unit(b"t" * 32)), (Pseudonyms("schools", reversible=True), Unit())):
        with pytest.raises(DataError, match="3 pseudonyms") as caught:
            wrong.ids(made, keys)
        assert not any(one in str(caught.value) for one in (NHS, *made))
    with pytest.raises(DataError, match=r"1 pseudonyms.*mistyped"):
        spec.ids([made[0], made[1][:-2] + "AA"], Unit())
    with pytest.raises(DataError, match=r"1 pseudonyms \(row 1\)"):
        spec.ids([made[0], 7, None], Unit())
    with pytest.raises(SpecError, match="cannot be turned back"):
        Pseudonyms("asthma").ids(made, Unit())


@given(st.text(LETTERS, min_size=2, max_size=29), st.data())
def test_one_wrong_or_two_exchanged_characters_are_found(text, data):
    whole = text + check_character(text)
    assert is_valid(whole)
    place = data.draw(st.integers(0, len(whole) - 1))
    letter = data.draw(st.sampled_from(LETTERS))
    assert is_valid(whole[:place] + letter + whole[place + 1 :]) == (letter == whole[place])
    one, other = sorted(data.draw(st.lists(st.integers(0, len(whole) - 1), min_size=2, max_size=2)))
    exchanged = list(whole)
    exchanged[one], exchanged[other] = exchanged[other], exchanged[one]
    assert is_valid("".join(exchanged)) == (whole[one] == whole[other])


@pytest.mark.parametrize("ids", [["", NHS], [7, NHS], [NHS + "\ud800", NHS]])
def test_ids_are_texts(ids):
    with pytest.raises(DataError, match="1 ids are empty or no text") as caught:
        Pseudonyms("asthma").of(ids, Unit())
    assert NHS not in str(caught.value)


@pytest.mark.parametrize("project", [" ", 7, None])
def test_a_project_has_a_name(project):
    with pytest.raises(SpecError, match="name of a project"):
        Pseudonyms(project)
