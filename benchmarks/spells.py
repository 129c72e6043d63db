"""Time the joins of spells beside DuckDB: python benchmarks/spells.py [SPELLS] [REPEATS]

Each case runs in a process of its own, on one thread: so many spells against as many, of a quarter as many persons; the
same of few persons with two hundred spells each; one person's spells; spells of nobody against windows; and what else
is made of spells. Prints one JSON line a case and tool: what was found, the median seconds of the processor once the
tables are in memory, those of making the spells, and the peak of memory above the data. Both tools must find the same
number of pairs, and the same sum of row numbers.
"""

import json
import resource
import statistics
import subprocess
import sys
import time

import numpy as np
import pandas as pd

CASES = ("persons", "busy persons", "one person", "windows", "merge", "coverage", "nearest", "implausible")
OVERLAP = "l.start <= r.end and r.start <= l.end"
SQL = {
    "persons": f"select l.row, r.row from l join r on l.who = r.who and {OVERLAP}",
    "busy persons": f"select l.row, r.row from l join r on l.who = r.who and {OVERLAP}",
    "one person": f"select l.row, r.row from l join r on l.who = r.who and {OVERLAP}",
    "windows": f"select l.row, r.row from l join r on {OVERLAP}",
    "nearest": "select l.row, r.row from l asof join r on l.who = r.who and l.start >= r.start",
}


def frame(count: int, people: int, seed: int) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    start = np.datetime64("2015-01-01") + random.integers(0, 3650, count).astype("timedelta64[D]")
    end = start + random.integers(0, 90, count).astype("timedelta64[D]")
    who = random.integers(0, people, count)
    table = {"row": np.arange(count), "who": who, "start": start.astype("M8[s]"), "end": end.astype("M8[s]")}
    return pd.DataFrame(table)


def tables(case: str, count: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    if case == "one person":
        return frame(count // 50, 1, 1), frame(count // 50, 1, 2)
    if case == "busy persons":
        return frame(count, count // 200, 1), frame(count, count // 200, 2)
    if case == "windows":
        return frame(count, count, 1), frame(12, 12, 2)
    return frame(count, count // 4, 1), frame(count, count // 4, 2)


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def timed(run, repeats: int):
    seconds = []
    for _ in range(repeats):
        begin = time.process_time()
        found = run()
        seconds.append(time.process_time() - begin)
    return found, statistics.median(seconds)


def of_linkkit(case: str, count: int, repeats: int) -> dict[str, object]:
    from linkkit import spells

    left, right = tables(case, count)
    before = peak()
    begin = time.process_time()
    one, other = (spells.Spells.of(table, entity="who") for table in (left, right))
    made = time.process_time() - begin
    by = None if case == "windows" else "entity"
    people = pd.DataFrame({"who": left["who"].unique()})
    days = np.random.default_rng(3).integers(0, 4000, len(people)).astype("timedelta64[D]")
    people["born"] = np.datetime64("2005-01-01") + days
    born = spells.People.of(people.astype({"born": "M8[s]"}), entity="who", birth="born")
    links = pd.DataFrame({"left_id": people["who"], "right_id": people["who"]})

    def join():
        if case == "merge":
            return len(spells.merge(one).spells), 0
        if case == "coverage":
            return int(spells.coverage(one, other)["covered"].sum()), 0
        if case == "implausible":
            return spells.implausible(one, born, links=links).false_links, 0
        if case == "nearest":
            found = spells.nearest(one, other)["event_row"]
            return int(found.notna().sum()), 0  # of events on one day each tool may take another
        pairs = 0, 0
        for left_place, right_place in spells.overlapping(one, other, by=by).chunks():
            total = int(one.rows[left_place].sum() + other.rows[right_place].sum())
            pairs = pairs[0] + len(left_place), pairs[1] + total
        return pairs

    found, seconds = timed(join, repeats)
    return dict(
        tool="linkkit", found=found, seconds=round(seconds, 3), made=round(made, 3), megabytes=round(peak() - before)
    )


def of_duckdb(case: str, count: int, repeats: int) -> dict[str, object]:
    import duckdb

    left, right = tables(case, count)
    before = peak()
    base = duckdb.connect(config={"threads": 1})
    for name, table in (("l", left), ("r", right)):
        base.register("frame", table)
        base.execute(f'create table {name} as select row, who, start::date as start, "end"::date as "end" from frame')
        base.unregister("frame")
    total = "0" if case == "nearest" else "coalesce(sum(one) + sum(two), 0)"
    query = f"select count(*), {total} from ({SQL[case]}) as pairs(one, two)".replace("r.end", 'r."end"')
    query = query.replace("l.end", 'l."end"')
    found, seconds = timed(lambda: tuple(map(int, base.execute(query).fetchone())), repeats)
    return dict(tool="duckdb", found=found, seconds=round(seconds, 3), megabytes=round(peak() - before))


def main(count: int = 1_000_000, repeats: int = 3) -> None:
    for case in CASES:
        for tool in ("linkkit", "duckdb") if case in SQL else ("linkkit",):
            done = subprocess.run(
                [sys.executable, __file__, tool, case, str(count), str(repeats)],
                capture_output=True,
                text=True,
                check=True,
            )
            print(json.dumps(dict(case=case, spells=count, **json.loads(done.stdout))), flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] in (["linkkit"], ["duckdb"]):
        run = of_linkkit if sys.argv[1] == "linkkit" else of_duckdb
        print(json.dumps(run(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))))
    else:
        main(*map(int, sys.argv[1:]))
