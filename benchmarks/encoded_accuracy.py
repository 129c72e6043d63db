"""The zero-configuration linkage of sets of people data with known truth, in clear text and encoded.

    python benchmarks/encoded_accuracy.py [SET ...] [clear tokens filters records]

Each provider prepares its own file; the first designs the encoding from its own, nothing is set per set; the linkage
unit gets encoded records under their ids, and what a plan recommends for them. Truth is seen after a run has ended.
"""

import sys
import time

from sets import SETS, load

import linkkit as lk
from linkkit.prepare import prepare
from linkkit.pseudonymise import Key, encode

LEVELS = ("clear", "tokens", "filters", "records")


def measure(name, level):
    files = {f"file {number}": file for number, file in enumerate(load(name), 1)}
    datasets = [lk.Dataset(file.seen, id=file.id, name=number) for number, file in files.items()]
    persons = {number: file.person for number, file in files.items()}
    if level != "clear":
        datasets = encoded(datasets, level)
    start = time.perf_counter()
    run = lk.link(*datasets, progress=False) if len(datasets) > 1 else lk.dedupe(datasets[0], progress=False)
    seconds = time.perf_counter() - start
    truth = lk.evaluate.truth_from_ids(run.records, persons)
    return run, lk.evaluate.pair_quality(run.decision, truth), lk.evaluate.expected_of_run(run), seconds


def encoded(datasets, level):
    prepared = [prepare(dataset) for dataset in datasets]
    encoding = lk.Plan().encoding(level, *prepared)
    key = Key.generate(project="benchmark")
    return [encode(dataset, key, encoding) for dataset in prepared]


if __name__ == "__main__":
    names = [name for name in sys.argv[1:] if name in SETS] or ["febrl4", "census-CIS", "census-SSA"]
    levels = [level for level in sys.argv[1:] if level in LEVELS] or LEVELS
    for name in names:
        for level in levels:
            run, quality, stated, seconds = measure(name, level)
            print(
                f"{name:<12}{level:<9}P {quality.precision:.4f} R {quality.recall:.4f} F1 {quality.f1:.4f}  "
                f"stated P {stated.precision:.4f} R {stated.recall:.4f}  {seconds:5.1f} s",
                flush=True,
            )
