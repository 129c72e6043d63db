import datetime
import hashlib

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from linkkit import synth
from linkkit.errors import SpecError


@pytest.fixture(scope="module")
def population():
    return synth.people(20_000, seed=21)


@pytest.fixture(scope="module")
def children(population):
    return population.people[population.people["role"] == "child"]


def within(count, total, share, chance=1e-6):
    """Whether a count lies within its binomial bounds."""
    low, high = binom.ppf([chance, 1 - chance], total, share)
    return low <= count <= high


def everything(recorded):
    return "".join(table.to_csv() for table in (recorded.frame, recorded.truth, recorded.mistakes))


DRAWS = {
    "register": lambda p: p.register(),
    "patients": lambda p: p.register(who="everyone", duplicates=0.1),
    "trial": lambda p: p.trial(families=500),
    "intervention": lambda p: p.intervention(coverage=0.1),
}


@pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS)
def test_every_record_has_one_truth_and_ids_are_unique(population, draw):
    made = draw(population)
    assert made.frame[made.id].is_unique
    assert made.frame[made.id].tolist() == made.truth["record_id"].tolist()
    family = population.people.set_index("person_id")["family_id"]
    assert (family.loc[made.truth["person_id"]].to_numpy() == made.truth["family_id"].to_numpy()).all()
    assert set(made.mistakes["record_id"]) <= set(made.frame[made.id])
    assert not {"person_id", "family_id"} & set(made.frame.columns)


@pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS)
def test_same_seed_same_dataset(population, draw):
    again = synth.people(20_000, seed=21)
    assert everything(draw(population)) == everything(draw(again))


def test_values_without_errors_are_the_truth(population, children):
    made = population.register(errors=synth.Errors.none(), coverage=1.0, on=population.as_of)
    assert len(made.frame) == len(children)
    assert made.mistakes.empty
    true = population.people.set_index("person_id").loc[made.truth["person_id"]].reset_index()
    frame = made.frame
    updated = pd.to_datetime(frame["updated_on"])
    assert (frame["forename"] == true["given_name"]).all()
    assert (pd.to_datetime(frame["dob"], format="%d/%m/%Y") == true["date_of_birth"]).all()
    for field, column, event in (("postcode", "postcode", "moved_on"), ("surname", "surname", "surname_changed_on")):
        before = (updated < true[event]).to_numpy()
        assert 0 < before.sum() < len(before)
        assert (frame[column][~before] == true[field][~before]).all()
        assert (frame[column][before] == true[f"previous_{field}"][before]).all()
    assert (updated >= true["date_of_birth"]).all()


def test_no_mistake_goes_unlogged(population):
    made = population.register()
    true = population.people.set_index("person_id").loc[made.truth["person_id"]].reset_index()
    differs = (made.frame["forename"] != true["given_name"]).to_numpy()
    logged = made.mistakes.loc[made.mistakes["field"] == "given_name", "record_id"]
    assert set(made.frame.loc[differs, "pupil_id"]) <= set(logged)


def test_coverage_and_overlap_are_as_asked(population, children):
    first, second = (population.register(coverage=share, name=name) for share, name in ((0.8, "a"), (0.5, "b")))
    assert within(len(first.frame), len(children), 0.8)
    assert within(len(second.frame), len(children), 0.5)
    assert within(len(first.matches(second)), len(children), 0.4)


def test_matches_and_siblings_agree_with_a_plain_count(population):
    trial, register = population.trial(families=200), population.register(coverage=0.7)
    matches, siblings = trial.matches(register), trial.siblings(register)
    left, right = (t.truth.set_index("record_id") for t in (trial, register))
    for pairs, same in ((matches, True), (siblings, False)):
        a, b = left.loc[pairs["left_id"]], right.loc[pairs["right_id"]]
        assert ((a["person_id"].to_numpy() == b["person_id"].to_numpy()) == same).all()
        assert (a["family_id"].to_numpy() == b["family_id"].to_numpy()).all()
    in_both = len(set(left["person_id"]) & set(right["person_id"]))
    assert len(matches) == in_both
    assert len(siblings) == sum((right["family_id"] == f).sum() for f in left["family_id"]) - in_both


def test_register_of_everyone_holds_parents_and_a_trial_only_children(population):
    role = population.people.set_index("person_id")["role"]
    assert set(role.loc[population.register(who="everyone").truth["person_id"]]) == {"mother", "father", "child"}
    for made in (population.register(), population.trial(), population.intervention()):
        assert set(role.loc[made.truth["person_id"]]) == {"child"}


def test_duplicates_are_second_records_of_a_share_of_the_people(population, children):
    made = population.register(coverage=1.0, duplicates=0.2)
    assert within(len(made.frame) - len(children), len(children), 0.2)
    assert made.truth["person_id"].value_counts().max() == 2


def test_a_trial_randomises_families(population):
    made = population.trial(families=400, arms=("a", "b", "c"))
    frame = made.frame.assign(family=made.truth["family_id"])
    assert frame["family"].nunique() == 400
    assert (frame.groupby("family")[["arm", "family_ref", "consent_date", "linkage_consent"]].nunique() == 1).all(
        axis=None
    )
    assert set(frame["arm"]) == {"a", "b", "c"}
    assert made.blinded == ("arm",)
    born = population.people.set_index("person_id")["date_of_birth"].loc[made.truth["person_id"]]
    assert (pd.to_datetime(frame["consent_date"]).to_numpy() >= born.to_numpy()).all()


def test_a_trial_of_more_families_than_there_are_takes_all(population, children):
    made = population.trial(families=10**6, on=population.as_of + datetime.timedelta(days=400))
    assert len(made.frame) == len(children)


def test_intervention_has_spells_and_takes_the_offered_arm(population):
    trial = population.trial(families=800)
    made = population.intervention(coverage=0.0, trial=trial, uptake=0.5, spells=3)
    offered = trial.truth["person_id"][trial.frame["arm"] == "intervention"]
    attended = made.truth["person_id"].drop_duplicates()
    assert set(attended) <= set(offered)
    assert within(len(attended), len(offered), 0.5)
    assert 2.5 < len(made.frame) / len(attended) < 3.5
    assert (made.frame["start_date"] < made.frame["end_date"]).all()
    clients = made.frame.assign(person=made.truth["person_id"])
    assert (clients.groupby("client_ref")["person"].nunique() == 1).all()
    assert (clients.groupby("person")["client_ref"].nunique() == 1).all()


def test_each_dataset_writes_dates_and_sex_its_own_way(population):
    patterns = {
        "register": ("dob", r"\d\d/\d\d/\d{4}", "gender", {"M", "F"}),
        "patients": ("birth_date", r"\d{8}", "sex_code", {"1", "2", "9"}),
        "trial": ("child_dob", r"\d{4}-\d\d-\d\d", "child_sex", {"male", "female"}),
        "intervention": ("birth_date", r"\d\d [A-Z][a-z]{2} \d{4}", "gender", {"Boy", "Girl"}),
    }
    for kind, (dob, pattern, sex, codes) in patterns.items():
        frame = DRAWS[kind](population).frame
        assert frame[dob].dropna().str.fullmatch(pattern).all(), kind
        assert set(frame[sex].dropna()) == codes, kind


def test_wrong_requests_are_refused(population):
    with pytest.raises(SpecError, match="coverage"):
        population.register(coverage=2)
    with pytest.raises(SpecError, match="who"):
        population.register(who="dogs")
    with pytest.raises(SpecError, match="family"):
        population.trial(families=0)
    with pytest.raises(SpecError, match="spells"):
        population.intervention(spells=0.5)
    with pytest.raises(SpecError, match="arms"):
        population.intervention(trial=population.register())
    with pytest.raises(SpecError, match="deprivation"):
        population.register(errors=synth.Errors().for_group("deprivaton", 5, times=2))


@pytest.mark.parametrize("base", [1300, 2600])
def test_families_have_the_sizes_and_rates_of_the_sibling_simulation(base):
    left, right = synth.families(base, seed=3)
    assert (len(left.frame), len(right.frame)) == (base, round(base * 20 / 13))
    assert len(left.matches(right)) == int(base * 0.85)
    assert len(left.siblings(right)) > base
    for made in (left, right):
        assert made.truth["person_id"].is_unique
    unnamed = right.mistakes.loc[right.mistakes["kind"] == "unnamed"]
    assert within(len(unnamed), len(right.frame), 0.08)
    assert within(int(right.frame["post_code"].isna().sum()), len(right.frame), 0.15)


def test_adjacent_siblings_are_twins_at_the_rate_of_the_simulation():
    population = synth.people(60_000, seed=3, sibling_share=0.8, twin_share=0.0325)
    pairs = population.siblings()
    order = population.people.set_index("person_id")["birth_order"]
    step = order.loc[pairs["sibling_id"]].to_numpy() - order.loc[pairs["person_id"]].to_numpy()
    adjacent = pairs[step == 1]
    assert abs(adjacent["twins"].mean() - 0.06) < 0.01


def test_families_without_siblings_are_a_control():
    left, right = synth.families(650, siblings=0, seed=3)
    assert left.siblings(right).empty
    assert len(left.matches(right)) == int(650 * 0.85)


def test_families_can_be_made_in_other_worlds():
    fields = ("given_name", "surname", "date_of_birth", "address")
    left, right = synth.families(650, seed=3, movers=0.0, twins=0.3, fields=fields, errors=(synth.Errors.none(),) * 2)
    assert list(left.frame.columns) == ["left_id", *fields]
    assert list(right.frame.columns) == ["right_id", "forename", "last_name", "dob", "address_line_1"]
    both = left.matches(right).merge(left.frame, on="left_id").merge(right.frame, on="right_id")
    assert (both["address"] == both["address_line_1"]).all()
    pairs = left.siblings(right).merge(left.frame, on="left_id").merge(right.frame, on="right_id")
    assert (pairs["date_of_birth"] == pairs["dob"]).mean() > 0.15
    usual = synth.families(650, seed=3)
    assert usual[0].frame.equals(synth.families(650, seed=3, twins=0.06, movers=0.25, renamed_movers=0.25)[0].frame)


def test_families_refuse_what_they_cannot_make():
    for options in (dict(base=5), dict(siblings=2.0), dict(twins=0.9), dict(movers=1.5), dict(renamed_movers=-0.1)):
        with pytest.raises(SpecError, match="families needs"):
            synth.families(**{"base": 100, **options})
    with pytest.raises(SpecError, match="post_code"):
        synth.families(100, fields=("post_code",))
    with pytest.raises(SpecError, match="got none"):
        synth.families(100, fields=())


def test_the_sample_files_are_the_sample(tmp_path):
    trial, register = synth.sample()
    assert (len(trial.frame), len(register.frame)) == (600, 2997)
    bundled = synth.sample_files()
    for made, path in ((trial, bundled.trial), (register, bundled.register)):
        made.write(tmp_path / "again.csv")
        assert (tmp_path / "again.csv").read_bytes() == path.read_bytes()
    truth = pd.read_csv(bundled.truth)
    for made in (trial, register):
        part = truth[truth["dataset"] == made.name].drop(columns="dataset").reset_index(drop=True)
        assert np.array_equal(part.to_numpy(), made.truth.to_numpy())
    assert sum(path.stat().st_size for path in bundled) < 500_000
    copied = synth.sample_files(tmp_path / "new" / "folder")
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in (*bundled, *copied)]
    assert digests[:3] == digests[3:]


def test_repr_shows_counts_and_no_values():
    trial, _ = synth.sample()
    assert repr(trial) == "<Recorded 'trial': trial, 600 records of 600 people, id 'participant_id'>"
