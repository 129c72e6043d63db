"""Every pair of 20,000 people through five comparisons: python benchmarks/pairs.py [PEOPLE.parquet]

Prints one JSON line for each way and number of threads: pairs streamed as candidate chunks, and every pair asked for
at once. Without a file, the people are made up by linkkit. Kernels are loaded before the clock starts; threads are
set by LINKKIT_WORKERS.
"""

import json
import os
import sys
import time

import linkkit as lk
from linkkit.engine.local import LocalEngine
from linkkit.engine.local._streams import Streamed

RECORDS = 20_000


def dataset():
    if len(sys.argv) > 1:
        import pyarrow.parquet as pq

        table = pq.read_table(sys.argv[1]).slice(0, RECORDS)
        return lk.Dataset(table, id="unique_id", name="people", fields={name: name for name in table.column_names[2:]})
    register = lk.synth.people(2 * RECORDS, seed=1).register(coverage=1.0, duplicates=0.3)
    frame = register.frame.head(RECORDS)
    fields = dict(zip(("first_name", "surname", "dob", "city", "postcode"), register_columns(register), strict=True))
    return lk.Dataset(frame, id=register.id, name="people", fields=fields)


def register_columns(register):
    return [register.columns[name] for name in ("given_name", "surname", "date_of_birth", "town", "postcode")]


def comparisons():
    return [
        lk.compare.text("first_name", (0.92, 0.8)),
        lk.compare.text("surname", (0.92, 0.8)),
        lk.compare.edits("dob", (1, 2)),
        lk.compare.exact("city"),
        lk.compare.exact("postcode"),
    ]


def measure(people, workers, way):
    levels = lk.compare.compare_pairs(lk.block.candidate_pairs(people, lk.block.every_pair()), comparisons())
    engine: LocalEngine = levels.records.engine
    engine.workers = workers
    source = levels.pairs.source
    count = Streamed.grade_counts if way == "chunks" else type(source).grade_counts
    best = None
    for _ in range(3):
        start = time.perf_counter()
        _, counts = count(source, levels.compiled)
        seconds = time.perf_counter() - start
        best = seconds if best is None else min(best, seconds)
    pairs = int(counts.sum())
    rate = round(pairs / best / 1e6, 1)
    return dict(way=way, workers=workers, pairs=pairs, seconds=round(best, 2), million_pairs_a_second=rate)


people = dataset()
for way in ("chunks", "every pair"):
    for workers in sorted({1, os.cpu_count() or 1}):
        print(json.dumps(measure(people, workers, way)))
