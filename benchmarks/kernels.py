"""Time the compiled kernels on random pairs of real values: python benchmarks/kernels.py PEOPLE.parquet [REPEATS]

Prints one JSON line a kernel: millions of pairs a second on one thread (median of the repeats), and what was measured.
PEOPLE.parquet is the benchmark population: text columns first_name, surname, dob, city and postcode. Where a system has
several cores, pin the process to one for steady figures.
"""

import json
import sys
import time
from collections.abc import Callable

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq

from linkkit.engine.local.kernels import (
    AllPairs,
    Gauge,
    TextTable,
    all_pairs_block,
    grade_equal,
    grade_rows,
    grade_text,
    text_similarities,
)

PAIRS, CHUNK, ROWS, EVERY_PAIR_OF = 1 << 20, 1 << 16, 64, 20_000
TEXTS = [
    ("first_name", "jaro_winkler", (0.92, 0.8)),
    ("surname", "jaro_winkler", (0.92, 0.8)),
    ("surname", "jaro", (0.9, 0.8)),
    ("surname", "osa", (1, 2)),
    ("postcode", "osa", (1, 2)),
    ("postcode", "levenshtein", (1, 2)),
    ("postcode", "osa_similarity", (0.9, 0.7)),
    ("dob", "osa", (1, 2)),
    ("dob", "osa", (1, 3)),
]


def encode(column):
    """Codes of the records, 0 for missing, and the table of distinct values."""
    found = pc.dictionary_encode(column.combine_chunks())
    codes = (pc.fill_null(found.indices, -1).to_numpy(zero_copy_only=False) + 1).astype(np.uint32)
    return codes, ["", *found.dictionary.to_pylist()]


def report(kernel: str, what: str, pairs: int, repeats: int, run: Callable[[], object]) -> None:
    begin = time.perf_counter()
    run()
    first = time.perf_counter() - begin
    seconds = []
    for _ in range(repeats):
        begin = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - begin)
    rate = pairs / float(np.median(seconds)) / 1e6
    print(json.dumps(dict(kernel=kernel, on=what, million_per_second=round(rate, 1), first_seconds=round(first, 3))))


def random_pairs(codes, seed):
    drawn = np.random.default_rng(seed).integers(0, len(codes), (2, PAIRS))
    return codes[drawn[0]], codes[drawn[1]]


def in_chunks(grade, left, right, out):
    for start in range(0, PAIRS, CHUNK):
        part = slice(start, start + CHUNK)
        grade(left[part], right[part], out[part])


def measure_text(columns, repeats):
    for column, metric, bounds in TEXTS:
        codes, values = columns[column]
        table = TextTable.build(values)
        left, right = random_pairs(codes, seed=1)
        grades, similarities = np.empty(PAIRS, np.uint8), np.empty(PAIRS)
        what = f"{metric} {bounds} {column}"
        report(
            "pairs",
            what,
            PAIRS,
            repeats,
            lambda m=metric, b=bounds, t=table, left=left, right=right, out=grades: in_chunks(
                lambda one, other, part: grade_text(m, t, one, other, b, part), left, right, out
            ),
        )
        report(
            "similarities",
            what,
            PAIRS,
            max(repeats // 4, 3),
            lambda m=metric, t=table, left=left, right=right, out=similarities: in_chunks(
                lambda one, other, part: text_similarities(m, t, one, other, part), left, right, out
            ),
        )
        rows, against = np.empty((ROWS, len(table)), np.uint8), table.columns
        report(
            "rows",
            what,
            rows.size,
            repeats,
            lambda m=metric, b=bounds, t=table, some=left[:ROWS], rows=rows, against=against: grade_rows(
                m, t, some, b, rows, against
            ),
        )


def measure_every_pair(columns, repeats):
    gauges, codes = [], []
    for column, metric, bounds in [*TEXTS[:2], TEXTS[7], ("city", "equal", ()), ("postcode", "equal", ())]:
        some, values = columns[column]
        codes.append(some[:EVERY_PAIR_OF])
        gauges.append(Gauge() if metric == "equal" else Gauge(metric, bounds, TextTable.build(values)))
    strides = np.cumprod([1, *(gauge.grade_count for gauge in gauges)])[:-1].tolist()

    def run():
        job = AllPairs.within(gauges, np.array(codes), strides)
        return [all_pairs_block(job, *block) for block in job.blocks()]

    pairs = EVERY_PAIR_OF * (EVERY_PAIR_OF - 1) // 2
    report("all_pairs", f"five comparisons of {EVERY_PAIR_OF} records", pairs, max(repeats // 4, 3), run)


def main(path: str, repeats: int = 15) -> None:
    people = pq.read_table(path)
    columns = {name: encode(people[name]) for name in ("first_name", "surname", "dob", "city", "postcode")}
    left, right = random_pairs(columns["postcode"][0], seed=2)
    grades = np.empty(PAIRS, np.uint8)
    report("pairs", "equal postcode", PAIRS, repeats, lambda: in_chunks(grade_equal, left, right, grades))
    measure_text(columns, repeats)
    many = ["", *(f"{a} {b}" for a in columns["first_name"][1][1:601] for b in columns["surname"][1][1:501])]
    report("table", f"{len(many)} distinct texts (million values)", len(many), 5, lambda: TextTable.build(many))
    measure_every_pair(columns, repeats)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:3]))
