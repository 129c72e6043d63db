"""Published algorithms beside linkkit's default, on data whose truth is known.

    python benchmarks/algorithms.py [--people N] [--seed S] [children] [twins] [services] [births] [census-CIS]

*children*: made-up children at an emergency department, to be found in a register of everyone; both hold NHS numbers,
UPRNs, practices, providers and local patient ids. *twins*: two files of children rich in siblings and twins, without
any number. *services*: ambulance, emergency and admissions put together as persons. *births*: babies and deliveries.
*census-CIS*: two UK files of made-up people, looked for in $LINKKIT_DATA. No truth is seen before a linkage has ended.
"""

import argparse
import dataclasses

import numpy as np
import pandas as pd
from sets import load

import linkkit as lk
from linkkit.pipelines import algorithm
from linkkit.synth import Errors

NAMES = ("ons_matchkeys", "slk_581", "hesid", "mps", "cured", "echild", "sui_4", "sui_5")
# What the check of families is for: strategy 5 as it would link without it.
UNCHECKED = dataclasses.replace(
    algorithm("sui_5"),
    name="sui_5 unchecked",
    passes=tuple(dataclasses.replace(step, holds=()) for step in algorithm("sui_5").passes),
)
HELD = ("uprn", "gp_practice", "provider", "local_patient_id")
# What linkkit does not recognise by its name, or what goes by the name of an algorithm's field.
FIELDS = {"alternative_postcode": lk.Field("alternative_postcode", "postcode"), "postcode_of": "postcode_of"}


def with_house(frame):
    """Add the number of the house as the address was recorded."""
    return frame.assign(house_number=frame["address"].str.extract(r"^(\d+\w?)", expand=False))


def without(made):
    """Leave out what an algorithm is given and linkkit's default is not."""
    return made.frame.drop(columns=[made.columns[field] for field in HELD if field in made.columns])


def with_history(frame, made, population):
    """Add what a register knows of before."""
    people = population.people.set_index("person_id").reindex(made.truth["person_id"])
    return frame.assign(
        alternative_postcode=people["previous_postcode"].to_numpy(),
        previous_surname=people["previous_surname"].to_numpy(),
    )


def errors(nhs_missing, scale):
    made = Errors().scaled(scale)
    return Errors(**{**vars(made), "missing": {**made.missing, "nhs_number": nhs_missing}})


def opened(frame, name):
    held = {field: column for field, column in FIELDS.items() if field in frame}
    return lk.Dataset(frame, name=name, id="patient_id", fields=held)


def measured(plain, full, truth, algorithms=NAMES):
    """linkkit's default without what health services add, and with it; each algorithm on all there is."""
    rows = {"linkkit's default": lk.link(*plain, progress=False).evaluate(truth).pairs}
    if full is not plain:
        rows["the same, all fields"] = lk.link(*full, progress=False).evaluate(truth).pairs
    for one in algorithms:
        chosen = algorithm(one) if isinstance(one, str) else one
        rows[chosen.name] = chosen.link(*full).evaluate(truth, between=chosen.unique == "persons")
    return as_table(rows)


def children(args):
    population = lk.synth.people(args.people, seed=args.seed)
    asked = {"who": "everyone", "identifiers": HELD}
    left = population.register(name="emergency", coverage=0.6, errors=errors(0.3, 1.5), **asked)
    right = population.register(name="register", coverage=0.95, **asked)
    is_child = left.truth["person_id"].isin(population.people.query("role == 'child'")["person_id"]).to_numpy()
    frames = with_house(left.frame)[is_child], with_history(with_house(right.frame), right, population)
    full = opened(frames[0], "emergency"), opened(frames[1], "register")
    plain = opened(without(left)[is_child], "emergency"), opened(without(right), "register")
    truth = left.matches(right)
    return measured(plain, full, truth[truth["left_id"].isin(frames[0]["patient_id"])], [*NAMES, UNCHECKED])


def twins(args):
    left, right = lk.synth.families(args.people // 12, twins=0.2, seed=args.seed)
    datasets = left.dataset(), right.dataset()
    return measured(datasets, datasets, left.matches(right), [*NAMES, UNCHECKED])


def services(args):
    """Three services: the ambulance holds few NHS numbers, no patient ids, and postcodes of incidents."""
    random, population = np.random.default_rng(args.seed), lk.synth.people(args.people // 2, seed=args.seed)
    datasets, plain, persons = [], [], {}
    for name, missing, coverage in (("ambulance", 0.85, 0.2), ("emergency", 0.05, 0.6), ("admissions", 0.01, 0.3)):
        made = population.register(
            who="everyone", name=name, coverage=coverage, duplicates=0.3, errors=errors(missing, 1.5),
            identifiers=("provider", "local_patient_id"),
        )  # fmt: skip
        frames = [with_house(frame).drop(columns="address") for frame in (made.frame, without(made))]
        if name == "ambulance":
            away = random.random(len(made.frame)) < 0.4
            codes = made.frame["post_code"].to_numpy(object, copy=True)
            codes[away] = random.permutation(codes)[away]
            frames = [frame.assign(post_code=codes) for frame in frames]
            frames[0] = frames[0].assign(local_patient_id=None, postcode_of="incident")
        datasets.append(opened(frames[0], name))
        plain.append(opened(frames[1].drop(columns="house_number"), name))
        persons[name] = dict(zip(made.truth["record_id"], made.truth["person_id"], strict=True))
    run = lk.link(*plain, plan=lk.Plan(link_type="link_and_dedupe"), progress=False)
    rows = {"linkkit's default": run.evaluate(persons).pairs}
    rows |= {name: algorithm(name).dedupe(*datasets).evaluate(persons) for name in ("cured", "hesid", "slk_581")}
    return as_table(rows)


def births(args):
    """Babies and deliveries, as complete and as agreeing as those of Hospital Episode Statistics 2012/13."""
    made = lk.synth.births(args.people, seed=args.seed)
    datasets, truth = [one.dataset() for one in made], made[0].matches(made[1])
    whole = algorithm("mother_baby")
    first = dataclasses.replace(whole, rest=None)
    rows = {"pass 1 alone": first.link(*datasets), "both steps": whole.link(*datasets)}
    for name, found in rows.items():
        mother = [one.truth.set_index("record_id")["family_id"] for one in made]
        said = found.links
        right = mother[0].loc[said["left_id"]].to_numpy() == mother[1].loc[said["right_id"]].to_numpy()
        print(f"{name}: the mother is right in {right.mean():.4f} of the links, of either twin")
    return as_table({name: links.evaluate(truth) for name, links in rows.items()})


def census_cis(_):
    files = load("census-CIS")
    truth = (
        files[0]
        .person.rename("person")
        .reset_index()
        .merge(files[1].person.rename("person").reset_index(), on="person")
    )
    truth = truth[[files[0].id, files[1].id]].set_axis(["left_id", "right_id"], axis=1)
    datasets = [
        lk.Dataset(file.seen, name=name, id=file.id) for file, name in zip(files, ("census", "cis"), strict=True)
    ]
    return measured(datasets, datasets, truth)


def as_table(rows):
    """Qualities as a table, with the ends of 95 % intervals."""
    return pd.DataFrame({
        name: {
            "links": one.links, "precision": one.precision, "precision_low": one.precision_interval[0],
            "precision_high": one.precision_interval[1], "recall": one.recall, "recall_low": one.recall_interval[0],
            "recall_high": one.recall_interval[1],
        } for name, one in rows.items()
    }).T  # fmt: skip


SETS = {"children": children, "twins": twins, "services": services, "births": births, "census-CIS": census_cis}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", metavar="SET", choices=[*SETS, []], help=", ".join(SETS))
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    for name in args.sets or SETS:
        table = SETS[name](args)
        print(f"\n{name}")
        print(table.round(4).to_string())
