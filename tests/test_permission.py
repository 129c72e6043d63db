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
from linkkit.errors import CardError, DataError, SpecError
from linkkit.permission import NO_CONSENT, OPTED_OUT, UNCLEAR_OPT_OUT, consenting, permitted, says_yes

SAID = st.sampled_from(["yes", "YES ", "no", "", None, "1", "0", "withdrawn"])
YES = {"yes", "YES ", "1"}
STAYS = {"no", "", None, "0"}


def study(agreed, out=None, words=("yes", "1"), **consent):
    people = pd.DataFrame({"id": range(len(agreed)), "surname": [f"name{row}" for row in range(len(agreed))],
                           "agreed": agreed, "out": out or [None] * len(agreed)})  # fmt: skip
    asked = Consent(("any",), column="agreed", opt_out="out", agreed=words, **consent)
    return lk.Dataset(people, card=lk.Card("study", "cohort", consent=asked))


@given(st.lists(st.tuples(SAID, SAID), min_size=1, max_size=12))
def test_exactly_those_who_agreed_and_did_not_opt_out_stay(answers):
    agreed, out = map(list, zip(*answers, strict=True))
    stay = [row for row, (yes, no) in enumerate(answers) if yes in YES and no in STAYS]
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


OPT_OUTS = ["yes", "YES", "opted out", "2021-02-03", "x", "no", " No ", None, "", "0", "0.0", "1.0", "false"]
STAYING = [5, 6, 7, 8, 9, 10, 12]


def test_an_opt_out_column_keeps_only_those_whom_it_says_nothing_of_or_no():
    """Whatever else stands there is an opt-out, whichever words mean yes to the question of consent."""
    for words in (("signed",), ("yes", "1")):
        held = study([words[0]] * len(OPT_OUTS), OPT_OUTS, words=words)
        kept = consenting(held)
        assert kept.ids.to_pylist() == STAYING
        assert dict(kept.left_out) == {OPTED_OUT: 5, UNCLEAR_OPT_OUT: 1}


@pytest.mark.parametrize(
    ("column", "stays"),
    [
        ([0.0, 1.0, None], [0, 2]),
        (pd.array([False, True, None], "boolean"), [0, 2]),
        ([0, 1, 0], [0, 2]),
        (pd.to_datetime(["2021-02-03", None, None]), [1, 2]),
        ([0.5, 0.0, None], [1, 2]),
        (pd.Categorical(["opted out", None, "no"]), [1, 2]),
    ],
)
def test_an_opt_out_column_of_any_type_fails_closed(column, stays):
    frame = pd.DataFrame({"id": range(3), "surname": ["a", "b", "c"], "out": column})
    card = lk.Card("register", "administrative", consent=Consent(("any",), opt_out="out"))
    assert consenting(lk.Dataset(frame, card=card)).ids.to_pylist() == stays


def test_values_that_mean_not_opted_out_are_said_in_the_card_and_in_its_file(tmp_path):
    asked = Consent(("any",), opt_out="out", not_opted_out=("Nein", "0"))
    card = lk.Card("register", consent=asked)
    assert lk.Card.load(card.save(tmp_path / "register.card.toml")) == card
    frame = pd.DataFrame({"id": range(3), "surname": ["a", "b", "c"], "out": ["nein", "no", "0.0"]})
    assert consenting(lk.Dataset(frame, card=card)).ids.to_pylist() == [0, 2]


def test_a_column_of_lists_says_nothing_of_consent():
    frame = pd.DataFrame({"id": [1, 2], "surname": ["a", "b"], "out": [["x"], []]})
    card = lk.Card("register", consent=Consent(("any",), opt_out="out"))
    with pytest.raises(DataError, match="the column 'out' of consent holds list"):
        consenting(lk.Dataset(frame, card=card))


ANSWERS = st.lists(
    st.tuples(
        st.sampled_from(["p", "q", "r", None]), st.sampled_from(["yes", "no", None]),
        st.sampled_from([None, "no", "yes", "??"]),
    ),
    min_size=1, max_size=12,
)  # fmt: skip


def test_blanks_around_the_number_of_a_person_make_no_other_person():
    """Who opted out in one record is out with all of them, however their number was written."""
    frame = pd.DataFrame({"id": range(4), "surname": "Lee", "who": ["C1", "C1 ", "\u00a0C1", "C2 "],
                          "out": ["yes", None, None, None]})  # fmt: skip
    visits = lk.Dataset(frame, card=lk.Card("visits", person="who", consent=Consent(("any",), opt_out="out")))
    assert consenting(visits).ids.to_pylist() == [3]
    assert consenting(visits).left_out == (("opted out", 3),)


@given(ANSWERS)
def test_consent_is_of_persons(rows):
    """Against a plain loop over persons; a record without a person is one of its own."""
    persons = {}
    for row, (who, said, out) in enumerate(rows):
        persons.setdefault(who or row, []).append((row, said, out))
    stay = set()
    for held in persons.values():
        said, outs = [one[1] for one in held], [one[2] for one in held]
        if "yes" in said and "no" not in said and set(outs) <= {None, "no"}:
            stay |= {one[0] for one in held}
    frame = pd.DataFrame(rows, columns=["who", "agreed", "out"], dtype=object)
    frame.insert(0, "id", range(len(rows)))
    frame["surname"] = "Lee"
    asked = Consent(("any",), column="agreed", opt_out="out")
    visits = lk.Dataset(frame, card=lk.Card("visits", "intervention", person="who", consent=asked))
    if not stay:
        with pytest.raises(DataError, match="may be linked"):
            consenting(visits)
        return
    kept = consenting(visits)
    assert kept.ids.to_pylist() == sorted(stay)
    assert sum(count for _, count in kept.left_out) == len(rows) - len(stay)
    assert consenting(kept) is kept


def test_a_trials_opt_outs_are_in_its_flow_and_in_no_linkage():
    people = lk.synth.people(600, seed=5)
    trial, register = people.trial(families=40), people.register()
    frame = trial.frame.assign(out=None, agreed="signed")
    frame.loc[:2, "out"] = ["2021-02-03", "opted out", "in two minds"]
    consent = Consent(("any",), column="agreed", agreed=("signed",), opt_out="out")
    card = lk.Card("trial", "trial", id="participant_id", allocation="arm", consent=consent)
    run = lk.pipelines.trial_to_admin().run(lk.Dataset(frame, card=card), register.dataset(), progress=False)
    stage = run.flow.set_index("stage").loc["consented to linkage"]
    assert stage["left_out"] == 3
    assert stage["reason"] == f"{OPTED_OUT}; {UNCLEAR_OPT_OUT}"
    assert not set(frame["participant_id"][:3]) & set(run.linkage.links["left_id"])


def test_what_is_no_dataset_is_refused_with_what_to_do():
    table = pd.DataFrame({"id": [1, 2], "surname": ["Lee", "Hay"]})
    for carry_out in (
        lambda: lk.link(table, table),
        lambda: lk.dedupe(table),
        lambda: lk.link(lk.Dataset(table), None),
    ):
        with pytest.raises(SpecError, match=r"Datasets are wanted; number \d is (DataFrame|NoneType)"):
            carry_out()
