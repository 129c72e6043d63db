"""Link a trial to a register, or deduplicate a register, with nothing configured, and print one JSON line.

python benchmarks/complete.py link|dedupe|exhaustive [automatic|complete|candidates] [PEOPLE] [TRIAL]
python benchmarks/complete.py PEOPLE.parquet [automatic|complete|candidates]

The register holds everybody of a made-up population of so many (1,000,000), one in ten of them twice where it is
deduplicated; the trial holds so many children (5,000). A file is deduplicated by its columns first_name, surname, dob,
city and postcode; its column cluster is the truth. Datasets are in memory; of complete blocking the notes say whether
it was chosen and what it cost. The exhaustive job is the check: the same linkage, then all pairs of the product looked
at with its model and threshold, timed alone, and how many of the pairs found so the linkage had not scored. Seconds on
the clock, and of all cores together: on a busy machine the latter tell more.
"""

from __future__ import annotations

import json
import sys
import time

import numpy as np
import pandas as pd

import linkkit as lk
from linkkit import block, compare, synth
from linkkit.completion import floor_of
from linkkit.score import score_reaching

TRIAL = {"given_name": "child_first_name", "surname": "child_last_name", "date_of_birth": "child_dob",
         "sex": "child_sex", "postcode": "home_postcode"}  # fmt: skip
REGISTER = {"given_name": "given_name", "surname": "family_name", "date_of_birth": "birth_date", "sex": "sex_code",
            "postcode": "post_code"}  # fmt: skip
PEOPLE = ("first_name", "surname", "dob", "city", "postcode")


def datasets(people: int, children: int, duplicates: float = 0.0) -> tuple[lk.Dataset, lk.Dataset]:
    """Return a trial of so many children and the register of everybody."""
    population = synth.people(people, seed=1)
    trial = population.trial(families=children)
    register = population.register(who="everyone", duplicates=duplicates)
    return (
        lk.Dataset(trial.frame.iloc[:children], id="participant_id", name="trial", fields=TRIAL),
        lk.Dataset(register.frame, id="patient_id", name="register", fields=REGISTER),
    )


def exhaustive(trial: lk.Dataset, register: lk.Dataset, linking: str) -> dict[str, object]:
    """Link, then look at every pair of the product."""
    run = lk.link(trial, register, plan=lk.Plan(linking=linking), progress=False)
    floor = floor_of(run.plan.decide, run.records, run.model)
    start, cores = time.perf_counter(), time.process_time()
    every = compare.compare_pairs(block.candidate_pairs(run.records, block.every_pair()), run.model.comparisons)
    scores, made = score_reaching(run.model, every, floor)
    seconds, of_cores = time.perf_counter() - start, time.process_time() - cores
    size = np.int64(len(run.records))
    linked = run.scores.left[run.scores.weight >= floor] * size + run.scores.right[run.scores.weight >= floor]
    found = scores.left * size + scores.right
    return {
        "job": "exhaustive", "records": len(run.records), "pairs": int(made.sum()), "seconds": round(seconds, 2),
        "cpu_seconds": round(of_cores, 2), "found": len(found), "missed": len(np.setdiff1d(found, linked)),
        "notes": run.notes,
    }  # fmt: skip


def pair_quality(clusters: pd.DataFrame, truth: pd.Series) -> dict[str, float]:
    """Return precision and recall of the pairs within clusters, against the cluster of each id."""
    found = pd.factorize(clusters["cluster_id"])[0].astype(np.int64)
    known = pd.factorize(truth.loc[clusters["id"]])[0].astype(np.int64)

    def pairs(label: np.ndarray) -> float:
        sizes = np.unique(label, return_counts=True)[1].astype(float)
        return float((sizes * (sizes - 1) / 2).sum())

    both = pairs(found * (int(known.max()) + 1) + known)
    return {"precision": round(both / pairs(found), 4), "recall": round(both / pairs(known), 4)}


def main(job: str, linking: str = "automatic", people: int = 1_000_000, children: int = 5_000) -> None:
    truth = None
    if job == "exhaustive":
        print(json.dumps(exhaustive(*datasets(people, children), linking)))
        return
    if job == "link":
        given = datasets(people, children)
    elif job == "dedupe":
        given = datasets(people, children, 0.1)[1:]
    else:
        frame = pd.read_parquet(job)
        truth = frame.set_index("unique_id")["cluster"]
        frame = frame.drop(columns="cluster")
        given = (lk.Dataset(frame, id="unique_id", fields={name: name for name in PEOPLE}),)
    start, cores = time.perf_counter(), time.process_time()
    plan = lk.Plan(linking=linking)
    run = lk.link(*given, plan=plan, progress=False) if job == "link" else lk.dedupe(*given, plan=plan, progress=False)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cores
    print(
        json.dumps({
            "job": job, "linking": linking, "records": len(run.records), "seconds": round(seconds, 2),
            "cpu_seconds": round(cpu, 2), "steps": {name: round(took, 2) for name, took in run.seconds.items()},
            "candidates": int(run.levels.code_counts()[1].sum()) + sum(run.completed), "scored": len(run.scores),
            **({} if truth is None else pair_quality(run.clusters, truth)), "notes": run.notes,
        })
    )  # fmt: skip


if __name__ == "__main__":
    main(*sys.argv[1:3], *(int(argument.replace("_", "")) for argument in sys.argv[3:]))
