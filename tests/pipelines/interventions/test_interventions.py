"""A programme of many records a person, linked to a register: persons, spells, and the signs of false links."""

from __future__ import annotations

import datetime
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import linkkit as lk
from linkkit.cards import Consent, SpellColumns
from linkkit.errors import CardError, DataError, SpecError
from linkkit.pipelines import Pipeline, intervention_to_admin
from linkkit.pipelines.interventions._vote import vote

CARD = lk.Card(
    "programme", "intervention", id="attendance_id", person="client_ref",
    spells=SpellColumns("start_date", "end_date", "centre"),
)  # fmt: skip


@pytest.fixture(scope="module")
def made():
    people = lk.synth.people(1_500, seed=5)
    return people.intervention(coverage=0.4), people.register()


def dataset(frame, card=CARD, **parts):
    return lk.Dataset(frame, card=card.change(**parts))


@pytest.fixture(scope="module")
def run(made):
    programme, register = made
    return lk.link(dataset(programme.frame), register.dataset(), plan=intervention_to_admin(), progress=False)


def truth_of_persons(made):
    programme, register = made
    person = programme.frame.merge(programme.truth, left_on="attendance_id", right_on="record_id")
    there = register.truth.set_index("person_id")["record_id"]
    return person.groupby("client_ref")["person_id"].first().map(there)


def test_persons_are_linked_and_rightly(run, made):
    persons = run.persons.set_index("person_id")
    truth = truth_of_persons(made)
    assert len(persons) == truth.index.nunique()
    linked = persons["right_id"].dropna()
    assert (truth.loc[linked.index] == linked).mean() > 0.99
    assert linked.index.isin(truth.dropna().index).sum() / truth.notna().sum() > 0.97
    assert persons["records"].sum() == len(made[0].frame)
    assert (persons["agreeing_records"] <= persons["linked_records"]).all()


def test_days_that_are_no_dates_are_refused_with_a_mend_that_exists(made, tmp_path):
    programme, register = made
    frame = programme.frame.copy()
    frame.loc[[3, 8], "start_date"] = ["soon", "31/02/2021"]
    frame.loc[11, "end_date"] = "n.k."
    pipeline = intervention_to_admin()
    with pytest.raises(DataError, match=r"on_unreadable='drop'"):
        pipeline.run(dataset(frame), register.dataset(), progress=False)
    dropping = pipeline.change(on_unreadable="drop")
    assert "no date: drop" in str(dropping)
    from linkkit.pipelines import load_pipeline_file

    assert load_pipeline_file(dropping.save(tmp_path / "plan.toml")).pipeline == dropping
    run = dropping.run(dataset(frame), register.dataset(), progress=False)
    assert sum(run.spells.changes.values()) == 3
    assert len(run.spells) == len(frame) - 3
    assert run.persons["records"].sum() == len(frame)
    with pytest.raises(SpecError, match="on_unreadable must be one of refuse, drop"):
        intervention_to_admin(on_unreadable="guess")


def test_persons_are_found_where_no_number_says_who_they_are(made):
    programme, register = made
    plain = dataset(programme.frame.drop(columns="client_ref"), person=None)
    found = intervention_to_admin().run(plain, register.dataset(), progress=False)
    client = programme.frame.set_index("attendance_id").loc[plain.ids.to_pylist(), "client_ref"]
    same = pd.DataFrame({"found": found.person, "client": client.to_numpy()}).drop_duplicates()
    assert 0.97 < len(found.persons) / client.nunique() < 1.03
    assert same["found"].duplicated().mean() < 0.02
    linked = found.persons.dropna(subset=["right_id"])
    assert len(linked) > 0.9 * len(truth_of_persons(made).dropna())


def test_nothing_is_lost_in_the_flow(run):
    flow, spells, signs = run.sections
    stages = {row["stage"]: row for row in flow.tables[0].rows}
    assert stages["records that came"]["count"] == len(run.linkage.datasets[0])
    persons = stages["persons of these records"]
    assert persons["count"] - persons["left_out"] == stages["persons linked"]["count"]
    assert len(run.merged.spells) <= len(run.spells) == len(run.linkage.datasets[0])
    assert spells.tables[0].rows[0]["spells"] == len(run.spells)
    assert signs.tables[1].rows[0]["links"] == run.implausible.false_links


def test_attendance_before_birth_speaks_against_a_link(run, made):
    programme, register = made
    wrong = programme.frame.copy()
    chosen = wrong["client_ref"].isin(run.person_links["left_id"][:20])
    wrong.loc[chosen, ["start_date", "end_date"]] = "1990-01-01"
    found = intervention_to_admin().run(dataset(wrong), register.dataset(), progress=False)
    kinds = found.implausible.kinds.set_index("kind")
    assert kinds.loc["before_birth", "across_links"] >= 18
    assert found.implausible.false_links >= 18


def test_spells_that_end_before_they_start_stop_it_before_any_work(made):
    programme, register = made
    frame = programme.frame.copy()
    frame.loc[[3, 8], "end_date"] = "1999-01-01"
    with pytest.raises(DataError, match=r"2 of [\d,]+ rows end before they start \(rows 4, 9\)"):
        intervention_to_admin().run(dataset(frame), register.dataset(), progress=False)
    run = intervention_to_admin(on_reversed="drop").run(dataset(frame), register.dataset(), progress=False)
    assert sum(run.spells.changes.values()) == 2
    assert any("end before start" in row["what"] for row in run.sections[1].tables[0].rows)


def test_consent_is_held_to_and_counted(made):
    programme, register = made
    frame = programme.frame.assign(agreed=np.where(np.arange(len(programme.frame)) % 4 == 0, "no", "yes"))
    refused = frame.loc[frame["agreed"] == "no", "client_ref"]
    allowed = frame[~frame["client_ref"].isin(refused)]  # who refuses once refuses for every attendance
    consent = Consent(("administrative",), column="agreed", scope="form 1")
    run = intervention_to_admin().run(dataset(frame, consent=consent), register.dataset(), progress=False)
    assert run.sections[0].tables[0].rows[0]["left_out"] == len(frame) - len(allowed)
    assert set(run.persons["person_id"]) == set(allowed["client_ref"])
    late = Consent(("administrative",), until=datetime.date(2001, 1, 1), scope="form 1")
    with pytest.raises(CardError, match="form 1 allows no new linkage after 2001-01-01"):
        intervention_to_admin().run(dataset(frame, consent=late), register.dataset(), progress=False)


def test_consent_of_persons_whom_only_the_pipeline_names_is_refused(made):
    programme, register = made
    consent = Consent(("administrative",), column="agreed")
    held = dataset(programme.frame.assign(agreed="yes"), person=None, consent=consent)
    with pytest.raises(SpecError, match="write person = 'client_ref' into the card"):
        intervention_to_admin(person="client_ref").run(held, register.dataset(), progress=False)


def test_what_cannot_be_carried_out_is_refused(made):
    programme, register = made
    with pytest.raises(SpecError, match="nothing says where spells start"):
        intervention_to_admin().run(dataset(programme.frame, spells=None), register.dataset())
    with pytest.raises(SpecError, match="takes a programme and a register; got 1"):
        intervention_to_admin().run(register.dataset())
    with pytest.raises(SpecError, match="merge_days must be"):
        intervention_to_admin(merge_days=-1)
    with pytest.raises(SpecError, match=r"no part 'merge_day'\. Did you mean 'merge_days'"):
        intervention_to_admin().change(merge_day=3)
    blinded = dataset(programme.frame, blinded=("centre",))
    with pytest.raises(DataError, match="blinded"):
        intervention_to_admin().run(blinded, register.dataset(), progress=False)


def test_it_is_saved_and_read_as_a_plan_file(tmp_path):
    pipeline = intervention_to_admin(merge_days=14, ages=(0, 18), plan=lk.Plan(keep=0.01))
    assert Pipeline.load(pipeline.save(tmp_path / "p.toml")) == pipeline
    assert "merge_days = 14" in (tmp_path / "p.toml").read_text("utf-8")
    assert "7. merge: spells of a person and place within 14 days of each other" in str(pipeline)


def test_the_run_is_saved_with_its_tables_and_report(run, tmp_path):
    run.save(tmp_path / "out")
    persons = pd.read_csv(tmp_path / "out" / "study_persons.csv")
    assert len(persons) == len(run.persons)
    page = (tmp_path / "out" / "quality.html").read_text("utf-8")
    for text in ("From records to persons", "Signs of false links", "persons linked without doubt"):
        assert text in page


LINKS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(1, 9)), max_size=25)


@given(LINKS, st.randoms(use_true_random=False))
def test_votes_are_those_of_a_plain_count_in_any_order(links, random):
    random.shuffle(links)
    arrays = [np.array([link[place] for link in links], np.int64) for place in range(3)]
    found = vote(arrays[0], arrays[1], arrays[2].astype(float), 5)
    for person in range(5):
        own = [(right, weight) for who, right, weight in links if who == person]
        votes = Counter(right for right, _ in own)
        totals = {right: sum(w for one, w in own if one == right) for right in votes}
        best = min(votes, key=lambda right: (-votes[right], -totals[right], right), default=-1)
        assert found.right[person] == best
        assert found.linked[person] == len(own)
        assert found.agreeing[person] == votes.get(best, 0)
    winners = [right for right in found.right.tolist() if right >= 0]
    assert found.shared.tolist() == [winners.count(right) > 1 for right in found.right.tolist()]


def test_who_opted_out_in_one_record_is_left_out_with_all_where_persons_are_found():
    people = lk.synth.people(400, seed=6)
    made, register = people.intervention(coverage=0.5), people.register()
    frame = made.frame.copy()
    numbers = frame["client_ref"].value_counts()
    several = numbers[numbers >= 3].index[:4]
    rows = [frame.index[frame["client_ref"] == number][0] for number in several]
    frame["out"] = None
    frame.loc[rows, "out"] = "yes"
    consent = lk.cards.Consent(("any",), opt_out="out")
    spells = lk.cards.SpellColumns("start_date", "end_date")
    hidden = frame.drop(columns="client_ref")  # no number says who is who
    card = lk.Card("club", "intervention", id=made.id, spells=spells, consent=consent)
    run = intervention_to_admin().run(lk.Dataset(hidden, card=card), register.dataset(), progress=False)
    of = frame.set_index(made.id)["client_ref"]
    linked = set(of.reindex(run.linkage.links["left_id"]))
    assert not linked & set(several)
    reasons = dict(run.linkage.datasets[0].left_out)
    assert reasons["opted out"] == 4
    assert reasons["refused or opted out in another record"] >= int(numbers[several].sum()) - 4 - 2
