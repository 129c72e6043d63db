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
FIELDS = {
    "uprn": "uprn", "gp_practice": "gp_practice", "provider": "provider", "local_patient_id": "local_patient_id",
    "house_number": "house_number", "previous_surname": "previous_surname",
    "alternative_postcode": lk.Field("alternative_postcode", "postcode"),
}  # fmt: skip


def with_identifiers(made, population, random):
    """Add what a health service holds besides: UPRN and house by the address as recorded, practice by area, provider,
    the provider's own patient id, and, for whoever moved or changed name, what the register knew before."""
    people = population.people.set_index("person_id")
    frame, person = made.frame.copy(), made.truth["person_id"].to_numpy()
    homes = pd.concat([people[["address", "postcode"]], people[["previous_address", "previous_postcode"]].set_axis(
        ["address", "postcode"], axis=1)]).dropna().drop_duplicates()  # fmt: skip
    homes = homes.assign(uprn=[f"1000{n:08}" for n in range(len(homes))])
    keys = frame[["address", "post_code"]].rename(columns={"post_code": "postcode"})
    frame["uprn"] = keys.merge(homes, how="left")["uprn"].to_numpy()
    frame["house_number"] = frame["address"].str.extract(r"^(\d+\w?)", expand=False)
    area = people["postcode"].str.extract(r"^([A-Z]+\d+)", expand=False).reindex(person)
    frame["gp_practice"] = (
        "GP" + area.to_numpy() + "-" + (people["family_id"].reindex(person) % 4).astype(str).to_numpy()
    )
    # One person in twenty was treated elsewhere, and one in thirty was registered twice.
    hospital = np.where(random.random(len(frame)) < 0.05, "RZZ", "R" + area.str[:1].to_numpy())
    frame["provider"] = hospital
    again = np.where(random.random(len(frame)) < 1 / 30, "-2", "")
    frame["local_patient_id"] = [
        f"{where}{who}{more}" for where, who, more in zip(hospital, person, again, strict=True)
    ]
    return frame


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


def opened(frame, name, **more):
    held = {field: column for field, column in FIELDS.items() if field in frame}
    return lk.Dataset(frame, name=name, id="patient_id", fields={**held, **more})


def measured(plain, full, truth, algorithms=NAMES):
    """linkkit's default on the fields that it knows by itself; each algorithm on all there are."""
    run = lk.link(*plain, progress=False)
    rows = {"linkkit's default": run.evaluate(truth).pairs}
    for one in algorithms:
        chosen = algorithm(one) if isinstance(one, str) else one
        rows[chosen.name] = chosen.link(*full).evaluate(truth, between=chosen.unique == "persons")
    return as_table(rows)


def children(args):
    random, population = np.random.default_rng(args.seed), lk.synth.people(args.people, seed=args.seed)
    left = population.register(who="everyone", name="emergency", coverage=0.6, errors=errors(0.3, 1.5))
    right = population.register(who="everyone", name="register", coverage=0.95)
    is_child = left.truth["person_id"].isin(population.people.query("role == 'child'")["person_id"]).to_numpy()
    frames = with_identifiers(left, population, random)[is_child], with_identifiers(right, population, random)
    full = opened(frames[0], "emergency"), opened(with_history(frames[1], right, population), "register")
    plain = lk.Dataset(left.frame[is_child], name="emergency", id="patient_id"), right.dataset()
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
            who="everyone", name=name, coverage=coverage, duplicates=0.3, errors=errors(missing, 1.5)
        )
        frame = with_identifiers(made, population, random).drop(columns=["uprn", "address", "gp_practice"])
        if name == "ambulance":
            away = random.random(len(frame)) < 0.4
            codes = frame["post_code"].to_numpy(object, copy=True)
            codes[away] = random.permutation(codes)[away]
            frame = frame.assign(post_code=codes, local_patient_id=None, postcode_of="incident")
        datasets.append(opened(frame, name, **({"postcode_of": "postcode_of"} if name == "ambulance" else {})))
        ours = frame.drop(columns=[column for column in (*FIELDS, "postcode_of") if column in frame])
        plain.append(lk.Dataset(ours, name=name, id="patient_id"))
        persons[name] = dict(zip(made.truth["record_id"], made.truth["person_id"], strict=True))
    run = lk.link(*plain, plan=lk.Plan(link_type="link_and_dedupe"), progress=False)
    rows = {"linkkit's default": run.evaluate(persons).pairs}
    rows |= {name: algorithm(name).dedupe(*datasets).evaluate(persons) for name in ("cured", "hesid", "slk_581")}
    return as_table(rows)


def births(args):
    """Babies and deliveries, each field recorded twice: 2 % differ and 4 % are missing."""
    random, size = np.random.default_rng(args.seed), args.people // 2
    born = pd.DataFrame({
        "hospital": random.integers(0, 30, size), "gp_practice": random.integers(0, 900, size),
        "maternal_age": random.normal(30, 5.5, size).round().clip(14, 50),
        "birth_weight": (random.normal(3350, 520, size) / 10).round() * 10,
        "gestation": random.choice([36, 37, 38, 39, 40, 41], size, p=[0.08, 0.07, 0.15, 0.27, 0.28, 0.15]),
        "birth_order": 1, "sex": random.choice(["m", "f"], size),
    })  # fmt: skip
    sides = []
    for name in ("babies", "mothers"):
        frame = born.astype(object)
        for field in born:
            wrong = random.random(size) < 0.02
            frame.loc[wrong, field] = random.permutation(born[field].to_numpy(object))[wrong]
            frame.loc[random.random(size) < 0.04, field] = None
        frame = frame.astype("string").assign(id=range(size))
        sides.append(lk.Dataset(frame, name=name, id="id", fields={field: field for field in born}))
    truth = pd.DataFrame({"left_id": range(size), "right_id": range(size)})
    return as_table({"mother_baby": algorithm("mother_baby").link(*sides).evaluate(truth)})


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
