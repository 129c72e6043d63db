"""How fast people are encoded, beside clkhash itself: one core each, the same rows, the same bits.

    python benchmarks/clkhash_speed.py /path/to/an/environment/with/clkhash/bin/python [rows]

The first argument is the interpreter of an environment with clkhash 0.18.3. Rows are made-up people whose names are as
frequent as in life. Times are those of the processor, since
another program may run beside it. Compilation of the kernel is not counted: it happens once on a machine.
"""

import json
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import linkkit as lk
from linkkit.pseudonymise import clkhash

SECRET = "the secret of a benchmark, of more than sixteen bytes"
THEIRS = """
import json, sys, time
from clkhash import clk, schema
from clkhash.serialization import serialize_bitarray
given = json.load(open(sys.argv[1]))
read = schema.from_json_dict(given["schema"])
started = time.process_time()
clks = [serialize_bitarray(one) for one in clk.generate_clks(given["rows"], read, given["secret"], max_workers=1)]
elapsed = time.process_time() - started
json.dump({"clks": clks, "elapsed": elapsed}, open(sys.argv[2], "w"))
"""


def feature(name, described, comparison, strategy):
    hashing = {"comparison": comparison, "strategy": strategy, "hash": {"type": "blakeHash"}}
    return {
        "identifier": name,
        "format": described,
        "hashing": {**hashing, "missingValue": {"sentinel": "", "replaceWith": ""}},
    }


def schema():
    bigrams, text = {"type": "ngram", "n": 2}, {"type": "string"}
    numeric = {"type": "numeric", "thresholdDistance": 3, "resolution": 5}
    return {
        "version": 3,
        "clkConfig": {"l": 1024, "kdf": {"type": "HKDF"}},
        "features": [
            feature("forename", text, bigrams, {"bitsPerFeature": 200}),
            feature("surname", text, bigrams, {"bitsPerFeature": 200}),
            feature(
                "dob", {"type": "date", "format": "%d/%m/%Y"}, {**bigrams, "positional": True}, {"bitsPerFeature": 160}
            ),
            feature("gender", text, {"type": "exact"}, {"bitsPerFeature": 40}),
            feature("year", {"type": "integer"}, numeric, {"bitsPerFeature": 100}),
        ],
    }


def made_rows(size):
    people = lk.synth.people(2 * size + 100, seed=11).register(coverage=1.0).frame.head(size)
    columns = [people[name].fillna("").astype(str) for name in ("forename", "surname", "dob", "gender")]
    return [[*row, row[2][-4:]] for row in zip(*columns, strict=True)]


def main(interpreter, size):
    rows, described = made_rows(size), schema()
    warnings.simplefilter("ignore", clkhash.InsecureEncodingWarning)
    clkhash.encode(rows[:10], described, SECRET)
    elapsed = []
    for _ in range(3):
        started = time.process_time()
        ours = clkhash.encode(rows, described, SECRET)
        elapsed.append(time.process_time() - started)
    with tempfile.TemporaryDirectory() as folder:
        given, answer = Path(folder) / "given.json", Path(folder) / "answer.json"
        given.write_text(json.dumps({"schema": described, "rows": rows, "secret": SECRET}))
        subprocess.run([interpreter, "-c", THEIRS, given, answer], check=True)
        theirs = json.loads(answer.read_text())
    best = min(elapsed)
    print(f"{len(rows):,} rows; the same bits: {ours == theirs['clks']}")
    print(f"clkhash {theirs['elapsed']:.2f} s, {len(rows) / theirs['elapsed']:,.0f} rows/s")
    print(f"linkkit {best:.2f} s, {len(rows) / best:,.0f} rows/s: {theirs['elapsed'] / best:.1f} times as fast")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 100_000)
