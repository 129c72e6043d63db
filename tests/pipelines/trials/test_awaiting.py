"""Whose pair awaits somebody's judgement is no zero, and is not said to be untraced."""

from __future__ import annotations

import numpy as np
import pandas as pd

import linkkit as lk


def _counts(run):
    return dict(zip(run.states["state"], run.states["participants"], strict=True))


def _awaiting(linkage):
    """Who has pairs for review and no link."""
    pairs = linkage.linked.to_pandas()
    return set(pairs["left_id"][pairs["status"] == "review"]) - set(pairs["left_id"][pairs["status"] == "link"])


UNSURE = lk.Plan(decide=lk.decide.OneToOne(0.9999999, None, (0.01, 0.9999999)))


def test_whose_pair_with_the_spine_awaits_review_is_not_said_to_be_untraced(world):
    random = np.random.default_rng(1)
    half = {
        one: world.register[one].where(random.random(len(world.register)) < 0.5) for one in ("upn", "postcode", "dob")
    }
    poor = world.register.assign(**half)
    spine = lk.Dataset(poor, name="spine", id="pupil_id")
    small = world.register_dataset(world.register[:20])
    run = world.run(register=small, spine=spine, plan=UNSURE)
    waits = _awaiting(lk.link(run.linkage.datasets[0], spine, plan=UNSURE, progress=False))
    linked = run.links["left_id"][run.links["status"] == "link"]
    people = run.participants.set_index("id").loc[sorted(waits - set(linked))]
    assert len(people) > 20
    assert people["state"].eq("not traced or no record").all()
    assert people["reasons"].str.contains("a pair of theirs with the spine is for a person to decide").all()
    assert not people["is_true_zero"].any()
    assert run.findings["for_review_in_spine"].count == len(people)
    assert _counts(run)["sent and not traced"] > 0
    # The holder of the data has answered for them.
    for said, state in (("no", "sent and not traced"), ("yes", "traced, no record in window")):
        trace = pd.DataFrame({"participant_id": people.index, "traced": said})
        again = world.run(register=small, spine=spine, plan=UNSURE, trace=trace).participants.set_index("id")
        waited = again.loc[people.index]
        loose = ~waited["reasons"].str.contains("a pair of theirs is for")
        assert loose.sum() > 10
        assert waited.loc[loose, "state"].eq(state).all()


def test_whose_pair_with_the_register_awaits_review_is_not_said_to_be_untraced(world):
    random = np.random.default_rng(1)
    half = {
        one: world.register[one].where(random.random(len(world.register)) < 0.5) for one in ("upn", "postcode", "dob")
    }
    poor = world.register.assign(**half)
    run = world.run(register=world.register_dataset(poor), events=world.events(), plan=UNSURE)
    people = run.participants.set_index("id").loc[sorted(_awaiting(run.linkage))]
    assert len(people) > 20
    assert people["state"].eq("not traced or no record").all()
    assert people["reasons"].str.contains("a pair of theirs is for a person to decide").all()
    assert _counts(run)["sent and not traced"] > 0
