"""Link a trial to a register, or deduplicate the register, by complete blocking, and print one JSON line a job.

python benchmarks/complete.py link|dedupe|exhaustive [PEOPLE] [TRIAL]

The register holds everybody of a made-up population of so many (1,000,000), the trial so many children (5,000); neither
has an identifier. Datasets are in memory; nothing is configured. Seconds on the clock, and of all cores together.
The exhaustive job is the check: the same linkage, then all pairs of the product looked at with its model and threshold,
timed alone, and how many of the pairs found so the linkage had not scored.
"""

from __future__ import annotations

import json
import sys
import time

import numpy as np

import linkkit as lk
from linkkit import block, compare, synth
from linkkit.completion import floor_of
from linkkit.score import score_reaching

TRIAL = {"given_name": "child_first_name", "surname": "child_last_name", "date_of_birth": "child_dob",
         "sex": "child_sex", "postcode": "home_postcode"}  # fmt: skip
REGISTER = {"given_name": "given_name", "surname": "family_name", "date_of_birth": "birth_date", "sex": "sex_code",
            "postcode": "post_code"}  # fmt: skip


def datasets(people: int, children: int) -> tuple[lk.Dataset, lk.Dataset]:
    """Return a trial of so many children and the register of everybody, without their identifiers."""
    population = synth.people(people, seed=1)
    trial, register = population.trial(families=children), population.register(who="everyone")
    return (
        lk.Dataset(trial.frame.iloc[:children], id="participant_id", name="trial", fields=TRIAL),
        lk.Dataset(register.frame, id="patient_id", name="register", fields=REGISTER),
    )


def exhaustive(trial: lk.Dataset, register: lk.Dataset) -> dict[str, object]:
    """Link, then look at every pair of the product."""
    run = lk.link(trial, register, progress=False)
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


def main(job: str, people: int = 1_000_000, children: int = 5_000) -> None:
    trial, register = datasets(people, children)
    if job == "exhaustive":
        print(json.dumps(exhaustive(trial, register)))
        return
    start, cores = time.perf_counter(), time.process_time()
    run = lk.dedupe(register, progress=False) if job == "dedupe" else lk.link(trial, register, progress=False)
    steps = {name: round(seconds, 2) for name, seconds in run.seconds.items()}
    print(
        json.dumps({
            "job": job, "records": len(run.records), "seconds": round(time.perf_counter() - start, 2),
            "cpu_seconds": round(time.process_time() - cores, 2), "steps": steps, "scored": len(run.scores),
            "notes": run.notes,
        })
    )  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1], *(int(argument.replace("_", "")) for argument in sys.argv[2:]))
