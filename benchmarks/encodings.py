"""Time the comparison of encodings: python benchmarks/encodings.py [PART ...] [--rows ROWS] [--anonlink PYTHON]

Parts, each one JSON line or more: ``kernel`` (10,000 x 10,000, one core, against anonlink 0.15.3 where the interpreter
of an environment that has it is given), ``every`` (every pair of 100,000 x 100,000, two threads), ``lsh`` (1,000,000 x
1,000,000 by sampled bits, two threads; completeness against the pairs of the same person that reach the floor, which
is counted on all of them). Each of the last two is best run in a process of its own, for its peak of memory.

Encodings have 1,024 bits; the floor is a Dice of .8. They are random (half the bits set), and made of people: bigrams
of first name, surname, date of birth, sex and postcode, ten keyed hashes each, of two registers with mistakes in both.
Seconds are of the processor for one core (least of five runs), of the clock for two.
"""

import argparse
import hashlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from linkkit import synth
from linkkit.pseudonymise.lsh import LshPlan, lsh_pairs
from linkkit.pseudonymise.similarity import similar

BITS, HASHES, FLOOR, REPEATS = 1024, 10, 0.8, 5
FIELDS = ("given_name", "family_name", "birth_date", "sex_code", "post_code")
ANONLINK = """
import json, sys, time
import numpy as np
from bitarray import bitarray
from anonlink.similarities import dice_coefficient_accelerated
sides = []
for place in (1, 2):
    rows = []
    for row in np.load(sys.argv[place]):
        rows.append(bitarray())
        rows[-1].frombytes(row.tobytes())
    sides.append(rows)
seconds = []
for repeat in range(int(sys.argv[4])):
    begin = time.process_time()
    scores, (left, right) = dice_coefficient_accelerated(sides, float(sys.argv[3]))
    seconds.append(time.process_time() - begin)
print(json.dumps({"seconds": min(seconds), "pairs": sorted(zip(left, right))}))
"""


class Key:
    """A key of the benchmark's own."""

    def subkey(self, purpose, field="", size=32):
        return hashlib.blake2b(f"{purpose}/{field}".encode(), key=b"benchmark", digest_size=size).digest()


def random_filters(rows):
    random = np.random.default_rng(1)
    return random.integers(0, 256, (rows, BITS // 8), dtype=np.uint8), random.integers(
        0, 256, (rows, BITS // 8), dtype=np.uint8
    )


def people_filters(rows):
    """Encodings of two registers of the same people, and whose each is."""
    population = synth.people(round(1.1 * rows) + 100, seed=1)  # a register does not have everybody
    sides = [population.register(who="everyone", name=name) for name in ("left", "right")]
    persons = [side.truth["person_id"].to_numpy()[:rows] for side in sides]
    return [encoded(side.frame[:rows]) for side in sides], persons


def encoded(frame):
    filters = np.zeros((len(frame), BITS // 8), np.uint8)
    for field in FIELDS:
        column = frame[field].astype("string").fillna("")
        codes, values = pd.factorize(column)
        filters |= np.array([value_filter(field, value.lower()) for value in values])[codes]
    return filters


def value_filter(field, value, known={}):  # noqa: B006 - remembers the places of each bigram
    bits = np.zeros(BITS, np.uint8)
    padded = f"_{value}_" if value else ""
    for bigram in {padded[place : place + 2] for place in range(len(padded) - 1)}:
        if (field, bigram) not in known:
            digest = hashlib.blake2b(f"{field}/{bigram}".encode(), key=b"benchmark", digest_size=4 * HASHES).digest()
            known[field, bigram] = np.frombuffer(digest, np.uint32) % BITS
        bits[known[field, bigram]] = 1
    return np.packbits(bits)


def memory_gib():
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2)


def kernel(rows, anonlink):
    for name, (left, right) in (("random", random_filters(rows)), ("people", people_filters(rows)[0])):
        similar(left[:100], right[:100], workers=1)  # loads the kernels
        seconds = []
        for _ in range(REPEATS):
            begin = time.process_time()
            found = similar(left, right, at_least=FLOOR, workers=1)
            seconds.append(time.process_time() - begin)
        line = {
            "part": "kernel", "filters": name, "rows": rows, "fill": round(float(np.unpackbits(left).mean()), 3),
            "pairs_found": len(found), "linkkit_million_pairs_a_second": round(rows * rows / min(seconds) / 1e6),
        }  # fmt: skip
        if anonlink:
            other = run_anonlink(anonlink, left, right)
            line["anonlink_million_pairs_a_second"] = round(rows * rows / other["seconds"] / 1e6)
            line["ratio"] = round(other["seconds"] / min(seconds), 1)
            line["same_pairs"] = other["pairs"] == np.stack([found.left, found.right], 1).tolist()
        print(json.dumps(line), flush=True)


def run_anonlink(python, left, right):
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in ("left.npy", "right.npy")]
        for path, side in zip(paths, (left, right), strict=True):
            np.save(path, side)
        output = subprocess.run(
            [python, "-c", ANONLINK, *map(str, paths), str(FLOOR), str(REPEATS)], capture_output=True, check=True
        ).stdout
    return json.loads(output)


def every(rows):
    for name, (left, right) in (("random", random_filters(rows)), ("people", people_filters(rows)[0])):
        similar(left[:100], right[:100], workers=1)
        before = memory_gib()
        begin, used = time.perf_counter(), time.process_time()
        found = similar(left, right, at_least=FLOOR, workers=2)
        print(
            json.dumps({
                "part": "every", "filters": name, "rows": rows, "pairs_found": len(found),
                "seconds": round(time.perf_counter() - begin, 1),
                "processor_seconds": round(time.process_time() - used, 1),
                "memory_gib_before": before, "memory_gib": memory_gib(),
            }),
            flush=True,
        )  # fmt: skip


def lsh(rows):
    (left, right), (left_person, right_person) = people_filters(rows)
    lsh_pairs(left[:100], right[:100], keys=Key(), workers=1)
    before = memory_gib()
    for completeness in (0.9, 0.99):
        begin, used = time.perf_counter(), time.process_time()
        plan = LshPlan.choose(left, right, at_least=FLOOR, completeness=completeness)
        found = lsh_pairs(left, right, keys=Key(), plan=plan, workers=2)
        seconds, used = time.perf_counter() - begin, time.process_time() - used
        reaching = same_person(left, right, left_person, right_person)
        have = (left_person[found.pairs.left] == right_person[found.pairs.right]).sum()
        line = {
            "part": "lsh", "rows": rows, "plan": repr(plan), "pairs_found": len(found.pairs),
            "candidates": sum(found.candidates), "largest_block": found.largest, "seconds": round(seconds, 1),
            "processor_seconds": round(used, 1), "memory_gib_before": before, "memory_gib": memory_gib(),
            "found_of_same_person_above_floor": round(float(have / reaching), 4),
        }  # fmt: skip
        if rows <= 200_000:
            line["found_of_every_pair"] = round(len(found.pairs) / len(similar(left, right, at_least=FLOOR)), 4)
        print(json.dumps(line), flush=True)


def same_person(left, right, left_person, right_person):
    """How many pairs of the same person reach the floor."""
    joined = pd.merge(
        pd.DataFrame({"person": left_person, "left": np.arange(len(left))}),
        pd.DataFrame({"person": right_person, "right": np.arange(len(right))}),
        on="person",
    )
    bits = np.array([value.bit_count() for value in range(256)], np.uint16)
    reaching = 0
    for start in range(0, len(joined), 50_000):
        part = joined.iloc[start : start + 50_000]
        one, other = left[part["left"]], right[part["right"]]
        shared = bits[one & other].sum(axis=1, dtype=np.int64)
        reaching += int((2 * shared / (bits[one].sum(axis=1) + bits[other].sum(axis=1)) >= FLOOR).sum())
    return reaching


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=["kernel"], help="kernel, every, lsh")
    parser.add_argument("--rows", type=int, help="rows on each side, instead of the part's own")
    parser.add_argument("--anonlink", help="a Python interpreter that has anonlink")
    given = parser.parse_args()
    for part in given.parts:
        if part == "kernel":
            kernel(given.rows or 10_000, given.anonlink)
        elif part == "every":
            every(given.rows or 100_000)
        elif part == "lsh":
            lsh(given.rows or 1_000_000)
        else:
            sys.exit(f"no part {part!r}: kernel, every, lsh")
