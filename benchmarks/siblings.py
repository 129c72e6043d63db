"""Siblings and twins: zero-configuration linkage of made-up children, and relatives where households are known.

    python benchmarks/siblings.py [--seeds N] [sizes] [worlds] [plain] [households]

*sizes*: the files of ``lk.synth.families`` at one, two and four times the base size, and the control without siblings,
with two classes beside it. *worlds*: the base size in other worlds. *plain*: children drawn by another program than
linkkit's, with names that are never misspelt. *households*: pairs of relatives on the pseudopeople files (looked for in
$LINKKIT_DATA, else in ../shared/data): are they of one household? No truth is seen before a run has ended.
"""

import argparse
import os
import pathlib
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

import linkkit as lk
from linkkit.evaluate import expected_of_run
from linkkit.synth import Errors

DATA = pathlib.Path(os.environ.get("LINKKIT_DATA") or pathlib.Path(__file__).parents[1].parent / "shared" / "data")
TWO_CLASSES = lk.Plan(score=lk.score.FellegiSunter(learn_from="candidates", families=False, accept="all"))


@dataclass(frozen=True)
class Files:
    """Two tables with the same columns, person and family of each record."""

    datasets: tuple
    persons: tuple
    families: tuple

    @staticmethod
    def of(left, right):
        made = (left, right)
        truths = [one.truth.set_index("record_id") for one in made]
        return Files(
            tuple(one.dataset() for one in made),
            tuple(truth["person_id"] for truth in truths),
            tuple(truth["family_id"] for truth in truths),
        )


def person_pairs(one, other):
    """Pairs of persons, the smaller first, as a set."""
    return set(zip(np.minimum(one, other).tolist(), np.maximum(one, other).tolist(), strict=True))


def measure(files, plan=None):
    """Link the two files and hold the links, and the pairs of relatives, against the truth."""
    run = lk.link(*files.datasets, plan=plan, progress=False)
    persons, families = files.persons, files.families
    links = run.links
    hits = int((persons[0].loc[links["left_id"]].to_numpy() == persons[1].loc[links["right_id"]].to_numpy()).sum())
    matches = int(persons[0].isin(set(persons[1])).sum())
    precision, recall = hits / max(len(links), 1), hits / matches
    expected = expected_of_run(run)
    found = dict(
        links=len(links),
        precision=precision,
        recall=recall,
        f1=2 * precision * recall / max(precision + recall, 1e-9),
        stated=expected.precision,
        apart=abs(expected.precision - precision),
        apart_recall=abs(expected.recall - recall),
        used=float(run.has_relatives),
    )
    if run.has_relatives:
        pairs = run.siblings
        one = persons[0].loc[pairs["left_id"]].to_numpy(), persons[1].loc[pairs["right_id"]].to_numpy()
        both = [
            pd.DataFrame({"person": p.to_numpy(), "family": f.to_numpy()})
            for p, f in zip(persons, families, strict=True)
        ]
        joined = both[0].merge(both[1], on="family")
        joined = joined[joined["person_x"] != joined["person_y"]]
        true = person_pairs(joined["person_x"].to_numpy(), joined["person_y"].to_numpy())
        named = person_pairs(*one)
        found |= dict(
            sib_p=len(named & true) / max(len(named), 1),
            sib_r=len(named & true) / max(len(true), 1),
            sib_said=float(pairs["relative_probability"].mean()),
        )
    return found


SHOWN = ("precision", "recall", "f1", "stated", "apart", "apart_recall", "used", "sib_p", "sib_r", "sib_said")


def show(name, rows):
    """Print the mean over seeds."""
    mean = pd.DataFrame(rows).mean()
    print(f"{name:<34}" + "".join(f"{mean.get(column, np.nan):>13.4f}" for column in SHOWN), flush=True)


def heading(title):
    print(f"\n{title}\n{'':<34}" + "".join(f"{column:>13}" for column in SHOWN))


def sizes(seeds):
    heading(f"Made-up children, means over {seeds} seeds")
    for times in (1, 2, 4):
        show(
            f"{times} x 1,300 and 2,000",
            [measure(Files.of(*lk.synth.families(1300 * times, seed=s))) for s in seeds_of(seeds)],
        )
    control = [Files.of(*lk.synth.families(1300, siblings=0.0, seed=s)) for s in seeds_of(seeds)]
    show("no siblings", [measure(files) for files in control])
    show("no siblings, two classes", [measure(files, TWO_CLASSES) for files in control])
    show(
        "1 x, two classes", [measure(Files.of(*lk.synth.families(1300, seed=s)), TWO_CLASSES) for s in seeds_of(seeds)]
    )


def seeds_of(count):
    return range(100, 100 + count)


def worlds(seeds):
    light = Errors.light()
    late = replace(light, unnamed=0.08, missing={"postcode": 0.15})
    every = ("given_name", "middle_name", "surname", "date_of_birth", "sex", "address", "town", "postcode")
    others = {
        "all families with siblings": dict(siblings=1.25),
        "few siblings": dict(siblings=0.2),
        "one adjacent pair in five twins": dict(twins=0.2),
        "nobody moves": dict(movers=0.0),
        "six families in ten move": dict(movers=0.6),
        "all movers change surname": dict(renamed_movers=1.0),
        "three in ten in both files": dict(overlap=0.3),
        "no postcode": dict(fields=("given_name", "surname", "date_of_birth", "sex")),
        "no sex": dict(fields=("given_name", "surname", "date_of_birth", "postcode")),
        "address and middle name too": dict(fields=every),
        "no errors but unnamed": dict(
            errors=(Errors.none(), replace(Errors.none(), unnamed=0.08, missing={"postcode": 0.15}))
        ),
        "five times the errors": dict(
            errors=(light.scaled(5.0), replace(light.scaled(5.0), unnamed=0.08, missing={"postcode": 0.15}))
        ),
        "one date of birth in ten missing": dict(
            errors=(light, replace(late, missing={"postcode": 0.15, "date_of_birth": 0.1}))
        ),
        "names missing, not unnamed": dict(
            errors=(light, replace(late, unnamed=0.0, missing={"postcode": 0.15, "given_name": 0.08}))
        ),
        "one in four unnamed": dict(errors=(light, replace(late, unnamed=0.25))),
    }
    heading(f"Other worlds, base size, means over {seeds} seeds")
    for name, options in others.items():
        show(name, [measure(Files.of(*lk.synth.families(1300, seed=s, **options))) for s in seeds_of(seeds)])


def plain_files(base, seed, siblings=True):
    """Children by another program: names of Zipf's law, exact or another, so that only chance and moves disturb."""
    rng = np.random.default_rng(seed)
    needed, rows, family = round(base * (1 + 20 / 13 - 0.85)), [], 0
    given, surnames = names(rng, 400), names(rng, 1500)
    while len(rows) < needed:
        births = rng.choice([1, 2, 3, 4], p=[0.2, 0.5, 0.2, 0.1]) if siblings else 1
        surname, postcode, day = (
            zipf(rng, surnames),
            f"LS{rng.integers(1, 30)} {rng.integers(1, 10)}AB",
            rng.integers(0, 4000),
        )
        postcode = postcode[:-2] + "".join(rng.choice(list("ABDEFGHJLN"), 2))
        moved = rng.random() < 0.25
        after = (
            (zipf(rng, surnames) if moved and rng.random() < 0.25 else surname),
            (
                f"LS{rng.integers(1, 30)} {rng.integers(1, 10)}" + "".join(rng.choice(list("ABDEFGHJLN"), 2))
                if moved
                else postcode
            ),
        )
        taken = set()
        for birth in range(births):
            day = day if birth and rng.random() < 0.06 else day + (rng.integers(330, 1500) if birth else 0)
            name = zipf(rng, given)
            while name in taken:
                name = zipf(rng, given)
            taken.add(name)
            rows.append((len(rows), family, name, surname, *after, postcode, day, rng.choice(["F", "M"])))
        family += 1
    columns = ["person", "family", "forename", "surname", "surname_2", "postcode_2", "postcode", "day", "sex"]
    table = pd.DataFrame(rows, columns=columns).sample(needed, random_state=seed)
    table["dob"] = (np.datetime64("2006-01-01") + table["day"].to_numpy().astype("timedelta64[D]")).astype(str)
    first, second = (
        table.iloc[:base].copy(),
        table.iloc[base - int(base * 0.85) :].sample(frac=1, random_state=seed + 1).copy(),
    )
    second["surname"], second["postcode"] = second["surname_2"], second["postcode_2"]
    for frame, rate in ((first, 0.02), (second, 0.03)):
        for column, pool in (("forename", given), ("surname", surnames)):
            wrong = rng.random(len(frame)) < rate
            frame.loc[wrong, column] = [zipf(rng, pool) for _ in range(int(wrong.sum()))]
        frame.loc[rng.random(len(frame)) < 0.01, "dob"] = "2010-01-01"
    second.loc[rng.random(len(second)) < 0.08, "forename"] = None
    second.loc[rng.random(len(second)) < 0.15, "postcode"] = None
    made = []
    for frame, letter in ((first, "A"), (second, "B")):
        frame["id"] = [f"{letter}{number:05d}" for number in range(len(frame))]
        made.append(frame.set_index("id"))
    used = ["forename", "surname", "dob", "sex", "postcode"]
    return Files(
        tuple(
            lk.Dataset(one[used].reset_index(), id="id", name=name)
            for one, name in zip(made, ("one", "two"), strict=True)
        ),
        tuple(one["person"] for one in made),
        tuple(one["family"] for one in made),
    )


def names(rng, count):
    consonants, vowels = list("bcdfghjklmnprstvwz"), list("aeiou")
    return np.array(
        ["".join(rng.choice(consonants) + rng.choice(vowels) for _ in range(rng.integers(2, 5))) for _ in range(count)]
    )


def zipf(rng, pool):
    share = 1.0 / np.arange(10, 10 + len(pool))
    return pool[np.searchsorted(np.cumsum(share / share.sum()), rng.random())]


def plain(seeds):
    heading(f"Children of another program, names never misspelt but sometimes another's, means over {seeds} seeds")
    for times in (1, 2, 4):
        show(f"{times} x 1,300 and 2,000", [measure(plain_files(1300 * times, s)) for s in seeds_of(seeds)])
    show("1 x, two classes", [measure(plain_files(1300, s), TWO_CLASSES) for s in seeds_of(seeds)])
    show("no siblings", [measure(plain_files(1300, s, siblings=False)) for s in seeds_of(seeds)])
    show(
        "no siblings, two classes",
        [measure(plain_files(1300, s, siblings=False), TWO_CLASSES) for s in seeds_of(seeds)],
    )


PSEUDOPEOPLE = {
    "census": ("decennial_census_2020.parquet", {}),
    "WIC": ("wic_all_years.parquet", {}),
    "WIC of 2025": ("wic_all_years.parquet", {"year": 2025}),
}


# Group quarters, where strangers live together, are no families: their pairs do not count for the recall.
LARGEST_HOUSEHOLD = 12


def pseudopeople(name):
    file, only = PSEUDOPEOPLE[name]
    frame = pd.read_parquet(DATA / "pseudopeople" / file)
    for column, value in only.items():
        frame = frame[frame[column] == value]
    frame = frame.reset_index(drop=True).reset_index(names="record")
    truth = frame.set_index("record")[["simulant_id", "household_id"]]
    dataset = lk.Dataset(frame.drop(columns=["simulant_id", "household_id"]), id="record", name=name)
    return dataset, truth


def households(_):
    print("\nPairs of relatives of pseudopeople: are the two persons of one household, and are they two?")
    print(f"{'':<34}{'used':>8}{'pairs':>9}{'household':>11}{'two persons':>13}{'stated':>9}{'recall':>9}{'twins':>7}")
    for names_ in (("census",), ("WIC",), ("census", "WIC")):
        made = [pseudopeople(name) for name in names_]
        datasets, truths = [one for one, _ in made], [one for _, one in made]
        run = lk.link(*datasets, progress=False) if len(made) > 1 else lk.dedupe(datasets[0], progress=False)
        if not run.has_relatives:
            print(f"{' - '.join(names_):<34}{'no':>8}")
            continue
        pairs = run.siblings
        left, right = truths[0].loc[pairs["left_id"]], truths[-1].loc[pairs["right_id"]]
        home = left["household_id"].to_numpy() == right["household_id"].to_numpy()
        two = left["simulant_id"].to_numpy() != right["simulant_id"].to_numpy()
        whole = [truth.drop_duplicates() for truth in (truths[0], truths[-1])]
        joined = whole[0].merge(whole[1], on="household_id")
        sizes = whole[0].groupby("household_id").size()
        joined = joined[joined["household_id"].map(sizes) <= LARGEST_HOUSEHOLD]
        joined = joined[joined["simulant_id_x"] != joined["simulant_id_y"]]
        true = {frozenset(pair) for pair in zip(joined["simulant_id_x"], joined["simulant_id_y"], strict=True)}
        named = {frozenset(p) for p in zip(left["simulant_id"], right["simulant_id"], strict=True) if len(set(p)) == 2}
        said = float(pairs["relative_probability"].mean())
        print(
            f"{' - '.join(names_):<34}{'yes':>8}{len(pairs):>9,}{(home & two).mean():>11.3f}{two.mean():>13.3f}"
            f"{said:>9.3f}{len(named & true) / max(len(true), 1):>9.3f}{int((pairs['is_twin'] == True).sum()):>7,}",  # noqa: E712
            flush=True,
        )


PARTS = {"sizes": sizes, "worlds": worlds, "plain": plain, "households": households}
parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("parts", nargs="*", choices=[[], *PARTS], default=[])
parser.add_argument("--seeds", type=int, default=10)
arguments = parser.parse_args()
for part in arguments.parts or PARTS:
    PARTS[part](arguments.seeds)
