"""The zero-configuration linkage of every set of people data with known truth: python benchmarks/accuracy.py [SET ...]

The data are looked for in $LINKKIT_DATA, else in ../shared/data. No truth is seen before a run has ended, nothing is
set per set but which files to read, which column is the id, and which columns carry the truth and are left out. Pairs
are those of at least probability 0.5; recall is over all true pairs. Prints a table, with how far the precision and
recall that a run states of itself are from the true ones, and a JSON line a set with --json.
"""

import json
import os
import pathlib
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

import linkkit as lk

DATA = pathlib.Path(os.environ.get("LINKKIT_DATA") or pathlib.Path(__file__).parents[1].parent / "shared" / "data")


@dataclass(frozen=True)
class Side:
    """A file, its id (None: the row number), the column that tells who is who, and what carries it too."""

    file: str
    id: str | None
    person: str
    left_out: tuple[str, ...] = ()
    only: dict[str, str] = field(default_factory=dict)


CENSUS = Side("pseudopeople/decennial_census_2020.parquet", None, "simulant_id", ("household_id",))
WIC = Side("pseudopeople/wic_all_years.parquet", None, "simulant_id", ("household_id",))
SSA = Side("pseudopeople/social_security_2029.parquet", None, "simulant_id", ("ssn",), {"event_type": "creation"})
UK_CENSUS = Side("census_cis/census.parquet", "census_id", "person_id")
CIS = Side("census_cis/cis.parquet", "cis_id", "person_id")
NO_NUMBER = ("soc_sec_id",)


def overlapping(share, seed):
    """Keep this share of the people of both files in both; of the others, one in the first file, the next in the
    second."""

    def thin(frames, person):
        both = np.array(sorted(set(frames[0][person]) & set(frames[1][person])), object)
        drawn = np.random.default_rng(seed).permutation(both)
        others = drawn[round(share * len(drawn)) :]
        gone = set(others[1::2]), set(others[::2])
        return [
            frame[~frame[person].isin(left_out)].reset_index(drop=True)
            for frame, left_out in zip(frames, gone, strict=True)
        ]

    return thin


def pooled(frames, person):
    """Put files under each other, on the columns that they share; the first column is the id."""
    shared = [column for column in frames[0].columns if all(column in frame for frame in frames)]
    ids = pd.concat([frame.iloc[:, frame.columns.str.endswith("_id") & (frame.columns != person)] for frame in frames])
    pool = pd.concat([frame[shared] for frame in frames], ignore_index=True)
    pool.insert(0, "record_id", ids.bfill(axis=1).iloc[:, 0].to_numpy())
    return [pool]


@dataclass(frozen=True)
class Set:
    """Files, what is done to them, and the results (F1) to reach: pairs at 0.5, and links or clusters."""

    sides: tuple[Side, ...]
    pairs_goal: float | None
    final_goal: float
    change: Callable[..., list[pd.DataFrame]] | None = None


SETS = {
    "historical_50k": Set((Side("historical/historical_50k.parquet", "unique_id", "cluster"),), 0.85, 0.93),
    "fake_1000": Set((Side("fake_1000/fake_1000.csv", "unique_id", "cluster"),), 0.76, 0.92),
    "RLdata10000": Set((Side("rldata/RLdata10000.csv", "rec_id", "ent_id"),), None, 0.970),
    "FEBRL C": Set((Side("febrl/dataset_C_10000.csv", "rec_id", "ent_id", NO_NUMBER),), None, 0.99),
    "febrl3": Set((Side("febrl/febrl3.parquet", "rec_id", "cluster", NO_NUMBER),), None, 0.998),
    "febrl4": Set(
        tuple(Side(f"febrl/febrl4{half}.parquet", "rec_id", "cluster", NO_NUMBER) for half in "ab"), None, 0.999
    ),
    "census-CIS": Set((UK_CENSUS, CIS), None, 0.997),
    "census-CIS 5 %": Set((UK_CENSUS, CIS), None, 0.90, overlapping(0.05, seed=1)),
    "census-CIS pooled": Set((UK_CENSUS, CIS), None, 0.985, pooled),
    "census-SSA": Set((CENSUS, SSA), None, 0.995),
    "census-WIC": Set((CENSUS, WIC), None, 0.985),
    "WIC alone": Set((WIC,), None, 0.98),
}


def load(name):
    """Return the datasets of a set, and the person behind each record by dataset and id."""
    wanted = SETS[name]
    frames = [read(side) for side in wanted.sides]
    person = wanted.sides[0].person
    if wanted.change is not None:
        frames = wanted.change(frames, person)
    datasets, truth = [], {}
    for number, frame in enumerate(frames, 1):
        id_column = frame.columns[0] if len(frames) < len(wanted.sides) else wanted.sides[number - 1].id or "record"
        side = wanted.sides[number - 1]
        truth[f"file {number}"] = frame.set_index(id_column)[side.person]
        seen = frame.drop(columns=[column for column in (side.person, *side.left_out) if column in frame])
        datasets.append(lk.Dataset(seen, id=id_column, name=f"file {number}"))
    return datasets, truth


def read(side):
    path = DATA / side.file
    frame = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path, dtype=str, skipinitialspace=True)
    for column, value in side.only.items():
        frame = frame[frame[column] == value]
    frame = frame.reset_index(drop=True)
    return frame.reset_index(names="record") if side.id is None else frame


def measure(name):
    datasets, persons = load(name)
    start = time.perf_counter()
    run = lk.link(*datasets, progress=False) if len(datasets) > 1 else lk.dedupe(datasets[0], progress=False)
    seconds = time.perf_counter() - start
    stated = lk.evaluate.expected_of_run(run)
    truth = lk.evaluate.truth_from_ids(run.records, persons)
    pairs = lk.evaluate.pair_quality(lk.decide.threshold(run.scores, at_least=0.5), truth, candidates=run.pairs)
    final = lk.evaluate.pair_quality(run.decision, truth)
    return dict(
        set=name,
        records=len(run.records),
        seconds=round(seconds, 1),
        blocking_recall=round(1 - (pairs.blocking_loss or 0), 4),
        pairs=three(pairs),
        pairs_goal=SETS[name].pairs_goal,
        decision=run.plan.decide.kind,
        final=three(final),
        final_goal=SETS[name].final_goal,
        bcubed_f1=round(lk.evaluate.cluster_quality(run.clustered, truth).bcubed_f1, 4),
        stated=[round(stated.precision, 4), round(stated.recall, 4)],
    )


def three(quality):
    return [round(value, 4) for value in (quality.precision, quality.recall, quality.f1)]


names = [name for name in sys.argv[1:] if name != "--json"] or list(SETS)
print(
    f"{'set':<18}{'records':>8}{'s':>6}{'blocking':>10}  {'pairs P / R / F1':<23}"
    f"{'decision':<12}{'P / R / F1':<24}{'goal':>6}  stated P / R (less true)"
)
for name in names:
    found = measure(name)
    if "--json" in sys.argv:
        print(json.dumps(found))
        continue
    shown = [" / ".join(f"{value:.3f}" for value in found[part]) for part in ("pairs", "final")]
    ahead = [stated - true for stated, true in zip(found["stated"], found["final"], strict=False)]
    stated = " / ".join(f"{value:.3f} ({more:+.3f})" for value, more in zip(found["stated"], ahead, strict=True))
    print(
        f"{name:<18}{found['records']:>8,}{found['seconds']:>6}{found['blocking_recall']:>10.4f}  {shown[0]:<23}"
        f"{found['decision']:<12}{shown[1]:<24}{found['final_goal']:>6}  {stated}",
        flush=True,
    )
