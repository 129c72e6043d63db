"""Pipelines on the pseudopeople files, for which they were not written, against the truth.

    python benchmarks/designs.py [trial] [spine] [cases]

*trial*: families of WIC are randomised, an event with a planted effect is put into the census, and arms are found
equally or, in a second run, less well in one of them. *spine*: census, social security and WIC to one index, WIC in two
extracts. *cases*: twelve rows of WIC in the census, eight draws. The files are looked for in $LINKKIT_DATA. No truth is
seen before a linkage has ended. (Programmes: ``pipelines.py accuracy``.)
"""

import collections
import dataclasses
import datetime
import pathlib
import sys
import tempfile

import numpy as np
import pandas as pd
import pseudopeople

import linkkit as lk
from linkkit import pipelines
from linkkit.cards import Consent, Period
from linkkit.pipelines import trials
from linkkit.pseudonymise import Key

SHARE_WITH_EVENT = {"control": 0.35, "programme": 0.2}
DRAWS = 8


def register_dataset(**card):
    census, there = pseudopeople.census_people()
    return lk.Dataset(census.drop(columns=["age", "year"]), card=lk.Card("census", id="row", **card)), there


def participants(random, spoiled):
    """A child or mother of WIC each, arms by family, and in ``spoiled`` of the programme's names a slip."""
    seen = pseudopeople.wic_years(2019, 2024).drop_duplicates("simulant_id")
    family = pd.factorize(seen["household_id"])[0]
    frame, person = pseudopeople.with_rows(seen.drop(columns="year"), "participant_id", "p")
    frame["family"] = family
    frame["arm"] = random.choice(list(SHARE_WITH_EVENT), family.max() + 1)[family]
    frame["consent"] = np.where(random.random(len(frame)) < 0.93, "yes", "no")
    days = random.integers(0, 300, len(frame)).astype("timedelta64[D]")
    frame["randomised_on"] = np.datetime64("2020-01-01") + days
    hit = (frame["arm"] == "programme") & (random.random(len(frame)) < spoiled)
    frame.loc[hit, ["last_name", "date_of_birth", "street_number", "street_name"]] = (
        None  # as of records kept badly in one arm
    )
    return frame, person


def trial(spoiled=0.0):
    random = np.random.default_rng(1)
    frame, person = participants(random, spoiled)
    consent = Consent(("census",), column="consent")
    sample = lk.Dataset(frame, card=lk.Card("trial", "trial", id="participant_id", allocation="arm", consent=consent))
    lasts = Period(datetime.date(2019, 1, 1), datetime.date(2023, 12, 31))
    register, there = register_dataset(kind="administrative", period=lasts, extracted=lasts.end, reporting_lag_days=60)
    row_of = pd.Series(there.index, there.to_numpy()).groupby(level=0).first()
    known = row_of.reindex(person.to_numpy()).to_numpy()
    happens = random.random(len(frame)) < frame["arm"].map(SHARE_WITH_EVENT)
    day = frame["randomised_on"] + pd.to_timedelta(random.integers(1, 364, len(frame)), "D")
    events = pd.DataFrame({"person_id": known, "date": day.dt.strftime("%Y-%m-%d")})[happens].dropna()

    pipeline = pipelines.trial_to_admin(follow_up=trials.FollowUp("randomised_on", to_days=365))
    run = pipeline.run(sample, register, events=events, progress=False)
    with tempfile.TemporaryDirectory() as folder:
        log = pathlib.Path(folder) / "log.jsonl"
        unblinded = run.unblind(by="bench", why="bench", lodged=run.freeze(log=log).sha256, log=log)

    links = run.links
    right = there.reindex(links["right_id"]).to_numpy() == person.reindex(links["left_id"]).to_numpy()
    agreed = frame["consent"] == "yes"
    findable = agreed & np.array([name is not None and name == name for name in known])
    print(f"\ntrial, {spoiled:.0%} of one arm without surname, date of birth and street: {len(links)} links")
    print(f"precision {right.mean():.4f}, recall {right.sum() / findable.sum():.4f}")
    counts = run.states.set_index("state")["participants"]
    truth = {
        "refused or withdrew": (~agreed).sum(),
        "sent and not traced": (agreed & ~findable).sum(),
        "traced, no record in window": (findable & ~happens).sum(),
        "traced with records": (findable & happens).sum(),
    }
    print(pd.DataFrame({"said": counts, "true": pd.Series(truth)}).fillna(0).astype(int).to_string())
    print(unblinded.by_arm.round(3).to_string())
    print(unblinded.contrasts(cluster="family").round(3).to_string())
    print(unblinded.tipping_point(sensitivities=[1.0, 0.9], false_rates=[0.0]).round(3).to_string(), flush=True)


def pair_quality(index, truth):
    """Precision and recall of all pairs of records in one person, and records whose person is nobody else's."""
    who = pd.concat({name: series for name, series in truth.items()})
    said = index.set_index(["source", "record_id"])["spine_id"].dropna()
    both = pd.DataFrame({"said": said, "who": who.reindex(said.index)})

    def pairs(by):
        sizes = both.groupby(by).size()
        return (sizes * (sizes - 1) // 2).sum()

    agreed = pairs(["said", "who"])
    return agreed / pairs("said"), agreed / pairs("who")


def spine():
    census, in_census = pseudopeople.census_people()
    security, in_security = pseudopeople.social_security_people()

    rows, person = pseudopeople.wic_rows()

    def wic(last):
        seen = rows[rows["year"] <= last].drop(columns="year")
        return lk.Dataset(seen, name="WIC", kind="intervention", id="record")

    registers = [
        lk.Dataset(census.drop(columns="year"), name="census", kind="administrative", id="row"),
        lk.Dataset(security, name="social security", kind="administrative", id="row"),
    ]
    key = Key.generate(project="spine")
    index = pipelines.spine(repeated="WIC").run(*registers, wic(2025), key=key, progress=False)
    truth = {"census": in_census, "social security": in_security, "WIC": person}
    print(f"\nspine of census, social security and WIC to 2025: {len(index.persons):,} persons")
    print("precision {:.4f}, recall {:.4f}".format(*pair_quality(index.index, truth)))
    later = index.update(wic(2041), key=key, progress=False)
    print(f"with WIC to 2041: {len(later.persons):,} persons")
    print("precision {:.4f}, recall {:.4f}".format(*pair_quality(later.index, truth)))
    both = index.index.merge(later.index, on=["source", "record_id"])
    moved = (both["spine_id_x"] != both["spine_id_y"]).sum()
    print(f"{moved} of {len(both):,} earlier records have another id; the log says why:")
    print(later.changes.groupby(["reason", "because"]).size().to_string())

    # People of WIC 2030 and strangers, to an index that was made without WIC.
    without = pipelines.spine().run(*registers, key=key, progress=False)
    study = rows[rows["year"] == 2030].drop(columns="year")
    trace = without.link(lk.Dataset(study, name="study", kind="cohort", id="record"), progress=False).trace
    persons = without.index.assign(who=[truth[row.source][row.record_id] for row in without.index.itertuples()])
    of_person = persons.groupby("spine_id")["who"].agg(set)
    traced = trace.dropna(subset=["spine_id"])
    right = [person[row.record] in of_person[row.spine_id] for row in traced.itertuples()]
    there = set(person[study["record"]]) & set(persons["who"])
    print(f"a study of {len(study)} people: {len(traced)} traced, {sum(right)} of them right, {len(there)} are there")


def cases():
    frame, person = pseudopeople.with_rows(pseudopeople.wic_years(2019, 2022), "case", "k")
    said = collections.Counter()
    for draw in range(DRAWS):
        twelve = frame.drop(columns="year").sample(12, random_state=draw)
        consent = Consent(("administrative",), level="person", scope="form 1")
        study = lk.Dataset(twelve, card=lk.Card("cases", "case_study", id="case", consent=consent))
        register, there = register_dataset(kind="administrative")
        run = pipelines.case_study(attributes=("race_ethnicity", "sex")).run(study, register, progress=False)
        said.update(dataclasses.asdict(run.evaluate(matches(person.reindex(twelve["case"]), there))))
    print(f"\n{DRAWS} times twelve cases: {dict(said)}", flush=True)


def matches(person, there):
    left = person.rename_axis("left_id").rename("who").reset_index()
    right = there.rename_axis("right_id").rename("who").reset_index()
    return left.merge(right, on="who")[["left_id", "right_id"]]


ALL = {"trial": lambda: (trial(), trial(0.3)), "spine": spine, "cases": cases}

if __name__ == "__main__":
    for name in sys.argv[1:] or ALL:
        ALL[name]()
