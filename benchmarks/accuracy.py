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
from dataclasses import dataclass, field

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
NO_NUMBER = ("soc_sec_id",)
# set: its files, and the results to beat (F1), pairs or links first, clusters second
SETS = {
    "historical_50k": ([Side("historical/historical_50k.parquet", "unique_id", "cluster")], 0.766, 0.828),
    "fake_1000": ([Side("fake_1000/fake_1000.csv", "unique_id", "cluster")], 0.760, 0.837),
    "RLdata10000": ([Side("rldata/RLdata10000.csv", "rec_id", "ent_id")], 0.968, None),
    "FEBRL C": ([Side("febrl/dataset_C_10000.csv", "rec_id", "ent_id", NO_NUMBER)], 0.937, None),
    "febrl3": ([Side("febrl/febrl3.parquet", "rec_id", "cluster", NO_NUMBER)], 0.998, None),
    "febrl4": ([Side(f"febrl/febrl4{half}.parquet", "rec_id", "cluster", NO_NUMBER) for half in "ab"], 0.9945, None),
    "census-CIS": (
        [
            Side("census_cis/census.parquet", "census_id", "person_id"),
            Side("census_cis/cis.parquet", "cis_id", "person_id"),
        ],
        0.991,
        None,
    ),
    "census-SSA": ([CENSUS, SSA], 0.992, None),
    "census-WIC": ([CENSUS, WIC], None, None),
    "WIC alone": ([WIC], None, None),
}


def load(side, number):
    path = DATA / side.file
    frame = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path, dtype=str, skipinitialspace=True)
    for column, value in side.only.items():
        frame = frame[frame[column] == value]
    frame = frame.reset_index(drop=True)
    if side.id is None:
        frame = frame.reset_index(names="record")
    id_column = side.id or "record"
    truth = frame.set_index(id_column)[side.person]
    frame = frame.drop(columns=[column for column in (side.person, *side.left_out) if column in frame])
    return lk.Dataset(frame, id=id_column, name=f"file {number}"), truth


def measure(name):
    sides, pairs_to_beat, clusters_to_beat = SETS[name]
    loaded = [load(side, number) for number, side in enumerate(sides, 1)]
    datasets = [dataset for dataset, _ in loaded]
    start = time.perf_counter()
    run = lk.link(*datasets, progress=False) if len(datasets) > 1 else lk.dedupe(datasets[0], progress=False)
    seconds = time.perf_counter() - start
    truth = lk.evaluate.truth_from_ids(run.records, {dataset.name: persons for dataset, persons in loaded})
    pairs = lk.evaluate.pair_quality(lk.decide.threshold(run.scores, at_least=0.5), truth, candidates=run.pairs)
    final = lk.evaluate.pair_quality(run.decision, truth)
    return dict(
        set=name,
        records=len(run.records),
        seconds=round(seconds, 1),
        blocking_recall=round(1 - (pairs.blocking_loss or 0), 4),
        pairs=three(pairs),
        pairs_to_beat=pairs_to_beat,
        decision=run.plan.decide.kind,
        final=three(final),
        stated=[round(run.expected.precision, 4), round(run.expected.recall, 4)],
        final_to_beat=clusters_to_beat or pairs_to_beat,
        bcubed_f1=round(lk.evaluate.cluster_quality(run.clustered, truth).bcubed_f1, 4),
        stated_precision=round(float(run.scores.probability[run.scores.probability >= 0.5].mean()), 4),
    )


def three(quality):
    return [round(value, 4) for value in (quality.precision, quality.recall, quality.f1)]


names = [name for name in sys.argv[1:] if name != "--json"] or list(SETS)
print(
    f"{'set':<15}{'records':>8}{'s':>6}{'blocking':>10}  {'pairs P / R / F1':<23}"
    f"{'decision':<12}{'P / R / F1':<23}{'to beat':>8}  stated - true P / R"
)
for name in names:
    found = measure(name)
    if "--json" in sys.argv:
        print(json.dumps(found))
        continue
    shown = [" / ".join(f"{value:.3f}" for value in found[part]) for part in ("pairs", "final")]
    beat = found["final_to_beat"]
    apart = " / ".join(
        f"{stated - true:+.3f}" for stated, true in zip(found["stated"], found["final"][:2], strict=True)
    )
    print(
        f"{name:<15}{found['records']:>8,}{found['seconds']:>6}{found['blocking_recall']:>10.4f}  {shown[0]:<23}"
        f"{found['decision']:<12}{shown[1]:<23}{beat if beat else '-':>8}  {apart}",
        flush=True,
    )
