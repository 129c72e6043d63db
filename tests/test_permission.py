"""Consent and opt-outs: who may be linked, told by counts and scopes."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import linkkit as lk
from linkkit.cards import Consent
from linkkit.errors import CardError, DataError
from linkkit.permission import NO_CONSENT, OPTED_OUT, consenting, permitted, says_yes

SAID = st.sampled_from(["yes", "YES ", "no", "", None, "1", "0", "withdrawn"])
YES = {"yes", "YES ", "1"}


def study(agreed, out=None, words=("yes", "1"), **consent):
    people = pd.DataFrame({"id": range(len(agreed)), "surname": [f"name{row}" for row in range(len(agreed))],
                           "agreed": agreed, "out": out or [None] * len(agreed)})  # fmt: skip
    asked = Consent(("any",), column="agreed", opt_out="out", agreed=words, **consent)
    return lk.Dataset(people, card=lk.Card("study", "cohort", consent=asked))


@given(st.lists(st.tuples(SAID, SAID), min_size=1, max_size=12))
def test_exactly_those_who_agreed_and_did_not_opt_out_stay(answers):
    agreed, out = map(list, zip(*answers, strict=True))
    stay = [row for row, (yes, no) in enumerate(answers) if yes in YES and no not in YES]
    if not stay:
        with pytest.raises(DataError, match="may be linked"):
            consenting(study(agreed, out))
        return
    kept = consenting(study(agreed, out))
    assert kept.ids.to_pylist() == stay
    assert kept.to_pandas()["surname"].tolist() == [f"name{row}" for row in stay]
    assert sum(count for _, count in kept.left_out) == len(answers) - len(stay)
    assert {reason for reason, _ in kept.left_out} <= {NO_CONSENT, OPTED_OUT}


def test_other_words_for_yes_are_said_in_the_card():
    held = study(["ja", "nein"], words=("Ja",))
    assert says_yes(held, "agreed", held.card.consent).tolist() == [True, False]


def test_the_same_rows_are_read_whatever_the_order_of_the_file():
    people = pd.DataFrame({"id": [3, 1, 2], "surname": ["c", "a", "b"], "agreed": ["yes", "no", "yes"]})
    card = lk.Card("study", "cohort", consent=Consent(("any",), column="agreed"))
    kept = consenting(lk.Dataset(people, card=card))
    assert kept.to_pandas()["surname"].tolist() == ["b", "c"]
    assert kept.table_column("agreed").to_pylist() == ["yes", "yes"]
    assert (kept.order + 1).tolist() == [3, 1]


def test_a_dataset_that_was_looked_at_or_prepared_before_loses_the_same_records():
    held = study(["yes", "no", "yes"])
    held.encoded("surname")
    prepared = lk.prepare.prepare(held)
    assert consenting(held).to_pandas()["surname"].tolist() == ["name0", "name2"]
    assert consenting(prepared).to_pandas()["surname"].tolist() == consenting(held).to_pandas()["surname"].tolist()


def test_every_scope_that_does_not_hold_is_named_and_nobody_else():
    held = study(["yes"], scope="form v1", until=datetime.date(2020, 1, 1))
    other = lk.Dataset(pd.DataFrame({"id": [1], "surname": ["Lee"]}), card=lk.Card(
        "clinic", "administrative", consent=Consent(("research",), scope="notice 3")))  # fmt: skip
    with pytest.raises(CardError) as caught:
        permitted([held, other], on=datetime.date(2021, 1, 1))
    told = str(caught.value)
    assert "study: form v1 allows no new linkage after 2020-01-01" in told
    assert "clinic: notice 3 covers linkage with research, not with study (cohort)" in told
    assert "name0" not in told
    assert "Lee" not in told


def test_a_finer_unit_than_consent_covers_is_refused():
    held = study(["yes"], level="school")
    with pytest.raises(CardError, match="of schools, not of persons"):
        permitted([held, study(["yes"])])
    assert permitted([held, study(["yes"], level="school")], level="school")


def test_a_providers_file_is_encoded_without_those_who_did_not_agree(tmp_path):
    people = pd.DataFrame({"id": [1, 2, 3], "surname": ["Lee", "Hay", "Roe"], "agreed": ["yes", "no", "yes"]})
    people.to_csv(tmp_path / "study.csv", index=False)
    lk.Card("study", "cohort", consent=Consent(("any",), column="agreed")).save(tmp_path / "study.card.toml")
    from linkkit.pseudonymise import Encoding, Key, Token

    key = Key.generate(project="cohort")
    made = lk.encode_file(
        tmp_path / "study.csv", tmp_path / "out", key=key, encoding=Encoding([Token("surname", "surname")])
    )
    assert made.manifest.rows == 2


def test_records_left_out_for_another_reason_do_not_stand_for_consent():
    held = study(["yes", "no", "yes"]).restricted(np.array([False, True, True]), "not sent")
    kept = consenting(held)
    assert kept.ids.to_pylist() == [2]
    assert kept.left_out == (("not sent", 1), (NO_CONSENT, 1))
    assert consenting(kept) is kept
