"""States are a partition, and "not linked" is never taken for "no event"."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.pipelines.trials.helpers_trials import DAY, FOLLOW_UP, REGISTER_CARD, World

import linkkit as lk
from linkkit.cards import Period
from linkkit.errors import CardError, DataError, SpecError
from linkkit.pipelines import trials
from linkkit.pipelines.trials._lock import arm_like


def _counts(run):
    return dict(zip(run.states["state"], run.states["participants"], strict=True))


def test_everybody_who_was_randomised_is_in_one_state(world, run):
    assert run.participants["id"].tolist() == sorted(world.trial["participant_id"])
    assert set(run.participants["state"]) <= set(trials.STATES)
    assert sum(_counts(run).values()) == len(world.trial)


def test_without_a_third_input_not_traced_and_no_record_are_one_state(plain_run):
    states = _counts(plain_run)
    assert states["not traced or no record"] > 0
    assert "sent and not traced" not in states
    assert not plain_run.participants["is_true_zero"].any()


def test_a_register_with_events_tells_who_is_not_traced(run):
    states = _counts(run)
    assert "not traced or no record" not in states
    assert states["sent and not traced"] > 0
    assert states["traced, no record in window"] > 0
    assert states["traced with records"] > 0


def test_who_refused_is_not_linked_whatever_else(world, run):
    refused = set(world.trial.loc[world.trial["linkage_consent"] == "no", "participant_id"])
    people = run.participants.set_index("id")
    assert set(people.index[people["state"] == "refused or withdrew"]) == refused
    assert not refused & set(run.links["left_id"])
    assert people.loc[list(refused), "records_in_window"].isna().all()


def test_who_withdrew_is_refused_by_yes_or_by_a_date(world):
    frame = world.trial.assign(gone=None, linkage_consent="yes")
    frame.loc[[0, 1, 2], "gone"] = ["yes", "2023-01-01", "no"]
    people = world.run(world.trial_dataset(frame), withdrew="gone").participants.set_index("id")
    assert people.loc[frame["participant_id"][:3], "state"].eq("refused or withdrew").tolist() == [True, True, False]


def test_who_lacks_identifiers_is_not_sent_and_why_is_said(world):
    frame = world.trial.assign(linkage_consent="yes")
    frame.loc[0, ["child_first_name", "child_last_name", "child_dob", "child_sex", "home_postcode", "nhs_number"]] = (
        None
    )
    frame.loc[1, "child_dob"] = None
    run = world.run(world.trial_dataset(frame), needs=("date_of_birth",))
    people = run.participants.set_index("id")
    first, second = people.loc[frame["participant_id"][0]], people.loc[frame["participant_id"][1]]
    assert (first["state"], second["state"]) == ("not sent", "not sent")
    assert "no identifier" in first["reasons"]
    assert second["reasons"] == "no date of birth"
    assert dict(run.linkage.datasets[0].left_out)["no identifier"] == 1


def test_who_the_trial_did_not_send_is_not_sent(world):
    frame = world.trial.assign(was_sent=["no"] * 5 + ["yes"] * (len(world.trial) - 5))
    run = world.run(world.trial_dataset(frame), sent="was_sent")
    refused = (frame["linkage_consent"][:5] == "no").sum()
    assert _counts(run)["not sent"] == 5 - refused


def test_a_trace_return_tells_not_traced_from_no_record(world):
    # Only pupils with an event are in the data, as in a register of admissions.
    events = world.events()
    seen = world.register[world.register["pupil_id"].isin(events["person_id"])]
    run = world.run(register=world.register_dataset(seen), trace=world.trace(), follow_up=None)
    people = run.participants.set_index("id")
    sent = people["reached"] != "randomised"
    in_register = people.index.isin(world.matches["left_id"])
    has_record = people.index.isin(world.matches[world.matches["right_id"].isin(seen["pupil_id"])]["left_id"])
    traced_without = people["state"] == "traced, no record in window"
    assert (traced_without & ~has_record)[sent & in_register & ~has_record].mean() > 0.95
    assert (people["state"][sent & ~in_register] == "sent and not traced").mean() > 0.9


def test_a_noisy_trace_return_is_counted_against_the_links(world):
    run = world.run(trace=world.trace(noise=0.1))
    people = run.participants
    odd = people["reasons"].str.contains("linked, though the trace return says not traced")
    assert run.findings["linked_not_traced"].count == odd.sum() > 0
    assert people.loc[odd, "state"].eq("traced with records").any()


def test_whom_a_trace_return_leaves_out_is_not_said_to_be_untraced(world, plain_run):
    loose = plain_run.participants.query("state == 'not traced or no record'")["id"]
    trace = world.trace()
    trace = trace[~trace["participant_id"].isin(loose)]
    run = world.run(trace=trace)
    people = run.participants.set_index("id").loc[loose]
    assert (people["state"] == "not traced or no record").all()
    assert (people["reasons"].str.contains("not in the trace return")).all()
    assert run.findings["not_in_trace"].count == len(loose)


def test_ids_of_a_trace_return_that_the_trial_does_not_have_are_counted(world):
    more = pd.DataFrame({"participant_id": ["X1", "X2"], "traced": ["yes", "no"]})
    assert world.run(trace=pd.concat([world.trace(), more])).findings["unknown_in_trace"].count == 2


def test_the_rows_of_a_trace_return_that_are_of_nobody_are_named(world):
    trace = world.trace()
    more = pd.DataFrame({"participant_id": ["X1"], "traced": ["yes"]})
    found = world.run(trace=pd.concat([trace, more])).findings["unknown_in_trace"]
    assert found.rows == (len(trace) + 1,)
    assert f"of {len(trace) + 1:,}" in str(found)


def test_a_trace_return_of_nobody_in_the_trial_is_refused(world):
    trace = world.trace()
    other = trace.assign(participant_id="X" + trace["participant_id"].astype(str))
    with pytest.raises(DataError, match=f"not one of its {len(trace):,} rows is of a participant of") as refused:
        world.run(trace=other)
    trial = world.trial_dataset()
    assert f"{trial.name} ({len(trial):,} records): 'participant_id' of the return" in str(refused.value)
    assert f"than {trial.id!r} of the trial" in str(refused.value)
    with pytest.raises(DataError, match="not one of its 0 rows"):
        world.run(trace=trace[:0])


def test_a_trace_return_that_says_it_twice_is_refused(world):
    trace = world.trace()
    with pytest.raises(DataError, match=r"1 rows of participants that stand in an earlier one \(row \d+\)"):
        world.run(trace=pd.concat([trace, trace[:1]]))


def test_a_trace_return_without_an_answer_is_refused(world):
    with pytest.raises(DataError, match="neither a column 'traced' nor 'person_id'"):
        world.run(trace=world.trace()[["participant_id"]])


def test_events_of_a_person_whom_the_trace_return_names_count_without_a_link(world):
    """A trace return names the pupil of somebody whom the linkage does not find."""
    frame = world.trial.assign(linkage_consent="yes")
    row = frame.index[frame["participant_id"].isin(world.matches["left_id"])][0]
    frame.loc[row, ["child_first_name", "child_last_name", "child_dob", "home_postcode", "nhs_number"]] = [
        "Zzyzx", "Qwrtps", "2010-01-01", "ZE2 9AA", None,
    ]  # fmt: skip
    participant = frame.loc[row, "participant_id"]
    pupil = world.matches.set_index("left_id").loc[participant, "right_id"]
    day = str(pd.to_datetime(frame.loc[row, "consent_date"]).date())
    events = pd.DataFrame({"person_id": [pupil, "nobody"], "date": [day, day]})
    trace = pd.DataFrame({"participant_id": [participant], "person_id": [pupil]})
    found = world.run(world.trial_dataset(frame), events=events, trace=trace)
    assert participant not in set(found.links["left_id"])
    person = found.participants.set_index("id").loc[participant]
    assert (person["state"], person["records_in_window"]) == ("traced with records", 1)
    assert found.findings["events_of_unknown_persons"].count == 1


def test_a_spine_of_persons_as_a_third_dataset_says_who_is_traced(world):
    events = world.events()
    seen = world.register[world.register["pupil_id"].isin(events["person_id"])]
    spine = lk.Dataset(world.register, name="spine", id="pupil_id")
    run = world.run(register=world.register_dataset(seen), spine=spine)
    states = _counts(run)
    assert "not traced or no record" not in states
    assert states["sent and not traced"] > 0
    assert states["traced, no record in window"] > 0


def test_two_records_of_a_person_are_one_person_with_both_their_events(world):
    card = REGISTER_CARD.change(person="child", period=Period(DAY(2015, 1, 1), DAY(2024, 12, 31), column="seen_on"))
    once = world.register.assign(child=world.register["pupil_id"], seen_on="2023-01-01")
    twice = pd.concat([once, once.assign(pupil_id=once["pupil_id"] + "b", seen_on="2023-01-02")])
    run = world.run(register=world.register_dataset(twice, card), follow_up=None)
    people = run.participants
    linked = people["id"].isin(run.links["left_id"])
    assert (people.loc[linked, "records_in_window"] == 2).all()


@pytest.mark.parametrize("column", ["arm", "Treatment", "study_group", "allocated to", "randomisation"])
def test_a_column_called_like_an_arm_that_nothing_names_is_refused(world, column):
    frame = world.trial.rename(columns={"arm": column})
    card = REGISTER_CARD.change(name="trial", kind="trial", id="participant_id", period=None)
    with pytest.raises(CardError, match="is called like an arm"):
        world.run(lk.Dataset(frame, card=card))
    run = world.run(lk.Dataset(frame, card=card), not_allocation=(column,))
    assert len(run.links)


@pytest.mark.parametrize("part", ["withdrew", "sent", "place"])
def test_a_blinded_column_is_refused_wherever_it_is_named(world, part):
    with pytest.raises(DataError, match="'arm', which is blinded"):
        world.run(**{part: "arm"})


def test_a_blinded_index_date_is_refused(world):
    with pytest.raises(DataError, match=r"follow_up\.index names the column 'arm', which is blinded"):
        world.run(follow_up=trials.FollowUp("arm"))


def test_an_expired_consent_is_refused_by_its_scope_and_no_name(world):
    card = world.trial_dataset().card
    late = card.change(consent=lk.cards.Consent(("any",), until=DAY(2020, 1, 1), scope="form 2"))
    with pytest.raises(CardError, match="form 2 allows no new linkage after 2020-01-01"):
        world.run(world.trial_dataset(card=late))
    other = card.change(consent=lk.cards.Consent(("schools",), scope="form 2"))
    with pytest.raises(CardError, match="form 2 covers linkage with schools, not with register"):
        world.run(world.trial_dataset(card=other))


def test_records_taken_out_before_are_refused(world):
    trial = world.trial_dataset()
    with pytest.raises(DataError, match="records were taken out before"):
        world.run(trial.restricted(np.arange(len(trial)) > 0, "not wanted"))


def test_who_is_not_known_to_be_covered_is_counted(world):
    frame = world.trial.assign(linkage_consent="yes")
    frame.loc[:2, "site"] = None
    frame.loc[3, "child_dob"] = None
    card = REGISTER_CARD.change(places=("Leeds", "York"), ages=(0, 18))
    run = world.run(world.trial_dataset(frame), world.register_dataset(card=card), place="site", events=world.events())
    assert run.findings["place_not_known"].count == 3
    assert run.findings["birth_not_known"].count >= 1


def test_pupils_who_opted_out_of_the_register_are_counted(world):
    out = np.where(np.arange(len(world.register)) % 9 == 0, "yes", "no")
    card = REGISTER_CARD.change(consent=lk.cards.Consent(("any",), opt_out="opt_out"))
    register = world.register_dataset(world.register.assign(opt_out=out), card)
    run = world.run(register=register, events=world.events())
    assert run.findings["opted_out_of_data"].count == (out == "yes").sum()
    assert run.findings["events_of_unknown_persons"].count > 0


def test_the_arm_changes_nothing_before_unblinding(world, run):
    frame = world.trial.assign(arm=world.trial["arm"].to_numpy()[::-1])
    assert world.run(world.trial_dataset(frame), events=world.events()).freeze() == run.freeze()


def test_the_pipeline_goes_by_its_name_and_is_carried_out_by_link(world, plain_run):
    made = lk.pipelines.pipeline("trial_to_admin", follow_up=FOLLOW_UP)
    run = lk.link(world.trial_dataset(), world.register_dataset(), plan=made, progress=False)
    assert run.freeze() == plain_run.freeze()


@pytest.mark.parametrize(("first", "second", "message"), [
    ("register", "trial", "the first dataset must be the trial"),
    ("trial", "trial", "the second dataset must be the administrative data"),
])  # fmt: skip
def test_datasets_of_the_wrong_kinds_are_refused(world, first, second, message):
    made = {"trial": world.trial_dataset(), "register": world.register_dataset()}
    with pytest.raises(SpecError, match=message):
        trials.trial_to_admin().run(made[first], made[second])
    with pytest.raises(SpecError, match="links two datasets"):
        trials.trial_to_admin().run(made["trial"])


def test_the_flow_is_drawn_with_every_stage(run):
    drawn = run.flow_chart().to_dict()
    [rows] = [*drawn.get("datasets", {}).values()] or [drawn["data"]["values"]]
    assert [row["stage"] for row in rows] == run.flow["stage"].tolist()


def test_the_text_for_the_trial_s_report_has_the_flow(run):
    said = run.consort_text()
    assert "ROUTINE-3" in said
    assert f"{len(run.participants):,} randomised" in said.replace("Flow. ", "")


def test_the_order_of_rows_changes_nothing(world, run):
    other = World()
    other.trial, other.register = (
        world.trial.sample(frac=1, random_state=1),
        world.register.sample(frac=1, random_state=2),
    )
    again = other.run(events=world.events().sample(frac=1, random_state=3))
    pd.testing.assert_frame_equal(again.participants, run.participants)
    assert again.freeze() == run.freeze()


def _blanked_register(world, share=0.5):
    """The register with the identifiers of some pupils gone: they are in it, and nobody can link them."""
    blank = np.random.default_rng(5).random(len(world.register)) < share
    frame = world.register.copy()
    frame.loc[blank, [column for column in frame.columns if column != "pupil_id"]] = None
    return frame


def test_known_to_the_holder_but_not_linked_is_no_zero_where_events_are_by_person(world):
    """With events by the register's persons, a missed link hides records: nobody without one had no event."""
    events = world.events(share=1.0)
    answers = pd.DataFrame({"participant_id": world.trial["participant_id"], "traced": "yes"})
    run = world.run(register=world.register_dataset(_blanked_register(world)), events=events, trace=answers)
    people = run.participants.set_index("id")
    loose = (people["reached"] == "traced").to_numpy()
    assert loose.sum() > 50
    assert (people.loc[loose, "state"] == "traced, records not known").all()
    assert people.loc[loose, "records_in_window"].isna().all()
    assert not people.loc[loose, "is_true_zero"].any()
    assert people.loc[loose, "reasons"].str.contains("linked to no person of the register").all()
    assert run.findings["not_joined"].count == loose.sum()
    assert people["is_true_zero"].any()
    assert _counts(run)["traced, records not known"] == loose.sum()
    assert sum(_counts(run).values()) == len(people)


def test_whose_pair_awaits_review_is_no_zero_under_a_trace_return(world):
    answers = pd.DataFrame({"participant_id": world.trial["participant_id"], "traced": "yes"})
    plan = lk.Plan(decide=lk.decide.OneToMany("left", review=(0.2, 0.9999)))
    for inputs in ({"events": world.events()}, {}):
        run = world.run(trace=answers, plan=plan, **inputs)
        people = run.participants
        waits = people["reasons"].str.contains("for a person to decide").to_numpy()
        assert waits.sum() > 5
        assert (people.loc[waits, "state"] == "traced, records not known").all()
        assert not people.loc[waits, "is_true_zero"].any()


def test_a_state_that_applies_is_shown_though_nobody_is_in_it(world, run, tmp_path):
    everybody = pd.DataFrame({"participant_id": world.trial["participant_id"], "traced": "yes"})
    traced = world.run(trace=everybody)
    assert _counts(traced)["sent and not traced"] == 0
    traced.save(tmp_path / "saved")
    pd.testing.assert_frame_equal(trials.load(tmp_path / "saved").states, traced.states)


@pytest.mark.parametrize(
    ("yes", "no"), [("Found", "Not found"), ("1.0", "0.0"), ("MATCHED", "Un-Matched "), (True, False)]
)
def test_a_trace_return_is_read_in_the_words_in_which_it_is_written(world, yes, no):
    answers = world.trace()
    plain = world.run(trace=answers)
    other = answers.assign(traced=np.where(answers["traced"] == "yes", yes, no))
    pd.testing.assert_frame_equal(world.run(trace=other).participants, plain.participants)


def test_words_of_a_trace_return_that_are_not_understood_are_refused_by_their_rows(world):
    answers = world.trace()
    answers.loc[[1, 5], "traced"] = ["Zqx", "step 3"]
    with pytest.raises(DataError, match=r"2 of \d+ values of 'traced' are no word for yes or no \(rows 2, 6\)") as told:
        world.run(trace=answers)
    assert "Zqx" not in str(told.value)
    assert "zqx" not in str(told.value)
    columns = trials.TraceColumns(yes_words="step 3", no_words="zqx")
    known = world.run(trace=answers, trace_columns=columns)
    plain = answers.assign(traced=answers["traced"].replace({"Zqx": "no", "step 3": "yes"}))
    pd.testing.assert_frame_equal(known.participants, world.run(trace=plain).participants)


def test_not_withdrawn_is_not_withdrawn(world):
    frame = world.trial.assign(gone=None, linkage_consent="yes")
    said = ["not withdrawn", "withdrawn", "13/05/2023", "No", "Did not withdraw"]
    frame.loc[range(5), "gone"] = said
    people = world.run(world.trial_dataset(frame), withdrew="gone").participants.set_index("id")
    states = people.loc[frame["participant_id"][:5], "state"]
    assert (states == "refused or withdrew").tolist() == [False, True, True, False, False]
    frame.loc[5, "gone"] = "moved"
    with pytest.raises(DataError, match=r"1 of 6 values of 'gone' are no word for yes or no \(row 6\).*yes_words"):
        world.run(world.trial_dataset(frame), withdrew="gone")
    again = world.run(world.trial_dataset(frame), withdrew="gone", yes_words=("moved",)).participants.set_index("id")
    assert again.loc[frame["participant_id"][5], "state"] == "refused or withdrew"


def test_who_was_sent_is_said_in_words_that_are_understood(world):
    frame = world.trial.assign(linkage_consent="yes", was_sent="sent 2024")
    with pytest.raises(DataError, match="values of 'was_sent' are no word for yes or no"):
        world.run(world.trial_dataset(frame), sent="was_sent")


ARMS = ("Arm of trial", "Intervention", "tx_group", "trialarm", "arm_of_school", "tx_code", "trt", "TrialArm", "arm2",
        "randomised to", "Treatment_Group", "study group", "allocation")  # fmt: skip
NO_ARMS = ("army", "charm", "pharmacy", "farm", "forearm", "upper_arm_cm", "arm_length", "alarm", "age_group", "site",
           "randomised_on", "tx_date", "date_of_treatment", "treatment_centre", "intervention_date", "blood_group",
           "ethnic group", "health condition", "harm", "swarm", "context", "taxcode", "year_group")  # fmt: skip


def test_columns_called_like_an_arm_are_told_from_ordinary_ones():
    assert arm_like(ARMS) == list(ARMS)
    assert arm_like(NO_ARMS) == []


def test_a_trial_whose_arm_nothing_names_is_warned_of(world, run):
    frame = world.trial.rename(columns={"arm": "xyz"})
    card = run.trial.card.change(allocation=None)
    found = world.run(world.trial_dataset(frame, card), events=world.events()).findings
    assert found["no_allocation"].severity == "warning"
    assert found["no_allocation"].count == len(frame)
    assert "no_allocation" not in [one.name for one in run.findings]
    blind = lk.Dataset(frame, card=card, blinded=["xyz"])
    assert "no_allocation" not in [one.name for one in world.run(blind, events=world.events()).findings]


def test_records_of_a_person_whom_the_trace_return_names_count_without_a_link(world):
    """The data have a column of persons: whom the holder names there has records, whoever finds them."""
    card = REGISTER_CARD.change(person="child", period=Period(DAY(2015, 1, 1), DAY(2024, 12, 31), column="seen_on"))
    frame = _blanked_register(world).assign(child="P" + world.register["pupil_id"], seen_on="2022-06-01")
    named = world.matches.drop_duplicates("left_id").assign(person_id=lambda one: "P" + one["right_id"])
    answers = named.rename(columns={"left_id": "participant_id"})[["participant_id", "person_id"]]
    run = world.run(register=world.register_dataset(frame, card), trace=answers, follow_up=None)
    people = run.participants.set_index("id")
    sent = ~people["state"].isin(["refused or withdrew", "not sent"])
    assert len(run.links) < 0.7 * sent.sum()
    named_and_sent = sent & people.index.isin(answers["participant_id"])
    assert (people.loc[named_and_sent, "state"] == "traced with records").all()
